package io.github.conv4j.kernel;

/**
 * Steps of the exponential function in float64, which loops put together as they need it:
 *
 * <pre>
 * exp(x) = 2^n * exp(r),   n = the integer nearest to x / log(2),   r = x - n * log(2)
 * </pre>
 *
 * <p>Every step is a chain of additions, multiplications and {@code fma} without conditions or a
 * look at bits, so that the just-in-time compiler makes vector instructions of such loops on every
 * JDK, and the bits are the same with them and without.
 */
public final class DoubleExp {
  /** 1 / log(2). */
  public static final double LOG2_E = 1.4426950408889634;

  /** log(2) in two parts: multiples of the first are subtracted without rounding. */
  public static final double LN_2_HIGH = 0.6931471805599453;

  /** The second part. */
  public static final double LN_2_LOW = 2.3190468138462996e-17;

  /** Adding and subtracting it rounds to the nearest integer. */
  public static final double ROUNDER = 0x1.8p52;

  /** 2^51 + 1. */
  private static final double VELTKAMP = 2251799813685249.0;

  private DoubleExp() {}

  /**
   * Returns exp(-r) - 1 for |r| &lt;= log(2) / 2, by a polynomial that the script
   * make_exp_coefficients.py finds: two terms shorter than Taylor's.
   */
  public static double expOfMinusLessOne(double r) {
    double q = Fma.fma(r, -2.5100375832561234e-08, 2.7620075879983367e-07);
    q = Fma.fma(q, r, -2.7557268480310024e-06);
    q = Fma.fma(q, r, 2.4801521322368692e-05);
    q = Fma.fma(q, r, -0.00019841269863040545);
    q = Fma.fma(q, r, 0.0013888888917196719);
    q = Fma.fma(q, r, -0.008333333333330065);
    q = Fma.fma(q, r, 0.041666666666624164);
    q = Fma.fma(q, r, -0.16666666666666669);
    q = Fma.fma(q, r, 0.5000000000000001);
    return Fma.fma(q, r * r, -r);
  }

  /**
   * Returns 2^(n + shift) for integers whose sum is within [-587, 549]: (1 + u + 0.5015 u^2 +
   * u^3/6)^2048 with u = (n + shift) * log(2) / 2048, which is within 4 % of it, rounded to two
   * binary digits.
   *
   * <p>0.5015 u^2 makes up for the terms from u^4/24 on. The rounding is Veltkamp's: with c = (2^51
   * + 1) * p, c - (c - p) is the leading 53 - 51 digits of p.
   */
  public static double powerOfTwo(double n, int shift) {
    double u = Fma.fma(n, LN_2_HIGH / 2048, shift * LN_2_HIGH / 2048);
    double p = Fma.fma(u, 1 / 6.0, 0.5015);
    p = Fma.fma(p, u, 1.0);
    p = Fma.fma(p, u, 1.0);
    p *= p;
    p *= p;
    p *= p;
    p *= p;
    p *= p;
    p *= p;
    p *= p;
    p *= p;
    p *= p;
    p *= p;
    p *= p;
    double c = p * VELTKAMP;
    return c - (c - p);
  }
}
