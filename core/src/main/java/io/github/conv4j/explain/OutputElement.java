package io.github.conv4j.explain;

import io.github.conv4j.Tensor;
import io.github.conv4j.nn.functional.Conv2dGeometry;
import io.github.conv4j.nn.functional.Conv2dOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * One element of a convolution's output, taken apart into its products.
 *
 * <p>The products are added in the order of the formula (channels, then rows, then columns of the
 * kernel) in float64. The layers add in an order of their own and round to their dtype, so their
 * element is this sum but for the rounding. An activation is left out. Immutable and safe for use
 * by many threads.
 */
public final class OutputElement {
  private final int[] index;
  private final double bias;
  private final boolean hasBias;
  private final List<Tap> taps;

  private OutputElement(int[] index, double bias, boolean hasBias, List<Tap> taps) {
    this.index = index;
    this.bias = bias;
    this.hasBias = hasBias;
    this.taps = taps;
  }

  /**
   * Takes one element of {@code conv2d(input, weight, bias, options)} apart.
   *
   * @param input {@code (N, C, H, W)}, or {@code (C, H, W)} without a batch
   * @param weight {@code (OC, C / groups, KH, KW)}
   * @param bias {@code (OC)}, or null
   * @param index {@code (n, oc, oh, ow)}, or {@code (oc, oh, ow)} for an input without a batch
   * @throws IllegalArgumentException if conv2d would not take the shapes, or the output has no such
   *     element
   */
  public static OutputElement of(
      Tensor input, Tensor weight, Tensor bias, Conv2dOptions options, int... index) {
    Conv2dGeometry geometry = Conv2dGeometry.of(input.shape(), weight.shape(), options);
    if (bias != null && bias.numel() != geometry.outChannels()) {
      throw new IllegalArgumentException(
          "expected a bias of shape [" + geometry.outChannels() + "], but got " + bias.shape());
    }
    checkIndex(geometry, index);
    boolean batched = index.length == 4;
    int outChannel = index[batched ? 1 : 0];
    List<Tap> taps = new ArrayList<>(geometry.taps());
    for (int c = 0; c < geometry.channelsPerGroup(); c++) {
      for (int kh = 0; kh < geometry.kernelHeight(); kh++) {
        for (int kw = 0; kw < geometry.kernelWidth(); kw++) {
          int channel = geometry.firstChannel(outChannel) + c;
          int row = geometry.row(index[index.length - 2], kh);
          int column = geometry.column(index[index.length - 1], kw);
          int sourceRow = geometry.sourceRow(row);
          int sourceColumn = geometry.sourceColumn(column);
          double x = 0;
          if (sourceRow >= 0 && sourceColumn >= 0) {
            x =
                batched
                    ? input.get(index[0], channel, sourceRow, sourceColumn)
                    : input.get(channel, sourceRow, sourceColumn);
          }
          double w = weight.get(outChannel, c, kh, kw);
          taps.add(new Tap(channel, kh, kw, row, column, sourceRow, sourceColumn, x, w));
        }
      }
    }
    double first = bias == null ? 0 : bias.get(outChannel);
    return new OutputElement(index.clone(), first, bias != null, List.copyOf(taps));
  }

  private static void checkIndex(Conv2dGeometry geometry, int[] index) {
    int[] sizes = geometry.outputShape().toArray();
    boolean within = index.length == sizes.length;
    for (int i = 0; within && i < sizes.length; i++) {
      within = index[i] >= 0 && index[i] < sizes[i];
    }
    if (!within) {
      throw new IllegalArgumentException(
          "expected the place of an element in an output of shape "
              + geometry.outputShape()
              + ", but got "
              + name(index));
    }
  }

  private static String name(int[] index) {
    StringBuilder text = new StringBuilder("[");
    for (int i = 0; i < index.length; i++) {
      text.append(i == 0 ? "" : ", ").append(index[i]);
    }
    return text.append(']').toString();
  }

  /** Returns its place, {@code (n, oc, oh, ow)} or {@code (oc, oh, ow)}. */
  public int[] index() {
    return index.clone();
  }

  /** Returns the products in the order in which they are added. */
  public List<Tap> taps() {
    return taps;
  }

  /** Returns the bias of its channel; 0 if there is none. */
  public double bias() {
    return bias;
  }

  /** Returns the sum of the bias and all products, in float64. */
  public double sum() {
    double sum = bias;
    for (Tap tap : taps) {
      sum += tap.product();
    }
    return sum;
  }

  /** Returns a table with a line for each product, and the sum so far beside it. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    text.append(
        String.format(
            Locale.ROOT,
            "y%s = %s = %s%n",
            name(index),
            hasBias ? "bias + " + taps.size() + " products" : taps.size() + " products",
            number(sum())));
    text.append(
        String.format(
            Locale.ROOT,
            "%5s %3s %3s %5s %5s %14s %14s %14s %14s%n",
            "c",
            "kh",
            "kw",
            "ih",
            "iw",
            "x",
            "w",
            "x * w",
            "sum"));
    double sum = bias;
    if (hasBias) {
      text.append(String.format(Locale.ROOT, "%69s %14s%n", "bias", number(sum)));
    }
    for (Tap tap : taps) {
      sum += tap.product();
      text.append(
          String.format(
              Locale.ROOT,
              "%5d %3d %3d %5d %5d %14s %14s %14s %14s%s%n",
              tap.channel(),
              tap.kernelRow(),
              tap.kernelColumn(),
              tap.row(),
              tap.column(),
              number(tap.input()),
              number(tap.weight()),
              number(tap.product()),
              number(sum),
              remark(tap)));
    }
    return text.toString();
  }

  private static String remark(Tap tap) {
    if (!tap.inPadding()) {
      return "";
    }
    return tap.onZero()
        ? "  padding"
        : "  padding: x[" + tap.sourceRow() + ", " + tap.sourceColumn() + "]";
  }

  /** Returns a number in at most seven digits, without zeros at its end. */
  private static String number(double value) {
    if (!Double.isFinite(value)) {
      return Double.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
    }
    double size = Math.abs(value);
    if (size == 0) {
      return "0";
    }
    if (size < 1e-4 || size >= 1e8) {
      return String.format(Locale.ROOT, "%.6e", value);
    }
    int decimals = size < 1 ? 7 : 6 - (int) Math.log10(size);
    String digits = String.format(Locale.ROOT, "%." + Math.max(decimals, 0) + "f", value);
    return digits.contains(".") ? digits.replaceAll("\\.?0+$", "") : digits;
  }
}
