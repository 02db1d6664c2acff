package io.github.conv4j.kernel;

/**
 * The float32 kernels in plain Java.
 *
 * <p>The loops are written for the just-in-time compiler, which turns one into vector instructions
 * when all its accesses are at the same index of separate arrays, all loads stand before any store,
 * and the body is small: on JDK 17 a body of two rows by three taps comes out with vectors in one
 * launch and without in the next, five times slower; two by two always comes out well. So whatever
 * lies elsewhere is first copied into rows that begin at index 0.
 */
final class PortableFloatKernels extends FloatArrays {
  /** Pixels in a row: rows for {@link #MAX_TAPS} taps stay in the second-level cache. */
  private static final int ROW = 512;

  /** A row this long hides what starting a loop costs. */
  private static final int LANES = 64;

  /** A thread's private memory. */
  private static final class Memory implements Scratch {
    /** For each tap, what it meets. */
    final float[][] x = new float[MAX_TAPS][ROW];

    /** The sums of two kernels over some taps. */
    final float[][] parts = new float[2][ROW];

    /** The sums of a kernel up to now. */
    final float[] total = new float[ROW];

    @Override
    public long bytes() {
      return (MAX_TAPS + 3L) * ROW * Float.BYTES;
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
  public int packedLength(int rows, int taps) {
    return rows * taps;
  }

  @Override
  public void pack(float[] w, int at, int rows, int taps, float[] packed, int packedAt) {
    System.arraycopy(w, at, packed, packedAt, rows * taps);
  }

  @Override
  public void multiply(
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
      Scratch scratch) {
    Memory memory = (Memory) scratch;
    float[][] parts = memory.parts;
    int depth = to - from;
    for (int j = 0; j < n; j += ROW) {
      int width = Math.min(ROW, n - j);
      for (int t = 0; t < depth; t++) {
        System.arraycopy(q, qAt + qo[from + t] + j, memory.x[t], 0, width);
      }
      for (int r = 0; r < rows; r += 2) {
        int a = pAt + r * taps + from;
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
      y0[j] = Math.fma(a1, q, Math.fma(a0, p, s));
      y1[j] = Math.fma(b1, q, Math.fma(b0, p, u));
    }
  }

  private static void three(
      float[] x0, float[] x1, float[] x2, float a0, float a1, float a2, float[] y, int n) {
    for (int j = 0; j < n; j++) {
      y[j] = Math.fma(a2, x2[j], Math.fma(a1, x1[j], Math.fma(a0, x0[j], y[j])));
    }
  }

  private static void one(float[] x, float a, float[] y, int n) {
    for (int j = 0; j < n; j++) {
      y[j] = Math.fma(a, x[j], y[j]);
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
}
