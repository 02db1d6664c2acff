package io.github.conv4j.cli.explain;

import io.github.conv4j.DType;
import io.github.conv4j.nn.functional.Conv2dGeometry;
import io.github.conv4j.nn.functional.Conv2dOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What one convolution does, in sections of a few lines each.
 *
 * @param title what goes in and what comes out
 * @param sections the sections in the order in which they are read
 */
public record Explanation(String title, List<Section> sections) {
  /** More groups than this are not listed one by one. */
  private static final int MOST_GROUPS = 16;

  /**
   * Some lines under a heading.
   *
   * @param heading a word or two
   * @param lines the lines
   */
  public record Section(String heading, List<String> lines) {}

  /**
   * Explains a convolution.
   *
   * @param geometry its sizes
   * @param bias whether a number is added to each output channel
   * @param dtype the type of its elements
   * @param code how to compute it
   * @param plan how the engine computes it, in lines
   */
  public static Explanation of(
      Conv2dGeometry geometry, boolean bias, DType dtype, Snippets code, String plan) {
    List<Section> sections = new ArrayList<>();
    sections.add(new Section("Output size", outputSize(geometry)));
    sections.add(new Section("Receptive field", receptiveField(geometry)));
    sections.add(new Section("Channels", channels(geometry)));
    sections.add(new Section("Work", work(geometry, bias, dtype)));
    sections.add(new Section("In PyTorch", code.pyTorch()));
    sections.add(new Section("In Java", code.java()));
    sections.add(new Section("Plan", plan.lines().toList()));
    return new Explanation(
        "conv2d: " + geometry.inputShape() + " -> " + geometry.outputShape(), sections);
  }

  private static List<String> outputSize(Conv2dGeometry g) {
    Conv2dOptions o = g.options();
    List<String> lines = new ArrayList<>();
    lines.addAll(
        side(
            "OH",
            "H",
            "top",
            "bottom",
            "h",
            "KH",
            new int[] {
              g.inHeight(),
              g.padTop(),
              g.padBottom(),
              o.dilationHeight(),
              g.kernelHeight(),
              o.strideHeight(),
              g.outHeight()
            }));
    lines.addAll(
        side(
            "OW",
            "W",
            "left",
            "right",
            "w",
            "KW",
            new int[] {
              g.inWidth(),
              g.padLeft(),
              g.padRight(),
              o.dilationWidth(),
              g.kernelWidth(),
              o.strideWidth(),
              g.outWidth()
            }));
    return lines;
  }

  /** Returns the formula of one side, with names and with numbers. */
  private static List<String> side(
      String out, String in, String before, String after, String side, String kernel, int[] n) {
    long rest = (long) n[0] + n[1] + n[2] - (long) n[3] * (n[4] - 1) - 1;
    return List.of(
        String.format(
            Locale.ROOT,
            "%s = floor((%s + pad_%s + pad_%s - dilation_%s * (%s - 1) - 1) / stride_%s) + 1",
            out,
            in,
            before,
            after,
            side,
            kernel,
            side),
        String.format(
            Locale.ROOT,
            "   = floor((%d + %d + %d - %d * (%d - 1) - 1) / %d) + 1 = floor(%d / %d) + 1 = %d",
            n[0],
            n[1],
            n[2],
            n[3],
            n[4],
            n[5],
            rest,
            n[5],
            n[6]));
  }

  private static List<String> receptiveField(Conv2dGeometry g) {
    Conv2dOptions o = g.options();
    List<String> lines = new ArrayList<>();
    lines.add(
        String.format(
            Locale.ROOT,
            "one output element sees %s and %s: dilation * (kernel - 1) + 1 = "
                + "%d * (%d - 1) + 1 and %d * (%d - 1) + 1",
            count(g.fieldHeight(), "row"),
            count(g.fieldWidth(), "column"),
            o.dilationHeight(),
            g.kernelHeight(),
            o.dilationWidth(),
            g.kernelWidth()));
    lines.add(
        String.format(
            Locale.ROOT,
            "taps lie on %s of that window, in %s",
            count(g.kernelHeight() * (long) g.kernelWidth(), "element"),
            count(g.channelsPerGroup(), "input channel")));
    lines.add(window("oh", "row", o.strideHeight(), g.padTop(), g.fieldHeight()));
    lines.add(window("ow", "column", o.strideWidth(), g.padLeft(), g.fieldWidth()));
    return lines;
  }

  private static String window(String index, String side, int stride, int pad, int field) {
    String first = (stride == 1 ? index : stride + " * " + index) + plus(-(long) pad);
    String last = (stride == 1 ? index : stride + " * " + index) + plus(field - 1L - pad);
    return first.equals(last)
        ? String.format(Locale.ROOT, "output %s %s sees input %s %s", side, index, side, first)
        : String.format(
            Locale.ROOT, "output %s %s sees input %ss %s to %s", side, index, side, first, last);
  }

  private static String plus(long number) {
    return number == 0 ? "" : (number < 0 ? " - " : " + ") + Math.abs(number);
  }

  private static List<String> channels(Conv2dGeometry g) {
    int groups = g.options().groups();
    if (groups == 1) {
      return List.of(
          (g.outChannels() == 1
                  ? "the one output channel"
                  : "each of " + g.outChannels() + " output channels")
              + " sees "
              + (g.inChannels() == 1
                  ? "the one input channel"
                  : "all " + count(g.inChannels(), "input channel")));
    }
    List<String> lines = new ArrayList<>();
    if (g.channelsPerGroup() == 1) {
      lines.add(
          "depthwise: each input channel is filtered on its own, by "
              + count(g.outChannels() / groups, "kernel"));
    }
    int groupOut = g.outChannels() / groups;
    int listed = groups <= MOST_GROUPS ? groups : MOST_GROUPS - 1;
    for (int i = 0; i < listed; i++) {
      lines.add(group(g, i, groupOut));
    }
    if (listed < groups) {
      lines.add("...");
      lines.add(group(g, groups - 1, groupOut));
    }
    return lines;
  }

  private static String group(Conv2dGeometry g, int group, int groupOut) {
    int channels = g.channelsPerGroup();
    return String.format(
        Locale.ROOT,
        "group %d: input %s -> output %s",
        group,
        range(group * channels, channels),
        range(group * groupOut, groupOut));
  }

  private static String range(int first, int count) {
    return count == 1 ? "channel " + first : "channels " + first + " to " + (first + count - 1);
  }

  private static List<String> work(Conv2dGeometry g, boolean bias, DType dtype) {
    long weights = (long) g.outChannels() * g.taps();
    long biases = bias ? g.outChannels() : 0;
    return List.of(
        String.format(
            Locale.ROOT,
            "products      %,d in each output element: %s * %s * %s",
            g.taps(),
            count(g.channelsPerGroup(), "channel"),
            count(g.kernelHeight(), "row"),
            count(g.kernelWidth(), "column")),
        String.format(
            Locale.ROOT,
            "multiply-adds %,d: the products of %s",
            g.multiplyAdds(),
            count(g.outputShape().numel(), "output element")),
        String.format(
            Locale.ROOT,
            "parameters    %,d: %s%s",
            weights + biases,
            count(weights, "weight"),
            bias
                ? " and "
                    + (biases == 1 ? "1 bias" : String.format(Locale.ROOT, "%,d biases", biases))
                : ", no bias"),
        String.format(
            Locale.ROOT,
            "bytes         %,d of input, %,d of parameters, %,d of output, as %s",
            (long) g.inputShape().numel() * dtype.bytes(),
            (weights + biases) * dtype.bytes(),
            (long) g.outputShape().numel() * dtype.bytes(),
            dtype));
  }

  private static String count(long number, String noun) {
    return String.format(Locale.ROOT, "%,d %s%s", number, noun, number == 1 ? "" : "s");
  }

  /** Returns the text for a terminal. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(title).append(System.lineSeparator());
    for (Section section : sections) {
      text.append(System.lineSeparator()).append(section.heading()).append(System.lineSeparator());
      for (String line : section.lines()) {
        text.append(("  " + line).stripTrailing()).append(System.lineSeparator());
      }
    }
    return text.toString();
  }
}
