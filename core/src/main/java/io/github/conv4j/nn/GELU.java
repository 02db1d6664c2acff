package io.github.conv4j.nn;

import io.github.conv4j.Tensor;
import io.github.conv4j.nn.functional.Functional;

/**
 * x times the standard normal distribution function of x: PyTorch's {@code torch.nn.GELU}. Safe for
 * use by many threads.
 */
public final class GELU extends Module {
  private final String approximate;

  /** Makes the layer, {@code x * (1 + erf(x / sqrt(2))) / 2}. */
  public GELU() {
    this("none");
  }

  /**
   * Makes the layer.
   *
   * @param approximate "none", or "tanh" for {@code x * (1 + tanh(sqrt(2 / pi) * (x + 0.044715
   *     x^3))) / 2}
   * @throws IllegalArgumentException if it is neither
   */
  public GELU(String approximate) {
    if (!approximate.equals("none") && !approximate.equals("tanh")) {
      throw new IllegalArgumentException(
          "GELU: approximate must be none or tanh, but got '" + approximate + "'");
    }
    this.approximate = approximate;
  }

  /**
   * Returns a new tensor of the input's shape.
   *
   * @param input of any shape
   */
  @Override
  public Tensor forward(Tensor input) {
    return Functional.gelu(input, approximate);
  }

  @Override
  protected String extraRepr() {
    return "approximate='" + approximate + "'";
  }
}
