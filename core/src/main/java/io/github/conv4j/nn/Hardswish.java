package io.github.conv4j.nn;

import io.github.conv4j.Tensor;
import io.github.conv4j.nn.functional.Functional;

/**
 * {@code x * min(max(x + 3, 0), 6) / 6}: PyTorch's {@code torch.nn.Hardswish}. Safe for use by many
 * threads.
 */
public final class Hardswish extends Module {
  /** Makes the layer. */
  public Hardswish() {}

  /**
   * Returns a new tensor of the input's shape.
   *
   * @param input of any shape
   */
  @Override
  public Tensor forward(Tensor input) {
    return Functional.hardswish(input);
  }
}
