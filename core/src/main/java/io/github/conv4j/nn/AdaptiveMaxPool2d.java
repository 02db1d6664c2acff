package io.github.conv4j.nn;

import io.github.conv4j.Tensor;
import io.github.conv4j.operator.AdaptiveMaxPool2dOperator;
import io.github.conv4j.operator.MaxPlaces;

/**
 * The largest elements of windows that divide the input into as many as the output has elements:
 * PyTorch's {@code torch.nn.AdaptiveMaxPool2d}. Immutable and safe for use by many threads.
 */
public final class AdaptiveMaxPool2d extends Module {
  /** In place of an output size: that of the input, PyTorch's {@code None}. */
  public static final int SAME = -1;

  private final int height;
  private final int width;
  private final boolean square;

  /** Makes a layer with a square output of this height and width. */
  public AdaptiveMaxPool2d(int outputSize) {
    this(outputSize, outputSize, true);
  }

  /**
   * Makes a layer.
   *
   * @param outputHeight the output's height, or {@link #SAME}
   * @param outputWidth the output's width, or {@link #SAME}
   * @throws IllegalArgumentException if a size is negative
   */
  public AdaptiveMaxPool2d(int outputHeight, int outputWidth) {
    this(outputHeight, outputWidth, false);
  }

  private AdaptiveMaxPool2d(int height, int width, boolean square) {
    if (height < SAME || width < SAME) {
      throw new IllegalArgumentException(
          "AdaptiveMaxPool2d: output_size must be 0 or more, but got ("
              + height
              + ", "
              + width
              + ")");
    }
    this.height = height;
    this.width = width;
    this.square = square;
  }

  /**
   * Returns the largest elements.
   *
   * @param input {@code (N, C, H, W)}, or {@code (C, H, W)} without a batch
   * @return {@code (N, C, OH, OW)} or {@code (C, OH, OW)}
   * @throws IllegalArgumentException if the input has another rank, or no elements but for the
   *     batch
   */
  @Override
  public Tensor forward(Tensor input) {
    return new AdaptiveMaxPool2dOperator(height, width).apply(input);
  }

  /**
   * Returns the largest elements and where they are, as {@link MaxPool2d#forwardWithIndices} does.
   *
   * @throws IllegalArgumentException if the input has another rank, or no elements but for the
   *     batch
   */
  public MaxPool2d.WithIndices forwardWithIndices(Tensor input) {
    MaxPlaces.Result result = MaxPlaces.ofAdaptive(height, width, input);
    return new MaxPool2d.WithIndices(result.values(), result.places());
  }

  @Override
  protected String extraRepr() {
    return "output_size=" + (square ? text(height) : "(" + text(height) + ", " + text(width) + ")");
  }

  private static String text(int size) {
    return size == SAME ? "None" : Integer.toString(size);
  }
}
