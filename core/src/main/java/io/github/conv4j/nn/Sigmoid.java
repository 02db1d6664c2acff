package io.github.conv4j.nn;

import io.github.conv4j.Tensor;
import io.github.conv4j.nn.functional.Functional;

/** {@code 1 / (1 + exp(-x))}: PyTorch's {@code torch.nn.Sigmoid}. Safe for use by many threads. */
public final class Sigmoid extends Module {
  /** Makes the layer. */
  public Sigmoid() {}

  /**
   * Returns a new tensor of the input's shape.
   *
   * @param input of any shape
   */
  @Override
  public Tensor forward(Tensor input) {
    return Functional.sigmoid(input);
  }
}
