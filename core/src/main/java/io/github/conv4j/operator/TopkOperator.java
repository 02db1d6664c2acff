package io.github.conv4j.operator;

import io.github.conv4j.DType;
import io.github.conv4j.Indices;
import io.github.conv4j.Selection;
import io.github.conv4j.Shape;
import io.github.conv4j.Tensor;
import io.github.conv4j.engine.WorkspacePool;

/**
 * The largest or smallest elements along a dimension in order. NaN counts as larger than all; of
 * equal ones, that with the lower index comes first.
 */
public final class TopkOperator extends Operator {
  private final Shape input;
  private final Shape output;
  private final int k;
  private final int size;
  private final int inner;
  private final boolean largest;
  private final WorkspacePool<int[]> indices;

  /**
   * Makes the operation for inputs of a shape.
   *
   * @param k how many
   * @param dim the dimension; negative counts from the last
   * @param largest whether the largest are asked for, or else the smallest
   * @throws IllegalArgumentException if there is no such dimension or it has fewer elements
   */
  public TopkOperator(Shape input, int k, int dim, boolean largest) {
    int along = Dims.check("topk", dim, input.rank());
    this.size = input.rank() == 0 ? 1 : input.size(along);
    if (k < 0 || k > size) {
      throw new IllegalArgumentException(
          "topk: expected a k within [0, " + size + "], but got " + k + " for shape " + input);
    }
    int[] sizes = input.toArray();
    if (sizes.length > 0) {
      sizes[along] = k;
    }
    this.input = input;
    this.output = Shape.of(sizes);
    // What has no dimension has one element, and PyTorch gives it whatever the number.
    this.k = input.rank() == 0 ? 1 : k;
    this.inner = input.numel() == 0 ? 1 : Dims.product(input, along + 1, input.rank());
    this.largest = largest;
    this.indices = new WorkspacePool<>(() -> new int[this.k]);
  }

  @Override
  public String name() {
    return "topk";
  }

  @Override
  public Shape outputShape(Shape... inputs) {
    Dims.checkShape(name(), input, inputs[0]);
    return output;
  }

  @Override
  public void run(Tensor[] inputs, Tensor output) {
    run(inputs[0], output, null);
  }

  /** Returns the elements and where they were, in a trace the elements alone. */
  public Selection select(Tensor tensor) {
    if (Trace.isOn()) {
      return Selection.traced(apply(tensor));
    }
    Tensor values = Tensor.zeros(output, tensor.dtype());
    int[] places = new int[values.numel()];
    if (places.length > 0) {
      run(tensor, values, places);
    }
    return new Selection(values, Indices.wrap(places, output));
  }

  private void run(Tensor tensor, Tensor values, int[] places) {
    Blocks.run(
        k == 0 ? 0 : tensor.numel() / size,
        size,
        (from, to) -> {
          int[] found = indices.take();
          for (int row = from; row < to; row++) {
            int at = row / inner * size * inner + row % inner;
            int first = row / inner * k * inner + row % inner;
            if (values.dtype() == DType.FLOAT32) {
              FloatTopk.find(tensor.floats(), at, inner, size, largest, found);
            } else {
              DoubleTopk.find(tensor.doubles(), at, inner, size, largest, found);
            }
            for (int i = 0; i < k; i++) {
              move(tensor, at + found[i] * inner, values, first + i * inner);
              if (places != null) {
                places[first + i * inner] = found[i];
              }
            }
          }
          indices.giveBack(found);
        });
  }

  private static void move(Tensor from, int at, Tensor to, int toAt) {
    if (to.dtype() == DType.FLOAT32) {
      to.floats()[toAt] = from.floats()[at];
    } else {
      to.doubles()[toAt] = from.doubles()[at];
    }
  }
}
