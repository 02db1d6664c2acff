package io.github.conv4j.operator;

import io.github.conv4j.Shape;

/** Sums of the elements of two tensors, {@code a + b}, broadcast. */
public final class AddOperator extends ArithmeticOperator {
  /**
   * Makes the operation for inputs of these shapes.
   *
   * @throws IllegalArgumentException if they cannot be broadcast
   */
  public AddOperator(Shape a, Shape b) {
    super(Arithmetic.ADD, a, b);
  }
}
