package io.github.conv4j.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import io.github.conv4j.DType;
import io.github.conv4j.PaddingMode;
import io.github.conv4j.Shape;
import io.github.conv4j.Tensor;
import io.github.conv4j.nn.Conv2d;
import io.github.conv4j.random.Generator;
import io.github.conv4j.testing.Golden;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The contract on accuracy: how far the float32 results of every algorithm may lie from float64,
 * beside PyTorch's own, on the data of {@code make_accuracy_golden.py}.
 *
 * <p>With {@code -Dconv4j.accuracy.table=FILE} the errors are written to a file as Markdown.
 */
class AccuracyTest {
  /** The contract: as many times PyTorch's own error. */
  private static final double TIMES_PYTORCHS = 1.3;

  /** What {@code Accuracy.FAST} allows; 3.41 times was the most that was measured. */
  private static final double FAST = 4.5;

  private static final String TABLE = "conv4j.accuracy.table";
  private static final JsonObject GOLDEN = Golden.json("conv2d/accuracy.json");

  /** The errors by the case's number and the algorithm's name. */
  private static final Map<Integer, Map<String, Double>> ERRORS = new ConcurrentHashMap<>();

  /** A layer, the data for it and PyTorch's error. */
  record Case(int number, JsonObject given) {
    int integer(String key) {
      return given.get(key).getAsInt();
    }

    String data() {
      return given.get("data").getAsString();
    }

    double pytorchs() {
      return given.get("rms_error").getAsDouble();
    }

    int[] pair(String key) {
      return Golden.ints(given.get(key));
    }

    int[] input() {
      return new int[] {1, integer("in_channels"), integer("side"), integer("side")};
    }

    int[] weight() {
      int[] kernel = pair("kernel_size");
      int channels = integer("in_channels") / integer("groups");
      return new int[] {integer("out_channels"), channels, kernel[0], kernel[1]};
    }

    ConvProblem problem(DType dtype) {
      int[] padding = pair("padding");
      int stride = integer("stride");
      int dilation = integer("dilation");
      return EngineAlgorithms.problem(
          dtype,
          input(),
          weight(),
          new int[] {stride, stride},
          new int[] {padding[0], padding[0], padding[1], padding[1]},
          PaddingMode.ZEROS,
          new int[] {dilation, dilation},
          integer("groups"),
          true);
    }

    /** Returns input, weight and bias. */
    List<Tensor> draw(int turn) {
      Generator generator = Generator.torch(integer("seed") + 1000L * turn);
      int[] kernel = pair("kernel_size");
      Conv2d layer =
          Conv2d.builder(integer("in_channels"), integer("out_channels"), kernel[0], kernel[1])
              .groups(integer("groups"))
              .generator(generator)
              .build();
      Tensor weight = layer.weight();
      Tensor bias = layer.bias().orElseThrow();
      boolean offset = data().startsWith("offset ");
      if (offset) {
        weight = Tensor.randn(generator, weight());
        bias = Tensor.randn(generator, integer("out_channels"));
      }
      Tensor input = Tensor.randn(generator, input());
      float[] x = input.floats();
      if (offset) {
        float mean = Float.parseFloat(data().substring("offset ".length()));
        for (int i = 0; i < x.length; i++) {
          x[i] += mean;
        }
      } else if (data().startsWith("wide ")) {
        boolean channels = data().equals("wide channels");
        int count = channels ? integer("in_channels") : x.length;
        float[] powers = Tensor.rand(generator, count).floats();
        for (int i = 0; i < x.length; i++) {
          float draw = powers[(int) ((long) i * count / x.length)] * 21;
          x[i] = Math.scalb(x[i], (int) Math.floor(draw) - 10);
        }
      }
      return List.of(input, weight, bias);
    }

    String layer() {
      int[] kernel = pair("kernel_size");
      StringBuilder text = new StringBuilder();
      text.append(integer("in_channels")).append(" to ").append(integer("out_channels"));
      text.append(", ").append(kernel[0]).append('x').append(kernel[1]);
      for (String key : new String[] {"stride", "dilation", "groups"}) {
        if (integer(key) != 1) {
          text.append(", ").append(key).append(' ').append(integer(key));
        }
      }
      return text.append(", on ").append(integer("side")).toString();
    }

    @Override
    public String toString() {
      return layer() + ", " + data();
    }
  }

  static List<Case> cases() {
    List<Case> cases = new ArrayList<>();
    for (JsonObject given : Golden.objects(GOLDEN.get("layers"))) {
      cases.add(new Case(cases.size(), given));
    }
    return cases;
  }

  @ParameterizedTest
  @MethodSource("cases")
  void errorIsAboutPyTorchs(Case c) {
    ConvProblem problem = c.problem(DType.FLOAT32);
    int draws = c.integer("draws");
    Map<String, Double> squares = new TreeMap<>();
    for (int turn = 0; turn < draws; turn++) {
      List<Tensor> tensors = c.draw(turn);
      double[] exact =
          run(EngineAlgorithms.reference(), c.problem(DType.FLOAT64), tensors).doubles();
      for (ConvAlgorithm algorithm : EngineAlgorithms.taking(EngineAlgorithms.fast(problem))) {
        double error = relativeError(run(algorithm, problem, tensors).toDoubleArray(), exact);
        squares.merge(algorithm.name(), error * error / draws, Double::sum);
      }
    }
    Map<String, Double> errors = new TreeMap<>();
    squares.forEach((algorithm, square) -> errors.put(algorithm, Math.sqrt(square)));
    ERRORS.put(c.number(), errors);
    errors.forEach(
        (algorithm, error) ->
            assertTrue(
                error <= (takes(algorithm, problem) ? TIMES_PYTORCHS : FAST) * c.pytorchs(),
                algorithm + ": rms error " + error + ", PyTorch's " + c.pytorchs()));
  }

  /** Returns whether the algorithm of a name takes a problem under the default accuracy. */
  private static boolean takes(String algorithm, ConvProblem problem) {
    return EngineAlgorithms.taking(problem).stream().anyMatch(a -> a.name().equals(algorithm));
  }

  private static Tensor run(ConvAlgorithm algorithm, ConvProblem problem, List<Tensor> tensors) {
    DType dtype = problem.dtype();
    Tensor output =
        Tensor.zeros(
            Shape.of(
                tensors.get(0).size(0),
                problem.outChannels(),
                problem.outHeight(),
                problem.outWidth()),
            dtype);
    EngineAlgorithms.run(
        algorithm,
        problem,
        tensors.get(1).to(dtype),
        tensors.get(2).to(dtype),
        tensors.get(0).to(dtype),
        output);
    return output;
  }

  private static double relativeError(double[] single, double[] exact) {
    double squaredError = 0;
    double sum = 0;
    for (int i = 0; i < exact.length; i++) {
      squaredError += (single[i] - exact[i]) * (single[i] - exact[i]);
      sum += exact[i];
    }
    int n = exact.length;
    double squares = 0;
    for (double value : exact) {
      squares += (value - sum / n) * (value - sum / n);
    }
    return Math.sqrt(squaredError / n) / Math.sqrt(squares / (n - 1));
  }

  /** Each layer once. */
  static List<Case> layers() {
    return cases().stream().filter(c -> c.data().equals("normal")).toList();
  }

  @ParameterizedTest
  @MethodSource("layers")
  void integersComeOutExact(Case c) {
    List<Tensor> tensors =
        List.of(
            integers(1, c.input()),
            integers(2, c.weight()),
            integers(3, c.integer("out_channels")));
    Tensor exact = run(EngineAlgorithms.reference(), c.problem(DType.FLOAT64), tensors);
    for (DType dtype : DType.values()) {
      ConvProblem problem = c.problem(dtype);
      for (ConvAlgorithm algorithm : EngineAlgorithms.taking(problem)) {
        Tensor output = run(algorithm, problem, tensors);
        assertEquals(exact, output.to(DType.FLOAT64), algorithm.name() + " " + dtype);
      }
    }
  }

  /** Whole numbers from -8 to 8. */
  private static Tensor integers(int salt, int... shape) {
    Tensor tensor = Tensor.rand(Generator.torch(salt), shape);
    float[] values = tensor.floats();
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) Math.floor(values[i] * 17) - 8;
    }
    return tensor;
  }

  @Test
  void everyAlgorithmHasCases() {
    for (ConvAlgorithm algorithm : EngineAlgorithms.all()) {
      assertTrue(
          cases().stream()
              .map(c -> EngineAlgorithms.fast(c.problem(DType.FLOAT32)))
              .anyMatch(problem -> algorithm.declines(problem).isEmpty()),
          () -> "add a layer that " + algorithm.name() + " takes to make_accuracy_golden.py");
    }
  }

  @AfterAll
  static void writeTable() throws IOException {
    String file = System.getProperty(TABLE);
    if (file != null) {
      Files.writeString(Path.of(file), table());
    }
  }

  private static String table() {
    List<String> names = EngineAlgorithms.all().stream().map(ConvAlgorithm::name).toList();
    StringBuilder text = new StringBuilder();
    text.append(
        """
        # Accuracy

        The root mean square of (float32 result - float64 result), divided by the standard deviation of the float64
        result, in units of 1e-7; in brackets, how many times PyTorch's own error that is. The contract is %s at most.
        The algorithm that the planner chooses is in bold, and in italics the one that it chooses under Accuracy.FAST, if
        that is another: winograd-4x4, winograd-2x2-5x5 and fourier are for FAST alone and held to %s times PyTorch's
        error. The data are described in
        [make_accuracy_golden.py](../core/src/test/python/make_accuracy_golden.py), which measures PyTorch %s;
        this table is written by

        ```sh
        mvn -pl core test -Dtest=AccuracyTest -D%s=$PWD/docs/accuracy.md
        ```

        """
            .formatted(TIMES_PYTORCHS, FAST, GOLDEN.get("torch").getAsString(), TABLE));
    text.append("| layer | data | PyTorch |");
    names.forEach(name -> text.append(' ').append(name).append(" |"));
    text.append("\n|---|---|---|").append("---|".repeat(names.size())).append('\n');
    for (Case c : cases()) {
      text.append("| ").append(c.data().equals("normal") ? c.layer() : "").append(" | ");
      text.append(String.format(Locale.ROOT, "%s | %.2f |", c.data(), c.pytorchs() * 1e7));
      ConvProblem problem = c.problem(DType.FLOAT32);
      String chosen = EngineAlgorithms.chosen(problem).name();
      String fast = EngineAlgorithms.chosen(EngineAlgorithms.fast(problem)).name();
      for (String name : names) {
        Double error = ERRORS.get(c.number()).get(name);
        String mark = name.equals(chosen) ? "**" : name.equals(fast) ? "*" : "";
        text.append(
            error == null
                ? " |"
                : String.format(
                    Locale.ROOT,
                    " %s%.2f (%.2f)%s |",
                    mark,
                    error * 1e7,
                    error / c.pytorchs(),
                    mark));
      }
      text.append('\n');
    }
    return text.toString();
  }
}
