package io.github.conv4j.engine;

import io.github.conv4j.Tensor;
import io.github.conv4j.engine.conv.DepthwiseConv;
import io.github.conv4j.engine.conv.DirectConv;
import io.github.conv4j.engine.conv.FourierConv;
import io.github.conv4j.engine.conv.PointwiseConv;
import io.github.conv4j.engine.conv.ReferenceConv;
import io.github.conv4j.engine.conv.TapGroupsConv;
import io.github.conv4j.engine.conv.WinogradConv;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Chooses how to compute a convolution: the first algorithm of an ordered list that does not
 * decline, and would pay. A pure function of the problem, because the choice decides the bits of
 * the result.
 */
public final class ConvPlanner {
  /** The most special first; the last never declines. */
  private static final List<ConvAlgorithm> ALGORITHMS =
      List.of(
          new FourierConv(),
          new DepthwiseConv(),
          new PointwiseConv(),
          WinogradConv.tiles4x4(),
          WinogradConv.tiles2x2(),
          WinogradConv.tiles2x2Of5x5(),
          new TapGroupsConv(),
          new DirectConv(),
          new ReferenceConv());

  private ConvPlanner() {}

  /** Returns the algorithms in the order in which they are asked; for tests, which force each. */
  static List<ConvAlgorithm> algorithms() {
    return ALGORITHMS;
  }

  /**
   * Returns the plan for a problem.
   *
   * @param problem what to compute; its sizes are consistent
   * @param weight the kernels, {@code (OC, C / groups, KH, KW)}; not to be changed while the plan
   *     is in use
   * @param bias one number for each output channel, or null
   */
  public static ConvPlan plan(ConvProblem problem, Tensor weight, Tensor bias) {
    List<String> refusals = new ArrayList<>();
    for (ConvAlgorithm algorithm : ALGORITHMS) {
      Optional<String> refusal =
          algorithm.declines(problem).or(() -> algorithm.wouldNotPay(problem));
      if (refusal.isEmpty()) {
        return new ConvPlan(
            problem,
            algorithm.name(),
            List.copyOf(refusals),
            algorithm.prepare(problem, weight, bias));
      }
      refusals.add(algorithm.name() + ": " + refusal.get());
    }
    throw new AssertionError("the last algorithm declined " + problem);
  }
}
