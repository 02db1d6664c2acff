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
  public final void fill(float[] array, int from, int to, double value) {
    Arrays.fill(array, from, to, (float) value);
  }

  @Override
  public void fetch(float[] source, int from, int step, int n, int rows, Scratch scratch) {
    // Kernels that copy long rows do it by that.
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
  public void writeSums(
      float[] sums,
      int at,
      int row,
      int step,
      float[] residual,
      float[] y,
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
  public void clamp(float[] y, int at, int n, double low, double high) {
    float least = (float) low;
    float most = (float) high;
    // A loop without conditions becomes vector instructions; which one can do it depends on how it
    // treats zeros that equal a bound.
    if (Float.compare(most, -0f) == 0) {
      select(y, at, n, least, most);
    } else if (Float.compare(least, 0f) != 0) {
      between(y, at, n, least, most);
    } else if (most == Float.POSITIVE_INFINITY) {
      relu(y, at, n);
    } else {
      clampAtZero(y, at, n, most);
    }
  }

  private static void relu(float[] y, int at, int n) {
    for (int i = at; i < at + n; i++) {
      y[i] = atLeastZero(y[i]);
    }
  }

  private static void clampAtZero(float[] y, int at, int n, float high) {
    for (int i = at; i < at + n; i++) {
      y[i] = Math.min(atLeastZero(y[i]), high);
    }
  }

  /**
   * Returns 0 for negative numbers and all others as they are: -0 too, which {@code Math.max(x, 0)}
   * makes 0 and PyTorch does not.
   */
  private static float atLeastZero(float x) {
    // x - x = 0 takes away what is negative. -0 + 0 is 0, and -0 - 0 is -0.
    float finite = Math.max(x, -Float.MAX_VALUE);
    return finite - Math.min(finite + 0f, 0f);
  }

  /** Where no bound is a zero that could take the place of the other zero. */
  private static void between(float[] y, int at, int n, float low, float high) {
    for (int i = at; i < at + n; i++) {
      y[i] = Math.min(Math.max(y[i], low), high);
    }
  }

  /** Any bounds, but slowly. */
  private static void select(float[] y, int at, int n, float low, float high) {
    for (int i = at; i < at + n; i++) {
      y[i] = y[i] < low ? low : y[i] > high ? high : y[i];
    }
  }

  @Override
  public void largest(
      float[] x, int at, int step, int rows, float[] y, int yAt, float[] spare, int n) {
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
