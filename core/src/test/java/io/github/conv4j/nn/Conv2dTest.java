package io.github.conv4j.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.conv4j.DType;
import io.github.conv4j.Padding;
import io.github.conv4j.PaddingMode;
import io.github.conv4j.Shape;
import io.github.conv4j.Tensor;
import io.github.conv4j.nn.functional.Conv2dOptions;
import io.github.conv4j.nn.functional.Functional;
import io.github.conv4j.nn.functional.PreparedConv2d;
import io.github.conv4j.random.Generator;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class Conv2dTest {
  private static Conv2d example() {
    return Conv2d.builder(6, 4, 2)
        .stride(2, 1)
        .padding(1, 3)
        .dilation(2, 3)
        .groups(2)
        .generator(Generator.torch(0))
        .build();
  }

  private static Tensor input(int... shape) {
    return Tensor.arange(Shape.of(shape).numel()).reshape(shape);
  }

  @Test
  void theExampleOfTheReadme() {
    Tensor output = example().forward(Tensor.rand(2, 6, 4, 4));
    assertEquals(Shape.of(2, 4, 2, 7), output.shape());
  }

  @Test
  void argumentsTakeANumberOrAPair() {
    Conv2d numbers = Conv2d.builder(1, 1, 3).stride(2).padding(1).dilation(2).build();
    Conv2d pairs = Conv2d.builder(1, 1, 3, 3).stride(2, 2).padding(1, 1).dilation(2, 2).build();
    assertEquals(pairs.toString(), numbers.toString());
    assertEquals(pairs.options(), numbers.options());
    assertEquals(
        Conv2dOptions.defaults().stride(2, 2).padding(1, 1).dilation(2, 2),
        Conv2dOptions.defaults().stride(2).padding(1).dilation(2));
  }

  @Test
  void namesAndConstantsAreTheSame() {
    Conv2d names = Conv2d.builder(1, 1, 3).padding("same").paddingMode("reflect").build();
    Conv2d constants =
        Conv2d.builder(1, 1, 3).padding(Padding.SAME).paddingMode(PaddingMode.REFLECT).build();
    assertEquals(constants.options(), names.options());
    assertEquals(Padding.VALID, Padding.of("valid"));
  }

  @Test
  void theLastSettingCounts() {
    Conv2d conv =
        Conv2d.builder(1, 1, 3)
            .padding("same")
            .padding(Padding.of(2, 1))
            .paddingMode("circular")
            .paddingMode(PaddingMode.REFLECT)
            .build();
    assertEquals(Padding.of(2, 1), conv.options().padding());
    assertEquals(PaddingMode.REFLECT, conv.options().paddingMode());
  }

  @Test
  void tellsWhatItIs() {
    Conv2d conv = Conv2d.builder(6, 4, 2, 3).dtype(DType.FLOAT64).bias(false).build();
    assertEquals(6, conv.inChannels());
    assertEquals(4, conv.outChannels());
    assertArrayEquals(new int[] {2, 3}, conv.kernelSize());
    assertEquals(DType.FLOAT64, conv.dtype());
    assertEquals(Optional.empty(), conv.bias());
    assertEquals(List.of(conv.weight()), conv.parameters());
  }

  // ---- parameters

  @Test
  void parametersAreCopies() {
    Conv2d conv = example();
    Tensor weight = conv.weight();
    Tensor before = weight.copy();
    weight.set(1000, 0, 0, 0, 0);
    conv.bias().orElseThrow().set(1000, 0);
    conv.parameters().get(0).set(1000, 0, 0, 0, 0);
    assertEquals(before, conv.weight());

    Tensor mine = Tensor.zeros(weight.shape(), DType.FLOAT32);
    conv.setWeight(mine);
    mine.set(1000, 0, 0, 0, 0);
    assertEquals(0, conv.weight().get(0, 0, 0, 0));

    Tensor myBias = Tensor.zeros(4);
    conv.setBias(myBias);
    myBias.set(1000, 0);
    assertEquals(0, conv.bias().orElseThrow().get(0));
  }

  @Test
  void newParametersAreUsedAtOnce() {
    Conv2d conv = Conv2d.builder(1, 1, 1).build();
    Tensor input = input(1, 2, 2);
    conv.setWeight(Tensor.full(2, 1, 1, 1, 1));
    conv.setBias(Tensor.full(1, 1));
    assertArrayEquals(new float[] {1, 3, 5, 7}, conv.forward(input).toFloatArray());
    conv.setWeight(Tensor.full(-1, 1, 1, 1, 1));
    assertArrayEquals(new float[] {1, 0, -1, -2}, conv.forward(input).toFloatArray());
    conv.setBias(Tensor.full(5, 1));
    assertArrayEquals(new float[] {5, 4, 3, 2}, conv.forward(input).toFloatArray());
  }

  @Test
  void initialParametersLieWithinTheirBounds() {
    Conv2d conv = example();
    double bound = 1 / Math.sqrt(3 * 2 * 2);
    for (Tensor parameter : conv.parameters()) {
      for (double value : parameter.toDoubleArray()) {
        assertTrue(Math.abs(value) <= bound, value + " beyond " + bound);
      }
    }
    Tensor before = conv.weight();
    conv.resetParameters(Generator.torch(1));
    assertNotEquals(before, conv.weight());
    conv.resetParameters(Generator.torch(0));
    assertEquals(before, conv.weight());
  }

  @Test
  void layersWithoutAGeneratorDiffer() {
    assertNotEquals(
        Conv2d.builder(3, 3, 3).build().weight(), Conv2d.builder(3, 3, 3).build().weight());
  }

  // ---- forward

  @Test
  void runsTheCallersKernels() {
    Conv2d conv = example();
    Tensor input = Tensor.rand(Generator.torch(3), 2, 6, 4, 4);
    Conv2d other = example();
    other.resetParameters(Generator.torch(9));
    other.setBias(conv.bias().orElseThrow());
    Tensor weight = other.weight();

    List<float[][][]> arrays = new ArrayList<>();
    for (int oc = 0; oc < 4; oc++) {
      float[][][] array = new float[3][2][2];
      for (int c = 0; c < 3; c++) {
        for (int kh = 0; kh < 2; kh++) {
          for (int kw = 0; kw < 2; kw++) {
            array[c][kh][kw] = (float) weight.get(oc, c, kh, kw);
          }
        }
      }
      arrays.add(array);
    }
    assertEquals(other.forward(input), conv.forward(input, Kernels.of(weight)));
    assertEquals(other.forward(input), conv.forward(input, Kernels.of(arrays)));
    assertNotEquals(weight, conv.weight(), "the layer's own kernels stay");
  }

  @Test
  void kernelsComeInEitherType() {
    Conv2d single = Conv2d.builder(1, 1, 1).bias(false).build();
    Conv2d twice = Conv2d.builder(1, 2, 1, 2).bias(false).dtype(DType.FLOAT64).build();
    assertArrayEquals(
        new float[] {0, 3},
        single.forward(input(1, 1, 2), Kernels.of(new float[][][] {{{3}}})).toFloatArray());
    Tensor output =
        twice.forward(
            input(1, 1, 3).to(DType.FLOAT64),
            Kernels.of(new double[][][] {{{1, 0.1}}}, new double[][][] {{{0, -1}}}));
    assertArrayEquals(new double[] {0.1, 1.2, -1, -2}, output.doubles());
  }

  @Test
  void writesOverAGivenOutput() {
    Conv2d conv = example();
    Tensor input = Tensor.rand(Generator.torch(3), 2, 6, 4, 4);
    Tensor output = Tensor.full(Double.NaN, 2, 4, 2, 7);
    assertSame(output, conv.forward(input, output));
    assertEquals(conv.forward(input), output);
  }

  @Test
  void takesOneSizeAfterAnother() {
    Conv2d conv = Conv2d.builder(2, 3, 3).padding(1).generator(Generator.torch(5)).build();
    for (int size : new int[] {4, 9, 4, 1, 9}) {
      Tensor input = Tensor.rand(Generator.torch(size), 1, 2, size, size + 1);
      assertEquals(
          Functional.conv2d(input, conv.weight(), conv.bias().orElseThrow(), conv.options()),
          conv.forward(input));
    }
  }

  @Test
  void aFunctionWithoutOptionsHasPyTorchsDefaults() {
    Tensor output = Functional.conv2d(input(1, 1, 3, 3), Tensor.full(1, 1, 1, 2, 2));
    assertArrayEquals(new float[] {8, 12, 20, 24}, output.toFloatArray());
  }

  @Test
  void explainsItsPlan() {
    String plan = example().explain(2, 6, 4, 4);
    assertTrue(plan.contains("algorithm      direct"), plan);
    assertTrue(plan.contains("multiply-adds  672"), plan);
    assertTrue(plan.contains("workspace"), plan);
  }

  @ParameterizedTest
  @CsvSource({
    "1, 1, 3, 1",
    "3, 3, 5, 1",
    "16, 8, 3, 1",
    "64, 64, 3, 1",
    "512, 512, 3, 1",
    "64, 256, 1, 1",
    "96, 96, 3, 96",
    "256, 256, 3, 32"
  })
  void explainsTheWorkspace(int in, int out, int kernel, int groups) {
    for (int side : new int[] {8, 56, 500}) {
      Conv2d conv = Conv2d.builder(in, out, kernel).padding("same").groups(groups).build();
      long bytes = workspace(conv.explain(1, in, side, side));
      assertTrue(bytes > 0 && bytes <= 16 << 20, () -> side + ": " + bytes);
    }
  }

  private static long workspace(String plan) {
    Matcher matcher = Pattern.compile("workspace +([0-9,]+) bytes").matcher(plan);
    assertTrue(matcher.find(), plan);
    return Long.parseLong(matcher.group(1).replace(",", ""));
  }

  @Test
  void explainsInputsWithoutElements() {
    String noChannels = Conv2d.builder(0, 4, 3).build().explain(2, 0, 5, 5);
    assertTrue(noChannels.contains("algorithm      reference"), noChannels);
    assertTrue(noChannels.contains("direct: there is nothing to multiply"), noChannels);
    for (int side : new int[] {50_000, 1 << 16}) {
      String noImages = Conv2d.builder(1, 1, 1).build().explain(0, 1, side, side);
      assertTrue(workspace(noImages) <= 16 << 20, noImages);
    }
  }

  @Test
  void countsMultiplyAddsBeyondAnInt() {
    String plan = Conv2d.builder(1, 1, 1).build().explain(1, 40_000, 50_000);
    assertTrue(plan.contains("multiply-adds  2,000,000,000"), plan);
    plan = Conv2d.builder(4, 4, 1).build().explain(4, 10_000, 50_000);
    assertTrue(plan.contains("multiply-adds  8,000,000,000"), plan);
  }

  static List<Arguments> farWindows() {
    int pad = (1 << 30) - 2;
    Conv2dOptions wide = Conv2dOptions.defaults().padding(0, pad);
    Conv2dOptions high = Conv2dOptions.defaults().padding(pad, 0);
    return List.of(
        Arguments.of("on its first", wide.stride(1, pad), new float[] {0, 5, 0}, 1, 3),
        Arguments.of("on its first", high.stride(pad, 1), new float[] {0, 5, 0}, 3, 1),
        Arguments.of("past it", wide.stride(1, pad / 2 * 3), new float[] {0, 0}, 1, 3),
        Arguments.of("past it", high.stride(pad / 2 * 3, 1), new float[] {0, 0}, 3, 1),
        Arguments.of(
            "past it, to the edges",
            wide.stride(1, pad / 2 * 3).paddingMode(PaddingMode.REPLICATE),
            new float[] {5, 7},
            1,
            3),
        Arguments.of(
            "past it, to the edges",
            high.stride(pad / 2 * 3, 1).paddingMode(PaddingMode.REPLICATE),
            new float[] {5, 7},
            3,
            1),
        Arguments.of("one window", wide.stride(Integer.MAX_VALUE), new float[] {0}, 1, 3));
  }

  @ParameterizedTest
  @MethodSource("farWindows")
  void windowsMayBeFarApart(
      String where, Conv2dOptions options, float[] expected, int height, int width) {
    Tensor input = Tensor.of(new float[] {5, 6, 7}, 1, height, width);
    Tensor one = Tensor.full(1, 1, 1, 1, 1);
    Tensor output = Functional.conv2d(input, one, null, options);
    assertArrayEquals(expected, output.toFloatArray(), where);
  }

  @Test
  void tapsMayBeFarApart() {
    int pad = (1 << 30) - 2;
    Tensor output =
        Functional.conv2d(
            Tensor.of(new float[] {5, 6, 7}, 1, 1, 3),
            Tensor.of(new float[] {1, 10, 100}, 1, 1, 1, 3),
            null,
            Conv2dOptions.defaults()
                .padding(0, pad)
                .dilation(1, pad)
                .paddingMode(PaddingMode.REPLICATE));
    // Taps at -pad, 0, pad; then at 1 - pad, 1, pad + 1; then at 2 - pad, 2, pad + 2.
    assertArrayEquals(new float[] {755, 765, 775}, output.toFloatArray());
  }

  @Test
  void anInputWithoutChannelsHasNoOutputChannels() {
    Conv2d conv = Conv2d.builder(0, 4, 3).build();
    assertEquals(Shape.of(2, 0, 3, 3), conv.forward(Tensor.zeros(2, 0, 5, 5)).shape());
    assertEquals(Tensor.zeros(4), conv.bias().orElseThrow());
  }

  // ---- errors

  /** A call that must fail, and what its message must hold. */
  private static Arguments bad(String fragment, Executable call) {
    return Arguments.of(fragment, call);
  }

  static List<Arguments> badCalls() {
    Conv2d conv = example();
    Conv2d noBias = Conv2d.builder(1, 1, 1).bias(false).build();
    Tensor x = Tensor.zeros(2, 6, 4, 4);
    Shape weight = Shape.of(4, 3, 2, 2);
    int huge = Integer.MAX_VALUE;
    return List.of(
        bad("groups must be 1 or more, but got 0", () -> Conv2d.builder(2, 2, 1).groups(0).build()),
        bad(
            "in_channels must be a multiple of groups, but got 6 and groups 4",
            () -> Conv2d.builder(6, 4, 1).groups(4).build()),
        bad(
            "out_channels must be a multiple of groups, but got 4 and groups 3",
            () -> Conv2d.builder(6, 4, 1).groups(3).build()),
        bad("but got 'full'", () -> Conv2d.builder(1, 1, 1).padding("full").build()),
        bad(
            "padding 'same' needs a stride of 1, but got (1, 2)",
            () -> Conv2d.builder(1, 1, 1).padding("same").stride(1, 2).build()),
        bad("but got 'mirror'", () -> Conv2d.builder(1, 1, 1).paddingMode("mirror").build()),
        bad("stride must be 1 or more", () -> Conv2d.builder(1, 1, 1).stride(0).build()),
        bad("but got (1, 0)", () -> Conv2d.builder(1, 1, 1).stride(1, 0).build()),
        bad("dilation must be 1 or more", () -> Conv2d.builder(1, 1, 1).dilation(0).build()),
        bad("padding must be 0 or more", () -> Conv2d.builder(1, 1, 1).padding(0, -1).build()),
        bad("kernel_size must be 1 or more", () -> Conv2d.builder(1, 1, 0).build()),
        bad("out_channels must be 1 or more", () -> Conv2d.builder(1, 0, 1).build()),
        bad("in_channels must be 0 or more", () -> Conv2d.builder(-1, 1, 1).build()),
        bad("at most 2147483647 elements", () -> Conv2d.builder(huge, huge, 1).build()),
        bad("expected 6 input channels", () -> conv.forward(Tensor.zeros(2, 5, 4, 4))),
        bad(conv.toString(), () -> conv.forward(Tensor.zeros(2, 5, 4, 4))),
        bad("but got shape [4, 4]", () -> conv.forward(Tensor.zeros(4, 4))),
        bad("float64", () -> conv.forward(x.to(DType.FLOAT64))),
        bad("dilated kernel (3, 4)", () -> conv.forward(Tensor.zeros(6, 0, 1))),
        bad(
            "an output of shape [2, 4, 2, 7], but got [2, 4, 2, 6]",
            () -> conv.forward(x, Tensor.zeros(2, 4, 2, 6))),
        bad(
            "an output of dtype float32, but got float64",
            () -> conv.forward(x, Tensor.zeros(Shape.of(2, 4, 2, 7), DType.FLOAT64))),
        bad(
            "storage of its own",
            () -> {
              Tensor both = Tensor.zeros(1, 1, 2, 2);
              noBias.forward(both, both.reshape(1, 1, 2, 2));
            }),
        bad(
            "storage of its own",
            () -> {
              Tensor both = Tensor.zeros(1, 1, 1, 1);
              new PreparedConv2d("conv2d", both, null, Conv2dOptions.defaults())
                  .forward(Tensor.zeros(1, 1, 1, 1), both);
            }),
        bad(
            "storage of its own",
            () -> {
              Tensor both = Tensor.zeros(1);
              Tensor one = Tensor.zeros(1, 1, 1, 1);
              new PreparedConv2d("conv2d", one, both, Conv2dOptions.defaults())
                  .forward(Tensor.zeros(1, 1, 1, 1), both.reshape(1, 1, 1, 1));
            }),
        bad("a weight of shape [4, 3, 2, 2]", () -> conv.setWeight(Tensor.zeros(4, 6, 2, 2))),
        bad("float64", () -> conv.setWeight(Tensor.zeros(weight, DType.FLOAT64))),
        bad("a bias of shape [4]", () -> conv.setBias(Tensor.zeros(3))),
        bad("expected no bias", () -> noBias.setBias(Tensor.zeros(1))),
        bad(
            "kernels of shape [4, 3, 2, 2]",
            () -> conv.forward(x, Kernels.of(Tensor.zeros(4, 3, 2, 3)))),
        bad("at least one array", () -> Kernels.of(List.of())),
        bad("a stride of 1 or more", () -> run(Conv2dOptions.defaults().stride(0, 1))),
        bad("a stride of 1 or more", () -> run(Conv2dOptions.defaults().stride(1, 0))),
        bad("a dilation of 1 or more", () -> run(Conv2dOptions.defaults().dilation(0, 1))),
        bad("a dilation of 1 or more", () -> run(Conv2dOptions.defaults().dilation(1, 0))),
        bad("a padding of 0 or more", () -> run(Conv2dOptions.defaults().padding(-1, 0))),
        bad("a padding of 0 or more", () -> run(Conv2dOptions.defaults().padding(0, -1))),
        bad(
            "a tensor holds at most 2147483647 elements",
            () ->
                Functional.conv2d(
                    Tensor.zeros(0, 1, 8, 8),
                    Tensor.zeros(1, 1, 0, 0),
                    null,
                    Conv2dOptions.defaults().dilation(huge))),
        bad(
            "array 1 has a length of 2 where the first has 1",
            () -> Kernels.of(List.of(new float[1][1][1], new float[1][1][2]))),
        bad(
            "array 1 has a length of 2 where the first has 1",
            () -> Kernels.of(List.of(new float[1][2][1], new float[2][1][1]))),
        bad(
            "array 1 has a length of 3 where the first has 2",
            () -> Kernels.of(List.of(new float[1][2][1], new float[1][3][1]))),
        bad(
            "a padded height of at most 2147483647",
            () -> Conv2d.builder(1, 1, 1).padding(huge, 0).build().forward(Tensor.zeros(1, 2, 2))),
        bad(
            "a padded width of at most 2147483647",
            () ->
                Conv2d.builder(1, 1, 1)
                    .padding(0, huge)
                    .paddingMode("replicate")
                    .build()
                    .forward(Tensor.zeros(1, 2, 2))),
        bad(
            "dilated kernel (4294967295, 1)",
            () -> Conv2d.builder(1, 1, 3, 1).dilation(huge).build().forward(Tensor.zeros(1, 2, 2))),
        bad(
            "a tensor holds at most 2147483647 elements",
            () -> Conv2d.builder(1, 1, 1).padding(1 << 20).build().forward(Tensor.zeros(1, 2, 2))));
  }

  private static Tensor run(Conv2dOptions options) {
    return Functional.conv2d(input(1, 1, 9, 9), Tensor.zeros(1, 1, 2, 2), null, options);
  }

  static List<Executable> callsWithNull() {
    return List.of(
        () -> Conv2d.builder(1, 1, 1).padding((String) null),
        () -> Conv2d.builder(1, 1, 1).padding((Padding) null),
        () -> Conv2d.builder(1, 1, 1).paddingMode((String) null),
        () -> Conv2d.builder(1, 1, 1).paddingMode((PaddingMode) null),
        () -> Conv2d.builder(1, 1, 1).dtype(null),
        () -> Conv2d.builder(1, 1, 1).generator(null),
        () -> Kernels.of((Tensor) null),
        () -> Functional.conv2d(input(1, 1, 1), null),
        () -> Functional.conv2d(null, Tensor.zeros(1, 1, 1, 1)),
        () -> Conv2d.builder(1, 1, 1).build().forward(null),
        () -> Conv2d.builder(1, 1, 1).build().setWeight(null));
  }

  @ParameterizedTest
  @MethodSource("callsWithNull")
  void refusesNullAtOnce(Executable call) {
    assertThrows(NullPointerException.class, call);
  }

  @ParameterizedTest
  @MethodSource("badCalls")
  void refusesBadCalls(String fragment, Executable call) {
    IllegalArgumentException refused = assertThrows(IllegalArgumentException.class, call);
    String message = refused.getMessage();
    assertTrue(message.contains(fragment), message);
    assertEquals(1, message.lines().count(), message);
  }

  @Test
  void aRefusedCallLeavesTheOutputAlone() {
    Conv2d conv = example();
    Tensor output = Tensor.full(42, 2, 4, 2, 7);
    assertThrows(
        IllegalArgumentException.class, () -> conv.forward(Tensor.zeros(2, 5, 4, 4), output));
    assertEquals(Tensor.full(42, 2, 4, 2, 7), output);
  }

  // ---- threads

  @Test
  void manyThreadsShareALayerWhileItsWeightsChange() throws Exception {
    Conv2d conv = Conv2d.builder(8, 16, 3).padding(1).generator(Generator.torch(1)).build();
    Tensor input = Tensor.rand(Generator.torch(2), 2, 8, 20, 20);
    Tensor[] weights = {conv.weight(), Tensor.full(0.25, conv.weight().shape(), DType.FLOAT32)};
    Tensor[] expected = new Tensor[2];
    for (int i = 0; i < 2; i++) {
      conv.setWeight(weights[i]);
      expected[i] = conv.forward(input);
    }
    AtomicBoolean stop = new AtomicBoolean();
    ConcurrentLinkedQueue<Tensor> strange = new ConcurrentLinkedQueue<>();
    ExecutorService callers = Executors.newFixedThreadPool(6);
    List<Future<?>> running = new ArrayList<>();
    for (int c = 0; c < 6; c++) {
      running.add(
          callers.submit(
              () -> {
                for (int i = 0; i < 100; i++) {
                  Tensor output = conv.forward(input);
                  if (!output.equals(expected[0]) && !output.equals(expected[1])) {
                    strange.add(output);
                  }
                }
              }));
    }
    Thread swapper =
        new Thread(
            () -> {
              for (int i = 0; !stop.get(); i++) {
                conv.setWeight(weights[i % 2]);
              }
            });
    swapper.start();
    for (Future<?> caller : running) {
      caller.get(60, TimeUnit.SECONDS);
    }
    stop.set(true);
    swapper.join();
    callers.shutdown();
    assertTrue(strange.isEmpty(), strange.size() + " outputs of neither weights");
  }
}
