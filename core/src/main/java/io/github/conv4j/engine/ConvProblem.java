package io.github.conv4j.engine;

import io.github.conv4j.Accuracy;
import io.github.conv4j.DType;
import io.github.conv4j.PaddingMode;

/**
 * One convolution to plan: everything its result depends on but the numbers, and the batch size,
 * which must not matter.
 *
 * @param dtype the element type of input, weight, bias and output
 * @param inChannels input channels, C
 * @param inHeight input height, H
 * @param inWidth input width, W
 * @param outChannels output channels, OC
 * @param kernelHeight kernel height, KH
 * @param kernelWidth kernel width, KW
 * @param strideHeight rows from one output row to the next
 * @param strideWidth columns from one output column to the next
 * @param padTop rows added above; negative cuts off
 * @param padBottom rows added below; negative cuts off
 * @param padLeft columns added on the left; negative cuts off
 * @param padRight columns added on the right; negative cuts off
 * @param paddingMode what the added rows and columns hold
 * @param dilationHeight rows from one tap to the next
 * @param dilationWidth columns from one tap to the next
 * @param groups into how many separate parts the channels are split
 * @param bias whether a number is added to each output channel
 * @param accuracy how exact the result has to be
 * @param epilogue what is done to a finished sum
 */
public record ConvProblem(
    DType dtype,
    int inChannels,
    int inHeight,
    int inWidth,
    int outChannels,
    int kernelHeight,
    int kernelWidth,
    int strideHeight,
    int strideWidth,
    int padTop,
    int padBottom,
    int padLeft,
    int padRight,
    PaddingMode paddingMode,
    int dilationHeight,
    int dilationWidth,
    int groups,
    boolean bias,
    Accuracy accuracy,
    Epilogue epilogue) {

  /** Returns the output height, OH. */
  public int outHeight() {
    return (int)
        outSize((long) inHeight + padTop + padBottom, kernelHeight, strideHeight, dilationHeight);
  }

  /** Returns the output width, OW. */
  public int outWidth() {
    return (int)
        outSize((long) inWidth + padLeft + padRight, kernelWidth, strideWidth, dilationWidth);
  }

  /** Returns how many positions a kernel has along a padded side that is no smaller than it. */
  public static long outSize(long padded, int kernel, int stride, int dilation) {
    return (padded - extent(kernel, dilation)) / stride + 1;
  }

  /** Returns how many rows or columns a kernel spans, its gaps included. */
  public static long extent(int kernel, int dilation) {
    return (long) dilation * (kernel - 1) + 1;
  }

  /** Returns how many input channels each output channel sees. */
  public int channelsPerGroup() {
    return inChannels / groups;
  }

  /** Returns how many products make one output element. */
  public int taps() {
    return channelsPerGroup() * kernelHeight * kernelWidth;
  }

  /** Returns the multiply-adds for one element of the batch. */
  public long multiplyAdds() {
    return (long) outChannels * outHeight() * outWidth() * taps();
  }
}
