package io.github.conv4j.engine;

import io.github.conv4j.Tensor;
import io.github.conv4j.kernel.Backend;
import java.util.List;
import java.util.Locale;

/**
 * How one convolution is computed: decided once, run many times. Immutable and safe for use by many
 * threads.
 *
 * @param problem what is computed
 * @param algorithm the name of the algorithm chosen
 * @param refusals the algorithms asked before, each with its reason to decline
 * @param runner the algorithm with its weights in place
 */
public record ConvPlan(
    ConvProblem problem, String algorithm, List<String> refusals, ConvAlgorithm.Runner runner) {

  /**
   * Computes a batch, see {@link ConvAlgorithm.Runner#run}.
   *
   * @param residual null if the epilogue adds nothing; may share the output's storage
   */
  public void run(Tensor input, int batch, Tensor residual, Tensor output) {
    boolean lost =
        residual != null && residual.sharesStorage(output) && !runner.readsResidualFirst();
    runner.run(input, batch, lost ? residual.copy() : residual, output);
  }

  /** Returns the choice, the refusals, the work and the memory in a few lines. */
  public String explain() {
    ConvProblem p = problem;
    int bytes = p.dtype().bytes();
    StringBuilder text = new StringBuilder();
    text.append(
        String.format(
            Locale.ROOT,
            "input          (%d, %d, %d) %s%n",
            p.inChannels(),
            p.inHeight(),
            p.inWidth(),
            p.dtype()));
    text.append(
        String.format(
            Locale.ROOT,
            "output         (%d, %d, %d)%n",
            p.outChannels(),
            p.outHeight(),
            p.outWidth()));
    text.append(String.format(Locale.ROOT, "epilogue       %s%n", p.epilogue()));
    text.append(String.format(Locale.ROOT, "accuracy       %s%n", p.accuracy()));
    text.append(String.format(Locale.ROOT, "algorithm      %s%n", algorithm));
    for (String refusal : refusals) {
      text.append(String.format(Locale.ROOT, "declined       %s%n", refusal));
    }
    text.append(String.format(Locale.ROOT, "backend        %s%n", Backend.active().name()));
    text.append(String.format(Locale.ROOT, "multiply-adds  %,d%n", p.multiplyAdds()));
    text.append(
        String.format(
            Locale.ROOT,
            "bytes          input %,d, weight %,d, output %,d%n",
            (long) p.inChannels() * p.inHeight() * p.inWidth() * bytes,
            (long) p.outChannels() * p.taps() * bytes,
            (long) p.outChannels() * p.outHeight() * p.outWidth() * bytes));
    text.append(String.format(Locale.ROOT, "tiles          %s%n", runner.tiles()));
    text.append(
        String.format(
            Locale.ROOT, "workspace      %,d bytes for each thread%n", runner.workspaceBytes()));
    return text.toString();
  }
}
