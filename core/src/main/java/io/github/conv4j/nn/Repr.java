package io.github.conv4j.nn;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;

/** Values as Python prints them. */
final class Repr {
  /** Enough digits for every float64. */
  private static final int MOST_DIGITS = 17;

  private Repr() {}

  static String of(boolean value) {
    return value ? "True" : "False";
  }

  /** Returns the fewest digits that are read back as the number: 0.1, 1e-05, inf. */
  static String of(double value) {
    if (Double.isNaN(value)) {
      return "nan";
    }
    if (Double.isInfinite(value)) {
      return value > 0 ? "inf" : "-inf";
    }
    if (value == 0) {
      return Double.compare(value, 0) < 0 ? "-0.0" : "0.0";
    }
    BigDecimal exact = new BigDecimal(value);
    int digits = 1;
    BigDecimal shortest = rounded(exact, digits);
    while (digits < MOST_DIGITS && shortest.doubleValue() != value) {
      shortest = rounded(exact, ++digits);
    }
    shortest = shortest.stripTrailingZeros();
    int exponent = shortest.precision() - shortest.scale() - 1;
    if (exponent >= -4 && exponent < 16) {
      String plain = shortest.toPlainString();
      return plain.indexOf('.') < 0 ? plain + ".0" : plain;
    }
    String mantissa = shortest.movePointLeft(exponent).toPlainString();
    int size = Math.abs(exponent);
    return mantissa + (exponent < 0 ? "e-" : "e+") + (size < 10 ? "0" : "") + size;
  }

  private static BigDecimal rounded(BigDecimal exact, int digits) {
    return exact.round(new MathContext(digits, RoundingMode.HALF_EVEN));
  }
}
