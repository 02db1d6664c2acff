package io.github.conv4j.operator;

import io.github.conv4j.kernel.Fma;

/**
 * The loops of operations on float64 that wait for memory: over neighbours, without conditions, so
 * that the just-in-time compiler makes vector instructions of them. The results do not depend on
 * whether it does.
 */
final class DoubleLoops {
  private DoubleLoops() {}

  /** Sets {@code y = scale * x + shift}, rounded once. */
  static void scale(double[] x, int xAt, double scale, double shift, double[] y, int yAt, int n) {
    for (int i = 0; i < n; i++) {
      y[yAt + i] = Fma.fma(x[xAt + i], scale, shift);
    }
  }

  /** Sets {@code y = max(y, x)}, NaN if either is. */
  static void max(double[] x, int xAt, double[] y, int yAt, int n) {
    for (int i = 0; i < n; i++) {
      y[yAt + i] = Math.max(y[yAt + i], x[xAt + i]);
    }
  }

  /** Adds the products of neighbours to as many sums. */
  static void multiplyAdd(double[] x, int xAt, double[] w, int wAt, double[] sums, int n) {
    for (int i = 0; i < n; i++) {
      sums[i] = Fma.fma(x[xAt + i], w[wAt + i], sums[i]);
    }
  }
}
