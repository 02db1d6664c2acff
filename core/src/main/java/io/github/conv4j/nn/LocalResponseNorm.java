package io.github.conv4j.nn;

import io.github.conv4j.Tensor;
import io.github.conv4j.nn.functional.Functional;

/**
 * Elements divided by a power of the mean square of their neighbours in other channels: PyTorch's
 * {@code torch.nn.LocalResponseNorm}.
 *
 * <pre>
 * y = x / (k + alpha / size * sum of the squares of size channels round x's)^beta
 * </pre>
 *
 * <p>Safe for use by many threads.
 */
public final class LocalResponseNorm extends Module {
  private final int size;
  private final double alpha;
  private final double beta;
  private final double k;

  /**
   * Makes the layer with alpha = 0.0001, beta = 0.75 and k = 1.
   *
   * @param size how many channels count
   * @throws IllegalArgumentException if it is under 1
   */
  public LocalResponseNorm(int size) {
    this(size, 1e-4, 0.75, 1);
  }

  /**
   * Makes the layer.
   *
   * @param size how many channels count; those beyond the first and last are 0
   * @param alpha what the mean square is multiplied by
   * @param beta the exponent
   * @param k what is added
   * @throws IllegalArgumentException if the size is under 1
   */
  public LocalResponseNorm(int size, double alpha, double beta, double k) {
    if (size < 1) {
      throw new IllegalArgumentException(
          "LocalResponseNorm: size must be 1 or more, but got " + size);
    }
    this.size = size;
    this.alpha = alpha;
    this.beta = beta;
    this.k = k;
  }

  /**
   * Returns a new tensor of the input's shape.
   *
   * @param input {@code (N, C, ...)} of rank 3 or more
   * @throws IllegalArgumentException if the rank is less
   */
  @Override
  public Tensor forward(Tensor input) {
    return Functional.localResponseNorm(input, size, alpha, beta, k);
  }

  @Override
  protected String extraRepr() {
    return size + ", alpha=" + Repr.of(alpha) + ", beta=" + Repr.of(beta) + ", k=" + Repr.of(k);
  }
}
