package io.github.conv4j.kernel;

import java.util.Arrays;

/**
 * The float32 kernels in plain Java.
 *
 * <p>The loops are written for the just-in-time compiler, which turns one into vector instructions
 * when all its accesses are at the same index of separate arrays, all loads stand before any store,
 * and the body is small: on JDK 17 a body of two rows by three taps comes out with vectors in one
 * launch and without in the next, five times slower; two by two always comes out well. So whatever
 * lies elsewhere is first copied into rows that begin at index 0.
 */
public final class PortableFloatKernels extends FloatArrays {
  /** Pixels in a row: rows for a chunk of taps stay in the second-level cache. */
  private static final int ROW = 512;

  /** The most taps in a chunk. */
  private static final int CHUNK = 256;

  /** A row this long hides what starting a loop costs. */
  private static final int LANES = 64;

  /** A thread's private memory. */
  private static final class Memory implements Scratch {
    /** For each tap, what it meets. */
    final float[][] x = new float[CHUNK][ROW];

    /** The sums of two kernels over some taps. */
    final float[][] parts = new float[2][ROW];

    /** The sums of a kernel up to now. */
    final float[] total = new float[ROW];

    @Override
    public long bytes() {
      return (CHUNK + 3L) * ROW * Float.BYTES;
    }
  }

  @Override
  public Scratch newScratch() {
    return new Memory();
  }

  @Override
  public int lanes() {
    return LANES;
  }

  @Override
  public int tile() {
    return ROW;
  }

  @Override
  public int panel() {
    return Integer.MAX_VALUE;
  }

  @Override
  public int packedLength(int rows, int taps) {
    return rows * taps;
  }

  @Override
  public void pack(float[] w, int at, int rows, int taps, float[] packed, int packedAt) {
    System.arraycopy(w, at, packed, packedAt, rows * taps);
  }

  @Override
  public void multiplyPanels(
      float[] p,
      int pAt,
      int taps,
      int rows,
      float[] q,
      int qAt,
      int qPanel,
      int[] qo,
      int from,
      int to,
      int chunk,
      float[] start,
      int startAt,
      float[] y,
      int yAt,
      int yRow,
      int yPanel,
      int n,
      Scratch scratch) {
    for (int t = from; t < to; t += chunk) {
      boolean first = t == from;
      multiplyChunk(
          p,
          pAt + t,
          taps,
          rows,
          q,
          qAt,
          qo,
          t,
          Math.min(t + chunk, to),
          first ? start : null,
          startAt,
          y,
          yAt,
          yRow,
          n,
          (Memory) scratch);
    }
  }

  private void multiplyChunk(
      float[] p,
      int pAt,
      int taps,
      int rows,
      float[] q,
      int qAt,
      int[] qo,
      int from,
      int to,
      float[] start,
      int startAt,
      float[] y,
      int yAt,
      int yRow,
      int n,
      Memory memory) {
    float[][] parts = memory.parts;
    int depth = to - from;
    for (int j = 0; j < n; j += ROW) {
      int width = Math.min(ROW, n - j);
      for (int t = 0; t < depth; t++) {
        System.arraycopy(q, qAt + qo[from + t] + j, memory.x[t], 0, width);
      }
      for (int r = 0; r < rows; r += 2) {
        int a = pAt + r * taps;
        int at = yAt + r * yRow + j;
        if (r + 1 < rows) {
          twoSums(memory.x, depth, p, a, a + taps, parts[0], parts[1], width);
          finish(parts[1], start, startAt + r + 1, y, at + yRow, memory.total, width);
        } else {
          oneSum(memory.x, depth, p, a, parts[0], width);
        }
        finish(parts[0], start, startAt + r, y, at, memory.total, width);
      }
    }
  }

  /** Adds a row of partial sums to the sums up to now. */
  private static void finish(
      float[] part, float[] start, int startAt, float[] y, int at, float[] total, int n) {
    if (start == null) {
      System.arraycopy(y, at, total, 0, n);
      add(total, part, n);
    } else {
      addNumber(start[startAt], part, n);
    }
    System.arraycopy(part, 0, y, at, n);
  }

  private void twoSums(
      float[][] x, int taps, float[] w, int a, int b, float[] y0, float[] y1, int n) {
    clear(y0, 0, n);
    clear(y1, 0, n);
    int t = 0;
    for (; t + 1 < taps; t += 2) {
      twoByTwo(x[t], x[t + 1], w[a + t], w[a + t + 1], w[b + t], w[b + t + 1], y0, y1, n);
    }
    if (t < taps) {
      one(x[t], w[a + t], y0, n);
      one(x[t], w[b + t], y1, n);
    }
  }

  private void oneSum(float[][] x, int taps, float[] w, int a, float[] y, int n) {
    clear(y, 0, n);
    int t = 0;
    for (; t + 2 < taps; t += 3) {
      three(x[t], x[t + 1], x[t + 2], w[a + t], w[a + t + 1], w[a + t + 2], y, n);
    }
    for (; t < taps; t++) {
      one(x[t], w[a + t], y, n);
    }
  }

  private static void twoByTwo(
      float[] x0,
      float[] x1,
      float a0,
      float a1,
      float b0,
      float b1,
      float[] y0,
      float[] y1,
      int n) {
    for (int j = 0; j < n; j++) {
      float p = x0[j];
      float q = x1[j];
      float s = y0[j];
      float u = y1[j];
      y0[j] = Fma.fma(a1, q, Fma.fma(a0, p, s));
      y1[j] = Fma.fma(b1, q, Fma.fma(b0, p, u));
    }
  }

  private static void three(
      float[] x0, float[] x1, float[] x2, float a0, float a1, float a2, float[] y, int n) {
    for (int j = 0; j < n; j++) {
      y[j] = Fma.fma(a2, x2[j], Fma.fma(a1, x1[j], Fma.fma(a0, x0[j], y[j])));
    }
  }

  private static void one(float[] x, float a, float[] y, int n) {
    for (int j = 0; j < n; j++) {
      y[j] = Fma.fma(a, x[j], y[j]);
    }
  }

  private static void add(float[] x, float[] y, int n) {
    for (int j = 0; j < n; j++) {
      y[j] += x[j];
    }
  }

  private static void addNumber(float x, float[] y, int n) {
    for (int j = 0; j < n; j++) {
      y[j] += x;
    }
  }

  // ---- channels by themselves

  @Override
  public void copyPlanes(
      float[] source,
      int from,
      int fromStep,
      int fromPlane,
      float[] target,
      int to,
      int toStep,
      int toPlane,
      int n,
      int rows,
      int planes) {
    for (int c = 0; c < planes; c++) {
      moveRows(source, from + c * fromPlane, fromStep, target, to + c * toPlane, toStep, n, rows);
    }
  }

  @Override
  public void partPlanes(
      float[] source,
      int from,
      int fromStep,
      int fromPlane,
      float[] target,
      int even,
      int odd,
      int toStep,
      int toPlane,
      int n,
      int rows,
      int planes) {
    for (int i = 0; i < planes * rows; i++) {
      int first = from + i / rows * fromPlane + i % rows * fromStep;
      int to = i / rows * toPlane + i % rows * toStep;
      gather(source, first, 2, target, even + to, (n + 1) / 2);
      gather(source, first + 1, 2, target, odd + to, n / 2);
    }
  }

  @Override
  public void filter(
      float[] x,
      int at,
      int plane,
      int rowStep,
      int[] offsets,
      int chunk,
      float[] w,
      float[] bias,
      int channel,
      int channels,
      float[] y,
      int yAt,
      int yRow,
      int n,
      int rows,
      Scratch scratch) {
    Memory memory = (Memory) scratch;
    // What falls between two rows is computed too and thrown away: loops like to be long.
    boolean whole = rowStep < 2 * n;
    int lines = whole ? 1 : rows;
    int length = whole ? (rows - 1) * rowStep + n : n;
    for (int i = 0; i < channels * lines; i++) {
      int c = i / lines;
      int r = i % lines;
      filterRun(
          x,
          at + c * plane + r * rowStep,
          offsets,
          chunk,
          w,
          (channel + c) * offsets.length,
          bias[channel + c],
          length,
          rowStep,
          n,
          y,
          yAt + (c * rows + r) * yRow,
          yRow,
          memory);
    }
  }

  /** Filters {@code length} neighbours and keeps the first n of every {@code rowStep}. */
  private void filterRun(
      float[] x,
      int at,
      int[] offsets,
      int chunk,
      float[] w,
      int wAt,
      float bias,
      int length,
      int rowStep,
      int n,
      float[] y,
      int yAt,
      int yRow,
      Memory memory) {
    float[] part = memory.parts[0];
    for (int j = 0; j < length; j += ROW) {
      int width = Math.min(ROW, length - j);
      Arrays.fill(memory.total, 0, width, bias);
      for (int from = 0; from < offsets.length; from += chunk) {
        int count = Math.min(chunk, offsets.length - from);
        for (int t = 0; t < count; t++) {
          System.arraycopy(x, at + offsets[from + t] + j, memory.x[t], 0, width);
        }
        oneSum(memory.x, count, w, wAt + from, part, width);
        add(part, memory.total, width);
      }
      for (int i = 0; i < width; ) {
        int column = (j + i) % rowStep;
        int run = Math.min(column < n ? n - column : rowStep - column, width - i);
        if (column < n) {
          System.arraycopy(memory.total, i, y, yAt + (j + i) / rowStep * yRow + column, run);
        }
        i += run;
      }
    }
  }

  // ---- Winograd's transforms

  @Override
  public void layOutTiles(
      int size,
      int side,
      float[] source,
      int from,
      int fromStep,
      float[] target,
      int to,
      int step,
      int n,
      int rows) {
    for (int r = 0; r < rows; r++) {
      int first = to + r % size * side * step + r / size * n;
      for (int c = 0; c < side; c++) {
        gather(source, from + r * fromStep + c, size, target, first + c * step, n);
      }
    }
  }

  @Override
  public void interleave(
      int size,
      float[] source,
      int from,
      int step,
      int pitch,
      float[] target,
      int to,
      int toStep,
      int n,
      int rows) {
    for (int r = 0; r < rows; r++) {
      int first = from + r % size * size * step + r / size * pitch;
      for (int c = 0; c < size; c++) {
        int count = (n - c + size - 1) / size;
        scatter(source, first + c * step, target, to + r * toStep + c, size, count);
      }
    }
  }

  @Override
  public void winogradInput(
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
      Scratch scratch) {
    float[][] x = ((Memory) scratch).x;
    int all = side * side;
    for (int t = 0; t < n; t += ROW) {
      int width = Math.min(ROW, n - t);
      for (int k = 0; k < all; k++) {
        int i = k / side;
        int from = at + (i % size * side + k % side) * step + i / size * pitch;
        System.arraycopy(parts, from + t, x[k], 0, width);
      }
      for (int j = 0; j < side; j++) {
        inputRows(side, x, j, side, all + j, width);
      }
      for (int i = 0; i < side; i++) {
        inputRows(side, x, all + i * side, 1, i * side, width);
      }
      for (int k = 0; k < all; k++) {
        System.arraycopy(x[k], 0, v, vAt + k * vStep + first + t, width);
      }
    }
  }

  /** Transforms the rows {@code from, from + step ..} into {@code to, to + step ..}. */
  private static void inputRows(int side, float[][] x, int from, int step, int to, int n) {
    float[] d0 = x[from];
    float[] d1 = x[from + step];
    float[] d2 = x[from + 2 * step];
    float[] d3 = x[from + 3 * step];
    float[] t0 = x[to];
    float[] t1 = x[to + step];
    float[] t2 = x[to + 2 * step];
    float[] t3 = x[to + 3 * step];
    if (side == 4) {
      input4(d0, d1, d2, d3, t0, t1, t2, t3, n);
      return;
    }
    float[] d4 = x[from + 4 * step];
    float[] d5 = x[from + 5 * step];
    outer6(d0, d2, d4, t0, n);
    inner6(d1, d2, d3, d4, B2, A1, t1, t2, n);
    inner6(d1, d2, d3, d4, A2, B1, t3, x[to + 4 * step], n);
    outer6(d1, d3, d5, x[to + 5 * step], n);
  }

  private static void input4(
      float[] d0,
      float[] d1,
      float[] d2,
      float[] d3,
      float[] t0,
      float[] t1,
      float[] t2,
      float[] t3,
      int n) {
    for (int j = 0; j < n; j++) {
      float a = d0[j];
      float b = d1[j];
      float c = d2[j];
      float d = d3[j];
      t0[j] = a - c;
      t1[j] = b + c;
      t2[j] = c - b;
      t3[j] = b - d;
    }
  }

  private static final float A1 = (float) WinogradMatrices.A6;
  private static final float A2 = A1 * A1;
  private static final float A3 = A2 * A1;
  private static final float B1 = (float) WinogradMatrices.B6;
  private static final float B2 = B1 * B1;
  private static final float B3 = B2 * B1;

  private static void outer6(float[] d0, float[] d2, float[] d4, float[] t, int n) {
    for (int j = 0; j < n; j++) {
      t[j] = Fma.fma(A2 * B2, d0[j], Fma.fma(-(A2 + B2), d2[j], d4[j]));
    }
  }

  private static void inner6(
      float[] d1,
      float[] d2,
      float[] d3,
      float[] d4,
      float square,
      float point,
      float[] plus,
      float[] minus,
      int n) {
    for (int j = 0; j < n; j++) {
      float p = Fma.fma(d2[j], -square, d4[j]);
      float q = Fma.fma(d1[j], -square, d3[j]) * point;
      plus[j] = p + q;
      minus[j] = p - q;
    }
  }

  @Override
  public boolean winogradOutput(
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
      Scratch scratch) {
    float[][] x = ((Memory) scratch).x;
    int all = side * side;
    float check = 0;
    for (int t = 0; t < n; t += ROW) {
      int width = Math.min(ROW, n - t);
      for (int k = 0; k < all; k++) {
        System.arraycopy(sums, at + k * mStep + t, x[k], 0, width);
      }
      for (int j = 0; j < side; j++) {
        outputRows(size, side, x, j, side, all + j, width);
      }
      for (int i = 0; i < size; i++) {
        outputRows(size, side, x, all + i * side, 1, i * size, width);
      }
      for (int k = 0; k < size * size; k++) {
        addNumber(bias[channel], x[k], width);
        System.arraycopy(x[k], 0, y, k * step + t, width);
        for (int j = 0; j < width; j++) {
          // Stays 0 while all numbers are finite: 0 times infinity is NaN.
          check += 0 * x[k][j];
        }
      }
    }
    return check == 0;
  }

  /** Transforms the rows {@code from, from + step ..} into {@code to, to + step ..}. */
  private static void outputRows(
      int size, int side, float[][] x, int from, int step, int to, int n) {
    float[] m0 = x[from];
    float[] m1 = x[from + step];
    float[] m2 = x[from + 2 * step];
    float[] m3 = x[from + 3 * step];
    float[] t0 = x[to];
    float[] t1 = x[to + step];
    if (side == 4) {
      output2of4(m0, m1, m2, m3, t0, t1, n);
      return;
    }
    float[] m4 = x[from + 4 * step];
    float[] m5 = x[from + 5 * step];
    total6(m0, m1, m2, m3, m4, t0, n);
    differences6(m1, m2, m3, m4, A1, B1, t1, n);
    if (size == 2) {
      add(m5, t1, n);
      return;
    }
    float[] t3 = x[to + 3 * step];
    sums6(m1, m2, m3, m4, A2, B2, x[to + 2 * step], n);
    differences6(m1, m2, m3, m4, A3, B3, t3, n);
    add(m5, t3, n);
  }

  private static void output2of4(
      float[] m0, float[] m1, float[] m2, float[] m3, float[] t0, float[] t1, int n) {
    for (int j = 0; j < n; j++) {
      float a = m0[j];
      float b = m1[j];
      float c = m2[j];
      float d = m3[j];
      t0[j] = a + b + c;
      t1[j] = b - c - d;
    }
  }

  private static void total6(
      float[] m0, float[] m1, float[] m2, float[] m3, float[] m4, float[] t, int n) {
    for (int j = 0; j < n; j++) {
      t[j] = m0[j] + (m1[j] + m2[j]) + (m3[j] + m4[j]);
    }
  }

  private static void differences6(
      float[] m1, float[] m2, float[] m3, float[] m4, float a, float b, float[] t, int n) {
    for (int j = 0; j < n; j++) {
      t[j] = Fma.fma(m3[j] - m4[j], b, (m1[j] - m2[j]) * a);
    }
  }

  private static void sums6(
      float[] m1, float[] m2, float[] m3, float[] m4, float a, float b, float[] t, int n) {
    for (int j = 0; j < n; j++) {
      t[j] = Fma.fma(m3[j] + m4[j], b, (m1[j] + m2[j]) * a);
    }
  }

  @Override
  public void combine(
      float[] source,
      int[] first,
      int[] second,
      int[] sign,
      int[] runFrom,
      float[] target,
      int[] to,
      int[] runTo,
      int[] length,
      int runs) {
    for (int k = 0; k < first.length; k++) {
      for (int i = 0; i < runs; i++) {
        int a = first[k] + runFrom[i];
        int b = second[k] + runFrom[i];
        int o = to[k] + runTo[i];
        switch (sign[k]) {
          case 1 -> {
            for (int j = 0; j < length[i]; j++) {
              target[o + j] = source[a + j] + source[b + j];
            }
          }
          case -1 -> {
            for (int j = 0; j < length[i]; j++) {
              target[o + j] = source[a + j] - source[b + j];
            }
          }
          default -> System.arraycopy(source, a, target, o, length[i]);
        }
      }
    }
  }

  @Override
  public boolean winogradLine(
      float[] sums,
      int at,
      int mStep,
      int mPanel,
      float[] bias,
      int channel,
      float[] y,
      int step,
      int n,
      Scratch scratch) {
    float b = bias[channel];
    float check = 0;
    for (int j = 0; j < n; j++) {
      float m1 = sums[at + mStep + j];
      float m2 = sums[at + 2 * mStep + j];
      float y0 = sums[at + j] + m1 + m2 + b;
      float y1 = m1 - m2 - sums[at + 3 * mStep + j] + b;
      y[j] = y0;
      y[step + j] = y1;
      check += 0 * y0 + 0 * y1;
    }
    return check == 0;
  }

  @Override
  public void addRowProducts(
      float[] w,
      int wAt,
      int wRow,
      int rows,
      float[] x,
      int xAt,
      int xRow,
      int inputs,
      int n,
      float[] totals) {
    for (int r = 0; r < rows; r++) {
      for (int t = 0; t < n; t += ROW_CHUNK) {
        int length = Math.min(ROW_CHUNK, n - t);
        for (int i = 0; i < inputs; i++) {
          int at = (r * inputs + i) * ROW_LANES;
          addRowProduct(w, wAt + r * wRow + t, x, xAt + i * xRow + t, length, totals, at);
        }
      }
    }
  }

  /** Sixteen chains side by side keep the multipliers busy without vector instructions. */
  private static void addRowProduct(
      float[] w, int a, float[] x, int b, int n, float[] totals, int at) {
    float p0 = 0;
    float p1 = 0;
    float p2 = 0;
    float p3 = 0;
    float p4 = 0;
    float p5 = 0;
    float p6 = 0;
    float p7 = 0;
    float p8 = 0;
    float p9 = 0;
    float p10 = 0;
    float p11 = 0;
    float p12 = 0;
    float p13 = 0;
    float p14 = 0;
    float p15 = 0;
    for (int t = 0; t < n; t += ROW_LANES) {
      p0 = Fma.fma(w[a + t], x[b + t], p0);
      p1 = Fma.fma(w[a + t + 1], x[b + t + 1], p1);
      p2 = Fma.fma(w[a + t + 2], x[b + t + 2], p2);
      p3 = Fma.fma(w[a + t + 3], x[b + t + 3], p3);
      p4 = Fma.fma(w[a + t + 4], x[b + t + 4], p4);
      p5 = Fma.fma(w[a + t + 5], x[b + t + 5], p5);
      p6 = Fma.fma(w[a + t + 6], x[b + t + 6], p6);
      p7 = Fma.fma(w[a + t + 7], x[b + t + 7], p7);
      p8 = Fma.fma(w[a + t + 8], x[b + t + 8], p8);
      p9 = Fma.fma(w[a + t + 9], x[b + t + 9], p9);
      p10 = Fma.fma(w[a + t + 10], x[b + t + 10], p10);
      p11 = Fma.fma(w[a + t + 11], x[b + t + 11], p11);
      p12 = Fma.fma(w[a + t + 12], x[b + t + 12], p12);
      p13 = Fma.fma(w[a + t + 13], x[b + t + 13], p13);
      p14 = Fma.fma(w[a + t + 14], x[b + t + 14], p14);
      p15 = Fma.fma(w[a + t + 15], x[b + t + 15], p15);
    }
    totals[at] += p0;
    totals[at + 1] += p1;
    totals[at + 2] += p2;
    totals[at + 3] += p3;
    totals[at + 4] += p4;
    totals[at + 5] += p5;
    totals[at + 6] += p6;
    totals[at + 7] += p7;
    totals[at + 8] += p8;
    totals[at + 9] += p9;
    totals[at + 10] += p10;
    totals[at + 11] += p11;
    totals[at + 12] += p12;
    totals[at + 13] += p13;
    totals[at + 14] += p14;
    totals[at + 15] += p15;
  }
}
