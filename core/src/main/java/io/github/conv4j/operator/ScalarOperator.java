package io.github.conv4j.operator;

import io.github.conv4j.DType;
import io.github.conv4j.Shape;
import io.github.conv4j.Tensor;

/**
 * An operation on the elements of a tensor and one number, which is rounded to the tensor's dtype
 * first, as PyTorch does.
 */
public final class ScalarOperator extends Operator {
  private final Arithmetic arithmetic;
  private final float[] single;
  private final double[] exact;

  private ScalarOperator(Arithmetic arithmetic, double value) {
    this.arithmetic = arithmetic;
    this.single = new float[] {(float) value};
    this.exact = new double[] {value};
  }

  /** Returns the operation {@code x + value}. */
  public static ScalarOperator add(double value) {
    return new ScalarOperator(Arithmetic.ADD, value);
  }

  /** Returns the operation {@code x - value}. */
  public static ScalarOperator sub(double value) {
    return new ScalarOperator(Arithmetic.SUB, value);
  }

  /** Returns the operation {@code x * value}. */
  public static ScalarOperator mul(double value) {
    return new ScalarOperator(Arithmetic.MUL, value);
  }

  /** Returns the operation {@code x / value}. */
  public static ScalarOperator div(double value) {
    return new ScalarOperator(Arithmetic.DIV, value);
  }

  @Override
  public String name() {
    return arithmetic.toString();
  }

  @Override
  public Shape outputShape(Shape... inputs) {
    return inputs[0];
  }

  @Override
  public boolean mayOverwrite() {
    return true;
  }

  @Override
  public void run(Tensor[] inputs, Tensor output) {
    if (output.dtype() == DType.FLOAT32) {
      float[] x = inputs[0].floats();
      float[] y = output.floats();
      Blocks.run(
          output.numel(),
          (from, to) ->
              FloatArithmetic.apply(arithmetic, x, from, 1, single, 0, 0, y, from, to - from));
    } else {
      double[] x = inputs[0].doubles();
      double[] y = output.doubles();
      Blocks.run(
          output.numel(),
          (from, to) ->
              DoubleArithmetic.apply(arithmetic, x, from, 1, exact, 0, 0, y, from, to - from));
    }
  }
}
