package io.github.conv4j.random;

/**
 * NumPy's random numbers: those of {@code numpy.random.seed} and {@code numpy.random.RandomState}.
 *
 * <p>Numbers are drawn in float64, whatever the array, and rounded to it. Normal numbers are made
 * in pairs by Marsaglia's polar method, the second kept for the next call.
 *
 * <p>Source: NumPy's numpy/random/src/legacy/legacy-distributions.c and
 * numpy/random/src/mt19937/mt19937.h.
 */
final class NumpyGenerator implements Generator {
  private final MersenneTwister bits;
  private double kept;
  private boolean hasKept;

  NumpyGenerator(long seed) {
    if (seed < 0 || seed > 0xffffffffL) {
      throw new IllegalArgumentException(
          "a NumPy seed must be within [0, 4294967295], but got " + seed);
    }
    bits = new MersenneTwister((int) seed);
  }

  private double nextDouble() {
    int high = bits.next() >>> 5;
    int low = bits.next() >>> 6;
    return (high * 0x1p26 + low) * 0x1p-53;
  }

  @Override
  public synchronized void uniform(float[] out, double low, double high) {
    for (int i = 0; i < out.length; i++) {
      out[i] = (float) nextUniform(low, high);
    }
  }

  @Override
  public synchronized void uniform(double[] out, double low, double high) {
    for (int i = 0; i < out.length; i++) {
      out[i] = nextUniform(low, high);
    }
  }

  private double nextUniform(double low, double high) {
    return low + (high - low) * nextDouble();
  }

  @Override
  public synchronized void normal(float[] out) {
    for (int i = 0; i < out.length; i++) {
      out[i] = (float) nextNormal();
    }
  }

  @Override
  public synchronized void normal(double[] out) {
    for (int i = 0; i < out.length; i++) {
      out[i] = nextNormal();
    }
  }

  private double nextNormal() {
    if (hasKept) {
      hasKept = false;
      return kept;
    }
    double x;
    double y;
    double square;
    do {
      x = 2 * nextDouble() - 1;
      y = 2 * nextDouble() - 1;
      square = x * x + y * y;
    } while (square >= 1 || square == 0);
    double factor = Math.sqrt(-2 * GlibcMath.log(square) / square);
    kept = factor * x;
    hasKept = true;
    return factor * y;
  }
}
