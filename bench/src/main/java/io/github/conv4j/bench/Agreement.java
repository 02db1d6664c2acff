package io.github.conv4j.bench;

import io.github.conv4j.DType;
import io.github.conv4j.Tensor;

/** How far two outputs of a layer may be, and are, apart. */
final class Agreement {
  /**
   * Allows for eight standard deviations: the errors of a sum of k products grow with the root of k
   * where each is rounded by itself, and a million outputs are compared.
   */
  private static final double ROUNDINGS = 8;

  private Agreement() {}

  /** Returns the tolerated difference, relative to the largest output. */
  static double tolerance(Layer layer) {
    double rounding = layer.type() == DType.FLOAT64 ? Math.ulp(0.5) : Math.ulp(0.5f);
    return ROUNDINGS * rounding * Math.sqrt(layer.taps());
  }

  /**
   * Returns the largest difference, relative to the largest expected value; NaN if there is one.
   */
  static double maxError(Tensor actual, Tensor expected) {
    if (!actual.shape().equals(expected.shape())) {
      throw new IllegalArgumentException(
          "an output of shape " + expected.shape() + " was expected, not " + actual.shape());
    }
    double[] a = actual.toDoubleArray();
    double[] e = expected.toDoubleArray();
    double difference = 0;
    double largest = Double.MIN_NORMAL;
    for (int i = 0; i < e.length; i++) {
      // Math.max keeps a NaN.
      difference = Math.max(difference, Math.abs(a[i] - e[i]));
      largest = Math.max(largest, Math.abs(e[i]));
    }
    return difference / largest;
  }
}
