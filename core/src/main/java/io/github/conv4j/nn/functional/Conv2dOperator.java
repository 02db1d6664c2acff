package io.github.conv4j.nn.functional;

import io.github.conv4j.Shape;
import io.github.conv4j.Tensor;
import io.github.conv4j.engine.ConvProblem;
import io.github.conv4j.operator.Operator;

/** A convolution, of one input, or of an input to whose convolution a second one is added. */
public final class Conv2dOperator extends Operator {
  private final PreparedConv2d conv;

  /** Makes the operation. */
  public Conv2dOperator(PreparedConv2d conv) {
    this.conv = conv;
  }

  /** Returns the convolution itself. */
  public PreparedConv2d conv() {
    return conv;
  }

  @Override
  public String name() {
    return "conv2d";
  }

  @Override
  public Shape outputShape(Shape... inputs) {
    Shape shape = PreparedConv2d.outputShape(inputs[0], conv.problem(inputs[0], inputs.length > 1));
    if (inputs.length > 1 && !inputs[1].equals(shape)) {
      throw new IllegalArgumentException(
          "conv2d: expected a residual of shape " + shape + ", but got " + inputs[1]);
    }
    return shape;
  }

  @Override
  public void run(Tensor[] inputs, Tensor output) {
    boolean adds = inputs.length > 1;
    ConvProblem problem = conv.problem(inputs[0].shape(), adds);
    conv.run(problem, inputs[0], adds ? inputs[1] : null, output);
  }

  @Override
  public long multiplyAdds(Shape... inputs) {
    long images = inputs[0].rank() == 3 ? 1 : inputs[0].size(0);
    return images * conv.problem(inputs[0], inputs.length > 1).multiplyAdds();
  }
}
