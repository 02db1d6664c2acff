package io.github.conv4j.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.DoubleSupplier;
import java.util.function.IntFunction;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Measures what this machine can do. Apart from the record of the results, because it needs the
 * vector module, which only conv4j's process has.
 */
final class SpeedMeter {
  private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Double> DOUBLES = DoubleVector.SPECIES_PREFERRED;

  /**
   * Chains that do not wait for each other. A fused multiply-add takes 4 cycles on most processors
   * and two may start in each, so 8 would do; 12 and the two operands still fit into 16 registers.
   */
  private static final int CHAINS = 12;

  private static final int FMA_STEPS = 1000;

  /** By what factor a try is better than the best so far if it counts as progress. */
  private static final double NOTABLY = 1.02;

  /** Floats of one array: 256 MiB, so that the three are larger than most caches. */
  private static final int MEMORY_FLOATS = 64 << 20;

  /**
   * In pieces, so that the loops are called often enough to be compiled during the first passes.
   */
  private static final int FLOATS_PER_CALL = 1 << 14;

  // Values stay within (0, 2): nothing overflows or becomes denormal.
  private static final float FACTOR = 0.999f;
  private static final float SUMMAND = 0.001f;

  /** What the loops compute ends here, so that the compiler may not leave them out. */
  private static volatile double sink;

  private SpeedMeter() {}

  /** Measures each of the four until nothing has been better for so many milliseconds. */
  static MachineSpeed measure(int threads, int millis) {
    double fma32 =
        best(threads, millis, t -> () -> fmaFloats(FMA_STEPS))
            * (2.0 * CHAINS * FLOATS.length() * FMA_STEPS)
            / 1e9;
    double fma64 =
        best(threads, millis, t -> () -> fmaDoubles(FMA_STEPS))
            * (2.0 * CHAINS * DOUBLES.length() * FMA_STEPS)
            / 1e9;
    float[] a = new float[MEMORY_FLOATS];
    float[] b = new float[MEMORY_FLOATS];
    float[] c = new float[MEMORY_FLOATS];
    int share = MEMORY_FLOATS / threads / FLOATS_PER_CALL * FLOATS_PER_CALL;
    // Each thread touches its own part first, as it does later.
    double triad =
        best(threads, millis, t -> () -> triadAll(a, b, c, t * share, share))
            * (3.0 * Float.BYTES * share)
            / 1e9;
    double read =
        best(
                threads,
                millis,
                t ->
                    () ->
                        readAll(a, t * share, share)
                            + readAll(b, t * share, share)
                            + readAll(c, t * share, share))
            * (3.0 * Float.BYTES * share)
            / 1e9;
    return new MachineSpeed(threads, fma32, fma64, read, triad, FLOATS.vectorBitSize());
  }

  /**
   * Returns the most calls a second that all threads together made, of many tries: it ends when
   * none has been better for a while, so that a slow compiler has its time.
   */
  private static double best(int threads, int millis, IntFunction<DoubleSupplier> work) {
    long patience = millis * 1_000_000L;
    long end = System.nanoTime() + patience;
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    try {
      double best = 0;
      int calls = 1;
      while (System.nanoTime() < end) {
        double seconds = seconds(pool, threads, calls, work);
        double speed = threads * calls / seconds;
        if (speed > best * NOTABLY) {
          end = System.nanoTime() + patience;
        }
        best = Math.max(best, speed);
        // A try takes some 5 ms, so that starting together does not count.
        if (seconds < 0.005) {
          calls *= 2;
        }
      }
      return best;
    } finally {
      pool.shutdown();
    }
  }

  /** Returns the time from the first thread's start to the last one's end. */
  private static double seconds(
      ExecutorService pool, int threads, int calls, IntFunction<DoubleSupplier> work) {
    CyclicBarrier start = new CyclicBarrier(threads);
    List<Future<long[]>> results = new ArrayList<>();
    for (int t = 0; t < threads; t++) {
      DoubleSupplier own = work.apply(t);
      results.add(
          pool.submit(
              () -> {
                start.await();
                long begin = System.nanoTime();
                double sum = 0;
                for (int i = 0; i < calls; i++) {
                  sum += own.getAsDouble();
                }
                sink = sum;
                return new long[] {begin, System.nanoTime()};
              }));
    }
    long first = Long.MAX_VALUE;
    long last = Long.MIN_VALUE;
    try {
      for (Future<long[]> result : results) {
        first = Math.min(first, result.get()[0]);
        last = Math.max(last, result.get()[1]);
      }
    } catch (InterruptedException | ExecutionException e) {
      throw new IllegalStateException("the machine's speed could not be measured", e);
    }
    return (last - first) / 1e9;
  }

  private static double fmaFloats(int steps) {
    FloatVector factor = FloatVector.broadcast(FLOATS, FACTOR);
    FloatVector summand = FloatVector.broadcast(FLOATS, SUMMAND);
    FloatVector v0 = FloatVector.broadcast(FLOATS, 1f);
    FloatVector v1 = v0;
    FloatVector v2 = v0;
    FloatVector v3 = v0;
    FloatVector v4 = v0;
    FloatVector v5 = v0;
    FloatVector v6 = v0;
    FloatVector v7 = v0;
    FloatVector v8 = v0;
    FloatVector v9 = v0;
    FloatVector v10 = v0;
    FloatVector v11 = v0;
    for (int i = 0; i < steps; i++) {
      v0 = v0.fma(factor, summand);
      v1 = v1.fma(factor, summand);
      v2 = v2.fma(factor, summand);
      v3 = v3.fma(factor, summand);
      v4 = v4.fma(factor, summand);
      v5 = v5.fma(factor, summand);
      v6 = v6.fma(factor, summand);
      v7 = v7.fma(factor, summand);
      v8 = v8.fma(factor, summand);
      v9 = v9.fma(factor, summand);
      v10 = v10.fma(factor, summand);
      v11 = v11.fma(factor, summand);
    }
    FloatVector all = v0.add(v1).add(v2).add(v3).add(v4).add(v5);
    return all.add(v6).add(v7).add(v8).add(v9).add(v10).add(v11).lane(0);
  }

  private static double fmaDoubles(int steps) {
    DoubleVector factor = DoubleVector.broadcast(DOUBLES, FACTOR);
    DoubleVector summand = DoubleVector.broadcast(DOUBLES, SUMMAND);
    DoubleVector v0 = DoubleVector.broadcast(DOUBLES, 1);
    DoubleVector v1 = v0;
    DoubleVector v2 = v0;
    DoubleVector v3 = v0;
    DoubleVector v4 = v0;
    DoubleVector v5 = v0;
    DoubleVector v6 = v0;
    DoubleVector v7 = v0;
    DoubleVector v8 = v0;
    DoubleVector v9 = v0;
    DoubleVector v10 = v0;
    DoubleVector v11 = v0;
    for (int i = 0; i < steps; i++) {
      v0 = v0.fma(factor, summand);
      v1 = v1.fma(factor, summand);
      v2 = v2.fma(factor, summand);
      v3 = v3.fma(factor, summand);
      v4 = v4.fma(factor, summand);
      v5 = v5.fma(factor, summand);
      v6 = v6.fma(factor, summand);
      v7 = v7.fma(factor, summand);
      v8 = v8.fma(factor, summand);
      v9 = v9.fma(factor, summand);
      v10 = v10.fma(factor, summand);
      v11 = v11.fma(factor, summand);
    }
    DoubleVector all = v0.add(v1).add(v2).add(v3).add(v4).add(v5);
    return all.add(v6).add(v7).add(v8).add(v9).add(v10).add(v11).lane(0);
  }

  private static double readAll(float[] values, int from, int count) {
    double sum = 0;
    for (int i = from; i < from + count; i += FLOATS_PER_CALL) {
      sum += sum(values, i, FLOATS_PER_CALL);
    }
    return sum;
  }

  private static double sum(float[] values, int from, int count) {
    int step = FLOATS.length();
    FloatVector s0 = FloatVector.zero(FLOATS);
    FloatVector s1 = s0;
    FloatVector s2 = s0;
    FloatVector s3 = s0;
    for (int i = from; i < from + count; i += 4 * step) {
      s0 = s0.add(FloatVector.fromArray(FLOATS, values, i));
      s1 = s1.add(FloatVector.fromArray(FLOATS, values, i + step));
      s2 = s2.add(FloatVector.fromArray(FLOATS, values, i + 2 * step));
      s3 = s3.add(FloatVector.fromArray(FLOATS, values, i + 3 * step));
    }
    return s0.add(s1).add(s2).add(s3).lane(0);
  }

  private static double triadAll(float[] a, float[] b, float[] c, int from, int count) {
    double sum = 0;
    for (int i = from; i < from + count; i += FLOATS_PER_CALL) {
      sum += triad(a, b, c, i, FLOATS_PER_CALL);
    }
    return sum;
  }

  private static double triad(float[] a, float[] b, float[] c, int from, int count) {
    for (int i = from; i < from + count; i++) {
      a[i] = b[i] + SUMMAND * c[i];
    }
    return a[from];
  }
}
