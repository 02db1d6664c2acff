package io.github.conv4j.cli.explain;

import java.math.BigDecimal;
import java.math.MathContext;

/**
 * Numbers as pictures write them, the same on every JDK: {@code Double.toString} gives some numbers
 * more digits before JDK 19.
 */
final class NumberText {
  /** What float32 holds for certain, and one more. */
  private static final int DIGITS = 7;

  /** Characters in a cell, but for exponents that need more. */
  private static final int CELL = 6;

  private NumberText() {}

  /** Returns a number in at most seven digits. */
  static String full(double value) {
    return within(value, DIGITS + 5);
  }

  /** Returns a number in about six characters. */
  static String cell(double value) {
    return within(value, CELL);
  }

  private static String within(double value, int characters) {
    if (!Double.isFinite(value)) {
      return Double.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
    }
    if (value == 0) {
      return "0";
    }
    BigDecimal exact = new BigDecimal(value);
    for (int digits = DIGITS; digits > 0; digits--) {
      BigDecimal rounded = exact.round(new MathContext(digits));
      // Digits before the point are all written or none.
      if (rounded.scale() >= 0) {
        String plain = strip(rounded);
        if (plain.length() <= characters) {
          return plain;
        }
      }
    }
    for (int digits = DIGITS; digits > 1; digits--) {
      String text = scientific(exact, digits);
      if (text.length() <= characters) {
        return text;
      }
    }
    return scientific(exact, 1);
  }

  private static String strip(BigDecimal value) {
    return value.signum() == 0 ? "0" : value.stripTrailingZeros().toPlainString();
  }

  private static String scientific(BigDecimal exact, int digits) {
    BigDecimal rounded = exact.round(new MathContext(digits));
    int exponent = rounded.precision() - rounded.scale() - 1;
    return strip(rounded.movePointLeft(exponent)) + "e" + exponent;
  }

  /** Shortens numbers, and remembers whether it had to. Not safe for use by several threads. */
  static final class Shortened {
    private boolean any;

    /** Returns a number in about six characters. */
    String cell(double value) {
      String text = NumberText.cell(value);
      any |= !text.equals(full(value));
      return text;
    }

    /** Returns a number as a factor: between brackets if it is negative. */
    String factor(double value) {
      String text = cell(value);
      return text.startsWith("-") ? "(" + text + ")" : text;
    }

    /** Returns whether a number lost digits. */
    boolean any() {
      return any;
    }
  }
}
