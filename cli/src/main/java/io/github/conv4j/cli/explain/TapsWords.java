package io.github.conv4j.cli.explain;

import io.github.conv4j.explain.OutputElement;
import io.github.conv4j.explain.Tap;
import io.github.conv4j.nn.functional.Conv2dGeometry;
import io.github.conv4j.nn.functional.Conv2dOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.IntUnaryOperator;

/** What a {@link TapsPicture} says in words and formulas. */
final class TapsWords {
  /** The most products that are written out. */
  private static final int MOST_PRODUCTS = 27;

  private final Conv2dGeometry g;
  private final OutputElement element;
  private final double value;
  private final boolean hasBias;
  private final int channel;
  private final NumberText.Shortened numbers;
  private final int oc;
  private final int oh;
  private final int ow;

  /**
   * Makes the words.
   *
   * @param value the element's value in the output
   * @param channel the input channel that is drawn
   * @param numbers shortens numbers
   */
  TapsWords(
      Conv2dGeometry geometry,
      OutputElement element,
      double value,
      boolean hasBias,
      int channel,
      NumberText.Shortened numbers) {
    this.g = geometry;
    this.element = element;
    this.value = value;
    this.hasBias = hasBias;
    this.channel = channel;
    this.numbers = numbers;
    int[] index = element.index();
    this.oc = index[index.length - 3];
    this.oh = index[index.length - 2];
    this.ow = index[index.length - 1];
  }

  /** Returns the picture's heading behind some words. */
  String heading(String title) {
    return title + ": " + name() + " = " + NumberText.full(value);
  }

  /** Returns the element's name, as in {@code y[0, 1, 2, 3]}. */
  String name() {
    StringBuilder text = new StringBuilder("y[");
    int[] index = element.index();
    for (int i = 0; i < index.length; i++) {
      text.append(i == 0 ? "" : ", ").append(index[i]);
    }
    return text.append(']').toString();
  }

  /** Returns what stands above the input: what it is, and its size. */
  List<String> inputHeadings() {
    String size = size(g.inHeight(), g.inWidth());
    int rows = g.inHeight() + g.padTop() + g.padBottom();
    int columns = g.inWidth() + g.padLeft() + g.padRight();
    if (rows != g.inHeight() || columns != g.inWidth()) {
      boolean cut = rows < g.inHeight() || columns < g.inWidth();
      size += (cut ? ", cut to " : ", padded to ") + size(rows, columns);
    }
    return List.of(
        "Input" + ofSeveral(channel, g.inChannels()),
        size + oneOf(g.inChannels()) + part(rows, columns));
  }

  /** Returns what stands above the kernel. */
  List<String> kernelHeadings() {
    String first = g.outChannels() == 1 ? "Kernel" : "Kernel " + oc;
    if (g.channelsPerGroup() > 1) {
      first += ", its channel " + (channel - g.firstChannel(oc));
    }
    return List.of(
        first, size(g.kernelHeight(), g.kernelWidth()) + part(g.kernelHeight(), g.kernelWidth()));
  }

  /** Returns what stands above the output. */
  List<String> outputHeadings() {
    return List.of(
        "Output" + ofSeveral(oc, g.outChannels()),
        size(g.outHeight(), g.outWidth())
            + oneOf(g.outChannels())
            + part(g.outHeight(), g.outWidth()));
  }

  private static String ofSeveral(int number, int count) {
    return count == 1 ? "" : ", channel " + number;
  }

  private static String oneOf(int count) {
    return count == 1 ? "" : ", one of " + count + " channels";
  }

  private static String part(int rows, int columns) {
    return Math.max(rows, columns) > TapsPicture.MOST ? ", a part" : "";
  }

  private static String size(int rows, int columns) {
    return rows + " x " + columns;
  }

  private static String pair(int height, int width) {
    return height == width ? Integer.toString(height) : "(" + height + ", " + width + ")";
  }

  private boolean isPadded() {
    return g.padTop() != 0 || g.padBottom() != 0 || g.padLeft() != 0 || g.padRight() != 0;
  }

  /** Returns the options. */
  String settings() {
    Conv2dOptions o = g.options();
    String padding =
        o.padding().isNamed()
            ? "'" + o.padding() + "'"
            : pair(o.padding().height(), o.padding().width());
    return "stride "
        + pair(o.strideHeight(), o.strideWidth())
        + ", padding "
        + padding
        + (isPadded() ? " (" + o.paddingMode() + ")" : "")
        + ", dilation "
        + pair(o.dilationHeight(), o.dilationWidth())
        + (o.groups() == 1 ? "" : ", groups " + o.groups());
  }

  /** Returns what the picture shows, for those who do not see it. */
  String description() {
    StringBuilder text = new StringBuilder();
    text.append("Output element ").append(name()).append(" = ");
    text.append(NumberText.full(value)).append(". The input is ");
    text.append(size(g.inHeight(), g.inWidth())).append("; ").append(settings()).append(". ");
    text.append("The taps of the ").append(size(g.kernelHeight(), g.kernelWidth()));
    text.append(" kernel lie on rows ").append(places(g.kernelHeight(), k -> g.row(oh, k)));
    text.append(" and columns ").append(places(g.kernelWidth(), k -> g.column(ow, k)));
    text.append(" of input channel ").append(channel);
    long padded =
        element.taps().stream().filter(t -> t.channel() == channel && t.inPadding()).count();
    text.append("; in the padding: ").append(padded).append(". ");
    text.append("The output is ").append(size(g.outHeight(), g.outWidth())).append(". ");
    return text.append(String.join(" ", sum(Integer.MAX_VALUE))).toString();
  }

  private static String places(int count, IntUnaryOperator place) {
    List<String> places = new ArrayList<>();
    for (int k = 0; k < Math.min(count, TapsPicture.MOST); k++) {
      places.add(Integer.toString(place.applyAsInt(k)));
    }
    if (count > TapsPicture.MOST) {
      places.add("..");
    }
    return String.join(", ", places);
  }

  /** Returns the sum, in lines of at most so many characters if they can be. */
  List<String> sum(int most) {
    List<String> terms = new ArrayList<>();
    if (hasBias) {
      terms.add(numbers.cell(element.bias()) + " (bias)");
    }
    if (g.kernelHeight() * g.kernelWidth() <= MOST_PRODUCTS) {
      double others = 0;
      for (Tap tap : element.taps()) {
        if (tap.channel() == channel) {
          terms.add(numbers.factor(tap.input()) + "×" + numbers.factor(tap.weight()));
        } else {
          others += tap.product();
        }
      }
      if (g.channelsPerGroup() > 1) {
        String rest = g.channelsPerGroup() == 2 ? "the other channel" : "the other channels";
        terms.add(numbers.factor(others) + " (" + rest + ")");
      }
    } else {
      terms.add("the " + element.taps().size() + " products");
    }
    List<String> lines = new ArrayList<>();
    StringBuilder line = new StringBuilder(name()).append(" = ");
    for (int i = 0; i <= terms.size(); i++) {
      boolean last = i == terms.size();
      String next = last ? " = " + NumberText.full(value) : (i == 0 ? "" : " + ") + terms.get(i);
      if (line.length() + next.length() > most && i > 0) {
        lines.add(line.toString());
        line.setLength(0);
        line.append("   ");
      }
      line.append(next);
    }
    lines.add(line.toString());
    return lines;
  }

  /** Returns the size of the output, from that of the input. */
  List<String> formulas() {
    Conv2dOptions o = g.options();
    String rows =
        formula(
            g.inHeight(),
            g.padTop(),
            g.padBottom(),
            o.dilationHeight(),
            g.kernelHeight(),
            o.strideHeight(),
            g.outHeight());
    String columns =
        formula(
            g.inWidth(),
            g.padLeft(),
            g.padRight(),
            o.dilationWidth(),
            g.kernelWidth(),
            o.strideWidth(),
            g.outWidth());
    return rows.equals(columns)
        ? List.of("rows and columns of the output: " + rows)
        : List.of("rows of the output:    " + rows, "columns of the output: " + columns);
  }

  private static String formula(
      int size, int before, int after, int dilation, int taps, int stride, int result) {
    return String.format(
        Locale.ROOT,
        "floor((%d + %d + %d - %d×(%d - 1) - 1) / %d) + 1 = %d",
        size,
        before,
        after,
        dilation,
        taps,
        stride,
        result);
  }
}
