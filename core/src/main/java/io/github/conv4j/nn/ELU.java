package io.github.conv4j.nn;

import io.github.conv4j.Tensor;
import io.github.conv4j.nn.functional.Functional;

/**
 * {@code x} where that is positive, else {@code alpha * (exp(x) - 1)}: PyTorch's {@code
 * torch.nn.ELU}. Safe for use by many threads.
 */
public final class ELU extends Module {
  private final double alpha;
  private final boolean inplace;

  /** Makes the layer with {@code alpha = 1.0}. */
  public ELU() {
    this(1.0);
  }

  /**
   * Makes the layer.
   *
   * @param alpha what minus infinity becomes, with the other sign
   */
  public ELU(double alpha) {
    this(alpha, false);
  }

  /**
   * Makes the layer.
   *
   * @param alpha what minus infinity becomes, with the other sign
   * @param inplace shown when it is printed, as PyTorch does; the input is never changed
   */
  public ELU(double alpha, boolean inplace) {
    this.alpha = alpha;
    this.inplace = inplace;
  }

  /**
   * Returns a new tensor of the input's shape.
   *
   * @param input of any shape
   */
  @Override
  public Tensor forward(Tensor input) {
    return Functional.elu(input, alpha);
  }

  @Override
  protected String extraRepr() {
    return "alpha=" + Repr.of(alpha) + (inplace ? ", inplace=True" : "");
  }
}
