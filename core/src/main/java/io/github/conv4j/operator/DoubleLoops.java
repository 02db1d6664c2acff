package io.github.conv4j.operator;

import io.github.conv4j.kernel.Fma;

/**
 * The loops of operations on float64 that wait for memory: over neighbours, without conditions, so
 * that the just-in-time compiler makes vector instructions of them. It does so where all arrays
 * have the same index, as it cannot tell whether two arrays are one; so what lies elsewhere is
 * copied first. The results do not depend on it.
 */
final class DoubleLoops {
  private DoubleLoops() {}

  /** Sets {@code y = scale * x + shift}, rounded once, from one index on in both. */
  static void scale(double[] x, double scale, double shift, double[] y, int at, int n) {
    for (int i = at; i < at + n; i++) {
      y[i] = Fma.fma(x[i], scale, shift);
    }
  }

  /** Sets {@code y = factor * x}, from one index on in both. */
  static void multiply(double[] x, double factor, double[] y, int at, int n) {
    for (int i = at; i < at + n; i++) {
      y[i] = x[i] * factor;
    }
  }
}
