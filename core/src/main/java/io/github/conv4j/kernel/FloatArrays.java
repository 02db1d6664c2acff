package io.github.conv4j.kernel;

import java.util.Arrays;

/** What kernels do with float32 arrays on any processor. */
public abstract class FloatArrays implements TileKernels<float[]> {
  @Override
  public final float[] newArray(int length) {
    return new float[length];
  }

  @Override
  public final void clear(float[] array, int from, int to) {
    Arrays.fill(array, from, to, 0);
  }

  @Override
  public void gather(float[] source, int from, int step, float[] target, int to, int n) {
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
      float[] source, int from, int fromStep, float[] target, int to, int toStep, int n, int rows) {
    moveRows(source, from, fromStep, target, to, toStep, n, rows);
  }

  @Override
  public void moveRows(
      float[] source, int from, int fromStep, float[] target, int to, int toStep, int n, int rows) {
    for (int r = 0; r < rows; r++) {
      System.arraycopy(source, from + r * fromStep, target, to + r * toStep, n);
    }
  }

  @Override
  public final void scatter(float[] source, int from, float[] target, int to, int step, int n) {
    for (int i = 0; i < n; i++) {
      target[to + i * step] = source[from + i];
    }
  }

  @Override
  public final boolean isFinite(float[] array, int from, int n) {
    for (int i = from; i < from + n; i++) {
      if (!Float.isFinite(array[i])) {
        return false;
      }
    }
    return true;
  }

  @Override
  public void multiplyComplex(float[] u, int uAt, int uPart, float[] v, int vAt, int vPart, int n) {
    for (int i = 0; i < n; i++) {
      float a = u[uAt + i];
      float b = u[uAt + uPart + i];
      float re = v[vAt + i];
      float im = v[vAt + vPart + i];
      v[vAt + i] = a * re - b * im;
      v[vAt + vPart + i] = b * re + a * im;
    }
  }

  @Override
  public final void finishRowProducts(
      float[] w,
      int wAt,
      int wRow,
      int rows,
      float[] x,
      int xAt,
      int xRow,
      int inputs,
      int n,
      float[] totals,
      float[] bias,
      int biasAt,
      float[] y,
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
