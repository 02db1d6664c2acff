package io.github.conv4j.nn;

import io.github.conv4j.Tensor;
import io.github.conv4j.nn.functional.Functional;

/** The hyperbolic tangent: PyTorch's {@code torch.nn.Tanh}. Safe for use by many threads. */
public final class Tanh extends Module {
  /** Makes the layer. */
  public Tanh() {}

  /**
   * Returns a new tensor of the input's shape.
   *
   * @param input of any shape
   */
  @Override
  public Tensor forward(Tensor input) {
    return Functional.tanh(input);
  }
}
