package io.github.conv4j.engine;

import io.github.conv4j.Activation;
import io.github.conv4j.kernel.Fma;
import io.github.conv4j.kernel.TileKernels;

/** The epilogue in float64: {@link FloatEpilogue}, line for line. */
final class DoubleEpilogue implements EpilogueKernels<double[]> {
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
  private final TileKernels<double[]> kernels;

  DoubleEpilogue(Epilogue epilogue, TileKernels<double[]> kernels) {
    Activation activation = epilogue.activation();
    this.kernels = kernels;
    low = activation.low();
    high = activation.high();
    loop =
        switch (activation.kind()) {
          case NONE -> Loop.NONE;
          case CLAMP -> Loop.CLAMP;
          case SILU -> Loop.SILU;
          case HARDSWISH -> Loop.HARDSWISH;
        };
  }

  @Override
  public void apply(double[] y, int at, int n, double[] residual, int residualAt) {
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

  private static void add(double[] y, double[] x, int at, int n) {
    for (int i = at; i < at + n; i++) {
      y[i] += x[i];
    }
  }

  private static void add(double[] y, int at, double[] x, int xAt, int n) {
    for (int i = 0; i < n; i++) {
      y[at + i] += x[xAt + i];
    }
  }

  private static void hardswish(double[] y, int at, int n) {
    for (int i = at; i < at + n; i++) {
      double x = y[i];
      y[i] = x * Math.min(Math.max(x + 3, 0.0), 6.0) / 6;
    }
  }

  private static void silu(double[] y, int at, int n) {
    for (int i = at; i < at + n; i++) {
      y[i] = y[i] / onePlusExpOfMinus(y[i]);
    }
  }

  private static final double LOG2_E = 1.4426950408889634;

  /** log(2) in two parts: multiples of the first are subtracted without rounding. */
  private static final double LN_2_HIGH = 0.6931471805599453;

  private static final double LN_2_LOW = 2.3190468138462996e-17;

  /** Adding and subtracting it rounds to the nearest integer. */
  private static final double ROUNDER = 0x1.8p52;

  /** 2^51 + 1. */
  private static final double VELTKAMP = 2251799813685249.0;

  /** Keeps the powers of two in reach of double: 2^(n - 490) for n within [-58, 1039]. */
  private static final int SHIFT = 490;

  /** 2^-490. */
  private static final double SCALE = 0x1p-490;

  /**
   * Returns 1 + exp(-x), as in float32.
   *
   * <p>The loop's body has 58 nodes to the just-in-time compiler. At more than 60 it no longer
   * makes vector instructions of it (LoopUnrollLimit, JDK 17 and 25), and is six times slower.
   */
  private static double onePlusExpOfMinus(double x) {
    // Below, the result is infinity; above, 1.
    double t = Math.min(Math.max(x, -720.0), 40.0);
    double n = Fma.fma(t, -LOG2_E, ROUNDER) - ROUNDER;
    double r = Fma.fma(n, LN_2_HIGH, t);
    r = Fma.fma(n, LN_2_LOW, r);
    double s = expOfMinusLessOne(r);
    double power = shiftedPowerOfTwo(n);
    double high = power + SCALE;
    double low = SCALE - (high - power);
    return (high + Fma.fma(power, s, low)) * (1 / SCALE);
  }

  /**
   * Returns exp(-r) - 1 for |r| &lt;= log(2) / 2, by a polynomial that the script
   * make_exp_coefficients.py finds: two terms shorter than Taylor's.
   */
  private static double expOfMinusLessOne(double r) {
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
   * Returns 2^(n - 490) for an integer n within [-58, 1039]: (1 + u + 0.5015 u^2 + u^3/6)^2048 with
   * u = (n - 490) * log(2) / 2048, which is within 3 % of it, rounded to two binary digits.
   *
   * <p>0.5015 u^2 makes up for the terms from u^4/24 on.
   */
  private static double shiftedPowerOfTwo(double n) {
    double u = Fma.fma(n, LN_2_HIGH / 2048, -SHIFT * LN_2_HIGH / 2048);
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
