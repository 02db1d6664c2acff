package io.github.conv4j.nn.functional;

import io.github.conv4j.Activation;
import io.github.conv4j.Shape;
import io.github.conv4j.Tensor;
import io.github.conv4j.engine.ConvPlan;
import io.github.conv4j.operator.Operator;
import java.util.List;

/** A convolution of one input, or of an input to whose convolution a second one is added. */
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
  public String description() {
    Conv2dOptions options = conv.options();
    StringBuilder text = new StringBuilder("conv2d");
    text.append(' ').append(conv.weight().size(2)).append('x').append(conv.weight().size(3));
    if (options.strideHeight() != 1 || options.strideWidth() != 1) {
      text.append(" s").append(options.strideHeight());
    }
    if (!options.activation().equals(Activation.NONE)) {
      text.append(" + ").append(options.activation());
    }
    return text.toString();
  }

  private ConvPlan plan(Shape... inputs) {
    return conv.plan(conv.problem(inputs[0], inputs.length > 1));
  }

  private static int images(Shape input) {
    return input.rank() == 3 ? 1 : input.size(0);
  }

  @Override
  public void run(Tensor[] inputs, Tensor output) {
    boolean adds = inputs.length > 1;
    ConvPlan plan = conv.plan(conv.problem(inputs[0].shape(), adds));
    plan.run(inputs[0], images(inputs[0].shape()), adds ? inputs[1] : null, output);
  }

  @Override
  public int overwrites(Shape... inputs) {
    return inputs.length > 1 && plan(inputs).runner().readsResidualFirst() ? 1 : -1;
  }

  @Override
  public List<Tensor> parameters() {
    return conv.bias() == null ? List.of(conv.weight()) : List.of(conv.weight(), conv.bias());
  }

  @Override
  public long multiplyAdds(Shape... inputs) {
    return images(inputs[0]) * plan(inputs).problem().multiplyAdds();
  }

  @Override
  public String algorithm(Shape... inputs) {
    return plan(inputs).algorithm();
  }

  @Override
  public long workspaceBytes(Shape... inputs) {
    return plan(inputs).runner().workspaceBytes();
  }

  @Override
  public Operator prepare(Shape... inputs) {
    return new Planned(plan(inputs), images(inputs[0]), outputShape(inputs));
  }

  /** The same for one shape, whose plan is at hand. */
  private static final class Planned extends Operator {
    private final ConvPlan plan;
    private final int images;
    private final Shape output;

    Planned(ConvPlan plan, int images, Shape output) {
      this.plan = plan;
      this.images = images;
      this.output = output;
    }

    @Override
    public String name() {
      return "conv2d";
    }

    @Override
    public Shape outputShape(Shape... inputs) {
      return output;
    }

    @Override
    public void run(Tensor[] inputs, Tensor output) {
      plan.run(inputs[0], images, inputs.length > 1 ? inputs[1] : null, output);
    }
  }
}
