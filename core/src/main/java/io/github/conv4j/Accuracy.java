package io.github.conv4j;

import java.util.Locale;

/**
 * How exact a convolution has to be. It decides which algorithms may compute it.
 *
 * <p>Either way the same input and weights give the same bits on every machine.
 */
public enum Accuracy {
  /**
   * As exact as PyTorch: the root mean square of the error against float64 is at most 1.3 times
   * PyTorch's own, and sums of integers small enough to be exact come out exact.
   */
  PYTORCH,

  /**
   * As fast as can be: may take shortcuts that round more, such as Winograd's minimal filtering on
   * larger tiles and for kernels of 5x5, or Fourier transforms for large kernels. The error may
   * grow to a few times PyTorch's.
   */
  FAST;

  /**
   * Returns the accuracy of a name.
   *
   * @param name "pytorch" or "fast"
   * @throws IllegalArgumentException for any other name
   */
  public static Accuracy of(String name) {
    for (Accuracy accuracy : values()) {
      if (accuracy.toString().equals(name)) {
        return accuracy;
      }
    }
    throw new IllegalArgumentException("accuracy must be pytorch or fast, but got '" + name + "'");
  }

  /** Returns its name, {@code pytorch} or {@code fast}. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
