package io.github.conv4j.nn.functional;

import io.github.conv4j.operator.Window;

/**
 * The windows of {@link Functional#maxPool2d} and {@link Functional#avgPool2d}, with PyTorch's
 * defaults: the stride is the kernel size, no padding, no dilation. Immutable; each method returns
 * changed options.
 */
public final class Pool2dOptions {
  private final Window window;
  private final boolean countIncludePad;
  private final int divisorOverride;

  private Pool2dOptions(Window window, boolean countIncludePad, int divisorOverride) {
    this.window = window;
    this.countIncludePad = countIncludePad;
    this.divisorOverride = divisorOverride;
  }

  /** Returns options for square windows. */
  public static Pool2dOptions kernel(int size) {
    return kernel(size, size);
  }

  /** Returns options for windows of so many rows and columns. */
  public static Pool2dOptions kernel(int height, int width) {
    return new Pool2dOptions(new Window(height, width, height, width, 0, 0, 1, 1, false), true, 0);
  }

  /** Sets how many rows and columns there are from one window to the next. */
  public Pool2dOptions stride(int stride) {
    return stride(stride, stride);
  }

  /** Sets how many rows, and columns, there are from one window to the next. */
  public Pool2dOptions stride(int height, int width) {
    Window w = window;
    return with(
        new Window(
            w.kernelHeight(),
            w.kernelWidth(),
            height,
            width,
            w.padHeight(),
            w.padWidth(),
            w.dilationHeight(),
            w.dilationWidth(),
            w.ceilMode()));
  }

  /** Sets how many rows and columns are added on each side: of -infinity, or of 0 for means. */
  public Pool2dOptions padding(int padding) {
    return padding(padding, padding);
  }

  /** Sets how many rows are added above and below, and columns left and right. */
  public Pool2dOptions padding(int height, int width) {
    Window w = window;
    return with(
        new Window(
            w.kernelHeight(),
            w.kernelWidth(),
            w.strideHeight(),
            w.strideWidth(),
            height,
            width,
            w.dilationHeight(),
            w.dilationWidth(),
            w.ceilMode()));
  }

  /** Sets how many rows and columns there are from one of a window to the next; not for means. */
  public Pool2dOptions dilation(int dilation) {
    return dilation(dilation, dilation);
  }

  /** Sets how many rows, and columns, there are from one of a window to the next. */
  public Pool2dOptions dilation(int height, int width) {
    Window w = window;
    return with(
        new Window(
            w.kernelHeight(),
            w.kernelWidth(),
            w.strideHeight(),
            w.strideWidth(),
            w.padHeight(),
            w.padWidth(),
            height,
            width,
            w.ceilMode()));
  }

  /** Sets whether a last window that begins within the input or its padding may reach beyond. */
  public Pool2dOptions ceilMode(boolean ceilMode) {
    Window w = window;
    return with(
        new Window(
            w.kernelHeight(),
            w.kernelWidth(),
            w.strideHeight(),
            w.strideWidth(),
            w.padHeight(),
            w.padWidth(),
            w.dilationHeight(),
            w.dilationWidth(),
            ceilMode));
  }

  /** Sets whether the padding counts in means; at first it does. */
  public Pool2dOptions countIncludePad(boolean counts) {
    return new Pool2dOptions(window, counts, divisorOverride);
  }

  /** Sets what sums are divided by to make means; 0, as at first, is the number of elements. */
  public Pool2dOptions divisorOverride(int divisor) {
    return new Pool2dOptions(window, countIncludePad, divisor);
  }

  private Pool2dOptions with(Window changed) {
    return new Pool2dOptions(changed, countIncludePad, divisorOverride);
  }

  Window window() {
    return window;
  }

  boolean countIncludePad() {
    return countIncludePad;
  }

  int divisorOverride() {
    return divisorOverride;
  }
}
