package io.github.conv4j.simd;

import io.github.conv4j.kernel.PortableFloatKernels;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The float32 kernels on vectors: as many neighbouring numbers of a row as a vector holds go
 * through the chain of each at once, so lanes never mix and the bits are those of the portable
 * kernels.
 */
final class SimdFloatKernels extends PortableFloatKernels {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;

  @Override
  public void addProducts(
      float[][] x,
      int taps,
      float[] w,
      int wFrom,
      int wStep,
      float[][] totals,
      int rows,
      int n,
      float[][] parts) {
    int bound = SPECIES.loopBound(n);
    int m = 0;
    for (; m + 3 < rows; m += 4) {
      for (int j = 0; j < bound; j += SPECIES.length()) {
        fourVectors(x, taps, w, wFrom + m * wStep, wStep, totals, m, j);
      }
    }
    for (; m < rows; m++) {
      for (int j = 0; j < bound; j += SPECIES.length()) {
        oneVector(x, taps, w, wFrom + m * wStep, totals[m], j);
      }
    }
    for (m = 0; m < rows; m++) {
      for (int j = bound; j < n; j++) {
        oneNumber(x, taps, w, wFrom + m * wStep, totals[m], j);
      }
    }
  }

  private static void fourVectors(
      float[][] x, int taps, float[] w, int from, int wStep, float[][] totals, int m, int j) {
    FloatVector a = FloatVector.zero(SPECIES);
    FloatVector b = a;
    FloatVector c = a;
    FloatVector d = a;
    for (int t = 0; t < taps; t++) {
      FloatVector v = FloatVector.fromArray(SPECIES, x[t], j);
      a = v.fma(FloatVector.broadcast(SPECIES, w[from + t]), a);
      b = v.fma(FloatVector.broadcast(SPECIES, w[from + wStep + t]), b);
      c = v.fma(FloatVector.broadcast(SPECIES, w[from + 2 * wStep + t]), c);
      d = v.fma(FloatVector.broadcast(SPECIES, w[from + 3 * wStep + t]), d);
    }
    add(a, totals[m], j);
    add(b, totals[m + 1], j);
    add(c, totals[m + 2], j);
    add(d, totals[m + 3], j);
  }

  private static void oneVector(float[][] x, int taps, float[] w, int from, float[] total, int j) {
    FloatVector part = FloatVector.zero(SPECIES);
    for (int t = 0; t < taps; t++) {
      FloatVector v = FloatVector.fromArray(SPECIES, x[t], j);
      part = v.fma(FloatVector.broadcast(SPECIES, w[from + t]), part);
    }
    add(part, total, j);
  }

  private static void add(FloatVector part, float[] total, int j) {
    FloatVector.fromArray(SPECIES, total, j).add(part).intoArray(total, j);
  }

  private static void oneNumber(float[][] x, int taps, float[] w, int from, float[] total, int j) {
    float part = 0;
    for (int t = 0; t < taps; t++) {
      part = Math.fma(w[from + t], x[t][j], part);
    }
    total[j] += part;
  }
}
