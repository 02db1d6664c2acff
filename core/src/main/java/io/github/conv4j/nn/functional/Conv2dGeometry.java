package io.github.conv4j.nn.functional;

import io.github.conv4j.DType;
import io.github.conv4j.Shape;
import io.github.conv4j.engine.ConvProblem;
import io.github.conv4j.nn.functional.Conv2dArguments.Like;

/**
 * Where a convolution reads and writes: all that follows from the shapes and options alone.
 *
 * <p>Output element {@code (n, oc, oh, ow)} is the sum of products of the kernel's taps with the
 * elements of the input that they lie on:
 *
 * <pre>
 * y[n, oc, oh, ow] = bias[oc] + sum over c, kh, kw of  w[oc, c, kh, kw] * x[n, firstChannel(oc) + c, row(oh, kh), column(ow, kw)]
 * </pre>
 *
 * Immutable and safe for use by many threads.
 */
public final class Conv2dGeometry {
  private final ConvProblem problem;
  private final Conv2dOptions options;
  private final Shape input;
  private final Shape output;

  private Conv2dGeometry(ConvProblem problem, Conv2dOptions options, Shape input) {
    this.problem = problem;
    this.options = options;
    this.input = input;
    this.output = PreparedConv2d.outputShape(input, problem);
  }

  /**
   * Returns the geometry of a convolution.
   *
   * @param input {@code (N, C, H, W)}, or {@code (C, H, W)} without a batch
   * @param weight {@code (OC, C / groups, KH, KW)}
   * @throws IllegalArgumentException if {@link Functional#conv2d} would not take such tensors
   */
  public static Conv2dGeometry of(Shape input, Shape weight, Conv2dOptions options) {
    ConvProblem problem =
        Conv2dArguments.check(
            "conv2d",
            new Like(input, DType.FLOAT32),
            new Like(weight, DType.FLOAT32),
            null,
            options,
            false);
    return new Conv2dGeometry(problem, options, input);
  }

  /** Returns the options. */
  public Conv2dOptions options() {
    return options;
  }

  /** Returns the input's shape, {@code (N, C, H, W)} or {@code (C, H, W)}. */
  public Shape inputShape() {
    return input;
  }

  /** Returns the output's shape, {@code (N, OC, OH, OW)} or {@code (OC, OH, OW)}. */
  public Shape outputShape() {
    return output;
  }

  /** Returns the batch size, N; 1 for an input without a batch. */
  public int batch() {
    return input.rank() == 4 ? input.size(0) : 1;
  }

  /** Returns the input channels, C. */
  public int inChannels() {
    return problem.inChannels();
  }

  /** Returns the input's height, H. */
  public int inHeight() {
    return problem.inHeight();
  }

  /** Returns the input's width, W. */
  public int inWidth() {
    return problem.inWidth();
  }

  /** Returns the output channels, OC. */
  public int outChannels() {
    return problem.outChannels();
  }

  /** Returns the output's height, OH. */
  public int outHeight() {
    return problem.outHeight();
  }

  /** Returns the output's width, OW. */
  public int outWidth() {
    return problem.outWidth();
  }

  /** Returns the kernels' height in taps, KH. */
  public int kernelHeight() {
    return problem.kernelHeight();
  }

  /** Returns the kernels' width in taps, KW. */
  public int kernelWidth() {
    return problem.kernelWidth();
  }

  /** Returns how many rows of the input a kernel spans, gaps of the dilation included. */
  public int fieldHeight() {
    return (int) ConvProblem.extent(problem.kernelHeight(), problem.dilationHeight());
  }

  /** Returns how many columns of the input a kernel spans, gaps of the dilation included. */
  public int fieldWidth() {
    return (int) ConvProblem.extent(problem.kernelWidth(), problem.dilationWidth());
  }

  /** Returns the rows added above; negative cuts off. */
  public int padTop() {
    return problem.padTop();
  }

  /** Returns the rows added below; negative cuts off. */
  public int padBottom() {
    return problem.padBottom();
  }

  /** Returns the columns added on the left; negative cuts off. */
  public int padLeft() {
    return problem.padLeft();
  }

  /** Returns the columns added on the right; negative cuts off. */
  public int padRight() {
    return problem.padRight();
  }

  /** Returns how many input channels each output channel sees, {@code C / groups}. */
  public int channelsPerGroup() {
    return problem.channelsPerGroup();
  }

  /** Returns how many products make one output element, {@code C / groups * KH * KW}. */
  public int taps() {
    return problem.taps();
  }

  /** Returns how many multiply-adds the whole batch takes by the formula. */
  public long multiplyAdds() {
    return batch() * problem.multiplyAdds();
  }

  /** Returns the group of an output channel. */
  public int group(int outChannel) {
    return outChannel / (outChannels() / options.groups());
  }

  /** Returns the first input channel that an output channel sees. */
  public int firstChannel(int outChannel) {
    return group(outChannel) * channelsPerGroup();
  }

  /**
   * Returns the input row on which a tap lies; negative or {@code >= inHeight()} in the padding.
   *
   * @param outRow the output element's row, oh
   * @param kernelRow the tap's row, kh
   */
  public int row(int outRow, int kernelRow) {
    return outRow * problem.strideHeight()
        - problem.padTop()
        + kernelRow * problem.dilationHeight();
  }

  /**
   * Returns the input column on which a tap lies; negative or {@code >= inWidth()} in the padding.
   *
   * @param outColumn the output element's column, ow
   * @param kernelColumn the tap's column, kw
   */
  public int column(int outColumn, int kernelColumn) {
    return outColumn * problem.strideWidth()
        - problem.padLeft()
        + kernelColumn * problem.dilationWidth();
  }

  /** Returns the input row whose elements a row shows, in the padding too; -1 if it holds zeros. */
  public int sourceRow(int row) {
    return options.paddingMode().source(row, inHeight());
  }

  /** Returns the input column whose elements a column shows; -1 if it holds zeros. */
  public int sourceColumn(int column) {
    return options.paddingMode().source(column, inWidth());
  }
}
