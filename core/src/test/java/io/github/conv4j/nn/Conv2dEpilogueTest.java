package io.github.conv4j.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import io.github.conv4j.Accuracy;
import io.github.conv4j.Activation;
import io.github.conv4j.Comparison;
import io.github.conv4j.DType;
import io.github.conv4j.PaddingMode;
import io.github.conv4j.Shape;
import io.github.conv4j.Tensor;
import io.github.conv4j.nn.functional.Conv2dOptions;
import io.github.conv4j.nn.functional.Functional;
import io.github.conv4j.random.Generator;
import io.github.conv4j.testing.Golden;
import io.github.conv4j.testing.GoldenActivation;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Activation, residual and accuracy, as users set them. */
class Conv2dEpilogueTest {
  private static final ByteBuffer ARRAYS = Golden.bytes("epilogue/arrays.bin");

  static Stream<Arguments> layers() {
    return Golden.objects(Golden.json("epilogue/cases.json").get("layers")).stream()
        .flatMap(layer -> Stream.of(DType.values()).map(dtype -> Arguments.of(layer, dtype)));
  }

  private static Tensor tensor(JsonObject golden, String key, DType dtype) {
    return golden.has(key) ? Golden.float32(ARRAYS, golden.get(key)).to(dtype) : null;
  }

  @ParameterizedTest
  @MethodSource("layers")
  void equalsPyTorch(JsonObject golden, DType dtype) {
    Tensor weight = tensor(golden, "weight", dtype);
    Tensor bias = tensor(golden, "bias", dtype);
    Tensor residual = tensor(golden, "residual", dtype);
    Tensor input = tensor(golden, "input", dtype);
    int groups = golden.get("groups").getAsInt();
    Conv2d conv =
        Conv2d.builder(weight.size(1) * groups, weight.size(0), weight.size(2), weight.size(3))
            .groups(groups)
            .stride(golden.get("stride").getAsInt())
            .padding(golden.get("padding").getAsInt())
            .dilation(golden.get("dilation").getAsInt())
            .paddingMode(golden.get("padding_mode").getAsString())
            .activation(GoldenActivation.of(golden.get("activation")))
            .bias(bias != null)
            .dtype(dtype)
            .build();
    conv.setWeight(weight);
    if (bias != null) {
      conv.setBias(bias);
    }
    Tensor expected =
        dtype == DType.FLOAT32
            ? Golden.float32(ARRAYS, golden.get("output32"))
            : Golden.float64(ARRAYS, golden.get("output64"));

    Tensor output = residual == null ? conv.forward(input) : conv.forwardAdd(input, residual);

    Comparison comparison = output.compare(expected);
    assertTrue(comparison.close(), comparison::toString);
    Tensor given = Tensor.full(Double.NaN, output.shape(), dtype);
    if (residual == null) {
      assertSame(given, conv.forward(input, given));
      assertEquals(output, Functional.conv2d(input, weight, bias, conv.options()), "as a function");
    } else {
      assertSame(given, conv.forwardAdd(input, residual, given));
      assertEquals(
          output,
          Functional.conv2dAdd(input, weight, bias, residual, conv.options()),
          "as a function");
      assertEquals(tensor(golden, "residual", dtype), residual, "the residual was changed");
      conv.forwardAdd(input, residual, residual);
      assertEquals(output, residual, "in place");
    }
    assertEquals(output, given, "into a given tensor");
  }

  // ---- options

  @Test
  void optionsAreSetOneByOne() {
    Conv2dOptions options =
        Conv2dOptions.defaults()
            .activation(Activation.SILU)
            .accuracy(Accuracy.FAST)
            .stride(2)
            .padding(1)
            .dilation(3)
            .groups(4)
            .paddingMode(PaddingMode.REFLECT);
    assertEquals(Activation.SILU, options.activation());
    assertEquals(Accuracy.FAST, options.accuracy());
    assertEquals(Activation.NONE, Conv2dOptions.defaults().activation());
    assertEquals(Accuracy.PYTORCH, Conv2dOptions.defaults().accuracy());
    assertNotEquals(options, options.activation(Activation.RELU));
    assertNotEquals(options, options.accuracy(Accuracy.PYTORCH));
    assertEquals(
        Conv2dOptions.defaults(),
        new Conv2dOptions(1, 1, Conv2dOptions.defaults().padding(), 1, 1, 1, PaddingMode.ZEROS));
  }

  @Test
  void theLayerHasThemAndPrintsAsPyTorchs() {
    Conv2d conv =
        Conv2d.builder(1, 2, 3).activation(Activation.RELU6).accuracy(Accuracy.FAST).build();
    assertEquals(Activation.RELU6, conv.options().activation());
    assertEquals(Accuracy.FAST, conv.options().accuracy());
    assertEquals("Conv2d(1, 2, kernel_size=(3, 3), stride=(1, 1))", conv.toString());
    String plan = conv.explain(1, 1, 5, 5);
    assertTrue(plan.contains("epilogue       relu6"), plan);
    assertTrue(plan.contains("accuracy       fast"), plan);
  }

  @Test
  void callsWithAndWithoutAResidualTakeTurns() {
    Conv2d conv = oneByOne(Activation.RELU);
    Tensor input = Tensor.of(new float[] {-3, 1, 2, 3}, 1, 1, 2, 2);
    Tensor residual = Tensor.of(new float[] {2, -2, -2, -2}, 1, 1, 2, 2);
    for (int i = 0; i < 3; i++) {
      assertEquals(Tensor.of(new float[] {0, 1, 2, 3}, 1, 1, 2, 2), conv.forward(input));
      assertEquals(
          Tensor.of(new float[] {0, 0, 0, 1}, 1, 1, 2, 2), conv.forwardAdd(input, residual));
    }
  }

  @Test
  void theInputMayBeTheResidual() {
    Tensor input = Tensor.of(new float[] {-3, 1, 2, 3}, 1, 2, 2);
    assertEquals(
        Tensor.of(new float[] {-6, 2, 4, 6}, 1, 2, 2),
        oneByOne(Activation.NONE).forwardAdd(input, input));
  }

  @Test
  void theCallersKernelsAreActivatedToo() {
    Tensor input = Tensor.of(new float[] {-3, 1, 2, 3}, 1, 2, 2);
    assertEquals(
        Tensor.of(new float[] {3, 0, 0, 0}, 1, 2, 2),
        oneByOne(Activation.RELU).forward(input, Kernels.of(Tensor.full(-1, 1, 1, 1, 1))));
  }

  /** A layer that changes nothing but by its activation. */
  private static Conv2d oneByOne(Activation activation) {
    Conv2d conv = Conv2d.builder(1, 1, 1).bias(false).activation(activation).build();
    conv.setWeight(Tensor.full(1, 1, 1, 1, 1));
    return conv;
  }

  // ---- errors

  static List<Arguments> badCalls() {
    Conv2d conv = Conv2d.builder(1, 2, 3).build();
    Tensor x = Tensor.zeros(1, 5, 5);
    Tensor residual = Tensor.zeros(2, 3, 3);
    return List.of(
        bad(
            "Conv2d(1, 2, kernel_size=(3, 3), stride=(1, 1)): expected a residual of shape"
                + " [2, 3, 3], but got [2, 3, 4]",
            () -> conv.forwardAdd(x, Tensor.zeros(2, 3, 4))),
        bad(
            "a residual of shape [2, 3, 3], but got [1, 2, 3, 3]",
            () -> conv.forwardAdd(x, residual.reshape(1, 2, 3, 3))),
        bad(
            "a residual of dtype float32, but got float64",
            () -> conv.forwardAdd(x, residual.to(DType.FLOAT64))),
        bad(
            "a residual of dtype float32, but got float64",
            () -> conv.forwardAdd(x, residual.to(DType.FLOAT64), Tensor.zeros(2, 3, 3))),
        bad(
            "an output of shape [2, 3, 3], but got [2, 9]",
            () -> conv.forwardAdd(x, residual, Tensor.zeros(2, 9))),
        bad("1 input channels", () -> conv.forwardAdd(Tensor.zeros(2, 5, 5), residual)),
        bad(
            "storage of its own",
            () -> {
              Tensor both = Tensor.zeros(1, 5, 5);
              oneByOne(Activation.NONE).forwardAdd(both, both, both);
            }),
        bad(
            "conv2d: expected a residual of shape [1, 1, 1]",
            () ->
                Functional.conv2dAdd(
                    Tensor.zeros(1, 1, 1),
                    Tensor.zeros(1, 1, 1, 1),
                    null,
                    Tensor.zeros(1),
                    Conv2dOptions.defaults())));
  }

  private static Arguments bad(String fragment, Executable call) {
    return Arguments.of(fragment, call);
  }

  @ParameterizedTest
  @MethodSource("badCalls")
  void refusesBadCalls(String fragment, Executable call) {
    String message = assertThrows(IllegalArgumentException.class, call).getMessage();
    assertTrue(message.contains(fragment), message);
    assertEquals(1, message.lines().count(), message);
  }

  @Test
  void aRefusedCallLeavesTheOutputAlone() {
    Conv2d conv = Conv2d.builder(1, 2, 3).build();
    Tensor output = Tensor.full(42, 2, 3, 3);
    assertThrows(
        IllegalArgumentException.class,
        () -> conv.forwardAdd(Tensor.zeros(1, 5, 5), Tensor.zeros(2, 3, 2), output));
    assertEquals(Tensor.full(42, 2, 3, 3), output);
  }

  static List<Executable> callsWithNull() {
    return List.of(
        () -> Conv2d.builder(1, 1, 1).activation(null),
        () -> Conv2d.builder(1, 1, 1).accuracy(null),
        () -> oneByOne(Activation.RELU).forwardAdd(Tensor.zeros(1, 1, 1), null),
        () -> oneByOne(Activation.RELU).forwardAdd(null, Tensor.zeros(1, 1, 1)));
  }

  @ParameterizedTest
  @MethodSource("callsWithNull")
  void refusesNullAtOnce(Executable call) {
    assertThrows(NullPointerException.class, call);
  }

  // ---- threads

  @Test
  void manyThreadsShareALayer() throws Exception {
    Conv2d conv =
        Conv2d.builder(8, 16, 3)
            .padding(1)
            .activation(Activation.SILU)
            .generator(Generator.torch(1))
            .build();
    Tensor input = Tensor.rand(Generator.torch(2), 2, 8, 20, 20);
    Tensor residual = Tensor.randn(Generator.torch(3), 2, 16, 20, 20);
    Tensor plain = conv.forward(input);
    Tensor added = conv.forwardAdd(input, residual);
    ExecutorService callers = Executors.newFixedThreadPool(6);
    List<Future<Boolean>> running = new ArrayList<>();
    for (int c = 0; c < 6; c++) {
      boolean adds = c % 2 == 0;
      running.add(
          callers.submit(
              () -> {
                boolean same = true;
                Tensor output = Tensor.zeros(Shape.of(2, 16, 20, 20), DType.FLOAT32);
                for (int i = 0; i < 60; i++) {
                  Tensor now =
                      adds ? conv.forwardAdd(input, residual, output) : conv.forward(input, output);
                  same &= now.equals(adds ? added : plain);
                }
                return same;
              }));
    }
    for (Future<Boolean> caller : running) {
      assertTrue(caller.get(60, TimeUnit.SECONDS));
    }
    callers.shutdown();
  }
}
