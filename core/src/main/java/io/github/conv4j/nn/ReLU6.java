package io.github.conv4j.nn;

import io.github.conv4j.Tensor;
import io.github.conv4j.nn.functional.Functional;

/**
 * Numbers below 0 become 0, above 6 become 6: PyTorch's {@code torch.nn.ReLU6}. Safe for use by
 * many threads.
 */
public final class ReLU6 extends Module {
  private final boolean inplace;

  /** Makes the layer. */
  public ReLU6() {
    this(false);
  }

  /**
   * Makes the layer.
   *
   * @param inplace shown when it is printed, as PyTorch does; the input is never changed
   */
  public ReLU6(boolean inplace) {
    this.inplace = inplace;
  }

  @Override
  public Tensor forward(Tensor input) {
    return Functional.relu6(input);
  }

  @Override
  protected String extraRepr() {
    return inplace ? "inplace=True" : "";
  }
}
