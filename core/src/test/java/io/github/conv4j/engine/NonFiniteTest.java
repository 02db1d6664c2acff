package io.github.conv4j.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.github.conv4j.DType;
import io.github.conv4j.PaddingMode;
import io.github.conv4j.Shape;
import io.github.conv4j.Tensor;
import io.github.conv4j.random.Generator;
import io.github.conv4j.testing.Golden;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * NaN, infinities and overflow reach exactly the outputs that they reach in PyTorch, with every
 * algorithm that takes the layer; see {@code nonfinite.py} for the golden files.
 */
class NonFiniteTest {
  private static final int SAME = 0;
  private static final int OTHER = 4;
  private static final int UNSURE = 5;
  private static final String[] KINDS = {"finite", "NaN", "Infinity", "-Infinity"};

  /**
   * Layers that have two answers in PyTorch: through oneDNN it leaves out the taps on padding of
   * zeros, and elsewhere it multiplies them, so that an infinite or NaN weight makes NaN there. The
   * way is chosen by the batch size, the size of the image and the dtype: "3x3 in a batch" is "3x3"
   * with three images, "3x3 large image" is one whose input has over 20,480 elements. Here the
   * layer alone decides bits, so that one answer has to do: PyTorch's without oneDNN, which is also
   * its only one in float64 and in the other padding modes. Numbers of the input and of the bias
   * have one answer everywhere.
   */
  private static final Set<String> LAYERS_WITH_TWO_ANSWERS =
      Set.of(
          "3x3 in a batch float32",
          "3x3 large image float32",
          "5x5 float32",
          "5x5 wide float32",
          "7x7 stride 2 float32",
          "grouped float32",
          "grouped wide float32",
          "depthwise 3x3 float32",
          "depthwise 3x3 stride 2 float32",
          "depthwise 3x3 dilation 2 float32",
          "7x7 float32",
          "depthwise 9x9 float32",
          "depthwise 4x4 same float32",
          "depthwise 5x5 float32",
          "depthwise 5x5 stride 2 float32",
          "depthwise in a batch float32");

  private static final List<Layer> LAYERS = read();

  /**
   * A layer and what PyTorch makes of it.
   *
   * @param given its row of the golden file
   * @param problem the layer
   * @param base the output without changes
   * @param placements the changes, each with its outcome
   */
  record Layer(JsonObject given, ConvProblem problem, Tensor base, List<Placement> placements) {
    /** Draws input, weight and bias, in this order. */
    List<Tensor> draw() {
      Generator generator = Generator.torch(given.get("seed").getAsLong());
      List<Tensor> tensors = new ArrayList<>();
      tensors.add(draw(generator, "input", Golden.ints(given.get("input"))));
      tensors.add(draw(generator, "weight", Golden.ints(given.get("weight"))));
      if (problem.bias()) {
        tensors.add(draw(generator, "bias", problem.outChannels()));
      }
      return tensors;
    }

    private Tensor draw(Generator generator, String key, int... shape) {
      Tensor tensor = Tensor.randn(generator, Shape.of(shape), problem.dtype());
      double scale = given.get("scales").getAsJsonObject().get(key).getAsDouble();
      double[] values = tensor.toDoubleArray();
      for (int i = 0; i < values.length; i++) {
        values[i] *= scale;
      }
      return Tensor.wrap(values, shape).to(problem.dtype());
    }

    Tensor output() {
      return Tensor.full(42, Shape.of(Golden.ints(given.get("output"))), problem.dtype());
    }

    @Override
    public String toString() {
      return given.get("name").getAsString() + " " + problem.dtype();
    }
  }

  /**
   * Numbers that are put into the tensors of a layer.
   *
   * @param changes a list of [tensor, first index, step, count, value]
   * @param classes what each output element is
   * @param values of the elements that are {@link #OTHER}, one after another
   * @param withoutOnednn what each output element is in PyTorch without oneDNN; null if the same
   */
  record Placement(JsonArray changes, ByteBuffer classes, Tensor values, ByteBuffer withoutOnednn) {
    void apply(List<Tensor> tensors) {
      for (JsonElement element : changes) {
        JsonArray change = element.getAsJsonArray();
        Tensor tensor =
            tensors.get(List.of("input", "weight", "bias").indexOf(change.get(0).getAsString()));
        int index = change.get(1).getAsInt();
        int step = change.get(2).getAsInt();
        double value = value(change.get(4).getAsString());
        for (int i = 0; i < change.get(3).getAsInt(); i++) {
          if (tensor.dtype() == DType.FLOAT32) {
            tensor.floats()[index + i * step] = (float) value;
          } else {
            tensor.doubles()[index + i * step] = value;
          }
        }
      }
    }

    private static double value(String text) {
      return switch (text) {
        case "nan" -> Double.NaN;
        case "inf" -> Double.POSITIVE_INFINITY;
        case "-inf" -> Double.NEGATIVE_INFINITY;
        default -> Double.parseDouble(text);
      };
    }

    boolean changesWeights() {
      for (JsonElement change : changes) {
        if (change.getAsJsonArray().get(0).getAsString().equals("weight")) {
          return true;
        }
      }
      return false;
    }
  }

  private static List<Layer> read() {
    ByteBuffer data = Golden.inflated("conv2d/nonfinite.bin");
    List<Layer> layers = new ArrayList<>();
    for (JsonObject given : Golden.objects(Golden.json("conv2d/nonfinite.json").get("layers"))) {
      ConvProblem problem =
          EngineAlgorithms.problem(
              DType.of(given.get("dtype").getAsString()),
              Golden.ints(given.get("input")),
              Golden.ints(given.get("weight")),
              Golden.ints(given.get("stride")),
              Golden.ints(given.get("pads")),
              PaddingMode.of(given.get("padding_mode").getAsString()),
              Golden.ints(given.get("dilation")),
              given.get("groups").getAsInt(),
              given.get("bias").getAsBoolean());
      int elements = Shape.of(Golden.ints(given.get("output"))).numel();
      Tensor base = values(data, problem.dtype(), elements);
      List<Placement> placements = new ArrayList<>();
      for (JsonObject row : Golden.objects(given.get("placements"))) {
        ByteBuffer classes = bytes(data, elements);
        int others = 0;
        for (int i = 0; i < elements; i++) {
          others += classes.get(i) == OTHER ? 1 : 0;
        }
        Tensor values = values(data, problem.dtype(), others);
        ByteBuffer withoutOnednn = row.has("without_onednn") ? bytes(data, elements) : null;
        placements.add(
            new Placement(row.get("changes").getAsJsonArray(), classes, values, withoutOnednn));
      }
      layers.add(new Layer(given, problem, base, placements));
    }
    assertEquals(0, data.remaining());
    return layers;
  }

  private static ByteBuffer bytes(ByteBuffer data, int count) {
    ByteBuffer bytes = data.slice(data.position(), count);
    data.position(data.position() + count);
    return bytes;
  }

  private static Tensor values(ByteBuffer data, DType dtype, int count) {
    double[] values = new double[count];
    for (int i = 0; i < count; i++) {
      values[i] = dtype == DType.FLOAT32 ? data.getFloat() : data.getDouble();
    }
    return Tensor.wrap(values, count);
  }

  /** An algorithm and the layer it computes; what it is asked says how exactly. */
  record Case(ConvAlgorithm algorithm, Layer layer, ConvProblem problem) {
    @Override
    public String toString() {
      return algorithm.name() + ": " + layer;
    }
  }

  static List<Case> cases() {
    List<Case> cases = new ArrayList<>();
    for (Layer layer : LAYERS) {
      ConvProblem exact = layer.problem();
      ConvProblem fast = EngineAlgorithms.fast(exact);
      for (ConvAlgorithm algorithm : EngineAlgorithms.taking(fast)) {
        boolean always = algorithm.declines(exact).isEmpty();
        cases.add(new Case(algorithm, layer, always ? exact : fast));
      }
    }
    return cases;
  }

  @Test
  void everyAlgorithmHasLayers() {
    for (ConvAlgorithm algorithm : EngineAlgorithms.all()) {
      assertTrue(
          cases().stream().filter(c -> c.algorithm() == algorithm).count() >= 3,
          () -> "add layers that " + algorithm.name() + " takes to nonfinite.py");
    }
  }

  @Test
  void onlyWeightsOnPaddingHaveTwoAnswers() {
    Set<String> found = new HashSet<>();
    for (Layer layer : LAYERS) {
      for (Placement placement : layer.placements()) {
        if (placement.withoutOnednn() != null) {
          found.add(layer.toString());
          assertTrue(placement.changesWeights(), layer + " " + placement.changes());
          assertEquals(PaddingMode.ZEROS, layer.problem().paddingMode(), layer.toString());
          assertFewerNaNs(placement);
        }
      }
    }
    assertEquals(LAYERS_WITH_TWO_ANSWERS, found);
  }

  /** oneDNN's answer differs by infinities and finite numbers in place of NaN. */
  private static void assertFewerNaNs(Placement placement) {
    for (int i = 0; i < placement.classes().capacity(); i++) {
      int with = placement.classes().get(i) == OTHER ? SAME : placement.classes().get(i);
      if (with != placement.withoutOnednn().get(i)) {
        assertEquals("NaN", KINDS[placement.withoutOnednn().get(i)]);
        assertNotEquals("NaN", KINDS[with]);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void reachTheOutputsThatTheyReachInPyTorch(Case c) {
    Layer layer = c.layer();
    List<Tensor> drawn = layer.draw();
    for (Placement placement : layer.placements()) {
      List<Tensor> tensors = drawn.stream().map(Tensor::copy).toList();
      placement.apply(tensors);
      Tensor output = layer.output();
      EngineAlgorithms.run(
          c.algorithm(),
          layer.problem(),
          tensors.get(1),
          layer.problem().bias() ? tensors.get(2) : null,
          tensors.get(0),
          output);
      check(layer, placement, tolerance(layer, tensors), output.toDoubleArray());
    }
  }

  private static void check(Layer layer, Placement placement, double atol, double[] actual) {
    int other = 0;
    for (int i = 0; i < actual.length; i++) {
      int kind = placement.classes().get(i);
      double expected = layer.base().doubles()[i];
      if (kind == OTHER) {
        expected = placement.values().doubles()[other++];
        kind = SAME;
      }
      if (placement.withoutOnednn() != null) {
        kind = placement.withoutOnednn().get(i);
      }
      if (kind == UNSURE) {
        continue;
      }
      String message = "element " + i + " of " + layer + " after " + placement.changes();
      assertEquals(KINDS[kind], KINDS[kind(actual[i])], message);
      if (kind == SAME) {
        double error = Math.abs(actual[i] - expected);
        assertTrue(
            error <= atol + layer.problem().dtype().rtol() * Math.abs(expected),
            () -> message + ": the error is " + error);
      }
    }
  }

  private static int kind(double value) {
    if (Double.isNaN(value)) {
      return 1;
    }
    return Double.isFinite(value) ? SAME : value > 0 ? 2 : 3;
  }

  /**
   * Returns what may be added to the tolerance of PyTorch's {@code assert_close}: relative to the
   * largest product, because an algorithm that works on tiles may round its neighbours with it.
   */
  private static double tolerance(Layer layer, List<Tensor> tensors) {
    double product = largest(tensors.get(0)) * largest(tensors.get(1));
    double bias = layer.problem().bias() ? largest(tensors.get(2)) : 0;
    return layer.problem().dtype().atol() * Math.max(1, Math.max(product, bias));
  }

  private static double largest(Tensor tensor) {
    return Arrays.stream(tensor.toDoubleArray())
        .filter(Double::isFinite)
        .map(Math::abs)
        .max()
        .orElse(0);
  }
}
