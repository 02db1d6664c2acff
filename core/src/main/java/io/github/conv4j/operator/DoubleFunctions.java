package io.github.conv4j.operator;

import io.github.conv4j.kernel.DoubleExp;
import io.github.conv4j.kernel.Fma;

/**
 * Exponential functions of the numbers of an array, in float64: fixed polynomials within 2 units in
 * the last place, with the same bits on every machine. float32 goes through them too, and is then
 * rounded as if it had been exact.
 *
 * <p>A loop has one exponential at most: at more than 60 nodes the just-in-time compiler no longer
 * makes vector instructions of it. So the functions go over a block of numbers several times, which
 * stays in the first-level cache. Nor does it where there is a condition: {@link #sign} and {@link
 * #isAbove} take the place of conditions.
 */
final class DoubleFunctions {
  /** The most numbers at a time. */
  static final int BLOCK = 512;

  /** sqrt(1 / 2). */
  private static final double SQRT_HALF = 0.7071067811865476;

  /** sqrt(2 / pi). */
  private static final double SQRT_2_PI = 0.7978845608028654;

  /** A block of numbers, and what comes up on the way. */
  static final class Block {
    /** The numbers, and then the results. */
    final double[] x = new double[BLOCK];

    private final double[] e = new double[BLOCK];
    private final double[] f = new double[BLOCK];
    private final double[] u = new double[BLOCK];
  }

  private DoubleFunctions() {}

  // ---- the loops with an exponential

  /** Sets {@code y = exp(x)} for numbers that are not above 0. */
  static void expOfNegative(double[] x, double[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = expOfNegative(x[i]);
    }
  }

  private static double expOfNegative(double x) {
    // Below, the result is 0. Between 2^-1074 and 2^-1022, the last multiplication rounds.
    double t = Math.min(Math.max(x, -746.0), 0.0);
    double k = Fma.fma(t, DoubleExp.LOG2_E, DoubleExp.ROUNDER) - DoubleExp.ROUNDER;
    double r = Fma.fma(k, -DoubleExp.LN_2_HIGH, t);
    r = Fma.fma(k, -DoubleExp.LN_2_LOW, r);
    double power = DoubleExp.powerOfTwo(k, 490);
    return Fma.fma(power, DoubleExp.expOfMinusLessOne(-r), power) * 0x1p-490;
  }

  /** Sets {@code y = exp(-x^2)}. */
  private static void expOfMinusSquare(double[] x, double[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = expOfNegative(-x[i] * x[i]);
    }
  }

  /** Sets {@code y = exp(-|x|)}. */
  private static void expOfMinusSize(double[] x, double[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = expOfNegative(-Math.abs(x[i]));
    }
  }

  /**
   * Takes numbers x that are not above 0 from {@code high}, and sets {@code high + low = exp(x) -
   * 1}, high being 0 or the larger part, so that their sum can be rounded late.
   */
  private static void expLessOneOfNegative(double[] high, double[] low, int n) {
    for (int i = 0; i < n; i++) {
      // Below, the result is -1.
      double t = Math.max(high[i], -40.0);
      double k = Fma.fma(t, DoubleExp.LOG2_E, DoubleExp.ROUNDER) - DoubleExp.ROUNDER;
      double r = Fma.fma(k, -DoubleExp.LN_2_HIGH, t);
      r = Fma.fma(k, -DoubleExp.LN_2_LOW, r);
      double s = DoubleExp.expOfMinusLessOne(-r);
      double power = DoubleExp.powerOfTwo(k, 0);
      // power - 1, in two parts.
      double whole = power - 1;
      high[i] = whole;
      low[i] = Fma.fma(power, s, power - (whole + 1));
    }
  }

  // ---- what takes the place of conditions

  /** Returns 1 or -1 as x is positive or negative, and x if it is 0, -0 or NaN. */
  private static double sign(double x) {
    return Math.min(Math.max(x * 1e300 * 1e300, -1.0), 1.0);
  }

  /** Returns 1 if x is above a limit whose size is 1/2 or more, 0 if not, and NaN if x is. */
  private static double isAbove(double x, double limit) {
    return Math.min(Math.max((x - limit) * 1e300, 0.0), 1.0);
  }

  /**
   * Returns (x + xLow) / (y + yLow) rounded nearly once, for y within [1, 2] and parts that are
   * small beside the others.
   */
  private static double quotient(double x, double xLow, double y, double yLow) {
    double q = x / y;
    double rest = Fma.fma(-q, yLow, Fma.fma(-q, y, x) + xLow);
    // 1 / y within 6 %.
    return Fma.fma(rest, Fma.fma(y, -8 / 17.0, 24 / 17.0), q);
  }

  // ---- functions of a block

  /** 1 / (1 + exp(-x)) = exp(min(x, 0)) / (1 + exp(-|x|)). */
  static void sigmoid(Block block, int n) {
    double[] x = block.x;
    double[] e = block.e;
    expOfMinusSize(x, e, n);
    for (int i = 0; i < n; i++) {
      // As e is 1 next to 0, this is 1 for positive numbers and e for others.
      double most = Math.max(e[i], Math.min(x[i] * 1e300, 1.0));
      double y = 1 + e[i];
      x[i] = quotient(most, 0, y, e[i] - (y - 1));
    }
  }

  /** The hyperbolic tangent. */
  static void tanh(Block block, int n) {
    tanh(block.x, block, n);
  }

  /** Sets {@code x = tanh(x)}, with m = exp(-2 |x|) - 1: tanh(|x|) = -m / (m + 2). */
  private static void tanh(double[] x, Block block, int n) {
    double[] high = block.e;
    double[] low = block.f;
    for (int i = 0; i < n; i++) {
      high[i] = -2 * Math.abs(x[i]);
    }
    expLessOneOfNegative(high, low, n);
    for (int i = 0; i < n; i++) {
      double m = high[i] + low[i];
      double mLow = low[i] - (m - high[i]);
      double y = m + 2;
      double yLow = m - (y - 2) + mLow;
      x[i] = quotient(0 - m, -mLow, y, yLow) * sign(x[i]);
    }
  }

  /** x for positive numbers, alpha * (exp(x) - 1) for others. */
  static void elu(Block block, int n, double alpha) {
    double[] x = block.x;
    double[] high = block.e;
    double[] low = block.f;
    for (int i = 0; i < n; i++) {
      high[i] = Math.min(x[i], 0.0);
    }
    expLessOneOfNegative(high, low, n);
    for (int i = 0; i < n; i++) {
      // Only -0 leaves -0 as it is.
      double m = Math.min(high[i] + low[i], -0.0);
      x[i] = Math.max(x[i], -0.0) + alpha * m;
    }
  }

  /** The error function. */
  static void erf(Block block, int n) {
    erf(block.x, block, n);
  }

  /** Sets {@code x = erf(x)}, by polynomials that the script make_erf_coefficients.py finds. */
  private static void erf(double[] x, Block block, int n) {
    double[] e = block.e;
    double[] far = block.f;
    expOfMinusSquare(x, e, n);
    erfFar(x, e, far, n);
    erfNear(x, e, n);
    for (int i = 0; i < n; i++) {
      double isFar = isAbove(Math.abs(x[i]), 1.0);
      x[i] = (1 - isFar) * e[i] + isFar * far[i] * sign(x[i]);
    }
  }

  /** Sets {@code y = erf(|x|)} from {@code exp(-x^2)}, for |x| of 1 or more. */
  private static void erfFar(double[] x, double[] e, double[] y, int n) {
    for (int i = 0; i < n; i++) {
      // Beyond 6 the result is 1.
      double a = Math.min(Math.max(Math.abs(x[i]), 1.0), 6.0);
      double s = 14.4 / (a + 3) - 2.6;
      y[i] = Fma.fma(-e[i], erfFar(s), 1.0);
    }
  }

  private static double erfFar(double s) {
    double g = Fma.fma(6.0857915906870915e-12, s, -6.047405945991704e-12);
    g = Fma.fma(g, s, -2.571511429603255e-10);
    g = Fma.fma(g, s, 2.6381508985080735e-10);
    g = Fma.fma(g, s, 1.1339538061744706e-08);
    g = Fma.fma(g, s, 4.526700764248741e-09);
    g = Fma.fma(g, s, -5.541274478467714e-07);
    g = Fma.fma(g, s, -2.4255574719050315e-06);
    g = Fma.fma(g, s, 1.9563583246137112e-05);
    g = Fma.fma(g, s, 0.0003316029605764125);
    g = Fma.fma(g, s, 0.002479314697078186);
    g = Fma.fma(g, s, 0.012713147695692198);
    g = Fma.fma(g, s, 0.04969844540339464);
    g = Fma.fma(g, s, 0.15436117429436919);
    g = Fma.fma(g, s, 0.20798329133342885);
    return g;
  }

  /** Sets {@code y = erf(x)}, for |x| up to 1. */
  private static void erfNear(double[] x, double[] y, int n) {
    for (int i = 0; i < n; i++) {
      double t = Math.min(Math.max(x[i], -1.0), 1.0);
      y[i] = t * erfNear(t * t);
    }
  }

  private static double erfNear(double z) {
    double p = Fma.fma(5.957176147748911e-11, z, -1.1372848856791674e-09);
    p = Fma.fma(p, z, 1.4659775274047436e-08);
    p = Fma.fma(p, z, -1.6350312701054695e-07);
    p = Fma.fma(p, z, 1.6461000484121368e-06);
    p = Fma.fma(p, z, -1.4925595266831182e-05);
    p = Fma.fma(p, z, 0.0001205533111164271);
    p = Fma.fma(p, z, -0.000854832698083379);
    p = Fma.fma(p, z, 0.0052239776248180145);
    p = Fma.fma(p, z, -0.026866170645076792);
    p = Fma.fma(p, z, 0.11283791670954879);
    p = Fma.fma(p, z, -0.3761263890318375);
    p = Fma.fma(p, z, 1.1283791670955126);
    return p;
  }

  /** x * (1 + erf(x / sqrt(2))) / 2. */
  static void gelu(Block block, int n) {
    double[] x = block.x;
    double[] u = block.u;
    for (int i = 0; i < n; i++) {
      u[i] = x[i] * SQRT_HALF;
    }
    erf(u, block, n);
    for (int i = 0; i < n; i++) {
      x[i] = x[i] * 0.5 * (1 + u[i]);
    }
  }

  /** x * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 x^3))) / 2. */
  static void geluTanh(Block block, int n) {
    double[] x = block.x;
    double[] u = block.u;
    for (int i = 0; i < n; i++) {
      u[i] = SQRT_2_PI * (x[i] + 0.044715 * (x[i] * x[i] * x[i]));
    }
    tanh(u, block, n);
    for (int i = 0; i < n; i++) {
      x[i] = x[i] * 0.5 * (1 + u[i]);
    }
  }
}
