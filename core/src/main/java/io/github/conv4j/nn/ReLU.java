package io.github.conv4j.nn;

import io.github.conv4j.Tensor;
import io.github.conv4j.nn.functional.Functional;

/** Negative numbers become 0: PyTorch's {@code torch.nn.ReLU}. Safe for use by many threads. */
public final class ReLU extends Module {
  private final boolean inplace;

  /** Makes the layer. */
  public ReLU() {
    this(false);
  }

  /**
   * Makes the layer.
   *
   * @param inplace shown when it is printed, as PyTorch does; the input is never changed
   */
  public ReLU(boolean inplace) {
    this.inplace = inplace;
  }

  @Override
  public Tensor forward(Tensor input) {
    return Functional.relu(input);
  }

  @Override
  protected String extraRepr() {
    return inplace ? "inplace=True" : "";
  }
}
