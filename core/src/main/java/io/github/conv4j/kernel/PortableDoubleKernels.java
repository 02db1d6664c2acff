package io.github.conv4j.kernel;

import java.util.Arrays;

/** The float64 kernels in plain Java: {@link PortableFloatKernels}, line for line. */
public class PortableDoubleKernels implements RowKernels<double[]> {
  @Override
  public double[] newRow(int length) {
    return new double[length];
  }

  @Override
  public double[][] newRows(int count, int length) {
    return new double[count][length];
  }

  @Override
  public void clear(double[] row, int from, int to) {
    Arrays.fill(row, from, to, 0);
  }

  @Override
  public void fill(double[] row, int n, double[] values, int index) {
    Arrays.fill(row, 0, n, values[index]);
  }

  @Override
  public void gather(double[] source, int from, int step, double[] row, int to, int n) {
    if (step == 1) {
      System.arraycopy(source, from, row, to, n);
      return;
    }
    for (int i = 0; i < n; i++) {
      row[to + i] = source[from + i * step];
    }
  }

  @Override
  public void addProducts(
      double[][] x,
      int taps,
      double[] w,
      int wFrom,
      int wStep,
      double[][] totals,
      int rows,
      int n,
      double[][] parts) {
    for (int m = 0; m < rows; m += 2) {
      int a = wFrom + m * wStep;
      if (m + 1 < rows) {
        twoSums(x, taps, w, a, a + wStep, parts[0], parts[1], n);
        add(parts[1], totals[m + 1], n);
      } else {
        oneSum(x, taps, w, a, parts[0], n);
      }
      add(parts[0], totals[m], n);
    }
  }

  private void twoSums(
      double[][] x, int taps, double[] w, int a, int b, double[] y0, double[] y1, int n) {
    clear(y0, 0, n);
    clear(y1, 0, n);
    int t = 0;
    for (; t + 1 < taps; t += 2) {
      twoByTwo(x[t], x[t + 1], w[a + t], w[a + t + 1], w[b + t], w[b + t + 1], y0, y1, n);
    }
    if (t < taps) {
      one(x[t], w[a + t], y0, n);
      one(x[t], w[b + t], y1, n);
    }
  }

  private void oneSum(double[][] x, int taps, double[] w, int a, double[] y, int n) {
    clear(y, 0, n);
    int t = 0;
    for (; t + 2 < taps; t += 3) {
      three(x[t], x[t + 1], x[t + 2], w[a + t], w[a + t + 1], w[a + t + 2], y, n);
    }
    for (; t < taps; t++) {
      one(x[t], w[a + t], y, n);
    }
  }

  private static void twoByTwo(
      double[] x0,
      double[] x1,
      double a0,
      double a1,
      double b0,
      double b1,
      double[] y0,
      double[] y1,
      int n) {
    for (int j = 0; j < n; j++) {
      double p = x0[j];
      double q = x1[j];
      double s = y0[j];
      double u = y1[j];
      y0[j] = Fma.fma(a1, q, Fma.fma(a0, p, s));
      y1[j] = Fma.fma(b1, q, Fma.fma(b0, p, u));
    }
  }

  private static void three(
      double[] x0, double[] x1, double[] x2, double a0, double a1, double a2, double[] y, int n) {
    for (int j = 0; j < n; j++) {
      y[j] = Fma.fma(a2, x2[j], Fma.fma(a1, x1[j], Fma.fma(a0, x0[j], y[j])));
    }
  }

  private static void one(double[] x, double a, double[] y, int n) {
    for (int j = 0; j < n; j++) {
      y[j] = Fma.fma(a, x[j], y[j]);
    }
  }

  private static void add(double[] x, double[] y, int n) {
    for (int j = 0; j < n; j++) {
      y[j] += x[j];
    }
  }
}
