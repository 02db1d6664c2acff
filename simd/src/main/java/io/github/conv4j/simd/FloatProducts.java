package io.github.conv4j.simd;

import io.github.conv4j.kernel.TileKernels;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Products of float32 kernels and what their taps meet, in register tiles.
 *
 * <p>The sums of a few rows by one or two vectors stay in registers for a whole chunk of taps, so
 * that a tap costs one load for each vector, one broadcast for each row, and nothing but
 * multiply-adds besides. The tiles are written out in full, one local variable for each sum,
 * because the just-in-time compiler keeps a vector in a register only if it is a local variable.
 *
 * <p>With 32 vector registers the tile is 12 rows by 2 vectors. Of 16 registers it is 4 rows by 2
 * vectors: 12 sums and their operands no longer fit there, and half of the speed is lost.
 */
final class FloatProducts {
  private static final VectorSpecies<Float> S = FloatVector.SPECIES_PREFERRED;
  private static final int L = S.length();

  /** Rows of the largest tile. */
  static final int ROWS = Vectors.registers() >= 32 ? 12 : 4;

  /** From so many rows on, operands that lie far apart are first copied side by side. */
  private static final int ROWS_WORTH_A_COPY = 48;

  /** Numbers that stay in the first-level cache. */
  private static final int NEAR = 1 << 15;

  /** Pixels left over that are computed with rows in the lanes. */
  private static final int FEW_PIXELS = 4;

  /** Blocks of rows that {@link #columns} works on at a time. */
  static final int COLUMN_BLOCKS = 4;

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
    int[] offsets = new int[TileKernels.MAX_TAPS];
    for (int t = 0; t < TileKernels.MAX_TAPS; t++) {
      offsets[t] = t * step;
    }
    return offsets;
  }

  private FloatProducts() {}

  // ---- packed rows: blocks of ROWS rows, then of 8 and 4, tap by tap

  /** Returns how many rows the block has that begins with so many rows to go. */
  private static int blockRows(int left) {
    if (left >= ROWS) {
      return ROWS;
    }
    return left > 4 && ROWS > 4 ? (left > 8 ? 12 : 8) : 4;
  }

  static int packedLength(int rows, int taps) {
    int padded = rows / ROWS * ROWS;
    if (padded < rows) {
      padded += blockRows(rows - padded);
    }
    // Columns read whole vectors, beyond the last row too.
    return padded * taps + L;
  }

  static void pack(float[] w, int at, int rows, int taps, float[] packed, int packedAt) {
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

  static void multiply(
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
      FloatScratch memory) {
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
      FloatScratch memory) {
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
}
