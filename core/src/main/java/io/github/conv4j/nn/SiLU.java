package io.github.conv4j.nn;

import io.github.conv4j.Tensor;
import io.github.conv4j.nn.functional.Functional;

/** {@code x / (1 + exp(-x))}: PyTorch's {@code torch.nn.SiLU}. Safe for use by many threads. */
public final class SiLU extends Module {
  private final boolean inplace;

  /** Makes the layer. */
  public SiLU() {
    this(false);
  }

  /**
   * Makes the layer.
   *
   * @param inplace shown when it is printed, as PyTorch does; the input is never changed
   */
  public SiLU(boolean inplace) {
    this.inplace = inplace;
  }

  /**
   * Returns a new tensor of the input's shape.
   *
   * @param input of any shape
   */
  @Override
  public Tensor forward(Tensor input) {
    return Functional.silu(input);
  }

  @Override
  protected String extraRepr() {
    return inplace ? "inplace=True" : "";
  }
}
