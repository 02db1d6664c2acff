package io.github.conv4j.kernel;

import java.util.Arrays;

/** What kernels do with float64 arrays on any processor. */
public abstract class DoubleArrays implements TileKernels<double[]> {
  @Override
  public final double[] newArray(int length) {
    return new double[length];
  }

  @Override
  public final void clear(double[] array, int from, int to) {
    Arrays.fill(array, from, to, 0);
  }

  @Override
  public final void fill(double[] array, int from, int to, double value) {
    Arrays.fill(array, from, to, value);
  }

  @Override
  public void fetch(double[] source, int from, int step, int n, int rows, Scratch scratch) {
    // Kernels that copy long rows do it by that.
  }

  @Override
  public void gather(double[] source, int from, int step, double[] target, int to, int n) {
    if (step == 1) {
      System.arraycopy(source, from, target, to, n);
      return;
    }
    for (int i = 0; i < n; i++) {
      target[to + i] = source[from + i * step];
    }
  }

  @Override
  public void copyRows(
      double[] source,
      int from,
      int fromStep,
      double[] target,
      int to,
      int toStep,
      int n,
      int rows) {
    moveRows(source, from, fromStep, target, to, toStep, n, rows);
  }

  @Override
  public void moveRows(
      double[] source,
      int from,
      int fromStep,
      double[] target,
      int to,
      int toStep,
      int n,
      int rows) {
    for (int r = 0; r < rows; r++) {
      System.arraycopy(source, from + r * fromStep, target, to + r * toStep, n);
    }
  }

  @Override
  public void writeSums(
      double[] sums,
      int at,
      int row,
      int step,
      double[] residual,
      double[] y,
      int yAt,
      int yRow,
      int n,
      int rows) {
    int panel = panel();
    for (int r = 0; r < rows; r++) {
      for (int j = 0; j < n; j += panel) {
        int count = Math.min(panel, n - j);
        int from = at + r * row + j / panel * step;
        int to = yAt + r * yRow + j;
        if (residual == null) {
          System.arraycopy(sums, from, y, to, count);
        } else {
          for (int i = 0; i < count; i++) {
            y[to + i] = sums[from + i] + residual[to + i];
          }
        }
        if (count < panel) {
          break;
        }
      }
    }
  }

  @Override
  public void clamp(double[] y, int at, int n, double low, double high) {
    double least = low;
    double most = high;
    // A loop without conditions becomes vector instructions; which one can do it depends on how it
    // treats zeros that equal a bound.
    if (Double.compare(most, -0f) == 0) {
      select(y, at, n, least, most);
    } else if (Double.compare(least, 0f) != 0) {
      between(y, at, n, least, most);
    } else if (most == Double.POSITIVE_INFINITY) {
      relu(y, at, n);
    } else {
      clampAtZero(y, at, n, most);
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
    return finite - Math.min(finite + 0f, 0f);
  }

  /** Where no bound is a zero that could take the place of the other zero. */
  private static void between(double[] y, int at, int n, double low, double high) {
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

  @Override
  public void largest(
      double[] x, int at, int step, int rows, double[] y, int yAt, double[] spare, int n) {
    System.arraycopy(x, at, y, yAt, n);
    for (int r = 1; r < rows; r++) {
      System.arraycopy(x, at + r * step, spare, yAt, n);
      // At the same index in both, or it would not become vector instructions.
      for (int i = yAt; i < yAt + n; i++) {
        y[i] = Math.max(y[i], spare[i]);
      }
    }
  }

  @Override
  public final void scatter(double[] source, int from, double[] target, int to, int step, int n) {
    for (int i = 0; i < n; i++) {
      target[to + i * step] = source[from + i];
    }
  }

  @Override
  public final boolean isFinite(double[] array, int from, int n) {
    for (int i = from; i < from + n; i++) {
      if (!Double.isFinite(array[i])) {
        return false;
      }
    }
    return true;
  }

  @Override
  public void multiplyComplex(
      double[] u, int uAt, int uPart, double[] v, int vAt, int vPart, int n) {
    for (int i = 0; i < n; i++) {
      double a = u[uAt + i];
      double b = u[uAt + uPart + i];
      double re = v[vAt + i];
      double im = v[vAt + vPart + i];
      v[vAt + i] = a * re - b * im;
      v[vAt + vPart + i] = b * re + a * im;
    }
  }

  @Override
  public final void finishRowProducts(
      double[] w,
      int wAt,
      int wRow,
      int rows,
      double[] x,
      int xAt,
      int xRow,
      int inputs,
      int n,
      double[] totals,
      double[] bias,
      int biasAt,
      double[] y,
      int yAt,
      int yRow) {
    for (int r = 0; r < rows; r++) {
      for (int i = 0; i < inputs; i++) {
        int at = (r * inputs + i) * ROW_LANES;
        for (int t = 0; t < n; t++) {
          totals[at + t] = Fma.fma(w[wAt + r * wRow + t], x[xAt + i * xRow + t], totals[at + t]);
        }
        for (int half = ROW_LANES / 2; half > 0; half /= 2) {
          for (int l = at; l < at + half; l++) {
            totals[l] += totals[l + half];
          }
        }
        y[yAt + i * yRow + r] = bias == null ? totals[at] : totals[at] + bias[biasAt + r];
        Arrays.fill(totals, at, at + ROW_LANES, 0);
      }
    }
  }
}
