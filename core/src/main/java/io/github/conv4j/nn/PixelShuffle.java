package io.github.conv4j.nn;

import io.github.conv4j.Tensor;
import io.github.conv4j.operator.PixelShuffleOperator;

/**
 * Channels made pixels: PyTorch's {@code torch.nn.PixelShuffle}.
 *
 * <pre>
 * y[c][h * r + i][w * r + j] = x[(c * r + i) * r + j][h][w]
 * </pre>
 *
 * <p>Immutable and safe for use by many threads.
 */
public final class PixelShuffle extends Module {
  private final int factor;
  private final PixelShuffleOperator operator;

  /**
   * Makes the layer.
   *
   * @param factor r
   * @throws IllegalArgumentException if it is under 1
   */
  public PixelShuffle(int factor) {
    this.factor = factor;
    this.operator = new PixelShuffleOperator(factor, false);
  }

  /**
   * Returns the pixels in their new places.
   *
   * @param input {@code (..., r * r * C, H, W)}
   * @return {@code (..., C, r * H, r * W)}
   * @throws IllegalArgumentException if the input has another shape
   */
  @Override
  public Tensor forward(Tensor input) {
    return operator.apply(input);
  }

  @Override
  protected String extraRepr() {
    return "upscale_factor=" + factor;
  }
}
