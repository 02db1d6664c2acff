package io.github.conv4j.engine;

import io.github.conv4j.Tensor;
import java.util.Optional;

/** A way to compute a convolution. */
public interface ConvAlgorithm {
  /** Returns its name, a word for {@code explain()}. */
  String name();

  /** Returns why it cannot or should not take this problem; empty if it takes it. */
  Optional<String> declines(ConvProblem problem);

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
     * @param output {@code (N, OC, OH, OW)}; every element is overwritten
     */
    void run(Tensor input, int batch, Tensor output);

    /** Returns the bytes of scratch memory that one thread needs. */
    long workspaceBytes();
  }
}
