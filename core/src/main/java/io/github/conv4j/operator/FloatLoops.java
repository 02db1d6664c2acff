package io.github.conv4j.operator;

import io.github.conv4j.kernel.Fma;

/**
 * The loops of operations on float32 that wait for memory: over neighbours, without conditions, so
 * that the just-in-time compiler makes vector instructions of them. The results do not depend on
 * whether it does.
 */
final class FloatLoops {
  private FloatLoops() {}

  /** Sets {@code y = scale * x + shift}, rounded once. */
  static void scale(float[] x, int xAt, float scale, float shift, float[] y, int yAt, int n) {
    for (int i = 0; i < n; i++) {
      y[yAt + i] = Fma.fma(x[xAt + i], scale, shift);
    }
  }

  /** Sets {@code y = max(y, x)}, NaN if either is. */
  static void max(float[] x, int xAt, float[] y, int yAt, int n) {
    for (int i = 0; i < n; i++) {
      y[yAt + i] = Math.max(y[yAt + i], x[xAt + i]);
    }
  }

  /** Adds the products of neighbours to as many sums. */
  static void multiplyAdd(float[] x, int xAt, float[] w, int wAt, float[] sums, int n) {
    for (int i = 0; i < n; i++) {
      sums[i] = Fma.fma(x[xAt + i], w[wAt + i], sums[i]);
    }
  }
}
