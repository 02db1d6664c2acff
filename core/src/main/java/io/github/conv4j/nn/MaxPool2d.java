package io.github.conv4j.nn;

import io.github.conv4j.Indices;
import io.github.conv4j.Tensor;
import io.github.conv4j.operator.MaxPlaces;
import io.github.conv4j.operator.MaxPool2dOperator;
import io.github.conv4j.operator.Window;

/**
 * The largest element of each window: PyTorch's {@code torch.nn.MaxPool2d}.
 *
 * <pre>
 * OH = floor((H + 2 * padding_h - dilation_h * (KH - 1) - 1) / stride_h) + 1
 * </pre>
 *
 * <p>and likewise the width; in ceil mode rounded up, unless the last window would begin beyond the
 * input and the padding before it. Immutable and safe for use by many threads.
 */
public final class MaxPool2d extends Module {
  private final Window window;
  private final MaxPool2dOperator operator;
  private final String extra;

  /**
   * Makes a layer with windows that do not overlap.
   *
   * @param kernelSize height, width and stride of the windows
   */
  public MaxPool2d(int kernelSize) {
    this(builder(kernelSize));
  }

  private MaxPool2d(Builder builder) {
    this.window =
        new Window(
            builder.kernelHeight,
            builder.kernelWidth,
            builder.strideHeight,
            builder.strideWidth,
            builder.padHeight,
            builder.padWidth,
            builder.dilationHeight,
            builder.dilationWidth,
            builder.ceilMode);
    this.operator = new MaxPool2dOperator(window);
    this.extra = builder.extraRepr();
  }

  /** Begins a layer with square windows; the stride is the kernel size until changed. */
  public static Builder builder(int kernelSize) {
    return new Builder(kernelSize, kernelSize);
  }

  /** Begins a layer; the stride is the kernel size until changed. */
  public static Builder builder(int kernelHeight, int kernelWidth) {
    return new Builder(kernelHeight, kernelWidth);
  }

  /**
   * Returns the largest elements.
   *
   * @param input {@code (N, C, H, W)}, or {@code (C, H, W)} without a batch
   * @return {@code (N, C, OH, OW)} or {@code (C, OH, OW)}
   * @throws IllegalArgumentException if the window is none, or does not fit the input
   */
  @Override
  public Tensor forward(Tensor input) {
    return operator.apply(input);
  }

  /**
   * Returns the largest elements and where they are, PyTorch's {@code return_indices=True}.
   *
   * @param input {@code (N, C, H, W)}, or {@code (C, H, W)} without a batch
   * @return values and, of the same shape, their places in the plane of their channel, row after
   *     row: {@code ih * W + iw}
   * @throws IllegalArgumentException if the window is none, or does not fit the input
   */
  public WithIndices forwardWithIndices(Tensor input) {
    MaxPlaces.Result result = MaxPlaces.of(window, input);
    return new WithIndices(result.values(), result.places());
  }

  /**
   * What is largest, and where it is.
   *
   * @param values the largest elements
   * @param indices their places
   */
  public record WithIndices(Tensor values, Indices indices) {}

  @Override
  protected String extraRepr() {
    return extra;
  }

  /** The arguments of a layer to be. Not safe for use by many threads. */
  public static final class Builder {
    private final int kernelHeight;
    private final int kernelWidth;
    private int strideHeight;
    private int strideWidth;
    private int padHeight;
    private int padWidth;
    private boolean ceilMode;
    private int dilationHeight = 1;
    private int dilationWidth = 1;

    private Builder(int kernelHeight, int kernelWidth) {
      this.kernelHeight = kernelHeight;
      this.kernelWidth = kernelWidth;
      this.strideHeight = kernelHeight;
      this.strideWidth = kernelWidth;
    }

    /** Sets how far the window moves, in both directions. */
    public Builder stride(int both) {
      return stride(both, both);
    }

    /** Sets how far the window moves: down, and to the right. */
    public Builder stride(int height, int width) {
      strideHeight = height;
      strideWidth = width;
      return this;
    }

    /** Sets how many rows and columns of minus infinity are added on each side; 0 at first. */
    public Builder padding(int all) {
      return padding(all, all);
    }

    /** Sets how many rows are added above and below, and columns on the left and right. */
    public Builder padding(int height, int width) {
      padHeight = height;
      padWidth = width;
      return this;
    }

    /** Sets how far apart the elements of a window are, in both directions; 1 at first. */
    public Builder dilation(int both) {
      return dilation(both, both);
    }

    /** Sets how far apart the elements of a window are: down, and to the right. */
    public Builder dilation(int height, int width) {
      dilationHeight = height;
      dilationWidth = width;
      return this;
    }

    /** Sets whether the last window may reach beyond the padding; false at first. */
    public Builder ceilMode(boolean wanted) {
      ceilMode = wanted;
      return this;
    }

    /** Returns the layer. Its arguments are checked together with an input, as PyTorch does. */
    public MaxPool2d build() {
      return new MaxPool2d(this);
    }

    private String extraRepr() {
      // PyTorch prints pairs where it was given pairs.
      return "kernel_size="
          + text(kernelHeight, kernelWidth)
          + ", stride="
          + text(strideHeight, strideWidth)
          + ", padding="
          + text(padHeight, padWidth)
          + ", dilation="
          + text(dilationHeight, dilationWidth)
          + ", ceil_mode="
          + (ceilMode ? "True" : "False");
    }

    private static String text(int height, int width) {
      return height == width ? Integer.toString(height) : "(" + height + ", " + width + ")";
    }
  }
}
