package io.github.conv4j.operator;

import io.github.conv4j.DType;
import io.github.conv4j.Shape;
import io.github.conv4j.Tensor;
import java.util.Arrays;

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

  /**
   * Returns a shape whose dimensions from {@code startDim} to {@code endDim} are one, {@code
   * torch.flatten}.
   *
   * @throws IllegalArgumentException if there is no such dimension or they are in the wrong order
   */
  public static Shape flattened(Shape shape, int startDim, int endDim) {
    int start = Dims.check("flatten", startDim, shape.rank());
    int end = Dims.check("flatten", endDim, shape.rank());
    if (start > end) {
      throw new IllegalArgumentException(
          "flatten: expected a start_dim that does not come after end_dim, but got "
              + startDim
              + " and "
              + endDim
              + " for "
              + shape);
    }
    if (shape.rank() == 0) {
      return Shape.of(1);
    }
    long[] sizes = new long[shape.rank() - (end - start)];
    for (int d = 0; d < start; d++) {
      sizes[d] = shape.size(d);
    }
    sizes[start] = 1;
    for (int d = start; d <= end; d++) {
      // No further than what a shape refuses: a size of 0 may follow.
      sizes[start] = Math.min(sizes[start] * shape.size(d), Shape.MAX_ELEMENTS + 1L);
    }
    for (int d = end + 1; d < shape.rank(); d++) {
      sizes[d - (end - start)] = shape.size(d);
    }
    return Shape.of(sizes);
  }

  /** Returns a shape without its dimensions of size 1, {@code torch.squeeze}. */
  public static Shape squeezed(Shape shape) {
    return Shape.of(Arrays.stream(shape.toArray()).filter(size -> size != 1).toArray());
  }

  /**
   * Returns a shape without one dimension if that has size 1, {@code torch.squeeze}.
   *
   * @throws IllegalArgumentException if there is no such dimension
   */
  public static Shape squeezed(Shape shape, int dim) {
    int index = Dims.check("squeeze", dim, shape.rank());
    if (shape.rank() == 0 || shape.size(index) != 1) {
      return shape;
    }
    return Dims.without(shape, index);
  }

  /**
   * Returns a shape with one more dimension, of size 1, {@code torch.unsqueeze}.
   *
   * @param dim where the new dimension stands; negative counts from the new shape's last
   * @throws IllegalArgumentException if that is outside
   */
  public static Shape unsqueezed(Shape shape, int dim) {
    int index = Dims.check("unsqueeze", dim, shape.rank() + 1);
    int[] sizes = new int[shape.rank() + 1];
    for (int d = 0; d < sizes.length; d++) {
      sizes[d] = d == index ? 1 : shape.size(d < index ? d : d - 1);
    }
    return Shape.of(sizes);
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
