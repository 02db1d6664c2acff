package io.github.conv4j.simd;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** Operations on float32 numbers one by one: a vector at a time, and the last ones singly. */
final class FloatElements {
  private static final VectorSpecies<Float> S = FloatVector.SPECIES_PREFERRED;
  private static final int L = S.length();

  /** Numbers in a cache line. */
  private static final int LINE = 64 / Float.BYTES;

  private FloatElements() {}

  /** Reads a number of each cache line, several at a time, and returns something made of them. */
  static float fetch(float[] source, int from, int step, int n, int rows) {
    float a = 0;
    float b = 0;
    float c = 0;
    float d = 0;
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

  static void clamp(float[] y, int at, int n, float low, float high) {
    FloatVector least = FloatVector.broadcast(S, low);
    FloatVector most = FloatVector.broadcast(S, high);
    int end = at + n;
    int i = at;
    if (high == Float.POSITIVE_INFINITY) {
      for (; i <= end - L; i += L) {
        FloatVector v = FloatVector.fromArray(S, y, i);
        v.blend(least, v.compare(VectorOperators.LT, least)).intoArray(y, i);
      }
    } else {
      for (; i <= end - L; i += L) {
        FloatVector v = FloatVector.fromArray(S, y, i);
        v.blend(least, v.compare(VectorOperators.LT, least))
            .blend(most, v.compare(VectorOperators.GT, most))
            .intoArray(y, i);
      }
    }
    for (; i < end; i++) {
      y[i] = y[i] < low ? low : y[i] > high ? high : y[i];
    }
  }

  static void largest(float[] x, int at, int step, int rows, float[] y, int yAt, int n) {
    if (n < L) {
      for (int i = 0; i < n; i++) {
        float most = x[at + i];
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
      FloatVector most = FloatVector.fromArray(S, x, from);
      for (int r = 1; r < rows; r++) {
        from += step;
        most = most.max(FloatVector.fromArray(S, x, from));
      }
      most.intoArray(y, yAt + column);
    }
  }
}
