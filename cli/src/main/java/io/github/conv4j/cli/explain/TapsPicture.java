package io.github.conv4j.cli.explain;

import io.github.conv4j.Activation;
import io.github.conv4j.Tensor;
import io.github.conv4j.cli.explain.Svg.Anchor;
import io.github.conv4j.explain.OutputElement;
import io.github.conv4j.explain.Tap;
import io.github.conv4j.nn.functional.Conv2dGeometry;
import io.github.conv4j.nn.functional.Conv2dOptions;
import io.github.conv4j.nn.functional.Functional;
import java.util.List;

/**
 * A picture of how one element of a convolution's output comes about: the input with its padding,
 * the kernel's taps lying on it, the kernel, and the output with the element marked.
 *
 * <p>One channel of the input is drawn and one of the output, at most {@value #MOST} rows and
 * columns of each: of larger ones those round the element. Numbers are shortened to about six
 * characters. The same arguments give the same text, on every machine. Immutable and safe for use
 * by many threads, as long as nobody writes into the tensors.
 */
public final class TapsPicture {
  /** The most rows and columns that are drawn of anything. */
  static final int MOST = 20;

  private static final int MARGIN = 24;
  private static final int INDEX = 24;
  private static final int ARROW = 24;
  private static final int SPAN = 28;
  private static final int BETWEEN = 84;
  private static final int LINE = 18;

  private static final String INPUT = "#dbeafe";
  private static final String INPUT_EDGE = "#8db4ea";
  private static final String PADDING = "#eef0f3";
  private static final String PADDING_EDGE = "#c4cad1";
  private static final String HATCH = "#d5dae0";
  private static final String TAP = "#fed7aa";
  private static final String TAP_EDGE = "#c2410c";
  private static final String TAP_INK = "#9a3412";
  private static final String KERNEL = "#ffedd5";
  private static final String OUTPUT = "#dcfce7";
  private static final String OUTPUT_EDGE = "#86c99a";
  private static final String ELEMENT = "#86efac";
  private static final String ELEMENT_EDGE = "#15803d";

  private final Conv2dGeometry geometry;
  private final OutputElement element;
  private final Tensor image;
  private final Tensor weight;
  private final Tensor output;
  private final boolean hasBias;
  private final int channel;
  private final String title;

  private TapsPicture(
      Conv2dGeometry geometry,
      OutputElement element,
      Tensor image,
      Tensor weight,
      Tensor output,
      boolean hasBias,
      int channel,
      String title) {
    this.geometry = geometry;
    this.element = element;
    this.image = image;
    this.weight = weight;
    this.output = output;
    this.hasBias = hasBias;
    this.channel = channel;
    this.title = title;
  }

  /**
   * Returns the picture of one element of {@code conv2d(input, weight, bias, options)}. It shows
   * the first input channel that the element sees. An activation is left out.
   *
   * @param input {@code (N, C, H, W)}, or {@code (C, H, W)} without a batch
   * @param weight {@code (OC, C / groups, KH, KW)}
   * @param bias {@code (OC)}, or null
   * @param index {@code (n, oc, oh, ow)}, or {@code (oc, oh, ow)} for an input without a batch
   * @throws IllegalArgumentException if conv2d would not take the tensors, or the output has no
   *     such element
   */
  public static TapsPicture of(
      Tensor input, Tensor weight, Tensor bias, Conv2dOptions options, int... index) {
    OutputElement element = OutputElement.of(input, weight, bias, options, index);
    Tensor image = input.rank() == 4 ? input.select(0, index[0]) : input;
    Conv2dGeometry geometry = Conv2dGeometry.of(image.shape(), weight.shape(), options);
    Tensor output = Functional.conv2d(image, weight, bias, options.activation(Activation.NONE));
    int channel = geometry.firstChannel(index[index.length - 3]);
    return new TapsPicture(
        geometry, element, image, weight, output, bias != null, channel, "One output element");
  }

  /**
   * Returns the picture of another input channel.
   *
   * @param number counted from 0 among all channels of the input
   * @throws IllegalArgumentException if the element does not see this channel
   */
  public TapsPicture channel(int number) {
    int first = geometry.firstChannel(outChannel());
    int last = first + geometry.channelsPerGroup() - 1;
    if (number < first || number > last) {
      throw new IllegalArgumentException(
          "expected one of the input channels "
              + first
              + " to "
              + last
              + " that output channel "
              + outChannel()
              + " sees, but got "
              + number);
    }
    return new TapsPicture(geometry, element, image, weight, output, hasBias, number, title);
  }

  /** Returns the picture with words of yours above it, in place of "One output element". */
  public TapsPicture title(String words) {
    return new TapsPicture(geometry, element, image, weight, output, hasBias, channel, words);
  }

  /** Returns the picture as the text of an SVG file. */
  public String toSvg() {
    return new Drawing().draw();
  }

  private int outChannel() {
    int[] index = element.index();
    return index[index.length - 3];
  }

  /** Some of the rows, or columns, of a plane: those from {@code from} on. */
  private record Range(int from, int count) {
    /** Returns all of a range, or as many as are drawn, round a part that matters. */
    static Range of(int from, int to, int partFrom, int partTo) {
      if (to - from <= MOST) {
        return new Range(from, to - from);
      }
      int around = Math.min(MOST, partTo - partFrom);
      int start = partFrom - (MOST - around) / 2;
      return new Range(Math.max(from, Math.min(start, to - MOST)), MOST);
    }

    boolean has(int position) {
      return position >= from && position < from + count;
    }
  }

  /** A grid of cells in the picture. */
  private record Grid(Range rows, Range columns, int x, int y, int cell) {
    int left(int column) {
      return x + (column - columns.from) * cell;
    }

    int top(int row) {
      return y + (row - rows.from) * cell;
    }

    int width() {
      return columns.count * cell;
    }

    int height() {
      return rows.count * cell;
    }

    boolean has(int row, int column) {
      return rows.has(row) && columns.has(column);
    }
  }

  /** What a cell shows. */
  private interface Numbers {
    double at(int row, int column);
  }

  /** One drawing of the picture. */
  private final class Drawing {
    private final Svg svg = new Svg();
    private final Conv2dGeometry g = geometry;
    private final int oc = outChannel();
    private final int oh;
    private final int ow;
    private final NumberText.Shortened numbers = new NumberText.Shortened();
    private final TapsWords words;
    private final int kernelChannel = channel - g.firstChannel(oc);

    /** The taps that lie on the channel drawn. */
    private final List<Tap> taps;

    private Grid in;
    private Grid kernel;
    private Grid out;
    private int width;

    Drawing() {
      int[] index = element.index();
      oh = index[index.length - 2];
      ow = index[index.length - 1];
      words = new TapsWords(g, element, outputAt(oh, ow), hasBias, channel, numbers);
      taps = element.taps().stream().filter(tap -> tap.channel() == channel).toList();
    }

    String draw() {
      int bottom = place();
      drawInput();
      drawKernel();
      drawOutput();
      drawBetween();
      int y = drawLegend(bottom + LINE);
      int most = (width - 2 * MARGIN) * 100 / (13 * 61);
      for (String line : words.sum(most)) {
        y += LINE;
        svg.number(MARGIN, y, 13, Anchor.START, Svg.INK, false, line);
      }
      for (String line : words.formulas()) {
        y += LINE;
        svg.number(MARGIN, y, 12, Anchor.START, Svg.PALE_INK, false, line);
      }
      if (numbers.any()) {
        y += LINE;
        String note = "Numbers are shortened to fit.";
        svg.label(MARGIN, y, 12, Anchor.START, Svg.PALE_INK, false, note);
      }
      String heading = words.heading(title);
      svg.label(MARGIN, 34, 17, Anchor.START, Svg.INK, true, heading);
      svg.label(MARGIN, 54, 13, Anchor.START, Svg.PALE_INK, false, words.settings());
      return svg.image(width, y + MARGIN, heading, words.description());
    }

    // ---- where things are

    /** Places the three grids; returns where they end below. */
    private int place() {
      Range inRows =
          Range.of(
              -g.padTop(),
              g.inHeight() + g.padBottom(),
              g.row(oh, 0),
              g.row(oh, g.kernelHeight() - 1) + 1);
      Range inColumns =
          Range.of(
              -g.padLeft(),
              g.inWidth() + g.padRight(),
              g.column(ow, 0),
              g.column(ow, g.kernelWidth() - 1) + 1);
      Range kernelRows = Range.of(0, g.kernelHeight(), 0, 1);
      Range kernelColumns = Range.of(0, g.kernelWidth(), 0, 1);
      Range outRows = Range.of(0, g.outHeight(), oh, oh + 1);
      Range outColumns = Range.of(0, g.outWidth(), ow, ow + 1);

      int widest = Math.max(inColumns.count, Math.max(kernelColumns.count, outColumns.count));
      int cell = widest <= 10 ? 40 : 34;
      int rows = Math.max(inRows.count, Math.max(kernelRows.count, outRows.count));
      int headings = 2 * LINE + ARROW + INDEX;
      int middle = 66 + headings + rows * cell / 2;

      int x = MARGIN + Math.max(ARROW + INDEX, room(inColumns, cell, words.inputHeadings()));
      in = new Grid(inRows, inColumns, x, middle - inRows.count * cell / 2, cell);
      x = right(in, words.inputHeadings(), SPAN) + BETWEEN;
      x += room(kernelColumns, cell, words.kernelHeadings());
      kernel = new Grid(kernelRows, kernelColumns, x, middle - kernelRows.count * cell / 2, cell);
      x = right(kernel, words.kernelHeadings(), 0) + BETWEEN + INDEX;
      x += room(outColumns, cell, words.outputHeadings());
      out = new Grid(outRows, outColumns, x, middle - outRows.count * cell / 2, cell);
      int end = right(out, words.outputHeadings(), 0);

      width = end + MARGIN;
      for (String line : words.formulas()) {
        width = Math.max(width, Svg.numberWidth(line, 12) + 2 * MARGIN);
      }
      width = Math.max(width, Svg.labelWidth(words.settings(), 13) + 2 * MARGIN);
      String heading = words.heading(title);
      width = Math.max(width, Svg.boldWidth(heading, 17) + 2 * MARGIN);
      return middle + rows * cell / 2 + SPAN;
    }

    /** Returns how far a grid's headings stick out on its left. */
    private int room(Range columns, int cell, List<String> headings) {
      return Math.max(0, headingWidth(headings) - columns.count * cell) / 2;
    }

    private int right(Grid grid, List<String> headings, int more) {
      int over = Math.max(0, headingWidth(headings) - grid.width());
      return grid.x + grid.width() + Math.max(more, over / 2);
    }

    private int headingWidth(List<String> headings) {
      return Math.max(Svg.boldWidth(headings.get(0), 14), Svg.labelWidth(headings.get(1), 12));
    }

    // ---- the input

    private void drawInput() {
      headings(in, words.inputHeadings(), INDEX + (columnMoves() ? ARROW : 0));
      indices(in);
      int size = numberSize(in, this::inputAt, "", 36);
      StringBuilder hatch = new StringBuilder();
      for (int r = in.rows.from; r < in.rows.from + in.rows.count; r++) {
        for (int c = in.columns.from; c < in.columns.from + in.columns.count; c++) {
          if (isPadding(r, c)) {
            box(in, r, c, PADDING, PADDING_EDGE);
            hatch.append(hatch(in.left(c), in.top(r), in.cell));
          } else {
            box(in, r, c, INPUT, INPUT_EDGE);
          }
        }
      }
      if (!hatch.isEmpty()) {
        svg.path(hatch.toString(), HATCH, 1, false);
      }
      for (int r = in.rows.from; r < in.rows.from + in.rows.count; r++) {
        for (int c = in.columns.from; c < in.columns.from + in.columns.count; c++) {
          if (tapAt(r, c) == null) {
            String ink = isPadding(r, c) ? Svg.PALE_INK : Svg.INK;
            number(in, r, c, inputAt(r, c), size, ink, false);
          }
        }
      }
      drawTaps(size);
      drawWindow();
    }

    private void drawTaps(int size) {
      int small = Math.min(11, numberSize(kernel, this::weightAt, "×", 100));
      for (Tap tap : taps) {
        if (!in.has(tap.row(), tap.column())) {
          continue;
        }
        int left = in.left(tap.column());
        int top = in.top(tap.row());
        svg.open(describe(tap));
        svg.box(left + 1, top + 1, in.cell - 2, in.cell - 2, TAP, TAP_EDGE, 2);
        if (tap.inPadding()) {
          svg.path(hatch(left + 2, top + 2, in.cell - 4), "#fdba74", 1, false);
        }
        int middle = left + in.cell / 2;
        int line = top + in.cell * 45 / 100 + size / 4;
        svg.number(middle, line, size, Anchor.MIDDLE, Svg.INK, true, numbers.cell(tap.input()));
        String times = "×" + numbers.cell(tap.weight());
        int right = left + in.cell - 4;
        int foot = top + in.cell - 5;
        svg.number(right, foot, small, Anchor.END, TAP_INK, false, times);
        svg.close();
      }
    }

    private String describe(Tap tap) {
      String place =
          !tap.inPadding()
              ? "the input's row " + tap.row() + ", column " + tap.column()
              : tap.onZero()
                  ? "a zero of the padding"
                  : "padding that shows row " + tap.sourceRow() + ", column " + tap.sourceColumn();
      return "tap ("
          + tap.kernelRow()
          + ", "
          + tap.kernelColumn()
          + ") lies on "
          + place
          + ": "
          + numbers.factor(tap.input())
          + " × "
          + numbers.factor(tap.weight())
          + " = "
          + NumberText.full(tap.product());
    }

    /** Draws the window's edge, where it goes next, and how much it covers. */
    private void drawWindow() {
      int top = in.top(g.row(oh, 0));
      int left = in.left(g.column(ow, 0));
      int high = g.fieldHeight() * in.cell;
      int wide = g.fieldWidth() * in.cell;
      if (columnMoves()) {
        int next = otherColumn();
        int to = in.left(g.column(next, 0));
        outline(to, top, wide, high, true);
        int y = in.y - INDEX - 3;
        int start = Math.min(left, to) + in.cell / 2;
        int end = Math.max(left, to) + in.cell / 2;
        svg.arrow(start, y, end, y, TAP_EDGE);
        String text = "stride " + g.options().strideWidth();
        svg.label((start + end) / 2, y - 7, 12, Anchor.MIDDLE, TAP_INK, false, text);
      }
      if (rowMoves()) {
        int to = in.top(g.row(otherRow(), 0));
        int x = in.x - INDEX - 3;
        int start = Math.min(top, to) + in.cell / 2;
        int end = Math.max(top, to) + in.cell / 2;
        svg.arrow(x, start, x, end, TAP_EDGE);
        String text = "stride " + g.options().strideHeight();
        svg.uprightLabel(x - 7, (start + end) / 2, 12, TAP_INK, text);
      }
      outline(left, top, wide, high, false);
      if (within(left, wide, in.x, in.width())) {
        int y = in.y + in.height() + 8;
        svg.path(
            "M"
                + left
                + " "
                + (y - 4)
                + "v8M"
                + left
                + " "
                + y
                + "h"
                + wide
                + "M"
                + (left + wide)
                + " "
                + (y - 4)
                + "v8",
            TAP_EDGE,
            2,
            false);
        int x = Math.max(in.x + 20, left + wide / 2);
        String text = covers(g.kernelWidth(), g.fieldWidth());
        svg.label(x, y + 16, 12, Anchor.MIDDLE, TAP_INK, false, text);
      }
      if (within(top, high, in.y, in.height())) {
        int x = in.x + in.width() + 8;
        svg.path(
            "M"
                + (x - 4)
                + " "
                + top
                + "h8M"
                + x
                + " "
                + top
                + "v"
                + high
                + "M"
                + (x - 4)
                + " "
                + (top + high)
                + "h8",
            TAP_EDGE,
            2,
            false);
        String text = covers(g.kernelHeight(), g.fieldHeight());
        svg.uprightLabel(x + 16, top + high / 2, 12, TAP_INK, text);
      }
    }

    private static boolean within(int at, int length, int from, int size) {
      return at >= from && at + length <= from + size;
    }

    private static String covers(int taps, int field) {
      return taps == field ? "covers " + field : taps + " taps cover " + field;
    }

    /** Draws a window's edge if all of it is in the picture. */
    private void outline(int left, int top, int wide, int high, boolean dashed) {
      if (within(left, wide, in.x, in.width()) && within(top, high, in.y, in.height())) {
        String path = "M" + left + " " + top + "h" + wide + "v" + high + "h-" + wide + "z";
        svg.path(path, TAP_EDGE, dashed ? 2 : 3, dashed);
      }
    }

    /** Returns the neighbour of the output element's column: the next, or the one before. */
    private int otherColumn() {
      return ow + 1 < g.outWidth() ? ow + 1 : ow - 1;
    }

    private int otherRow() {
      return oh + 1 < g.outHeight() ? oh + 1 : oh - 1;
    }

    private boolean columnMoves() {
      return g.outWidth() > 1
          && in.columns.has(g.column(ow, 0))
          && in.columns.has(g.column(otherColumn(), 0));
    }

    private boolean rowMoves() {
      return g.outHeight() > 1 && in.rows.has(g.row(oh, 0)) && in.rows.has(g.row(otherRow(), 0));
    }

    private boolean isPadding(int row, int column) {
      return row < 0 || row >= g.inHeight() || column < 0 || column >= g.inWidth();
    }

    private double inputAt(int row, int column) {
      int r = g.sourceRow(row);
      int c = g.sourceColumn(column);
      return r < 0 || c < 0 ? 0 : image.get(channel, r, c);
    }

    private Tap tapAt(int row, int column) {
      for (Tap tap : taps) {
        if (tap.row() == row && tap.column() == column) {
          return tap;
        }
      }
      return null;
    }

    // ---- the kernel and the output

    private double weightAt(int row, int column) {
      return weight.get(oc, kernelChannel, row, column);
    }

    private double outputAt(int row, int column) {
      return output.get(oc, row, column);
    }

    private void drawKernel() {
      headings(kernel, words.kernelHeadings(), 0);
      int size = numberSize(kernel, this::weightAt, "", 36);
      for (int r = 0; r < kernel.rows.count; r++) {
        for (int c = 0; c < kernel.columns.count; c++) {
          box(kernel, r, c, KERNEL, TAP_EDGE);
          number(kernel, r, c, weightAt(r, c), size, TAP_INK, false);
        }
      }
    }

    private void drawOutput() {
      headings(out, words.outputHeadings(), INDEX);
      indices(out);
      int size = numberSize(out, this::outputAt, "", 36);
      for (int r = out.rows.from; r < out.rows.from + out.rows.count; r++) {
        for (int c = out.columns.from; c < out.columns.from + out.columns.count; c++) {
          box(out, r, c, OUTPUT, OUTPUT_EDGE);
          if (r != oh || c != ow) {
            number(out, r, c, outputAt(r, c), size, Svg.INK, false);
          }
        }
      }
      int side = out.cell - 2;
      svg.box(out.left(ow) + 1, out.top(oh) + 1, side, side, ELEMENT, ELEMENT_EDGE, 3);
      number(out, oh, ow, outputAt(oh, ow), size, Svg.INK, true);
    }

    /** Says what happens from the input to the kernel, and from there to the output. */
    private void drawBetween() {
      int middle = in.y + in.height() / 2;
      int from = in.x + in.width() + SPAN;
      sign(from, kernel.x, middle, "×", "multiply");
      sign(kernel.x + kernel.width(), out.x - INDEX, middle, "+", "add up");
    }

    private void sign(int left, int right, int middle, String sign, String words) {
      int x = (left + right) / 2;
      svg.roundBox(x - 15, middle - 15, 30, 30, 15, "#f6f8fa", Svg.CARD_EDGE);
      svg.label(x, middle + 7, 20, Anchor.MIDDLE, Svg.INK, true, sign);
      svg.label(x, middle + 32, 12, Anchor.MIDDLE, Svg.PALE_INK, false, words);
    }

    // ---- what all grids have

    private void headings(Grid grid, List<String> lines, int above) {
      int x = grid.x + grid.width() / 2;
      int y = grid.y - above - 8;
      svg.label(x, y - LINE + 2, 14, Anchor.MIDDLE, Svg.INK, true, lines.get(0));
      svg.label(x, y, 12, Anchor.MIDDLE, Svg.PALE_INK, false, lines.get(1));
    }

    private void indices(Grid grid) {
      for (int c = grid.columns.from; c < grid.columns.from + grid.columns.count; c++) {
        int x = grid.left(c) + grid.cell / 2;
        String text = Integer.toString(c);
        svg.number(x, grid.y - 6, 10, Anchor.MIDDLE, Svg.PALE_INK, false, text);
      }
      for (int r = grid.rows.from; r < grid.rows.from + grid.rows.count; r++) {
        int y = grid.top(r) + grid.cell / 2 + 4;
        String text = Integer.toString(r);
        svg.number(grid.x - 6, y, 10, Anchor.END, Svg.PALE_INK, false, text);
      }
    }

    private void box(Grid grid, int row, int column, String fill, String edge) {
      svg.box(grid.left(column), grid.top(row), grid.cell, grid.cell, fill, edge, 1);
    }

    private void number(
        Grid grid, int row, int column, double value, int size, String ink, boolean bold) {
      int x = grid.left(column) + grid.cell / 2;
      int y = grid.top(row) + grid.cell / 2 + size * 35 / 100;
      String text = numbers.cell(value);
      String full = NumberText.full(value);
      if (!text.equals(full)) {
        svg.open(full);
      }
      svg.number(x, y, size, Anchor.MIDDLE, ink, bold, text);
      if (!text.equals(full)) {
        svg.close();
      }
    }

    /** Returns the size in which the longest number of a grid, behind a sign, fits a cell. */
    private int numberSize(Grid grid, Numbers values, String sign, int percent) {
      int longest = 1;
      for (int r = grid.rows.from; r < grid.rows.from + grid.rows.count; r++) {
        for (int c = grid.columns.from; c < grid.columns.from + grid.columns.count; c++) {
          longest = Math.max(longest, sign.length() + NumberText.cell(values.at(r, c)).length());
        }
      }
      int fits = (grid.cell - 5) * 100 / (61 * longest);
      return Math.max(6, Math.min(grid.cell * percent / 100, fits));
    }

    private static String hatch(int left, int top, int side) {
      int half = side / 2;
      return "M"
          + left
          + " "
          + (top + half)
          + "l"
          + half
          + " -"
          + half
          + "M"
          + left
          + " "
          + (top + side)
          + "l"
          + side
          + " -"
          + side
          + "M"
          + (left + half)
          + " "
          + (top + side)
          + "l"
          + half
          + " -"
          + half;
    }

    private int drawLegend(int y) {
      int x = MARGIN;
      x = legend(x, y, INPUT, INPUT_EDGE, false, "input");
      if (g.padTop() > 0 || g.padBottom() > 0 || g.padLeft() > 0 || g.padRight() > 0) {
        x =
            legend(
                x, y, PADDING, PADDING_EDGE, true, "padding (" + g.options().paddingMode() + ")");
      }
      x = legend(x, y, TAP, TAP_EDGE, false, "under a tap, ×its weight");
      x = legend(x, y, ELEMENT, ELEMENT_EDGE, false, "this element");
      width = Math.max(width, x);
      return y + 8;
    }

    private int legend(int x, int y, String fill, String edge, boolean hatched, String text) {
      svg.box(x, y - 11, 14, 14, fill, edge, 1);
      if (hatched) {
        svg.path(hatch(x, y - 11, 14), HATCH, 1, false);
      }
      svg.label(x + 20, y, 12, Anchor.START, Svg.PALE_INK, false, text);
      return x + 20 + Svg.labelWidth(text, 12) + 18;
    }
  }
}
