package io.github.conv4j.operator;

import io.github.conv4j.DType;
import io.github.conv4j.Indices;
import io.github.conv4j.Selection;
import io.github.conv4j.Shape;
import io.github.conv4j.Tensor;

/** The largest elements over dimensions: the first NaN if there is one, else the first of them. */
public final class MaxOperator extends Operator {
  private final String name;
  private final Reduction reduction;

  /**
   * Makes the operation for inputs of a shape.
   *
   * @param name what the caller asked for: max, amax or argmax
   * @param dims over which dimensions; negative counts from the last; none are all
   * @param keepDim whether they stay, with size 1
   * @throws IllegalArgumentException if there is no such dimension, one is named twice, or there is
   *     an output of no elements at all
   */
  public MaxOperator(String name, Shape input, int[] dims, boolean keepDim) {
    this.name = name;
    this.reduction = new Reduction(name, input, dims, keepDim);
    if (input.numel() == 0 && dims.length == 0) {
      throw nothing("all", input);
    }
    for (int dim : dims) {
      if (input.rank() > 0 && input.size(dim) == 0) {
        throw nothing("dim " + Dims.check(name, dim, input.rank()), input);
      }
    }
  }

  private IllegalArgumentException nothing(String dims, Shape input) {
    return new IllegalArgumentException(
        name
            + ": expected dimensions that have elements, but got "
            + dims
            + " of shape "
            + input
            + ", which has 0 elements");
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Shape outputShape(Shape... inputs) {
    Dims.checkShape(name, reduction.input(), inputs[0]);
    return reduction.output();
  }

  @Override
  public void run(Tensor[] inputs, Tensor output) {
    run(inputs[0], output, null);
  }

  /** Returns the elements and where they were, in a trace the elements alone. */
  public Selection select(Tensor input) {
    if (Trace.isOn()) {
      return Selection.traced(apply(input));
    }
    Tensor values = Tensor.zeros(reduction.output(), input.dtype());
    int[] places = new int[values.numel()];
    if (places.length > 0) {
      run(input, values, places);
    }
    return new Selection(values, Indices.wrap(places, reduction.output()));
  }

  private void run(Tensor input, Tensor output, int[] places) {
    if (output.dtype() == DType.FLOAT32) {
      float[] x = input.floats();
      float[] y = output.floats();
      Blocks.run(
          output.numel(),
          reduction.count(),
          (from, to) -> FloatReductions.maxima(reduction, x, y, places, from, to));
    } else {
      double[] x = input.doubles();
      double[] y = output.doubles();
      Blocks.run(
          output.numel(),
          reduction.count(),
          (from, to) -> DoubleReductions.maxima(reduction, x, y, places, from, to));
    }
  }
}
