package io.github.conv4j.engine;

import io.github.conv4j.Activation;
import io.github.conv4j.kernel.DoubleExp;
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
    double n = Fma.fma(t, -DoubleExp.LOG2_E, DoubleExp.ROUNDER) - DoubleExp.ROUNDER;
    double r = Fma.fma(n, DoubleExp.LN_2_HIGH, t);
    r = Fma.fma(n, DoubleExp.LN_2_LOW, r);
    double s = DoubleExp.expOfMinusLessOne(r);
    double power = DoubleExp.powerOfTwo(n, -SHIFT);
    double high = power + SCALE;
    double low = SCALE - (high - power);
    return (high + Fma.fma(power, s, low)) * (1 / SCALE);
  }
}
