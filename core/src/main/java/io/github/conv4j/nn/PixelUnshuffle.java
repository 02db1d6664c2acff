package io.github.conv4j.nn;

import io.github.conv4j.Tensor;
import io.github.conv4j.operator.PixelShuffleOperator;

/**
 * Pixels made channels: PyTorch's {@code torch.nn.PixelUnshuffle}.
 *
 * <pre>
 * y[(c * r + i) * r + j][h][w] = x[c][h * r + i][w * r + j]
 * </pre>
 *
 * <p>Immutable and safe for use by many threads.
 */
public final class PixelUnshuffle extends Module {
  private final int factor;
  private final PixelShuffleOperator operator;

  /**
   * Makes the layer.
   *
   * @param factor r
   * @throws IllegalArgumentException if it is under 1
   */
  public PixelUnshuffle(int factor) {
    this.factor = factor;
    this.operator = new PixelShuffleOperator(factor, true);
  }

  /**
   * Returns the pixels in their new places.
   *
   * @param input {@code (..., C, r * H, r * W)}
   * @return {@code (..., r * r * C, H, W)}
   * @throws IllegalArgumentException if the input has another shape
   */
  @Override
  public Tensor forward(Tensor input) {
    return operator.apply(input);
  }

  @Override
  protected String extraRepr() {
    return "downscale_factor=" + factor;
  }
}
