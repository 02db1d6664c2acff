package io.github.conv4j.cli;

import io.github.conv4j.Accuracy;
import io.github.conv4j.Conv4j;
import io.github.conv4j.Tensor;
import io.github.conv4j.nn.Conv2d;
import io.github.conv4j.random.Generator;
import java.util.stream.DoubleStream;

/** Measures how long one layer takes. */
final class BenchTimer {
  /** The warm-up ends when no round has been notably better for so long. */
  private static final long PATIENCE_NANOS = 500_000_000;

  private static final long LONGEST_WARM_UP_NANOS = 2_000_000_000;
  private static final double NOTABLY = 0.98;

  private static final long MEASURED_NANOS = 1_000_000_000;

  /** A round has as many calls as fit into this, many times what reading the clock takes. */
  private static final long ROUND_NANOS = 5_000_000;

  private final BenchLayer layer;
  private final Accuracy accuracy;
  private final Conv2d conv;
  private final Tensor input;
  private final Tensor output;

  /** Makes the layer, an input, and room for the output. */
  BenchTimer(BenchLayer layer, Accuracy accuracy) {
    this.layer = layer;
    this.accuracy = accuracy;
    this.conv = layer.layer(accuracy);
    this.input = Tensor.rand(Generator.torch(1), layer.input(), layer.dtype());
    this.output = conv.forward(input);
  }

  /**
   * What was measured, by the names that the JSON has but for their underscores.
   *
   * @param name the layer's
   * @param threads how many
   * @param accuracy {@code pytorch} or {@code fast}
   * @param algorithm what computes the layer
   * @param msMin a call in the shortest round
   * @param msMedian a call in the middle round
   * @param gflops of the shortest round
   */
  record Result(
      String name,
      int threads,
      String accuracy,
      String algorithm,
      double msMin,
      double msMedian,
      double gflops) {}

  /** Warms up for 0.5 to 2 seconds, then measures for one; longer if a call takes longer. */
  Result measure(int threads) {
    Conv4j.setThreads(threads);
    int calls = warmUp();
    DoubleStream.Builder rounds = DoubleStream.builder();
    long end = System.nanoTime() + MEASURED_NANOS;
    do {
      rounds.add(round(calls));
    } while (System.nanoTime() < end);
    double[] sorted = rounds.build().sorted().toArray();
    double median = (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
    return new Result(
        layer.name(),
        threads,
        accuracy.toString(),
        algorithm(),
        sorted[0] / 1e6,
        median / 1e6,
        layer.flops() / sorted[0]);
  }

  /** Returns how many calls a round should have. */
  private int warmUp() {
    int calls = 1;
    double best = Double.POSITIVE_INFINITY;
    long start = System.nanoTime();
    long now = start;
    long end = start + PATIENCE_NANOS;
    while (now < end && now < start + LONGEST_WARM_UP_NANOS) {
      double time = round(calls);
      now = System.nanoTime();
      if (time < best * NOTABLY) {
        end = now + PATIENCE_NANOS;
      }
      best = Math.min(best, time);
      calls = (int) Math.max(1, ROUND_NANOS / best);
    }
    return calls;
  }

  /** Returns how many nanoseconds a call took. */
  private double round(int calls) {
    long start = System.nanoTime();
    for (int i = 0; i < calls; i++) {
      conv.forward(input, output);
    }
    // A call that takes less than the clock's step would make it infinitely fast.
    return Math.max(1, System.nanoTime() - start) / (double) calls;
  }

  private String algorithm() {
    return conv.explain(input.shape().toArray())
        .lines()
        .filter(line -> line.startsWith("algorithm"))
        .map(line -> line.substring("algorithm".length()).strip())
        .findFirst()
        .orElseThrow();
  }
}
