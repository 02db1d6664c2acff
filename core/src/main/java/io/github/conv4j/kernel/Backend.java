package io.github.conv4j.kernel;

import io.github.conv4j.kernel.KernelProvider.Refusal;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.function.Consumer;

/**
 * The set of kernels that runs, chosen once at start.
 *
 * <p>The system property {@code conv4j.backend} asks for one: {@code auto} (the default), {@code
 * portable} or {@code simd}. {@code auto} is {@code simd} where that can be had, and {@code
 * portable} elsewhere; both give the same bits.
 *
 * @param name its name
 * @param reason why it was chosen
 * @param floats the float32 kernels
 * @param doubles the float64 kernels
 */
public record Backend(
    String name, String reason, TileKernels<float[]> floats, TileKernels<double[]> doubles) {
  /** The system property that asks for a backend. */
  public static final String PROPERTY = "conv4j.backend";

  private static final String SIMD = "simd";

  private static final String NOT_THERE =
      "conv4j-simd is not on the class path or module path; with it and"
          + " --add-modules jdk.incubator.vector convolutions are faster";

  private static volatile Backend active;

  /**
   * Returns the backend that runs, chosen at the first call.
   *
   * @throws IllegalStateException if the property asks for one that cannot be had
   */
  public static Backend active() {
    Backend chosen = active;
    return chosen != null ? chosen : chooseOnce();
  }

  private static synchronized Backend chooseOnce() {
    if (active == null) {
      active = choose(System.getProperty(PROPERTY, "auto"), providers(), Backend::tell);
    }
    return active;
  }

  /**
   * Chooses a backend.
   *
   * @param wanted the value of the property
   * @param providers where kernels other than the portable ones may come from; looked through only
   *     if they are wanted
   * @param tell takes a line about what would be faster
   * @throws IllegalStateException if what is wanted cannot be had
   */
  static Backend choose(String wanted, Iterable<KernelProvider> providers, Consumer<String> tell) {
    if (wanted.equals("portable")) {
      return portable("asked for by -D" + PROPERTY);
    }
    if (!wanted.equals("auto") && !wanted.equals(SIMD)) {
      throw new IllegalStateException(
          "-D" + PROPERTY + " must be auto, portable or simd, but got '" + wanted + "'");
    }
    Optional<Refusal> refusal = Optional.empty();
    try {
      for (KernelProvider provider : providers) {
        if (provider.name().equals(SIMD)) {
          refusal = provider.refusal();
          if (refusal.isEmpty()) {
            return new Backend(SIMD, provider.description(), provider.floats(), provider.doubles());
          }
        }
      }
    } catch (ServiceConfigurationError | LinkageError e) {
      // A provider of another version of conv4j, or made for another JDK.
      refusal = Optional.of(new Refusal("conv4j-simd does not fit, " + e, Optional.empty()));
    }
    String reason = refusal.map(Refusal::toString).orElse(NOT_THERE);
    if (wanted.equals(SIMD)) {
      throw new IllegalStateException("-D" + PROPERTY + "=simd: " + reason);
    }
    if (refusal.flatMap(Refusal::remedy).isPresent()) {
      tell.accept("conv4j runs on its portable kernels: " + reason);
    }
    return portable(reason);
  }

  /**
   * Tells whoever put conv4j-simd on the path what keeps it from running. To the logger of the
   * platform and not to standard error: that belongs to the application, which can send a logger's
   * line elsewhere or switch it off. A warning, because nobody asks for simd and wants it idle.
   * What nobody can change here is not told, {@code Conv4j.backendReason()} has it.
   */
  private static void tell(String line) {
    System.getLogger("io.github.conv4j").log(System.Logger.Level.WARNING, line);
  }

  /**
   * Returns what is found beside this class: in its layer of modules, or with its class loader. The
   * context loader of whichever thread comes first has no say, for the choice holds for all.
   */
  private static Iterable<KernelProvider> providers() {
    Module core = Backend.class.getModule();
    return core.isNamed()
        ? ServiceLoader.load(core.getLayer(), KernelProvider.class)
        : ServiceLoader.load(KernelProvider.class, Backend.class.getClassLoader());
  }

  private static Backend portable(String reason) {
    return new Backend("portable", reason, new PortableFloatKernels(), new PortableDoubleKernels());
  }
}
