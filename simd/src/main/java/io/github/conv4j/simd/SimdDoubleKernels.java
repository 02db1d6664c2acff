package io.github.conv4j.simd;

import io.github.conv4j.kernel.PortableDoubleKernels;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorSpecies;

/** The float64 kernels on vectors: {@link SimdFloatKernels}, line for line. */
final class SimdDoubleKernels extends PortableDoubleKernels {
  private static final VectorSpecies<Double> SPECIES = DoubleVector.SPECIES_PREFERRED;

  @Override
  public void addProducts(
      double[][] x,
      int taps,
      double[] w,
      int wFrom,
      int wStep,
      double[][] totals,
      int rows,
      int n,
      double[][] parts) {
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
      double[][] x, int taps, double[] w, int from, int wStep, double[][] totals, int m, int j) {
    DoubleVector a = DoubleVector.zero(SPECIES);
    DoubleVector b = a;
    DoubleVector c = a;
    DoubleVector d = a;
    for (int t = 0; t < taps; t++) {
      DoubleVector v = DoubleVector.fromArray(SPECIES, x[t], j);
      a = v.fma(DoubleVector.broadcast(SPECIES, w[from + t]), a);
      b = v.fma(DoubleVector.broadcast(SPECIES, w[from + wStep + t]), b);
      c = v.fma(DoubleVector.broadcast(SPECIES, w[from + 2 * wStep + t]), c);
      d = v.fma(DoubleVector.broadcast(SPECIES, w[from + 3 * wStep + t]), d);
    }
    add(a, totals[m], j);
    add(b, totals[m + 1], j);
    add(c, totals[m + 2], j);
    add(d, totals[m + 3], j);
  }

  private static void oneVector(
      double[][] x, int taps, double[] w, int from, double[] total, int j) {
    DoubleVector part = DoubleVector.zero(SPECIES);
    for (int t = 0; t < taps; t++) {
      DoubleVector v = DoubleVector.fromArray(SPECIES, x[t], j);
      part = v.fma(DoubleVector.broadcast(SPECIES, w[from + t]), part);
    }
    add(part, total, j);
  }

  private static void add(DoubleVector part, double[] total, int j) {
    DoubleVector.fromArray(SPECIES, total, j).add(part).intoArray(total, j);
  }

  private static void oneNumber(
      double[][] x, int taps, double[] w, int from, double[] total, int j) {
    double part = 0;
    for (int t = 0; t < taps; t++) {
      part = Math.fma(w[from + t], x[t][j], part);
    }
    total[j] += part;
  }
}
