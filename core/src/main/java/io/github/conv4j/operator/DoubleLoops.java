package io.github.conv4j.operator;

import io.github.conv4j.kernel.Fma;

/**
 * The loops of operations on float64 that wait for memory: over neighbours, without conditions, so
 * that the just-in-time compiler makes vector instructions of them. The results do not depend on
 * whether it does.
 */
final class DoubleLoops {
  private DoubleLoops() {}

  static void add(double[] x, int xAt, double[] z, int zAt, double[] y, int yAt, int n) {
    for (int i = 0; i < n; i++) {
      y[yAt + i] = x[xAt + i] + z[zAt + i];
    }
  }

  static void sub(double[] x, int xAt, double[] z, int zAt, double[] y, int yAt, int n) {
    for (int i = 0; i < n; i++) {
      y[yAt + i] = x[xAt + i] - z[zAt + i];
    }
  }

  static void mul(double[] x, int xAt, double[] z, int zAt, double[] y, int yAt, int n) {
    for (int i = 0; i < n; i++) {
      y[yAt + i] = x[xAt + i] * z[zAt + i];
    }
  }

  static void div(double[] x, int xAt, double[] z, int zAt, double[] y, int yAt, int n) {
    for (int i = 0; i < n; i++) {
      y[yAt + i] = x[xAt + i] / z[zAt + i];
    }
  }

  static void add(double[] x, int xAt, double z, double[] y, int yAt, int n) {
    for (int i = 0; i < n; i++) {
      y[yAt + i] = x[xAt + i] + z;
    }
  }

  static void mul(double[] x, int xAt, double z, double[] y, int yAt, int n) {
    for (int i = 0; i < n; i++) {
      y[yAt + i] = x[xAt + i] * z;
    }
  }

  static void div(double[] x, int xAt, double z, double[] y, int yAt, int n) {
    for (int i = 0; i < n; i++) {
      y[yAt + i] = x[xAt + i] / z;
    }
  }

  static void subFrom(double x, double[] z, int zAt, double[] y, int yAt, int n) {
    for (int i = 0; i < n; i++) {
      y[yAt + i] = x - z[zAt + i];
    }
  }

  static void divInto(double x, double[] z, int zAt, double[] y, int yAt, int n) {
    for (int i = 0; i < n; i++) {
      y[yAt + i] = x / z[zAt + i];
    }
  }

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
