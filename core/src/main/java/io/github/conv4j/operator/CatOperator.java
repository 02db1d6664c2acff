package io.github.conv4j.operator;

import io.github.conv4j.DType;
import io.github.conv4j.Shape;
import io.github.conv4j.Tensor;

/** Tensors side by side along one dimension. */
public final class CatOperator extends Operator {
  private final int dim;

  /**
   * Makes the operation.
   *
   * @param dim the dimension; negative counts from the last
   */
  public CatOperator(int dim) {
    this.dim = dim;
  }

  /** Returns the dimension; negative counts from the last. */
  public int dim() {
    return dim;
  }

  @Override
  public String name() {
    return "cat";
  }

  @Override
  public Shape outputShape(Shape... inputs) {
    Shape first = inputs[0];
    int rank = first.rank();
    if (dim < -rank || dim >= rank) {
      throw new IllegalArgumentException(
          "cat: expected a dimension of shape " + first + ", but got " + dim);
    }
    int along = dim < 0 ? dim + rank : dim;
    int[] sizes = first.toArray();
    long sum = 0;
    for (Shape input : inputs) {
      boolean fits = input.rank() == rank;
      for (int d = 0; fits && d < rank; d++) {
        fits = d == along || input.size(d) == sizes[d];
      }
      if (!fits) {
        throw new IllegalArgumentException(
            "cat: expected shapes that are equal but for dimension "
                + dim
                + ", but got "
                + first
                + " and "
                + input);
      }
      sum += input.size(along);
    }
    long[] result = new long[rank];
    for (int d = 0; d < rank; d++) {
      result[d] = d == along ? sum : sizes[d];
    }
    return Shape.of(result);
  }

  @Override
  public void run(Tensor[] inputs, Tensor output) {
    Shape shape = output.shape();
    int along = dim < 0 ? dim + shape.rank() : dim;
    int outer = 1;
    for (int d = 0; d < along; d++) {
      outer *= shape.size(d);
    }
    int row = output.numel() / outer;
    int at = 0;
    for (Tensor input : inputs) {
      int run = input.numel() / outer;
      int to = at;
      Work.split(
          outer,
          run,
          (first, last) -> {
            for (int o = first; o < last; o++) {
              System.arraycopy(array(input), o * run, array(output), o * row + to, run);
            }
          });
      at += run;
    }
  }

  private static Object array(Tensor tensor) {
    return tensor.dtype() == DType.FLOAT32 ? tensor.floats() : tensor.doubles();
  }
}
