package io.github.conv4j.simd;

import io.github.conv4j.kernel.DoubleArrays;
import io.github.conv4j.kernel.WinogradMatrices;
import java.util.function.IntPredicate;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * The float64 kernels on the Vector API.
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
public final class SimdDoubleKernels extends DoubleArrays {
  private static final VectorSpecies<Double> S = DoubleVector.SPECIES_PREFERRED;
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
    final double[] panel = new double[MAX_TAPS * 2 * L];
    final double[] starts = new double[(MAX_ROWS + ROWS) * L];
    final double[] tile = new double[Math.max(ROWS * 2, 36) * L];
    final double[] lanes = new double[COLUMN_BLOCKS * 2 * L];

    @Override
    public long bytes() {
      return Double.BYTES * (long) (panel.length + starts.length + tile.length + lanes.length);
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
  public void pack(double[] w, int at, int rows, int taps, double[] packed, int packedAt) {
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
      double[] p,
      int pAt,
      int taps,
      int rows,
      double[] q,
      int qAt,
      int[] qo,
      int from,
      int to,
      int chunk,
      double[] start,
      int startAt,
      double[] y,
      int yAt,
      int yRow,
      int n,
      Scratch scratch) {
    Memory memory = (Memory) scratch;
    if (start != null) {
      for (int m = 0; m < rows; m++) {
        DoubleVector.broadcast(S, start[startAt + m]).intoArray(memory.starts, m * L);
      }
    }
    boolean far = rows >= ROWS_WORTH_A_COPY && qo[to - 1] - qo[from] > NEAR;
    int lanes;
    for (int j = 0; j < n; j += lanes) {
      lanes = tileLanes(n - j);
      boolean readable = qAt + j + qo[to - 1] <= q.length - 2 * L;
      double[] x = q;
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
          double[] b = memory.tile;
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
          double[] o = near ? memory.tile : y;
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
      double[] q,
      int qAt,
      int[] qo,
      int from,
      int to,
      int lanes,
      boolean readable,
      double[] panel) {
    int i = 0;
    if (!readable) {
      for (int t = from; t < to; t++) {
        System.arraycopy(q, qAt + qo[t], panel, i, lanes);
        i += 2 * L;
      }
    } else if (lanes > L) {
      for (int t = from; t < to; t++) {
        int j = qAt + qo[t];
        DoubleVector.fromArray(S, q, j).intoArray(panel, i);
        DoubleVector.fromArray(S, q, j + L).intoArray(panel, i + L);
        i += 2 * L;
      }
    } else {
      for (int t = from; t < to; t++) {
        DoubleVector.fromArray(S, q, qAt + qo[t]).intoArray(panel, i);
        i += 2 * L;
      }
    }
  }

  private static void copyTile(
      double[] a, int aAt, int aRow, double[] b, int bAt, int bRow, int rows, int n) {
    for (int r = 0; r < rows; r++) {
      System.arraycopy(a, aAt + r * aRow, b, bAt + r * bRow, n);
    }
  }

  /**
   * The same product for a few pixels and whole blocks of rows, with rows in the lanes: vectors of
   * pixels would mostly compute what nobody asked for.
   */
  private static void columns(
      double[] p,
      int pAt,
      int blocks,
      int blockStep,
      double[] x,
      int xAt,
      int[] xo,
      int from,
      int to,
      double[] start,
      int startAt,
      double[] y,
      int yAt,
      int yRow,
      int n,
      Memory memory) {
    double[] lanes = memory.lanes;
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
      double[] p,
      int p0,
      int p1,
      int p2,
      int p3,
      double[] x,
      int xAt,
      int zAt,
      int[] xo,
      int from,
      int to,
      double[] lanes) {
    DoubleVector s0a = DoubleVector.zero(S);
    DoubleVector s0b = DoubleVector.zero(S);
    DoubleVector s1a = DoubleVector.zero(S);
    DoubleVector s1b = DoubleVector.zero(S);
    DoubleVector s2a = DoubleVector.zero(S);
    DoubleVector s2b = DoubleVector.zero(S);
    DoubleVector s3a = DoubleVector.zero(S);
    DoubleVector s3b = DoubleVector.zero(S);
    int i = 0;
    for (int t = from; t < to; t++) {
      DoubleVector x0 = DoubleVector.broadcast(S, x[xAt + xo[t]]);
      DoubleVector z0 = DoubleVector.broadcast(S, x[zAt + xo[t]]);
      DoubleVector w0 = DoubleVector.fromArray(S, p, p0 + i);
      s0a = w0.fma(x0, s0a);
      s0b = w0.fma(z0, s0b);
      DoubleVector w1 = DoubleVector.fromArray(S, p, p1 + i);
      s1a = w1.fma(x0, s1a);
      s1b = w1.fma(z0, s1b);
      DoubleVector w2 = DoubleVector.fromArray(S, p, p2 + i);
      s2a = w2.fma(x0, s2a);
      s2b = w2.fma(z0, s2b);
      DoubleVector w3 = DoubleVector.fromArray(S, p, p3 + i);
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
      double[] p,
      int pAt,
      double[] q,
      int qAt,
      int[] qo,
      int from,
      int to,
      double[] b,
      int bAt,
      int bRow,
      int bLane,
      double[] y,
      int yAt,
      int yRow) {
    DoubleVector s0a = DoubleVector.zero(S);
    DoubleVector s0b = DoubleVector.zero(S);
    DoubleVector s1a = DoubleVector.zero(S);
    DoubleVector s1b = DoubleVector.zero(S);
    DoubleVector s2a = DoubleVector.zero(S);
    DoubleVector s2b = DoubleVector.zero(S);
    DoubleVector s3a = DoubleVector.zero(S);
    DoubleVector s3b = DoubleVector.zero(S);
    DoubleVector s4a = DoubleVector.zero(S);
    DoubleVector s4b = DoubleVector.zero(S);
    DoubleVector s5a = DoubleVector.zero(S);
    DoubleVector s5b = DoubleVector.zero(S);
    DoubleVector s6a = DoubleVector.zero(S);
    DoubleVector s6b = DoubleVector.zero(S);
    DoubleVector s7a = DoubleVector.zero(S);
    DoubleVector s7b = DoubleVector.zero(S);
    DoubleVector s8a = DoubleVector.zero(S);
    DoubleVector s8b = DoubleVector.zero(S);
    DoubleVector s9a = DoubleVector.zero(S);
    DoubleVector s9b = DoubleVector.zero(S);
    DoubleVector s10a = DoubleVector.zero(S);
    DoubleVector s10b = DoubleVector.zero(S);
    DoubleVector s11a = DoubleVector.zero(S);
    DoubleVector s11b = DoubleVector.zero(S);
    for (int t = from; t < to; t++) {
      int i = pAt + BLOCK12[t - from];
      int j = qAt + qo[t];
      DoubleVector x = DoubleVector.fromArray(S, q, j);
      DoubleVector z = DoubleVector.fromArray(S, q, j + L);
      DoubleVector w0 = DoubleVector.broadcast(S, p[i]);
      s0a = w0.fma(x, s0a);
      s0b = w0.fma(z, s0b);
      DoubleVector w1 = DoubleVector.broadcast(S, p[i + 1]);
      s1a = w1.fma(x, s1a);
      s1b = w1.fma(z, s1b);
      DoubleVector w2 = DoubleVector.broadcast(S, p[i + 2]);
      s2a = w2.fma(x, s2a);
      s2b = w2.fma(z, s2b);
      DoubleVector w3 = DoubleVector.broadcast(S, p[i + 3]);
      s3a = w3.fma(x, s3a);
      s3b = w3.fma(z, s3b);
      DoubleVector w4 = DoubleVector.broadcast(S, p[i + 4]);
      s4a = w4.fma(x, s4a);
      s4b = w4.fma(z, s4b);
      DoubleVector w5 = DoubleVector.broadcast(S, p[i + 5]);
      s5a = w5.fma(x, s5a);
      s5b = w5.fma(z, s5b);
      DoubleVector w6 = DoubleVector.broadcast(S, p[i + 6]);
      s6a = w6.fma(x, s6a);
      s6b = w6.fma(z, s6b);
      DoubleVector w7 = DoubleVector.broadcast(S, p[i + 7]);
      s7a = w7.fma(x, s7a);
      s7b = w7.fma(z, s7b);
      DoubleVector w8 = DoubleVector.broadcast(S, p[i + 8]);
      s8a = w8.fma(x, s8a);
      s8b = w8.fma(z, s8b);
      DoubleVector w9 = DoubleVector.broadcast(S, p[i + 9]);
      s9a = w9.fma(x, s9a);
      s9b = w9.fma(z, s9b);
      DoubleVector w10 = DoubleVector.broadcast(S, p[i + 10]);
      s10a = w10.fma(x, s10a);
      s10b = w10.fma(z, s10b);
      DoubleVector w11 = DoubleVector.broadcast(S, p[i + 11]);
      s11a = w11.fma(x, s11a);
      s11b = w11.fma(z, s11b);
    }
    s0a.add(DoubleVector.fromArray(S, b, bAt)).intoArray(y, yAt);
    s0b.add(DoubleVector.fromArray(S, b, bAt + bLane)).intoArray(y, yAt + L);
    s1a.add(DoubleVector.fromArray(S, b, bAt + bRow)).intoArray(y, yAt + yRow);
    s1b.add(DoubleVector.fromArray(S, b, bAt + bRow + bLane)).intoArray(y, yAt + yRow + L);
    s2a.add(DoubleVector.fromArray(S, b, bAt + 2 * bRow)).intoArray(y, yAt + 2 * yRow);
    s2b.add(DoubleVector.fromArray(S, b, bAt + 2 * bRow + bLane)).intoArray(y, yAt + 2 * yRow + L);
    s3a.add(DoubleVector.fromArray(S, b, bAt + 3 * bRow)).intoArray(y, yAt + 3 * yRow);
    s3b.add(DoubleVector.fromArray(S, b, bAt + 3 * bRow + bLane)).intoArray(y, yAt + 3 * yRow + L);
    s4a.add(DoubleVector.fromArray(S, b, bAt + 4 * bRow)).intoArray(y, yAt + 4 * yRow);
    s4b.add(DoubleVector.fromArray(S, b, bAt + 4 * bRow + bLane)).intoArray(y, yAt + 4 * yRow + L);
    s5a.add(DoubleVector.fromArray(S, b, bAt + 5 * bRow)).intoArray(y, yAt + 5 * yRow);
    s5b.add(DoubleVector.fromArray(S, b, bAt + 5 * bRow + bLane)).intoArray(y, yAt + 5 * yRow + L);
    s6a.add(DoubleVector.fromArray(S, b, bAt + 6 * bRow)).intoArray(y, yAt + 6 * yRow);
    s6b.add(DoubleVector.fromArray(S, b, bAt + 6 * bRow + bLane)).intoArray(y, yAt + 6 * yRow + L);
    s7a.add(DoubleVector.fromArray(S, b, bAt + 7 * bRow)).intoArray(y, yAt + 7 * yRow);
    s7b.add(DoubleVector.fromArray(S, b, bAt + 7 * bRow + bLane)).intoArray(y, yAt + 7 * yRow + L);
    s8a.add(DoubleVector.fromArray(S, b, bAt + 8 * bRow)).intoArray(y, yAt + 8 * yRow);
    s8b.add(DoubleVector.fromArray(S, b, bAt + 8 * bRow + bLane)).intoArray(y, yAt + 8 * yRow + L);
    s9a.add(DoubleVector.fromArray(S, b, bAt + 9 * bRow)).intoArray(y, yAt + 9 * yRow);
    s9b.add(DoubleVector.fromArray(S, b, bAt + 9 * bRow + bLane)).intoArray(y, yAt + 9 * yRow + L);
    s10a.add(DoubleVector.fromArray(S, b, bAt + 10 * bRow)).intoArray(y, yAt + 10 * yRow);
    s10b.add(DoubleVector.fromArray(S, b, bAt + 10 * bRow + bLane))
        .intoArray(y, yAt + 10 * yRow + L);
    s11a.add(DoubleVector.fromArray(S, b, bAt + 11 * bRow)).intoArray(y, yAt + 11 * yRow);
    s11b.add(DoubleVector.fromArray(S, b, bAt + 11 * bRow + bLane))
        .intoArray(y, yAt + 11 * yRow + L);
  }

  /** A register tile of 12 rows by 1 vector. */
  private static void tile12x1(
      double[] p,
      int pAt,
      double[] q,
      int qAt,
      int[] qo,
      int from,
      int to,
      double[] b,
      int bAt,
      int bRow,
      double[] y,
      int yAt,
      int yRow) {
    DoubleVector s0a = DoubleVector.zero(S);
    DoubleVector s1a = DoubleVector.zero(S);
    DoubleVector s2a = DoubleVector.zero(S);
    DoubleVector s3a = DoubleVector.zero(S);
    DoubleVector s4a = DoubleVector.zero(S);
    DoubleVector s5a = DoubleVector.zero(S);
    DoubleVector s6a = DoubleVector.zero(S);
    DoubleVector s7a = DoubleVector.zero(S);
    DoubleVector s8a = DoubleVector.zero(S);
    DoubleVector s9a = DoubleVector.zero(S);
    DoubleVector s10a = DoubleVector.zero(S);
    DoubleVector s11a = DoubleVector.zero(S);
    for (int t = from; t < to; t++) {
      int i = pAt + BLOCK12[t - from];
      int j = qAt + qo[t];
      DoubleVector x = DoubleVector.fromArray(S, q, j);
      DoubleVector w0 = DoubleVector.broadcast(S, p[i]);
      s0a = w0.fma(x, s0a);
      DoubleVector w1 = DoubleVector.broadcast(S, p[i + 1]);
      s1a = w1.fma(x, s1a);
      DoubleVector w2 = DoubleVector.broadcast(S, p[i + 2]);
      s2a = w2.fma(x, s2a);
      DoubleVector w3 = DoubleVector.broadcast(S, p[i + 3]);
      s3a = w3.fma(x, s3a);
      DoubleVector w4 = DoubleVector.broadcast(S, p[i + 4]);
      s4a = w4.fma(x, s4a);
      DoubleVector w5 = DoubleVector.broadcast(S, p[i + 5]);
      s5a = w5.fma(x, s5a);
      DoubleVector w6 = DoubleVector.broadcast(S, p[i + 6]);
      s6a = w6.fma(x, s6a);
      DoubleVector w7 = DoubleVector.broadcast(S, p[i + 7]);
      s7a = w7.fma(x, s7a);
      DoubleVector w8 = DoubleVector.broadcast(S, p[i + 8]);
      s8a = w8.fma(x, s8a);
      DoubleVector w9 = DoubleVector.broadcast(S, p[i + 9]);
      s9a = w9.fma(x, s9a);
      DoubleVector w10 = DoubleVector.broadcast(S, p[i + 10]);
      s10a = w10.fma(x, s10a);
      DoubleVector w11 = DoubleVector.broadcast(S, p[i + 11]);
      s11a = w11.fma(x, s11a);
    }
    s0a.add(DoubleVector.fromArray(S, b, bAt)).intoArray(y, yAt);
    s1a.add(DoubleVector.fromArray(S, b, bAt + bRow)).intoArray(y, yAt + yRow);
    s2a.add(DoubleVector.fromArray(S, b, bAt + 2 * bRow)).intoArray(y, yAt + 2 * yRow);
    s3a.add(DoubleVector.fromArray(S, b, bAt + 3 * bRow)).intoArray(y, yAt + 3 * yRow);
    s4a.add(DoubleVector.fromArray(S, b, bAt + 4 * bRow)).intoArray(y, yAt + 4 * yRow);
    s5a.add(DoubleVector.fromArray(S, b, bAt + 5 * bRow)).intoArray(y, yAt + 5 * yRow);
    s6a.add(DoubleVector.fromArray(S, b, bAt + 6 * bRow)).intoArray(y, yAt + 6 * yRow);
    s7a.add(DoubleVector.fromArray(S, b, bAt + 7 * bRow)).intoArray(y, yAt + 7 * yRow);
    s8a.add(DoubleVector.fromArray(S, b, bAt + 8 * bRow)).intoArray(y, yAt + 8 * yRow);
    s9a.add(DoubleVector.fromArray(S, b, bAt + 9 * bRow)).intoArray(y, yAt + 9 * yRow);
    s10a.add(DoubleVector.fromArray(S, b, bAt + 10 * bRow)).intoArray(y, yAt + 10 * yRow);
    s11a.add(DoubleVector.fromArray(S, b, bAt + 11 * bRow)).intoArray(y, yAt + 11 * yRow);
  }

  /** A register tile of 8 rows by 2 vectors. */
  private static void tile8x2(
      double[] p,
      int pAt,
      double[] q,
      int qAt,
      int[] qo,
      int from,
      int to,
      double[] b,
      int bAt,
      int bRow,
      int bLane,
      double[] y,
      int yAt,
      int yRow) {
    DoubleVector s0a = DoubleVector.zero(S);
    DoubleVector s0b = DoubleVector.zero(S);
    DoubleVector s1a = DoubleVector.zero(S);
    DoubleVector s1b = DoubleVector.zero(S);
    DoubleVector s2a = DoubleVector.zero(S);
    DoubleVector s2b = DoubleVector.zero(S);
    DoubleVector s3a = DoubleVector.zero(S);
    DoubleVector s3b = DoubleVector.zero(S);
    DoubleVector s4a = DoubleVector.zero(S);
    DoubleVector s4b = DoubleVector.zero(S);
    DoubleVector s5a = DoubleVector.zero(S);
    DoubleVector s5b = DoubleVector.zero(S);
    DoubleVector s6a = DoubleVector.zero(S);
    DoubleVector s6b = DoubleVector.zero(S);
    DoubleVector s7a = DoubleVector.zero(S);
    DoubleVector s7b = DoubleVector.zero(S);
    for (int t = from; t < to; t++) {
      int i = pAt + BLOCK8[t - from];
      int j = qAt + qo[t];
      DoubleVector x = DoubleVector.fromArray(S, q, j);
      DoubleVector z = DoubleVector.fromArray(S, q, j + L);
      DoubleVector w0 = DoubleVector.broadcast(S, p[i]);
      s0a = w0.fma(x, s0a);
      s0b = w0.fma(z, s0b);
      DoubleVector w1 = DoubleVector.broadcast(S, p[i + 1]);
      s1a = w1.fma(x, s1a);
      s1b = w1.fma(z, s1b);
      DoubleVector w2 = DoubleVector.broadcast(S, p[i + 2]);
      s2a = w2.fma(x, s2a);
      s2b = w2.fma(z, s2b);
      DoubleVector w3 = DoubleVector.broadcast(S, p[i + 3]);
      s3a = w3.fma(x, s3a);
      s3b = w3.fma(z, s3b);
      DoubleVector w4 = DoubleVector.broadcast(S, p[i + 4]);
      s4a = w4.fma(x, s4a);
      s4b = w4.fma(z, s4b);
      DoubleVector w5 = DoubleVector.broadcast(S, p[i + 5]);
      s5a = w5.fma(x, s5a);
      s5b = w5.fma(z, s5b);
      DoubleVector w6 = DoubleVector.broadcast(S, p[i + 6]);
      s6a = w6.fma(x, s6a);
      s6b = w6.fma(z, s6b);
      DoubleVector w7 = DoubleVector.broadcast(S, p[i + 7]);
      s7a = w7.fma(x, s7a);
      s7b = w7.fma(z, s7b);
    }
    s0a.add(DoubleVector.fromArray(S, b, bAt)).intoArray(y, yAt);
    s0b.add(DoubleVector.fromArray(S, b, bAt + bLane)).intoArray(y, yAt + L);
    s1a.add(DoubleVector.fromArray(S, b, bAt + bRow)).intoArray(y, yAt + yRow);
    s1b.add(DoubleVector.fromArray(S, b, bAt + bRow + bLane)).intoArray(y, yAt + yRow + L);
    s2a.add(DoubleVector.fromArray(S, b, bAt + 2 * bRow)).intoArray(y, yAt + 2 * yRow);
    s2b.add(DoubleVector.fromArray(S, b, bAt + 2 * bRow + bLane)).intoArray(y, yAt + 2 * yRow + L);
    s3a.add(DoubleVector.fromArray(S, b, bAt + 3 * bRow)).intoArray(y, yAt + 3 * yRow);
    s3b.add(DoubleVector.fromArray(S, b, bAt + 3 * bRow + bLane)).intoArray(y, yAt + 3 * yRow + L);
    s4a.add(DoubleVector.fromArray(S, b, bAt + 4 * bRow)).intoArray(y, yAt + 4 * yRow);
    s4b.add(DoubleVector.fromArray(S, b, bAt + 4 * bRow + bLane)).intoArray(y, yAt + 4 * yRow + L);
    s5a.add(DoubleVector.fromArray(S, b, bAt + 5 * bRow)).intoArray(y, yAt + 5 * yRow);
    s5b.add(DoubleVector.fromArray(S, b, bAt + 5 * bRow + bLane)).intoArray(y, yAt + 5 * yRow + L);
    s6a.add(DoubleVector.fromArray(S, b, bAt + 6 * bRow)).intoArray(y, yAt + 6 * yRow);
    s6b.add(DoubleVector.fromArray(S, b, bAt + 6 * bRow + bLane)).intoArray(y, yAt + 6 * yRow + L);
    s7a.add(DoubleVector.fromArray(S, b, bAt + 7 * bRow)).intoArray(y, yAt + 7 * yRow);
    s7b.add(DoubleVector.fromArray(S, b, bAt + 7 * bRow + bLane)).intoArray(y, yAt + 7 * yRow + L);
  }

  /** A register tile of 8 rows by 1 vector. */
  private static void tile8x1(
      double[] p,
      int pAt,
      double[] q,
      int qAt,
      int[] qo,
      int from,
      int to,
      double[] b,
      int bAt,
      int bRow,
      double[] y,
      int yAt,
      int yRow) {
    DoubleVector s0a = DoubleVector.zero(S);
    DoubleVector s1a = DoubleVector.zero(S);
    DoubleVector s2a = DoubleVector.zero(S);
    DoubleVector s3a = DoubleVector.zero(S);
    DoubleVector s4a = DoubleVector.zero(S);
    DoubleVector s5a = DoubleVector.zero(S);
    DoubleVector s6a = DoubleVector.zero(S);
    DoubleVector s7a = DoubleVector.zero(S);
    for (int t = from; t < to; t++) {
      int i = pAt + BLOCK8[t - from];
      int j = qAt + qo[t];
      DoubleVector x = DoubleVector.fromArray(S, q, j);
      DoubleVector w0 = DoubleVector.broadcast(S, p[i]);
      s0a = w0.fma(x, s0a);
      DoubleVector w1 = DoubleVector.broadcast(S, p[i + 1]);
      s1a = w1.fma(x, s1a);
      DoubleVector w2 = DoubleVector.broadcast(S, p[i + 2]);
      s2a = w2.fma(x, s2a);
      DoubleVector w3 = DoubleVector.broadcast(S, p[i + 3]);
      s3a = w3.fma(x, s3a);
      DoubleVector w4 = DoubleVector.broadcast(S, p[i + 4]);
      s4a = w4.fma(x, s4a);
      DoubleVector w5 = DoubleVector.broadcast(S, p[i + 5]);
      s5a = w5.fma(x, s5a);
      DoubleVector w6 = DoubleVector.broadcast(S, p[i + 6]);
      s6a = w6.fma(x, s6a);
      DoubleVector w7 = DoubleVector.broadcast(S, p[i + 7]);
      s7a = w7.fma(x, s7a);
    }
    s0a.add(DoubleVector.fromArray(S, b, bAt)).intoArray(y, yAt);
    s1a.add(DoubleVector.fromArray(S, b, bAt + bRow)).intoArray(y, yAt + yRow);
    s2a.add(DoubleVector.fromArray(S, b, bAt + 2 * bRow)).intoArray(y, yAt + 2 * yRow);
    s3a.add(DoubleVector.fromArray(S, b, bAt + 3 * bRow)).intoArray(y, yAt + 3 * yRow);
    s4a.add(DoubleVector.fromArray(S, b, bAt + 4 * bRow)).intoArray(y, yAt + 4 * yRow);
    s5a.add(DoubleVector.fromArray(S, b, bAt + 5 * bRow)).intoArray(y, yAt + 5 * yRow);
    s6a.add(DoubleVector.fromArray(S, b, bAt + 6 * bRow)).intoArray(y, yAt + 6 * yRow);
    s7a.add(DoubleVector.fromArray(S, b, bAt + 7 * bRow)).intoArray(y, yAt + 7 * yRow);
  }

  /** A register tile of 4 rows by 2 vectors. */
  private static void tile4x2(
      double[] p,
      int pAt,
      double[] q,
      int qAt,
      int[] qo,
      int from,
      int to,
      double[] b,
      int bAt,
      int bRow,
      int bLane,
      double[] y,
      int yAt,
      int yRow) {
    DoubleVector s0a = DoubleVector.zero(S);
    DoubleVector s0b = DoubleVector.zero(S);
    DoubleVector s1a = DoubleVector.zero(S);
    DoubleVector s1b = DoubleVector.zero(S);
    DoubleVector s2a = DoubleVector.zero(S);
    DoubleVector s2b = DoubleVector.zero(S);
    DoubleVector s3a = DoubleVector.zero(S);
    DoubleVector s3b = DoubleVector.zero(S);
    for (int t = from; t < to; t++) {
      int i = pAt + BLOCK4[t - from];
      int j = qAt + qo[t];
      DoubleVector x = DoubleVector.fromArray(S, q, j);
      DoubleVector z = DoubleVector.fromArray(S, q, j + L);
      DoubleVector w0 = DoubleVector.broadcast(S, p[i]);
      s0a = w0.fma(x, s0a);
      s0b = w0.fma(z, s0b);
      DoubleVector w1 = DoubleVector.broadcast(S, p[i + 1]);
      s1a = w1.fma(x, s1a);
      s1b = w1.fma(z, s1b);
      DoubleVector w2 = DoubleVector.broadcast(S, p[i + 2]);
      s2a = w2.fma(x, s2a);
      s2b = w2.fma(z, s2b);
      DoubleVector w3 = DoubleVector.broadcast(S, p[i + 3]);
      s3a = w3.fma(x, s3a);
      s3b = w3.fma(z, s3b);
    }
    s0a.add(DoubleVector.fromArray(S, b, bAt)).intoArray(y, yAt);
    s0b.add(DoubleVector.fromArray(S, b, bAt + bLane)).intoArray(y, yAt + L);
    s1a.add(DoubleVector.fromArray(S, b, bAt + bRow)).intoArray(y, yAt + yRow);
    s1b.add(DoubleVector.fromArray(S, b, bAt + bRow + bLane)).intoArray(y, yAt + yRow + L);
    s2a.add(DoubleVector.fromArray(S, b, bAt + 2 * bRow)).intoArray(y, yAt + 2 * yRow);
    s2b.add(DoubleVector.fromArray(S, b, bAt + 2 * bRow + bLane)).intoArray(y, yAt + 2 * yRow + L);
    s3a.add(DoubleVector.fromArray(S, b, bAt + 3 * bRow)).intoArray(y, yAt + 3 * yRow);
    s3b.add(DoubleVector.fromArray(S, b, bAt + 3 * bRow + bLane)).intoArray(y, yAt + 3 * yRow + L);
  }

  /** A register tile of 4 rows by 1 vector. */
  private static void tile4x1(
      double[] p,
      int pAt,
      double[] q,
      int qAt,
      int[] qo,
      int from,
      int to,
      double[] b,
      int bAt,
      int bRow,
      double[] y,
      int yAt,
      int yRow) {
    DoubleVector s0a = DoubleVector.zero(S);
    DoubleVector s1a = DoubleVector.zero(S);
    DoubleVector s2a = DoubleVector.zero(S);
    DoubleVector s3a = DoubleVector.zero(S);
    for (int t = from; t < to; t++) {
      int i = pAt + BLOCK4[t - from];
      int j = qAt + qo[t];
      DoubleVector x = DoubleVector.fromArray(S, q, j);
      DoubleVector w0 = DoubleVector.broadcast(S, p[i]);
      s0a = w0.fma(x, s0a);
      DoubleVector w1 = DoubleVector.broadcast(S, p[i + 1]);
      s1a = w1.fma(x, s1a);
      DoubleVector w2 = DoubleVector.broadcast(S, p[i + 2]);
      s2a = w2.fma(x, s2a);
      DoubleVector w3 = DoubleVector.broadcast(S, p[i + 3]);
      s3a = w3.fma(x, s3a);
    }
    s0a.add(DoubleVector.fromArray(S, b, bAt)).intoArray(y, yAt);
    s1a.add(DoubleVector.fromArray(S, b, bAt + bRow)).intoArray(y, yAt + yRow);
    s2a.add(DoubleVector.fromArray(S, b, bAt + 2 * bRow)).intoArray(y, yAt + 2 * yRow);
    s3a.add(DoubleVector.fromArray(S, b, bAt + 3 * bRow)).intoArray(y, yAt + 3 * yRow);
  }

  // ---- one channel

  @Override
  public void filter(
      double[] x,
      int at,
      int rowStep,
      int[] offsets,
      double[] w,
      int wAt,
      double[] bias,
      int channel,
      double[] y,
      int yAt,
      int n,
      int rows,
      Scratch scratch) {
    double b = bias[channel];
    if (n >= L) {
      filterWide(x, at, rowStep, offsets, w, wAt, b, y, yAt, n, n, rows);
      return;
    }
    // Rows shorter than a vector: each is written with what follows it, and the next over that.
    double[] tile = ((Memory) scratch).tile;
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
      double[] x,
      int at,
      int rowStep,
      int[] offsets,
      double[] w,
      int wAt,
      double b,
      double[] y,
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
      double[] x,
      int at,
      int rowStep,
      int[] o,
      double[] w,
      int wAt,
      double b,
      double[] y,
      int yAt,
      int yRow,
      int n,
      int rows) {
    DoubleVector w0 = DoubleVector.broadcast(S, w[wAt]);
    DoubleVector w1 = DoubleVector.broadcast(S, w[wAt + 1]);
    DoubleVector w2 = DoubleVector.broadcast(S, w[wAt + 2]);
    DoubleVector w3 = DoubleVector.broadcast(S, w[wAt + 3]);
    DoubleVector w4 = DoubleVector.broadcast(S, w[wAt + 4]);
    DoubleVector w5 = DoubleVector.broadcast(S, w[wAt + 5]);
    DoubleVector w6 = DoubleVector.broadcast(S, w[wAt + 6]);
    DoubleVector w7 = DoubleVector.broadcast(S, w[wAt + 7]);
    DoubleVector w8 = DoubleVector.broadcast(S, w[wAt + 8]);
    int o0 = o[0];
    int o1 = o[1];
    int o2 = o[2];
    for (int r = 0; r < rows; r += 4) {
      int row = Math.min(r, rows - 4);
      for (int j = 0; j < n; j += L) {
        int column = Math.min(j, n - L);
        int i = at + row * rowStep + column;
        DoubleVector s0 = DoubleVector.zero(S);
        DoubleVector s1 = DoubleVector.zero(S);
        DoubleVector s2 = DoubleVector.zero(S);
        DoubleVector s3 = DoubleVector.zero(S);
        DoubleVector x00 = DoubleVector.fromArray(S, x, i + o0);
        s0 = w0.fma(x00, s0);
        DoubleVector x01 = DoubleVector.fromArray(S, x, i + o1);
        s0 = w1.fma(x01, s0);
        DoubleVector x02 = DoubleVector.fromArray(S, x, i + o2);
        s0 = w2.fma(x02, s0);
        i += rowStep;
        DoubleVector x10 = DoubleVector.fromArray(S, x, i + o0);
        s0 = w3.fma(x10, s0);
        s1 = w0.fma(x10, s1);
        DoubleVector x11 = DoubleVector.fromArray(S, x, i + o1);
        s0 = w4.fma(x11, s0);
        s1 = w1.fma(x11, s1);
        DoubleVector x12 = DoubleVector.fromArray(S, x, i + o2);
        s0 = w5.fma(x12, s0);
        s1 = w2.fma(x12, s1);
        i += rowStep;
        DoubleVector x20 = DoubleVector.fromArray(S, x, i + o0);
        s0 = w6.fma(x20, s0);
        s1 = w3.fma(x20, s1);
        s2 = w0.fma(x20, s2);
        DoubleVector x21 = DoubleVector.fromArray(S, x, i + o1);
        s0 = w7.fma(x21, s0);
        s1 = w4.fma(x21, s1);
        s2 = w1.fma(x21, s2);
        DoubleVector x22 = DoubleVector.fromArray(S, x, i + o2);
        s0 = w8.fma(x22, s0);
        s1 = w5.fma(x22, s1);
        s2 = w2.fma(x22, s2);
        i += rowStep;
        DoubleVector x30 = DoubleVector.fromArray(S, x, i + o0);
        s1 = w6.fma(x30, s1);
        s2 = w3.fma(x30, s2);
        s3 = w0.fma(x30, s3);
        DoubleVector x31 = DoubleVector.fromArray(S, x, i + o1);
        s1 = w7.fma(x31, s1);
        s2 = w4.fma(x31, s2);
        s3 = w1.fma(x31, s3);
        DoubleVector x32 = DoubleVector.fromArray(S, x, i + o2);
        s1 = w8.fma(x32, s1);
        s2 = w5.fma(x32, s2);
        s3 = w2.fma(x32, s3);
        i += rowStep;
        DoubleVector x40 = DoubleVector.fromArray(S, x, i + o0);
        s2 = w6.fma(x40, s2);
        s3 = w3.fma(x40, s3);
        DoubleVector x41 = DoubleVector.fromArray(S, x, i + o1);
        s2 = w7.fma(x41, s2);
        s3 = w4.fma(x41, s3);
        DoubleVector x42 = DoubleVector.fromArray(S, x, i + o2);
        s2 = w8.fma(x42, s2);
        s3 = w5.fma(x42, s3);
        i += rowStep;
        DoubleVector x50 = DoubleVector.fromArray(S, x, i + o0);
        s3 = w6.fma(x50, s3);
        DoubleVector x51 = DoubleVector.fromArray(S, x, i + o1);
        s3 = w7.fma(x51, s3);
        DoubleVector x52 = DoubleVector.fromArray(S, x, i + o2);
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
      double[] x,
      int at,
      int rowStep,
      int[] o,
      double[] w,
      int wAt,
      double b,
      double[] y,
      int yAt,
      int yRow,
      int n,
      int rows) {
    DoubleVector w0 = DoubleVector.broadcast(S, w[wAt]);
    DoubleVector w1 = DoubleVector.broadcast(S, w[wAt + 1]);
    DoubleVector w2 = DoubleVector.broadcast(S, w[wAt + 2]);
    DoubleVector w3 = DoubleVector.broadcast(S, w[wAt + 3]);
    DoubleVector w4 = DoubleVector.broadcast(S, w[wAt + 4]);
    DoubleVector w5 = DoubleVector.broadcast(S, w[wAt + 5]);
    DoubleVector w6 = DoubleVector.broadcast(S, w[wAt + 6]);
    DoubleVector w7 = DoubleVector.broadcast(S, w[wAt + 7]);
    DoubleVector w8 = DoubleVector.broadcast(S, w[wAt + 8]);
    DoubleVector w9 = DoubleVector.broadcast(S, w[wAt + 9]);
    DoubleVector w10 = DoubleVector.broadcast(S, w[wAt + 10]);
    DoubleVector w11 = DoubleVector.broadcast(S, w[wAt + 11]);
    DoubleVector w12 = DoubleVector.broadcast(S, w[wAt + 12]);
    DoubleVector w13 = DoubleVector.broadcast(S, w[wAt + 13]);
    DoubleVector w14 = DoubleVector.broadcast(S, w[wAt + 14]);
    DoubleVector w15 = DoubleVector.broadcast(S, w[wAt + 15]);
    DoubleVector w16 = DoubleVector.broadcast(S, w[wAt + 16]);
    DoubleVector w17 = DoubleVector.broadcast(S, w[wAt + 17]);
    DoubleVector w18 = DoubleVector.broadcast(S, w[wAt + 18]);
    DoubleVector w19 = DoubleVector.broadcast(S, w[wAt + 19]);
    DoubleVector w20 = DoubleVector.broadcast(S, w[wAt + 20]);
    DoubleVector w21 = DoubleVector.broadcast(S, w[wAt + 21]);
    DoubleVector w22 = DoubleVector.broadcast(S, w[wAt + 22]);
    DoubleVector w23 = DoubleVector.broadcast(S, w[wAt + 23]);
    DoubleVector w24 = DoubleVector.broadcast(S, w[wAt + 24]);
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
        DoubleVector s0 = DoubleVector.zero(S);
        DoubleVector s1 = DoubleVector.zero(S);
        DoubleVector x00 = DoubleVector.fromArray(S, x, i + o0);
        s0 = w0.fma(x00, s0);
        DoubleVector x01 = DoubleVector.fromArray(S, x, i + o1);
        s0 = w1.fma(x01, s0);
        DoubleVector x02 = DoubleVector.fromArray(S, x, i + o2);
        s0 = w2.fma(x02, s0);
        DoubleVector x03 = DoubleVector.fromArray(S, x, i + o3);
        s0 = w3.fma(x03, s0);
        DoubleVector x04 = DoubleVector.fromArray(S, x, i + o4);
        s0 = w4.fma(x04, s0);
        i += rowStep;
        DoubleVector x10 = DoubleVector.fromArray(S, x, i + o0);
        s0 = w5.fma(x10, s0);
        s1 = w0.fma(x10, s1);
        DoubleVector x11 = DoubleVector.fromArray(S, x, i + o1);
        s0 = w6.fma(x11, s0);
        s1 = w1.fma(x11, s1);
        DoubleVector x12 = DoubleVector.fromArray(S, x, i + o2);
        s0 = w7.fma(x12, s0);
        s1 = w2.fma(x12, s1);
        DoubleVector x13 = DoubleVector.fromArray(S, x, i + o3);
        s0 = w8.fma(x13, s0);
        s1 = w3.fma(x13, s1);
        DoubleVector x14 = DoubleVector.fromArray(S, x, i + o4);
        s0 = w9.fma(x14, s0);
        s1 = w4.fma(x14, s1);
        i += rowStep;
        DoubleVector x20 = DoubleVector.fromArray(S, x, i + o0);
        s0 = w10.fma(x20, s0);
        s1 = w5.fma(x20, s1);
        DoubleVector x21 = DoubleVector.fromArray(S, x, i + o1);
        s0 = w11.fma(x21, s0);
        s1 = w6.fma(x21, s1);
        DoubleVector x22 = DoubleVector.fromArray(S, x, i + o2);
        s0 = w12.fma(x22, s0);
        s1 = w7.fma(x22, s1);
        DoubleVector x23 = DoubleVector.fromArray(S, x, i + o3);
        s0 = w13.fma(x23, s0);
        s1 = w8.fma(x23, s1);
        DoubleVector x24 = DoubleVector.fromArray(S, x, i + o4);
        s0 = w14.fma(x24, s0);
        s1 = w9.fma(x24, s1);
        i += rowStep;
        DoubleVector x30 = DoubleVector.fromArray(S, x, i + o0);
        s0 = w15.fma(x30, s0);
        s1 = w10.fma(x30, s1);
        DoubleVector x31 = DoubleVector.fromArray(S, x, i + o1);
        s0 = w16.fma(x31, s0);
        s1 = w11.fma(x31, s1);
        DoubleVector x32 = DoubleVector.fromArray(S, x, i + o2);
        s0 = w17.fma(x32, s0);
        s1 = w12.fma(x32, s1);
        DoubleVector x33 = DoubleVector.fromArray(S, x, i + o3);
        s0 = w18.fma(x33, s0);
        s1 = w13.fma(x33, s1);
        DoubleVector x34 = DoubleVector.fromArray(S, x, i + o4);
        s0 = w19.fma(x34, s0);
        s1 = w14.fma(x34, s1);
        i += rowStep;
        DoubleVector x40 = DoubleVector.fromArray(S, x, i + o0);
        s0 = w20.fma(x40, s0);
        s1 = w15.fma(x40, s1);
        DoubleVector x41 = DoubleVector.fromArray(S, x, i + o1);
        s0 = w21.fma(x41, s0);
        s1 = w16.fma(x41, s1);
        DoubleVector x42 = DoubleVector.fromArray(S, x, i + o2);
        s0 = w22.fma(x42, s0);
        s1 = w17.fma(x42, s1);
        DoubleVector x43 = DoubleVector.fromArray(S, x, i + o3);
        s0 = w23.fma(x43, s0);
        s1 = w18.fma(x43, s1);
        DoubleVector x44 = DoubleVector.fromArray(S, x, i + o4);
        s0 = w24.fma(x44, s0);
        s1 = w19.fma(x44, s1);
        i += rowStep;
        DoubleVector x50 = DoubleVector.fromArray(S, x, i + o0);
        s1 = w20.fma(x50, s1);
        DoubleVector x51 = DoubleVector.fromArray(S, x, i + o1);
        s1 = w21.fma(x51, s1);
        DoubleVector x52 = DoubleVector.fromArray(S, x, i + o2);
        s1 = w22.fma(x52, s1);
        DoubleVector x53 = DoubleVector.fromArray(S, x, i + o3);
        s1 = w23.fma(x53, s1);
        DoubleVector x54 = DoubleVector.fromArray(S, x, i + o4);
        s1 = w24.fma(x54, s1);
        int to = yAt + row * yRow + column;
        s0.add(b).intoArray(y, to);
        s1.add(b).intoArray(y, to + yRow);
      }
    }
  }

  /** 9 taps anywhere: their weights stay in registers. */
  private static void taps9(
      double[] x,
      int at,
      int rowStep,
      int[] o,
      double[] w,
      int wAt,
      double b,
      double[] y,
      int yAt,
      int yRow,
      int n,
      int rows) {
    DoubleVector w0 = DoubleVector.broadcast(S, w[wAt]);
    DoubleVector w1 = DoubleVector.broadcast(S, w[wAt + 1]);
    DoubleVector w2 = DoubleVector.broadcast(S, w[wAt + 2]);
    DoubleVector w3 = DoubleVector.broadcast(S, w[wAt + 3]);
    DoubleVector w4 = DoubleVector.broadcast(S, w[wAt + 4]);
    DoubleVector w5 = DoubleVector.broadcast(S, w[wAt + 5]);
    DoubleVector w6 = DoubleVector.broadcast(S, w[wAt + 6]);
    DoubleVector w7 = DoubleVector.broadcast(S, w[wAt + 7]);
    DoubleVector w8 = DoubleVector.broadcast(S, w[wAt + 8]);
    for (int r = 0; r < rows; r++) {
      for (int j = 0; j < n; j += L) {
        int column = Math.min(j, n - L);
        int i = at + r * rowStep + column;
        DoubleVector s = DoubleVector.zero(S);
        s = w0.fma(DoubleVector.fromArray(S, x, i + o[0]), s);
        s = w1.fma(DoubleVector.fromArray(S, x, i + o[1]), s);
        s = w2.fma(DoubleVector.fromArray(S, x, i + o[2]), s);
        s = w3.fma(DoubleVector.fromArray(S, x, i + o[3]), s);
        s = w4.fma(DoubleVector.fromArray(S, x, i + o[4]), s);
        s = w5.fma(DoubleVector.fromArray(S, x, i + o[5]), s);
        s = w6.fma(DoubleVector.fromArray(S, x, i + o[6]), s);
        s = w7.fma(DoubleVector.fromArray(S, x, i + o[7]), s);
        s = w8.fma(DoubleVector.fromArray(S, x, i + o[8]), s);
        s.add(b).intoArray(y, yAt + r * yRow + column);
      }
    }
  }

  /** 25 taps anywhere: their weights stay in registers. */
  private static void taps25(
      double[] x,
      int at,
      int rowStep,
      int[] o,
      double[] w,
      int wAt,
      double b,
      double[] y,
      int yAt,
      int yRow,
      int n,
      int rows) {
    DoubleVector w0 = DoubleVector.broadcast(S, w[wAt]);
    DoubleVector w1 = DoubleVector.broadcast(S, w[wAt + 1]);
    DoubleVector w2 = DoubleVector.broadcast(S, w[wAt + 2]);
    DoubleVector w3 = DoubleVector.broadcast(S, w[wAt + 3]);
    DoubleVector w4 = DoubleVector.broadcast(S, w[wAt + 4]);
    DoubleVector w5 = DoubleVector.broadcast(S, w[wAt + 5]);
    DoubleVector w6 = DoubleVector.broadcast(S, w[wAt + 6]);
    DoubleVector w7 = DoubleVector.broadcast(S, w[wAt + 7]);
    DoubleVector w8 = DoubleVector.broadcast(S, w[wAt + 8]);
    DoubleVector w9 = DoubleVector.broadcast(S, w[wAt + 9]);
    DoubleVector w10 = DoubleVector.broadcast(S, w[wAt + 10]);
    DoubleVector w11 = DoubleVector.broadcast(S, w[wAt + 11]);
    DoubleVector w12 = DoubleVector.broadcast(S, w[wAt + 12]);
    DoubleVector w13 = DoubleVector.broadcast(S, w[wAt + 13]);
    DoubleVector w14 = DoubleVector.broadcast(S, w[wAt + 14]);
    DoubleVector w15 = DoubleVector.broadcast(S, w[wAt + 15]);
    DoubleVector w16 = DoubleVector.broadcast(S, w[wAt + 16]);
    DoubleVector w17 = DoubleVector.broadcast(S, w[wAt + 17]);
    DoubleVector w18 = DoubleVector.broadcast(S, w[wAt + 18]);
    DoubleVector w19 = DoubleVector.broadcast(S, w[wAt + 19]);
    DoubleVector w20 = DoubleVector.broadcast(S, w[wAt + 20]);
    DoubleVector w21 = DoubleVector.broadcast(S, w[wAt + 21]);
    DoubleVector w22 = DoubleVector.broadcast(S, w[wAt + 22]);
    DoubleVector w23 = DoubleVector.broadcast(S, w[wAt + 23]);
    DoubleVector w24 = DoubleVector.broadcast(S, w[wAt + 24]);
    for (int r = 0; r < rows; r++) {
      for (int j = 0; j < n; j += L) {
        int column = Math.min(j, n - L);
        int i = at + r * rowStep + column;
        DoubleVector s = DoubleVector.zero(S);
        s = w0.fma(DoubleVector.fromArray(S, x, i + o[0]), s);
        s = w1.fma(DoubleVector.fromArray(S, x, i + o[1]), s);
        s = w2.fma(DoubleVector.fromArray(S, x, i + o[2]), s);
        s = w3.fma(DoubleVector.fromArray(S, x, i + o[3]), s);
        s = w4.fma(DoubleVector.fromArray(S, x, i + o[4]), s);
        s = w5.fma(DoubleVector.fromArray(S, x, i + o[5]), s);
        s = w6.fma(DoubleVector.fromArray(S, x, i + o[6]), s);
        s = w7.fma(DoubleVector.fromArray(S, x, i + o[7]), s);
        s = w8.fma(DoubleVector.fromArray(S, x, i + o[8]), s);
        s = w9.fma(DoubleVector.fromArray(S, x, i + o[9]), s);
        s = w10.fma(DoubleVector.fromArray(S, x, i + o[10]), s);
        s = w11.fma(DoubleVector.fromArray(S, x, i + o[11]), s);
        s = w12.fma(DoubleVector.fromArray(S, x, i + o[12]), s);
        s = w13.fma(DoubleVector.fromArray(S, x, i + o[13]), s);
        s = w14.fma(DoubleVector.fromArray(S, x, i + o[14]), s);
        s = w15.fma(DoubleVector.fromArray(S, x, i + o[15]), s);
        s = w16.fma(DoubleVector.fromArray(S, x, i + o[16]), s);
        s = w17.fma(DoubleVector.fromArray(S, x, i + o[17]), s);
        s = w18.fma(DoubleVector.fromArray(S, x, i + o[18]), s);
        s = w19.fma(DoubleVector.fromArray(S, x, i + o[19]), s);
        s = w20.fma(DoubleVector.fromArray(S, x, i + o[20]), s);
        s = w21.fma(DoubleVector.fromArray(S, x, i + o[21]), s);
        s = w22.fma(DoubleVector.fromArray(S, x, i + o[22]), s);
        s = w23.fma(DoubleVector.fromArray(S, x, i + o[23]), s);
        s = w24.fma(DoubleVector.fromArray(S, x, i + o[24]), s);
        s.add(b).intoArray(y, yAt + r * yRow + column);
      }
    }
  }

  private static void filter4x1(
      double[] x,
      int at,
      int rowStep,
      int[] offsets,
      double[] w,
      int wAt,
      double bias,
      double[] y,
      int yAt,
      int yRow) {
    DoubleVector s0a = DoubleVector.zero(S);
    DoubleVector s1a = DoubleVector.zero(S);
    DoubleVector s2a = DoubleVector.zero(S);
    DoubleVector s3a = DoubleVector.zero(S);
    for (int t = 0; t < offsets.length; t++) {
      int i = at + offsets[t];
      DoubleVector k = DoubleVector.broadcast(S, w[wAt + t]);
      s0a = k.fma(DoubleVector.fromArray(S, x, i), s0a);
      s1a = k.fma(DoubleVector.fromArray(S, x, i + rowStep), s1a);
      s2a = k.fma(DoubleVector.fromArray(S, x, i + 2 * rowStep), s2a);
      s3a = k.fma(DoubleVector.fromArray(S, x, i + 3 * rowStep), s3a);
    }
    s0a.add(bias).intoArray(y, yAt);
    s1a.add(bias).intoArray(y, yAt + yRow);
    s2a.add(bias).intoArray(y, yAt + 2 * yRow);
    s3a.add(bias).intoArray(y, yAt + 3 * yRow);
  }

  private static void filter1x1(
      double[] x, int at, int[] offsets, double[] w, int wAt, double bias, double[] y, int yAt) {
    DoubleVector s0a = DoubleVector.zero(S);
    for (int t = 0; t < offsets.length; t++) {
      int i = at + offsets[t];
      DoubleVector k = DoubleVector.broadcast(S, w[wAt + t]);
      s0a = k.fma(DoubleVector.fromArray(S, x, i), s0a);
    }
    s0a.add(bias).intoArray(y, yAt);
  }

  // ---- Winograd's transforms

  /** Lane t holds 2 t or 2 t + 1 of two vectors laid end to end: of the first for t < L / 2. */
  private static final VectorShuffle<Double> EVEN = VectorShuffle.fromOp(S, t -> 2 * t % L);

  private static final VectorShuffle<Double> ODD = VectorShuffle.fromOp(S, t -> (2 * t + 1) % L);

  /** Lane t holds lane t / 2. */
  private static final VectorShuffle<Double> TWICE = VectorShuffle.fromOp(S, t -> t / 2);

  private static final VectorMask<Double> SECOND_HALF = mask(t -> t >= L / 2);
  private static final VectorMask<Double> ODD_LANES = mask(t -> t % 2 == 1);

  private static VectorMask<Double> mask(IntPredicate lanes) {
    boolean[] bits = new boolean[L];
    for (int t = 0; t < L; t++) {
      bits[t] = lanes.test(t);
    }
    return VectorMask.fromArray(S, bits, 0);
  }

  @Override
  public void copyRows(
      double[] source,
      int from,
      int fromStep,
      double[] target,
      int to,
      int toStep,
      int n,
      int rows) {
    int last = (n - 1) / L * L;
    VectorMask<Double> outside = S.indexInRange(last, n).not();
    for (int r = 0; r < rows; r++) {
      int a = from + r * fromStep;
      int b = to + r * toStep;
      if (a + last + L > source.length) {
        System.arraycopy(source, a, target, b, n);
        continue;
      }
      for (int i = 0; i < last; i += L) {
        DoubleVector.fromArray(S, source, a + i).intoArray(target, b + i);
      }
      DoubleVector.fromArray(S, source, a + last).blend(0, outside).intoArray(target, b + last);
    }
  }

  @Override
  public void moveRows(
      double[] source,
      int from,
      int fromStep,
      double[] target,
      int to,
      int toStep,
      int n,
      int rows) {
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
        DoubleVector.fromArray(S, source, a + column).intoArray(target, b + column);
      }
    }
  }

  @Override
  public void deinterleave(
      int size,
      double[] source,
      int from,
      int fromStep,
      double[] target,
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
      double[] source, int from, double[] target, int to, int step, int n) {
    for (int t = 0; t < n; t += L) {
      DoubleVector a = DoubleVector.fromArray(S, source, from + 2 * t);
      DoubleVector b = DoubleVector.fromArray(S, source, from + 2 * t + L);
      evens(a, b).intoArray(target, to + t);
      odds(a, b).intoArray(target, to + step + t);
    }
  }

  /** Every fourth columns are every second ones, parted again. */
  private static void deinterleave4(
      double[] source, int from, double[] target, int to, int step, int n) {
    for (int t = 0; t < n; t += L) {
      DoubleVector a = DoubleVector.fromArray(S, source, from + 4 * t);
      DoubleVector b = DoubleVector.fromArray(S, source, from + 4 * t + L);
      DoubleVector c = DoubleVector.fromArray(S, source, from + 4 * t + 2 * L);
      DoubleVector d = DoubleVector.fromArray(S, source, from + 4 * t + 3 * L);
      DoubleVector ab = evens(a, b);
      DoubleVector cd = evens(c, d);
      evens(ab, cd).intoArray(target, to + t);
      odds(ab, cd).intoArray(target, to + 2 * step + t);
      ab = odds(a, b);
      cd = odds(c, d);
      evens(ab, cd).intoArray(target, to + step + t);
      odds(ab, cd).intoArray(target, to + 3 * step + t);
    }
  }

  private static DoubleVector evens(DoubleVector a, DoubleVector b) {
    return a.rearrange(EVEN).blend(b.rearrange(EVEN), SECOND_HALF);
  }

  private static DoubleVector odds(DoubleVector a, DoubleVector b) {
    return a.rearrange(ODD).blend(b.rearrange(ODD), SECOND_HALF);
  }

  @Override
  public void interleave(
      int size,
      double[] source,
      int from,
      int step,
      double[] target,
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

  private static DoubleVector interleaved(int size, double[] source, int at, int step) {
    DoubleVector a = DoubleVector.fromArray(S, source, at);
    DoubleVector b = DoubleVector.fromArray(S, source, at + step);
    if (size == 2) {
      return pairs(a, b);
    }
    DoubleVector c = DoubleVector.fromArray(S, source, at + 2 * step);
    DoubleVector d = DoubleVector.fromArray(S, source, at + 3 * step);
    return pairs(pairs(a, c), pairs(b, d));
  }

  private static DoubleVector pairs(DoubleVector a, DoubleVector b) {
    return a.rearrange(TWICE).blend(b.rearrange(TWICE), ODD_LANES);
  }

  @Override
  public void winogradInput(
      int size,
      double[] parts,
      int at,
      int step,
      double[] v,
      int vAt,
      int vStep,
      int n,
      int rows,
      Scratch scratch) {
    double[] columns = ((Memory) scratch).tile;
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
      double[] rows, int at, int rowStep, int step, double[] v, int vAt, int vStep) {
    int r0 = at;
    int r1 = at + rowStep;
    int r2 = at + 2 * rowStep;
    int r3 = at + 3 * rowStep;
    DoubleVector d00 = DoubleVector.fromArray(S, rows, r0);
    DoubleVector d10 = DoubleVector.fromArray(S, rows, r1);
    DoubleVector d20 = DoubleVector.fromArray(S, rows, r2);
    DoubleVector d30 = DoubleVector.fromArray(S, rows, r3);
    DoubleVector c00 = d00.sub(d20);
    DoubleVector c10 = d10.add(d20);
    DoubleVector c20 = d20.sub(d10);
    DoubleVector c30 = d10.sub(d30);
    DoubleVector d01 = DoubleVector.fromArray(S, rows, r0 + step);
    DoubleVector d11 = DoubleVector.fromArray(S, rows, r1 + step);
    DoubleVector d21 = DoubleVector.fromArray(S, rows, r2 + step);
    DoubleVector d31 = DoubleVector.fromArray(S, rows, r3 + step);
    DoubleVector c01 = d01.sub(d21);
    DoubleVector c11 = d11.add(d21);
    DoubleVector c21 = d21.sub(d11);
    DoubleVector c31 = d11.sub(d31);
    DoubleVector d02 = DoubleVector.fromArray(S, rows, r0 + 1);
    DoubleVector d12 = DoubleVector.fromArray(S, rows, r1 + 1);
    DoubleVector d22 = DoubleVector.fromArray(S, rows, r2 + 1);
    DoubleVector d32 = DoubleVector.fromArray(S, rows, r3 + 1);
    DoubleVector c02 = d02.sub(d22);
    DoubleVector c12 = d12.add(d22);
    DoubleVector c22 = d22.sub(d12);
    DoubleVector c32 = d12.sub(d32);
    DoubleVector d03 = DoubleVector.fromArray(S, rows, r0 + step + 1);
    DoubleVector d13 = DoubleVector.fromArray(S, rows, r1 + step + 1);
    DoubleVector d23 = DoubleVector.fromArray(S, rows, r2 + step + 1);
    DoubleVector d33 = DoubleVector.fromArray(S, rows, r3 + step + 1);
    DoubleVector c03 = d03.sub(d23);
    DoubleVector c13 = d13.add(d23);
    DoubleVector c23 = d23.sub(d13);
    DoubleVector c33 = d13.sub(d33);
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

  private static final double A1 = WinogradMatrices.A4;
  private static final double A2 = A1 * A1;
  private static final double A3 = A2 * A1;
  private static final double B1 = WinogradMatrices.B4;
  private static final double B2 = B1 * B1;
  private static final double B3 = B2 * B1;

  private static void input4(
      double[] rows,
      int at,
      int rowStep,
      int step,
      double[] v,
      int vAt,
      int vStep,
      double[] columns) {
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
      double[] d, int at, int step, double[] target, int to, int toStep) {
    DoubleVector d0 = DoubleVector.fromArray(S, d, at);
    DoubleVector d1 = DoubleVector.fromArray(S, d, at + step);
    DoubleVector d2 = DoubleVector.fromArray(S, d, at + 2 * step);
    DoubleVector d3 = DoubleVector.fromArray(S, d, at + 3 * step);
    DoubleVector d4 = DoubleVector.fromArray(S, d, at + 4 * step);
    DoubleVector d5 = DoubleVector.fromArray(S, d, at + 5 * step);
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

  @Override
  public boolean winogradOutput(
      int size,
      double[] sums,
      int at,
      int mStep,
      double[] bias,
      int channel,
      double[] y,
      int step,
      int n,
      int rows,
      Scratch scratch) {
    DoubleVector b = DoubleVector.broadcast(S, bias[channel]);
    double[] columns = ((Memory) scratch).tile;
    // Stays 0 while all numbers are finite: 0 times infinity is NaN.
    DoubleVector check = DoubleVector.zero(S);
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

  private static DoubleVector output2(
      double[] sums,
      int at,
      int mStep,
      DoubleVector bias,
      double[] y,
      int yAt,
      int yStep,
      DoubleVector check) {
    DoubleVector m00 = DoubleVector.fromArray(S, sums, at);
    DoubleVector m10 = DoubleVector.fromArray(S, sums, at + 4 * mStep);
    DoubleVector m20 = DoubleVector.fromArray(S, sums, at + 8 * mStep);
    DoubleVector m30 = DoubleVector.fromArray(S, sums, at + 12 * mStep);
    DoubleVector r00 = m00.add(m10).add(m20);
    DoubleVector r10 = m10.sub(m20).sub(m30);
    DoubleVector m01 = DoubleVector.fromArray(S, sums, at + mStep);
    DoubleVector m11 = DoubleVector.fromArray(S, sums, at + 5 * mStep);
    DoubleVector m21 = DoubleVector.fromArray(S, sums, at + 9 * mStep);
    DoubleVector m31 = DoubleVector.fromArray(S, sums, at + 13 * mStep);
    DoubleVector r01 = m01.add(m11).add(m21);
    DoubleVector r11 = m11.sub(m21).sub(m31);
    DoubleVector m02 = DoubleVector.fromArray(S, sums, at + 2 * mStep);
    DoubleVector m12 = DoubleVector.fromArray(S, sums, at + 6 * mStep);
    DoubleVector m22 = DoubleVector.fromArray(S, sums, at + 10 * mStep);
    DoubleVector m32 = DoubleVector.fromArray(S, sums, at + 14 * mStep);
    DoubleVector r02 = m02.add(m12).add(m22);
    DoubleVector r12 = m12.sub(m22).sub(m32);
    DoubleVector m03 = DoubleVector.fromArray(S, sums, at + 3 * mStep);
    DoubleVector m13 = DoubleVector.fromArray(S, sums, at + 7 * mStep);
    DoubleVector m23 = DoubleVector.fromArray(S, sums, at + 11 * mStep);
    DoubleVector m33 = DoubleVector.fromArray(S, sums, at + 15 * mStep);
    DoubleVector r03 = m03.add(m13).add(m23);
    DoubleVector r13 = m13.sub(m23).sub(m33);
    DoubleVector y00 = r00.add(r01).add(r02).add(bias);
    DoubleVector y01 = r01.sub(r02).sub(r03).add(bias);
    DoubleVector y10 = r10.add(r11).add(r12).add(bias);
    DoubleVector y11 = r11.sub(r12).sub(r13).add(bias);
    y00.intoArray(y, yAt);
    y01.intoArray(y, yAt + yStep);
    y10.intoArray(y, yAt + 2 * yStep);
    y11.intoArray(y, yAt + 3 * yStep);
    DoubleVector zero = DoubleVector.zero(S);
    return zero.fma(y00, zero.fma(y01, zero.fma(y10, zero.fma(y11, check))));
  }

  private static DoubleVector output4(
      double[] sums,
      int at,
      int mStep,
      DoubleVector bias,
      double[] y,
      int yAt,
      int yStep,
      DoubleVector check,
      double[] columns) {
    for (int j = 0; j < 6; j++) {
      outputColumn4(sums, at + j * mStep, 6 * mStep, columns, j * L, 6 * L);
    }
    DoubleVector zero = DoubleVector.zero(S);
    for (int i = 0; i < 4; i++) {
      int to = yAt + i * 4 * yStep;
      outputColumn4(columns, i * 6 * L, L, y, to, yStep);
      for (int j = 0; j < 4; j++) {
        DoubleVector sum = DoubleVector.fromArray(S, y, to + j * yStep).add(bias);
        sum.intoArray(y, to + j * yStep);
        check = zero.fma(sum, check);
      }
    }
    return check;
  }

  /** Multiplies A' by one column. */
  private static void outputColumn4(
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
}
