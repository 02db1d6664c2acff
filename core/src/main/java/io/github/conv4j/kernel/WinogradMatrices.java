package io.github.conv4j.kernel;

/**
 * The matrices of Winograd's minimal filtering, by which {@code r} taps give {@code m} outputs from
 * {@code n = m + r - 1} inputs with {@code n} multiplications instead of {@code r m}:
 *
 * <pre>
 * y = A' [ (G g) * (B' d) ]
 * </pre>
 *
 * <p>d are the inputs, g the taps, y the outputs, and * multiplies number by number. In two
 * dimensions it is done along both. The method multiplies polynomials by their values at n - 1
 * points and at infinity. B' depends on the points alone; A' has the first m powers of each, and G
 * the first r.
 *
 * <p>For n = 4 (r = 3, m = 2) the points are 0, 1, -1:
 *
 * <pre>
 * B' d = d0 - d2        G g = g0                  A' m = m0 + m1 + m2
 *        d1 + d2              (g0 + g1 + g2) / 2         m1 - m2 - m3
 *        d2 - d1              (g0 - g1 + g2) / 2
 *        d1 - d3              g2
 * </pre>
 *
 * <p>For n = 6 they are 0, a, -a, b, -b with a = {@value #A6} and b = {@value #B6}, which round
 * less than the customary 1 and 2 because powers of 2 grow faster. With r = 3 and m = 4:
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
 * <p>With r = 5 and m = 2, B' is the same:
 *
 * <pre>
 * A' m = m0 + (m1 + m2) + (m3 + m4)
 *        a (m1 - m2) + b (m3 - m4) + m5
 *
 * G g  = (g0 + p g1 + p^2 g2 + p^3 g3 + p^4 g4) / N(p) for each point p; g4
 * </pre>
 *
 * <p>Why: let D_i be the sum of g_j d_(i+j) over j, an output. The sum over all points p of p^i
 * g(p) / N(p) * (B' d)_p is D_i, because row p of B' has the coefficients of the polynomial N_p(x),
 * the product of x - q over the points q other than p. As polynomials of x of a degree less than n
 * - 1, the sum of f(p) / N(p) N_p(x) is f(x) (Lagrange), f being x^i g(x); putting d_k for x^k
 * makes it D_i. For i = m - 1, f has the degree n - 1, and what is missing is its leading
 * coefficient g_(r-1) times the product of x - q over all points q: the last row of G, A' and B'.
 *
 * <p>Source: S. Winograd, Arithmetic Complexity of Computations, 1980; A. Lavin and S. Gray, Fast
 * Algorithms for Convolutional Neural Networks, 2015 (arXiv:1509.09308).
 */
public final class WinogradMatrices {
  /** The smaller point for n = 6. */
  public static final double A6 = 0.75;

  /** The larger point for n = 6. */
  public static final double B6 = 1.5;

  private WinogradMatrices() {}

  /**
   * Returns G, {@code size + taps - 1} rows of {@code taps} numbers.
   *
   * @param size m, 2 or 4
   * @param taps r: 3, or 5 where m is 2
   */
  public static double[][] g(int size, int taps) {
    int n = size + taps - 1;
    double[] points = n == 4 ? new double[] {0, 1, -1} : new double[] {0, A6, -A6, B6, -B6};
    double[][] g = new double[n][taps];
    for (int i = 0; i < points.length; i++) {
      double divisor = 1;
      for (int j = 0; j < points.length; j++) {
        divisor *= i == j ? 1 : points[i] - points[j];
      }
      double power = 1;
      for (int tap = 0; tap < taps; tap++) {
        g[i][tap] = power / divisor;
        power *= points[i];
      }
    }
    g[n - 1][taps - 1] = 1;
    if (n == 4) {
      // With these signs B' has no row to negate.
      g[0] = new double[] {1, 0, 0};
    }
    return g;
  }
}
