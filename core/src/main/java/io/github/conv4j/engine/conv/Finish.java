package io.github.conv4j.engine.conv;

import io.github.conv4j.engine.EpilogueKernels;

/**
 * The epilogue on tiles of finished sums that lie in the output.
 *
 * @param <A> the array type
 */
final class Finish<A> {
  private final boolean isNone;
  private final EpilogueKernels<A> epilogue;

  /**
   * Takes the operation.
   *
   * @param isNone whether it does nothing
   */
  Finish(boolean isNone, EpilogueKernels<A> epilogue) {
    this.isNone = isNone;
    this.epilogue = epilogue;
  }

  /**
   * Finishes {@code n} neighbouring pixels of some channels.
   *
   * @param y the output
   * @param at where the first channel's first pixel lies, in the residual too
   * @param plane pixels of a channel
   * @param channels how many channels
   * @param n how many pixels
   * @param residual what is added, or null
   */
  void apply(A y, int at, int plane, int channels, int n, A residual) {
    if (!isNone && n == plane) {
      // One long run is finished faster than many short ones.
      epilogue.apply(y, at, channels * n, residual, at);
    } else if (!isNone) {
      for (int m = 0; m < channels; m++) {
        epilogue.apply(y, at + m * plane, n, residual, at + m * plane);
      }
    }
  }
}
