package io.github.conv4j.nn.functional;

import io.github.conv4j.Accuracy;
import io.github.conv4j.Activation;
import io.github.conv4j.Padding;
import io.github.conv4j.PaddingMode;
import java.util.Objects;

/**
 * The optional arguments of a convolution. Immutable: every setter returns a changed copy.
 *
 * <p>The values are checked where they are used, together with the tensors.
 *
 * @param strideHeight rows from one output row to the next
 * @param strideWidth columns from one output column to the next
 * @param padding what is added round the input
 * @param dilationHeight rows from one tap of the kernel to the next
 * @param dilationWidth columns from one tap of the kernel to the next
 * @param groups into how many separate parts the channels are split
 * @param paddingMode what the added rows and columns hold
 * @param activation what is done to each output element at last
 * @param accuracy how exact the result has to be
 */
public record Conv2dOptions(
    int strideHeight,
    int strideWidth,
    Padding padding,
    int dilationHeight,
    int dilationWidth,
    int groups,
    PaddingMode paddingMode,
    Activation activation,
    Accuracy accuracy) {
  /** Takes the values as they are; only null is refused here. */
  public Conv2dOptions {
    Objects.requireNonNull(padding, "padding");
    Objects.requireNonNull(paddingMode, "paddingMode");
    Objects.requireNonNull(activation, "activation");
    Objects.requireNonNull(accuracy, "accuracy");
  }

  /** Takes PyTorch's arguments; no activation, and PyTorch's accuracy. */
  public Conv2dOptions(
      int strideHeight,
      int strideWidth,
      Padding padding,
      int dilationHeight,
      int dilationWidth,
      int groups,
      PaddingMode paddingMode) {
    this(
        strideHeight,
        strideWidth,
        padding,
        dilationHeight,
        dilationWidth,
        groups,
        paddingMode,
        Activation.NONE,
        Accuracy.PYTORCH);
  }

  private static final Conv2dOptions DEFAULTS =
      new Conv2dOptions(1, 1, Padding.of(0, 0), 1, 1, 1, PaddingMode.ZEROS);

  /** Returns stride 1, no padding, dilation 1, one group, no activation, PyTorch's accuracy. */
  public static Conv2dOptions defaults() {
    return DEFAULTS;
  }

  /** Returns a copy with one stride for both directions. */
  public Conv2dOptions stride(int both) {
    return stride(both, both);
  }

  /** Returns a copy with this stride. */
  public Conv2dOptions stride(int height, int width) {
    return new Conv2dOptions(
        height,
        width,
        padding,
        dilationHeight,
        dilationWidth,
        groups,
        paddingMode,
        activation,
        accuracy);
  }

  /** Returns a copy with one amount of padding for all sides. */
  public Conv2dOptions padding(int all) {
    return padding(all, all);
  }

  /** Returns a copy with these amounts of padding: above and below, left and right. */
  public Conv2dOptions padding(int height, int width) {
    return padding(Padding.of(height, width));
  }

  /**
   * Returns a copy with the padding of this name.
   *
   * @throws IllegalArgumentException if the name is neither "same" nor "valid"
   */
  public Conv2dOptions padding(String name) {
    return padding(Padding.of(name));
  }

  /** Returns a copy with this padding. */
  public Conv2dOptions padding(Padding newPadding) {
    return new Conv2dOptions(
        strideHeight,
        strideWidth,
        newPadding,
        dilationHeight,
        dilationWidth,
        groups,
        paddingMode,
        activation,
        accuracy);
  }

  /** Returns a copy with one dilation for both directions. */
  public Conv2dOptions dilation(int both) {
    return dilation(both, both);
  }

  /** Returns a copy with this dilation; 1 puts the taps side by side. */
  public Conv2dOptions dilation(int height, int width) {
    return new Conv2dOptions(
        strideHeight,
        strideWidth,
        padding,
        height,
        width,
        groups,
        paddingMode,
        activation,
        accuracy);
  }

  /** Returns a copy with this many groups. */
  public Conv2dOptions groups(int count) {
    return new Conv2dOptions(
        strideHeight,
        strideWidth,
        padding,
        dilationHeight,
        dilationWidth,
        count,
        paddingMode,
        activation,
        accuracy);
  }

  /** Returns a copy with this padding mode. */
  public Conv2dOptions paddingMode(PaddingMode mode) {
    return new Conv2dOptions(
        strideHeight,
        strideWidth,
        padding,
        dilationHeight,
        dilationWidth,
        groups,
        mode,
        activation,
        accuracy);
  }

  /** Returns a copy with this activation. */
  public Conv2dOptions activation(Activation function) {
    return new Conv2dOptions(
        strideHeight,
        strideWidth,
        padding,
        dilationHeight,
        dilationWidth,
        groups,
        paddingMode,
        function,
        accuracy);
  }

  /** Returns a copy with this accuracy. */
  public Conv2dOptions accuracy(Accuracy wanted) {
    return new Conv2dOptions(
        strideHeight,
        strideWidth,
        padding,
        dilationHeight,
        dilationWidth,
        groups,
        paddingMode,
        activation,
        wanted);
  }
}
