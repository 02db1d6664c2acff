package io.github.conv4j.kernel;

import java.util.Arrays;

/**
 * The float32 kernels in plain Java.
 *
 * <p>The loops are written for the just-in-time compiler, which turns one into vector instructions
 * when all its accesses are at the same index of separate arrays, all loads stand before any store,
 * and the body is small: on JDK 17 a body of two rows by three taps comes out with vectors in one
 * launch and without in the next, five times slower; two by two always comes out well.
 */
public class PortableFloatKernels implements RowKernels<float[]> {
  @Override
  public float[] newRow(int length) {
    return new float[length];
  }

  @Override
  public float[][] newRows(int count, int length) {
    return new float[count][length];
  }

  @Override
  public void clear(float[] row, int from, int to) {
    Arrays.fill(row, from, to, 0);
  }

  @Override
  public void fill(float[] row, int n, float[] values, int index) {
    Arrays.fill(row, 0, n, values[index]);
  }

  @Override
  public void gather(float[] source, int from, int step, float[] row, int to, int n) {
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
      float[][] x,
      int taps,
      float[] w,
      int wFrom,
      int wStep,
      float[][] totals,
      int rows,
      int n,
      float[][] parts) {
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
      float[][] x, int taps, float[] w, int a, int b, float[] y0, float[] y1, int n) {
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

  private void oneSum(float[][] x, int taps, float[] w, int a, float[] y, int n) {
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
      float[] x0,
      float[] x1,
      float a0,
      float a1,
      float b0,
      float b1,
      float[] y0,
      float[] y1,
      int n) {
    for (int j = 0; j < n; j++) {
      float p = x0[j];
      float q = x1[j];
      float s = y0[j];
      float u = y1[j];
      y0[j] = Fma.fma(a1, q, Fma.fma(a0, p, s));
      y1[j] = Fma.fma(b1, q, Fma.fma(b0, p, u));
    }
  }

  private static void three(
      float[] x0, float[] x1, float[] x2, float a0, float a1, float a2, float[] y, int n) {
    for (int j = 0; j < n; j++) {
      y[j] = Fma.fma(a2, x2[j], Fma.fma(a1, x1[j], Fma.fma(a0, x0[j], y[j])));
    }
  }

  private static void one(float[] x, float a, float[] y, int n) {
    for (int j = 0; j < n; j++) {
      y[j] = Fma.fma(a, x[j], y[j]);
    }
  }

  private static void add(float[] x, float[] y, int n) {
    for (int j = 0; j < n; j++) {
      y[j] += x[j];
    }
  }
}
