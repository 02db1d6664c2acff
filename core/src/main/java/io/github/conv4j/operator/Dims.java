package io.github.conv4j.operator;

import io.github.conv4j.Shape;

/** Dimensions as callers give them: negative ones count from the last. */
final class Dims {
  private Dims() {}

  /**
   * Returns a dimension as a number of 0 or more. As in PyTorch, a tensor of rank 0 has dimension 0
   * here.
   *
   * @param rank the number of dimensions there are
   * @throws IllegalArgumentException if there is no such dimension
   */
  static int check(String name, int dim, int rank) {
    int last = Math.max(rank, 1) - 1;
    if (dim < -last - 1 || dim > last) {
      throw new IllegalArgumentException(
          name
              + ": expected a dimension within ["
              + (-last - 1)
              + ", "
              + last
              + "], but got "
              + dim);
    }
    return dim < 0 ? dim + last + 1 : dim;
  }

  /** Returns a shape without one dimension. */
  static Shape without(Shape shape, int dim) {
    int[] sizes = new int[shape.rank() - 1];
    for (int d = 0; d < sizes.length; d++) {
      sizes[d] = shape.size(d < dim ? d : d + 1);
    }
    return Shape.of(sizes);
  }

  /** Returns the product of {@code sizes[from .. to)}; only of a shape that holds elements. */
  static int product(Shape shape, int from, int to) {
    int product = 1;
    for (int d = from; d < to; d++) {
      product *= shape.size(d);
    }
    return product;
  }
}
