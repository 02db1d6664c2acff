package io.github.conv4j.nn;

import io.github.conv4j.Tensor;
import io.github.conv4j.operator.AvgPool2dOperator;
import io.github.conv4j.operator.Window;

/**
 * The mean of each window: PyTorch's {@code torch.nn.AvgPool2d}.
 *
 * <pre>
 * OH = floor((H + 2 * padding_h - KH) / stride_h) + 1
 * </pre>
 *
 * <p>and likewise the width; in ceil mode rounded up, unless the last window would begin beyond the
 * input and the padding before it. Immutable and safe for use by many threads.
 */
public final class AvgPool2d extends Module {
  private final AvgPool2dOperator operator;
  private final String extra;

  /**
   * Makes a layer with windows that do not overlap.
   *
   * @param kernelSize height, width and stride of the windows
   */
  public AvgPool2d(int kernelSize) {
    this(builder(kernelSize));
  }

  private AvgPool2d(Builder builder) {
    this.operator =
        new AvgPool2dOperator(
            new Window(
                builder.kernelHeight,
                builder.kernelWidth,
                builder.strideHeight,
                builder.strideWidth,
                builder.padHeight,
                builder.padWidth,
                1,
                1,
                builder.ceilMode),
            builder.countIncludePad,
            builder.divisorOverride);
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
   * Returns the means.
   *
   * @param input {@code (N, C, H, W)}, or {@code (C, H, W)} without a batch
   * @return {@code (N, C, OH, OW)} or {@code (C, OH, OW)}
   * @throws IllegalArgumentException if the window is none, or does not fit the input
   */
  @Override
  public Tensor forward(Tensor input) {
    return operator.apply(input);
  }

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
    private boolean countIncludePad = true;
    private int divisorOverride;

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

    /** Sets how many rows and columns of zeros are added on each side; 0 at first. */
    public Builder padding(int all) {
      return padding(all, all);
    }

    /** Sets how many rows are added above and below, and columns on the left and right. */
    public Builder padding(int height, int width) {
      padHeight = height;
      padWidth = width;
      return this;
    }

    /**
     * Sets whether padding counts where a sum is divided by the number of elements; true at first.
     */
    public Builder countIncludePad(boolean counts) {
      countIncludePad = counts;
      return this;
    }

    /**
     * Sets what sums are divided by in place of the number of elements.
     *
     * @throws IllegalArgumentException if it is 0
     */
    public Builder divisorOverride(int divisor) {
      if (divisor == 0) {
        throw new IllegalArgumentException("AvgPool2d: divisor_override must not be 0");
      }
      divisorOverride = divisor;
      return this;
    }

    /** Sets whether the last window may reach beyond the padding; false at first. */
    public Builder ceilMode(boolean wanted) {
      ceilMode = wanted;
      return this;
    }

    /** Returns the layer. Its arguments are checked together with an input, as PyTorch does. */
    public AvgPool2d build() {
      return new AvgPool2d(this);
    }

    private String extraRepr() {
      // PyTorch prints pairs where it was given pairs.
      return "kernel_size="
          + text(kernelHeight, kernelWidth)
          + ", stride="
          + text(strideHeight, strideWidth)
          + ", padding="
          + text(padHeight, padWidth);
    }

    private static String text(int height, int width) {
      return height == width ? Integer.toString(height) : "(" + height + ", " + width + ")";
    }
  }
}
