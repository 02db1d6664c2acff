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
}
