package io.github.conv4j.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Random;
import org.junit.jupiter.api.Test;

/** Compares with the JDK's own, which on most processors is the instruction. */
final class SoftwareFmaTest {
  /** Of each kind; without the instruction, the JDK's own takes half a microsecond. */
  private static final int TRIPLES = 500_000;

  private static final long SEED = 20_08;

  private static void check(float a, float b, float c) {
    float expected = Math.fma(a, b, c);
    float got = SoftwareFma.fma(a, b, c);
    if (Float.floatToIntBits(expected) != Float.floatToIntBits(got)) {
      assertEquals(expected, got, () -> "%a * %a + %a".formatted(a, b, c));
    }
  }

  private static void check(double a, double b, double c) {
    double expected = Math.fma(a, b, c);
    double got = SoftwareFma.fma(a, b, c);
    if (Double.doubleToLongBits(expected) != Double.doubleToLongBits(got)) {
      assertEquals(expected, got, () -> "%a * %a + %a".formatted(a, b, c));
    }
  }

  private static final float[] FLOATS = {
    0,
    1,
    3,
    1.5f,
    Math.nextUp(1f),
    Math.nextDown(1f),
    0x1p12f + 1,
    0x1.8p-75f,
    0x1p-63f,
    0x1p-75f,
    0x1p64f,
    Float.MIN_VALUE,
    3 * Float.MIN_VALUE,
    Math.nextDown(Float.MIN_NORMAL),
    Float.MIN_NORMAL,
    Math.nextUp(Float.MIN_NORMAL),
    Float.MAX_VALUE,
    Math.nextDown(Float.MAX_VALUE),
    Float.POSITIVE_INFINITY,
    Float.NaN
  };

  private static final double[] DOUBLES = {
    0,
    1,
    3,
    1.5,
    Math.nextUp(1.0),
    Math.nextDown(1.0),
    0x1p27 + 1,
    0x1.8p-538,
    0x1p-480,
    0x1p-481,
    0x1p-511,
    0x1p-538,
    0x1p495,
    0x1p512,
    0x1p989,
    0x1p990,
    Double.MIN_VALUE,
    3 * Double.MIN_VALUE,
    Math.nextDown(Double.MIN_NORMAL),
    Double.MIN_NORMAL,
    Math.nextUp(Double.MIN_NORMAL),
    Double.MAX_VALUE,
    Math.nextDown(Double.MAX_VALUE),
    Double.POSITIVE_INFINITY,
    Double.NaN
  };

  @Test
  void specialFloats() {
    for (float a : FLOATS) {
      for (float b : FLOATS) {
        for (float c : FLOATS) {
          for (int signs = 0; signs < 8; signs++) {
            check((signs & 1) == 0 ? a : -a, (signs & 2) == 0 ? b : -b, (signs & 4) == 0 ? c : -c);
          }
        }
      }
    }
  }

  @Test
  void specialDoubles() {
    for (double a : DOUBLES) {
      for (double b : DOUBLES) {
        for (double c : DOUBLES) {
          for (int signs = 0; signs < 8; signs++) {
            check((signs & 1) == 0 ? a : -a, (signs & 2) == 0 ? b : -b, (signs & 4) == 0 ? c : -c);
          }
        }
      }
    }
  }

  @Test
  void floatsOfAnyBits() {
    Random random = new Random(SEED);
    for (int i = 0; i < TRIPLES; i++) {
      check(
          Float.intBitsToFloat(random.nextInt()),
          Float.intBitsToFloat(random.nextInt()),
          Float.intBitsToFloat(random.nextInt()));
    }
  }

  @Test
  void doublesOfAnyBits() {
    Random random = new Random(SEED);
    for (int i = 0; i < TRIPLES; i++) {
      check(
          Double.longBitsToDouble(random.nextLong()),
          Double.longBitsToDouble(random.nextLong()),
          Double.longBitsToDouble(random.nextLong()));
    }
  }

  /** A number from 1 to 2 of so many bits, with a sign. */
  private static double mantissa(Random random, int bits) {
    long value = 1L << (bits - 1) | random.nextLong() >>> (65 - bits);
    return Math.scalb((double) (random.nextBoolean() ? value : -value), 1 - bits);
  }

  /**
   * Products and addends of about the same size, or the addend far smaller or larger, so that a few
   * bits of one decide about the rounding of the other; at every exponent, the smallest too.
   */
  @Test
  void floatsThatMeet() {
    Random random = new Random(SEED);
    for (int i = 0; i < 2 * TRIPLES; i++) {
      float a = (float) mantissa(random, 24);
      float b =
          (float) Math.scalb(mantissa(random, 1 + random.nextInt(24)), random.nextInt(280) - 150);
      int exponent = Math.getExponent(a * b) + random.nextInt(104) - 52;
      check(a, b, (float) Math.scalb(mantissa(random, 1 + random.nextInt(24)), exponent));
      check(a, b, Math.nextUp(-a * b));
      check(a, b, -a * b);
    }
  }

  @Test
  void doublesThatMeet() {
    Random random = new Random(SEED);
    for (int i = 0; i < 2 * TRIPLES; i++) {
      double a = Math.scalb(mantissa(random, 53), random.nextInt(1000) - 500);
      double b = Math.scalb(mantissa(random, 1 + random.nextInt(53)), random.nextInt(1000) - 500);
      int exponent = Math.getExponent(a * b) + random.nextInt(220) - 110;
      check(a, b, Math.scalb(mantissa(random, 1 + random.nextInt(53)), exponent));
      check(a, b, Math.nextUp(-a * b));
      check(a, b, -a * b);
    }
  }

  /** Products that are the middle between two numbers, and an addend that tips the scale. */
  @Test
  void middlesOfFloats() {
    Random random = new Random(SEED);
    for (int i = 0; i < TRIPLES; i++) {
      int bits = 2 + random.nextInt(23);
      float a = (float) mantissa(random, bits);
      float b = (float) Math.scalb(mantissa(random, 26 - bits), random.nextInt(270) - 150);
      float tip =
          (float) Math.scalb(mantissa(random, 24), Math.getExponent(b) - 20 - random.nextInt(60));
      check(a, b, tip);
      check(a, b, 0);
      // The middle between two subnormal numbers.
      float c = random.nextInt(1 << 24) * Float.MIN_VALUE;
      check(0x1p-75f * (1 + 0x1p-23f), 0x1p-75f * (1 - 0x1p-23f), c);
      check(0x1p-75f, Math.nextUp(0x1p-75f), c);
      check(0x1p-75f, 0x1p-75f, c);
      check(-0x1p-75f, Math.nextDown(0x1p-75f), c);
    }
  }

  @Test
  void middlesOfDoubles() {
    Random random = new Random(SEED);
    for (int i = 0; i < TRIPLES; i++) {
      int bits = 2 + random.nextInt(52);
      double a = mantissa(random, bits);
      double b = Math.scalb(mantissa(random, 55 - bits), random.nextInt(2000) - 1000);
      double tip = Math.scalb(mantissa(random, 53), Math.getExponent(b) - 45 - random.nextInt(100));
      check(a, b, tip);
      check(a, b, 0);
      // A middle made by the addend, and tipped by the last bits of the product.
      double c = Math.scalb(mantissa(random, 53), Math.getExponent(b));
      double half = Math.ulp(c) / 2;
      check(half * (1 + 0x1p-52), 1 + 0x1p-52 * random.nextInt(3), c);
      check(half * (1 - 0x1p-53), 1 + 0x1p-52 * random.nextInt(3), c);
    }
  }
}
