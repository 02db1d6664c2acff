package io.github.conv4j.operator;

import io.github.conv4j.DType;
import io.github.conv4j.Shape;
import io.github.conv4j.Tensor;

/** Tensors one after the other along a dimension. */
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

  /**
   * Returns the operation for these tensors.
   *
   * @throws IllegalArgumentException if there are none
   */
  public static CatOperator of(int dim, Tensor... tensors) {
    if (tensors.length == 0) {
      throw new IllegalArgumentException("cat: expected one tensor or more, but got none");
    }
    return new CatOperator(dim);
  }

  /** Returns the dimension; negative counts from the last. */
  public int dim() {
    return dim;
  }

  @Override
  public String name() {
    return "cat";
  }

  /** Whether an input has no say: PyTorch takes an empty one of rank 1 beside any others. */
  private static boolean isLeftOut(Shape input) {
    return input.rank() == 1 && input.size(0) == 0;
  }

  @Override
  public Shape outputShape(Shape... inputs) {
    Shape first = null;
    for (int i = 0; i < inputs.length; i++) {
      if (inputs[i].rank() == 0) {
        throw new IllegalArgumentException(
            "cat: expected tensors of rank 1 or more, but got shape [] at position " + i);
      }
      first = first == null && !isLeftOut(inputs[i]) ? inputs[i] : first;
    }
    if (first == null) {
      // PyTorch does not look at the dimension then.
      return inputs[0];
    }
    int along = Dims.check("cat", dim, first.rank());
    long[] sizes = new long[first.rank()];
    for (int d = 0; d < sizes.length; d++) {
      sizes[d] = d == along ? 0 : first.size(d);
    }
    for (int i = 0; i < inputs.length; i++) {
      if (!isLeftOut(inputs[i])) {
        check(first, along, inputs[i], i);
        sizes[along] += inputs[i].size(along);
      }
    }
    return Shape.of(sizes);
  }

  private static void check(Shape first, int along, Shape input, int position) {
    boolean fits = input.rank() == first.rank();
    for (int d = 0; fits && d < first.rank(); d++) {
      fits = d == along || input.size(d) == first.size(d);
    }
    if (!fits) {
      throw new IllegalArgumentException(
          "cat: expected sizes that match except in dimension "
              + along
              + ", but got "
              + first
              + " and, at position "
              + position
              + ", "
              + input);
    }
  }

  @Override
  public void run(Tensor[] inputs, Tensor output) {
    Shape shape = output.shape();
    int along = Dims.check("cat", dim, shape.rank());
    int outer = Dims.product(shape, 0, along);
    int row = Dims.product(shape, along, shape.rank());
    int at = 0;
    for (Tensor input : inputs) {
      if (input.numel() > 0) {
        copy(input, output, outer, row, at);
        at += input.numel() / outer;
      }
    }
  }

  /** Copies an input to where it begins in each of the output's rows. */
  private static void copy(Tensor input, Tensor output, int outer, int row, int at) {
    boolean single = output.dtype() == DType.FLOAT32;
    Object from = single ? input.floats() : input.doubles();
    Object to = single ? output.floats() : output.doubles();
    int length = input.numel() / outer;
    Blocks.run(
        input.numel(),
        (first, last) -> {
          for (int i = first; i < last; ) {
            int r = i / length;
            int n = Math.min((r + 1) * length, last) - i;
            System.arraycopy(from, i, to, r * row + at + i - r * length, n);
            i += n;
          }
        });
  }
}
