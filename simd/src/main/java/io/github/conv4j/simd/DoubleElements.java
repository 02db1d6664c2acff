package io.github.conv4j.simd;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** Operations on float64 numbers one by one: a vector at a time, and the last ones singly. */
final class DoubleElements {
  private static final VectorSpecies<Double> S = DoubleVector.SPECIES_PREFERRED;
  private static final int L = S.length();

  /** Numbers in a cache line. */
  private static final int LINE = 64 / Double.BYTES;

  private DoubleElements() {}

  /** Reads a number of each cache line, several at a time, and returns something made of them. */
  static double fetch(double[] source, int from, int step, int n, int rows) {
    double a = 0;
    double b = 0;
    double c = 0;
    double d = 0;
    for (int r = 0; r < rows; r++) {
      int i = from + r * step;
      int end = i + n;
      for (; i < end - 3 * LINE; i += 4 * LINE) {
        a += source[i];
        b += source[i + LINE];
        c += source[i + 2 * LINE];
        d += source[i + 3 * LINE];
      }
      for (; i < end; i += LINE) {
        a += source[i];
      }
    }
    return a + b + c + d;
  }

  static void clamp(double[] y, int at, int n, double low, double high) {
    DoubleVector least = DoubleVector.broadcast(S, low);
    DoubleVector most = DoubleVector.broadcast(S, high);
    int end = at + n;
    int i = at;
    if (high == Double.POSITIVE_INFINITY) {
      for (; i <= end - L; i += L) {
        DoubleVector v = DoubleVector.fromArray(S, y, i);
        v.blend(least, v.compare(VectorOperators.LT, least)).intoArray(y, i);
      }
    } else {
      for (; i <= end - L; i += L) {
        DoubleVector v = DoubleVector.fromArray(S, y, i);
        v.blend(least, v.compare(VectorOperators.LT, least))
            .blend(most, v.compare(VectorOperators.GT, most))
            .intoArray(y, i);
      }
    }
    for (; i < end; i++) {
      y[i] = y[i] < low ? low : y[i] > high ? high : y[i];
    }
  }

  static void largest(double[] x, int at, int step, int rows, double[] y, int yAt, int n) {
    if (n < L) {
      for (int i = 0; i < n; i++) {
        double most = x[at + i];
        for (int r = 1; r < rows; r++) {
          most = Math.max(most, x[at + r * step + i]);
        }
        y[yAt + i] = most;
      }
      return;
    }
    for (int i = 0; i < n; i += L) {
      // The last vector begins earlier.
      int column = Math.min(i, n - L);
      int from = at + column;
      DoubleVector most = DoubleVector.fromArray(S, x, from);
      for (int r = 1; r < rows; r++) {
        from += step;
        most = most.max(DoubleVector.fromArray(S, x, from));
      }
      most.intoArray(y, yAt + column);
    }
  }
}
