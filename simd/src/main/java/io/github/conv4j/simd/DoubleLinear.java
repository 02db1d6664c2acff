package io.github.conv4j.simd;

import static io.github.conv4j.kernel.TileKernels.ROW_CHUNK;
import static io.github.conv4j.kernel.TileKernels.ROW_LANES;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Products of rows with rows. A vector holds some of the lanes, so that a chunk is gone through as
 * often as it takes vectors to hold all of them; after the first time it comes from the first-level
 * cache.
 */
final class DoubleLinear {
  private static final VectorSpecies<Double> S = DoubleVector.SPECIES_PREFERRED;
  private static final int L = S.length();

  private DoubleLinear() {}

  static void addRowProducts(
      double[] w,
      int wAt,
      int wRow,
      int rows,
      double[] x,
      int xAt,
      int xRow,
      int inputs,
      int n,
      double[] totals) {
    int fours = inputs & -4;
    for (int t = 0; t < n; t += ROW_CHUNK) {
      int length = Math.min(ROW_CHUNK, n - t);
      for (int lane = 0; lane < ROW_LANES; lane += L) {
        int a = wAt + t + lane;
        int b = xAt + t + lane;
        for (int i = 0; i < fours; i += 4) {
          fourInputs(w, a, wRow, rows, x, b + i * xRow, xRow, length, totals, i, inputs, lane);
        }
        for (int i = fours; i < inputs; i++) {
          oneInput(w, a, wRow, rows, x, b + i * xRow, length, totals, i, inputs, lane);
        }
      }
    }
  }

  private static void fourInputs(
      double[] w,
      int a,
      int wRow,
      int rows,
      double[] x,
      int b,
      int xRow,
      int n,
      double[] totals,
      int input,
      int inputs,
      int lane) {
    int step = inputs * ROW_LANES;
    int at = input * ROW_LANES + lane;
    int twos = rows & -2;
    for (int r = 0; r < twos; r += 2) {
      twoByFour(w, a + r * wRow, wRow, x, b, xRow, n, totals, at + r * step, step);
    }
    if (twos < rows) {
      for (int i = 0; i < 4; i++) {
        oneByOne(w, a + twos * wRow, x, b + i * xRow, n, totals, at + twos * step + i * ROW_LANES);
      }
    }
  }

  private static void oneInput(
      double[] w,
      int a,
      int wRow,
      int rows,
      double[] x,
      int b,
      int n,
      double[] totals,
      int input,
      int inputs,
      int lane) {
    int step = inputs * ROW_LANES;
    int at = input * ROW_LANES + lane;
    int fours = rows & -4;
    for (int r = 0; r < fours; r += 4) {
      fourByOne(w, a + r * wRow, wRow, x, b, n, totals, at + r * step, step);
    }
    for (int r = fours; r < rows; r++) {
      oneByOne(w, a + r * wRow, x, b, n, totals, at + r * step);
    }
  }

  private static void twoByFour(
      double[] w,
      int a,
      int wRow,
      double[] x,
      int b,
      int xRow,
      int n,
      double[] totals,
      int at,
      int step) {
    DoubleVector p0 = DoubleVector.zero(S);
    DoubleVector p1 = p0;
    DoubleVector p2 = p0;
    DoubleVector p3 = p0;
    DoubleVector q0 = p0;
    DoubleVector q1 = p0;
    DoubleVector q2 = p0;
    DoubleVector q3 = p0;
    for (int t = 0; t < n; t += ROW_LANES) {
      DoubleVector u = DoubleVector.fromArray(S, w, a + t);
      DoubleVector v = DoubleVector.fromArray(S, w, a + wRow + t);
      DoubleVector x0 = DoubleVector.fromArray(S, x, b + t);
      DoubleVector x1 = DoubleVector.fromArray(S, x, b + xRow + t);
      DoubleVector x2 = DoubleVector.fromArray(S, x, b + 2 * xRow + t);
      DoubleVector x3 = DoubleVector.fromArray(S, x, b + 3 * xRow + t);
      p0 = u.fma(x0, p0);
      p1 = u.fma(x1, p1);
      p2 = u.fma(x2, p2);
      p3 = u.fma(x3, p3);
      q0 = v.fma(x0, q0);
      q1 = v.fma(x1, q1);
      q2 = v.fma(x2, q2);
      q3 = v.fma(x3, q3);
    }
    add(p0, totals, at);
    add(p1, totals, at + ROW_LANES);
    add(p2, totals, at + 2 * ROW_LANES);
    add(p3, totals, at + 3 * ROW_LANES);
    add(q0, totals, at + step);
    add(q1, totals, at + step + ROW_LANES);
    add(q2, totals, at + step + 2 * ROW_LANES);
    add(q3, totals, at + step + 3 * ROW_LANES);
  }

  private static void fourByOne(
      double[] w, int a, int wRow, double[] x, int b, int n, double[] totals, int at, int step) {
    DoubleVector p0 = DoubleVector.zero(S);
    DoubleVector p1 = p0;
    DoubleVector p2 = p0;
    DoubleVector p3 = p0;
    for (int t = 0; t < n; t += ROW_LANES) {
      DoubleVector v = DoubleVector.fromArray(S, x, b + t);
      p0 = DoubleVector.fromArray(S, w, a + t).fma(v, p0);
      p1 = DoubleVector.fromArray(S, w, a + wRow + t).fma(v, p1);
      p2 = DoubleVector.fromArray(S, w, a + 2 * wRow + t).fma(v, p2);
      p3 = DoubleVector.fromArray(S, w, a + 3 * wRow + t).fma(v, p3);
    }
    add(p0, totals, at);
    add(p1, totals, at + step);
    add(p2, totals, at + 2 * step);
    add(p3, totals, at + 3 * step);
  }

  private static void oneByOne(
      double[] w, int a, double[] x, int b, int n, double[] totals, int at) {
    DoubleVector p = DoubleVector.zero(S);
    for (int t = 0; t < n; t += ROW_LANES) {
      p = DoubleVector.fromArray(S, w, a + t).fma(DoubleVector.fromArray(S, x, b + t), p);
    }
    add(p, totals, at);
  }

  private static void add(DoubleVector part, double[] totals, int at) {
    DoubleVector.fromArray(S, totals, at).add(part).intoArray(totals, at);
  }
}
