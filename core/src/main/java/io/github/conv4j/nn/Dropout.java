package io.github.conv4j.nn;

import io.github.conv4j.Tensor;
import io.github.conv4j.nn.functional.Functional;

/**
 * In training mode, makes elements 0 at random and divides the others by the share that is left; in
 * evaluation mode, returns its input: PyTorch's {@code torch.nn.Dropout}. Safe for use by many
 * threads.
 */
public final class Dropout extends Module {
  private final double p;
  private final boolean inplace;

  /** Makes a layer that drops half of the elements. */
  public Dropout() {
    this(0.5);
  }

  /**
   * Makes a layer.
   *
   * @param p how likely an element is dropped
   * @throws IllegalArgumentException if it is not within [0, 1]
   */
  public Dropout(double p) {
    this(p, false);
  }

  /**
   * Makes a layer.
   *
   * @param p how likely an element is dropped
   * @param inplace shown when it is printed, as PyTorch does; the input is never changed
   * @throws IllegalArgumentException if p is not within [0, 1]
   */
  public Dropout(double p, boolean inplace) {
    if (!(p >= 0 && p <= 1)) {
      throw new IllegalArgumentException("Dropout: p must be within [0, 1], but got " + p);
    }
    this.p = p;
    this.inplace = inplace;
  }

  @Override
  public Tensor forward(Tensor input) {
    return Functional.dropout(input, p, isTraining());
  }

  @Override
  protected String extraRepr() {
    return "p=" + p + ", inplace=" + (inplace ? "True" : "False");
  }
}
