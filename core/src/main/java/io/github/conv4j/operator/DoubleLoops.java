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

  /** Sets {@code y = x} where that is positive, else {@code slope * x}. */
  static void leakyRelu(double[] x, double slope, double[] y, int at, int n) {
    if (slope > 0 && slope <= 1) {
      for (int i = at; i < at + n; i++) {
        y[i] = Math.max(x[i], x[i] * slope);
      }
      return;
    }
    for (int i = at; i < at + n; i++) {
      y[i] = x[i] > 0 ? x[i] : x[i] * slope;
    }
  }

  /** Sets {@code y = min(max(x + 3, 0), 6) / 6}. */
  static void hardsigmoid(double[] x, double[] y, int at, int n) {
    for (int i = at; i < at + n; i++) {
      y[i] = Math.min(Math.max(x[i] + 3, 0), 6) / 6;
    }
  }
}
