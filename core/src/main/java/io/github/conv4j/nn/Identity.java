package io.github.conv4j.nn;

import io.github.conv4j.Tensor;

/** Returns its input: PyTorch's {@code torch.nn.Identity}. */
public final class Identity extends Module {
  /** Makes the layer. */
  public Identity() {}

  @Override
  public Tensor forward(Tensor input) {
    return input;
  }
}
