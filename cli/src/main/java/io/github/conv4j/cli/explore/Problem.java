package io.github.conv4j.cli.explore;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.github.conv4j.DType;
import io.github.conv4j.PaddingMode;
import io.github.conv4j.Shape;
import io.github.conv4j.Tensor;
import io.github.conv4j.cli.explain.Explanation;
import io.github.conv4j.cli.explain.Scene;
import io.github.conv4j.cli.explain.Snippets;
import io.github.conv4j.cli.explain.Snippets.Expression;
import io.github.conv4j.cli.explain.TapsPicture;
import io.github.conv4j.cli.filter.PictureFilter;
import io.github.conv4j.cli.filter.Presets;
import io.github.conv4j.cli.text.Pair;
import io.github.conv4j.explain.OutputElement;
import io.github.conv4j.nn.Conv2d;
import io.github.conv4j.nn.functional.Conv2dGeometry;
import io.github.conv4j.nn.functional.Functional;
import io.github.conv4j.nn.functional.Pool2dOptions;
import io.github.conv4j.random.Generator;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.StringJoiner;
import java.util.function.UnaryOperator;

/** The convolution that the settings of the page describe, computed by the engine. */
final class Problem {
  // What can be drawn, and takes little memory and time.
  private static final int MOST_CHANNELS = 12;
  private static final int LARGEST_SIDE = 24;
  private static final int LARGEST_KERNEL = 11;

  private static final Map<String, UnaryOperator<Tensor>> ACTIVATIONS = activations();

  private final Settings settings;
  private final Conv2d layer;
  private final Tensor input;
  private final Conv2dGeometry geometry;
  private final Tensor output;

  /**
   * Computes the convolution.
   *
   * @throws IllegalArgumentException if the settings make no convolution, or one that is too large
   *     to be drawn
   */
  Problem(Settings settings) {
    this.settings = settings;
    Pair kernel = settings.pair("kernel_size", LARGEST_KERNEL);
    Pair stride = settings.pair("stride", LARGEST_SIDE);
    Pair dilation = settings.pair("dilation", LARGEST_SIDE);
    Generator random = Generator.torch(settings.seed());
    DType dtype = DType.of(settings.text("dtype"));
    int height = settings.number("height", LARGEST_SIDE);
    int width = settings.number("width", LARGEST_SIDE);
    this.layer =
        Conv2d.builder(
                settings.number("in_channels", MOST_CHANNELS),
                settings.number("out_channels", MOST_CHANNELS),
                kernel.height(),
                kernel.width())
            .stride(stride.height(), stride.width())
            .padding(settings.padding("padding", LARGEST_SIDE / 2))
            .dilation(dilation.height(), dilation.width())
            .groups(settings.number("groups", MOST_CHANNELS))
            .bias(settings.flag("bias"))
            .paddingMode(PaddingMode.of(settings.text("padding_mode")))
            .dtype(dtype)
            .generator(random)
            .build();
    if (layer.inChannels() < 1 || height < 1 || width < 1) {
      throw new IllegalArgumentException(
          "there is nothing to draw without channels, height and width: each must be 1 or more");
    }
    Shape shape = Shape.of(layer.inChannels(), height, width);
    this.geometry = Conv2dGeometry.of(shape, layer.weight().shape(), layer.options());
    setParameters(dtype);
    this.input = input(shape, dtype, random);
    this.output = layer.forward(input);
  }

  private void setParameters(DType dtype) {
    Tensor weight = layer.weight();
    if (!settings.text("weight").equals("random")) {
      double[] numbers = settings.numbers("weight", weight.numel());
      layer.setWeight(
          numbers == null
              ? repeat(
                      kernel(settings.text("weight"), weight.size(2), weight.size(3)),
                      weight.shape())
                  .to(dtype)
              : Tensor.of(numbers, weight.shape().toArray()).to(dtype));
    }
    if (layer.bias().isPresent() && !settings.text("biases").equals("random")) {
      double[] numbers = settings.numbers("biases", layer.outChannels());
      if (numbers == null) {
        throw new IllegalArgumentException("biases must be numbers, or random");
      }
      layer.setBias(Tensor.of(numbers, layer.outChannels()).to(dtype));
    }
  }

  /** Returns a kernel of some size by its name, {@code (KH, KW)}. */
  private static Tensor kernel(String name, int height, int width) {
    if (name.equals("box")) {
      return Tensor.full(1.0 / (height * width), height, width);
    }
    if (name.equals("identity")) {
      Tensor kernel = Tensor.zeros(height, width);
      kernel.set(1, (height - 1) / 2, (width - 1) / 2);
      return kernel;
    }
    Tensor kernel = kernels().get(name);
    if (kernel == null) {
      throw new IllegalArgumentException(
          "weight must be numbers, random, or one of "
              + String.join(", ", kernels().keySet())
              + ", but got '"
              + name
              + "'");
    }
    if (kernel.size(0) != height || kernel.size(1) != width) {
      throw new IllegalArgumentException(
          "the kernel "
              + name
              + " needs kernel_size "
              + size(kernel)
              + ", but got "
              + height
              + ","
              + width);
    }
    return kernel;
  }

  private static String size(Tensor kernel) {
    return kernel.size(0) + "," + kernel.size(1);
  }

  /** Returns the kernels that have a name, but for those that are several in one. */
  private static Map<String, Tensor> kernels() {
    Map<String, Tensor> kernels = new LinkedHashMap<>();
    for (String name : Presets.names()) {
      List<Tensor> kernel = Presets.get(name);
      if (kernel.size() == 1) {
        kernels.put(name, kernel.get(0));
      }
    }
    return kernels;
  }

  /** Returns weights in which each kernel is this one. */
  private static Tensor repeat(Tensor kernel, Shape shape) {
    Tensor weight = Tensor.zeros(shape, DType.FLOAT32);
    float[] numbers = weight.floats();
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = kernel.floats()[i % kernel.numel()];
    }
    return weight;
  }

  private Tensor input(Shape shape, DType dtype, Generator random) {
    double[] numbers = settings.numbers("input", shape.numel());
    if (numbers != null) {
      return Tensor.of(numbers, shape.toArray()).to(dtype);
    }
    Tensor preset = InputPresets.get(settings.text("input"), shape, dtype, random);
    if (preset == null) {
      throw new IllegalArgumentException(
          "input must be numbers or one of "
              + String.join(", ", InputPresets.names())
              + ", but got '"
              + settings.text("input")
              + "'");
    }
    return preset;
  }

  // ---- what the page shows

  /** Returns all numbers and words that the page shows. */
  JsonObject scene() {
    Tensor bias = layer.bias().orElse(null);
    JsonObject scene = Scene.of(geometry, input, layer.weight(), bias, output);
    scene.addProperty("repr", layer.toString());
    scene.add("views", views());
    Explanation explanation =
        Explanation.of(
            geometry, bias != null, layer.dtype(), code(), layer.explain(input.shape().toArray()));
    scene.add("explanation", Scene.explanation(explanation));
    return scene;
  }

  /** Returns the activated output and the pooled one, if asked for. */
  private JsonArray views() {
    JsonArray views = new JsonArray();
    String activation = settings.word("activation", List.copyOf(ACTIVATIONS.keySet()));
    Tensor activated = ACTIVATIONS.get(activation).apply(output);
    if (!activation.equals("none")) {
      views.add(view("activation", activation + "(output)", activated));
    }
    String pooling = settings.word("pooling", List.of("none", "max", "avg"));
    if (!pooling.equals("none")) {
      Pair size = settings.pair("pooling_size", LARGEST_SIDE);
      Pool2dOptions options = Pool2dOptions.kernel(size.height(), size.width());
      Tensor pooled =
          pooling.equals("max")
              ? Functional.maxPool2d(activated, options)
              : Functional.avgPool2d(activated, options);
      String of = activation.equals("none") ? "output" : activation + "(output)";
      JsonObject view = view("pooling", pooling + "_pool2d(" + of + ")", pooled);
      view.addProperty("kernelHeight", size.height());
      view.addProperty("kernelWidth", size.width());
      views.add(view);
    }
    return views;
  }

  private static JsonObject view(String kind, String title, Tensor tensor) {
    JsonObject view = new JsonObject();
    view.addProperty("kind", kind);
    view.addProperty("title", title);
    view.addProperty("height", tensor.size(1));
    view.addProperty("width", tensor.size(2));
    view.add("numbers", Scene.numbers(tensor));
    return view;
  }

  private static Map<String, UnaryOperator<Tensor>> activations() {
    Map<String, UnaryOperator<Tensor>> all = new LinkedHashMap<>();
    all.put("none", UnaryOperator.identity());
    all.put("relu", Functional::relu);
    all.put("relu6", Functional::relu6);
    all.put("leaky_relu", x -> Functional.leakyRelu(x, 0.01));
    all.put("elu", x -> Functional.elu(x, 1));
    all.put("gelu", Functional::gelu);
    all.put("silu", Functional::silu);
    all.put("sigmoid", Functional::sigmoid);
    all.put("tanh", Functional::tanh);
    all.put("hardswish", Functional::hardswish);
    all.put("hardsigmoid", Functional::hardsigmoid);
    return all;
  }

  /** Returns every product of the element that the settings name. */
  JsonObject element() {
    int[] place = place();
    OutputElement element =
        OutputElement.of(input, layer.weight(), layer.bias().orElse(null), layer.options(), place);
    return Scene.element(element, output.get(place), layer.dtype() == DType.FLOAT32);
  }

  /** Returns a picture of the element that the settings name, an SVG in UTF-8. */
  byte[] svg() {
    return TapsPicture.of(
            input, layer.weight(), layer.bias().orElse(null), layer.options(), place())
        .title(layer.toString())
        .toSvg()
        .getBytes(StandardCharsets.UTF_8);
  }

  private int[] place() {
    String[] parts = settings.text("at").split(",", -1);
    int[] index = new int[parts.length];
    for (int i = 0; i < index.length; i++) {
      try {
        index[i] = Integer.parseInt(parts[i].strip());
      } catch (NumberFormatException e) {
        throw new IllegalArgumentException("at needs three whole numbers, as in 0,1,2", e);
      }
    }
    return index;
  }

  // ---- code

  private Snippets code() {
    boolean biasFollows = !settings.flag("bias") || settings.text("biases").equals("random");
    if (settings.text("weight").equals("random")
        && biasFollows
        && settings.text("input").equals("random")) {
      return Snippets.ofLayer(geometry, settings.flag("bias"), layer.dtype(), settings.seed());
    }
    return Snippets.ofTensors(
        geometry,
        literal(input),
        literal(layer.weight()),
        layer.bias().map(Problem::literal).orElse(null));
  }

  /** Returns a tensor's numbers as they are written in code. */
  private static Expression literal(Tensor tensor) {
    boolean single = tensor.dtype() == DType.FLOAT32;
    StringJoiner python = new StringJoiner(", ");
    StringJoiner java = new StringJoiner(", ");
    for (double value : tensor.toDoubleArray()) {
      if (value == Math.rint(value) && Math.abs(value) < 1e6) {
        python.add(Long.toString((long) value));
        java.add(Long.toString((long) value));
      } else if (Double.isFinite(value)) {
        String digits = single ? Float.toString((float) value) : Double.toString(value);
        python.add(digits);
        java.add(digits + (single ? "f" : ""));
      } else {
        String name = Double.isNaN(value) ? "nan" : "inf";
        String constant =
            Double.isNaN(value) ? "NaN" : value > 0 ? "POSITIVE_INFINITY" : "NEGATIVE_INFINITY";
        python.add((value < 0 ? "-" : "") + "torch." + name);
        java.add((single ? "Float." : "Double.") + constant);
      }
    }
    String text = tensor.shape().toString();
    String sizes = text.substring(1, text.length() - 1);
    return new Expression(
        "torch.tensor([" + python + "], dtype=torch." + tensor.dtype() + ").reshape(" + sizes + ")",
        "Tensor.of(new " + (single ? "float" : "double") + "[] {" + java + "}, " + sizes + ")");
  }

  // ---- pictures

  /** Returns a picture filtered by the first kernel, each of its colours on its own. */
  Tensor filter(Tensor picture) {
    Tensor weight = layer.weight().to(DType.FLOAT32);
    Tensor kernel =
        weight.narrow(0, 0, 1).narrow(1, 0, 1).reshape(weight.size(2), weight.size(3)).copy();
    return new PictureFilter(
            List.of(kernel),
            settings.pair("stride", LARGEST_SIDE),
            settings.pair("dilation", LARGEST_SIDE),
            PaddingMode.of(settings.text("padding_mode")))
        .apply(picture);
  }

  /** Returns the names that the page offers; with kernels their size, if they have one. */
  static JsonObject choices() {
    JsonObject weights = new JsonObject();
    kernels()
        .forEach(
            (name, kernel) ->
                weights.addProperty(
                    name, name.equals("box") || name.equals("identity") ? "" : size(kernel)));
    JsonObject json = new JsonObject();
    json.add("input", names(InputPresets.names()));
    json.add("weight", weights);
    json.add("activation", names(ACTIVATIONS.keySet()));
    return json;
  }

  private static JsonArray names(Set<String> names) {
    JsonArray array = new JsonArray();
    names.forEach(array::add);
    return array;
  }
}
