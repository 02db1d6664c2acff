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
