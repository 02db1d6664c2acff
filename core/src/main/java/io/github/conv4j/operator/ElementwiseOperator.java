package io.github.conv4j.operator;

import io.github.conv4j.DType;
import io.github.conv4j.Shape;
import io.github.conv4j.Tensor;
import io.github.conv4j.engine.WorkspacePool;

/** A function of each element by itself. */
public final class ElementwiseOperator extends Operator {
  /** As many simple operations an exponential function takes. */
  private static final int EXPONENTIAL = 8;

  private static final WorkspacePool<DoubleFunctions.Block> BLOCKS =
      new WorkspacePool<>(DoubleFunctions.Block::new);

  private final String name;
  private final int cost;
  private final Function function;

  private ElementwiseOperator(String name, int cost, Function function) {
    this.name = name;
    this.cost = cost;
    this.function = function;
  }

  /** Computes {@code n} elements from an offset on. */
  private interface Function {
    void apply(Tensor input, Tensor output, int at, int n);
  }

  /** Returns x where that is positive, else slope * x. */
  public static ElementwiseOperator leakyRelu(double slope) {
    return new ElementwiseOperator(
        "leaky_relu",
        1,
        (x, y, at, n) -> {
          if (y.dtype() == DType.FLOAT32) {
            FloatLoops.leakyRelu(x.floats(), (float) slope, y.floats(), at, n);
          } else {
            DoubleLoops.leakyRelu(x.doubles(), slope, y.doubles(), at, n);
          }
        });
  }

  /** Returns min(max(x + 3, 0), 6) / 6. */
  public static ElementwiseOperator hardsigmoid() {
    return new ElementwiseOperator(
        "hardsigmoid",
        1,
        (x, y, at, n) -> {
          if (y.dtype() == DType.FLOAT32) {
            FloatLoops.hardsigmoid(x.floats(), y.floats(), at, n);
          } else {
            DoubleLoops.hardsigmoid(x.doubles(), y.doubles(), at, n);
          }
        });
  }

  /** Returns x where that is positive, else alpha * (exp(x) - 1). */
  public static ElementwiseOperator elu(double alpha) {
    return exponential("elu", DoubleFunctions.elu(alpha));
  }

  /** Returns 1 / (1 + exp(-x)). */
  public static ElementwiseOperator sigmoid() {
    return exponential("sigmoid", DoubleFunctions.SIGMOID);
  }

  /** Returns the hyperbolic tangent. */
  public static ElementwiseOperator tanh() {
    return exponential("tanh", DoubleFunctions.TANH);
  }

  /** Returns x times the standard normal distribution function of x. */
  public static ElementwiseOperator gelu() {
    return exponential("gelu", DoubleFunctions.GELU);
  }

  /** Returns nearly the same by a hyperbolic tangent. */
  public static ElementwiseOperator geluTanh() {
    return exponential("gelu", DoubleFunctions.GELU_TANH);
  }

  private static ElementwiseOperator exponential(String name, DoubleFunctions.Steps function) {
    return new ElementwiseOperator(
        name,
        EXPONENTIAL,
        (x, y, at, n) -> {
          DoubleFunctions.Block block = BLOCKS.take();
          for (int i = 0; i < n; i += DoubleFunctions.BLOCK) {
            int count = Math.min(DoubleFunctions.BLOCK, n - i);
            Wide.read(x, at + i, block.x, count);
            function.apply(block, count);
            Wide.write(block.x, y, at + i, count);
          }
          BLOCKS.giveBack(block);
        });
  }

  @Override
  public String name() {
    return name;
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
    Blocks.run(
        output.numel(), cost, (from, to) -> function.apply(inputs[0], output, from, to - from));
  }
}
