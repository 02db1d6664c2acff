package io.github.conv4j.operator;

import io.github.conv4j.Shape;

/** Quotients of the elements of two tensors, {@code a / b}, broadcast. */
public final class DivOperator extends ArithmeticOperator {
  /**
   * Makes the operation for inputs of these shapes.
   *
   * @throws IllegalArgumentException if they cannot be broadcast
   */
  public DivOperator(Shape a, Shape b) {
    super(Arithmetic.DIV, a, b);
  }
}
