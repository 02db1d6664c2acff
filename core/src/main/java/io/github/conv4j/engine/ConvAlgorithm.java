package io.github.conv4j.engine;

import io.github.conv4j.Tensor;
import java.util.Optional;

/** A way to compute a convolution. */
public interface ConvAlgorithm {
  /** Returns its name, a word for {@code explain()}. */
  String name();

  /** Returns why it cannot or should not take this problem; empty if it takes it. */
  Optional<String> declines(ConvProblem problem);

  /** Returns why others are faster at a problem that it could take; empty if they are not. */
  default Optional<String> wouldNotPay(ConvProblem problem) {
    return Optional.empty();
  }

  /**
   * Prepares it for a problem that it does not decline.
   *
   * @param problem the problem
   * @param weight the kernels, {@code (OC, C / groups, KH, KW)}; not changed later on
   * @param bias one number for each output channel, or null
   */
  Runner prepare(ConvProblem problem, Tensor weight, Tensor bias);

  /** An algorithm with its weights in place; safe for use by many threads. */
  interface Runner {
    /**
     * Computes a batch.
     *
     * @param input {@code (N, C, H, W)}
     * @param batch N
     * @param residual {@code (N, OC, OH, OW)}, what the epilogue adds; null if it adds nothing. It
     *     shares the output's storage only if {@link #readsResidualFirst} says that it may
     * @param output {@code (N, OC, OH, OW)}; every element is overwritten
     */
    void run(Tensor input, int batch, Tensor residual, Tensor output);

    /**
     * Returns whether each element of the output is written once, after the residual's element at
     * the same place was read: the residual may then be the output. Where sums grow in the output
     * itself it may not.
     */
    default boolean readsResidualFirst() {
      return false;
    }

    /** Returns in a line how the output is cut into pieces, for {@code explain()}. */
    String tiles();

    /** Returns the bytes of scratch memory that one thread needs. */
    long workspaceBytes();
  }
}
