package io.github.conv4j.cli.explain;

import io.github.conv4j.Accuracy;
import io.github.conv4j.DType;
import io.github.conv4j.Padding;
import io.github.conv4j.PaddingMode;
import io.github.conv4j.nn.functional.Conv2dGeometry;
import io.github.conv4j.nn.functional.Conv2dOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The lines that compute one convolution, and the same numbers, in PyTorch and in Java.
 *
 * @param pyTorch lines of Python
 * @param java lines for JShell with conv4j imported
 */
public record Snippets(List<String> pyTorch, List<String> java) {
  /**
   * The same tensor in two languages.
   *
   * @param pyTorch an expression of Python
   * @param java an expression of Java
   */
  public record Expression(String pyTorch, String java) {}

  /**
   * Returns the lines for a layer with PyTorch's initial weights and a uniform random input.
   *
   * @param bias whether the layer has a bias
   * @param seed where the random numbers begin
   */
  public static Snippets ofLayer(Conv2dGeometry g, boolean bias, DType dtype, long seed) {
    Conv2dOptions o = g.options();
    boolean wide = dtype == DType.FLOAT64;
    String channels = g.inChannels() + ", " + g.outChannels() + ", ";
    StringBuilder layer = new StringBuilder("conv = torch.nn.Conv2d(").append(channels);
    layer.append(python(g.kernelHeight(), g.kernelWidth())).append(pythonOptions(o, true));
    layer.append(bias ? "" : ", bias=False").append(wide ? ", dtype=torch.float64)" : ")");
    List<String> python = new ArrayList<>();
    python.add("import torch");
    python.add("torch.manual_seed(" + seed + ")");
    python.add(layer.toString());
    String shape = sizes(g);
    python.add("x = torch.rand(" + shape + (wide ? ", dtype=torch.float64)" : ")"));
    python.add("y = conv(x)");

    StringBuilder builder = new StringBuilder("Conv2d conv = Conv2d.builder(").append(channels);
    builder.append(java(g.kernelHeight(), g.kernelWidth())).append(")").append(javaOptions(o));
    builder.append(bias ? "" : ".bias(false)").append(wide ? ".dtype(DType.FLOAT64)" : "");
    builder.append(".generator(random).build();");
    List<String> java = new ArrayList<>();
    java.add("Generator random = Generator.torch(" + seed + ");");
    java.add(builder.toString());
    java.add(
        wide
            ? "Tensor x = Tensor.rand(random, Shape.of(" + shape + "), DType.FLOAT64);"
            : "Tensor x = Tensor.rand(random, " + shape + ");");
    java.add("Tensor y = conv.forward(x);");
    return new Snippets(python, java);
  }

  /**
   * Returns the lines for given tensors.
   *
   * @param bias null if there is none
   */
  public static Snippets ofTensors(
      Conv2dGeometry g, Expression input, Expression weight, Expression bias) {
    Conv2dOptions o = g.options();
    boolean padsFirst = o.paddingMode() != PaddingMode.ZEROS && !o.padding().isNone();
    List<String> python = new ArrayList<>();
    if ((input.pyTorch() + weight.pyTorch()).contains("numpy.")) {
      python.add("import numpy");
    }
    python.add("import torch");
    python.add("x = " + input.pyTorch());
    python.add("w = " + weight.pyTorch());
    if (bias != null) {
      python.add("b = " + bias.pyTorch());
    }
    if (padsFirst) {
      python.add(
          String.format(
              Locale.ROOT,
              "x = torch.nn.functional.pad(x, (%d, %d, %d, %d), mode='%s')",
              g.padLeft(),
              g.padRight(),
              g.padTop(),
              g.padBottom(),
              o.paddingMode()));
    }
    Conv2dOptions rest = padsFirst ? o.padding(0) : o;
    python.add(
        "y = torch.nn.functional.conv2d(x, w"
            + (bias == null ? "" : ", b")
            + pythonOptions(rest, false)
            + ")");

    List<String> java = new ArrayList<>();
    java.add("Tensor x = " + input.java() + ";");
    java.add("Tensor w = " + weight.java() + ";");
    if (bias != null) {
      java.add("Tensor b = " + bias.java() + ";");
    }
    java.add(
        "Tensor y = Functional.conv2d(x, w, "
            + (bias == null ? "null" : "b")
            + ", Conv2dOptions.defaults()"
            + javaOptions(o)
            + ");");
    return new Snippets(python, java);
  }

  private static String sizes(Conv2dGeometry g) {
    String text = g.inputShape().toString();
    return text.substring(1, text.length() - 1);
  }

  /** Returns the arguments that differ from PyTorch's defaults. */
  private static String pythonOptions(Conv2dOptions o, boolean mode) {
    StringBuilder text = new StringBuilder();
    if (o.strideHeight() != 1 || o.strideWidth() != 1) {
      text.append(", stride=").append(python(o.strideHeight(), o.strideWidth()));
    }
    Padding padding = o.padding();
    if (padding.isNamed()) {
      text.append(", padding='").append(name(padding)).append('\'');
    } else if (!padding.isNone()) {
      text.append(", padding=").append(python(padding.height(), padding.width()));
    }
    if (o.dilationHeight() != 1 || o.dilationWidth() != 1) {
      text.append(", dilation=").append(python(o.dilationHeight(), o.dilationWidth()));
    }
    if (o.groups() != 1) {
      text.append(", groups=").append(o.groups());
    }
    if (mode && o.paddingMode() != PaddingMode.ZEROS) {
      text.append(", padding_mode='").append(o.paddingMode()).append('\'');
    }
    return text.toString();
  }

  /** Returns the calls of a builder for what differs from the defaults. */
  private static String javaOptions(Conv2dOptions o) {
    StringBuilder text = new StringBuilder();
    if (o.strideHeight() != 1 || o.strideWidth() != 1) {
      text.append(".stride(").append(java(o.strideHeight(), o.strideWidth())).append(')');
    }
    Padding padding = o.padding();
    if (padding.isNamed()) {
      text.append(".padding(\"").append(name(padding)).append("\")");
    } else if (!padding.isNone()) {
      text.append(".padding(").append(java(padding.height(), padding.width())).append(')');
    }
    if (o.dilationHeight() != 1 || o.dilationWidth() != 1) {
      text.append(".dilation(").append(java(o.dilationHeight(), o.dilationWidth())).append(')');
    }
    if (o.groups() != 1) {
      text.append(".groups(").append(o.groups()).append(')');
    }
    if (o.paddingMode() != PaddingMode.ZEROS) {
      text.append(".paddingMode(PaddingMode.").append(o.paddingMode().name()).append(')');
    }
    if (o.accuracy() != Accuracy.PYTORCH) {
      text.append(".accuracy(Accuracy.").append(o.accuracy().name()).append(')');
    }
    return text.toString();
  }

  private static String name(Padding padding) {
    return padding.equals(Padding.SAME) ? "same" : "valid";
  }

  private static String python(int height, int width) {
    return height == width ? Integer.toString(height) : "(" + both(height, width) + ")";
  }

  private static String java(int height, int width) {
    return height == width ? Integer.toString(height) : both(height, width);
  }

  private static String both(int height, int width) {
    return height + ", " + width;
  }
}
