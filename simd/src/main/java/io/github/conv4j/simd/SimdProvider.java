package io.github.conv4j.simd;

import io.github.conv4j.kernel.Fma;
import io.github.conv4j.kernel.KernelProvider;
import io.github.conv4j.kernel.TileKernels;
import java.lang.module.ModuleFinder;
import java.util.Optional;
import java.util.function.IntSupplier;

/**
 * Offers the kernels of this package where they can run and pay.
 *
 * <p>Names no class of {@code jdk.incubator.vector}, and none that does so before {@link #refusal}
 * has looked for that module: without it, they could not be linked.
 */
public final class SimdProvider implements KernelProvider {
  private static final String MODULE = "jdk.incubator.vector";

  /** Shorter vectors hold a single float64. */
  private static final int SHORTEST_VECTOR_BITS = 128;

  @Override
  public String name() {
    return "simd";
  }

  @Override
  public Optional<Refusal> refusal() {
    if (ModuleLayer.boot().findModule(MODULE).isEmpty()) {
      return Optional.of(withoutModule(ModuleFinder.ofSystem().find(MODULE).isPresent()));
    }
    return refusal(System.getProperty("java.vm.info", ""), Fma.hardware(), Vectors::bits);
  }

  /**
   * Returns why there is no module of vectors.
   *
   * @param installed whether this Java has it, only not loaded
   */
  static Refusal withoutModule(boolean installed) {
    return installed
        ? new Refusal(
            "java runs without the module " + MODULE,
            Optional.of("with --add-modules " + MODULE + " convolutions are faster"))
        : new Refusal("this Java runtime was made without the module " + MODULE, Optional.empty());
  }

  /**
   * Returns why vectors do not pay on a virtual machine, or nothing if they do.
   *
   * @param info its {@code java.vm.info}
   * @param fma whether it has an instruction for fused multiply-add
   * @param bits how long its vectors are
   */
  static Optional<Refusal> refusal(String info, boolean fma, IntSupplier bits) {
    // Only the optimizing compiler makes vector instructions of vectors. Without it each is an
    // object: a small convolution took 30 times as long as with the portable kernels under -Xint,
    // 14 times under -XX:TieredStopAtLevel=1, which HotSpot calls an emulated client.
    if (info.contains("interpreted mode") || info.contains("emulated-client")) {
      return refuse("this JVM runs without its optimizing compiler (" + info + ")");
    }
    if (!fma) {
      // The vectors would call Math.fma for each of their numbers.
      return refuse("this JVM has no fused multiply-add in hardware");
    }
    return bits.getAsInt() < SHORTEST_VECTOR_BITS
        ? refuse("the vectors of this JVM have no more than " + bits.getAsInt() + " bits")
        : Optional.empty();
  }

  private static Optional<Refusal> refuse(String reason) {
    return Optional.of(new Refusal(reason, Optional.empty()));
  }

  @Override
  public String description() {
    return "vectors of " + Vectors.bits() + " bits";
  }

  @Override
  public TileKernels<float[]> floats() {
    return new SimdFloatKernels();
  }

  @Override
  public TileKernels<double[]> doubles() {
    return new SimdDoubleKernels();
  }
}
