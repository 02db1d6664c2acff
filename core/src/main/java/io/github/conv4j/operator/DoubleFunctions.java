package io.github.conv4j.operator;

import io.github.conv4j.kernel.DoubleExp;
import io.github.conv4j.kernel.Fma;

/**
 * Exponential functions of the numbers of an array, in float64: fixed polynomials within 2 units in
 * the last place, with the same bits on every machine. float32 goes through them too, and is then
 * rounded as if it had been exact.
 *
 * <p>The just-in-time compiler makes vector instructions of loops of up to some 60 nodes, without
 * conditions, and not too many of them in one method. So a function takes several steps over a
 * block of numbers, which stays in the first-level cache; each step is a loop that is called
 * through an interface, lest all be compiled as one; and {@link #sign} and {@link #isAbove} take
 * the place of conditions.
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

    /** What the erf or tanh is taken of, and then that. */
    private final double[] u = new double[BLOCK];

    private final double[] e = new double[BLOCK];
    private final double[] f = new double[BLOCK];
  }

  /** One loop over the first {@code n} numbers of a block. */
  private interface Step {
    void run(Block block, int n);
  }

  /** A function: one loop after the other. */
  static final class Steps {
    private final Step[] steps;

    private Steps(Step... steps) {
      this.steps = steps;
    }

    /** Replaces the first {@code n} numbers of a block by the function of them. */
    void apply(Block block, int n) {
      for (Step step : steps) {
        step.run(block, n);
      }
    }
  }

  /** 1 / (1 + exp(-x)) = exp(min(x, 0)) / (1 + exp(-|x|)). */
  static final Steps SIGMOID =
      new Steps(DoubleFunctions::minusSize, DoubleFunctions::exp, DoubleFunctions::sigmoidFromExp);

  /** The hyperbolic tangent: tanh(|x|) = -m / (m + 2) with m = exp(-2 |x|) - 1. */
  static final Steps TANH =
      new Steps(
          DoubleFunctions::begin,
          DoubleFunctions::minusTwiceSize,
          DoubleFunctions::reduce,
          DoubleFunctions::expLessOne,
          DoubleFunctions::tanhFromExp,
          DoubleFunctions::end);

  /** The error function, by polynomials that the script make_erf_coefficients.py finds. */
  static final Steps ERF =
      new Steps(
          DoubleFunctions::begin,
          DoubleFunctions::minusSquare,
          DoubleFunctions::exp,
          DoubleFunctions::erfFar,
          DoubleFunctions::erfNear,
          DoubleFunctions::erfFromBoth,
          DoubleFunctions::end);

  /** x * (1 + erf(x / sqrt(2))) / 2. */
  static final Steps GELU =
      new Steps(
          DoubleFunctions::geluArgument,
          DoubleFunctions::minusSquare,
          DoubleFunctions::exp,
          DoubleFunctions::erfFar,
          DoubleFunctions::erfNear,
          DoubleFunctions::erfFromBoth,
          DoubleFunctions::geluEnd);

  /** x * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 x^3))) / 2. */
  static final Steps GELU_TANH =
      new Steps(
          DoubleFunctions::geluTanhArgument,
          DoubleFunctions::minusTwiceSize,
          DoubleFunctions::reduce,
          DoubleFunctions::expLessOne,
          DoubleFunctions::tanhFromExp,
          DoubleFunctions::geluEnd);

  private DoubleFunctions() {}

  /** Returns x for positive numbers, alpha * (exp(x) - 1) for others. */
  static Steps elu(double alpha) {
    return new Steps(
        DoubleFunctions::notAboveZero,
        DoubleFunctions::reduce,
        DoubleFunctions::expLessOne,
        (block, n) -> eluFromExp(block, n, alpha));
  }

  // ---- exponentials

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

  /** Sets {@code e = exp(e)} for numbers that are not above 0. */
  private static void exp(Block block, int n) {
    expOfNegative(block.e, block.e, n);
  }

  /** Takes numbers x that are not above 0 from e: k in e, s in f, exp(x) = 2^k * (1 + s). */
  private static void reduce(Block block, int n) {
    double[] e = block.e;
    double[] f = block.f;
    for (int i = 0; i < n; i++) {
      // Below, exp(x) - 1 is -1.
      double t = Math.max(e[i], -40.0);
      double k = Fma.fma(t, DoubleExp.LOG2_E, DoubleExp.ROUNDER) - DoubleExp.ROUNDER;
      double r = Fma.fma(k, -DoubleExp.LN_2_HIGH, t);
      r = Fma.fma(k, -DoubleExp.LN_2_LOW, r);
      f[i] = DoubleExp.expOfMinusLessOne(-r);
      e[i] = k;
    }
  }

  /**
   * Makes that e and f whose sum is {@code exp(x) - 1}, e being 0 or the larger part, so that the
   * sum can be rounded late.
   */
  private static void expLessOne(Block block, int n) {
    double[] e = block.e;
    double[] f = block.f;
    for (int i = 0; i < n; i++) {
      double power = DoubleExp.powerOfTwo(e[i], 0);
      // power - 1, in two parts.
      double high = power - 1;
      e[i] = high;
      f[i] = Fma.fma(power, f[i], power - (high + 1));
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

  // ---- what comes before and after

  private static void begin(Block block, int n) {
    System.arraycopy(block.x, 0, block.u, 0, n);
  }

  private static void end(Block block, int n) {
    System.arraycopy(block.u, 0, block.x, 0, n);
  }

  private static void minusSize(Block block, int n) {
    double[] x = block.x;
    double[] e = block.e;
    for (int i = 0; i < n; i++) {
      e[i] = -Math.abs(x[i]);
    }
  }

  private static void sigmoidFromExp(Block block, int n) {
    double[] x = block.x;
    double[] e = block.e;
    for (int i = 0; i < n; i++) {
      // As e is 1 next to 0, this is 1 for positive numbers and e for others.
      double most = Math.max(e[i], Math.min(x[i] * 1e300, 1.0));
      double y = 1 + e[i];
      x[i] = quotient(most, 0, y, e[i] - (y - 1));
    }
  }

  private static void notAboveZero(Block block, int n) {
    double[] x = block.x;
    double[] e = block.e;
    for (int i = 0; i < n; i++) {
      e[i] = Math.min(x[i], 0.0);
    }
  }

  private static void eluFromExp(Block block, int n, double alpha) {
    double[] x = block.x;
    double[] e = block.e;
    double[] f = block.f;
    for (int i = 0; i < n; i++) {
      // Only -0 leaves -0 as it is.
      double m = Math.min(e[i] + f[i], -0.0);
      x[i] = Math.max(x[i], -0.0) + alpha * m;
    }
  }

  private static void minusTwiceSize(Block block, int n) {
    double[] u = block.u;
    double[] e = block.e;
    for (int i = 0; i < n; i++) {
      e[i] = -2 * Math.abs(u[i]);
    }
  }

  private static void tanhFromExp(Block block, int n) {
    double[] u = block.u;
    double[] e = block.e;
    double[] f = block.f;
    for (int i = 0; i < n; i++) {
      double m = e[i] + f[i];
      double mLow = f[i] - (m - e[i]);
      double y = m + 2;
      double yLow = m - (y - 2) + mLow;
      u[i] = quotient(0 - m, -mLow, y, yLow) * sign(u[i]);
    }
  }

  private static void minusSquare(Block block, int n) {
    double[] u = block.u;
    double[] e = block.e;
    for (int i = 0; i < n; i++) {
      e[i] = -u[i] * u[i];
    }
  }

  /** Sets {@code f = erf(|u|)} from {@code e = exp(-u^2)}, for |u| of 1 or more. */
  private static void erfFar(Block block, int n) {
    double[] u = block.u;
    double[] e = block.e;
    double[] f = block.f;
    for (int i = 0; i < n; i++) {
      // Beyond 6 the result is 1.
      double a = Math.min(Math.max(Math.abs(u[i]), 1.0), 6.0);
      double s = 14.4 / (a + 3) - 2.6;
      f[i] = Fma.fma(-e[i], erfFar(s), 1.0);
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

  /** Sets {@code e = erf(u)}, for |u| up to 1. */
  private static void erfNear(Block block, int n) {
    double[] u = block.u;
    double[] e = block.e;
    for (int i = 0; i < n; i++) {
      double t = Math.min(Math.max(u[i], -1.0), 1.0);
      e[i] = t * erfNear(t * t);
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

  private static void erfFromBoth(Block block, int n) {
    double[] u = block.u;
    double[] near = block.e;
    double[] far = block.f;
    for (int i = 0; i < n; i++) {
      double isFar = isAbove(Math.abs(u[i]), 1.0);
      u[i] = (1 - isFar) * near[i] + isFar * far[i] * sign(u[i]);
    }
  }

  private static void geluArgument(Block block, int n) {
    double[] x = block.x;
    double[] u = block.u;
    for (int i = 0; i < n; i++) {
      u[i] = x[i] * SQRT_HALF;
    }
  }

  private static void geluTanhArgument(Block block, int n) {
    double[] x = block.x;
    double[] u = block.u;
    for (int i = 0; i < n; i++) {
      u[i] = SQRT_2_PI * (x[i] + 0.044715 * (x[i] * x[i] * x[i]));
    }
  }

  private static void geluEnd(Block block, int n) {
    double[] x = block.x;
    double[] u = block.u;
    for (int i = 0; i < n; i++) {
      x[i] = x[i] * 0.5 * (1 + u[i]);
    }
  }
}
