package io.github.conv4j.nn;

import io.github.conv4j.PaddingMode;
import io.github.conv4j.Tensor;
import io.github.conv4j.operator.PadOperator;

/**
 * A picture whose edges go on: PyTorch's {@code torch.nn.ReplicationPad2d}. Negative amounts cut
 * off. Immutable and safe for use by many threads.
 */
public final class ReplicationPad2d extends Module {
  private final int left;
  private final int right;
  private final int top;
  private final int bottom;

  /**
   * Makes a layer that pads all sides alike.
   *
   * @param padding rows and columns on each side
   */
  public ReplicationPad2d(int padding) {
    this(padding, padding, padding, padding);
  }

  /**
   * Makes a layer.
   *
   * @param left columns on the left
   * @param right columns on the right
   * @param top rows above
   * @param bottom rows below
   */
  public ReplicationPad2d(int left, int right, int top, int bottom) {
    this.left = left;
    this.right = right;
    this.top = top;
    this.bottom = bottom;
  }

  /**
   * Returns the padded input.
   *
   * @param input {@code (N, C, H, W)} or {@code (C, H, W)}
   * @throws IllegalArgumentException if the padding does not fit the input, see {@link Tensor#pad}
   */
  @Override
  public Tensor forward(Tensor input) {
    return PadOperator.pad(input, PaddingMode.REPLICATE, left, right, top, bottom, 0);
  }

  @Override
  protected String extraRepr() {
    return "(" + left + ", " + right + ", " + top + ", " + bottom + ")";
  }
}
