package io.github.conv4j.operator;

import io.github.conv4j.DType;
import io.github.conv4j.Shape;
import io.github.conv4j.Tensor;

/** The same elements in another shape. */
public final class Reshape extends Operator {
  private final Shape shape;

  /**
   * Makes the operation.
   *
   * @param shape the output's shape; a tensor of as many elements is all that it takes
   */
  public Reshape(Shape shape) {
    this.shape = shape;
  }

  @Override
  public String name() {
    return "reshape";
  }

  @Override
  public Shape outputShape(Shape... inputs) {
    if (inputs[0].numel() != shape.numel()) {
      throw new IllegalArgumentException("reshape: cannot reshape " + inputs[0] + " to " + shape);
    }
    return shape;
  }

  @Override
  public boolean mayOverwrite() {
    return true;
  }

  @Override
  public void run(Tensor[] inputs, Tensor output) {
    if (!inputs[0].sharesStorage(output)) {
      boolean single = output.dtype() == DType.FLOAT32;
      Object from = single ? inputs[0].floats() : inputs[0].doubles();
      Object to = single ? output.floats() : output.doubles();
      System.arraycopy(from, 0, to, 0, output.numel());
    }
  }
}
