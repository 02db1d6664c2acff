package io.github.conv4j.models;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.github.conv4j.Accuracy;
import io.github.conv4j.Comparison;
import io.github.conv4j.DType;
import io.github.conv4j.Tensor;
import io.github.conv4j.nn.Module;
import io.github.conv4j.nn.StateShapes;
import io.github.conv4j.random.Generator;
import io.github.conv4j.testing.Golden;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ModelsTest {
  private static final JsonObject CASES = Golden.json("models/cases.json");
  private static final ByteBuffer ARRAYS = Golden.bytes("models/arrays.bin");
  private static final ModelOptions EMPTY = ModelOptions.defaults().initWeights(false);

  /** How much further off than PyTorch's float32, by root mean square, ours may be. */
  private static final double WORSE = 1.3;

  /**
   * As much again is allowed as the rounding of the output alone makes, where all else is exact.
   */
  private static final double ROUNDING = 0x1p-24;

  // ---- structure

  static List<String> names() {
    return Models.names();
  }

  @ParameterizedTest
  @MethodSource("names")
  void aNetworkPrintsAndHasTheStateDictAsInPyTorch(String name) {
    Module net = Models.byName(name, EMPTY);
    assertEquals(section("models/prints.txt", name), net + "\n");
    StringBuilder keys = new StringBuilder();
    StateShapes.of(net)
        .forEach((key, shape) -> keys.append(key).append(' ').append(shape).append('\n'));
    assertEquals(section("models/keys.txt", name), keys.toString());
  }

  @Test
  void allNetworksOfTheGoldenFilesAreThere() {
    List<String> expected =
        text("models/keys.txt").lines().filter(line -> line.startsWith("== ")).toList();
    assertEquals(expected, Models.names().stream().map(name -> "== " + name).toList());
  }

  private static String section(String file, String name) {
    String text = text(file);
    String header = "== " + name + "\n";
    int from = text.indexOf(header) + header.length();
    int to = text.indexOf("\n== ", from);
    return text.substring(from, to < 0 ? text.length() : to + 1);
  }

  private static String text(String file) {
    return StandardCharsets.UTF_8.decode(Golden.bytes(file)).toString();
  }

  // ---- initial weights

  static List<JsonObject> initial() {
    return Golden.objects(CASES.get("initial"));
  }

  @ParameterizedTest
  @MethodSource("initial")
  void initialWeightsAreThoseOfPyTorchToTheBit(JsonObject row) {
    Generator generator = Generator.torch(row.get("seed").getAsLong());
    Module net = build(row, options(row).generator(generator));
    assertEquals(row.get("sha256").getAsString(), sha256(net.stateDict()));
  }

  @Test
  void withoutInitialWeightsAllAreZero() {
    for (String name : List.of("lenet5", "squeezenet1_1")) {
      Module net = Models.byName(name, EMPTY);
      net.parameters()
          .forEach(tensor -> assertEquals(Tensor.zeros(tensor.shape(), tensor.dtype()), tensor));
    }
  }

  @Test
  void withoutAGeneratorEveryNetworkIsAnother() {
    assertNotEquals(LeNet5.lenet5().stateDict(), LeNet5.lenet5().stateDict());
  }

  // ---- outputs

  static List<JsonObject> outputs() {
    return Golden.objects(CASES.get("outputs"));
  }

  @ParameterizedTest
  @MethodSource("outputs")
  void outputsAreThoseOfPyTorch(JsonObject row) {
    Generator generator = Generator.torch(row.get("seed").getAsLong());
    Module net = build(row, options(row).initWeights(false));
    Map<String, Tensor> dict = random(net, row.get("gain").getAsDouble(), generator);
    assertEquals(row.get("sha256").getAsString(), sha256(dict));
    Tensor input = Tensor.randn(generator, Golden.ints(row.get("input")));
    Tensor expected = Golden.float64(ARRAYS, row.get("output"));
    net.loadStateDict(dict);
    net.eval();
    check(row, expected, net.forward(input));
    check(row, expected, net.compile(Golden.ints(row.get("input"))).forward(input));

    Module exact = build(row, options(row).initWeights(false).dtype(DType.FLOAT64));
    exact.loadStateDict(dict);
    exact.eval();
    Tensor wide = input.to(DType.FLOAT64);
    close(row, expected, exact.forward(wide));
    close(row, expected, exact.compile(Golden.ints(row.get("input"))).forward(wide));
  }

  private static void close(JsonObject row, Tensor expected, Tensor actual) {
    Comparison comparison = actual.compare(expected);
    assertTrue(comparison.close(), () -> row + ": " + comparison);
  }

  private static void check(JsonObject row, Tensor expected, Tensor actual) {
    assertEquals(expected.shape(), actual.shape());
    double[] error = actual.to(DType.FLOAT64).toDoubleArray();
    for (int i = 0; i < error.length; i++) {
      error[i] -= expected.doubles()[i];
    }
    double allowed =
        WORSE * row.get("float32_error").getAsDouble() + ROUNDING * rms(expected.doubles());
    assertTrue(
        rms(error) <= allowed, () -> row + ": off by " + rms(error) + ", allowed are " + allowed);
  }

  private static double rms(double[] values) {
    double sum = 0;
    for (double value : values) {
      sum += value * value;
    }
    return Math.sqrt(sum / values.length);
  }

  /** Does what randomise() in make_models_golden.py does. */
  private static Map<String, Tensor> random(Module net, double gain, Generator generator) {
    Map<String, Tensor> dict = new LinkedHashMap<>();
    StateShapes.of(net)
        .forEach(
            (key, shape) -> {
              if (key.endsWith("num_batches_tracked")) {
                dict.put(key, Tensor.zeros(shape, DType.FLOAT32));
              } else if (key.endsWith("running_var")
                  || (key.endsWith("weight") && shape.rank() == 1)) {
                dict.put(key, Tensor.uniform(generator, 0.5, 1.5, shape, DType.FLOAT32));
              } else {
                int fanIn = shape.numel() / shape.size(0);
                double std = shape.rank() > 1 ? gain / Math.sqrt(fanIn) : 0.1;
                Tensor tensor = Tensor.randn(generator, shape, DType.FLOAT32);
                float[] values = tensor.floats();
                for (int i = 0; i < values.length; i++) {
                  values[i] *= (float) std;
                }
                dict.put(key, tensor);
              }
            });
    return dict;
  }

  private static String sha256(Map<String, Tensor> dict) {
    MessageDigest digest;
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
    dict.forEach(
        (key, tensor) -> {
          if (!key.endsWith("num_batches_tracked")) {
            ByteBuffer bytes =
                ByteBuffer.allocate(4 * tensor.numel()).order(ByteOrder.LITTLE_ENDIAN);
            bytes.asFloatBuffer().put(tensor.floats());
            digest.update(bytes);
          }
        });
    return HexFormat.of().formatHex(digest.digest());
  }

  // ---- options

  @Test
  void anUnknownNameIsRefusedWithThoseThereAre() {
    refused(
        "there is no network resnet19; there are " + String.join(", ", Models.names()),
        () -> Models.byName("resnet19", EMPTY));
  }

  @Test
  void anOptionThatANetworkDoesNotHaveIsRefused() {
    refused(
        "LeNet5 has no option widthMult; it has numClasses, dtype, accuracy, generator, initWeights",
        () -> LeNet5.lenet5(EMPTY.widthMult(0.5)));
    refused(
        "ResNet of basic blocks has no option groups; it has numClasses, dtype, accuracy, generator,"
            + " initWeights, widthMult, zeroInitResidual",
        () -> ResNet.resnet34(EMPTY.groups(2)));
  }

  @Test
  void optionsOfNoMeaningAreRefused() {
    for (double factor : new double[] {0, -1, Double.NaN, Double.POSITIVE_INFINITY}) {
      refused(
          "widthMult must be a positive number, but got " + factor, () -> EMPTY.widthMult(factor));
    }
    refused("roundNearest must be 1 or more, but got 0", () -> EMPTY.roundNearest(0));
    refused(
        "invertedResidualSetting needs stages of four numbers, but got [[1, 2]]",
        () -> EMPTY.invertedResidualSetting(new int[] {1, 2}));
    refused(
        "invertedResidualSetting needs stages of four numbers, but got []",
        EMPTY::invertedResidualSetting);
    int[] stage = {1, 8, 1, 3};
    refused(
        "MobileNetV2: stride must be 1 or 2, but got 3",
        () -> MobileNetV2.mobilenet_v2(EMPTY.invertedResidualSetting(stage)));
  }

  @Test
  void optionsAreCopiedAndPrinted() {
    int[] stage = {1, 8, 1, 1};
    int[] blocks = {1, 2};
    ModelOptions options =
        ModelOptions.defaults()
            .numClasses(3)
            .dtype(DType.FLOAT64)
            .invertedResidualSetting(stage)
            .blockConfig(blocks);
    stage[0] = 5;
    blocks[0] = 5;
    assertEquals(
        "ModelOptions(numClasses=3, dtype=float64, invertedResidualSetting=[[1, 8, 1, 1]],"
            + " blockConfig=[1, 2])",
        options.toString());
    assertEquals("ModelOptions()", ModelOptions.defaults().toString());
  }

  @ParameterizedTest
  @MethodSource("outputs")
  void accuracyAndDtypeReachEveryLayer(JsonObject row) {
    ModelOptions options = options(row).initWeights(false);
    Module net = build(row, options.accuracy(Accuracy.FAST).dtype(DType.FLOAT64));
    net.namedParameters()
        .forEach((key, tensor) -> assertEquals(DType.FLOAT64, tensor.dtype(), key));
    InitialWeights.forEachConv(net, conv -> assertEquals(Accuracy.FAST, conv.options().accuracy()));
  }

  private static void refused(String message, Executable call) {
    assertEquals(message, assertThrows(IllegalArgumentException.class, call).getMessage());
  }

  private static Module build(JsonObject row, ModelOptions options) {
    return Models.byName(row.get("model").getAsString(), options);
  }

  private static ModelOptions options(JsonObject row) {
    ModelOptions options = ModelOptions.defaults();
    for (Map.Entry<String, JsonElement> entry : row.getAsJsonObject("options").entrySet()) {
      options = option(options, entry.getKey(), entry.getValue());
    }
    return options;
  }

  private static ModelOptions option(ModelOptions options, String name, JsonElement value) {
    return switch (name) {
      case "num_classes" -> options.numClasses(value.getAsInt());
      case "dropout" -> options.dropout(value.getAsDouble());
      case "width_mult" -> options.widthMult(value.getAsDouble());
      case "groups" -> options.groups(value.getAsInt());
      case "width_per_group" -> options.widthPerGroup(value.getAsInt());
      case "zero_init_residual" -> options.zeroInitResidual(value.getAsBoolean());
      case "replace_stride_with_dilation" -> {
        JsonArray flags = value.getAsJsonArray();
        yield options.replaceStrideWithDilation(
            flags.get(0).getAsBoolean(), flags.get(1).getAsBoolean(), flags.get(2).getAsBoolean());
      }
      case "inverted_residual_setting" -> {
        List<int[]> stages = new ArrayList<>();
        value.getAsJsonArray().forEach(stage -> stages.add(Golden.ints(stage)));
        yield options.invertedResidualSetting(stages.toArray(new int[0][]));
      }
      case "round_nearest" -> options.roundNearest(value.getAsInt());
      case "growth_rate" -> options.growthRate(value.getAsInt());
      case "num_init_features" -> options.numInitFeatures(value.getAsInt());
      case "block_config" -> options.blockConfig(Golden.ints(value));
      case "bn_size" -> options.bnSize(value.getAsInt());
      case "drop_rate" -> options.dropRate(value.getAsDouble());
      case "n_channels" -> options.nChannels(value.getAsInt());
      case "bilinear" -> options.bilinear(value.getAsBoolean());
      default -> throw new AssertionError(name);
    };
  }
}
