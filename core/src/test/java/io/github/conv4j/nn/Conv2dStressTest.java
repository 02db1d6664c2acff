package io.github.conv4j.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.conv4j.Accuracy;
import io.github.conv4j.Activation;
import io.github.conv4j.Conv4j;
import io.github.conv4j.DType;
import io.github.conv4j.Shape;
import io.github.conv4j.Tensor;
import io.github.conv4j.engine.Parallel;
import io.github.conv4j.random.Generator;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Layers of every class under many callers, interrupts, odd batches and used workspaces. */
@Timeout(120)
class Conv2dStressTest {
  private final int threadsBefore = Conv4j.threads();

  @AfterEach
  void restoreThreads() {
    Conv4j.setThreads(threadsBefore);
  }

  /**
   * A layer of a class, with work for several threads.
   *
   * @param name its class
   * @param channels input channels
   * @param outChannels output channels
   * @param side height and width of an input that it gets
   * @param layer the layer
   */
  record Kind(String name, int channels, int outChannels, int side, Conv2d layer) {
    private static Kind of(
        String name, int channels, int outChannels, int kernel, int side, Setting setting) {
      Conv2d.Builder builder = Conv2d.builder(channels, outChannels, kernel);
      Conv2d layer = setting.of(builder).generator(Generator.torch(1)).build();
      return new Kind(name, channels, outChannels, side, layer);
    }

    /** What a layer has that is not the default. */
    private interface Setting {
      Conv2d.Builder of(Conv2d.Builder builder);
    }

    /** Makes the layer forget what it has prepared. */
    void forget() {
      layer.setWeight(layer.weight());
    }

    Tensor input(long seed, int batch) {
      return input(seed, batch, side, side);
    }

    Tensor input(long seed, int batch, int height, int width) {
      Shape shape = Shape.of(batch, channels, height, width);
      return Tensor.randn(Generator.torch(seed), shape, layer.dtype());
    }
  }

  static List<Kind> kinds() {
    return List.of(
        Kind.of("3x3", 32, 40, 3, 19, b -> b.padding(1)),
        Kind.of("5x5 stride 2", 12, 24, 5, 23, b -> b.padding(2).stride(2)),
        Kind.of("1x1", 96, 48, 1, 17, b -> b),
        Kind.of("grouped", 64, 64, 3, 18, b -> b.padding(1).groups(8)),
        Kind.of("depthwise", 64, 64, 3, 37, b -> b.padding(1).groups(64)),
        Kind.of("depthwise stride 2", 48, 48, 5, 41, b -> b.padding(2).stride(2).groups(48)),
        Kind.of("1 to 1", 1, 1, 3, 300, b -> b.padding(1).paddingMode("replicate")),
        Kind.of("3 to 8", 3, 8, 7, 90, b -> b.padding(3)),
        Kind.of("3x3 float64", 24, 24, 3, 17, b -> b.padding(1).dtype(DType.FLOAT64)),
        Kind.of(
            "depthwise float64", 40, 40, 3, 33, b -> b.padding(1).groups(40).dtype(DType.FLOAT64)),
        FEW_BLOCKS,
        FEW_LARGE_BLOCKS);
  }

  /**
   * Winograd's algorithm with one block of tiles an image, 49 tiles, and 14 million multiply-adds:
   * worth 7 threads, which then transform and multiply one block together.
   */
  private static final Kind FEW_BLOCKS =
      Kind.of("3x3 one block", 96, 80, 3, 14, b -> b.padding(1).activation(Activation.RELU));

  /** The same with tiles of 4x4, 36 of them. */
  private static final Kind FEW_LARGE_BLOCKS =
      Kind.of("3x3 one block fast", 48, 64, 3, 24, b -> b.padding(1).accuracy(Accuracy.FAST));

  static List<Kind> blocks() {
    return List.of(
        FEW_BLOCKS,
        FEW_LARGE_BLOCKS,
        Kind.of("3x3 dilation 2", 48, 48, 3, 16, b -> b.padding(2).dilation(2)),
        Kind.of("3x3 groups", 96, 96, 3, 15, b -> b.padding(1).groups(3)),
        Kind.of("3x3 float64", 48, 40, 3, 14, b -> b.padding(1).dtype(DType.FLOAT64)),
        Kind.of("3x3 several blocks", 64, 64, 3, 40, b -> b.padding(1)));
  }

  private static void await(List<Future<?>> all) throws InterruptedException, ExecutionException {
    for (Future<?> one : all) {
      one.get();
    }
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void callersGetOneOfTheWeights(Kind kind) throws Exception {
    Conv4j.setThreads(3);
    Conv2d layer = kind.layer();
    Tensor[] weights = {
      layer.weight(), Tensor.randn(Generator.torch(5), layer.weight().shape(), layer.dtype())
    };
    // Two sizes, so that the plan changes too.
    Tensor[] inputs = {kind.input(2, 1), kind.input(3, 2, kind.side() - 2, kind.side() - 5)};
    Tensor[][] expected = new Tensor[2][2];
    for (int w = 0; w < 2; w++) {
      layer.setWeight(weights[w]);
      for (int i = 0; i < 2; i++) {
        expected[w][i] = layer.forward(inputs[i]);
      }
    }
    AtomicBoolean stop = new AtomicBoolean();
    AtomicInteger strange = new AtomicInteger();
    ExecutorService callers = Executors.newFixedThreadPool(6);
    List<Future<?>> running = new ArrayList<>();
    for (int c = 0; c < 5; c++) {
      int first = c;
      running.add(
          callers.submit(
              () -> {
                for (int i = first; i < first + 40; i++) {
                  Tensor output = layer.forward(inputs[i % 2]);
                  boolean known =
                      output.equals(expected[0][i % 2]) || output.equals(expected[1][i % 2]);
                  strange.addAndGet(known ? 0 : 1);
                }
              }));
    }
    Future<?> swapper =
        callers.submit(
            () -> {
              for (int i = 0; !stop.get(); i++) {
                layer.setWeight(weights[i % 2]);
                Conv4j.setThreads(1 + i % 4);
              }
            });
    try {
      await(running);
    } finally {
      stop.set(true);
      callers.shutdown();
    }
    swapper.get();
    assertEquals(0, strange.get(), "outputs of neither weights");
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void anInterruptIsKeptAndHarmsNothing(Kind kind) {
    Conv4j.setThreads(3);
    Conv2d layer = kind.layer();
    Tensor input = kind.input(2, 3);
    Tensor expected = layer.forward(input);
    for (int i = 0; i < 10; i++) {
      Thread.currentThread().interrupt();
      assertEquals(expected, layer.forward(input), "interrupted before");
      assertTrue(Thread.interrupted(), "the interrupt was lost");
    }
    AtomicInteger interrupts = new AtomicInteger();
    Thread caller = Thread.currentThread();
    AtomicBoolean stop = new AtomicBoolean();
    Thread other =
        new Thread(
            () -> {
              while (!stop.get()) {
                interrupts.incrementAndGet();
                caller.interrupt();
                LockSupport.parkNanos(20_000);
              }
            });
    other.start();
    try {
      for (int i = 0; i < 20 || interrupts.get() < 20; i++) {
        assertEquals(expected, layer.forward(input), "interrupted during");
      }
    } finally {
      stop.set(true);
      joinThoughInterrupted(other);
    }
    assertTrue(Thread.interrupted(), "the interrupts were lost");
    assertEquals(expected, layer.forward(input), "afterwards");
  }

  private static void joinThoughInterrupted(Thread thread) {
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void aHugeBatchOfTinyImages(Kind kind) {
    Conv2d layer = kind.layer();
    int[] kernel = layer.kernelSize();
    int batch = 200_000 / (kind.channels() * kernel[0] * kernel[1]);
    Tensor input = kind.input(2, batch, kernel[0], kernel[1]);
    Conv4j.setThreads(1);
    Tensor expected = layer.forward(input);
    Conv4j.setThreads(7);
    assertEquals(expected, layer.forward(input));
    for (int n = 0; n < batch; n += Math.max(1, batch / 50)) {
      assertEquals(
          expected.narrow(0, n, 1), layer.forward(input.narrow(0, n, 1)), "image " + n + " alone");
    }
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void anEmptyBatch(Kind kind) {
    Conv2d layer = kind.layer();
    Tensor input = kind.input(2, 2);
    Tensor full = layer.forward(input);
    Tensor empty = layer.forward(kind.input(2, 0));
    assertEquals(Shape.of(0, kind.outChannels(), full.size(2), full.size(3)), empty.shape());
    assertEquals(layer.dtype(), empty.dtype());
    assertEquals(full, layer.forward(input), "afterwards");
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void callsFromWithinParallelWork(Kind kind) {
    Conv4j.setThreads(4);
    Conv2d layer = kind.layer();
    Tensor input = kind.input(2, 2);
    Tensor expected = layer.forward(input);
    AtomicReferenceArray<Tensor> outputs = new AtomicReferenceArray<>(12);
    Parallel.run(
        12,
        4,
        queue -> {
          for (int task = queue.next(); task >= 0; task = queue.next()) {
            outputs.set(task, layer.forward(input));
          }
        });
    for (int i = 0; i < outputs.length(); i++) {
      assertEquals(expected, outputs.get(i), "task " + i);
    }
  }

  /** Scratch memory is used again: nothing of what another call left there may be seen. */
  @ParameterizedTest
  @MethodSource("kinds")
  void callsBeforeLeaveNothingBehind(Kind kind) {
    Conv2d layer = kind.layer();
    Tensor input = kind.input(2, 1);
    for (int threads : new int[] {1, 3}) {
      Conv4j.setThreads(threads);
      kind.forget();
      Tensor expected = layer.forward(input);
      for (double value : new double[] {Double.NaN, Double.POSITIVE_INFINITY, 1e30}) {
        Tensor poison = Tensor.full(value, kind.input(2, 3).shape(), layer.dtype());
        Tensor poisoned = layer.forward(poison);
        assertTrue(
            value == 1e30 || !Double.isFinite(poisoned.get(0, 0, 3, 3)), "the poison was taken");
        assertEquals(expected, layer.forward(input), "after " + value);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("blocks")
  void manyCallersShareAWinogradLayer(Kind kind) throws Exception {
    Conv2d layer = kind.layer();
    Tensor[] inputs = {kind.input(2, 1), kind.input(3, 2)};
    assertTrue(
        layer.explain(inputs[0].shape().toArray()).contains("algorithm      winograd"),
        "another algorithm was chosen");
    Conv4j.setThreads(1);
    Tensor[] expected = {layer.forward(inputs[0]), layer.forward(inputs[1])};
    for (int threads : new int[] {1, 2, 3, 7}) {
      Conv4j.setThreads(threads);
      kind.forget();
      ExecutorService callers = Executors.newFixedThreadPool(6);
      List<Future<?>> running = new ArrayList<>();
      for (int c = 0; c < 6; c++) {
        int first = c;
        running.add(
            callers.submit(
                () -> {
                  Tensor[] outputs = {expected[0].copy(), expected[1].copy()};
                  for (int i = first; i < first + 10; i++) {
                    layer.forward(inputs[i % 2], outputs[i % 2]);
                    assertEquals(expected[i % 2], outputs[i % 2], threads + " threads");
                  }
                }));
      }
      try {
        await(running);
      } finally {
        callers.shutdown();
      }
    }
  }

  /** An image with numbers that are not finite is computed in another way, and it alone. */
  @ParameterizedTest
  @MethodSource("blocks")
  void spoiltImagesLeaveTheOthersAlone(Kind kind) throws Exception {
    Conv2d layer = kind.layer();
    Tensor clean = kind.input(2, 5);
    Tensor input = clean.copy();
    set(input, 1, Double.NaN);
    set(input, 3, Double.NEGATIVE_INFINITY);
    // Finite, and so is the right sum, but not what a tile makes of it.
    set(input, 4, layer.dtype() == DType.FLOAT32 ? Float.MAX_VALUE : Double.MAX_VALUE);
    Conv4j.setThreads(1);
    Tensor unspoilt = layer.forward(clean);
    Tensor residual = Tensor.randn(Generator.torch(4), unspoilt.shape(), layer.dtype());
    Tensor expected = layer.forward(input);
    Tensor sum = layer.forwardAdd(input, residual);
    for (int n : new int[] {0, 2}) {
      assertEquals(unspoilt.narrow(0, n, 1), expected.narrow(0, n, 1), "clean image " + n);
    }
    assertTrue(Double.isNaN(expected.get(1, kind.outChannels() - 1, 6, 6)), "the NaN was taken");
    for (int threads : new int[] {1, 2, 3, 7}) {
      Conv4j.setThreads(threads);
      for (int n = 0; n < 5; n++) {
        String message = "image " + n + " alone, " + threads + " threads";
        Tensor image = input.narrow(0, n, 1);
        assertEquals(expected.narrow(0, n, 1), layer.forward(image), message);
        assertEquals(
            sum.narrow(0, n, 1), layer.forwardAdd(image, residual.narrow(0, n, 1)), message);
      }
      ExecutorService callers = Executors.newFixedThreadPool(4);
      List<Future<?>> running = new ArrayList<>();
      for (int c = 0; c < 4; c++) {
        Tensor given = c % 2 == 0 ? input : clean;
        Tensor wanted = c % 2 == 0 ? expected : unspoilt;
        running.add(
            callers.submit(
                () -> {
                  for (int i = 0; i < 3; i++) {
                    assertEquals(wanted, layer.forward(given), threads + " threads");
                    Tensor both = residual.copy();
                    layer.forwardAdd(input, both, both);
                    assertEquals(sum, both, "over the residual, " + threads + " threads");
                  }
                }));
      }
      try {
        await(running);
      } finally {
        callers.shutdown();
      }
    }
  }

  /** Puts a number into the last channel of an image, near its middle. */
  private static void set(Tensor batch, int image, double value) {
    int plane = batch.size(2) * batch.size(3);
    int index = (image + 1) * batch.size(1) * plane - plane + 6 * batch.size(3) + 6;
    if (batch.dtype() == DType.FLOAT32) {
      batch.floats()[index] = (float) value;
    } else {
      batch.doubles()[index] = value;
    }
  }
}
