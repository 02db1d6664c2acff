package io.github.conv4j.operator;

import io.github.conv4j.DType;
import io.github.conv4j.Shape;
import io.github.conv4j.Tensor;

/** Some elements of one dimension, a step apart: what narrow, select and slice take. */
public final class SliceOperator extends Operator {
  private final int dim;
  private final int first;
  private final int length;
  private final int step;

  private SliceOperator(int dim, int first, int length, int step) {
    this.dim = dim;
    this.first = first;
    this.length = length;
    this.step = step;
  }

  /**
   * Returns the operation that takes {@code length} neighbours.
   *
   * @throws IllegalArgumentException if they do not lie within the dimension
   */
  public static SliceOperator narrow(Shape shape, int dim, int start, int length) {
    int size = shape.size(dim);
    int first = start < 0 ? start + size : start;
    if (first < 0 || length < 0 || length > size - first) {
      throw new IllegalArgumentException(
          "cannot narrow dimension " + dim + " of " + shape + " to " + length + " from " + start);
    }
    return new SliceOperator(index(shape, dim), first, length, 1);
  }

  /**
   * Returns the operation that takes what Python's {@code [start:end:step]} does.
   *
   * @throws IllegalArgumentException if there is no such dimension or {@code step < 1}
   */
  public static SliceOperator slice(Shape shape, int dim, int start, int end, int step) {
    if (step < 1) {
      throw new IllegalArgumentException("slice needs a step of 1 or more, but got " + step);
    }
    int size = shape.size(dim);
    int first = clamp(start, size);
    int last = Math.max(first, clamp(end, size));
    int length = (int) (((long) last - first + step - 1) / step);
    return new SliceOperator(index(shape, dim), first, length, step);
  }

  /** Returns a dimension that there is as a number of 0 or more. */
  private static int index(Shape shape, int dim) {
    return dim < 0 ? dim + shape.rank() : dim;
  }

  private static int clamp(int coordinate, int size) {
    return Math.max(0, Math.min(coordinate < 0 ? coordinate + size : coordinate, size));
  }

  @Override
  public String name() {
    return "slice";
  }

  @Override
  public Shape outputShape(Shape... inputs) {
    int[] sizes = inputs[0].toArray();
    sizes[dim] = length;
    return Shape.of(sizes);
  }

  @Override
  public void run(Tensor[] inputs, Tensor output) {
    if (output.numel() == 0) {
      return;
    }
    boolean single = output.dtype() == DType.FLOAT32;
    Object from = single ? inputs[0].floats() : inputs[0].doubles();
    Object to = single ? output.floats() : output.doubles();
    Shape shape = inputs[0].shape();
    int size = shape.size(dim);
    int run = Dims.product(shape, dim + 1, shape.rank());
    int outer = output.numel() / (length * run);
    for (int o = 0; o < outer; o++) {
      if (step == 1) {
        System.arraycopy(from, (o * size + first) * run, to, o * length * run, length * run);
      } else {
        for (int i = 0; i < length; i++) {
          int at = (o * size + first + i * step) * run;
          System.arraycopy(from, at, to, (o * length + i) * run, run);
        }
      }
    }
  }
}
