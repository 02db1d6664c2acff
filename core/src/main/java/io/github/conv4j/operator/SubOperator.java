package io.github.conv4j.operator;

import io.github.conv4j.Shape;

/** Differences of the elements of two tensors, {@code a - b}, broadcast. */
public final class SubOperator extends ArithmeticOperator {
  /**
   * Makes the operation for inputs of these shapes.
   *
   * @throws IllegalArgumentException if they cannot be broadcast
   */
  public SubOperator(Shape a, Shape b) {
    super(Arithmetic.SUB, a, b);
  }
}
