package io.github.conv4j.kernel;

/**
 * Fused multiply-add, {@code a * b + c} rounded once, without an instruction for it: the same
 * results as {@link Math#fma}, to the bit, but for the payload of a NaN.
 *
 * <p>{@code Math.fma} itself computes with {@code BigDecimal} where the processor cannot help, some
 * hundred times slower than this.
 *
 * <p>Both methods round the exact sum <i>to odd</i> before they round it for good: of the two
 * numbers beside an inexact sum, to the one whose last bit is set. That is never the middle between
 * two shorter numbers, and on the right side of every middle, so rounding it to those gives what
 * rounding the exact sum would give. Source: S. Boldo, G. Melquiond, <i>Emulation of a FMA and
 * correctly rounded sums: proved algorithms using rounding to odd</i>, IEEE Transactions on
 * Computers 57(4), 2008, sections 3 and 4.
 */
final class SoftwareFma {
  /** The bits of a float64 that a float32 of normal size does not have, and the middle of them. */
  private static final long LOST_BITS = (1L << 29) - 1;

  private static final long MIDDLE = 1L << 28;

  /** Splits a float64 in two numbers of at most 26 bits, whose products are exact. */
  private static final double SPLITTER = 0x1p27 + 1;

  /** Where neither the splitting nor a sum overflows. */
  private static final double LARGE = 0x1p990;

  /** A product from here on has no bit below the smallest float64. */
  private static final double SMALL = 0x1p-960;

  private SoftwareFma() {}

  /** Returns {@code a * b + c}, rounded once. */
  static float fma(float a, float b, float c) {
    // Exact: twice 24 bits fit into 53, and the exponents into those of float64.
    double product = (double) a * b;
    double sum = product + c;
    // Rounding twice is harmless unless the first result is a middle of the second.
    if ((Double.doubleToRawLongBits(sum) & LOST_BITS) != MIDDLE
        && Math.abs(sum) >= Float.MIN_NORMAL) {
      return (float) sum;
    }
    return (float) sumToOdd(product, c, sum);
  }

  /** Returns {@code a * b + c}, rounded once. */
  static double fma(double a, double b, double c) {
    double product = a * b;
    double size = Math.abs(product);
    // False if one of them is NaN.
    boolean harmless =
        size > SMALL
            && size < LARGE
            && Math.abs(a) < LARGE
            && Math.abs(b) < LARGE
            && Math.abs(c) < LARGE;
    if (!harmless) {
      return a == 0 || b == 0 ? product + c : Math.fma(a, b, c);
    }
    // product + productRest = a * b
    double aHigh = upperHalf(a);
    double aLow = a - aHigh;
    double bHigh = upperHalf(b);
    double bLow = b - bHigh;
    double productRest = aLow * bLow - (((product - aHigh * bHigh) - aLow * bHigh) - aHigh * bLow);
    // low + lowRest = c + productRest, and high + highRest = product + low
    double low = c + productRest;
    double lowRest = rest(c, productRest, low);
    double high = product + low;
    double highRest = rest(product, low, high);
    return high + sumToOdd(lowRest, highRest, lowRest + highRest);
  }

  private static double upperHalf(double a) {
    double scaled = a * SPLITTER;
    return scaled - (scaled - a);
  }

  /** Returns exactly what {@code sum}, which is {@code a + b} rounded, lacks. */
  private static double rest(double a, double b, double sum) {
    double rounded = sum - a;
    return (a - (sum - rounded)) + (b - rounded);
  }

  /**
   * Rounds a sum to odd.
   *
   * @param sum {@code a + b}, rounded to nearest
   */
  private static double sumToOdd(double a, double b, double sum) {
    double rest = rest(a, b, sum);
    long bits = Double.doubleToRawLongBits(sum);
    // A sum that is NaN has such a rest too, and stays NaN.
    if (rest != 0 && (bits & 1) == 0) {
      return Double.longBitsToDouble(rest > 0 == sum > 0 ? bits + 1 : bits - 1);
    }
    return sum;
  }
}
