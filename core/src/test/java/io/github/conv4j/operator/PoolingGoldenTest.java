package io.github.conv4j.operator;

import static java.util.Map.entry;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import io.github.conv4j.Conv4j;
import io.github.conv4j.DType;
import io.github.conv4j.Indices;
import io.github.conv4j.Shape;
import io.github.conv4j.Tensor;
import io.github.conv4j.nn.AdaptiveAvgPool2d;
import io.github.conv4j.nn.AdaptiveMaxPool2d;
import io.github.conv4j.nn.AvgPool2d;
import io.github.conv4j.nn.CircularPad2d;
import io.github.conv4j.nn.ConstantPad2d;
import io.github.conv4j.nn.MaxPool2d;
import io.github.conv4j.nn.Module;
import io.github.conv4j.nn.PixelShuffle;
import io.github.conv4j.nn.PixelUnshuffle;
import io.github.conv4j.nn.ReflectionPad2d;
import io.github.conv4j.nn.ReplicationPad2d;
import io.github.conv4j.nn.Upsample;
import io.github.conv4j.nn.ZeroPad2d;
import io.github.conv4j.random.Generator;
import io.github.conv4j.testing.Golden;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Pooling, padding and resizing: what PyTorch gives, by make_pooling_golden.py. */
class PoolingGoldenTest {
  private static final Map<String, Function<GoldenCase, Module>> LAYERS =
      Map.ofEntries(
          entry("max_pool2d", PoolingGoldenTest::maxPool),
          entry("avg_pool2d", PoolingGoldenTest::avgPool),
          entry("adaptive_avg_pool2d", g -> new AdaptiveAvgPool2d(integer(g, 0), integer(g, 1))),
          entry("adaptive_max_pool2d", g -> new AdaptiveMaxPool2d(integer(g, 0), integer(g, 1))),
          entry(
              "zero_pad2d",
              g -> new ZeroPad2d(integer(g, 0), integer(g, 1), integer(g, 2), integer(g, 3))),
          entry(
              "constant_pad2d",
              g ->
                  new ConstantPad2d(
                      integer(g, 0), integer(g, 1), integer(g, 2), integer(g, 3), 2.5)),
          entry(
              "reflection_pad2d",
              g -> new ReflectionPad2d(integer(g, 0), integer(g, 1), integer(g, 2), integer(g, 3))),
          entry(
              "replication_pad2d",
              g ->
                  new ReplicationPad2d(integer(g, 0), integer(g, 1), integer(g, 2), integer(g, 3))),
          entry(
              "circular_pad2d",
              g -> new CircularPad2d(integer(g, 0), integer(g, 1), integer(g, 2), integer(g, 3))),
          entry("interpolate", g -> upsample(g).size(integer(g, 2), integer(g, 3)).build()),
          entry(
              "interpolate_factor",
              g -> upsample(g).scaleFactor(number(g, 2), number(g, 3)).build()),
          entry("pixel_shuffle", g -> new PixelShuffle(integer(g, 0))),
          entry("pixel_unshuffle", g -> new PixelUnshuffle(integer(g, 0))));

  private static MaxPool2d maxPool(GoldenCase g) {
    return MaxPool2d.builder(integer(g, 0), integer(g, 1))
        .stride(integer(g, 2), integer(g, 3))
        .padding(integer(g, 4), integer(g, 5))
        .dilation(integer(g, 6), integer(g, 7))
        .ceilMode(integer(g, 8) == 1)
        .build();
  }

  private static AvgPool2d avgPool(GoldenCase g) {
    AvgPool2d.Builder builder =
        AvgPool2d.builder(integer(g, 0), integer(g, 1))
            .stride(integer(g, 2), integer(g, 3))
            .padding(integer(g, 4), integer(g, 5))
            .ceilMode(integer(g, 6) == 1)
            .countIncludePad(integer(g, 7) == 1);
    return (integer(g, 8) == 0 ? builder : builder.divisorOverride(integer(g, 8))).build();
  }

  private static Upsample.Builder upsample(GoldenCase g) {
    return Upsample.builder()
        .mode(g.argument(0).getAsString())
        .alignCorners(g.argument(1).getAsBoolean());
  }

  private static int integer(GoldenCase golden, int i) {
    return golden.argument(i).getAsInt();
  }

  private static double number(GoldenCase golden, int i) {
    return golden.argument(i).getAsDouble();
  }

  static Stream<Arguments> cases() {
    return GoldenCase.all("pooling");
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void givesWhatPyTorchGives(String title, GoldenCase golden) {
    Tensor input = golden.inputs()[0];
    Tensor before = input.copy();
    if (golden.error().isPresent()) {
      assertThrows(
          IllegalArgumentException.class,
          () -> LAYERS.get(golden.op()).apply(golden).forward(input),
          golden.error().get());
      return;
    }
    Module layer = LAYERS.get(golden.op()).apply(golden);
    Tensor expected = golden.tensor("output");
    Tensor output = layer.forward(input);
    assertEquals(expected.shape(), output.shape());
    close(expected, output);
    assertEquals(before, input);
    if (golden.hasIndices()) {
      MaxPool2d.WithIndices both =
          layer instanceof MaxPool2d pool
              ? pool.forwardWithIndices(input)
              : ((AdaptiveMaxPool2d) layer).forwardWithIndices(input);
      assertEquals(golden.indices(), both.indices());
      close(expected, both.values());
    }
  }

  /** NaNs have to be where they are expected; what else there is, close. */
  private static void close(Tensor expected, Tensor output) {
    assertEquals(nans(expected), nans(output));
    Tensor numbers = withoutNans(expected);
    assertTrue(
        withoutNans(output).allClose(numbers),
        () -> withoutNans(output).compare(numbers).toString());
  }

  private static List<Boolean> nans(Tensor tensor) {
    return Arrays.stream(tensor.toDoubleArray()).mapToObj(Double::isNaN).toList();
  }

  private static Tensor withoutNans(Tensor tensor) {
    double[] values =
        Arrays.stream(tensor.toDoubleArray()).map(v -> Double.isNaN(v) ? 0 : v).toArray();
    return Tensor.wrap(values, tensor.shape().toArray()).to(tensor.dtype());
  }

  @Test
  void layersPrintAsInPyTorch() {
    Map<String, Module> layers =
        Map.ofEntries(
            entry("MaxPool2d:3", new MaxPool2d(3)),
            entry("MaxPool2d:3,2,1", MaxPool2d.builder(3).stride(2).padding(1).build()),
            entry("AvgPool2d:2", new AvgPool2d(2)),
            entry("AdaptiveAvgPool2d:None,7", new AdaptiveAvgPool2d(AdaptiveAvgPool2d.SAME, 7)),
            entry("AdaptiveAvgPool2d:1", new AdaptiveAvgPool2d(1)),
            entry("AdaptiveMaxPool2d:2,3", new AdaptiveMaxPool2d(2, 3)),
            entry("ZeroPad2d:2", new ZeroPad2d(2)),
            entry("ReflectionPad2d:1,2,3,4", new ReflectionPad2d(1, 2, 3, 4)),
            entry("ConstantPad2d:1,2.5", new ConstantPad2d(1, 2.5)),
            entry("Upsample:2.0", Upsample.builder().scaleFactor(2).mode("bilinear").build()),
            entry("Upsample:(3,4)", Upsample.builder().size(3, 4).build()),
            entry("PixelShuffle:2", new PixelShuffle(2)),
            entry("PixelUnshuffle:3", new PixelUnshuffle(3)));
    List<JsonObject> prints =
        Golden.objects(Golden.json("operations/pooling.json").get("cases")).stream()
            .filter(row -> row.get("op").getAsString().equals("print"))
            .toList();
    assertEquals(layers.size(), prints.size());
    for (JsonObject row : prints) {
      assertEquals(
          row.get("text").getAsString(), layers.get(row.get("layer").getAsString()).toString());
    }
  }

  @Test
  void threadsAndBatchesDoNotMatter() {
    Tensor x = Tensor.randn(Generator.torch(1), Shape.of(3, 40, 57, 61), DType.FLOAT32);
    List<Module> layers =
        List.of(
            MaxPool2d.builder(3).stride(2).padding(1).build(),
            AvgPool2d.builder(3).stride(1).padding(1).build(),
            new AdaptiveAvgPool2d(7),
            Upsample.builder().scaleFactor(1.5).mode("bilinear").build(),
            new ReflectionPad2d(2),
            new PixelShuffle(2));
    int threads = Conv4j.threads();
    try {
      for (Module layer : layers) {
        Conv4j.setThreads(1);
        Tensor one = layer.forward(x);
        Conv4j.setThreads(3);
        assertEquals(one, layer.forward(x));
        assertEquals(one.narrow(0, 1, 1), layer.forward(x.narrow(0, 1, 1)));
      }
    } finally {
      Conv4j.setThreads(threads);
    }
  }

  @Test
  void placesAreThoseOfTheLargest() {
    Tensor x = Tensor.of(new float[] {1, 5, 5, Float.NaN}, 1, 2, 2);
    assertEquals(
        Indices.wrap(new int[] {3}, Shape.of(1, 1, 1)),
        new MaxPool2d(2).forwardWithIndices(x).indices());
  }
}
