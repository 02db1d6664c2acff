package io.github.conv4j.engine;

import io.github.conv4j.DType;
import io.github.conv4j.kernel.Backend;
import io.github.conv4j.kernel.TileKernels;

/** How fast the kernels multiply and add when nothing else is in their way. */
public final class KernelPeak {
  private static final int TAPS = 144;
  private static final int ROWS = 24;
  private static final int TRIALS = 60;
  private static final long TRIAL_NANOS = 10_000_000;

  private KernelPeak() {}

  /**
   * Measures one thread for about half a second: products of numbers that stay in the first-level
   * cache.
   *
   * @return 10^9 floating-point operations a second, two for each multiply-add
   */
  public static double gflops(DType type) {
    Backend backend = Backend.active();
    return type == DType.FLOAT32 ? measure(backend.floats()) : measure(backend.doubles());
  }

  private static <A> double measure(TileKernels<A> kernels) {
    int n = 2 * kernels.lanes();
    A packed = kernels.newArray(kernels.packedLength(ROWS, TAPS));
    A q = kernels.newArray(TAPS * n);
    A y = kernels.newArray(ROWS * n);
    int[] offsets = new int[TAPS];
    for (int t = 0; t < TAPS; t++) {
      offsets[t] = t * n;
    }
    TileKernels.Scratch scratch = kernels.newScratch();
    double best = 0;
    for (int trial = 0; trial < TRIALS; trial++) {
      long calls = 0;
      long start = System.nanoTime();
      long time;
      do {
        kernels.multiply(
            packed, 0, TAPS, ROWS, q, 0, offsets, 0, TAPS, TAPS, null, 0, y, 0, n, n, scratch);
        calls++;
        time = System.nanoTime() - start;
      } while (time < TRIAL_NANOS);
      best = Math.max(best, 2.0 * calls * ROWS * TAPS * n / time);
    }
    return best;
  }
}
