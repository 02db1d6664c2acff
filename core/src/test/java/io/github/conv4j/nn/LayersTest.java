package io.github.conv4j.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.conv4j.Conv4j;
import io.github.conv4j.DType;
import io.github.conv4j.PaddingMode;
import io.github.conv4j.Shape;
import io.github.conv4j.Tensor;
import io.github.conv4j.nn.functional.Functional;
import io.github.conv4j.nn.functional.Pool2dOptions;
import io.github.conv4j.random.Generator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds for activations, norms, dropout and linear beyond PyTorch's numbers. */
class LayersTest {
  private static final int THREADS = Conv4j.threads();

  @AfterEach
  void threadsAsBefore() {
    Conv4j.setThreads(THREADS);
  }

  /** Layers that treat images one by one, for inputs (N, 6, 90, 80). */
  static Stream<Module> layers() {
    return Stream.of(
            new ReLU(),
            new ReLU6(),
            new Hardtanh(),
            new SiLU(),
            new Hardswish(),
            new Hardsigmoid(),
            new LeakyReLU(),
            new PReLU(6),
            new ELU(),
            new GELU(),
            new GELU("tanh"),
            new Sigmoid(),
            new Tanh(),
            new Softmax(1),
            new Softmax(-1),
            new LogSoftmax(1),
            new LogSoftmax(3),
            new BatchNorm2d(6),
            new GroupNorm(2, 6),
            new InstanceNorm2d(6),
            new LayerNorm(90, 80),
            new LocalResponseNorm(5),
            new Linear(80, 33))
        .peek(Module::eval);
  }

  @ParameterizedTest
  @MethodSource("layers")
  void bitsDependNeitherOnThreadsNorOnTheBatch(Module layer) {
    Tensor x = Tensor.randn(Generator.torch(3), 4, 6, 90, 80);
    Conv4j.setThreads(1);
    Tensor one = layer.forward(x);
    Conv4j.setThreads(4);
    assertEquals(one, layer.forward(x));
    assertEquals(one.narrow(0, 2, 1), layer.forward(x.narrow(0, 2, 1)));
  }

  @ParameterizedTest
  @MethodSource("layers")
  void compilesToTheSameBits(Module layer) {
    Tensor x = Tensor.randn(Generator.torch(4), 2, 6, 90, 80);
    Tensor before = x.copy();
    assertEquals(layer.forward(x), layer.compile(2, 6, 90, 80).forward(x));
    assertEquals(before, x);
  }

  @Test
  void aNetworkOfAllOfThemCompilesToTheSameBits() {
    for (DType dtype : DType.values()) {
      InstanceNorm2d tracked =
          InstanceNorm2d.builder(6).affine(true).trackRunningStats(true).dtype(dtype).build();
      tracked.forward(Tensor.randn(Generator.torch(9), Shape.of(3, 6, 7, 5), dtype));
      Sequential net =
          new Sequential(
              new LocalResponseNorm(3),
              new LeakyReLU(-0.3),
              GroupNorm.builder(3, 6).dtype(dtype).build(),
              new GELU(),
              tracked,
              new PReLU(6, 0.2, dtype),
              LayerNorm.builder(7, 5).dtype(dtype).build(),
              new Tanh(),
              InstanceNorm2d.builder(6).affine(true).dtype(dtype).build(),
              new ELU(),
              new GELU("tanh"),
              new Hardswish(),
              new SiLU(),
              new Hardtanh(-0.9, 2),
              new Softmax(1),
              new LogSoftmax(-1),
              new Sigmoid(),
              new Hardsigmoid());
      net.eval();
      Tensor x = Tensor.randn(Generator.torch(10), Shape.of(2, 6, 7, 5), dtype);
      CompiledModule compiled = net.compile(2, 6, 7, 5);
      Tensor y = net.forward(x);
      assertEquals(y, compiled.forward(x));
      assertEquals(y, compiled.forward(x));
    }
  }

  @Test
  void linearHasTheSameBitsAloneAndInAnyBatch() {
    for (DType dtype : DType.values()) {
      for (int in : new int[] {5, 16, 700, 1543}) {
        Linear layer = Linear.builder(in, 131).dtype(dtype).build();
        Tensor x = Tensor.randn(Generator.torch(5), Shape.of(37, in), dtype);
        Conv4j.setThreads(3);
        Tensor all = layer.forward(x);
        Conv4j.setThreads(1);
        for (int i = 0; i < 37; i++) {
          assertEquals(all.narrow(0, i, 1), layer.forward(x.narrow(0, i, 1)));
        }
      }
    }
  }

  // ---- dropout

  @Test
  void dropoutDropsAboutAsManyAsAskedFor() {
    for (DType dtype : DType.values()) {
      Dropout layer = new Dropout(0.3, false, Generator.torch(6));
      Tensor y = layer.forward(Tensor.full(2, Shape.of(100, 1000), dtype));
      int dropped = 0;
      double kept = dtype == DType.FLOAT32 ? (float) (1 / 0.7) * 2f : 1 / 0.7 * 2;
      for (double value : y.toDoubleArray()) {
        dropped += value == 0 ? 1 : 0;
        assertTrue(value == 0 || value == kept);
      }
      // Six standard deviations.
      assertEquals(30_000, dropped, 6 * Math.sqrt(100_000 * 0.3 * 0.7));
    }
  }

  @Test
  void dropout2dDropsWholeChannels() {
    Dropout2d layer = new Dropout2d(0.5, false, Generator.torch(7));
    Tensor y = layer.forward(Tensor.full(1, 50, 40, 3, 2));
    int dropped = 0;
    for (int plane = 0; plane < 2000; plane++) {
      float first = y.floats()[plane * 6];
      dropped += first == 0 ? 1 : 0;
      for (int i = 0; i < 6; i++) {
        assertEquals(first, y.floats()[plane * 6 + i]);
      }
    }
    assertEquals(1000, dropped, 6 * Math.sqrt(2000 * 0.25));
  }

  @Test
  void dropoutDrawsFromItsGeneratorAlone() {
    Tensor x = Tensor.full(1, 9000);
    Dropout one = new Dropout(0.5, false, Generator.torch(8));
    Dropout same = new Dropout(0.5, false, Generator.torch(8));
    Tensor first = one.forward(x);
    assertEquals(first, same.forward(x));
    assertNotEquals(first, one.forward(x));
  }

  @Test
  void dropoutKeepsNaN() {
    Tensor y = new Dropout(1.0).forward(Tensor.of(new float[] {1, -1, Float.NaN}));
    assertEquals(Tensor.of(new float[] {0, -0f, Float.NaN}), y);
  }

  @Test
  void dropoutReturnsItsInputInEvaluation() {
    Dropout layer = new Dropout();
    Dropout2d channels = new Dropout2d();
    layer.eval();
    channels.eval();
    Tensor x = Tensor.rand(2, 3, 4);
    assertSame(x, layer.forward(x));
    assertSame(x, channels.forward(x));
  }

  // ---- batch norm

  @Test
  void everyBatchOfConcurrentTrainingCounts() throws Exception {
    BatchNorm2d layer = BatchNorm2d.builder(2).momentum(null).build();
    ExecutorService pool = Executors.newFixedThreadPool(4);
    try {
      List<Future<Tensor>> running =
          Stream.of(1, 2, 3, 4, 5, 6, 7, 8)
              .map(mean -> pool.submit(() -> layer.forward(Tensor.full(mean, 3, 2, 2, 2))))
              .toList();
      for (Future<Tensor> one : running) {
        one.get();
      }
    } finally {
      pool.shutdown();
    }
    Map<String, Tensor> buffers = layer.namedBuffers();
    assertEquals(8, buffers.get("num_batches_tracked").item());
    // The mean over all batches, in any order.
    assertEquals(4.5, buffers.get("running_mean").get(0), 1e-5);
  }

  @Test
  void aRefusedBatchMovesNothing() {
    BatchNorm2d layer = new BatchNorm2d(2);
    Map<String, Tensor> before = layer.stateDict();
    Tensor single = Tensor.rand(1, 2, 1, 1);
    assertThrows(IllegalArgumentException.class, () -> layer.forward(single));
    assertEquals(before, layer.stateDict());
  }

  @Test
  void functionsRefuseParametersThatDoNotFit() {
    Tensor x = Tensor.rand(2, 3, 4, 4);
    Tensor three = Tensor.full(1, 3);
    Tensor two = Tensor.full(1, 2);
    refuses("none", () -> Functional.batchNorm(x, null, null, null, null, false, 0, 1e-5));
    refuses("(N, 2", () -> Functional.batchNorm(x, two, two, null, null, false, 0, 1e-5));
    refuses("running_var", () -> Functional.batchNorm(x, three, two, null, null, false, 0, 1e-5));
    refuses("weight", () -> Functional.batchNorm(x, three, three, two, null, false, 0, 1e-5));
    refuses("bias", () -> Functional.batchNorm(x, three, three, null, two, false, 0, 1e-5));
    refuses("running_mean", () -> Functional.batchNorm(x, two, three, null, null, true, 0, 1e-5));
    refuses("(N, 2", () -> Functional.groupNorm(x, 1, two, null, 1e-5));
    refuses("num_groups", () -> Functional.groupNorm(x, 0, null, null, 1e-5));
    refuses("multiple of 2", () -> Functional.groupNorm(x, 2, null, null, 1e-5));
    refuses("shape [4]", () -> Functional.layerNorm(x, Shape.of(4), three, null, 1e-5));
    refuses("bias", () -> Functional.linear(x, Tensor.rand(5, 4), three));
    refuses("weight", () -> Functional.linear(x, Tensor.rand(4), null));
    refuses("dtype", () -> Functional.linear(x, Tensor.rand(5, 4).to(DType.FLOAT64), null));
    refuses("rank 0 or 1", () -> Functional.prelu(x, Tensor.rand(1, 3)));
    refuses("low <= high", () -> Functional.hardtanh(x, 2, 1));
  }

  @Test
  void functionsDoWhatLayersDo() {
    Tensor x = Tensor.randn(Generator.torch(11), 2, 4, 11, 9);
    Pool2dOptions max =
        Pool2dOptions.kernel(3, 2).stride(2, 1).padding(1, 0).dilation(2, 1).ceilMode(true);
    MaxPool2d maxLayer =
        MaxPool2d.builder(3, 2).stride(2, 1).padding(1, 0).dilation(2, 1).ceilMode(true).build();
    assertEquals(maxLayer.forward(x), Functional.maxPool2d(x, max));
    assertEquals(maxLayer.forward(x), Functional.maxPool2dWithIndices(x, max).values());
    assertEquals(
        maxLayer.forwardWithIndices(x).indices(),
        Functional.maxPool2dWithIndices(x, max).indices());
    assertEquals(
        AvgPool2d.builder(3)
            .stride(2)
            .padding(1)
            .ceilMode(true)
            .countIncludePad(false)
            .divisorOverride(5)
            .build()
            .forward(x),
        Functional.avgPool2d(
            x,
            Pool2dOptions.kernel(3)
                .stride(2)
                .padding(1)
                .ceilMode(true)
                .countIncludePad(false)
                .divisorOverride(5)));
    refuses(
        "without dilation, but got (2, 2)",
        () -> Functional.avgPool2d(x, Pool2dOptions.kernel(2).dilation(2)));
    assertEquals(
        new AdaptiveMaxPool2d(4, 3).forwardWithIndices(x).values(),
        Functional.adaptiveMaxPool2d(x, 4, 3));
    assertEquals(
        new ReflectionPad2d(1, 2, 3, 0).forward(x),
        Functional.pad(x, PaddingMode.REFLECT, 1, 2, 3, 0));
    assertEquals(new ConstantPad2d(1, 2, 3, 0, 7).forward(x), Functional.pad(x, 1, 2, 3, 0, 7));
    assertEquals(
        Upsample.builder().size(5, 20).mode("bicubic").alignCorners(true).build().forward(x),
        Functional.interpolate(x, 5, 20, "bicubic", true));
    assertEquals(
        Upsample.builder().scaleFactor(1.5, 0.5).mode("bilinear").build().forward(x),
        Functional.interpolate(x, 1.5, 0.5, "bilinear", false));
    Tensor shuffled = Functional.pixelShuffle(x, 2);
    assertEquals(new PixelShuffle(2).forward(x), shuffled);
    assertEquals(x, Functional.pixelUnshuffle(shuffled, 2));
  }

  @Test
  void anAdaptiveMaximumIsCompiled() {
    Sequential net = new Sequential(new ReLU(), new AdaptiveMaxPool2d(3, 2));
    net.eval();
    for (DType dtype : DType.values()) {
      Tensor x = Tensor.randn(Generator.torch(12), Shape.of(2, 3, 7, 5), dtype);
      if (dtype == DType.FLOAT32) {
        assertEquals(net.forward(x), net.compile(2, 3, 7, 5).forward(x));
      }
      assertEquals(
          new AdaptiveMaxPool2d(3, 2).forwardWithIndices(Functional.relu(x)).values(),
          net.forward(x));
    }
  }

  private static void refuses(String part, Executable call) {
    String message = assertThrows(IllegalArgumentException.class, call).getMessage();
    assertTrue(message.contains(part), message);
  }
}
