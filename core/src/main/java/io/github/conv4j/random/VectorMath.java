package io.github.conv4j.random;

import io.github.conv4j.kernel.Fma;

/**
 * Logarithm, sine and cosine in float32 as PyTorch computes them for normal numbers on processors
 * with AVX2: to the bit, on any processor.
 *
 * <p>The polynomials and the reduction are those of the Cephes library (S. L. Moshier, logf.c and
 * sinf.c); which multiplications and additions are fused is what the compiler made of PyTorch's
 * aten/src/ATen/native/cpu/avx_mathfun.h, found by comparing results.
 */
final class VectorMath {
  private static final float SQRT_HALF = 0.70710677f;

  /** log(2) in two parts, the first with few digits so that its multiples are exact. */
  private static final float LOG_2_HIGH = 0.6933594f;

  private static final float LOG_2_LOW = -0.00021219444f;

  private static final float[] LOG = {
    0.070376836f,
    -0.1151461f,
    0.116769984f,
    -0.12420141f,
    0.14249323f,
    -0.16668057f,
    0.20000714f,
    -0.24999994f,
    0.3333333f
  };
  private static final float[] SIN = {-0.00019515296f, 0.008332161f, -0.16666655f};
  private static final float[] COS = {2.4433157e-05f, -0.0013887316f, 0.041666646f};

  private static final float FOUR_OVER_PI = 1.2732395f;

  /** pi / 4 in three parts. */
  private static final float QUARTER_PI_HIGH = 0.78515625f;

  private static final float QUARTER_PI_MIDDLE = 0.00024187565f;
  private static final float QUARTER_PI_LOW = 3.774895e-08f;

  private VectorMath() {}

  /**
   * Returns the natural logarithm.
   *
   * @param x within {@code [2^-24, 1]}
   */
  static float log(float x) {
    // x = mantissa * 2^exponent with a mantissa within [sqrt(1/2), sqrt(2)).
    int bits = Float.floatToRawIntBits(x);
    int exponent = (bits >>> 23) - 126;
    float mantissa = Float.intBitsToFloat((bits & 0x007fffff) | 0x3f000000);
    float r = mantissa - 1;
    if (mantissa < SQRT_HALF) {
      exponent--;
      r += mantissa;
    }
    float square = r * r;
    float sum = polynomial(LOG, r) * r;
    sum = Fma.fma(sum, square, exponent * LOG_2_LOW);
    sum = Fma.fma(-square, 0.5f, sum);
    return Fma.fma(exponent, LOG_2_HIGH, r + sum);
  }

  /**
   * Writes sine and cosine to {@code out[0]} and {@code out[1]}.
   *
   * @param x within {@code [0, 2 pi]}
   */
  static void sinCos(float x, float[] out) {
    // r = x - octant * pi / 4 with an even octant, so that |r| <= pi / 4.
    int octant = ((int) (x * FOUR_OVER_PI) + 1) & ~1;
    float r = Fma.fma(octant, -QUARTER_PI_HIGH, x);
    r = Fma.fma(octant, -QUARTER_PI_MIDDLE, r);
    r = Fma.fma(octant, -QUARTER_PI_LOW, r);
    float square = r * r;
    float sin = Fma.fma(polynomial(SIN, square) * square, r, r);
    float cos = Fma.fma(polynomial(COS, square) * square, square, -(square * 0.5f)) + 1;
    boolean quarterTurn = (octant & 2) != 0;
    out[0] = quarterTurn ? cos : sin;
    out[1] = quarterTurn ? sin : cos;
    if ((octant & 4) != 0) {
      out[0] = -out[0];
    }
    if ((octant & 6) == 2 || (octant & 6) == 4) {
      out[1] = -out[1];
    }
  }

  /** Returns the polynomial with these coefficients, that of the highest power first. */
  private static float polynomial(float[] coefficients, float x) {
    float sum = coefficients[0];
    for (int i = 1; i < coefficients.length; i++) {
      sum = Fma.fma(sum, x, coefficients[i]);
    }
    return sum;
  }
}
