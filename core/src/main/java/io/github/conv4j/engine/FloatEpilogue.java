package io.github.conv4j.engine;

import io.github.conv4j.Activation;
import io.github.conv4j.kernel.Fma;
import io.github.conv4j.kernel.TileKernels;

/**
 * The epilogue in float32.
 *
 * <p>Every loop is a chain of additions, multiplications, divisions, {@code fma}, {@code min} and
 * {@code max}, one after the other as written: what the just-in-time compiler turns into vector
 * instructions on every JDK, and what gives the same bits with them and without. It leaves loops
 * scalar that select by a condition or look at the bits of a number.
 */
final class FloatEpilogue implements EpilogueKernels<float[]> {
  /** What is done to each sum. */
  private enum Loop {
    NONE,
    CLAMP,
    SILU,
    HARDSWISH
  }

  private final Loop loop;
  private final double low;
  private final double high;
  private final TileKernels<float[]> kernels;

  FloatEpilogue(Epilogue epilogue, TileKernels<float[]> kernels) {
    Activation activation = epilogue.activation();
    this.kernels = kernels;
    low = (float) activation.low();
    high = (float) activation.high();
    loop =
        switch (activation.kind()) {
          case NONE -> Loop.NONE;
          case CLAMP -> Loop.CLAMP;
          case SILU -> Loop.SILU;
          case HARDSWISH -> Loop.HARDSWISH;
        };
  }

  @Override
  public void apply(float[] y, int at, int n, float[] residual, int residualAt) {
    if (residual != null) {
      if (at == residualAt) {
        add(y, residual, at, n);
      } else {
        add(y, at, residual, residualAt, n);
      }
    }
    switch (loop) {
      case NONE -> {}
      case CLAMP -> kernels.clamp(y, at, n, low, high);
      case SILU -> silu(y, at, n);
      case HARDSWISH -> hardswish(y, at, n);
    }
  }

  private static void add(float[] y, float[] x, int at, int n) {
    for (int i = at; i < at + n; i++) {
      y[i] += x[i];
    }
  }

  private static void add(float[] y, int at, float[] x, int xAt, int n) {
    for (int i = 0; i < n; i++) {
      y[at + i] += x[xAt + i];
    }
  }

  private static void hardswish(float[] y, int at, int n) {
    for (int i = at; i < at + n; i++) {
      float x = y[i];
      y[i] = x * Math.min(Math.max(x + 3, 0f), 6f) / 6;
    }
  }

  private static void silu(float[] y, int at, int n) {
    for (int i = at; i < at + n; i++) {
      y[i] = y[i] / onePlusExpOfMinus(y[i]);
    }
  }

  private static final float LOG2_E = 1.442695f;

  /** log(2) in two parts: multiples of the first are subtracted without rounding. */
  private static final float LN_2_HIGH = 0.6931472f;

  private static final float LN_2_LOW = -1.9046542e-9f;

  /** Adding and subtracting it rounds to the nearest integer. */
  private static final float ROUNDER = 0x1.8p23f;

  /** 2^22 + 1. */
  private static final float VELTKAMP = 4194305f;

  /** Keeps the powers of two in reach of float: 2^(n - 40) for n within [-29, 137]. */
  private static final int SHIFT = 40;

  /** 2^-40. */
  private static final float SCALE = 0x1p-40f;

  /**
   * Returns 1 + exp(-x).
   *
   * <pre>
   * x       = r - n * log(2),  |r| <= log(2) / 2
   * exp(-x) = 2^n * (1 + s),   s = exp(-r) - 1
   * </pre>
   *
   * <p>The sum 1 + 2^n is kept in two parts, so that little but the last addition rounds. All is
   * 2^-40 times as large until the end, where too large a result becomes infinity.
   */
  private static float onePlusExpOfMinus(float x) {
    // Below, the result is infinity; above, 1.
    float t = Math.min(Math.max(x, -95f), 20f);
    float n = Fma.fma(t, -LOG2_E, ROUNDER) - ROUNDER;
    float r = Fma.fma(n, LN_2_HIGH, t);
    r = Fma.fma(n, LN_2_LOW, r);
    float s = expOfMinusLessOne(r);
    float power = shiftedPowerOfTwo(n);
    float high = power + SCALE;
    float low = SCALE - (high - power);
    return (high + Fma.fma(power, s, low)) * (1 / SCALE);
  }

  /** Returns exp(-r) - 1 for |r| &lt;= log(2) / 2, by Taylor's series up to r^7 / 7!. */
  private static float expOfMinusLessOne(float r) {
    float q = Fma.fma(r, -1 / 5040f, 1 / 720f);
    q = Fma.fma(q, r, -1 / 120f);
    q = Fma.fma(q, r, 1 / 24f);
    q = Fma.fma(q, r, -1 / 6f);
    q = Fma.fma(q, r, 1 / 2f);
    return Fma.fma(q, r * r, -r);
  }

  /**
   * Returns 2^(n - 40) for an integer n within [-29, 137], without a look at bits.
   *
   * <p>(1 + u + u^2/2 + u^3/6)^256 with u = (n - 40) * log(2) / 256 is within 6 % of it, and
   * rounding that to two binary digits leaves the power of two. The rounding is Veltkamp's: with c
   * = (2^22 + 1) * p, c - (c - p) is the leading 24 - 22 digits of p.
   */
  private static float shiftedPowerOfTwo(float n) {
    float u = Fma.fma(n, LN_2_HIGH / 256, -SHIFT * LN_2_HIGH / 256);
    float p = Fma.fma(u, 1 / 6f, 1 / 2f);
    p = Fma.fma(p, u, 1f);
    p = Fma.fma(p, u, 1f);
    p *= p;
    p *= p;
    p *= p;
    p *= p;
    p *= p;
    p *= p;
    p *= p;
    p *= p;
    float c = p * VELTKAMP;
    return c - (c - p);
  }
}
