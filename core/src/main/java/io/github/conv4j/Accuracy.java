package io.github.conv4j;

/**
 * How exact a convolution has to be. It decides which algorithms may compute it.
 *
 * <p>Either way the same input and weights give the same bits on every machine, and float64 is
 * computed as under {@link #PYTORCH}.
 */
public enum Accuracy {
  /**
   * As exact as PyTorch: the root mean square of the error against float64 is at most 1.3 times
   * PyTorch's own, and sums of integers small enough to be exact come out exact.
   */
  PYTORCH,

  /**
   * As fast as can be: float32 may take shortcuts that round more, such as Winograd's minimal
   * filtering on larger tiles. The error grows to a few times PyTorch's.
   */
  FAST
}
