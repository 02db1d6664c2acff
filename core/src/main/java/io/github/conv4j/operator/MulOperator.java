package io.github.conv4j.operator;

import io.github.conv4j.Shape;

/** Products of the elements of two tensors, {@code a * b}, broadcast. */
public final class MulOperator extends ArithmeticOperator {
  /**
   * Makes the operation for inputs of these shapes.
   *
   * @throws IllegalArgumentException if they cannot be broadcast
   */
  public MulOperator(Shape a, Shape b) {
    super(Arithmetic.MUL, a, b);
  }
}
