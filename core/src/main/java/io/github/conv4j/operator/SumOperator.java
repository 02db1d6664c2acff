package io.github.conv4j.operator;

import io.github.conv4j.DType;
import io.github.conv4j.Shape;
import io.github.conv4j.Tensor;

/** Sums or means over dimensions, in float64 and one order, rounded once. */
public final class SumOperator extends Operator {
  private final String name;
  private final Reduction reduction;
  private final double divisor;

  private SumOperator(String name, Reduction reduction, double divisor) {
    this.name = name;
    this.reduction = reduction;
    this.divisor = divisor;
  }

  /**
   * Returns the operation that sums inputs of a shape.
   *
   * @param dims over which dimensions; negative counts from the last; none are all
   * @param keepDim whether they stay, with size 1
   * @throws IllegalArgumentException if there is no such dimension, or one is named twice
   */
  public static SumOperator sum(Shape input, int[] dims, boolean keepDim) {
    return new SumOperator("sum", new Reduction("sum", input, dims, keepDim), 1);
  }

  /**
   * Returns the operation that takes means of inputs of a shape; that of nothing is NaN.
   *
   * @param dims over which dimensions; negative counts from the last; none are all
   * @param keepDim whether they stay, with size 1
   * @throws IllegalArgumentException if there is no such dimension, or one is named twice
   */
  public static SumOperator mean(Shape input, int[] dims, boolean keepDim) {
    Reduction reduction = new Reduction("mean", input, dims, keepDim);
    return new SumOperator("mean", reduction, reduction.count());
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
    if (output.dtype() == DType.FLOAT32) {
      float[] x = inputs[0].floats();
      float[] y = output.floats();
      Blocks.run(
          output.numel(),
          reduction.count(),
          (from, to) -> FloatReductions.sums(reduction, divisor, x, y, from, to));
    } else {
      double[] x = inputs[0].doubles();
      double[] y = output.doubles();
      Blocks.run(
          output.numel(),
          reduction.count(),
          (from, to) -> DoubleReductions.sums(reduction, divisor, x, y, from, to));
    }
  }
}
