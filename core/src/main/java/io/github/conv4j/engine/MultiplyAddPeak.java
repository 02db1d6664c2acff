package io.github.conv4j.engine;

import io.github.conv4j.DType;
import io.github.conv4j.kernel.Fma;

/**
 * How fast this machine multiplies and adds when nothing else is in its way.
 *
 * <p>Each thread goes over an array that fits into the first-level cache and does {@value #DEPTH}
 * multiply-adds with each element. The elements do not wait for each other, and the just-in-time
 * compiler makes vector instructions of the loop, so it is the processor that limits it. Plain Java
 * and no kernel of any backend, so that every backend can be compared with it. On the machine of
 * docs/design-notes.md this comes to 90 to 97 % of what {@code bench/compare} measures with the
 * Vector API, which core does without.
 */
public final class MultiplyAddPeak {
  /** More make the loop's body too large for the compiler to unroll, fewer leave loads to count. */
  private static final int DEPTH = 8;

  /** 16 KiB, half of the smallest first-level cache that is common. */
  private static final int BYTES = 1 << 14;

  /** A trial takes so long or more: starting the threads together does not count then. */
  private static final long TRIAL_NANOS = 5_000_000;

  /** The measurement ends when no trial has been notably better for so long. */
  private static final long PATIENCE_NANOS = 400_000_000;

  private static final double NOTABLY = 1.02;

  // Elements stay within (0, 1]: none overflows or becomes denormal.
  private static final float FACTOR = 0.999f;
  private static final float SUMMAND = 0.001f;

  private MultiplyAddPeak() {}

  /** Goes over an array so many times. */
  private interface Work<A> {
    void run(A array, int passes);
  }

  /**
   * Measures some threads together, for about half a second.
   *
   * @param threads how many; no more than {@code Conv4j.threads()} take part
   * @return 10^9 floating-point operations a second, two for each multiply-add
   */
  public static double gflops(DType type, int threads) {
    int length = BYTES / type.bytes();
    double speed =
        type == DType.FLOAT32
            ? best(new float[threads][length], MultiplyAddPeak::run)
            : best(new double[threads][length], MultiplyAddPeak::run);
    return 2.0 * DEPTH * length * speed;
  }

  /** Returns the most passes over arrays, one for each thread, in a nanosecond. */
  private static <A> double best(A[] arrays, Work<A> work) {
    double best = 0;
    int passes = 1;
    long end = System.nanoTime() + PATIENCE_NANOS;
    while (System.nanoTime() < end) {
      long time = time(arrays, work, passes);
      double speed = (double) arrays.length * passes / time;
      if (speed > best * NOTABLY) {
        end = System.nanoTime() + PATIENCE_NANOS;
      }
      best = Math.max(best, speed);
      if (time < TRIAL_NANOS) {
        passes *= 2;
      }
    }
    return best;
  }

  private static <A> long time(A[] arrays, Work<A> work, int passes) {
    long start = System.nanoTime();
    Parallel.run(
        arrays.length,
        arrays.length,
        tasks -> {
          for (int task = tasks.next(); task >= 0; task = tasks.next()) {
            work.run(arrays[task], passes);
          }
        });
    return Math.max(1, System.nanoTime() - start);
  }

  private static void run(float[] array, int passes) {
    for (int i = 0; i < passes; i++) {
      multiplyAdd(array);
    }
  }

  private static void multiplyAdd(float[] a) {
    for (int i = 0; i < a.length; i++) {
      float x = a[i];
      x = Fma.fma(x, FACTOR, SUMMAND);
      x = Fma.fma(x, FACTOR, SUMMAND);
      x = Fma.fma(x, FACTOR, SUMMAND);
      x = Fma.fma(x, FACTOR, SUMMAND);
      x = Fma.fma(x, FACTOR, SUMMAND);
      x = Fma.fma(x, FACTOR, SUMMAND);
      x = Fma.fma(x, FACTOR, SUMMAND);
      x = Fma.fma(x, FACTOR, SUMMAND);
      a[i] = x;
    }
  }

  private static void run(double[] array, int passes) {
    for (int i = 0; i < passes; i++) {
      multiplyAdd(array);
    }
  }

  private static void multiplyAdd(double[] a) {
    for (int i = 0; i < a.length; i++) {
      double x = a[i];
      x = Fma.fma(x, FACTOR, SUMMAND);
      x = Fma.fma(x, FACTOR, SUMMAND);
      x = Fma.fma(x, FACTOR, SUMMAND);
      x = Fma.fma(x, FACTOR, SUMMAND);
      x = Fma.fma(x, FACTOR, SUMMAND);
      x = Fma.fma(x, FACTOR, SUMMAND);
      x = Fma.fma(x, FACTOR, SUMMAND);
      x = Fma.fma(x, FACTOR, SUMMAND);
      a[i] = x;
    }
  }
}
