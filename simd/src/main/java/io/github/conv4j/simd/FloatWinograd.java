package io.github.conv4j.simd;

import io.github.conv4j.kernel.WinogradMatrices;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** The transforms of Winograd's algorithm in float32, tiles in the lanes. */
final class FloatWinograd {
  private static final VectorSpecies<Float> S = FloatVector.SPECIES_PREFERRED;
  private static final int L = S.length();
  private static final int PANEL = FloatProducts.PANEL;

  private FloatWinograd() {}

  static void winogradInput(
      int size,
      int side,
      float[] parts,
      int at,
      int step,
      int pitch,
      float[] v,
      int vAt,
      int vStep,
      int vPanel,
      int first,
      int n,
      FloatScratch scratch) {
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
      float[] parts, int at, int step, int pitch, float[] v, int to, int vStep) {
    int r0 = at;
    int r1 = r0 + 4 * step;
    int r2 = r0 + pitch;
    int r3 = r1 + pitch;
    FloatVector d00 = FloatVector.fromArray(S, parts, r0);
    FloatVector d10 = FloatVector.fromArray(S, parts, r1);
    FloatVector d20 = FloatVector.fromArray(S, parts, r2);
    FloatVector d30 = FloatVector.fromArray(S, parts, r3);
    FloatVector c00 = d00.sub(d20);
    FloatVector c10 = d10.add(d20);
    FloatVector c20 = d20.sub(d10);
    FloatVector c30 = d10.sub(d30);
    FloatVector d01 = FloatVector.fromArray(S, parts, r0 + step);
    FloatVector d11 = FloatVector.fromArray(S, parts, r1 + step);
    FloatVector d21 = FloatVector.fromArray(S, parts, r2 + step);
    FloatVector d31 = FloatVector.fromArray(S, parts, r3 + step);
    FloatVector c01 = d01.sub(d21);
    FloatVector c11 = d11.add(d21);
    FloatVector c21 = d21.sub(d11);
    FloatVector c31 = d11.sub(d31);
    FloatVector d02 = FloatVector.fromArray(S, parts, r0 + 2 * step);
    FloatVector d12 = FloatVector.fromArray(S, parts, r1 + 2 * step);
    FloatVector d22 = FloatVector.fromArray(S, parts, r2 + 2 * step);
    FloatVector d32 = FloatVector.fromArray(S, parts, r3 + 2 * step);
    FloatVector c02 = d02.sub(d22);
    FloatVector c12 = d12.add(d22);
    FloatVector c22 = d22.sub(d12);
    FloatVector c32 = d12.sub(d32);
    FloatVector d03 = FloatVector.fromArray(S, parts, r0 + 3 * step);
    FloatVector d13 = FloatVector.fromArray(S, parts, r1 + 3 * step);
    FloatVector d23 = FloatVector.fromArray(S, parts, r2 + 3 * step);
    FloatVector d33 = FloatVector.fromArray(S, parts, r3 + 3 * step);
    FloatVector c03 = d03.sub(d23);
    FloatVector c13 = d13.add(d23);
    FloatVector c23 = d23.sub(d13);
    FloatVector c33 = d13.sub(d33);
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

  private static final float A1 = (float) WinogradMatrices.A6;
  private static final float A2 = A1 * A1;
  private static final float A3 = A2 * A1;
  private static final float B1 = (float) WinogradMatrices.B6;
  private static final float B2 = B1 * B1;
  private static final float B3 = B2 * B1;

  /** In between, 36 numbers do not fit into registers. */
  private static void input6(
      float[] parts,
      int at,
      int step,
      int second,
      int fourth,
      float[] v,
      int vAt,
      int vStep,
      float[] columns) {
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
      float[] d, int at, int step, int second, int fourth, float[] target, int to, int toStep) {
    FloatVector d0 = FloatVector.fromArray(S, d, at);
    FloatVector d1 = FloatVector.fromArray(S, d, at + step);
    FloatVector d2 = FloatVector.fromArray(S, d, at + second);
    FloatVector d3 = FloatVector.fromArray(S, d, at + second + step);
    FloatVector d4 = FloatVector.fromArray(S, d, at + fourth);
    FloatVector d5 = FloatVector.fromArray(S, d, at + fourth + step);
    FloatVector p = d2.lanewise(VectorOperators.FMA, -B2, d4);
    FloatVector q = d1.lanewise(VectorOperators.FMA, -B2, d3).mul(A1);
    FloatVector r = d2.lanewise(VectorOperators.FMA, -A2, d4);
    FloatVector s = d1.lanewise(VectorOperators.FMA, -A2, d3).mul(B1);
    FloatVector sum = FloatVector.broadcast(S, -(A2 + B2));
    FloatVector product = FloatVector.broadcast(S, A2 * B2);
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
      float[] sums,
      int at,
      int mStep,
      int mPanel,
      float[] bias,
      int channel,
      float[] y,
      int step,
      int n,
      FloatScratch scratch) {
    float[] b = scratch.biases;
    Arrays.fill(b, bias[channel]);
    int row = size * step;
    float[] lanes = scratch.lanes;
    if (side == 4) {
      output2of4(sums, at, mStep, mPanel, b, 0, y, 0, PANEL, row, step, n, lanes);
    } else if (size == 4) {
      output4of6(sums, at, mStep, mPanel, b, 0, y, 0, PANEL, row, step, n, lanes, scratch.tile);
    } else {
      output2of6(sums, at, mStep, mPanel, b, 0, y, 0, PANEL, row, step, n, lanes, scratch.tile);
    }
    return isZero(lanes);
  }

  static boolean isZero(float[] lanes) {
    float check = 0;
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
      float[] sums,
      int at,
      int mStep,
      int mPanel,
      float[] b,
      int bAt,
      float[] y,
      int yAt,
      int yPanel,
      int yRow,
      int yStep,
      int n,
      float[] check) {
    FloatVector zero = FloatVector.zero(S);
    FloatVector nan = zero;
    for (int t = 0; t < n; t += L) {
      int m = at + t / PANEL * mPanel + t % PANEL;
      int o = yAt + t / PANEL * yPanel + t % PANEL;
      FloatVector bias = FloatVector.fromArray(S, b, bAt + t % PANEL);
      FloatVector m00 = FloatVector.fromArray(S, sums, m);
      FloatVector m10 = FloatVector.fromArray(S, sums, m + 4 * mStep);
      FloatVector m20 = FloatVector.fromArray(S, sums, m + 8 * mStep);
      FloatVector m30 = FloatVector.fromArray(S, sums, m + 12 * mStep);
      FloatVector r00 = m00.add(m10).add(m20);
      FloatVector r10 = m10.sub(m20).sub(m30);
      FloatVector m01 = FloatVector.fromArray(S, sums, m + mStep);
      FloatVector m11 = FloatVector.fromArray(S, sums, m + 5 * mStep);
      FloatVector m21 = FloatVector.fromArray(S, sums, m + 9 * mStep);
      FloatVector m31 = FloatVector.fromArray(S, sums, m + 13 * mStep);
      FloatVector r01 = m01.add(m11).add(m21);
      FloatVector r11 = m11.sub(m21).sub(m31);
      FloatVector m02 = FloatVector.fromArray(S, sums, m + 2 * mStep);
      FloatVector m12 = FloatVector.fromArray(S, sums, m + 6 * mStep);
      FloatVector m22 = FloatVector.fromArray(S, sums, m + 10 * mStep);
      FloatVector m32 = FloatVector.fromArray(S, sums, m + 14 * mStep);
      FloatVector r02 = m02.add(m12).add(m22);
      FloatVector r12 = m12.sub(m22).sub(m32);
      FloatVector m03 = FloatVector.fromArray(S, sums, m + 3 * mStep);
      FloatVector m13 = FloatVector.fromArray(S, sums, m + 7 * mStep);
      FloatVector m23 = FloatVector.fromArray(S, sums, m + 11 * mStep);
      FloatVector m33 = FloatVector.fromArray(S, sums, m + 15 * mStep);
      FloatVector r03 = m03.add(m13).add(m23);
      FloatVector r13 = m13.sub(m23).sub(m33);
      FloatVector y00 = r00.add(r01).add(r02).add(bias);
      FloatVector y01 = r01.sub(r02).sub(r03).add(bias);
      FloatVector y10 = r10.add(r11).add(r12).add(bias);
      FloatVector y11 = r11.sub(r12).sub(r13).add(bias);
      y00.intoArray(y, o);
      y01.intoArray(y, o + yStep);
      y10.intoArray(y, o + yRow);
      y11.intoArray(y, o + yRow + yStep);
      nan = zero.fma(y00, zero.fma(y01, zero.fma(y10, zero.fma(y11, nan))));
    }
    zero.add(nan).intoArray(check, 0);
  }

  static void output4of6(
      float[] sums,
      int at,
      int mStep,
      int mPanel,
      float[] b,
      int bAt,
      float[] y,
      int yAt,
      int yPanel,
      int yRow,
      int yStep,
      int n,
      float[] check,
      float[] columns) {
    FloatVector zero = FloatVector.zero(S);
    FloatVector nan = zero;
    for (int t = 0; t < n; t += L) {
      int m = at + t / PANEL * mPanel + t % PANEL;
      int o = yAt + t / PANEL * yPanel + t % PANEL;
      FloatVector bias = FloatVector.fromArray(S, b, bAt + t % PANEL);
      for (int j = 0; j < 6; j++) {
        outputColumn4of6(sums, m + j * mStep, 6 * mStep, columns, j * L, 6 * L);
      }
      for (int i = 0; i < 4; i++) {
        int from = i * 6 * L;
        int to = o + i * yRow;
        FloatVector m0 = FloatVector.fromArray(S, columns, from);
        FloatVector m1 = FloatVector.fromArray(S, columns, from + L);
        FloatVector m2 = FloatVector.fromArray(S, columns, from + 2 * L);
        FloatVector m3 = FloatVector.fromArray(S, columns, from + 3 * L);
        FloatVector m4 = FloatVector.fromArray(S, columns, from + 4 * L);
        FloatVector m5 = FloatVector.fromArray(S, columns, from + 5 * L);
        FloatVector p = m1.add(m2);
        FloatVector q = m1.sub(m2);
        FloatVector r = m3.add(m4);
        FloatVector s = m3.sub(m4);
        FloatVector y0 = m0.add(p).add(r).add(bias);
        FloatVector y1 = s.lanewise(VectorOperators.FMA, B1, q.mul(A1)).add(bias);
        FloatVector y2 = r.lanewise(VectorOperators.FMA, B2, p.mul(A2)).add(bias);
        FloatVector y3 = s.lanewise(VectorOperators.FMA, B3, q.mul(A3)).add(m5).add(bias);
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
      float[] m, int at, int step, float[] target, int to, int toStep) {
    FloatVector m1 = FloatVector.fromArray(S, m, at + step);
    FloatVector m2 = FloatVector.fromArray(S, m, at + 2 * step);
    FloatVector m3 = FloatVector.fromArray(S, m, at + 3 * step);
    FloatVector m4 = FloatVector.fromArray(S, m, at + 4 * step);
    FloatVector p = m1.add(m2);
    FloatVector q = m1.sub(m2);
    FloatVector r = m3.add(m4);
    FloatVector s = m3.sub(m4);
    FloatVector.fromArray(S, m, at).add(p).add(r).intoArray(target, to);
    s.lanewise(VectorOperators.FMA, B1, q.mul(A1)).intoArray(target, to + toStep);
    r.lanewise(VectorOperators.FMA, B2, p.mul(A2)).intoArray(target, to + 2 * toStep);
    s.lanewise(VectorOperators.FMA, B3, q.mul(A3))
        .add(FloatVector.fromArray(S, m, at + 5 * step))
        .intoArray(target, to + 3 * toStep);
  }

  static void output2of6(
      float[] sums,
      int at,
      int mStep,
      int mPanel,
      float[] b,
      int bAt,
      float[] y,
      int yAt,
      int yPanel,
      int yRow,
      int yStep,
      int n,
      float[] check,
      float[] columns) {
    FloatVector zero = FloatVector.zero(S);
    FloatVector nan = zero;
    for (int t = 0; t < n; t += L) {
      int m = at + t / PANEL * mPanel + t % PANEL;
      int o = yAt + t / PANEL * yPanel + t % PANEL;
      FloatVector bias = FloatVector.fromArray(S, b, bAt + t % PANEL);
      for (int j = 0; j < 6; j++) {
        outputColumn2of6(sums, m + j * mStep, 6 * mStep, columns, j * L, 6 * L);
      }
      for (int i = 0; i < 2; i++) {
        int from = i * 6 * L;
        int to = o + i * yRow;
        FloatVector m0 = FloatVector.fromArray(S, columns, from);
        FloatVector m1 = FloatVector.fromArray(S, columns, from + L);
        FloatVector m2 = FloatVector.fromArray(S, columns, from + 2 * L);
        FloatVector m3 = FloatVector.fromArray(S, columns, from + 3 * L);
        FloatVector m4 = FloatVector.fromArray(S, columns, from + 4 * L);
        FloatVector m5 = FloatVector.fromArray(S, columns, from + 5 * L);
        FloatVector q = m1.sub(m2);
        FloatVector s = m3.sub(m4);
        FloatVector y0 = m0.add(m1.add(m2)).add(m3.add(m4)).add(bias);
        FloatVector y1 = s.lanewise(VectorOperators.FMA, B1, q.mul(A1)).add(m5).add(bias);
        y0.intoArray(y, to);
        y1.intoArray(y, to + yStep);
        nan = zero.fma(y0, zero.fma(y1, nan));
      }
    }
    zero.add(nan).intoArray(check, 0);
  }

  /** Multiplies A' by one column, for two outputs. */
  private static void outputColumn2of6(
      float[] m, int at, int step, float[] target, int to, int toStep) {
    FloatVector m1 = FloatVector.fromArray(S, m, at + step);
    FloatVector m2 = FloatVector.fromArray(S, m, at + 2 * step);
    FloatVector m3 = FloatVector.fromArray(S, m, at + 3 * step);
    FloatVector m4 = FloatVector.fromArray(S, m, at + 4 * step);
    FloatVector q = m1.sub(m2);
    FloatVector s = m3.sub(m4);
    FloatVector.fromArray(S, m, at).add(m1.add(m2)).add(m3.add(m4)).intoArray(target, to);
    s.lanewise(VectorOperators.FMA, B1, q.mul(A1))
        .add(FloatVector.fromArray(S, m, at + 5 * step))
        .intoArray(target, to + toStep);
  }

  static void combine(
      float[] source,
      int[] first,
      int[] second,
      int[] sign,
      int[] runFrom,
      float[] target,
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
      float[] source, int a, int b, int[] from, float[] target, int to, int[] at, int runs) {
    for (int i = 0; i < runs; i++) {
      FloatVector p = FloatVector.fromArray(S, source, a + from[i]);
      FloatVector q = FloatVector.fromArray(S, source, b + from[i]);
      p.add(q).intoArray(target, to + at[i]);
    }
  }

  private static void subtract(
      float[] source, int a, int b, int[] from, float[] target, int to, int[] at, int runs) {
    for (int i = 0; i < runs; i++) {
      FloatVector p = FloatVector.fromArray(S, source, a + from[i]);
      FloatVector q = FloatVector.fromArray(S, source, b + from[i]);
      p.sub(q).intoArray(target, to + at[i]);
    }
  }

  private static void copy(
      float[] source, int a, int[] from, float[] target, int to, int[] at, int runs) {
    for (int i = 0; i < runs; i++) {
      FloatVector.fromArray(S, source, a + from[i]).intoArray(target, to + at[i]);
    }
  }

  static boolean winogradLine(
      float[] sums,
      int at,
      int mStep,
      int mPanel,
      float[] bias,
      int channel,
      float[] y,
      int yStep,
      int n,
      FloatScratch scratch) {
    FloatVector b = FloatVector.broadcast(S, bias[channel]);
    FloatVector zero = FloatVector.zero(S);
    FloatVector nan = zero;
    for (int t = 0; t < n; t += L) {
      int m = at + t / PANEL * mPanel + t % PANEL;
      FloatVector m0 = FloatVector.fromArray(S, sums, m);
      FloatVector m1 = FloatVector.fromArray(S, sums, m + mStep);
      FloatVector m2 = FloatVector.fromArray(S, sums, m + 2 * mStep);
      FloatVector m3 = FloatVector.fromArray(S, sums, m + 3 * mStep);
      FloatVector y0 = m0.add(m1).add(m2).add(b);
      FloatVector y1 = m1.sub(m2).sub(m3).add(b);
      y0.intoArray(y, t);
      y1.intoArray(y, t + yStep);
      nan = zero.fma(y0, zero.fma(y1, nan));
    }
    zero.add(nan).intoArray(scratch.lanes, 0);
    return isZero(scratch.lanes);
  }
}
