package io.github.conv4j.simd;

import io.github.conv4j.kernel.WinogradMatrices;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** The transforms of Winograd's algorithm in float32, tiles in the lanes. */
final class FloatWinograd {
  private static final VectorSpecies<Float> S = FloatVector.SPECIES_PREFERRED;
  private static final int L = S.length();

  private FloatWinograd() {}

  static void winogradInput(
      int size,
      float[] parts,
      int at,
      int step,
      float[] v,
      int vAt,
      int vStep,
      int n,
      int rows,
      FloatScratch scratch) {
    float[] columns = scratch.tile;
    for (int r = 0; r < rows; r++) {
      int from = at + r * size * size * step;
      int to = vAt + r * n;
      for (int t = 0; t < n; t += L) {
        if (size == 2) {
          input2(parts, from + t, 2 * step, step, v, to + t, vStep);
        } else {
          input4(parts, from + t, 4 * step, step, v, to + t, vStep, columns);
        }
      }
    }
  }

  private static void input2(
      float[] rows, int at, int rowStep, int step, float[] v, int vAt, int vStep) {
    int r0 = at;
    int r1 = at + rowStep;
    int r2 = at + 2 * rowStep;
    int r3 = at + 3 * rowStep;
    FloatVector d00 = FloatVector.fromArray(S, rows, r0);
    FloatVector d10 = FloatVector.fromArray(S, rows, r1);
    FloatVector d20 = FloatVector.fromArray(S, rows, r2);
    FloatVector d30 = FloatVector.fromArray(S, rows, r3);
    FloatVector c00 = d00.sub(d20);
    FloatVector c10 = d10.add(d20);
    FloatVector c20 = d20.sub(d10);
    FloatVector c30 = d10.sub(d30);
    FloatVector d01 = FloatVector.fromArray(S, rows, r0 + step);
    FloatVector d11 = FloatVector.fromArray(S, rows, r1 + step);
    FloatVector d21 = FloatVector.fromArray(S, rows, r2 + step);
    FloatVector d31 = FloatVector.fromArray(S, rows, r3 + step);
    FloatVector c01 = d01.sub(d21);
    FloatVector c11 = d11.add(d21);
    FloatVector c21 = d21.sub(d11);
    FloatVector c31 = d11.sub(d31);
    FloatVector d02 = FloatVector.fromArray(S, rows, r0 + 1);
    FloatVector d12 = FloatVector.fromArray(S, rows, r1 + 1);
    FloatVector d22 = FloatVector.fromArray(S, rows, r2 + 1);
    FloatVector d32 = FloatVector.fromArray(S, rows, r3 + 1);
    FloatVector c02 = d02.sub(d22);
    FloatVector c12 = d12.add(d22);
    FloatVector c22 = d22.sub(d12);
    FloatVector c32 = d12.sub(d32);
    FloatVector d03 = FloatVector.fromArray(S, rows, r0 + step + 1);
    FloatVector d13 = FloatVector.fromArray(S, rows, r1 + step + 1);
    FloatVector d23 = FloatVector.fromArray(S, rows, r2 + step + 1);
    FloatVector d33 = FloatVector.fromArray(S, rows, r3 + step + 1);
    FloatVector c03 = d03.sub(d23);
    FloatVector c13 = d13.add(d23);
    FloatVector c23 = d23.sub(d13);
    FloatVector c33 = d13.sub(d33);
    c00.sub(c02).intoArray(v, vAt);
    c01.add(c02).intoArray(v, vAt + vStep);
    c02.sub(c01).intoArray(v, vAt + 2 * vStep);
    c01.sub(c03).intoArray(v, vAt + 3 * vStep);
    c10.sub(c12).intoArray(v, vAt + 4 * vStep);
    c11.add(c12).intoArray(v, vAt + 5 * vStep);
    c12.sub(c11).intoArray(v, vAt + 6 * vStep);
    c11.sub(c13).intoArray(v, vAt + 7 * vStep);
    c20.sub(c22).intoArray(v, vAt + 8 * vStep);
    c21.add(c22).intoArray(v, vAt + 9 * vStep);
    c22.sub(c21).intoArray(v, vAt + 10 * vStep);
    c21.sub(c23).intoArray(v, vAt + 11 * vStep);
    c30.sub(c32).intoArray(v, vAt + 12 * vStep);
    c31.add(c32).intoArray(v, vAt + 13 * vStep);
    c32.sub(c31).intoArray(v, vAt + 14 * vStep);
    c31.sub(c33).intoArray(v, vAt + 15 * vStep);
  }

  private static final float A1 = (float) WinogradMatrices.A4;
  private static final float A2 = A1 * A1;
  private static final float A3 = A2 * A1;
  private static final float B1 = (float) WinogradMatrices.B4;
  private static final float B2 = B1 * B1;
  private static final float B3 = B2 * B1;

  private static void input4(
      float[] rows, int at, int rowStep, int step, float[] v, int vAt, int vStep, float[] columns) {
    for (int j = 0; j < 6; j++) {
      int from = at + j % 4 * step + j / 4;
      inputColumn4(rows, from, rowStep, columns, j * L, 6 * L);
    }
    for (int i = 0; i < 6; i++) {
      inputColumn4(columns, i * 6 * L, L, v, vAt + i * 6 * vStep, vStep);
    }
  }

  /** Multiplies B' by one column. */
  private static void inputColumn4(
      float[] d, int at, int step, float[] target, int to, int toStep) {
    FloatVector d0 = FloatVector.fromArray(S, d, at);
    FloatVector d1 = FloatVector.fromArray(S, d, at + step);
    FloatVector d2 = FloatVector.fromArray(S, d, at + 2 * step);
    FloatVector d3 = FloatVector.fromArray(S, d, at + 3 * step);
    FloatVector d4 = FloatVector.fromArray(S, d, at + 4 * step);
    FloatVector d5 = FloatVector.fromArray(S, d, at + 5 * step);
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
      float[] sums,
      int at,
      int mStep,
      float[] bias,
      int channel,
      float[] y,
      int step,
      int n,
      int rows,
      FloatScratch scratch) {
    FloatVector b = FloatVector.broadcast(S, bias[channel]);
    float[] columns = scratch.tile;
    // Stays 0 while all numbers are finite: 0 times infinity is NaN.
    FloatVector check = FloatVector.zero(S);
    for (int r = 0; r < rows; r++) {
      int from = at + r * n;
      int to = r * size * size * step;
      for (int t = 0; t < n; t += L) {
        check =
            size == 2
                ? output2(sums, from + t, mStep, b, y, to + t, step, check)
                : output4(sums, from + t, mStep, b, y, to + t, step, check, columns);
      }
    }
    return !check.test(VectorOperators.IS_NAN).anyTrue();
  }

  private static FloatVector output2(
      float[] sums,
      int at,
      int mStep,
      FloatVector bias,
      float[] y,
      int yAt,
      int yStep,
      FloatVector check) {
    FloatVector m00 = FloatVector.fromArray(S, sums, at);
    FloatVector m10 = FloatVector.fromArray(S, sums, at + 4 * mStep);
    FloatVector m20 = FloatVector.fromArray(S, sums, at + 8 * mStep);
    FloatVector m30 = FloatVector.fromArray(S, sums, at + 12 * mStep);
    FloatVector r00 = m00.add(m10).add(m20);
    FloatVector r10 = m10.sub(m20).sub(m30);
    FloatVector m01 = FloatVector.fromArray(S, sums, at + mStep);
    FloatVector m11 = FloatVector.fromArray(S, sums, at + 5 * mStep);
    FloatVector m21 = FloatVector.fromArray(S, sums, at + 9 * mStep);
    FloatVector m31 = FloatVector.fromArray(S, sums, at + 13 * mStep);
    FloatVector r01 = m01.add(m11).add(m21);
    FloatVector r11 = m11.sub(m21).sub(m31);
    FloatVector m02 = FloatVector.fromArray(S, sums, at + 2 * mStep);
    FloatVector m12 = FloatVector.fromArray(S, sums, at + 6 * mStep);
    FloatVector m22 = FloatVector.fromArray(S, sums, at + 10 * mStep);
    FloatVector m32 = FloatVector.fromArray(S, sums, at + 14 * mStep);
    FloatVector r02 = m02.add(m12).add(m22);
    FloatVector r12 = m12.sub(m22).sub(m32);
    FloatVector m03 = FloatVector.fromArray(S, sums, at + 3 * mStep);
    FloatVector m13 = FloatVector.fromArray(S, sums, at + 7 * mStep);
    FloatVector m23 = FloatVector.fromArray(S, sums, at + 11 * mStep);
    FloatVector m33 = FloatVector.fromArray(S, sums, at + 15 * mStep);
    FloatVector r03 = m03.add(m13).add(m23);
    FloatVector r13 = m13.sub(m23).sub(m33);
    FloatVector y00 = r00.add(r01).add(r02).add(bias);
    FloatVector y01 = r01.sub(r02).sub(r03).add(bias);
    FloatVector y10 = r10.add(r11).add(r12).add(bias);
    FloatVector y11 = r11.sub(r12).sub(r13).add(bias);
    y00.intoArray(y, yAt);
    y01.intoArray(y, yAt + yStep);
    y10.intoArray(y, yAt + 2 * yStep);
    y11.intoArray(y, yAt + 3 * yStep);
    FloatVector zero = FloatVector.zero(S);
    return zero.fma(y00, zero.fma(y01, zero.fma(y10, zero.fma(y11, check))));
  }

  private static FloatVector output4(
      float[] sums,
      int at,
      int mStep,
      FloatVector bias,
      float[] y,
      int yAt,
      int yStep,
      FloatVector check,
      float[] columns) {
    for (int j = 0; j < 6; j++) {
      outputColumn4(sums, at + j * mStep, 6 * mStep, columns, j * L, 6 * L);
    }
    FloatVector zero = FloatVector.zero(S);
    for (int i = 0; i < 4; i++) {
      int to = yAt + i * 4 * yStep;
      outputColumn4(columns, i * 6 * L, L, y, to, yStep);
      for (int j = 0; j < 4; j++) {
        FloatVector sum = FloatVector.fromArray(S, y, to + j * yStep).add(bias);
        sum.intoArray(y, to + j * yStep);
        check = zero.fma(sum, check);
      }
    }
    return check;
  }

  /** Multiplies A' by one column. */
  private static void outputColumn4(
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
}
