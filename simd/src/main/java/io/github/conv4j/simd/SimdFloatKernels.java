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
    final float[] starts = new float[(MAX_ROWS + ROWS) * L];
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
      int chunk,
      float[] start,
      int startAt,
      float[] y,
      int yAt,
      int yRow,
      int n,
      Scratch scratch) {
    Memory memory = (Memory) scratch;
    if (start != null) {
      for (int m = 0; m < rows; m++) {
        FloatVector.broadcast(S, start[startAt + m]).intoArray(memory.starts, m * L);
      }
    }
    boolean far = rows >= ROWS_WORTH_A_COPY && qo[to - 1] - qo[from] > NEAR;
    int lanes;
    for (int j = 0; j < n; j += lanes) {
      lanes = tileLanes(n - j);
      boolean readable = qAt + j + qo[to - 1] <= q.length - 2 * L;
      float[] x = q;
      int xAt = qAt + j;
      int[] xo = qo;
      int first = from;
      if (far || !readable) {
        copyPanel(q, qAt + j, qo, from, to, lanes, readable, memory.panel);
        x = memory.panel;
        xAt = 0;
        xo = PANEL;
        first = 0;
      }
      int last = first + to - from;
      int m = 0;
      if (lanes <= FEW_PIXELS && rows > ROWS && ROWS <= L) {
        int blocks = rows / ROWS;
        for (int t = first; t < last; t += chunk) {
          int end = Math.min(t + chunk, last);
          columns(
              p,
              pAt + (from + t - first) * ROWS,
              blocks,
              ROWS * taps,
              x,
              xAt,
              xo,
              t,
              end,
              t == first ? start : null,
              startAt,
              y,
              yAt + j,
              yRow,
              lanes,
              memory);
        }
        m = blocks * ROWS;
      }
      while (m < rows) {
        int block = blockRows(rows - m);
        int valid = Math.min(block, rows - m);
        int yFrom = yAt + m * yRow + j;
        boolean whole = valid == block && (lanes == 2 * L || lanes == L);
        if (!whole && start == null) {
          copyTile(y, yFrom, yRow, memory.tile, 0, 2 * L, valid, lanes);
        }
        for (int t = first; t < last; t += chunk) {
          int end = Math.min(t + chunk, last);
          // Sums go on from their start, or from what they were, and between chunks stay near.
          float[] b = memory.tile;
          int bAt = 0;
          int bRow = 2 * L;
          int bLane = L;
          if (t == first) {
            if (start != null) {
              b = memory.starts;
              bAt = m * L;
              bRow = L;
              bLane = 0;
            } else if (whole) {
              b = y;
              bAt = yFrom;
              bRow = yRow;
            }
          }
          boolean near = !whole || end < last;
          float[] o = near ? memory.tile : y;
          int oAt = near ? 0 : yFrom;
          int oRow = near ? 2 * L : yRow;
          int pFrom = pAt + m * taps + (from + t - first) * block;
          if (lanes > L) {
            switch (block) {
              case 12 -> tile12x2(p, pFrom, x, xAt, xo, t, end, b, bAt, bRow, bLane, o, oAt, oRow);
              case 8 -> tile8x2(p, pFrom, x, xAt, xo, t, end, b, bAt, bRow, bLane, o, oAt, oRow);
              default -> tile4x2(p, pFrom, x, xAt, xo, t, end, b, bAt, bRow, bLane, o, oAt, oRow);
            }
          } else {
            switch (block) {
              case 12 -> tile12x1(p, pFrom, x, xAt, xo, t, end, b, bAt, bRow, o, oAt, oRow);
              case 8 -> tile8x1(p, pFrom, x, xAt, xo, t, end, b, bAt, bRow, o, oAt, oRow);
              default -> tile4x1(p, pFrom, x, xAt, xo, t, end, b, bAt, bRow, o, oAt, oRow);
            }
          }
        }
        if (!whole) {
          copyTile(memory.tile, 0, 2 * L, y, yFrom, yRow, valid, lanes);
        }
        m += block;
      }
    }
  }

  /**
   * Returns how many of the pixels left are computed next: two vectors, or what is left of them.
   */
  private static int tileLanes(int left) {
    if (left >= 2 * L) {
      return 2 * L;
    }
    return left > L && left <= L + FEW_PIXELS ? L : left;
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
      int blocks,
      int blockStep,
      float[] x,
      int xAt,
      int[] xo,
      int from,
      int to,
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
        int p0 = pAt + k * blockStep;
        int p1 = pAt + Math.min(k + 1, most) * blockStep;
        int p2 = pAt + Math.min(k + 2, most) * blockStep;
        int p3 = pAt + Math.min(k + 3, most) * blockStep;
        columns4x2(p, p0, p1, p2, p3, x, xAt + j, xAt + last, xo, from, to, lanes);
        for (int c = j; c <= last; c++) {
          for (int i = k; i < Math.min(k + COLUMN_BLOCKS, blocks); i++) {
            int at = ((c - j) * COLUMN_BLOCKS + i - k) * L;
            for (int r = 0; r < ROWS; r++) {
              int m = i * ROWS + r;
              int o = yAt + m * yRow + c;
              y[o] = (start == null ? y[o] : start[startAt + m]) + lanes[at + r];
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
    s0a.add(FloatVector.fromArray(S, b, bAt)).intoArray(y, yAt);
    s1a.add(FloatVector.fromArray(S, b, bAt + bRow)).intoArray(y, yAt + yRow);
    s2a.add(FloatVector.fromArray(S, b, bAt + 2 * bRow)).intoArray(y, yAt + 2 * yRow);
    s3a.add(FloatVector.fromArray(S, b, bAt + 3 * bRow)).intoArray(y, yAt + 3 * yRow);
  }

  // ---- one channel

  @Override
  public void filter(
      float[] x,
      int at,
      int rowStep,
      int[] offsets,
      float[] w,
      int wAt,
      float[] bias,
      int channel,
      float[] y,
      int yAt,
      int n,
      int rows,
      Scratch scratch) {
    float b = bias[channel];
    if (n >= L) {
      filterWide(x, at, rowStep, offsets, w, wAt, b, y, yAt, n, n, rows);
      return;
    }
    // Rows shorter than a vector: each is written with what follows it, and the next over that.
    float[] tile = ((Memory) scratch).tile;
    for (int r = 0; r < rows; r += 4) {
      int tall = Math.min(4, rows);
      int row = Math.min(r, rows - tall);
      int from = at + row * rowStep;
      int to = yAt + row * n;
      if ((row + tall - 1) * n + L <= rows * n) {
        filterWide(x, from, rowStep, offsets, w, wAt, b, y, to, n, L, tall);
        continue;
      }
      filterWide(x, from, rowStep, offsets, w, wAt, b, tile, 0, L, L, tall);
      for (int i = 0; i < tall; i++) {
        for (int j = 0; j < n; j++) {
          y[to + i * n + j] = tile[i * L + j];
        }
      }
    }
  }

  /**
   * Filters rows of at least one vector. The last vector of a row begins earlier, like the last
   * rows.
   */
  private static void filterWide(
      float[] x,
      int at,
      int rowStep,
      int[] offsets,
      float[] w,
      int wAt,
      float b,
      float[] y,
      int yAt,
      int yRow,
      int n,
      int rows) {
    if (offsets.length == 9) {
      if (rows >= 4 && isSquare(offsets, 3, rowStep)) {
        slide3x3(x, at, rowStep, offsets, w, wAt, b, y, yAt, yRow, n, rows);
      } else {
        taps9(x, at, rowStep, offsets, w, wAt, b, y, yAt, yRow, n, rows);
      }
      return;
    }
    if (offsets.length == 25) {
      if (rows >= 2 && isSquare(offsets, 5, rowStep)) {
        slide5x5(x, at, rowStep, offsets, w, wAt, b, y, yAt, yRow, n, rows);
      } else {
        taps25(x, at, rowStep, offsets, w, wAt, b, y, yAt, yRow, n, rows);
      }
      return;
    }
    int tall = rows < 4 ? 1 : 4;
    for (int r = 0; r < rows; r += tall) {
      int row = Math.min(r, rows - tall);
      for (int j = 0; j < n; j += L) {
        int column = Math.min(j, n - L);
        int from = at + row * rowStep + column;
        int to = yAt + row * yRow + column;
        if (tall == 4) {
          filter4x1(x, from, rowStep, offsets, w, wAt, b, y, to, yRow);
        } else {
          filter1x1(x, from, offsets, w, wAt, b, y, to);
        }
      }
    }
  }

  /** Returns whether each row of taps lies one input row below the one before. */
  private static boolean isSquare(int[] offsets, int side, int rowStep) {
    for (int t = side; t < offsets.length; t++) {
      if (offsets[t] - offsets[t - side] != rowStep) {
        return false;
      }
    }
    return true;
  }

  /** A kernel of 3x3 on neighbouring rows, 4 at a time: each number loaded serves all of them. */
  private static void slide3x3(
      float[] x,
      int at,
      int rowStep,
      int[] o,
      float[] w,
      int wAt,
      float b,
      float[] y,
      int yAt,
      int yRow,
      int n,
      int rows) {
    FloatVector w0 = FloatVector.broadcast(S, w[wAt]);
    FloatVector w1 = FloatVector.broadcast(S, w[wAt + 1]);
    FloatVector w2 = FloatVector.broadcast(S, w[wAt + 2]);
    FloatVector w3 = FloatVector.broadcast(S, w[wAt + 3]);
    FloatVector w4 = FloatVector.broadcast(S, w[wAt + 4]);
    FloatVector w5 = FloatVector.broadcast(S, w[wAt + 5]);
    FloatVector w6 = FloatVector.broadcast(S, w[wAt + 6]);
    FloatVector w7 = FloatVector.broadcast(S, w[wAt + 7]);
    FloatVector w8 = FloatVector.broadcast(S, w[wAt + 8]);
    int o0 = o[0];
    int o1 = o[1];
    int o2 = o[2];
    for (int r = 0; r < rows; r += 4) {
      int row = Math.min(r, rows - 4);
      for (int j = 0; j < n; j += L) {
        int column = Math.min(j, n - L);
        int i = at + row * rowStep + column;
        FloatVector s0 = FloatVector.zero(S);
        FloatVector s1 = FloatVector.zero(S);
        FloatVector s2 = FloatVector.zero(S);
        FloatVector s3 = FloatVector.zero(S);
        FloatVector x00 = FloatVector.fromArray(S, x, i + o0);
        s0 = w0.fma(x00, s0);
        FloatVector x01 = FloatVector.fromArray(S, x, i + o1);
        s0 = w1.fma(x01, s0);
        FloatVector x02 = FloatVector.fromArray(S, x, i + o2);
        s0 = w2.fma(x02, s0);
        i += rowStep;
        FloatVector x10 = FloatVector.fromArray(S, x, i + o0);
        s0 = w3.fma(x10, s0);
        s1 = w0.fma(x10, s1);
        FloatVector x11 = FloatVector.fromArray(S, x, i + o1);
        s0 = w4.fma(x11, s0);
        s1 = w1.fma(x11, s1);
        FloatVector x12 = FloatVector.fromArray(S, x, i + o2);
        s0 = w5.fma(x12, s0);
        s1 = w2.fma(x12, s1);
        i += rowStep;
        FloatVector x20 = FloatVector.fromArray(S, x, i + o0);
        s0 = w6.fma(x20, s0);
        s1 = w3.fma(x20, s1);
        s2 = w0.fma(x20, s2);
        FloatVector x21 = FloatVector.fromArray(S, x, i + o1);
        s0 = w7.fma(x21, s0);
        s1 = w4.fma(x21, s1);
        s2 = w1.fma(x21, s2);
        FloatVector x22 = FloatVector.fromArray(S, x, i + o2);
        s0 = w8.fma(x22, s0);
        s1 = w5.fma(x22, s1);
        s2 = w2.fma(x22, s2);
        i += rowStep;
        FloatVector x30 = FloatVector.fromArray(S, x, i + o0);
        s1 = w6.fma(x30, s1);
        s2 = w3.fma(x30, s2);
        s3 = w0.fma(x30, s3);
        FloatVector x31 = FloatVector.fromArray(S, x, i + o1);
        s1 = w7.fma(x31, s1);
        s2 = w4.fma(x31, s2);
        s3 = w1.fma(x31, s3);
        FloatVector x32 = FloatVector.fromArray(S, x, i + o2);
        s1 = w8.fma(x32, s1);
        s2 = w5.fma(x32, s2);
        s3 = w2.fma(x32, s3);
        i += rowStep;
        FloatVector x40 = FloatVector.fromArray(S, x, i + o0);
        s2 = w6.fma(x40, s2);
        s3 = w3.fma(x40, s3);
        FloatVector x41 = FloatVector.fromArray(S, x, i + o1);
        s2 = w7.fma(x41, s2);
        s3 = w4.fma(x41, s3);
        FloatVector x42 = FloatVector.fromArray(S, x, i + o2);
        s2 = w8.fma(x42, s2);
        s3 = w5.fma(x42, s3);
        i += rowStep;
        FloatVector x50 = FloatVector.fromArray(S, x, i + o0);
        s3 = w6.fma(x50, s3);
        FloatVector x51 = FloatVector.fromArray(S, x, i + o1);
        s3 = w7.fma(x51, s3);
        FloatVector x52 = FloatVector.fromArray(S, x, i + o2);
        s3 = w8.fma(x52, s3);
        int to = yAt + row * yRow + column;
        s0.add(b).intoArray(y, to);
        s1.add(b).intoArray(y, to + yRow);
        s2.add(b).intoArray(y, to + 2 * yRow);
        s3.add(b).intoArray(y, to + 3 * yRow);
      }
    }
  }

  /** A kernel of 5x5 on neighbouring rows, 2 at a time: each number loaded serves all of them. */
  private static void slide5x5(
      float[] x,
      int at,
      int rowStep,
      int[] o,
      float[] w,
      int wAt,
      float b,
      float[] y,
      int yAt,
      int yRow,
      int n,
      int rows) {
    FloatVector w0 = FloatVector.broadcast(S, w[wAt]);
    FloatVector w1 = FloatVector.broadcast(S, w[wAt + 1]);
    FloatVector w2 = FloatVector.broadcast(S, w[wAt + 2]);
    FloatVector w3 = FloatVector.broadcast(S, w[wAt + 3]);
    FloatVector w4 = FloatVector.broadcast(S, w[wAt + 4]);
    FloatVector w5 = FloatVector.broadcast(S, w[wAt + 5]);
    FloatVector w6 = FloatVector.broadcast(S, w[wAt + 6]);
    FloatVector w7 = FloatVector.broadcast(S, w[wAt + 7]);
    FloatVector w8 = FloatVector.broadcast(S, w[wAt + 8]);
    FloatVector w9 = FloatVector.broadcast(S, w[wAt + 9]);
    FloatVector w10 = FloatVector.broadcast(S, w[wAt + 10]);
    FloatVector w11 = FloatVector.broadcast(S, w[wAt + 11]);
    FloatVector w12 = FloatVector.broadcast(S, w[wAt + 12]);
    FloatVector w13 = FloatVector.broadcast(S, w[wAt + 13]);
    FloatVector w14 = FloatVector.broadcast(S, w[wAt + 14]);
    FloatVector w15 = FloatVector.broadcast(S, w[wAt + 15]);
    FloatVector w16 = FloatVector.broadcast(S, w[wAt + 16]);
    FloatVector w17 = FloatVector.broadcast(S, w[wAt + 17]);
    FloatVector w18 = FloatVector.broadcast(S, w[wAt + 18]);
    FloatVector w19 = FloatVector.broadcast(S, w[wAt + 19]);
    FloatVector w20 = FloatVector.broadcast(S, w[wAt + 20]);
    FloatVector w21 = FloatVector.broadcast(S, w[wAt + 21]);
    FloatVector w22 = FloatVector.broadcast(S, w[wAt + 22]);
    FloatVector w23 = FloatVector.broadcast(S, w[wAt + 23]);
    FloatVector w24 = FloatVector.broadcast(S, w[wAt + 24]);
    int o0 = o[0];
    int o1 = o[1];
    int o2 = o[2];
    int o3 = o[3];
    int o4 = o[4];
    for (int r = 0; r < rows; r += 2) {
      int row = Math.min(r, rows - 2);
      for (int j = 0; j < n; j += L) {
        int column = Math.min(j, n - L);
        int i = at + row * rowStep + column;
        FloatVector s0 = FloatVector.zero(S);
        FloatVector s1 = FloatVector.zero(S);
        FloatVector x00 = FloatVector.fromArray(S, x, i + o0);
        s0 = w0.fma(x00, s0);
        FloatVector x01 = FloatVector.fromArray(S, x, i + o1);
        s0 = w1.fma(x01, s0);
        FloatVector x02 = FloatVector.fromArray(S, x, i + o2);
        s0 = w2.fma(x02, s0);
        FloatVector x03 = FloatVector.fromArray(S, x, i + o3);
        s0 = w3.fma(x03, s0);
        FloatVector x04 = FloatVector.fromArray(S, x, i + o4);
        s0 = w4.fma(x04, s0);
        i += rowStep;
        FloatVector x10 = FloatVector.fromArray(S, x, i + o0);
        s0 = w5.fma(x10, s0);
        s1 = w0.fma(x10, s1);
        FloatVector x11 = FloatVector.fromArray(S, x, i + o1);
        s0 = w6.fma(x11, s0);
        s1 = w1.fma(x11, s1);
        FloatVector x12 = FloatVector.fromArray(S, x, i + o2);
        s0 = w7.fma(x12, s0);
        s1 = w2.fma(x12, s1);
        FloatVector x13 = FloatVector.fromArray(S, x, i + o3);
        s0 = w8.fma(x13, s0);
        s1 = w3.fma(x13, s1);
        FloatVector x14 = FloatVector.fromArray(S, x, i + o4);
        s0 = w9.fma(x14, s0);
        s1 = w4.fma(x14, s1);
        i += rowStep;
        FloatVector x20 = FloatVector.fromArray(S, x, i + o0);
        s0 = w10.fma(x20, s0);
        s1 = w5.fma(x20, s1);
        FloatVector x21 = FloatVector.fromArray(S, x, i + o1);
        s0 = w11.fma(x21, s0);
        s1 = w6.fma(x21, s1);
        FloatVector x22 = FloatVector.fromArray(S, x, i + o2);
        s0 = w12.fma(x22, s0);
        s1 = w7.fma(x22, s1);
        FloatVector x23 = FloatVector.fromArray(S, x, i + o3);
        s0 = w13.fma(x23, s0);
        s1 = w8.fma(x23, s1);
        FloatVector x24 = FloatVector.fromArray(S, x, i + o4);
        s0 = w14.fma(x24, s0);
        s1 = w9.fma(x24, s1);
        i += rowStep;
        FloatVector x30 = FloatVector.fromArray(S, x, i + o0);
        s0 = w15.fma(x30, s0);
        s1 = w10.fma(x30, s1);
        FloatVector x31 = FloatVector.fromArray(S, x, i + o1);
        s0 = w16.fma(x31, s0);
        s1 = w11.fma(x31, s1);
        FloatVector x32 = FloatVector.fromArray(S, x, i + o2);
        s0 = w17.fma(x32, s0);
        s1 = w12.fma(x32, s1);
        FloatVector x33 = FloatVector.fromArray(S, x, i + o3);
        s0 = w18.fma(x33, s0);
        s1 = w13.fma(x33, s1);
        FloatVector x34 = FloatVector.fromArray(S, x, i + o4);
        s0 = w19.fma(x34, s0);
        s1 = w14.fma(x34, s1);
        i += rowStep;
        FloatVector x40 = FloatVector.fromArray(S, x, i + o0);
        s0 = w20.fma(x40, s0);
        s1 = w15.fma(x40, s1);
        FloatVector x41 = FloatVector.fromArray(S, x, i + o1);
        s0 = w21.fma(x41, s0);
        s1 = w16.fma(x41, s1);
        FloatVector x42 = FloatVector.fromArray(S, x, i + o2);
        s0 = w22.fma(x42, s0);
        s1 = w17.fma(x42, s1);
        FloatVector x43 = FloatVector.fromArray(S, x, i + o3);
        s0 = w23.fma(x43, s0);
        s1 = w18.fma(x43, s1);
        FloatVector x44 = FloatVector.fromArray(S, x, i + o4);
        s0 = w24.fma(x44, s0);
        s1 = w19.fma(x44, s1);
        i += rowStep;
        FloatVector x50 = FloatVector.fromArray(S, x, i + o0);
        s1 = w20.fma(x50, s1);
        FloatVector x51 = FloatVector.fromArray(S, x, i + o1);
        s1 = w21.fma(x51, s1);
        FloatVector x52 = FloatVector.fromArray(S, x, i + o2);
        s1 = w22.fma(x52, s1);
        FloatVector x53 = FloatVector.fromArray(S, x, i + o3);
        s1 = w23.fma(x53, s1);
        FloatVector x54 = FloatVector.fromArray(S, x, i + o4);
        s1 = w24.fma(x54, s1);
        int to = yAt + row * yRow + column;
        s0.add(b).intoArray(y, to);
        s1.add(b).intoArray(y, to + yRow);
      }
    }
  }

  /** 9 taps anywhere: their weights stay in registers. */
  private static void taps9(
      float[] x,
      int at,
      int rowStep,
      int[] o,
      float[] w,
      int wAt,
      float b,
      float[] y,
      int yAt,
      int yRow,
      int n,
      int rows) {
    FloatVector w0 = FloatVector.broadcast(S, w[wAt]);
    FloatVector w1 = FloatVector.broadcast(S, w[wAt + 1]);
    FloatVector w2 = FloatVector.broadcast(S, w[wAt + 2]);
    FloatVector w3 = FloatVector.broadcast(S, w[wAt + 3]);
    FloatVector w4 = FloatVector.broadcast(S, w[wAt + 4]);
    FloatVector w5 = FloatVector.broadcast(S, w[wAt + 5]);
    FloatVector w6 = FloatVector.broadcast(S, w[wAt + 6]);
    FloatVector w7 = FloatVector.broadcast(S, w[wAt + 7]);
    FloatVector w8 = FloatVector.broadcast(S, w[wAt + 8]);
    for (int r = 0; r < rows; r++) {
      for (int j = 0; j < n; j += L) {
        int column = Math.min(j, n - L);
        int i = at + r * rowStep + column;
        FloatVector s = FloatVector.zero(S);
        s = w0.fma(FloatVector.fromArray(S, x, i + o[0]), s);
        s = w1.fma(FloatVector.fromArray(S, x, i + o[1]), s);
        s = w2.fma(FloatVector.fromArray(S, x, i + o[2]), s);
        s = w3.fma(FloatVector.fromArray(S, x, i + o[3]), s);
        s = w4.fma(FloatVector.fromArray(S, x, i + o[4]), s);
        s = w5.fma(FloatVector.fromArray(S, x, i + o[5]), s);
        s = w6.fma(FloatVector.fromArray(S, x, i + o[6]), s);
        s = w7.fma(FloatVector.fromArray(S, x, i + o[7]), s);
        s = w8.fma(FloatVector.fromArray(S, x, i + o[8]), s);
        s.add(b).intoArray(y, yAt + r * yRow + column);
      }
    }
  }

  /** 25 taps anywhere: their weights stay in registers. */
  private static void taps25(
      float[] x,
      int at,
      int rowStep,
      int[] o,
      float[] w,
      int wAt,
      float b,
      float[] y,
      int yAt,
      int yRow,
      int n,
      int rows) {
    FloatVector w0 = FloatVector.broadcast(S, w[wAt]);
    FloatVector w1 = FloatVector.broadcast(S, w[wAt + 1]);
    FloatVector w2 = FloatVector.broadcast(S, w[wAt + 2]);
    FloatVector w3 = FloatVector.broadcast(S, w[wAt + 3]);
    FloatVector w4 = FloatVector.broadcast(S, w[wAt + 4]);
    FloatVector w5 = FloatVector.broadcast(S, w[wAt + 5]);
    FloatVector w6 = FloatVector.broadcast(S, w[wAt + 6]);
    FloatVector w7 = FloatVector.broadcast(S, w[wAt + 7]);
    FloatVector w8 = FloatVector.broadcast(S, w[wAt + 8]);
    FloatVector w9 = FloatVector.broadcast(S, w[wAt + 9]);
    FloatVector w10 = FloatVector.broadcast(S, w[wAt + 10]);
    FloatVector w11 = FloatVector.broadcast(S, w[wAt + 11]);
    FloatVector w12 = FloatVector.broadcast(S, w[wAt + 12]);
    FloatVector w13 = FloatVector.broadcast(S, w[wAt + 13]);
    FloatVector w14 = FloatVector.broadcast(S, w[wAt + 14]);
    FloatVector w15 = FloatVector.broadcast(S, w[wAt + 15]);
    FloatVector w16 = FloatVector.broadcast(S, w[wAt + 16]);
    FloatVector w17 = FloatVector.broadcast(S, w[wAt + 17]);
    FloatVector w18 = FloatVector.broadcast(S, w[wAt + 18]);
    FloatVector w19 = FloatVector.broadcast(S, w[wAt + 19]);
    FloatVector w20 = FloatVector.broadcast(S, w[wAt + 20]);
    FloatVector w21 = FloatVector.broadcast(S, w[wAt + 21]);
    FloatVector w22 = FloatVector.broadcast(S, w[wAt + 22]);
    FloatVector w23 = FloatVector.broadcast(S, w[wAt + 23]);
    FloatVector w24 = FloatVector.broadcast(S, w[wAt + 24]);
    for (int r = 0; r < rows; r++) {
      for (int j = 0; j < n; j += L) {
        int column = Math.min(j, n - L);
        int i = at + r * rowStep + column;
        FloatVector s = FloatVector.zero(S);
        s = w0.fma(FloatVector.fromArray(S, x, i + o[0]), s);
        s = w1.fma(FloatVector.fromArray(S, x, i + o[1]), s);
        s = w2.fma(FloatVector.fromArray(S, x, i + o[2]), s);
        s = w3.fma(FloatVector.fromArray(S, x, i + o[3]), s);
        s = w4.fma(FloatVector.fromArray(S, x, i + o[4]), s);
        s = w5.fma(FloatVector.fromArray(S, x, i + o[5]), s);
        s = w6.fma(FloatVector.fromArray(S, x, i + o[6]), s);
        s = w7.fma(FloatVector.fromArray(S, x, i + o[7]), s);
        s = w8.fma(FloatVector.fromArray(S, x, i + o[8]), s);
        s = w9.fma(FloatVector.fromArray(S, x, i + o[9]), s);
        s = w10.fma(FloatVector.fromArray(S, x, i + o[10]), s);
        s = w11.fma(FloatVector.fromArray(S, x, i + o[11]), s);
        s = w12.fma(FloatVector.fromArray(S, x, i + o[12]), s);
        s = w13.fma(FloatVector.fromArray(S, x, i + o[13]), s);
        s = w14.fma(FloatVector.fromArray(S, x, i + o[14]), s);
        s = w15.fma(FloatVector.fromArray(S, x, i + o[15]), s);
        s = w16.fma(FloatVector.fromArray(S, x, i + o[16]), s);
        s = w17.fma(FloatVector.fromArray(S, x, i + o[17]), s);
        s = w18.fma(FloatVector.fromArray(S, x, i + o[18]), s);
        s = w19.fma(FloatVector.fromArray(S, x, i + o[19]), s);
        s = w20.fma(FloatVector.fromArray(S, x, i + o[20]), s);
        s = w21.fma(FloatVector.fromArray(S, x, i + o[21]), s);
        s = w22.fma(FloatVector.fromArray(S, x, i + o[22]), s);
        s = w23.fma(FloatVector.fromArray(S, x, i + o[23]), s);
        s = w24.fma(FloatVector.fromArray(S, x, i + o[24]), s);
        s.add(b).intoArray(y, yAt + r * yRow + column);
      }
    }
  }

  private static void filter4x1(
      float[] x,
      int at,
      int rowStep,
      int[] offsets,
      float[] w,
      int wAt,
      float bias,
      float[] y,
      int yAt,
      int yRow) {
    FloatVector s0a = FloatVector.zero(S);
    FloatVector s1a = FloatVector.zero(S);
    FloatVector s2a = FloatVector.zero(S);
    FloatVector s3a = FloatVector.zero(S);
    for (int t = 0; t < offsets.length; t++) {
      int i = at + offsets[t];
      FloatVector k = FloatVector.broadcast(S, w[wAt + t]);
      s0a = k.fma(FloatVector.fromArray(S, x, i), s0a);
      s1a = k.fma(FloatVector.fromArray(S, x, i + rowStep), s1a);
      s2a = k.fma(FloatVector.fromArray(S, x, i + 2 * rowStep), s2a);
      s3a = k.fma(FloatVector.fromArray(S, x, i + 3 * rowStep), s3a);
    }
    s0a.add(bias).intoArray(y, yAt);
    s1a.add(bias).intoArray(y, yAt + yRow);
    s2a.add(bias).intoArray(y, yAt + 2 * yRow);
    s3a.add(bias).intoArray(y, yAt + 3 * yRow);
  }

  private static void filter1x1(
      float[] x, int at, int[] offsets, float[] w, int wAt, float bias, float[] y, int yAt) {
    FloatVector s0a = FloatVector.zero(S);
    for (int t = 0; t < offsets.length; t++) {
      int i = at + offsets[t];
      FloatVector k = FloatVector.broadcast(S, w[wAt + t]);
      s0a = k.fma(FloatVector.fromArray(S, x, i), s0a);
    }
    s0a.add(bias).intoArray(y, yAt);
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
    int last = (n - 1) / L * L;
    VectorMask<Float> outside = S.indexInRange(last, n).not();
    for (int r = 0; r < rows; r++) {
      int a = from + r * fromStep;
      int b = to + r * toStep;
      if (a + last + L > source.length) {
        System.arraycopy(source, a, target, b, n);
        continue;
      }
      for (int i = 0; i < last; i += L) {
        FloatVector.fromArray(S, source, a + i).intoArray(target, b + i);
      }
      FloatVector.fromArray(S, source, a + last).blend(0, outside).intoArray(target, b + last);
    }
  }

  @Override
  public void moveRows(
      float[] source, int from, int fromStep, float[] target, int to, int toStep, int n, int rows) {
    for (int r = 0; r < rows; r++) {
      int a = from + r * fromStep;
      int b = to + r * toStep;
      if (n < L) {
        for (int i = 0; i < n; i++) {
          target[b + i] = source[a + i];
        }
        continue;
      }
      // The last vector begins earlier.
      for (int i = 0; i < n; i += L) {
        int column = Math.min(i, n - L);
        FloatVector.fromArray(S, source, a + column).intoArray(target, b + column);
      }
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
    // The last vector of a row begins earlier, where that is the beginning of a tile. Vectors
    // shorter than a tile are not worth the trouble.
    int last = n < L || L < size ? -1 : (n - L) / size * size;
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
