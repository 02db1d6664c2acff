package io.github.conv4j.cli;

import io.github.conv4j.Accuracy;
import io.github.conv4j.DType;
import io.github.conv4j.Shape;
import io.github.conv4j.Tensor;
import io.github.conv4j.cli.explain.Explanation;
import io.github.conv4j.cli.explain.Snippets;
import io.github.conv4j.cli.explain.Snippets.Expression;
import io.github.conv4j.cli.explain.TapsPicture;
import io.github.conv4j.cli.explore.StandalonePage;
import io.github.conv4j.cli.text.ErrorText;
import io.github.conv4j.cli.text.Pair;
import io.github.conv4j.explain.OutputElement;
import io.github.conv4j.io.AtomicFile;
import io.github.conv4j.nn.Conv2d;
import io.github.conv4j.nn.functional.Conv2dGeometry;
import io.github.conv4j.nn.functional.Conv2dOptions;
import io.github.conv4j.nn.functional.Functional;
import io.github.conv4j.nn.functional.PreparedConv2d;
import io.github.conv4j.random.Generator;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Explains one convolution. */
@Command(
    name = "explain",
    description = {
      "Explain a convolution: sizes, channels, work, code, plan.",
      "",
      "Takes arrays as conv2d does, or just shapes; the layer then has PyTorch's initial weights "
          + "and the input random numbers, both of --seed. Pairs such as --stride 2,1 are for rows "
          + "and columns.",
    },
    footer = {
      "  conv4j explain --shape 1,6,4,4 --out-channels 4 --kernel-size 2 --groups 2",
      "  conv4j explain --shape 3,5,5 --out-channels 1 --kernel-size 3 --padding 1 --at 0,0,0",
      "  conv4j explain --input x.npy --weight w.npy --padding same --html page.html",
    })
final class ExplainCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--shape",
      paramLabel = "N,C,H,W",
      split = ",",
      hideParamSyntax = true,
      description = "The shape of the input, or C,H,W without a batch.")
  private int[] shape;

  @Option(names = "--out-channels", paramLabel = "OC", description = "The output channels.")
  private Integer outChannels;

  @Option(names = "--kernel-size", paramLabel = "K", description = "The size of the kernels.")
  private Pair kernelSize;

  @Option(names = "--no-bias", description = "The layer of --shape has no bias.")
  private boolean noBias;

  @Option(
      names = "--seed",
      paramLabel = "SEED",
      description = "As in torch.manual_seed, for --shape (default: 0).")
  private Long seed;

  @Option(
      names = "--input",
      paramLabel = "FILE",
      description =
          "The input, (N,C,H,W) or (C,H,W), as .npy; or an .npz that also holds the arrays 'weight' "
              + "and, if there is one, 'bias'.")
  private Path input;

  @Option(
      names = "--weight",
      paramLabel = "FILE",
      description = "The kernels, (OC,C/groups,KH,KW), as .npy.")
  private Path weight;

  @Option(names = "--bias", paramLabel = "FILE", description = "The bias, (OC), as .npy.")
  private Path bias;

  @Mixin private ConvolutionOptions convolution;

  @Option(
      names = "--dtype",
      paramLabel = "DTYPE",
      description = "float32 or float64; float32, or that of the arrays, if not given.")
  private DType dtype;

  @Option(
      names = "--accuracy",
      paramLabel = "ACCURACY",
      defaultValue = "pytorch",
      description = "How exact the plan has to be: pytorch or fast (default: ${DEFAULT-VALUE}).")
  private Accuracy accuracy;

  @Option(
      names = "--at",
      paramLabel = "N,OC,OH,OW",
      split = ",",
      hideParamSyntax = true,
      description =
          "Show every product that makes this element of the output; OC,OH,OW without a batch.")
  private int[] at;

  @Option(
      names = "--html",
      paramLabel = "FILE",
      description = "Write all of it to a page to look at, which needs nothing but a browser.")
  private Path html;

  @Option(
      names = "--svg",
      paramLabel = "FILE",
      description =
          "Write a picture of the element of --at, or the first: its taps on one input channel.")
  private Path svg;

  @Override
  public Integer call() throws IOException {
    Convolution asked = input == null ? ofShapes() : ofArrays();
    Conv2dGeometry geometry = asked.geometry();
    String plan =
        new PreparedConv2d("conv2d", asked.weight(), asked.bias(), geometry.options())
            .explain(geometry.inputShape());
    // Before anything is written, as the place may not exist.
    String element = at == null ? "" : element(asked);
    Explanation explanation =
        Explanation.of(geometry, asked.bias() != null, asked.weight().dtype(), asked.code(), plan);
    if (html != null) {
      write(html, page(asked, explanation));
    }
    if (svg != null) {
      int[] place = at == null ? new int[geometry.inputShape().rank()] : at;
      String picture =
          TapsPicture.of(asked.input(), asked.weight(), asked.bias(), geometry.options(), place)
              .toSvg();
      write(svg, picture);
    }
    PrintWriter out = spec.commandLine().getOut();
    out.print(explanation);
    out.print(element);
    return Cli.DONE;
  }

  /** What is to be explained; the input is null where nobody asked for its numbers. */
  private record Convolution(
      Conv2dGeometry geometry, Tensor input, Tensor weight, Tensor bias, Snippets code) {}

  private Convolution ofShapes() {
    if (shape == null || outChannels == null || kernelSize == null) {
      throw usage("give --shape, --out-channels and --kernel-size, or --input and --weight");
    }
    if (weight != null || bias != null) {
      throw usage("--weight and --bias need --input, not --shape");
    }
    if (shape.length != 3 && shape.length != 4) {
      throw usage("--shape needs three or four numbers, but got " + shape.length);
    }
    Shape inputShape = Shape.of(shape);
    Conv2dOptions options = convolution.toOptions().accuracy(accuracy);
    DType type = dtype == null ? DType.FLOAT32 : dtype;
    long first = seed == null ? 0 : seed;
    Generator random = Generator.torch(first);
    Conv2d layer =
        Conv2d.builder(inputShape.size(-3), outChannels, kernelSize.height(), kernelSize.width())
            .stride(options.strideHeight(), options.strideWidth())
            .padding(options.padding())
            .dilation(options.dilationHeight(), options.dilationWidth())
            .groups(options.groups())
            .paddingMode(options.paddingMode())
            .accuracy(accuracy)
            .bias(!noBias)
            .dtype(type)
            .generator(random)
            .build();
    Tensor kernels = layer.weight();
    Conv2dGeometry geometry = Conv2dGeometry.of(inputShape, kernels.shape(), options);
    return new Convolution(
        geometry,
        at == null && html == null && svg == null ? null : Tensor.rand(random, inputShape, type),
        kernels,
        layer.bias().orElse(null),
        Snippets.ofLayer(geometry, !noBias, type, first));
  }

  private Convolution ofArrays() throws IOException {
    if (shape != null || outChannels != null || kernelSize != null || noBias || seed != null) {
      throw usage(
          "--shape, --out-channels, --kernel-size, --no-bias and --seed describe a layer without "
              + "arrays, but --input was given");
    }
    Conv2dArrays arrays = Conv2dArrays.read(input, weight, bias, null);
    if (arrays.weight() == null) {
      throw usage("there is no weight: give --weight, or an .npz input with an array 'weight'");
    }
    if (dtype != null) {
      arrays = arrays.to(dtype);
    } else if (arrays.areMixed()) {
      throw usage("the arrays are not all of one dtype: --dtype casts them");
    }
    Conv2dOptions options = convolution.toOptions().accuracy(accuracy);
    Conv2dGeometry geometry =
        Conv2dGeometry.of(arrays.input().shape(), arrays.weight().shape(), options);
    Expression cast = dtype == null ? new Expression("", "") : cast(dtype);
    Snippets code =
        Snippets.ofTensors(
            geometry,
            load(input, input, "input", cast),
            load(weight, input, "weight", cast),
            arrays.bias() == null ? null : load(bias, input, "bias", cast));
    return new Convolution(geometry, arrays.input(), arrays.weight(), arrays.bias(), code);
  }

  private static Expression cast(DType dtype) {
    return new Expression(".to(torch." + dtype + ")", ".to(DType." + dtype.name() + ")");
  }

  /** Returns how to read an array from a file of its own, or else from the input's archive. */
  private static Expression load(Path file, Path archive, String name, Expression cast) {
    Path from = file == null ? archive : file;
    String path = quote(from.toString());
    boolean named = from.toString().toLowerCase(Locale.ROOT).endsWith(".npz");
    return new Expression(
        "torch.from_numpy(numpy.load("
            + path
            + ")"
            + (named ? "['" + name + "'])" : ")")
            + cast.pyTorch(),
        (named
                ? "Npz.read(Path.of(" + path + "), \"" + name + "\")"
                : "Npy.read(Path.of(" + path + "))")
            + cast.java());
  }

  private static String quote(String text) {
    String escaped = text.replace("\\", "\\\\").replace("\"", "\\\"");
    return '"' + ErrorText.printable(escaped) + '"';
  }

  private ParameterException usage(String sentence) {
    return new ParameterException(spec.commandLine(), sentence);
  }

  private static void write(Path file, String text) throws IOException {
    AtomicFile.write(file, out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
  }

  private String page(Convolution asked, Explanation explanation) {
    int image = at == null || at.length < 4 ? 0 : at[0];
    int[] place = at == null ? new int[3] : Arrays.copyOfRange(at, at.length - 3, at.length);
    return asked.geometry().batch() == 0
        ? StandalonePage.of(explanation, "There is nothing to draw: the batch is empty.")
        : StandalonePage.of(
            explanation,
            image(asked.input(), image),
            asked.weight(),
            asked.bias(),
            asked.geometry().options(),
            place);
  }

  /** Returns one image of a batch, or the input itself if it is no batch. */
  private static Tensor image(Tensor input, int n) {
    return input.rank() == 3 ? input : input.select(0, n).copy();
  }

  private String element(Convolution asked) {
    Conv2dOptions options = asked.geometry().options();
    OutputElement element =
        OutputElement.of(asked.input(), asked.weight(), asked.bias(), options, at);
    int[] index = element.index();
    Tensor image = image(asked.input(), index.length == 4 ? index[0] : 0);
    Tensor output = Functional.conv2d(image, asked.weight(), asked.bias(), options);
    double value = output.get(Arrays.copyOfRange(index, index.length - 3, index.length));
    return String.format(
        Locale.ROOT,
        "%nElement %s%n%s  the engine gives %s in %s, %.1e away from the sum in float64%n",
        Arrays.toString(index),
        element.toString().indent(2),
        output.dtype() == DType.FLOAT32 ? Float.toString((float) value) : Double.toString(value),
        output.dtype(),
        Math.abs(value - element.sum()));
  }
}
