package io.github.conv4j.engine;

import io.github.conv4j.Accuracy;
import io.github.conv4j.DType;
import io.github.conv4j.PaddingMode;
import io.github.conv4j.Shape;
import io.github.conv4j.Tensor;
import java.util.List;

/** What tests of algorithms share: the planner's list, and a way to force each of them. */
public final class EngineAlgorithms {
  private EngineAlgorithms() {}

  /** Returns all algorithms, in the planner's order; the last is the reference. */
  public static List<ConvAlgorithm> all() {
    return ConvPlanner.algorithms();
  }

  /** Returns those that take a problem, whether or not they pay, in the planner's order. */
  public static List<ConvAlgorithm> taking(ConvProblem problem) {
    return all().stream().filter(algorithm -> algorithm.declines(problem).isEmpty()).toList();
  }

  /** Returns the one that the planner chooses for a problem. */
  public static ConvAlgorithm chosen(ConvProblem p) {
    Shape shape =
        Shape.of(p.outChannels(), p.channelsPerGroup(), p.kernelHeight(), p.kernelWidth());
    Tensor bias = p.bias() ? Tensor.zeros(Shape.of(p.outChannels()), p.dtype()) : null;
    String name = ConvPlanner.plan(p, Tensor.zeros(shape, p.dtype()), bias).algorithm();
    return all().stream().filter(a -> a.name().equals(name)).findFirst().orElseThrow();
  }

  /** Returns the one that never declines. */
  public static ConvAlgorithm reference() {
    return all().get(all().size() - 1);
  }

  /**
   * Returns a problem of default accuracy and nothing done to its sums.
   *
   * @param input C, H, W; an N in front of them is left out
   * @param weight OC, C / groups, KH, KW
   * @param stride down, right
   * @param pads top, bottom, left, right
   * @param dilation down, right
   */
  public static ConvProblem problem(
      DType dtype,
      int[] input,
      int[] weight,
      int[] stride,
      int[] pads,
      PaddingMode mode,
      int[] dilation,
      int groups,
      boolean bias) {
    int c = input.length - 3;
    return new ConvProblem(
        dtype,
        input[c],
        input[c + 1],
        input[c + 2],
        weight[0],
        weight[2],
        weight[3],
        stride[0],
        stride[1],
        pads[0],
        pads[1],
        pads[2],
        pads[3],
        mode,
        dilation[0],
        dilation[1],
        groups,
        bias,
        Accuracy.PYTORCH,
        Epilogue.NONE);
  }

  /** Returns a problem for which {@link Accuracy#FAST} is enough. */
  public static ConvProblem fast(ConvProblem p) {
    return new ConvProblem(
        p.dtype(),
        p.inChannels(),
        p.inHeight(),
        p.inWidth(),
        p.outChannels(),
        p.kernelHeight(),
        p.kernelWidth(),
        p.strideHeight(),
        p.strideWidth(),
        p.padTop(),
        p.padBottom(),
        p.padLeft(),
        p.padRight(),
        p.paddingMode(),
        p.dilationHeight(),
        p.dilationWidth(),
        p.groups(),
        p.bias(),
        Accuracy.FAST,
        p.epilogue());
  }

  /**
   * Computes a problem with one algorithm.
   *
   * @param bias null if the problem has none
   * @param output overwritten with the result
   */
  public static void run(
      ConvAlgorithm algorithm,
      ConvProblem problem,
      Tensor weight,
      Tensor bias,
      Tensor input,
      Tensor output) {
    run(algorithm.prepare(problem, weight, bias), input, output);
  }

  /** Computes a batch with an algorithm that is prepared. */
  public static void run(ConvAlgorithm.Runner runner, Tensor input, Tensor output) {
    runner.run(input, input.size(0), null, output);
  }
}
