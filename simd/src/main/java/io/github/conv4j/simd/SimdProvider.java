package io.github.conv4j.simd;

import io.github.conv4j.kernel.KernelProvider;
import io.github.conv4j.kernel.TileKernels;
import java.lang.module.ModuleFinder;
import java.util.Optional;

/**
 * Offers the kernels of this package where they can run and pay.
 *
 * <p>Names no class of {@code jdk.incubator.vector}, and none that does so before {@link #refusal}
 * has looked for that module: without it, they could not be linked.
 */
public final class SimdProvider implements KernelProvider {
  private static final String MODULE = "jdk.incubator.vector";

  /** Shorter vectors hold one float64, and the JVM computes with them slower than without. */
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
    return refusal(Vectors.bits());
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

  /** Returns why vectors of so many bits do not pay, or nothing if they do. */
  static Optional<Refusal> refusal(int bits) {
    return bits >= SHORTEST_VECTOR_BITS
        ? Optional.empty()
        : Optional.of(
            new Refusal(
                "the vectors of this JVM have no more than " + bits + " bits", Optional.empty()));
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
