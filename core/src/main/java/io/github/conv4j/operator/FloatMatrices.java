package io.github.conv4j.operator;

import io.github.conv4j.kernel.Fma;

/** Products of small float32 matrices, and of matrices and vectors. */
final class FloatMatrices {
  private FloatMatrices() {}

  /**
   * Computes {@code y[r][j] = sum over t of a[r][t] * b[t][j]} for {@code 0 <= r < m} and {@code 0
   * <= j < n}, in the order in which the kernels of a backend do it: partial sums of {@code chunk}
   * products are chains of fused multiply-adds, and are added up one after the other.
   */
  static void multiply(
      float[] a, int aAt, float[] b, int bAt, float[] y, int yAt, int m, int k, int n, int chunk) {
    for (int r = 0; r < m; r++) {
      for (int j = 0; j < n; j++) {
        float total = 0;
        for (int from = 0; from < k; from += chunk) {
          float part = 0;
          int to = Math.min(from + chunk, k);
          for (int t = from; t < to; t++) {
            part = Fma.fma(a[aAt + r * k + t], b[bAt + t * n + j], part);
          }
          total += part;
        }
        y[yAt + r * n + j] = total;
      }
    }
  }

  /**
   * Returns {@code sum over t of a[aAt + t] * b[bAt + t]} for {@code 0 <= t < n}: eight partial
   * sums in float64, product t going to sum t % 8, which are added in pairs at last, then the
   * products past a multiple of eight.
   */
  static float dot(float[] a, int aAt, float[] b, int bAt, int n) {
    double s0 = 0;
    double s1 = 0;
    double s2 = 0;
    double s3 = 0;
    double s4 = 0;
    double s5 = 0;
    double s6 = 0;
    double s7 = 0;
    int whole = n & -8;
    for (int t = 0; t < whole; t += 8) {
      int i = aAt + t;
      int j = bAt + t;
      s0 += product(a[i], b[j]);
      s1 += product(a[i + 1], b[j + 1]);
      s2 += product(a[i + 2], b[j + 2]);
      s3 += product(a[i + 3], b[j + 3]);
      s4 += product(a[i + 4], b[j + 4]);
      s5 += product(a[i + 5], b[j + 5]);
      s6 += product(a[i + 6], b[j + 6]);
      s7 += product(a[i + 7], b[j + 7]);
    }
    double total = ((s0 + s4) + (s2 + s6)) + ((s1 + s5) + (s3 + s7));
    double rest = 0;
    for (int t = whole; t < n; t++) {
      rest += product(a[aAt + t], b[bAt + t]);
    }
    return (float) (total + rest);
  }

  /** Returns the product of two float32 numbers, which float64 holds; of float64, rounded. */
  private static double product(double a, double b) {
    return a * b;
  }
}
