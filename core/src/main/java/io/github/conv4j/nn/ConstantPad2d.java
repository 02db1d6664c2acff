package io.github.conv4j.nn;

import io.github.conv4j.PaddingMode;
import io.github.conv4j.Tensor;
import io.github.conv4j.operator.PadOperator;

/**
 * Rows and columns of one value round a picture: PyTorch's {@code torch.nn.ConstantPad2d}. Negative
 * amounts cut off. Immutable and safe for use by many threads.
 */
public final class ConstantPad2d extends Module {
  private final int left;
  private final int right;
  private final int top;
  private final int bottom;
  private final double value;

  /**
   * Makes a layer that pads all sides alike.
   *
   * @param padding rows and columns on each side
   * @param value what is filled in
   */
  public ConstantPad2d(int padding, double value) {
    this(padding, padding, padding, padding, value);
  }

  /**
   * Makes a layer.
   *
   * @param left columns on the left
   * @param right columns on the right
   * @param top rows above
   * @param bottom rows below
   * @param value what is filled in
   */
  public ConstantPad2d(int left, int right, int top, int bottom, double value) {
    this.left = left;
    this.right = right;
    this.top = top;
    this.bottom = bottom;
    this.value = value;
  }

  /**
   * Returns the padded input.
   *
   * @param input {@code (N, C, H, W)} or {@code (C, H, W)}
   * @throws IllegalArgumentException if the padding does not fit the input, see {@link Tensor#pad}
   */
  @Override
  public Tensor forward(Tensor input) {
    return PadOperator.pad(input, PaddingMode.ZEROS, left, right, top, bottom, value);
  }

  @Override
  protected String extraRepr() {
    return "padding=(" + left + ", " + right + ", " + top + ", " + bottom + "), value=" + value;
  }
}
