package io.github.conv4j.operator;

import io.github.conv4j.Shape;

/**
 * The windows of a pooling: which part of the input each output element sees. Output sizes and
 * checks are PyTorch's (aten/src/ATen/native/Pool.h).
 *
 * @param kernelHeight rows of a window
 * @param kernelWidth columns of a window
 * @param strideHeight rows from one window to the next
 * @param strideWidth columns from one window to the next
 * @param padHeight rows added above and below
 * @param padWidth columns added left and right
 * @param dilationHeight rows from one row of a window to the next
 * @param dilationWidth columns from one column of a window to the next
 * @param ceilMode whether a last window that begins within the input, or the padding before it, may
 *     reach beyond
 */
public record Window(
    int kernelHeight,
    int kernelWidth,
    int strideHeight,
    int strideWidth,
    int padHeight,
    int padWidth,
    int dilationHeight,
    int dilationWidth,
    boolean ceilMode) {

  /**
   * Returns the output's shape.
   *
   * @param name the operation, for messages
   * @param input {@code (N, C, H, W)} or {@code (C, H, W)}
   * @throws IllegalArgumentException if the window is none, or does not fit the input
   */
  Shape outputShape(String name, Shape input) {
    check(
        name,
        kernelHeight > 0 && kernelWidth > 0,
        "a kernel of 1 or more",
        pair(kernelHeight, kernelWidth));
    check(
        name,
        strideHeight > 0 && strideWidth > 0,
        "a stride of 1 or more",
        pair(strideHeight, strideWidth));
    check(
        name,
        dilationHeight > 0 && dilationWidth > 0,
        "a dilation of 1 or more",
        pair(dilationHeight, dilationWidth));
    check(
        name,
        input.rank() == 4 || input.rank() == 3,
        "an input (N, C, H, W) or (C, H, W)",
        "shape " + input);
    check(
        name,
        input.size(-3) > 0 && input.size(-2) > 0 && input.size(-1) > 0,
        "an input with channels, a height and a width",
        "shape " + input);
    checkPad(name, padHeight, kernelHeight, dilationHeight);
    checkPad(name, padWidth, kernelWidth, dilationWidth);
    long height = size(input.size(-2), kernelHeight, strideHeight, padHeight, dilationHeight);
    long width = size(input.size(-1), kernelWidth, strideWidth, padWidth, dilationWidth);
    check(
        name,
        height >= 1 && width >= 1,
        "an input that holds a window",
        "shape " + input + " and kernel " + pair(kernelHeight, kernelWidth));
    return input.rank() == 3
        ? Shape.of(new long[] {input.size(0), height, width})
        : Shape.of(new long[] {input.size(0), input.size(1), height, width});
  }

  private long size(long input, long kernel, long stride, long pad, long dilation) {
    long rest = input + 2 * pad - dilation * (kernel - 1) - 1;
    long size = Math.floorDiv(rest + (ceilMode ? stride - 1 : 0), stride) + 1;
    return ceilMode && (size - 1) * stride >= input + pad ? size - 1 : size;
  }

  private static void checkPad(String name, int pad, int kernel, int dilation) {
    long extent = (kernel - 1L) * dilation + 1;
    check(
        name,
        pad >= 0 && pad <= extent / 2,
        "a padding from 0 to half of what the kernel spans, " + extent,
        String.valueOf(pad));
  }

  private static void check(String name, boolean holds, String expected, String given) {
    if (!holds) {
      throw new IllegalArgumentException(name + ": expected " + expected + ", but got " + given);
    }
  }

  private static String pair(int height, int width) {
    return "(" + height + ", " + width + ")";
  }
}
