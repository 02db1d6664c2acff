package io.github.conv4j.kernel;

/**
 * The matrices of Winograd's minimal filtering, by which three taps give {@code m} outputs from
 * {@code m + 2} inputs with {@code m + 2} multiplications instead of {@code 3 m}:
 *
 * <pre>
 * y = A' [ (G g) * (B' d) ]
 * </pre>
 *
 * <p>d are the inputs, g the taps, y the outputs, and * multiplies number by number. In two
 * dimensions it is done along both. The method multiplies polynomials by their values at m + 1
 * points and at infinity.
 *
 * <p>For m = 2 the points are 0, 1, -1:
 *
 * <pre>
 * B' d = d0 - d2        G g = g0                  A' m = m0 + m1 + m2
 *        d1 + d2              (g0 + g1 + g2) / 2         m1 - m2 - m3
 *        d2 - d1              (g0 - g1 + g2) / 2
 *        d1 - d3              g2
 * </pre>
 *
 * <p>For m = 4 they are 0, a, -a, b, -b with a = {@value #A4} and b = {@value #B4}, which round
 * less than the customary 1 and 2 because powers of 2 grow faster:
 *
 * <pre>
 * B' d = d4 - (a^2 + b^2) d2 + a^2 b^2 d0         A' m = m0 + (m1 + m2) + (m3 + m4)
 *        (d4 - b^2 d2) + a (d3 - b^2 d1)                 a (m1 - m2) + b (m3 - m4)
 *        (d4 - b^2 d2) - a (d3 - b^2 d1)                 a^2 (m1 + m2) + b^2 (m3 + m4)
 *        (d4 - a^2 d2) + b (d3 - a^2 d1)                 a^3 (m1 - m2) + b^3 (m3 - m4) + m5
 *        (d4 - a^2 d2) - b (d3 - a^2 d1)
 *        d5 - (a^2 + b^2) d3 + a^2 b^2 d1
 *
 * G g  = (g0 + p g1 + p^2 g2) / N(p) for each point p, N(p) the product of p - q over the others q; g2
 * </pre>
 *
 * <p>Source: S. Winograd, Arithmetic Complexity of Computations, 1980; A. Lavin and S. Gray, Fast
 * Algorithms for Convolutional Neural Networks, 2015 (arXiv:1509.09308).
 */
public final class WinogradMatrices {
  /** The smaller point for m = 4. */
  public static final double A4 = 0.75;

  /** The larger point for m = 4. */
  public static final double B4 = 1.5;

  private WinogradMatrices() {}

  /**
   * Returns G, {@code size + 2} rows of three numbers.
   *
   * @param size m, 2 or 4
   */
  public static double[][] g(int size) {
    double[] points = size == 2 ? new double[] {0, 1, -1} : new double[] {0, A4, -A4, B4, -B4};
    double[][] g = new double[size + 2][];
    for (int i = 0; i < points.length; i++) {
      double p = points[i];
      double n = 1;
      for (int j = 0; j < points.length; j++) {
        n *= i == j ? 1 : p - points[j];
      }
      g[i] = new double[] {1 / n, p / n, p * p / n};
    }
    g[points.length] = new double[] {0, 0, 1};
    if (size == 2) {
      // With these signs B' has no row to negate.
      g[0] = new double[] {1, 0, 0};
    }
    return g;
  }
}
