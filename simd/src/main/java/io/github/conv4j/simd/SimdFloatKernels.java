package io.github.conv4j.simd;

import io.github.conv4j.kernel.FloatArrays;
import io.github.conv4j.kernel.WinogradMatrices;
import java.util.function.IntPredicate;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * The float32 kernels on the Vector API.
 *
 * <p>A product is computed in register tiles: the sums of a few rows by one or two vectors stay in
 * registers for a whole chunk of taps, so that a tap costs one load for each vector, one broadcast
 * for each row, and nothing but multiply-adds besides. The tiles are written out in full, one local
 * variable for each sum, because the just-in-time compiler keeps a vector in a register only if it
 * is a local variable.
 *
 * <p>With 32 vector registers the tile is 12 rows by 2 vectors. Of 16 registers it is 4 rows by 2
 * vectors: 12 sums and their operands no longer fit there, and half of the speed is lost.
 */
public final class SimdFloatKernels extends FloatArrays {
  private static final VectorSpecies<Float> S = FloatVector.SPECIES_PREFERRED;
  private static final int L = S.length();

  /** Rows of the largest tile. */
  private static final int ROWS = Vectors.registers() >= 32 ? 12 : 4;

  /** From so many rows on, operands that lie far apart are first copied side by side. */
  private static final int ROWS_WORTH_A_COPY = 48;

  /** Numbers that stay in the first-level cache. */
  private static final int NEAR = 1 << 15;

  /** Pixels left over that are computed with rows in the lanes. */
  private static final int FEW_PIXELS = 4;

  /** Blocks of rows that {@link #columns} works on at a time. */
  private static final int COLUMN_BLOCKS = 4;

  /** Pixels in a call: few enough to share an image between threads. */
  private static final int TILE = 512;

  /** Where taps lie in the panel. */
  private static final int[] PANEL = multiples(2 * L);

  /** Where taps lie in blocks of packed rows. */
  private static final int[] BLOCK12 = multiples(12);

  private static final int[] BLOCK8 = multiples(8);
  private static final int[] BLOCK4 = multiples(4);

  /**
   * Returns {@code 0, step, 2 * step ..}. The tiles look these up, because the compiler makes worse
   * loops, with sums spilled to memory, of an index that it understands.
   */
  private static int[] multiples(int step) {
    int[] offsets = new int[MAX_TAPS];
    for (int t = 0; t < MAX_TAPS; t++) {
      offsets[t] = t * step;
    }
    return offsets;
  }

  /** A thread's private memory. */
  private static final class Memory implements Scratch {
    final float[] panel = new float[MAX_TAPS * 2 * L];
    final float[] starts = new float[ROWS * L];
    final float[] tile = new float[Math.max(ROWS * 2, 36) * L];
    final float[] lanes = new float[COLUMN_BLOCKS * 2 * L];

    @Override
    public long bytes() {
      return Float.BYTES * (long) (panel.length + starts.length + tile.length + lanes.length);
    }
  }

  @Override
  public Scratch newScratch() {
    return new Memory();
  }

  @Override
  public int lanes() {
    return L;
  }

  @Override
  public int tile() {
    return TILE;
  }

  // ---- packed rows: blocks of ROWS rows, then of 8 and 4, tap by tap

  /** Returns how many rows the block has that begins with so many rows to go. */
  private static int blockRows(int left) {
    if (left >= ROWS) {
      return ROWS;
    }
    return left > 4 && ROWS > 4 ? (left > 8 ? 12 : 8) : 4;
  }

  @Override
  public int packedLength(int rows, int taps) {
    int padded = rows / ROWS * ROWS;
    if (padded < rows) {
      padded += blockRows(rows - padded);
    }
    // Columns read whole vectors, beyond the last row too.
    return padded * taps + L;
  }

  @Override
  public void pack(float[] w, int at, int rows, int taps, float[] packed, int packedAt) {
    int to = packedAt;
    for (int m = 0; m < rows; ) {
      int block = blockRows(rows - m);
      for (int t = 0; t < taps; t++) {
        for (int r = 0; r < block; r++) {
          packed[to++] = m + r < rows ? w[at + (m + r) * taps + t] : 0;
        }
      }
      m += block;
    }
  }

  // ---- products

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
      boolean fresh,
      float[] start,
      int startAt,
      float[] y,
      int yAt,
      int yRow,
      int n,
      Scratch scratch) {
    Memory memory = (Memory) scratch;
    int depth = to - from;
    for (int j = 0; j < n; j += 2 * L) {
      int lanes = Math.min(2 * L, n - j);
      int vectors = lanes > L ? 2 : 1;
      boolean readable = qAt + j + (long) qo[to - 1] + vectors * L <= q.length;
      float[] x = q;
      int xAt = qAt + j;
      int[] xo = qo;
      int xFrom = from;
      boolean far = qo[to - 1] - qo[from] > NEAR;
      if (!readable || far && rows >= ROWS_WORTH_A_COPY) {
        copyPanel(q, qAt + j, qo, from, to, lanes, readable, memory.panel);
        x = memory.panel;
        xAt = 0;
        xo = PANEL;
        xFrom = 0;
      }
      int m = 0;
      if (lanes <= FEW_PIXELS && rows > ROWS && ROWS <= L) {
        int blocks = rows / ROWS;
        columns(
            p, pAt, taps, blocks, from, x, xAt, xo, xFrom, depth, fresh, start, startAt, y, yAt + j,
            yRow, lanes, memory);
        m = blocks * ROWS;
      }
      while (m < rows) {
        int block = blockRows(rows - m);
        int valid = Math.min(block, rows - m);
        int pFrom = pAt + m * taps + from * block;
        int yFrom = yAt + m * yRow + j;
        boolean whole = valid == block && lanes == vectors * L;
        float[] b = y;
        int bAt = yFrom;
        int bRow = yRow;
        int bLane = L;
        if (fresh) {
          b = null;
        } else if (start != null) {
          for (int r = 0; r < block; r++) {
            FloatVector.broadcast(S, start[startAt + m + Math.min(r, valid - 1)])
                .intoArray(memory.starts, r * L);
          }
          b = memory.starts;
          bAt = 0;
          bRow = L;
          bLane = 0;
        } else if (!whole) {
          copyTile(y, yFrom, yRow, memory.tile, 0, 2 * L, valid, lanes);
          b = memory.tile;
          bAt = 0;
          bRow = 2 * L;
        }
        float[] o = whole ? y : memory.tile;
        int oAt = whole ? yFrom : 0;
        int oRow = whole ? yRow : 2 * L;
        int end = xFrom + depth;
        if (vectors == 2) {
          switch (block) {
            case 12 ->
                tile12x2(p, pFrom, x, xAt, xo, xFrom, end, b, bAt, bRow, bLane, o, oAt, oRow);
            case 8 -> tile8x2(p, pFrom, x, xAt, xo, xFrom, end, b, bAt, bRow, bLane, o, oAt, oRow);
            default -> tile4x2(p, pFrom, x, xAt, xo, xFrom, end, b, bAt, bRow, bLane, o, oAt, oRow);
          }
        } else {
          switch (block) {
            case 12 -> tile12x1(p, pFrom, x, xAt, xo, xFrom, end, b, bAt, bRow, o, oAt, oRow);
            case 8 -> tile8x1(p, pFrom, x, xAt, xo, xFrom, end, b, bAt, bRow, o, oAt, oRow);
            default -> tile4x1(p, pFrom, x, xAt, xo, xFrom, end, b, bAt, bRow, o, oAt, oRow);
          }
        }
        if (!whole) {
          copyTile(memory.tile, 0, 2 * L, y, yFrom, yRow, valid, lanes);
        }
        m += block;
      }
    }
  }

  /** Copies what the taps meet at up to two vectors of pixels side by side. */
  private static void copyPanel(
      float[] q, int qAt, int[] qo, int from, int to, int lanes, boolean readable, float[] panel) {
    int i = 0;
    if (!readable) {
      for (int t = from; t < to; t++) {
        System.arraycopy(q, qAt + qo[t], panel, i, lanes);
        i += 2 * L;
      }
    } else if (lanes > L) {
      for (int t = from; t < to; t++) {
        int j = qAt + qo[t];
        FloatVector.fromArray(S, q, j).intoArray(panel, i);
        FloatVector.fromArray(S, q, j + L).intoArray(panel, i + L);
        i += 2 * L;
      }
    } else {
      for (int t = from; t < to; t++) {
        FloatVector.fromArray(S, q, qAt + qo[t]).intoArray(panel, i);
        i += 2 * L;
      }
    }
  }

  private static void copyTile(
      float[] a, int aAt, int aRow, float[] b, int bAt, int bRow, int rows, int n) {
    for (int r = 0; r < rows; r++) {
      System.arraycopy(a, aAt + r * aRow, b, bAt + r * bRow, n);
    }
  }

  /**
   * The same product for a few pixels and whole blocks of rows, with rows in the lanes: vectors of
   * pixels would mostly compute what nobody asked for.
   */
  private static void columns(
      float[] p,
      int pAt,
      int taps,
      int blocks,
      int from,
      float[] x,
      int xAt,
      int[] xo,
      int xFrom,
      int depth,
      boolean fresh,
      float[] start,
      int startAt,
      float[] y,
      int yAt,
      int yRow,
      int n,
      Memory memory) {
    float[] lanes = memory.lanes;
    for (int j = 0; j < n; j += 2) {
      int last = Math.min(j + 1, n - 1);
      for (int k = 0; k < blocks; k += COLUMN_BLOCKS) {
        // Blocks that are missing repeat the last one.
        int most = blocks - 1;
        int step = ROWS * taps;
        int p0 = pAt + from * ROWS + k * step;
        int p1 = pAt + from * ROWS + Math.min(k + 1, most) * step;
        int p2 = pAt + from * ROWS + Math.min(k + 2, most) * step;
        int p3 = pAt + from * ROWS + Math.min(k + 3, most) * step;
        columns4x2(p, p0, p1, p2, p3, x, xAt + j, xAt + last, xo, xFrom, xFrom + depth, lanes);
        for (int c = j; c <= last; c++) {
          for (int i = k; i < Math.min(k + COLUMN_BLOCKS, blocks); i++) {
            int from0 = ((c - j) * COLUMN_BLOCKS + i - k) * L;
            for (int r = 0; r < ROWS; r++) {
              int m = i * ROWS + r;
              int to = yAt + m * yRow + c;
              float part = lanes[from0 + r];
              if (fresh) {
                y[to] = part;
              } else {
                y[to] = (start == null ? y[to] : start[startAt + m]) + part;
              }
            }
          }
        }
      }
    }
  }

  private static void columns4x2(
      float[] p,
      int p0,
      int p1,
      int p2,
      int p3,
      float[] x,
      int xAt,
      int zAt,
      int[] xo,
      int from,
      int to,
      float[] lanes) {
    FloatVector s0a = FloatVector.zero(S);
    FloatVector s0b = FloatVector.zero(S);
    FloatVector s1a = FloatVector.zero(S);
    FloatVector s1b = FloatVector.zero(S);
    FloatVector s2a = FloatVector.zero(S);
    FloatVector s2b = FloatVector.zero(S);
    FloatVector s3a = FloatVector.zero(S);
    FloatVector s3b = FloatVector.zero(S);
    int i = 0;
    for (int t = from; t < to; t++) {
      FloatVector x0 = FloatVector.broadcast(S, x[xAt + xo[t]]);
      FloatVector z0 = FloatVector.broadcast(S, x[zAt + xo[t]]);
      FloatVector w0 = FloatVector.fromArray(S, p, p0 + i);
      s0a = w0.fma(x0, s0a);
      s0b = w0.fma(z0, s0b);
      FloatVector w1 = FloatVector.fromArray(S, p, p1 + i);
      s1a = w1.fma(x0, s1a);
      s1b = w1.fma(z0, s1b);
      FloatVector w2 = FloatVector.fromArray(S, p, p2 + i);
      s2a = w2.fma(x0, s2a);
      s2b = w2.fma(z0, s2b);
      FloatVector w3 = FloatVector.fromArray(S, p, p3 + i);
      s3a = w3.fma(x0, s3a);
      s3b = w3.fma(z0, s3b);
      i += ROWS;
    }
    s0a.intoArray(lanes, 0 * L);
    s1a.intoArray(lanes, 1 * L);
    s2a.intoArray(lanes, 2 * L);
    s3a.intoArray(lanes, 3 * L);
    s0b.intoArray(lanes, 4 * L);
    s1b.intoArray(lanes, 5 * L);
    s2b.intoArray(lanes, 6 * L);
    s3b.intoArray(lanes, 7 * L);
  }

  /** A register tile of 12 rows by 2 vectors. */
  private static void tile12x2(
      float[] p,
      int pAt,
      float[] q,
      int qAt,
      int[] qo,
      int from,
      int to,
      float[] b,
      int bAt,
      int bRow,
      int bLane,
      float[] y,
      int yAt,
      int yRow) {
    FloatVector s0a = FloatVector.zero(S);
    FloatVector s0b = FloatVector.zero(S);
    FloatVector s1a = FloatVector.zero(S);
    FloatVector s1b = FloatVector.zero(S);
    FloatVector s2a = FloatVector.zero(S);
    FloatVector s2b = FloatVector.zero(S);
    FloatVector s3a = FloatVector.zero(S);
    FloatVector s3b = FloatVector.zero(S);
    FloatVector s4a = FloatVector.zero(S);
    FloatVector s4b = FloatVector.zero(S);
    FloatVector s5a = FloatVector.zero(S);
    FloatVector s5b = FloatVector.zero(S);
    FloatVector s6a = FloatVector.zero(S);
    FloatVector s6b = FloatVector.zero(S);
    FloatVector s7a = FloatVector.zero(S);
    FloatVector s7b = FloatVector.zero(S);
    FloatVector s8a = FloatVector.zero(S);
    FloatVector s8b = FloatVector.zero(S);
    FloatVector s9a = FloatVector.zero(S);
    FloatVector s9b = FloatVector.zero(S);
    FloatVector s10a = FloatVector.zero(S);
    FloatVector s10b = FloatVector.zero(S);
    FloatVector s11a = FloatVector.zero(S);
    FloatVector s11b = FloatVector.zero(S);
    for (int t = from; t < to; t++) {
      int i = pAt + BLOCK12[t - from];
      int j = qAt + qo[t];
      FloatVector x = FloatVector.fromArray(S, q, j);
      FloatVector z = FloatVector.fromArray(S, q, j + L);
      FloatVector w0 = FloatVector.broadcast(S, p[i]);
      s0a = w0.fma(x, s0a);
      s0b = w0.fma(z, s0b);
      FloatVector w1 = FloatVector.broadcast(S, p[i + 1]);
      s1a = w1.fma(x, s1a);
      s1b = w1.fma(z, s1b);
      FloatVector w2 = FloatVector.broadcast(S, p[i + 2]);
      s2a = w2.fma(x, s2a);
      s2b = w2.fma(z, s2b);
      FloatVector w3 = FloatVector.broadcast(S, p[i + 3]);
      s3a = w3.fma(x, s3a);
      s3b = w3.fma(z, s3b);
      FloatVector w4 = FloatVector.broadcast(S, p[i + 4]);
      s4a = w4.fma(x, s4a);
      s4b = w4.fma(z, s4b);
      FloatVector w5 = FloatVector.broadcast(S, p[i + 5]);
      s5a = w5.fma(x, s5a);
      s5b = w5.fma(z, s5b);
      FloatVector w6 = FloatVector.broadcast(S, p[i + 6]);
      s6a = w6.fma(x, s6a);
      s6b = w6.fma(z, s6b);
      FloatVector w7 = FloatVector.broadcast(S, p[i + 7]);
      s7a = w7.fma(x, s7a);
      s7b = w7.fma(z, s7b);
      FloatVector w8 = FloatVector.broadcast(S, p[i + 8]);
      s8a = w8.fma(x, s8a);
      s8b = w8.fma(z, s8b);
      FloatVector w9 = FloatVector.broadcast(S, p[i + 9]);
      s9a = w9.fma(x, s9a);
      s9b = w9.fma(z, s9b);
      FloatVector w10 = FloatVector.broadcast(S, p[i + 10]);
      s10a = w10.fma(x, s10a);
      s10b = w10.fma(z, s10b);
      FloatVector w11 = FloatVector.broadcast(S, p[i + 11]);
      s11a = w11.fma(x, s11a);
      s11b = w11.fma(z, s11b);
    }
    if (b == null) {
      s0a.intoArray(y, yAt);
      s0b.intoArray(y, yAt + L);
      s1a.intoArray(y, yAt + yRow);
      s1b.intoArray(y, yAt + yRow + L);
      s2a.intoArray(y, yAt + 2 * yRow);
      s2b.intoArray(y, yAt + 2 * yRow + L);
      s3a.intoArray(y, yAt + 3 * yRow);
      s3b.intoArray(y, yAt + 3 * yRow + L);
      s4a.intoArray(y, yAt + 4 * yRow);
      s4b.intoArray(y, yAt + 4 * yRow + L);
      s5a.intoArray(y, yAt + 5 * yRow);
      s5b.intoArray(y, yAt + 5 * yRow + L);
      s6a.intoArray(y, yAt + 6 * yRow);
      s6b.intoArray(y, yAt + 6 * yRow + L);
      s7a.intoArray(y, yAt + 7 * yRow);
      s7b.intoArray(y, yAt + 7 * yRow + L);
      s8a.intoArray(y, yAt + 8 * yRow);
      s8b.intoArray(y, yAt + 8 * yRow + L);
      s9a.intoArray(y, yAt + 9 * yRow);
      s9b.intoArray(y, yAt + 9 * yRow + L);
      s10a.intoArray(y, yAt + 10 * yRow);
      s10b.intoArray(y, yAt + 10 * yRow + L);
      s11a.intoArray(y, yAt + 11 * yRow);
      s11b.intoArray(y, yAt + 11 * yRow + L);
      return;
    }
    s0a.add(FloatVector.fromArray(S, b, bAt)).intoArray(y, yAt);
    s0b.add(FloatVector.fromArray(S, b, bAt + bLane)).intoArray(y, yAt + L);
    s1a.add(FloatVector.fromArray(S, b, bAt + bRow)).intoArray(y, yAt + yRow);
    s1b.add(FloatVector.fromArray(S, b, bAt + bRow + bLane)).intoArray(y, yAt + yRow + L);
    s2a.add(FloatVector.fromArray(S, b, bAt + 2 * bRow)).intoArray(y, yAt + 2 * yRow);
    s2b.add(FloatVector.fromArray(S, b, bAt + 2 * bRow + bLane)).intoArray(y, yAt + 2 * yRow + L);
    s3a.add(FloatVector.fromArray(S, b, bAt + 3 * bRow)).intoArray(y, yAt + 3 * yRow);
    s3b.add(FloatVector.fromArray(S, b, bAt + 3 * bRow + bLane)).intoArray(y, yAt + 3 * yRow + L);
    s4a.add(FloatVector.fromArray(S, b, bAt + 4 * bRow)).intoArray(y, yAt + 4 * yRow);
    s4b.add(FloatVector.fromArray(S, b, bAt + 4 * bRow + bLane)).intoArray(y, yAt + 4 * yRow + L);
    s5a.add(FloatVector.fromArray(S, b, bAt + 5 * bRow)).intoArray(y, yAt + 5 * yRow);
    s5b.add(FloatVector.fromArray(S, b, bAt + 5 * bRow + bLane)).intoArray(y, yAt + 5 * yRow + L);
    s6a.add(FloatVector.fromArray(S, b, bAt + 6 * bRow)).intoArray(y, yAt + 6 * yRow);
    s6b.add(FloatVector.fromArray(S, b, bAt + 6 * bRow + bLane)).intoArray(y, yAt + 6 * yRow + L);
    s7a.add(FloatVector.fromArray(S, b, bAt + 7 * bRow)).intoArray(y, yAt + 7 * yRow);
    s7b.add(FloatVector.fromArray(S, b, bAt + 7 * bRow + bLane)).intoArray(y, yAt + 7 * yRow + L);
    s8a.add(FloatVector.fromArray(S, b, bAt + 8 * bRow)).intoArray(y, yAt + 8 * yRow);
    s8b.add(FloatVector.fromArray(S, b, bAt + 8 * bRow + bLane)).intoArray(y, yAt + 8 * yRow + L);
    s9a.add(FloatVector.fromArray(S, b, bAt + 9 * bRow)).intoArray(y, yAt + 9 * yRow);
    s9b.add(FloatVector.fromArray(S, b, bAt + 9 * bRow + bLane)).intoArray(y, yAt + 9 * yRow + L);
    s10a.add(FloatVector.fromArray(S, b, bAt + 10 * bRow)).intoArray(y, yAt + 10 * yRow);
    s10b.add(FloatVector.fromArray(S, b, bAt + 10 * bRow + bLane))
        .intoArray(y, yAt + 10 * yRow + L);
    s11a.add(FloatVector.fromArray(S, b, bAt + 11 * bRow)).intoArray(y, yAt + 11 * yRow);
    s11b.add(FloatVector.fromArray(S, b, bAt + 11 * bRow + bLane))
        .intoArray(y, yAt + 11 * yRow + L);
  }

  /** A register tile of 12 rows by 1 vector. */
  private static void tile12x1(
      float[] p,
      int pAt,
      float[] q,
      int qAt,
      int[] qo,
      int from,
      int to,
      float[] b,
      int bAt,
      int bRow,
      float[] y,
      int yAt,
      int yRow) {
    FloatVector s0a = FloatVector.zero(S);
    FloatVector s1a = FloatVector.zero(S);
    FloatVector s2a = FloatVector.zero(S);
    FloatVector s3a = FloatVector.zero(S);
    FloatVector s4a = FloatVector.zero(S);
    FloatVector s5a = FloatVector.zero(S);
    FloatVector s6a = FloatVector.zero(S);
    FloatVector s7a = FloatVector.zero(S);
    FloatVector s8a = FloatVector.zero(S);
    FloatVector s9a = FloatVector.zero(S);
    FloatVector s10a = FloatVector.zero(S);
    FloatVector s11a = FloatVector.zero(S);
    for (int t = from; t < to; t++) {
      int i = pAt + BLOCK12[t - from];
      int j = qAt + qo[t];
      FloatVector x = FloatVector.fromArray(S, q, j);
      FloatVector w0 = FloatVector.broadcast(S, p[i]);
      s0a = w0.fma(x, s0a);
      FloatVector w1 = FloatVector.broadcast(S, p[i + 1]);
      s1a = w1.fma(x, s1a);
      FloatVector w2 = FloatVector.broadcast(S, p[i + 2]);
      s2a = w2.fma(x, s2a);
      FloatVector w3 = FloatVector.broadcast(S, p[i + 3]);
      s3a = w3.fma(x, s3a);
      FloatVector w4 = FloatVector.broadcast(S, p[i + 4]);
      s4a = w4.fma(x, s4a);
      FloatVector w5 = FloatVector.broadcast(S, p[i + 5]);
      s5a = w5.fma(x, s5a);
      FloatVector w6 = FloatVector.broadcast(S, p[i + 6]);
      s6a = w6.fma(x, s6a);
      FloatVector w7 = FloatVector.broadcast(S, p[i + 7]);
      s7a = w7.fma(x, s7a);
      FloatVector w8 = FloatVector.broadcast(S, p[i + 8]);
      s8a = w8.fma(x, s8a);
      FloatVector w9 = FloatVector.broadcast(S, p[i + 9]);
      s9a = w9.fma(x, s9a);
      FloatVector w10 = FloatVector.broadcast(S, p[i + 10]);
      s10a = w10.fma(x, s10a);
      FloatVector w11 = FloatVector.broadcast(S, p[i + 11]);
      s11a = w11.fma(x, s11a);
    }
    if (b == null) {
      s0a.intoArray(y, yAt);
      s1a.intoArray(y, yAt + yRow);
      s2a.intoArray(y, yAt + 2 * yRow);
      s3a.intoArray(y, yAt + 3 * yRow);
      s4a.intoArray(y, yAt + 4 * yRow);
      s5a.intoArray(y, yAt + 5 * yRow);
      s6a.intoArray(y, yAt + 6 * yRow);
      s7a.intoArray(y, yAt + 7 * yRow);
      s8a.intoArray(y, yAt + 8 * yRow);
      s9a.intoArray(y, yAt + 9 * yRow);
      s10a.intoArray(y, yAt + 10 * yRow);
      s11a.intoArray(y, yAt + 11 * yRow);
      return;
    }
    s0a.add(FloatVector.fromArray(S, b, bAt)).intoArray(y, yAt);
    s1a.add(FloatVector.fromArray(S, b, bAt + bRow)).intoArray(y, yAt + yRow);
    s2a.add(FloatVector.fromArray(S, b, bAt + 2 * bRow)).intoArray(y, yAt + 2 * yRow);
    s3a.add(FloatVector.fromArray(S, b, bAt + 3 * bRow)).intoArray(y, yAt + 3 * yRow);
    s4a.add(FloatVector.fromArray(S, b, bAt + 4 * bRow)).intoArray(y, yAt + 4 * yRow);
    s5a.add(FloatVector.fromArray(S, b, bAt + 5 * bRow)).intoArray(y, yAt + 5 * yRow);
    s6a.add(FloatVector.fromArray(S, b, bAt + 6 * bRow)).intoArray(y, yAt + 6 * yRow);
    s7a.add(FloatVector.fromArray(S, b, bAt + 7 * bRow)).intoArray(y, yAt + 7 * yRow);
    s8a.add(FloatVector.fromArray(S, b, bAt + 8 * bRow)).intoArray(y, yAt + 8 * yRow);
    s9a.add(FloatVector.fromArray(S, b, bAt + 9 * bRow)).intoArray(y, yAt + 9 * yRow);
    s10a.add(FloatVector.fromArray(S, b, bAt + 10 * bRow)).intoArray(y, yAt + 10 * yRow);
    s11a.add(FloatVector.fromArray(S, b, bAt + 11 * bRow)).intoArray(y, yAt + 11 * yRow);
  }

  /** A register tile of 8 rows by 2 vectors. */
  private static void tile8x2(
      float[] p,
      int pAt,
      float[] q,
      int qAt,
      int[] qo,
      int from,
      int to,
      float[] b,
      int bAt,
      int bRow,
      int bLane,
      float[] y,
      int yAt,
      int yRow) {
    FloatVector s0a = FloatVector.zero(S);
    FloatVector s0b = FloatVector.zero(S);
    FloatVector s1a = FloatVector.zero(S);
    FloatVector s1b = FloatVector.zero(S);
    FloatVector s2a = FloatVector.zero(S);
    FloatVector s2b = FloatVector.zero(S);
    FloatVector s3a = FloatVector.zero(S);
    FloatVector s3b = FloatVector.zero(S);
    FloatVector s4a = FloatVector.zero(S);
    FloatVector s4b = FloatVector.zero(S);
    FloatVector s5a = FloatVector.zero(S);
    FloatVector s5b = FloatVector.zero(S);
    FloatVector s6a = FloatVector.zero(S);
    FloatVector s6b = FloatVector.zero(S);
    FloatVector s7a = FloatVector.zero(S);
    FloatVector s7b = FloatVector.zero(S);
    for (int t = from; t < to; t++) {
      int i = pAt + BLOCK8[t - from];
      int j = qAt + qo[t];
      FloatVector x = FloatVector.fromArray(S, q, j);
      FloatVector z = FloatVector.fromArray(S, q, j + L);
      FloatVector w0 = FloatVector.broadcast(S, p[i]);
      s0a = w0.fma(x, s0a);
      s0b = w0.fma(z, s0b);
      FloatVector w1 = FloatVector.broadcast(S, p[i + 1]);
      s1a = w1.fma(x, s1a);
      s1b = w1.fma(z, s1b);
      FloatVector w2 = FloatVector.broadcast(S, p[i + 2]);
      s2a = w2.fma(x, s2a);
      s2b = w2.fma(z, s2b);
      FloatVector w3 = FloatVector.broadcast(S, p[i + 3]);
      s3a = w3.fma(x, s3a);
      s3b = w3.fma(z, s3b);
      FloatVector w4 = FloatVector.broadcast(S, p[i + 4]);
      s4a = w4.fma(x, s4a);
      s4b = w4.fma(z, s4b);
      FloatVector w5 = FloatVector.broadcast(S, p[i + 5]);
      s5a = w5.fma(x, s5a);
      s5b = w5.fma(z, s5b);
      FloatVector w6 = FloatVector.broadcast(S, p[i + 6]);
      s6a = w6.fma(x, s6a);
      s6b = w6.fma(z, s6b);
      FloatVector w7 = FloatVector.broadcast(S, p[i + 7]);
      s7a = w7.fma(x, s7a);
      s7b = w7.fma(z, s7b);
    }
    if (b == null) {
      s0a.intoArray(y, yAt);
      s0b.intoArray(y, yAt + L);
      s1a.intoArray(y, yAt + yRow);
      s1b.intoArray(y, yAt + yRow + L);
      s2a.intoArray(y, yAt + 2 * yRow);
      s2b.intoArray(y, yAt + 2 * yRow + L);
      s3a.intoArray(y, yAt + 3 * yRow);
      s3b.intoArray(y, yAt + 3 * yRow + L);
      s4a.intoArray(y, yAt + 4 * yRow);
      s4b.intoArray(y, yAt + 4 * yRow + L);
      s5a.intoArray(y, yAt + 5 * yRow);
      s5b.intoArray(y, yAt + 5 * yRow + L);
      s6a.intoArray(y, yAt + 6 * yRow);
      s6b.intoArray(y, yAt + 6 * yRow + L);
      s7a.intoArray(y, yAt + 7 * yRow);
      s7b.intoArray(y, yAt + 7 * yRow + L);
      return;
    }
    s0a.add(FloatVector.fromArray(S, b, bAt)).intoArray(y, yAt);
    s0b.add(FloatVector.fromArray(S, b, bAt + bLane)).intoArray(y, yAt + L);
    s1a.add(FloatVector.fromArray(S, b, bAt + bRow)).intoArray(y, yAt + yRow);
    s1b.add(FloatVector.fromArray(S, b, bAt + bRow + bLane)).intoArray(y, yAt + yRow + L);
    s2a.add(FloatVector.fromArray(S, b, bAt + 2 * bRow)).intoArray(y, yAt + 2 * yRow);
    s2b.add(FloatVector.fromArray(S, b, bAt + 2 * bRow + bLane)).intoArray(y, yAt + 2 * yRow + L);
    s3a.add(FloatVector.fromArray(S, b, bAt + 3 * bRow)).intoArray(y, yAt + 3 * yRow);
    s3b.add(FloatVector.fromArray(S, b, bAt + 3 * bRow + bLane)).intoArray(y, yAt + 3 * yRow + L);
    s4a.add(FloatVector.fromArray(S, b, bAt + 4 * bRow)).intoArray(y, yAt + 4 * yRow);
    s4b.add(FloatVector.fromArray(S, b, bAt + 4 * bRow + bLane)).intoArray(y, yAt + 4 * yRow + L);
    s5a.add(FloatVector.fromArray(S, b, bAt + 5 * bRow)).intoArray(y, yAt + 5 * yRow);
    s5b.add(FloatVector.fromArray(S, b, bAt + 5 * bRow + bLane)).intoArray(y, yAt + 5 * yRow + L);
    s6a.add(FloatVector.fromArray(S, b, bAt + 6 * bRow)).intoArray(y, yAt + 6 * yRow);
    s6b.add(FloatVector.fromArray(S, b, bAt + 6 * bRow + bLane)).intoArray(y, yAt + 6 * yRow + L);
    s7a.add(FloatVector.fromArray(S, b, bAt + 7 * bRow)).intoArray(y, yAt + 7 * yRow);
    s7b.add(FloatVector.fromArray(S, b, bAt + 7 * bRow + bLane)).intoArray(y, yAt + 7 * yRow + L);
  }

  /** A register tile of 8 rows by 1 vector. */
  private static void tile8x1(
      float[] p,
      int pAt,
      float[] q,
      int qAt,
      int[] qo,
      int from,
      int to,
      float[] b,
      int bAt,
      int bRow,
      float[] y,
      int yAt,
      int yRow) {
    FloatVector s0a = FloatVector.zero(S);
    FloatVector s1a = FloatVector.zero(S);
    FloatVector s2a = FloatVector.zero(S);
    FloatVector s3a = FloatVector.zero(S);
    FloatVector s4a = FloatVector.zero(S);
    FloatVector s5a = FloatVector.zero(S);
    FloatVector s6a = FloatVector.zero(S);
    FloatVector s7a = FloatVector.zero(S);
    for (int t = from; t < to; t++) {
      int i = pAt + BLOCK8[t - from];
      int j = qAt + qo[t];
      FloatVector x = FloatVector.fromArray(S, q, j);
      FloatVector w0 = FloatVector.broadcast(S, p[i]);
      s0a = w0.fma(x, s0a);
      FloatVector w1 = FloatVector.broadcast(S, p[i + 1]);
      s1a = w1.fma(x, s1a);
      FloatVector w2 = FloatVector.broadcast(S, p[i + 2]);
      s2a = w2.fma(x, s2a);
      FloatVector w3 = FloatVector.broadcast(S, p[i + 3]);
      s3a = w3.fma(x, s3a);
      FloatVector w4 = FloatVector.broadcast(S, p[i + 4]);
      s4a = w4.fma(x, s4a);
      FloatVector w5 = FloatVector.broadcast(S, p[i + 5]);
      s5a = w5.fma(x, s5a);
      FloatVector w6 = FloatVector.broadcast(S, p[i + 6]);
      s6a = w6.fma(x, s6a);
      FloatVector w7 = FloatVector.broadcast(S, p[i + 7]);
      s7a = w7.fma(x, s7a);
    }
    if (b == null) {
      s0a.intoArray(y, yAt);
      s1a.intoArray(y, yAt + yRow);
      s2a.intoArray(y, yAt + 2 * yRow);
      s3a.intoArray(y, yAt + 3 * yRow);
      s4a.intoArray(y, yAt + 4 * yRow);
      s5a.intoArray(y, yAt + 5 * yRow);
      s6a.intoArray(y, yAt + 6 * yRow);
      s7a.intoArray(y, yAt + 7 * yRow);
      return;
    }
    s0a.add(FloatVector.fromArray(S, b, bAt)).intoArray(y, yAt);
    s1a.add(FloatVector.fromArray(S, b, bAt + bRow)).intoArray(y, yAt + yRow);
    s2a.add(FloatVector.fromArray(S, b, bAt + 2 * bRow)).intoArray(y, yAt + 2 * yRow);
    s3a.add(FloatVector.fromArray(S, b, bAt + 3 * bRow)).intoArray(y, yAt + 3 * yRow);
    s4a.add(FloatVector.fromArray(S, b, bAt + 4 * bRow)).intoArray(y, yAt + 4 * yRow);
    s5a.add(FloatVector.fromArray(S, b, bAt + 5 * bRow)).intoArray(y, yAt + 5 * yRow);
    s6a.add(FloatVector.fromArray(S, b, bAt + 6 * bRow)).intoArray(y, yAt + 6 * yRow);
    s7a.add(FloatVector.fromArray(S, b, bAt + 7 * bRow)).intoArray(y, yAt + 7 * yRow);
  }

  /** A register tile of 4 rows by 2 vectors. */
  private static void tile4x2(
      float[] p,
      int pAt,
      float[] q,
      int qAt,
      int[] qo,
      int from,
      int to,
      float[] b,
      int bAt,
      int bRow,
      int bLane,
      float[] y,
      int yAt,
      int yRow) {
    FloatVector s0a = FloatVector.zero(S);
    FloatVector s0b = FloatVector.zero(S);
    FloatVector s1a = FloatVector.zero(S);
    FloatVector s1b = FloatVector.zero(S);
    FloatVector s2a = FloatVector.zero(S);
    FloatVector s2b = FloatVector.zero(S);
    FloatVector s3a = FloatVector.zero(S);
    FloatVector s3b = FloatVector.zero(S);
    for (int t = from; t < to; t++) {
      int i = pAt + BLOCK4[t - from];
      int j = qAt + qo[t];
      FloatVector x = FloatVector.fromArray(S, q, j);
      FloatVector z = FloatVector.fromArray(S, q, j + L);
      FloatVector w0 = FloatVector.broadcast(S, p[i]);
      s0a = w0.fma(x, s0a);
      s0b = w0.fma(z, s0b);
      FloatVector w1 = FloatVector.broadcast(S, p[i + 1]);
      s1a = w1.fma(x, s1a);
      s1b = w1.fma(z, s1b);
      FloatVector w2 = FloatVector.broadcast(S, p[i + 2]);
      s2a = w2.fma(x, s2a);
      s2b = w2.fma(z, s2b);
      FloatVector w3 = FloatVector.broadcast(S, p[i + 3]);
      s3a = w3.fma(x, s3a);
      s3b = w3.fma(z, s3b);
    }
    if (b == null) {
      s0a.intoArray(y, yAt);
      s0b.intoArray(y, yAt + L);
      s1a.intoArray(y, yAt + yRow);
      s1b.intoArray(y, yAt + yRow + L);
      s2a.intoArray(y, yAt + 2 * yRow);
      s2b.intoArray(y, yAt + 2 * yRow + L);
      s3a.intoArray(y, yAt + 3 * yRow);
      s3b.intoArray(y, yAt + 3 * yRow + L);
      return;
    }
    s0a.add(FloatVector.fromArray(S, b, bAt)).intoArray(y, yAt);
    s0b.add(FloatVector.fromArray(S, b, bAt + bLane)).intoArray(y, yAt + L);
    s1a.add(FloatVector.fromArray(S, b, bAt + bRow)).intoArray(y, yAt + yRow);
    s1b.add(FloatVector.fromArray(S, b, bAt + bRow + bLane)).intoArray(y, yAt + yRow + L);
    s2a.add(FloatVector.fromArray(S, b, bAt + 2 * bRow)).intoArray(y, yAt + 2 * yRow);
    s2b.add(FloatVector.fromArray(S, b, bAt + 2 * bRow + bLane)).intoArray(y, yAt + 2 * yRow + L);
    s3a.add(FloatVector.fromArray(S, b, bAt + 3 * bRow)).intoArray(y, yAt + 3 * yRow);
    s3b.add(FloatVector.fromArray(S, b, bAt + 3 * bRow + bLane)).intoArray(y, yAt + 3 * yRow + L);
  }

  /** A register tile of 4 rows by 1 vector. */
  private static void tile4x1(
      float[] p,
      int pAt,
      float[] q,
      int qAt,
      int[] qo,
      int from,
      int to,
      float[] b,
      int bAt,
      int bRow,
      float[] y,
      int yAt,
      int yRow) {
    FloatVector s0a = FloatVector.zero(S);
    FloatVector s1a = FloatVector.zero(S);
    FloatVector s2a = FloatVector.zero(S);
    FloatVector s3a = FloatVector.zero(S);
    for (int t = from; t < to; t++) {
      int i = pAt + BLOCK4[t - from];
      int j = qAt + qo[t];
      FloatVector x = FloatVector.fromArray(S, q, j);
      FloatVector w0 = FloatVector.broadcast(S, p[i]);
      s0a = w0.fma(x, s0a);
      FloatVector w1 = FloatVector.broadcast(S, p[i + 1]);
      s1a = w1.fma(x, s1a);
      FloatVector w2 = FloatVector.broadcast(S, p[i + 2]);
      s2a = w2.fma(x, s2a);
      FloatVector w3 = FloatVector.broadcast(S, p[i + 3]);
      s3a = w3.fma(x, s3a);
    }
    if (b == null) {
      s0a.intoArray(y, yAt);
      s1a.intoArray(y, yAt + yRow);
      s2a.intoArray(y, yAt + 2 * yRow);
      s3a.intoArray(y, yAt + 3 * yRow);
      return;
    }
    s0a.add(FloatVector.fromArray(S, b, bAt)).intoArray(y, yAt);
    s1a.add(FloatVector.fromArray(S, b, bAt + bRow)).intoArray(y, yAt + yRow);
    s2a.add(FloatVector.fromArray(S, b, bAt + 2 * bRow)).intoArray(y, yAt + 2 * yRow);
    s3a.add(FloatVector.fromArray(S, b, bAt + 3 * bRow)).intoArray(y, yAt + 3 * yRow);
  }

  // ---- Winograd's transforms

  /** Lane t holds 2 t or 2 t + 1 of two vectors laid end to end: of the first for t < L / 2. */
  private static final VectorShuffle<Float> EVEN = VectorShuffle.fromOp(S, t -> 2 * t % L);

  private static final VectorShuffle<Float> ODD = VectorShuffle.fromOp(S, t -> (2 * t + 1) % L);

  /** Lane t holds lane t / 2. */
  private static final VectorShuffle<Float> TWICE = VectorShuffle.fromOp(S, t -> t / 2);

  private static final VectorMask<Float> SECOND_HALF = mask(t -> t >= L / 2);
  private static final VectorMask<Float> ODD_LANES = mask(t -> t % 2 == 1);

  private static VectorMask<Float> mask(IntPredicate lanes) {
    boolean[] bits = new boolean[L];
    for (int t = 0; t < L; t++) {
      bits[t] = lanes.test(t);
    }
    return VectorMask.fromArray(S, bits, 0);
  }

  @Override
  public void copyRows(
      float[] source, int from, int fromStep, float[] target, int to, int toStep, int n, int rows) {
    if (n < L) {
      super.copyRows(source, from, fromStep, target, to, toStep, n, rows);
      return;
    }
    for (int r = 0; r < rows; r++) {
      int a = from + r * fromStep;
      int b = to + r * toStep;
      for (int i = 0; i < n - L; i += L) {
        FloatVector.fromArray(S, source, a + i).intoArray(target, b + i);
      }
      FloatVector.fromArray(S, source, a + n - L).intoArray(target, b + n - L);
    }
  }

  @Override
  public void deinterleave(
      int size,
      float[] source,
      int from,
      int fromStep,
      float[] target,
      int to,
      int step,
      int n,
      int rows) {
    for (int r = 0; r < rows; r++) {
      if (size == 2) {
        deinterleave2(source, from + r * fromStep, target, to + 2 * r * step, step, n);
      } else {
        deinterleave4(source, from + r * fromStep, target, to + 4 * r * step, step, n);
      }
    }
  }

  private static void deinterleave2(
      float[] source, int from, float[] target, int to, int step, int n) {
    for (int t = 0; t < n; t += L) {
      FloatVector a = FloatVector.fromArray(S, source, from + 2 * t);
      FloatVector b = FloatVector.fromArray(S, source, from + 2 * t + L);
      evens(a, b).intoArray(target, to + t);
      odds(a, b).intoArray(target, to + step + t);
    }
  }

  /** Every fourth columns are every second ones, parted again. */
  private static void deinterleave4(
      float[] source, int from, float[] target, int to, int step, int n) {
    for (int t = 0; t < n; t += L) {
      FloatVector a = FloatVector.fromArray(S, source, from + 4 * t);
      FloatVector b = FloatVector.fromArray(S, source, from + 4 * t + L);
      FloatVector c = FloatVector.fromArray(S, source, from + 4 * t + 2 * L);
      FloatVector d = FloatVector.fromArray(S, source, from + 4 * t + 3 * L);
      FloatVector ab = evens(a, b);
      FloatVector cd = evens(c, d);
      evens(ab, cd).intoArray(target, to + t);
      odds(ab, cd).intoArray(target, to + 2 * step + t);
      ab = odds(a, b);
      cd = odds(c, d);
      evens(ab, cd).intoArray(target, to + step + t);
      odds(ab, cd).intoArray(target, to + 3 * step + t);
    }
  }

  private static FloatVector evens(FloatVector a, FloatVector b) {
    return a.rearrange(EVEN).blend(b.rearrange(EVEN), SECOND_HALF);
  }

  private static FloatVector odds(FloatVector a, FloatVector b) {
    return a.rearrange(ODD).blend(b.rearrange(ODD), SECOND_HALF);
  }

  @Override
  public void interleave(
      int size,
      float[] source,
      int from,
      int step,
      float[] target,
      int to,
      int toStep,
      int n,
      int rows) {
    // The last vector of a row begins earlier, where that is the beginning of a tile.
    int last = n < L ? -1 : (n - L) / size * size;
    for (int r = 0; r < rows; r++) {
      int a = from + r * size * step;
      int b = to + r * toStep;
      int done = 0;
      if (last >= 0) {
        for (int i = 0; i < last; i += L) {
          interleaved(size, source, a + i / size, step).intoArray(target, b + i);
        }
        interleaved(size, source, a + last / size, step).intoArray(target, b + last);
        done = last + L;
      }
      for (int i = done; i < n; i++) {
        target[b + i] = source[a + i % size * step + i / size];
      }
    }
  }

  private static FloatVector interleaved(int size, float[] source, int at, int step) {
    FloatVector a = FloatVector.fromArray(S, source, at);
    FloatVector b = FloatVector.fromArray(S, source, at + step);
    if (size == 2) {
      return pairs(a, b);
    }
    FloatVector c = FloatVector.fromArray(S, source, at + 2 * step);
    FloatVector d = FloatVector.fromArray(S, source, at + 3 * step);
    return pairs(pairs(a, c), pairs(b, d));
  }

  private static FloatVector pairs(FloatVector a, FloatVector b) {
    return a.rearrange(TWICE).blend(b.rearrange(TWICE), ODD_LANES);
  }

  @Override
  public void winogradInput(
      int size,
      float[] parts,
      int at,
      int step,
      float[] v,
      int vAt,
      int vStep,
      int n,
      int rows,
      Scratch scratch) {
    float[] columns = ((Memory) scratch).tile;
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

  @Override
  public boolean winogradOutput(
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
      Scratch scratch) {
    FloatVector b = FloatVector.broadcast(S, bias[channel]);
    float[] columns = ((Memory) scratch).tile;
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
