package io.github.conv4j.nn.functional;

import io.github.conv4j.Shape;
import io.github.conv4j.Tensor;
import io.github.conv4j.engine.ConvPlan;
import io.github.conv4j.engine.ConvPlanner;
import io.github.conv4j.engine.ConvProblem;
import io.github.conv4j.nn.functional.Conv2dArguments.Like;
import io.github.conv4j.operator.Trace;
import java.util.Objects;

/**
 * A convolution with its kernels in place: {@link Functional#conv2d} for many inputs.
 *
 * <p>What is worked out for one input size is kept for the next input of that size. Safe for use by
 * many threads.
 */
public final class PreparedConv2d {
  private final String layer;
  private final Tensor weight;
  private final Tensor bias;
  private final Conv2dOptions options;
  private volatile ConvPlan lastPlan;
  private volatile ConvPlan lastAddPlan;

  /**
   * Takes the kernels; they are checked together with an input.
   *
   * @param layer what error messages call this layer
   * @param weight {@code (OC, C / groups, KH, KW)}; not copied, and not to be changed from now on
   * @param bias {@code (OC)}, or null; not copied, and not to be changed from now on
   * @param options stride, padding, dilation, groups, padding mode, activation, accuracy
   */
  public PreparedConv2d(String layer, Tensor weight, Tensor bias, Conv2dOptions options) {
    this.layer = layer;
    this.weight = Objects.requireNonNull(weight, "weight");
    this.bias = bias;
    this.options = Objects.requireNonNull(options, "options");
  }

  /** Returns the kernels themselves, {@code (OC, C / groups, KH, KW)}: not to be changed. */
  public Tensor weight() {
    return weight;
  }

  /** Returns the bias itself, {@code (OC)}, or null: not to be changed. */
  public Tensor bias() {
    return bias;
  }

  /**
   * Returns the convolution of an input, {@code activation(conv(input) + bias)}.
   *
   * @param input {@code (N, C, H, W)}, or {@code (C, H, W)} without a batch
   * @throws IllegalArgumentException if the input does not fit the layer, or the layer itself is
   *     not one
   */
  public Tensor forward(Tensor input) {
    ConvProblem problem = problem(input, false);
    Shape shape = outputShape(input.shape(), problem);
    if (Trace.isOn()) {
      return Trace.step(new Conv2dOperator(this), shape, input);
    }
    Tensor output = Tensor.zeros(shape, input.dtype());
    run(problem, input, null, output);
    return output;
  }

  /**
   * Writes the convolution of an input over {@code output} and returns that.
   *
   * @param input {@code (N, C, H, W)}, or {@code (C, H, W)} without a batch
   * @param output of the result's shape and the input's dtype, on storage of its own
   * @throws IllegalArgumentException if the tensors do not fit the layer or each other; the output
   *     is then unchanged
   */
  public Tensor forward(Tensor input, Tensor output) {
    ConvProblem problem = problem(input, false);
    checkOutput(problem, input, output);
    run(problem, input, null, output);
    return output;
  }

  /**
   * Returns the convolution of an input with a residual added, {@code activation(conv(input) + bias
   * + residual)}: the same numbers as adding and then activating after {@link #forward(Tensor)}.
   *
   * @param input {@code (N, C, H, W)}, or {@code (C, H, W)} without a batch
   * @param residual of the result's shape and the input's dtype; not changed
   * @throws IllegalArgumentException if the tensors do not fit the layer or each other
   */
  public Tensor forwardAdd(Tensor input, Tensor residual) {
    ConvProblem problem = problem(input, true);
    checkResidual(problem, input, residual);
    if (Trace.isOn()) {
      return Trace.step(new Conv2dOperator(this), residual.shape(), input, residual);
    }
    Tensor output = Tensor.zeros(residual.shape(), input.dtype());
    run(problem, input, residual, output);
    return output;
  }

  /**
   * Writes the convolution of an input with a residual added over {@code output} and returns that.
   *
   * @param input {@code (N, C, H, W)}, or {@code (C, H, W)} without a batch
   * @param residual of the result's shape and the input's dtype; may be the output itself, which
   *     the result then replaces
   * @param output of the result's shape and the input's dtype, on storage of its own or the
   *     residual's
   * @throws IllegalArgumentException if the tensors do not fit the layer or each other; the output
   *     is then unchanged
   */
  public Tensor forwardAdd(Tensor input, Tensor residual, Tensor output) {
    ConvProblem problem = problem(input, true);
    checkResidual(problem, input, residual);
    checkOutput(problem, input, output);
    run(problem, input, residual, output);
    return output;
  }

  private void checkResidual(ConvProblem problem, Tensor input, Tensor residual) {
    checkFits("a residual", problem, input, residual);
  }

  private void checkOutput(ConvProblem problem, Tensor input, Tensor output) {
    checkFits("an output", problem, input, output);
    if (output.sharesStorage(input) || output.sharesStorage(weight) || sharesBias(output)) {
      throw new IllegalArgumentException(
          layer
              + ": expected an output with storage of its own, but it shares that of an argument");
    }
  }

  private void checkFits(String what, ConvProblem problem, Tensor input, Tensor tensor) {
    Shape shape = outputShape(input.shape(), problem);
    if (!tensor.shape().equals(shape)) {
      throw new IllegalArgumentException(
          layer + ": expected " + what + " of shape " + shape + ", but got " + tensor.shape());
    }
    if (tensor.dtype() != input.dtype()) {
      throw new IllegalArgumentException(
          layer
              + ": expected "
              + what
              + " of dtype "
              + input.dtype()
              + ", but got "
              + tensor.dtype());
    }
  }

  private boolean sharesBias(Tensor output) {
    return bias != null && output.sharesStorage(bias);
  }

  /**
   * Returns how an input of this shape is computed: algorithm, refusals, multiply-adds, memory.
   *
   * @throws IllegalArgumentException as {@link #forward(Tensor)} would
   */
  public String explain(Shape input) {
    return plan(problem(input, false)).explain();
  }

  /** Returns what error messages call this layer. */
  public String layer() {
    return layer;
  }

  /** Returns stride, padding, dilation, groups, padding mode, activation and accuracy. */
  public Conv2dOptions options() {
    return options;
  }

  /** Returns what is computed for an input of this shape. */
  ConvProblem problem(Shape input, boolean residual) {
    return problem(new Like(input, weight.dtype()), residual);
  }

  private ConvProblem problem(Tensor input, boolean residual) {
    return problem(Like.of(input), residual);
  }

  private ConvProblem problem(Like input, boolean residual) {
    return Conv2dArguments.check(layer, input, Like.of(weight), Like.of(bias), options, residual);
  }

  static Shape outputShape(Shape input, ConvProblem problem) {
    int channels = problem.outChannels();
    return input.rank() == 3
        ? Shape.of(channels, problem.outHeight(), problem.outWidth())
        : Shape.of(input.size(0), channels, problem.outHeight(), problem.outWidth());
  }

  private void run(ConvProblem problem, Tensor input, Tensor residual, Tensor output) {
    if (output.numel() > 0) {
      plan(problem).run(input, input.rank() == 3 ? 1 : input.size(0), residual, output);
    }
  }

  ConvPlan plan(ConvProblem problem) {
    // A plan for each of the two, as a caller may take turns.
    boolean adds = problem.epilogue().residual();
    ConvPlan plan = adds ? lastAddPlan : lastPlan;
    if (plan == null || !plan.problem().equals(problem)) {
      plan = ConvPlanner.plan(problem, weight, bias);
      if (adds) {
        lastAddPlan = plan;
      } else {
        lastPlan = plan;
      }
    }
    return plan;
  }
}
