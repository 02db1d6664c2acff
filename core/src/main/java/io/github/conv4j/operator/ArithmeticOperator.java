package io.github.conv4j.operator;

import io.github.conv4j.DType;
import io.github.conv4j.Shape;
import io.github.conv4j.Tensor;
import java.util.Arrays;
import java.util.List;

/**
 * An operation on the elements of two tensors of given shapes, which are broadcast: counted from
 * the last dimension, sizes are equal, or one of the two is 1 or missing, and that tensor is
 * repeated.
 */
public abstract class ArithmeticOperator extends Operator {
  private final Arithmetic arithmetic;
  private final Shape a;
  private final Shape b;
  private final Broadcast broadcast;

  ArithmeticOperator(Arithmetic arithmetic, Shape a, Shape b) {
    this.arithmetic = arithmetic;
    this.a = a;
    this.b = b;
    this.broadcast = new Broadcast(arithmetic.toString(), a, b);
  }

  @Override
  public final String name() {
    return arithmetic.toString();
  }

  /** Returns whether both inputs have the same shape, which is then the output's. */
  public final boolean sameShapes() {
    return a.equals(b);
  }

  @Override
  public final Shape outputShape(Shape... inputs) {
    if (inputs.length != 2 || !inputs[0].equals(a) || !inputs[1].equals(b)) {
      throw new IllegalArgumentException(
          name() + ": expected shapes " + List.of(a, b) + ", but got " + Arrays.toString(inputs));
    }
    return broadcast.output();
  }

  /** Returns whether the first input has the output's shape. */
  @Override
  public final boolean mayOverwrite() {
    return a.equals(broadcast.output());
  }

  @Override
  public final void run(Tensor[] inputs, Tensor output) {
    if (output.dtype() == DType.FLOAT32) {
      float[] x = inputs[0].floats();
      float[] z = inputs[1].floats();
      float[] y = output.floats();
      Blocks.run(
          output.numel(),
          (from, to) -> FloatArithmetic.apply(arithmetic, broadcast, x, z, y, from, to));
    } else {
      double[] x = inputs[0].doubles();
      double[] z = inputs[1].doubles();
      double[] y = output.doubles();
      Blocks.run(
          output.numel(),
          (from, to) -> DoubleArithmetic.apply(arithmetic, broadcast, x, z, y, from, to));
    }
  }
}
