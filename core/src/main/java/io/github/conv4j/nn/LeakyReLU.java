package io.github.conv4j.nn;

import io.github.conv4j.Tensor;
import io.github.conv4j.nn.functional.Functional;

/**
 * {@code x} where that is positive, else {@code slope * x}: PyTorch's {@code torch.nn.LeakyReLU}.
 * Safe for use by many threads.
 */
public final class LeakyReLU extends Module {
  private final double negativeSlope;
  private final boolean inplace;

  /** Makes the layer with {@code negative_slope = 0.01}. */
  public LeakyReLU() {
    this(0.01);
  }

  /**
   * Makes the layer.
   *
   * @param negativeSlope what numbers that are not positive are multiplied by
   */
  public LeakyReLU(double negativeSlope) {
    this(negativeSlope, false);
  }

  /**
   * Makes the layer.
   *
   * @param negativeSlope what numbers that are not positive are multiplied by
   * @param inplace shown when it is printed, as PyTorch does; the input is never changed
   */
  public LeakyReLU(double negativeSlope, boolean inplace) {
    this.negativeSlope = negativeSlope;
    this.inplace = inplace;
  }

  /**
   * Returns a new tensor of the input's shape.
   *
   * @param input of any shape
   */
  @Override
  public Tensor forward(Tensor input) {
    return Functional.leakyRelu(input, negativeSlope);
  }

  @Override
  protected String extraRepr() {
    return "negative_slope=" + Repr.of(negativeSlope) + (inplace ? ", inplace=True" : "");
  }
}
