package io.github.conv4j.engine;

import io.github.conv4j.Activation;
import io.github.conv4j.kernel.DoubleExp;
import io.github.conv4j.kernel.Fma;

/** The epilogue in float64: {@link FloatEpilogue}, line for line. */
final class DoubleEpilogue implements EpilogueKernels<double[]> {
  /** How a clamp treats zeros decides which loop can do it. */
  private enum Loop {
    NONE,
    RELU,
    CLAMP_AT_ZERO,
    CLAMP,
    SELECT,
    SILU,
    HARDSWISH
  }

  private final Loop loop;
  private final double low;
  private final double high;

  DoubleEpilogue(Epilogue epilogue) {
    Activation activation = epilogue.activation();
    low = activation.low();
    high = activation.high();
    loop =
        switch (activation.kind()) {
          case NONE -> Loop.NONE;
          case CLAMP -> clampLoop(low, high);
          case SILU -> Loop.SILU;
          case HARDSWISH -> Loop.HARDSWISH;
        };
  }

  private static Loop clampLoop(double low, double high) {
    if (Double.compare(high, -0.0) == 0) {
      return Loop.SELECT;
    }
    if (Double.compare(low, 0.0) != 0) {
      return Loop.CLAMP;
    }
    return high == Double.POSITIVE_INFINITY ? Loop.RELU : Loop.CLAMP_AT_ZERO;
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
      case RELU -> relu(y, at, n);
      case CLAMP_AT_ZERO -> clampAtZero(y, at, n, high);
      case CLAMP -> clamp(y, at, n, low, high);
      case SELECT -> select(y, at, n, low, high);
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

  private static void relu(double[] y, int at, int n) {
    for (int i = at; i < at + n; i++) {
      y[i] = atLeastZero(y[i]);
    }
  }

  private static void clampAtZero(double[] y, int at, int n, double high) {
    for (int i = at; i < at + n; i++) {
      y[i] = Math.min(atLeastZero(y[i]), high);
    }
  }

  /**
   * Returns 0 for negative numbers and all others as they are: -0 too, which {@code Math.max(x, 0)}
   * makes 0 and PyTorch does not.
   */
  private static double atLeastZero(double x) {
    // x - x = 0 takes away what is negative. -0 + 0 is 0, and -0 - 0 is -0.
    double finite = Math.max(x, -Double.MAX_VALUE);
    return finite - Math.min(finite + 0.0, 0.0);
  }

  /** Where no bound is a zero that could take the place of the other zero. */
  private static void clamp(double[] y, int at, int n, double low, double high) {
    for (int i = at; i < at + n; i++) {
      y[i] = Math.min(Math.max(y[i], low), high);
    }
  }

  /** Any bounds, but slowly. */
  private static void select(double[] y, int at, int n, double low, double high) {
    for (int i = at; i < at + n; i++) {
      y[i] = y[i] < low ? low : y[i] > high ? high : y[i];
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
