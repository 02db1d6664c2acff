package io.github.conv4j.nn;

import io.github.conv4j.Tensor;
import io.github.conv4j.nn.functional.Functional;

/**
 * Numbers outside two bounds brought to the nearer one: PyTorch's {@code torch.nn.Hardtanh}. Safe
 * for use by many threads.
 */
public final class Hardtanh extends Module {
  private final double minVal;
  private final double maxVal;
  private final boolean inplace;

  /** Makes the layer with the bounds -1 and 1. */
  public Hardtanh() {
    this(-1, 1);
  }

  /**
   * Makes the layer.
   *
   * @param minVal the lower bound
   * @param maxVal the upper bound
   * @throws IllegalArgumentException if not {@code minVal < maxVal}
   */
  public Hardtanh(double minVal, double maxVal) {
    this(minVal, maxVal, false);
  }

  /**
   * Makes the layer.
   *
   * @param minVal the lower bound
   * @param maxVal the upper bound
   * @param inplace shown when it is printed, as PyTorch does; the input is never changed
   * @throws IllegalArgumentException if not {@code minVal < maxVal}
   */
  public Hardtanh(double minVal, double maxVal, boolean inplace) {
    if (!(minVal < maxVal)) {
      throw new IllegalArgumentException(
          "Hardtanh: max_val must be more than min_val, but got " + maxVal + " and " + minVal);
    }
    this.minVal = minVal;
    this.maxVal = maxVal;
    this.inplace = inplace;
  }

  /**
   * Returns a new tensor of the input's shape.
   *
   * @param input of any shape
   */
  @Override
  public Tensor forward(Tensor input) {
    return Functional.hardtanh(input, minVal, maxVal);
  }

  @Override
  protected String extraRepr() {
    return "min_val="
        + Repr.of(minVal)
        + ", max_val="
        + Repr.of(maxVal)
        + (inplace ? ", inplace=True" : "");
  }
}
