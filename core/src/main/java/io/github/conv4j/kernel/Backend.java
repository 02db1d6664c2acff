package io.github.conv4j.kernel;

/**
 * The set of kernels that runs, chosen once at start.
 *
 * <p>The system property {@code conv4j.backend} asks for one: {@code auto} (the default), {@code
 * portable} or {@code simd}.
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

  private static volatile Backend active;

  /**
   * Returns the backend that runs, chosen at the first call.
   *
   * @throws IllegalStateException if the property asks for one that cannot be had
   */
  public static Backend active() {
    Backend chosen = active;
    if (chosen == null) {
      // Two threads may both choose, and choose the same.
      chosen = choose(System.getProperty(PROPERTY, "auto"));
      active = chosen;
    }
    return chosen;
  }

  static Backend choose(String wanted) {
    return switch (wanted) {
      case "auto" -> portable("the only backend of this version");
      case "portable" -> portable("asked for by -D" + PROPERTY);
      case "simd" ->
          throw new IllegalStateException(
              "-D" + PROPERTY + "=simd: this version has no simd backend, use auto or portable");
      default ->
          throw new IllegalStateException(
              "-D" + PROPERTY + " must be auto, portable or simd, but got '" + wanted + "'");
    };
  }

  private static Backend portable(String reason) {
    return new Backend("portable", reason, new PortableFloatKernels(), new PortableDoubleKernels());
  }
}
