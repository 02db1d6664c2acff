package io.github.conv4j.random;

/**
 * A source of random numbers whose sequence is fixed by its seed, the same on every machine.
 *
 * <p>Safe for use by many threads; each call draws its numbers without interruption.
 */
public interface Generator {
  /**
   * Returns a generator that gives bit for bit what PyTorch gives on the CPU after {@code
   * torch.manual_seed(seed)}.
   */
  static Generator torch(long seed) {
    return new TorchGenerator(seed);
  }

  /**
   * Returns a generator that gives bit for bit what NumPy gives after {@code
   * numpy.random.seed(seed)}.
   *
   * @throws IllegalArgumentException if the seed is not within {@code [0, 2^32)}
   */
  static Generator numpy(long seed) {
    return new NumpyGenerator(seed);
  }

  /** Fills {@code out} with uniform numbers, PyTorch's {@code tensor.uniform_(low, high)}. */
  void uniform(float[] out, double low, double high);

  /** Fills {@code out} with uniform numbers, PyTorch's {@code tensor.uniform_(low, high)}. */
  void uniform(double[] out, double low, double high);

  /** Fills {@code out} with numbers of the standard normal distribution. */
  void normal(float[] out);

  /** Fills {@code out} with numbers of the standard normal distribution. */
  void normal(double[] out);
}
