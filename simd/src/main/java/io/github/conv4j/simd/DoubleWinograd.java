package io.github.conv4j.simd;

import io.github.conv4j.kernel.WinogradMatrices;
import java.util.Arrays;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** The transforms of Winograd's algorithm in float64, tiles in the lanes. */
final class DoubleWinograd {
  private static final VectorSpecies<Double> S = DoubleVector.SPECIES_PREFERRED;
  private static final int L = S.length();
  private static final int PANEL = DoubleProducts.PANEL;

  private DoubleWinograd() {}

  static void winogradInput(
      int size,
      int side,
      double[] parts,
      int at,
      int step,
      int pitch,
      double[] v,
      int vAt,
      int vStep,
      int vPanel,
      int first,
      int n,
      DoubleScratch scratch) {
    int lanes;
    for (int t = 0; t < n; t += lanes) {
      int place = (first + t) % PANEL;
      int to = vAt + (first + t) / PANEL * vPanel + place;
      // What lies beyond the panel belongs to the next one.
      lanes = Math.min(L, PANEL - place);
      if (side == 4) {
        input4(parts, at + t, step, pitch, v, to, vStep);
      } else if (size == 4) {
        input6(parts, at + t, step, 12 * step, pitch, v, to, vStep, scratch.tile);
      } else {
        input6(parts, at + t, step, pitch, 2 * pitch, v, to, vStep, scratch.tile);
      }
    }
  }

  private static void input4(
      double[] parts, int at, int step, int pitch, double[] v, int to, int vStep) {
    int r0 = at;
    int r1 = r0 + 4 * step;
    int r2 = r0 + pitch;
    int r3 = r1 + pitch;
    DoubleVector d00 = DoubleVector.fromArray(S, parts, r0);
    DoubleVector d10 = DoubleVector.fromArray(S, parts, r1);
    DoubleVector d20 = DoubleVector.fromArray(S, parts, r2);
    DoubleVector d30 = DoubleVector.fromArray(S, parts, r3);
    DoubleVector c00 = d00.sub(d20);
    DoubleVector c10 = d10.add(d20);
    DoubleVector c20 = d20.sub(d10);
    DoubleVector c30 = d10.sub(d30);
    DoubleVector d01 = DoubleVector.fromArray(S, parts, r0 + step);
    DoubleVector d11 = DoubleVector.fromArray(S, parts, r1 + step);
    DoubleVector d21 = DoubleVector.fromArray(S, parts, r2 + step);
    DoubleVector d31 = DoubleVector.fromArray(S, parts, r3 + step);
    DoubleVector c01 = d01.sub(d21);
    DoubleVector c11 = d11.add(d21);
    DoubleVector c21 = d21.sub(d11);
    DoubleVector c31 = d11.sub(d31);
    DoubleVector d02 = DoubleVector.fromArray(S, parts, r0 + 2 * step);
    DoubleVector d12 = DoubleVector.fromArray(S, parts, r1 + 2 * step);
    DoubleVector d22 = DoubleVector.fromArray(S, parts, r2 + 2 * step);
    DoubleVector d32 = DoubleVector.fromArray(S, parts, r3 + 2 * step);
    DoubleVector c02 = d02.sub(d22);
    DoubleVector c12 = d12.add(d22);
    DoubleVector c22 = d22.sub(d12);
    DoubleVector c32 = d12.sub(d32);
    DoubleVector d03 = DoubleVector.fromArray(S, parts, r0 + 3 * step);
    DoubleVector d13 = DoubleVector.fromArray(S, parts, r1 + 3 * step);
    DoubleVector d23 = DoubleVector.fromArray(S, parts, r2 + 3 * step);
    DoubleVector d33 = DoubleVector.fromArray(S, parts, r3 + 3 * step);
    DoubleVector c03 = d03.sub(d23);
    DoubleVector c13 = d13.add(d23);
    DoubleVector c23 = d23.sub(d13);
    DoubleVector c33 = d13.sub(d33);
    c00.sub(c02).intoArray(v, to);
    c01.add(c02).intoArray(v, to + vStep);
    c02.sub(c01).intoArray(v, to + 2 * vStep);
    c01.sub(c03).intoArray(v, to + 3 * vStep);
    c10.sub(c12).intoArray(v, to + 4 * vStep);
    c11.add(c12).intoArray(v, to + 5 * vStep);
    c12.sub(c11).intoArray(v, to + 6 * vStep);
    c11.sub(c13).intoArray(v, to + 7 * vStep);
    c20.sub(c22).intoArray(v, to + 8 * vStep);
    c21.add(c22).intoArray(v, to + 9 * vStep);
    c22.sub(c21).intoArray(v, to + 10 * vStep);
    c21.sub(c23).intoArray(v, to + 11 * vStep);
    c30.sub(c32).intoArray(v, to + 12 * vStep);
    c31.add(c32).intoArray(v, to + 13 * vStep);
    c32.sub(c31).intoArray(v, to + 14 * vStep);
    c31.sub(c33).intoArray(v, to + 15 * vStep);
  }

  private static final double A1 = WinogradMatrices.A6;
  private static final double A2 = A1 * A1;
  private static final double A3 = A2 * A1;
  private static final double B1 = WinogradMatrices.B6;
  private static final double B2 = B1 * B1;
  private static final double B3 = B2 * B1;

  /** In between, 36 numbers do not fit into registers. */
  private static void input6(
      double[] parts,
      int at,
      int step,
      int second,
      int fourth,
      double[] v,
      int vAt,
      int vStep,
      double[] columns) {
    for (int j = 0; j < 6; j++) {
      inputColumn6(parts, at + j * step, 6 * step, second, fourth, columns, j * L, 6 * L);
    }
    for (int i = 0; i < 6; i++) {
      inputColumn6(columns, i * 6 * L, L, 2 * L, 4 * L, v, vAt + i * 6 * vStep, vStep);
    }
  }

  /**
   * Multiplies B' by one column.
   *
   * @param second how far number 2 lies behind number 0; number 3 lies a step behind that
   * @param fourth the same of numbers 4 and 5
   */
  static void inputColumn6(
      double[] d, int at, int step, int second, int fourth, double[] target, int to, int toStep) {
    DoubleVector d0 = DoubleVector.fromArray(S, d, at);
    DoubleVector d1 = DoubleVector.fromArray(S, d, at + step);
    DoubleVector d2 = DoubleVector.fromArray(S, d, at + second);
    DoubleVector d3 = DoubleVector.fromArray(S, d, at + second + step);
    DoubleVector d4 = DoubleVector.fromArray(S, d, at + fourth);
    DoubleVector d5 = DoubleVector.fromArray(S, d, at + fourth + step);
    DoubleVector p = d2.lanewise(VectorOperators.FMA, -B2, d4);
    DoubleVector q = d1.lanewise(VectorOperators.FMA, -B2, d3).mul(A1);
    DoubleVector r = d2.lanewise(VectorOperators.FMA, -A2, d4);
    DoubleVector s = d1.lanewise(VectorOperators.FMA, -A2, d3).mul(B1);
    DoubleVector sum = DoubleVector.broadcast(S, -(A2 + B2));
    DoubleVector product = DoubleVector.broadcast(S, A2 * B2);
    product.fma(d0, sum.fma(d2, d4)).intoArray(target, to);
    p.add(q).intoArray(target, to + toStep);
    p.sub(q).intoArray(target, to + 2 * toStep);
    r.add(s).intoArray(target, to + 3 * toStep);
    r.sub(s).intoArray(target, to + 4 * toStep);
    product.fma(d1, sum.fma(d3, d5)).intoArray(target, to + 5 * toStep);
  }

  static boolean winogradOutput(
      int size,
      int side,
      double[] sums,
      int at,
      int mStep,
      int mPanel,
      double[] bias,
      int channel,
      double[] y,
      int step,
      int n,
      DoubleScratch scratch) {
    double[] b = scratch.biases;
    Arrays.fill(b, bias[channel]);
    int row = size * step;
    double[] lanes = scratch.lanes;
    if (side == 4) {
      output2of4(sums, at, mStep, mPanel, b, 0, y, 0, PANEL, row, step, n, lanes);
    } else if (size == 4) {
      output4of6(sums, at, mStep, mPanel, b, 0, y, 0, PANEL, row, step, n, lanes, scratch.tile);
    } else {
      output2of6(sums, at, mStep, mPanel, b, 0, y, 0, PANEL, row, step, n, lanes, scratch.tile);
    }
    return isZero(lanes);
  }

  static boolean isZero(double[] lanes) {
    double check = 0;
    for (int i = 0; i < L; i++) {
      check += lanes[i];
    }
    return check == 0;
  }

  /**
   * Number i, j of tile t goes to {@code i * yRow + j * yStep} behind the tile's place in panels
   * that are {@code yPanel} apart. Leaves 0 in all lanes of {@code check} if all numbers are
   * finite: 0 times infinity is NaN.
   */
  static void output2of4(
      double[] sums,
      int at,
      int mStep,
      int mPanel,
      double[] b,
      int bAt,
      double[] y,
      int yAt,
      int yPanel,
      int yRow,
      int yStep,
      int n,
      double[] check) {
    DoubleVector zero = DoubleVector.zero(S);
    DoubleVector nan = zero;
    for (int t = 0; t < n; t += L) {
      int m = at + t / PANEL * mPanel + t % PANEL;
      int o = yAt + t / PANEL * yPanel + t % PANEL;
      DoubleVector bias = DoubleVector.fromArray(S, b, bAt + t % PANEL);
      DoubleVector m00 = DoubleVector.fromArray(S, sums, m);
      DoubleVector m10 = DoubleVector.fromArray(S, sums, m + 4 * mStep);
      DoubleVector m20 = DoubleVector.fromArray(S, sums, m + 8 * mStep);
      DoubleVector m30 = DoubleVector.fromArray(S, sums, m + 12 * mStep);
      DoubleVector r00 = m00.add(m10).add(m20);
      DoubleVector r10 = m10.sub(m20).sub(m30);
      DoubleVector m01 = DoubleVector.fromArray(S, sums, m + mStep);
      DoubleVector m11 = DoubleVector.fromArray(S, sums, m + 5 * mStep);
      DoubleVector m21 = DoubleVector.fromArray(S, sums, m + 9 * mStep);
      DoubleVector m31 = DoubleVector.fromArray(S, sums, m + 13 * mStep);
      DoubleVector r01 = m01.add(m11).add(m21);
      DoubleVector r11 = m11.sub(m21).sub(m31);
      DoubleVector m02 = DoubleVector.fromArray(S, sums, m + 2 * mStep);
      DoubleVector m12 = DoubleVector.fromArray(S, sums, m + 6 * mStep);
      DoubleVector m22 = DoubleVector.fromArray(S, sums, m + 10 * mStep);
      DoubleVector m32 = DoubleVector.fromArray(S, sums, m + 14 * mStep);
      DoubleVector r02 = m02.add(m12).add(m22);
      DoubleVector r12 = m12.sub(m22).sub(m32);
      DoubleVector m03 = DoubleVector.fromArray(S, sums, m + 3 * mStep);
      DoubleVector m13 = DoubleVector.fromArray(S, sums, m + 7 * mStep);
      DoubleVector m23 = DoubleVector.fromArray(S, sums, m + 11 * mStep);
      DoubleVector m33 = DoubleVector.fromArray(S, sums, m + 15 * mStep);
      DoubleVector r03 = m03.add(m13).add(m23);
      DoubleVector r13 = m13.sub(m23).sub(m33);
      DoubleVector y00 = r00.add(r01).add(r02).add(bias);
      DoubleVector y01 = r01.sub(r02).sub(r03).add(bias);
      DoubleVector y10 = r10.add(r11).add(r12).add(bias);
      DoubleVector y11 = r11.sub(r12).sub(r13).add(bias);
      y00.intoArray(y, o);
      y01.intoArray(y, o + yStep);
      y10.intoArray(y, o + yRow);
      y11.intoArray(y, o + yRow + yStep);
      nan = zero.fma(y00, zero.fma(y01, zero.fma(y10, zero.fma(y11, nan))));
    }
    zero.add(nan).intoArray(check, 0);
  }

  static void output4of6(
      double[] sums,
      int at,
      int mStep,
      int mPanel,
      double[] b,
      int bAt,
      double[] y,
      int yAt,
      int yPanel,
      int yRow,
      int yStep,
      int n,
      double[] check,
      double[] columns) {
    DoubleVector zero = DoubleVector.zero(S);
    DoubleVector nan = zero;
    for (int t = 0; t < n; t += L) {
      int m = at + t / PANEL * mPanel + t % PANEL;
      int o = yAt + t / PANEL * yPanel + t % PANEL;
      DoubleVector bias = DoubleVector.fromArray(S, b, bAt + t % PANEL);
      for (int j = 0; j < 6; j++) {
        outputColumn4of6(sums, m + j * mStep, 6 * mStep, columns, j * L, 6 * L);
      }
      for (int i = 0; i < 4; i++) {
        int from = i * 6 * L;
        int to = o + i * yRow;
        DoubleVector m0 = DoubleVector.fromArray(S, columns, from);
        DoubleVector m1 = DoubleVector.fromArray(S, columns, from + L);
        DoubleVector m2 = DoubleVector.fromArray(S, columns, from + 2 * L);
        DoubleVector m3 = DoubleVector.fromArray(S, columns, from + 3 * L);
        DoubleVector m4 = DoubleVector.fromArray(S, columns, from + 4 * L);
        DoubleVector m5 = DoubleVector.fromArray(S, columns, from + 5 * L);
        DoubleVector p = m1.add(m2);
        DoubleVector q = m1.sub(m2);
        DoubleVector r = m3.add(m4);
        DoubleVector s = m3.sub(m4);
        DoubleVector y0 = m0.add(p).add(r).add(bias);
        DoubleVector y1 = s.lanewise(VectorOperators.FMA, B1, q.mul(A1)).add(bias);
        DoubleVector y2 = r.lanewise(VectorOperators.FMA, B2, p.mul(A2)).add(bias);
        DoubleVector y3 = s.lanewise(VectorOperators.FMA, B3, q.mul(A3)).add(m5).add(bias);
        y0.intoArray(y, to);
        y1.intoArray(y, to + yStep);
        y2.intoArray(y, to + 2 * yStep);
        y3.intoArray(y, to + 3 * yStep);
        nan = zero.fma(y0, zero.fma(y1, zero.fma(y2, zero.fma(y3, nan))));
      }
    }
    zero.add(nan).intoArray(check, 0);
  }

  /** Multiplies A' by one column, for four outputs. */
  private static void outputColumn4of6(
      double[] m, int at, int step, double[] target, int to, int toStep) {
    DoubleVector m1 = DoubleVector.fromArray(S, m, at + step);
    DoubleVector m2 = DoubleVector.fromArray(S, m, at + 2 * step);
    DoubleVector m3 = DoubleVector.fromArray(S, m, at + 3 * step);
    DoubleVector m4 = DoubleVector.fromArray(S, m, at + 4 * step);
    DoubleVector p = m1.add(m2);
    DoubleVector q = m1.sub(m2);
    DoubleVector r = m3.add(m4);
    DoubleVector s = m3.sub(m4);
    DoubleVector.fromArray(S, m, at).add(p).add(r).intoArray(target, to);
    s.lanewise(VectorOperators.FMA, B1, q.mul(A1)).intoArray(target, to + toStep);
    r.lanewise(VectorOperators.FMA, B2, p.mul(A2)).intoArray(target, to + 2 * toStep);
    s.lanewise(VectorOperators.FMA, B3, q.mul(A3))
        .add(DoubleVector.fromArray(S, m, at + 5 * step))
        .intoArray(target, to + 3 * toStep);
  }

  static void output2of6(
      double[] sums,
      int at,
      int mStep,
      int mPanel,
      double[] b,
      int bAt,
      double[] y,
      int yAt,
      int yPanel,
      int yRow,
      int yStep,
      int n,
      double[] check,
      double[] columns) {
    DoubleVector zero = DoubleVector.zero(S);
    DoubleVector nan = zero;
    for (int t = 0; t < n; t += L) {
      int m = at + t / PANEL * mPanel + t % PANEL;
      int o = yAt + t / PANEL * yPanel + t % PANEL;
      DoubleVector bias = DoubleVector.fromArray(S, b, bAt + t % PANEL);
      for (int j = 0; j < 6; j++) {
        outputColumn2of6(sums, m + j * mStep, 6 * mStep, columns, j * L, 6 * L);
      }
      for (int i = 0; i < 2; i++) {
        int from = i * 6 * L;
        int to = o + i * yRow;
        DoubleVector m0 = DoubleVector.fromArray(S, columns, from);
        DoubleVector m1 = DoubleVector.fromArray(S, columns, from + L);
        DoubleVector m2 = DoubleVector.fromArray(S, columns, from + 2 * L);
        DoubleVector m3 = DoubleVector.fromArray(S, columns, from + 3 * L);
        DoubleVector m4 = DoubleVector.fromArray(S, columns, from + 4 * L);
        DoubleVector m5 = DoubleVector.fromArray(S, columns, from + 5 * L);
        DoubleVector q = m1.sub(m2);
        DoubleVector s = m3.sub(m4);
        DoubleVector y0 = m0.add(m1.add(m2)).add(m3.add(m4)).add(bias);
        DoubleVector y1 = s.lanewise(VectorOperators.FMA, B1, q.mul(A1)).add(m5).add(bias);
        y0.intoArray(y, to);
        y1.intoArray(y, to + yStep);
        nan = zero.fma(y0, zero.fma(y1, nan));
      }
    }
    zero.add(nan).intoArray(check, 0);
  }

  /** Multiplies A' by one column, for two outputs. */
  private static void outputColumn2of6(
      double[] m, int at, int step, double[] target, int to, int toStep) {
    DoubleVector m1 = DoubleVector.fromArray(S, m, at + step);
    DoubleVector m2 = DoubleVector.fromArray(S, m, at + 2 * step);
    DoubleVector m3 = DoubleVector.fromArray(S, m, at + 3 * step);
    DoubleVector m4 = DoubleVector.fromArray(S, m, at + 4 * step);
    DoubleVector q = m1.sub(m2);
    DoubleVector s = m3.sub(m4);
    DoubleVector.fromArray(S, m, at).add(m1.add(m2)).add(m3.add(m4)).intoArray(target, to);
    s.lanewise(VectorOperators.FMA, B1, q.mul(A1))
        .add(DoubleVector.fromArray(S, m, at + 5 * step))
        .intoArray(target, to + toStep);
  }

  static void combine(
      double[] source,
      int[] first,
      int[] second,
      int[] sign,
      int[] runFrom,
      double[] target,
      int[] to,
      int[] runTo,
      int runs) {
    for (int k = 0; k < first.length; k++) {
      if (sign[k] > 0) {
        add(source, first[k], second[k], runFrom, target, to[k], runTo, runs);
      } else if (sign[k] < 0) {
        subtract(source, first[k], second[k], runFrom, target, to[k], runTo, runs);
      } else {
        copy(source, first[k], runFrom, target, to[k], runTo, runs);
      }
    }
  }

  private static void add(
      double[] source, int a, int b, int[] from, double[] target, int to, int[] at, int runs) {
    for (int i = 0; i < runs; i++) {
      DoubleVector p = DoubleVector.fromArray(S, source, a + from[i]);
      DoubleVector q = DoubleVector.fromArray(S, source, b + from[i]);
      p.add(q).intoArray(target, to + at[i]);
    }
  }

  private static void subtract(
      double[] source, int a, int b, int[] from, double[] target, int to, int[] at, int runs) {
    for (int i = 0; i < runs; i++) {
      DoubleVector p = DoubleVector.fromArray(S, source, a + from[i]);
      DoubleVector q = DoubleVector.fromArray(S, source, b + from[i]);
      p.sub(q).intoArray(target, to + at[i]);
    }
  }

  private static void copy(
      double[] source, int a, int[] from, double[] target, int to, int[] at, int runs) {
    for (int i = 0; i < runs; i++) {
      DoubleVector.fromArray(S, source, a + from[i]).intoArray(target, to + at[i]);
    }
  }

  static boolean winogradLine(
      double[] sums,
      int at,
      int mStep,
      int mPanel,
      double[] bias,
      int channel,
      double[] y,
      int yStep,
      int n,
      DoubleScratch scratch) {
    DoubleVector b = DoubleVector.broadcast(S, bias[channel]);
    DoubleVector zero = DoubleVector.zero(S);
    DoubleVector nan = zero;
    for (int t = 0; t < n; t += L) {
      int m = at + t / PANEL * mPanel + t % PANEL;
      DoubleVector m0 = DoubleVector.fromArray(S, sums, m);
      DoubleVector m1 = DoubleVector.fromArray(S, sums, m + mStep);
      DoubleVector m2 = DoubleVector.fromArray(S, sums, m + 2 * mStep);
      DoubleVector m3 = DoubleVector.fromArray(S, sums, m + 3 * mStep);
      DoubleVector y0 = m0.add(m1).add(m2).add(b);
      DoubleVector y1 = m1.sub(m2).sub(m3).add(b);
      y0.intoArray(y, t);
      y1.intoArray(y, t + yStep);
      nan = zero.fma(y0, zero.fma(y1, nan));
    }
    zero.add(nan).intoArray(scratch.lanes, 0);
    return isZero(scratch.lanes);
  }
}
