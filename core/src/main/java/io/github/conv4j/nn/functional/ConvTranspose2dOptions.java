package io.github.conv4j.nn.functional;

import io.github.conv4j.Accuracy;
import java.util.Objects;

/**
 * The optional arguments of a transposed convolution. Immutable: every setter returns a changed
 * copy.
 *
 * @param strideHeight rows of the output from one input row to the next
 * @param strideWidth columns of the output from one input column to the next
 * @param padHeight rows cut off above and below
 * @param padWidth columns cut off on the left and right
 * @param outputPadHeight rows more below
 * @param outputPadWidth columns more on the right
 * @param groups into how many separate parts the channels are split
 * @param dilationHeight rows from one tap of the kernel to the next
 * @param dilationWidth columns from one tap of the kernel to the next
 * @param accuracy how exact the result has to be
 */
public record ConvTranspose2dOptions(
    int strideHeight,
    int strideWidth,
    int padHeight,
    int padWidth,
    int outputPadHeight,
    int outputPadWidth,
    int groups,
    int dilationHeight,
    int dilationWidth,
    Accuracy accuracy) {
  private static final ConvTranspose2dOptions DEFAULTS =
      new ConvTranspose2dOptions(1, 1, 0, 0, 0, 0, 1, 1, 1, Accuracy.PYTORCH);

  /** Takes the values as they are; they are checked together with the tensors. */
  public ConvTranspose2dOptions {
    Objects.requireNonNull(accuracy, "accuracy");
  }

  /** Returns stride 1, no padding, dilation 1, one group, PyTorch's accuracy. */
  public static ConvTranspose2dOptions defaults() {
    return DEFAULTS;
  }

  /** Returns a copy with this stride. */
  public ConvTranspose2dOptions stride(int height, int width) {
    return new ConvTranspose2dOptions(
        height,
        width,
        padHeight,
        padWidth,
        outputPadHeight,
        outputPadWidth,
        groups,
        dilationHeight,
        dilationWidth,
        accuracy);
  }

  /** Returns a copy with these amounts cut off on each side. */
  public ConvTranspose2dOptions padding(int height, int width) {
    return new ConvTranspose2dOptions(
        strideHeight,
        strideWidth,
        height,
        width,
        outputPadHeight,
        outputPadWidth,
        groups,
        dilationHeight,
        dilationWidth,
        accuracy);
  }

  /** Returns a copy with so many rows more below and columns more on the right. */
  public ConvTranspose2dOptions outputPadding(int height, int width) {
    return new ConvTranspose2dOptions(
        strideHeight,
        strideWidth,
        padHeight,
        padWidth,
        height,
        width,
        groups,
        dilationHeight,
        dilationWidth,
        accuracy);
  }

  /** Returns a copy with this many groups. */
  public ConvTranspose2dOptions groups(int count) {
    return new ConvTranspose2dOptions(
        strideHeight,
        strideWidth,
        padHeight,
        padWidth,
        outputPadHeight,
        outputPadWidth,
        count,
        dilationHeight,
        dilationWidth,
        accuracy);
  }

  /** Returns a copy with this dilation; 1 puts the taps side by side. */
  public ConvTranspose2dOptions dilation(int height, int width) {
    return new ConvTranspose2dOptions(
        strideHeight,
        strideWidth,
        padHeight,
        padWidth,
        outputPadHeight,
        outputPadWidth,
        groups,
        height,
        width,
        accuracy);
  }

  /** Returns a copy with this accuracy. */
  public ConvTranspose2dOptions accuracy(Accuracy wanted) {
    return new ConvTranspose2dOptions(
        strideHeight,
        strideWidth,
        padHeight,
        padWidth,
        outputPadHeight,
        outputPadWidth,
        groups,
        dilationHeight,
        dilationWidth,
        wanted);
  }
}
