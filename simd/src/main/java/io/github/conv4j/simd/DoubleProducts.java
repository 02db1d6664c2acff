package io.github.conv4j.simd;

import io.github.conv4j.kernel.TileKernels;
import java.util.Arrays;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Products of float64 kernels and what their taps meet, in register tiles.
 *
 * <p>The sums of a few rows by one or two vectors stay in registers for a whole chunk of taps, so
 * that a tap costs one load for each vector, one broadcast for each row, and nothing but
 * multiply-adds besides. The tiles are written out in full, one local variable for each sum,
 * because the just-in-time compiler keeps a vector in a register only if it is a local variable.
 * What comes out of a loop is an argument and never calls a method itself, as in {@code
 * x.add(sum)}: its class is not known before the compiler has seen the whole loop, and a call that
 * has to look for its method turns all sums into objects.
 *
 * <p>With 32 vector registers the tile is 12 rows by 2 vectors. Of 16 registers it is 4 rows by 2
 * vectors: 12 sums and their operands no longer fit there, and half of the speed is lost.
 */
final class DoubleProducts {
  private static final VectorSpecies<Double> S = DoubleVector.SPECIES_PREFERRED;
  private static final int L = S.length();

  /** Rows of the largest tile. */
  static final int ROWS = Vectors.registers() >= 32 ? 12 : 4;

  /** Pixels left over that are computed with rows in the lanes. */
  private static final int FEW_PIXELS = 4;

  /** Blocks of rows that {@link #columns} works on at a time. */
  static final int COLUMN_BLOCKS = 4;

  /** Pixels of a panel. */
  static final int PANEL = 2 * L;

  /** Where taps lie in the panel, and pairs of taps. */
  private static final int[] TAPS = multiples(PANEL);

  private static final int[] TAP_PAIRS = multiples(4 * L);

  /** Where taps, and pairs of taps, lie in blocks of packed rows. */
  private static final int[] ROWS12 = multiples(12);

  private static final int[] PAIRS12 = multiples(24);

  private static final int[] ROWS8 = multiples(8);
  private static final int[] PAIRS8 = multiples(16);
  private static final int[] PAIRS4 = multiples(8);

  /**
   * Returns {@code 0, step, 2 * step ..}. The tiles look these up, because the compiler makes worse
   * loops, with sums spilled to memory, of an index that it understands.
   */
  private static int[] multiples(int step) {
    int[] offsets = new int[TileKernels.MAX_TAPS];
    for (int t = 0; t < offsets.length; t++) {
      offsets[t] = t * step;
    }
    return offsets;
  }

  private DoubleProducts() {}

  // ---- packed rows: blocks of ROWS rows, then of 8 and 4, tap by tap

  /** Returns how many rows the block has that begins with so many rows to go. */
  static int blockRows(int left) {
    if (ROWS == 4 || left <= 4) {
      return 4;
    }
    // Two of 8 take less time than one of 12 and one of 4.
    return left <= 8 || (left > 12 && left <= 16) ? 8 : 12;
  }

  /** Returns how many blocks of the largest tile there are, which come first. */
  private static int largestBlocks(int rows) {
    int blocks = rows / ROWS;
    return blocks > 0 && blockRows(rows - (blocks - 1) * ROWS) < ROWS ? blocks - 1 : blocks;
  }

  /** Returns the number of taps when they are filled up to pairs. */
  private static int paired(int taps) {
    return taps + taps % 2;
  }

  static int packedLength(int rows, int taps) {
    int padded = 0;
    while (padded < rows) {
      padded += blockRows(rows - padded);
    }
    // Columns read whole vectors, beyond the last row too.
    return padded * paired(taps) + L;
  }

  static void pack(double[] w, int at, int rows, int taps, double[] packed, int packedAt) {
    int to = packedAt;
    for (int m = 0; m < rows; ) {
      int block = blockRows(rows - m);
      for (int t = 0; t < taps; t++) {
        for (int r = 0; r < block; r++) {
          packed[to++] = m + r < rows ? w[at + (m + r) * taps + t] : 0;
        }
      }
      if (taps % 2 != 0) {
        // Meets 0 in the panel, and adding -0 changes no number, not even -0.
        Arrays.fill(packed, to, to + block, -0f);
        to += block;
      }
      m += block;
    }
  }

  // ---- products

  static void multiply(
      double[] p,
      int pAt,
      int taps,
      int rows,
      double[] q,
      int qAt,
      int qPanel,
      int[] qo,
      int from,
      int to,
      int chunk,
      double[] start,
      int startAt,
      double[] y,
      int yAt,
      int yRow,
      int yPanel,
      int n,
      DoubleScratch memory) {
    if (start != null) {
      for (int m = 0; m < rows; m++) {
        DoubleVector s = DoubleVector.broadcast(S, start[startAt + m]);
        s.intoArray(memory.starts, 2 * m * L);
        s.intoArray(memory.starts, (2 * m + 1) * L);
      }
    }
    int count = to - from;
    boolean sideBySide = isPanel(qo, from, to);
    int lanes;
    for (int j = 0; j < n; j += lanes) {
      lanes = lanes(n - j, rows, yRow == PANEL);
      int at = qAt + j / PANEL * qPanel + j % PANEL;
      double[] x = q;
      int xAt = at + qo[from];
      boolean copying = false;
      boolean direct = false;
      if (!sideBySide || xAt + PANEL * count > q.length) {
        x = memory.panel;
        xAt = 0;
        boolean wide = lanes > L && at + qo[to - 1] <= q.length - PANEL;
        copying = wide && blockRows(rows) == 12 && count % 2 == 0;
        // Copying does not pay for so few rows.
        direct = wide && blockRows(rows) == 8;
        if (!copying && !direct) {
          copyPanel(q, at, qo, from, to, Math.min(lanes, n - j), x);
        }
      }
      int yFrom = yAt + j / PANEL * yPanel + j % PANEL;
      int m = 0;
      int blocks = largestBlocks(rows);
      if (lanes <= FEW_PIXELS && blocks > 0 && rows > ROWS && ROWS <= L) {
        for (int t = 0; t < count; t += chunk) {
          columns(
              p,
              pAt + (from + t) * ROWS,
              blocks,
              ROWS * paired(taps),
              x,
              xAt,
              t,
              Math.min(t + chunk, count),
              t == 0 ? start : null,
              startAt,
              y,
              yFrom,
              yRow,
              lanes,
              memory.lanes);
        }
        m = blocks * ROWS;
      }
      while (m < rows) {
        int block = blockRows(rows - m);
        int next = 0;
        if (block == 12 && lanes <= L && blockRows(rows - m - block) == 12) {
          next = block * paired(taps);
          block = 24;
        }
        int valid = Math.min(block, rows - m);
        int yTile = yFrom + m * yRow;
        // Where rows of sums lie as in a tile they are added up in their place.
        boolean there = yRow == PANEL && valid == block && (lanes == PANEL || lanes == L);
        double[] o = there ? y : memory.tile;
        int oAt = there ? yTile : 0;
        // Sums go on from their start, or from what they were.
        double[] b = memory.starts;
        int bAt = m * PANEL;
        if (start == null) {
          if (!there) {
            copyTile(y, yTile, yRow, o, 0, PANEL, valid, lanes);
          }
          b = o;
          bAt = oAt;
        }
        for (int t = 0; t < count; t += chunk) {
          int end = Math.min(t + chunk, count);
          int i = pAt + m * paired(taps) + (from + t) * Math.min(block, ROWS);
          int pairs = (end - t + 1) / 2;
          int xt = xAt + TAPS[t];
          if (copying && m == 0) {
            copyingTile12x2(p, i, q, at, qo, from + t, from + end, x, xt, b, bAt, o, oAt);
          } else if (direct) {
            directTile8x2(p, i, q, at, qo, from + t, from + end, b, bAt, o, oAt);
          } else if (lanes > L) {
            switch (block) {
              case 12 -> tile12x2(p, i, x, xt, 2 * pairs, b, bAt, o, oAt);
              case 8 -> tile8x2(p, i, x, xt, pairs, b, bAt, o, oAt);
              default -> tile4x2(p, i, x, xt, pairs, b, bAt, o, oAt);
            }
          } else {
            switch (block) {
              case 24 -> tile24x1(p, i, i + next, x, xt, 2 * pairs, b, bAt, o, oAt);
              case 12 -> tile12x1(p, i, x, xt, pairs, b, bAt, o, oAt);
              case 8 -> tile8x1(p, i, x, xt, pairs, b, bAt, o, oAt);
              default -> tile4x1(p, i, x, xt, pairs, b, bAt, o, oAt);
            }
          }
          b = o;
          bAt = oAt;
        }
        if (!there) {
          copyTile(o, 0, PANEL, y, yTile, yRow, valid, lanes);
        }
        m += block;
      }
    }
  }

  /**
   * Returns how many of the pixels left are computed at a time: a few behind a whole vector by
   * themselves; and whole vectors where there is room for them, which need not be copied.
   */
  private static int lanes(int left, int rows, boolean room) {
    boolean columns = largestBlocks(rows) > 0 && rows > ROWS && ROWS <= L;
    if (left >= PANEL || (columns && left <= FEW_PIXELS)) {
      return Math.min(left, PANEL);
    }
    if (left > L && columns && left <= L + FEW_PIXELS) {
      return L;
    }
    return room ? (left + L - 1) / L * L : left;
  }

  /** Returns whether the taps lie side by side, in pairs. */
  private static boolean isPanel(int[] qo, int from, int to) {
    int count = to - from;
    return count % 2 == 0
        && qo[from + 1] - qo[from] == PANEL
        && qo[to - 1] - qo[from] == (count - 1) * PANEL;
  }

  /**
   * Copies what the taps meet at up to two vectors of pixels side by side, with a tap of zeros
   * behind an odd number of them. A tile that finds all it needs in one piece is a tenth to a third
   * faster, which pays for the copy from two blocks of rows on.
   */
  private static void copyPanel(
      double[] q, int qAt, int[] qo, int from, int to, int lanes, double[] panel) {
    int i = 0;
    if (qAt + qo[to - 1] > q.length - 2 * L) {
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
    if ((to - from) % 2 != 0) {
      Arrays.fill(panel, i, i + 2 * L, 0);
    }
  }

  private static void copyTile(
      double[] a, int aAt, int aRow, double[] b, int bAt, int bRow, int rows, int n) {
    if (n == 2 * L) {
      for (int r = 0; r < rows; r++) {
        int i = aAt + r * aRow;
        int o = bAt + r * bRow;
        DoubleVector.fromArray(S, a, i).intoArray(b, o);
        DoubleVector.fromArray(S, a, i + L).intoArray(b, o + L);
      }
      return;
    }
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
      int from,
      int to,
      double[] start,
      int startAt,
      double[] y,
      int yAt,
      int yRow,
      int n,
      double[] lanes) {
    for (int j = 0; j < n; j += 2) {
      int last = Math.min(j + 1, n - 1);
      for (int k = 0; k < blocks; k += COLUMN_BLOCKS) {
        // Blocks that are missing repeat the last one.
        int most = blocks - 1;
        int p0 = pAt + k * blockStep;
        int p1 = pAt + Math.min(k + 1, most) * blockStep;
        int p2 = pAt + Math.min(k + 2, most) * blockStep;
        int p3 = pAt + Math.min(k + 3, most) * blockStep;
        columns4x2(p, p0, p1, p2, p3, x, xAt + j, xAt + last, from, to, lanes);
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
      DoubleVector x0 = DoubleVector.broadcast(S, x[xAt + TAPS[t]]);
      DoubleVector z0 = DoubleVector.broadcast(S, x[zAt + TAPS[t]]);
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
    DoubleVector nothing = DoubleVector.broadcast(S, -0f);
    nothing.add(s0a).intoArray(lanes, 0 * L);
    nothing.add(s1a).intoArray(lanes, 1 * L);
    nothing.add(s2a).intoArray(lanes, 2 * L);
    nothing.add(s3a).intoArray(lanes, 3 * L);
    nothing.add(s0b).intoArray(lanes, 4 * L);
    nothing.add(s1b).intoArray(lanes, 5 * L);
    nothing.add(s2b).intoArray(lanes, 6 * L);
    nothing.add(s3b).intoArray(lanes, 7 * L);
  }

  /** A register tile of 12 rows by 2 vectors. */
  private static void tile12x2(
      double[] p,
      int pAt,
      double[] q,
      int qAt,
      int taps,
      double[] b,
      int bAt,
      double[] y,
      int yAt) {
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
    for (int t = 0; t < taps; t++) {
      int i = pAt + ROWS12[t];
      int j = qAt + TAPS[t];
      DoubleVector x0a = DoubleVector.fromArray(S, q, j);
      DoubleVector x0b = DoubleVector.fromArray(S, q, j + L);
      DoubleVector w0r0 = DoubleVector.broadcast(S, p[i]);
      s0a = w0r0.fma(x0a, s0a);
      s0b = w0r0.fma(x0b, s0b);
      DoubleVector w0r1 = DoubleVector.broadcast(S, p[i + 1]);
      s1a = w0r1.fma(x0a, s1a);
      s1b = w0r1.fma(x0b, s1b);
      DoubleVector w0r2 = DoubleVector.broadcast(S, p[i + 2]);
      s2a = w0r2.fma(x0a, s2a);
      s2b = w0r2.fma(x0b, s2b);
      DoubleVector w0r3 = DoubleVector.broadcast(S, p[i + 3]);
      s3a = w0r3.fma(x0a, s3a);
      s3b = w0r3.fma(x0b, s3b);
      DoubleVector w0r4 = DoubleVector.broadcast(S, p[i + 4]);
      s4a = w0r4.fma(x0a, s4a);
      s4b = w0r4.fma(x0b, s4b);
      DoubleVector w0r5 = DoubleVector.broadcast(S, p[i + 5]);
      s5a = w0r5.fma(x0a, s5a);
      s5b = w0r5.fma(x0b, s5b);
      DoubleVector w0r6 = DoubleVector.broadcast(S, p[i + 6]);
      s6a = w0r6.fma(x0a, s6a);
      s6b = w0r6.fma(x0b, s6b);
      DoubleVector w0r7 = DoubleVector.broadcast(S, p[i + 7]);
      s7a = w0r7.fma(x0a, s7a);
      s7b = w0r7.fma(x0b, s7b);
      DoubleVector w0r8 = DoubleVector.broadcast(S, p[i + 8]);
      s8a = w0r8.fma(x0a, s8a);
      s8b = w0r8.fma(x0b, s8b);
      DoubleVector w0r9 = DoubleVector.broadcast(S, p[i + 9]);
      s9a = w0r9.fma(x0a, s9a);
      s9b = w0r9.fma(x0b, s9b);
      DoubleVector w0r10 = DoubleVector.broadcast(S, p[i + 10]);
      s10a = w0r10.fma(x0a, s10a);
      s10b = w0r10.fma(x0b, s10b);
      DoubleVector w0r11 = DoubleVector.broadcast(S, p[i + 11]);
      s11a = w0r11.fma(x0a, s11a);
      s11b = w0r11.fma(x0b, s11b);
    }
    DoubleVector.fromArray(S, b, bAt).add(s0a).intoArray(y, yAt);
    DoubleVector.fromArray(S, b, bAt + L).add(s0b).intoArray(y, yAt + L);
    DoubleVector.fromArray(S, b, bAt + 2 * L).add(s1a).intoArray(y, yAt + 2 * L);
    DoubleVector.fromArray(S, b, bAt + 3 * L).add(s1b).intoArray(y, yAt + 3 * L);
    DoubleVector.fromArray(S, b, bAt + 4 * L).add(s2a).intoArray(y, yAt + 4 * L);
    DoubleVector.fromArray(S, b, bAt + 5 * L).add(s2b).intoArray(y, yAt + 5 * L);
    DoubleVector.fromArray(S, b, bAt + 6 * L).add(s3a).intoArray(y, yAt + 6 * L);
    DoubleVector.fromArray(S, b, bAt + 7 * L).add(s3b).intoArray(y, yAt + 7 * L);
    DoubleVector.fromArray(S, b, bAt + 8 * L).add(s4a).intoArray(y, yAt + 8 * L);
    DoubleVector.fromArray(S, b, bAt + 9 * L).add(s4b).intoArray(y, yAt + 9 * L);
    DoubleVector.fromArray(S, b, bAt + 10 * L).add(s5a).intoArray(y, yAt + 10 * L);
    DoubleVector.fromArray(S, b, bAt + 11 * L).add(s5b).intoArray(y, yAt + 11 * L);
    DoubleVector.fromArray(S, b, bAt + 12 * L).add(s6a).intoArray(y, yAt + 12 * L);
    DoubleVector.fromArray(S, b, bAt + 13 * L).add(s6b).intoArray(y, yAt + 13 * L);
    DoubleVector.fromArray(S, b, bAt + 14 * L).add(s7a).intoArray(y, yAt + 14 * L);
    DoubleVector.fromArray(S, b, bAt + 15 * L).add(s7b).intoArray(y, yAt + 15 * L);
    DoubleVector.fromArray(S, b, bAt + 16 * L).add(s8a).intoArray(y, yAt + 16 * L);
    DoubleVector.fromArray(S, b, bAt + 17 * L).add(s8b).intoArray(y, yAt + 17 * L);
    DoubleVector.fromArray(S, b, bAt + 18 * L).add(s9a).intoArray(y, yAt + 18 * L);
    DoubleVector.fromArray(S, b, bAt + 19 * L).add(s9b).intoArray(y, yAt + 19 * L);
    DoubleVector.fromArray(S, b, bAt + 20 * L).add(s10a).intoArray(y, yAt + 20 * L);
    DoubleVector.fromArray(S, b, bAt + 21 * L).add(s10b).intoArray(y, yAt + 21 * L);
    DoubleVector.fromArray(S, b, bAt + 22 * L).add(s11a).intoArray(y, yAt + 22 * L);
    DoubleVector.fromArray(S, b, bAt + 23 * L).add(s11b).intoArray(y, yAt + 23 * L);
  }

  /**
   * A register tile of 12 rows by 2 vectors that copies its operands side by side as it goes: while
   * one tap's come from afar, others' are multiplied.
   */
  private static void copyingTile12x2(
      double[] p,
      int pAt,
      double[] q,
      int qAt,
      int[] qo,
      int from,
      int to,
      double[] panel,
      int panelAt,
      double[] b,
      int bAt,
      double[] y,
      int yAt) {
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
    for (int t = 0, tap = from; tap < to; t++, tap += 2) {
      int i = pAt + PAIRS12[t];
      int j = panelAt + TAP_PAIRS[t];
      int k = qAt + qo[tap];
      DoubleVector x0a = DoubleVector.fromArray(S, q, k);
      DoubleVector x0b = DoubleVector.fromArray(S, q, k + L);
      x0a.intoArray(panel, j);
      x0b.intoArray(panel, j + L);
      DoubleVector w0r0 = DoubleVector.broadcast(S, p[i]);
      s0a = w0r0.fma(x0a, s0a);
      s0b = w0r0.fma(x0b, s0b);
      DoubleVector w0r1 = DoubleVector.broadcast(S, p[i + 1]);
      s1a = w0r1.fma(x0a, s1a);
      s1b = w0r1.fma(x0b, s1b);
      DoubleVector w0r2 = DoubleVector.broadcast(S, p[i + 2]);
      s2a = w0r2.fma(x0a, s2a);
      s2b = w0r2.fma(x0b, s2b);
      DoubleVector w0r3 = DoubleVector.broadcast(S, p[i + 3]);
      s3a = w0r3.fma(x0a, s3a);
      s3b = w0r3.fma(x0b, s3b);
      DoubleVector w0r4 = DoubleVector.broadcast(S, p[i + 4]);
      s4a = w0r4.fma(x0a, s4a);
      s4b = w0r4.fma(x0b, s4b);
      DoubleVector w0r5 = DoubleVector.broadcast(S, p[i + 5]);
      s5a = w0r5.fma(x0a, s5a);
      s5b = w0r5.fma(x0b, s5b);
      DoubleVector w0r6 = DoubleVector.broadcast(S, p[i + 6]);
      s6a = w0r6.fma(x0a, s6a);
      s6b = w0r6.fma(x0b, s6b);
      DoubleVector w0r7 = DoubleVector.broadcast(S, p[i + 7]);
      s7a = w0r7.fma(x0a, s7a);
      s7b = w0r7.fma(x0b, s7b);
      DoubleVector w0r8 = DoubleVector.broadcast(S, p[i + 8]);
      s8a = w0r8.fma(x0a, s8a);
      s8b = w0r8.fma(x0b, s8b);
      DoubleVector w0r9 = DoubleVector.broadcast(S, p[i + 9]);
      s9a = w0r9.fma(x0a, s9a);
      s9b = w0r9.fma(x0b, s9b);
      DoubleVector w0r10 = DoubleVector.broadcast(S, p[i + 10]);
      s10a = w0r10.fma(x0a, s10a);
      s10b = w0r10.fma(x0b, s10b);
      DoubleVector w0r11 = DoubleVector.broadcast(S, p[i + 11]);
      s11a = w0r11.fma(x0a, s11a);
      s11b = w0r11.fma(x0b, s11b);
      int l = qAt + qo[tap + 1];
      DoubleVector x1a = DoubleVector.fromArray(S, q, l);
      DoubleVector x1b = DoubleVector.fromArray(S, q, l + L);
      x1a.intoArray(panel, j + 2 * L);
      x1b.intoArray(panel, j + 3 * L);
      DoubleVector w1r0 = DoubleVector.broadcast(S, p[i + 12]);
      s0a = w1r0.fma(x1a, s0a);
      s0b = w1r0.fma(x1b, s0b);
      DoubleVector w1r1 = DoubleVector.broadcast(S, p[i + 13]);
      s1a = w1r1.fma(x1a, s1a);
      s1b = w1r1.fma(x1b, s1b);
      DoubleVector w1r2 = DoubleVector.broadcast(S, p[i + 14]);
      s2a = w1r2.fma(x1a, s2a);
      s2b = w1r2.fma(x1b, s2b);
      DoubleVector w1r3 = DoubleVector.broadcast(S, p[i + 15]);
      s3a = w1r3.fma(x1a, s3a);
      s3b = w1r3.fma(x1b, s3b);
      DoubleVector w1r4 = DoubleVector.broadcast(S, p[i + 16]);
      s4a = w1r4.fma(x1a, s4a);
      s4b = w1r4.fma(x1b, s4b);
      DoubleVector w1r5 = DoubleVector.broadcast(S, p[i + 17]);
      s5a = w1r5.fma(x1a, s5a);
      s5b = w1r5.fma(x1b, s5b);
      DoubleVector w1r6 = DoubleVector.broadcast(S, p[i + 18]);
      s6a = w1r6.fma(x1a, s6a);
      s6b = w1r6.fma(x1b, s6b);
      DoubleVector w1r7 = DoubleVector.broadcast(S, p[i + 19]);
      s7a = w1r7.fma(x1a, s7a);
      s7b = w1r7.fma(x1b, s7b);
      DoubleVector w1r8 = DoubleVector.broadcast(S, p[i + 20]);
      s8a = w1r8.fma(x1a, s8a);
      s8b = w1r8.fma(x1b, s8b);
      DoubleVector w1r9 = DoubleVector.broadcast(S, p[i + 21]);
      s9a = w1r9.fma(x1a, s9a);
      s9b = w1r9.fma(x1b, s9b);
      DoubleVector w1r10 = DoubleVector.broadcast(S, p[i + 22]);
      s10a = w1r10.fma(x1a, s10a);
      s10b = w1r10.fma(x1b, s10b);
      DoubleVector w1r11 = DoubleVector.broadcast(S, p[i + 23]);
      s11a = w1r11.fma(x1a, s11a);
      s11b = w1r11.fma(x1b, s11b);
    }
    DoubleVector.fromArray(S, b, bAt).add(s0a).intoArray(y, yAt);
    DoubleVector.fromArray(S, b, bAt + L).add(s0b).intoArray(y, yAt + L);
    DoubleVector.fromArray(S, b, bAt + 2 * L).add(s1a).intoArray(y, yAt + 2 * L);
    DoubleVector.fromArray(S, b, bAt + 3 * L).add(s1b).intoArray(y, yAt + 3 * L);
    DoubleVector.fromArray(S, b, bAt + 4 * L).add(s2a).intoArray(y, yAt + 4 * L);
    DoubleVector.fromArray(S, b, bAt + 5 * L).add(s2b).intoArray(y, yAt + 5 * L);
    DoubleVector.fromArray(S, b, bAt + 6 * L).add(s3a).intoArray(y, yAt + 6 * L);
    DoubleVector.fromArray(S, b, bAt + 7 * L).add(s3b).intoArray(y, yAt + 7 * L);
    DoubleVector.fromArray(S, b, bAt + 8 * L).add(s4a).intoArray(y, yAt + 8 * L);
    DoubleVector.fromArray(S, b, bAt + 9 * L).add(s4b).intoArray(y, yAt + 9 * L);
    DoubleVector.fromArray(S, b, bAt + 10 * L).add(s5a).intoArray(y, yAt + 10 * L);
    DoubleVector.fromArray(S, b, bAt + 11 * L).add(s5b).intoArray(y, yAt + 11 * L);
    DoubleVector.fromArray(S, b, bAt + 12 * L).add(s6a).intoArray(y, yAt + 12 * L);
    DoubleVector.fromArray(S, b, bAt + 13 * L).add(s6b).intoArray(y, yAt + 13 * L);
    DoubleVector.fromArray(S, b, bAt + 14 * L).add(s7a).intoArray(y, yAt + 14 * L);
    DoubleVector.fromArray(S, b, bAt + 15 * L).add(s7b).intoArray(y, yAt + 15 * L);
    DoubleVector.fromArray(S, b, bAt + 16 * L).add(s8a).intoArray(y, yAt + 16 * L);
    DoubleVector.fromArray(S, b, bAt + 17 * L).add(s8b).intoArray(y, yAt + 17 * L);
    DoubleVector.fromArray(S, b, bAt + 18 * L).add(s9a).intoArray(y, yAt + 18 * L);
    DoubleVector.fromArray(S, b, bAt + 19 * L).add(s9b).intoArray(y, yAt + 19 * L);
    DoubleVector.fromArray(S, b, bAt + 20 * L).add(s10a).intoArray(y, yAt + 20 * L);
    DoubleVector.fromArray(S, b, bAt + 21 * L).add(s10b).intoArray(y, yAt + 21 * L);
    DoubleVector.fromArray(S, b, bAt + 22 * L).add(s11a).intoArray(y, yAt + 22 * L);
    DoubleVector.fromArray(S, b, bAt + 23 * L).add(s11b).intoArray(y, yAt + 23 * L);
  }

  /** A register tile of 8 rows by 2 vectors. */
  private static void tile8x2(
      double[] p,
      int pAt,
      double[] q,
      int qAt,
      int pairs,
      double[] b,
      int bAt,
      double[] y,
      int yAt) {
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
    for (int t = 0; t < pairs; t++) {
      int i = pAt + PAIRS8[t];
      int j = qAt + TAP_PAIRS[t];
      DoubleVector x0a = DoubleVector.fromArray(S, q, j);
      DoubleVector x0b = DoubleVector.fromArray(S, q, j + L);
      DoubleVector w0r0 = DoubleVector.broadcast(S, p[i]);
      s0a = w0r0.fma(x0a, s0a);
      s0b = w0r0.fma(x0b, s0b);
      DoubleVector w0r1 = DoubleVector.broadcast(S, p[i + 1]);
      s1a = w0r1.fma(x0a, s1a);
      s1b = w0r1.fma(x0b, s1b);
      DoubleVector w0r2 = DoubleVector.broadcast(S, p[i + 2]);
      s2a = w0r2.fma(x0a, s2a);
      s2b = w0r2.fma(x0b, s2b);
      DoubleVector w0r3 = DoubleVector.broadcast(S, p[i + 3]);
      s3a = w0r3.fma(x0a, s3a);
      s3b = w0r3.fma(x0b, s3b);
      DoubleVector w0r4 = DoubleVector.broadcast(S, p[i + 4]);
      s4a = w0r4.fma(x0a, s4a);
      s4b = w0r4.fma(x0b, s4b);
      DoubleVector w0r5 = DoubleVector.broadcast(S, p[i + 5]);
      s5a = w0r5.fma(x0a, s5a);
      s5b = w0r5.fma(x0b, s5b);
      DoubleVector w0r6 = DoubleVector.broadcast(S, p[i + 6]);
      s6a = w0r6.fma(x0a, s6a);
      s6b = w0r6.fma(x0b, s6b);
      DoubleVector w0r7 = DoubleVector.broadcast(S, p[i + 7]);
      s7a = w0r7.fma(x0a, s7a);
      s7b = w0r7.fma(x0b, s7b);
      DoubleVector x1a = DoubleVector.fromArray(S, q, j + 2 * L);
      DoubleVector x1b = DoubleVector.fromArray(S, q, j + 3 * L);
      DoubleVector w1r0 = DoubleVector.broadcast(S, p[i + 8]);
      s0a = w1r0.fma(x1a, s0a);
      s0b = w1r0.fma(x1b, s0b);
      DoubleVector w1r1 = DoubleVector.broadcast(S, p[i + 9]);
      s1a = w1r1.fma(x1a, s1a);
      s1b = w1r1.fma(x1b, s1b);
      DoubleVector w1r2 = DoubleVector.broadcast(S, p[i + 10]);
      s2a = w1r2.fma(x1a, s2a);
      s2b = w1r2.fma(x1b, s2b);
      DoubleVector w1r3 = DoubleVector.broadcast(S, p[i + 11]);
      s3a = w1r3.fma(x1a, s3a);
      s3b = w1r3.fma(x1b, s3b);
      DoubleVector w1r4 = DoubleVector.broadcast(S, p[i + 12]);
      s4a = w1r4.fma(x1a, s4a);
      s4b = w1r4.fma(x1b, s4b);
      DoubleVector w1r5 = DoubleVector.broadcast(S, p[i + 13]);
      s5a = w1r5.fma(x1a, s5a);
      s5b = w1r5.fma(x1b, s5b);
      DoubleVector w1r6 = DoubleVector.broadcast(S, p[i + 14]);
      s6a = w1r6.fma(x1a, s6a);
      s6b = w1r6.fma(x1b, s6b);
      DoubleVector w1r7 = DoubleVector.broadcast(S, p[i + 15]);
      s7a = w1r7.fma(x1a, s7a);
      s7b = w1r7.fma(x1b, s7b);
    }
    DoubleVector.fromArray(S, b, bAt).add(s0a).intoArray(y, yAt);
    DoubleVector.fromArray(S, b, bAt + L).add(s0b).intoArray(y, yAt + L);
    DoubleVector.fromArray(S, b, bAt + 2 * L).add(s1a).intoArray(y, yAt + 2 * L);
    DoubleVector.fromArray(S, b, bAt + 3 * L).add(s1b).intoArray(y, yAt + 3 * L);
    DoubleVector.fromArray(S, b, bAt + 4 * L).add(s2a).intoArray(y, yAt + 4 * L);
    DoubleVector.fromArray(S, b, bAt + 5 * L).add(s2b).intoArray(y, yAt + 5 * L);
    DoubleVector.fromArray(S, b, bAt + 6 * L).add(s3a).intoArray(y, yAt + 6 * L);
    DoubleVector.fromArray(S, b, bAt + 7 * L).add(s3b).intoArray(y, yAt + 7 * L);
    DoubleVector.fromArray(S, b, bAt + 8 * L).add(s4a).intoArray(y, yAt + 8 * L);
    DoubleVector.fromArray(S, b, bAt + 9 * L).add(s4b).intoArray(y, yAt + 9 * L);
    DoubleVector.fromArray(S, b, bAt + 10 * L).add(s5a).intoArray(y, yAt + 10 * L);
    DoubleVector.fromArray(S, b, bAt + 11 * L).add(s5b).intoArray(y, yAt + 11 * L);
    DoubleVector.fromArray(S, b, bAt + 12 * L).add(s6a).intoArray(y, yAt + 12 * L);
    DoubleVector.fromArray(S, b, bAt + 13 * L).add(s6b).intoArray(y, yAt + 13 * L);
    DoubleVector.fromArray(S, b, bAt + 14 * L).add(s7a).intoArray(y, yAt + 14 * L);
    DoubleVector.fromArray(S, b, bAt + 15 * L).add(s7b).intoArray(y, yAt + 15 * L);
  }

  /** The same with operands that lie anywhere. */
  private static void directTile8x2(
      double[] p,
      int pAt,
      double[] q,
      int qAt,
      int[] qo,
      int from,
      int to,
      double[] b,
      int bAt,
      double[] y,
      int yAt) {
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
    for (int t = 0, tap = from; tap < to; t++, tap++) {
      int i = pAt + ROWS8[t];
      int j = qAt + qo[tap];
      DoubleVector x0a = DoubleVector.fromArray(S, q, j);
      DoubleVector x0b = DoubleVector.fromArray(S, q, j + L);
      DoubleVector w0r0 = DoubleVector.broadcast(S, p[i]);
      s0a = w0r0.fma(x0a, s0a);
      s0b = w0r0.fma(x0b, s0b);
      DoubleVector w0r1 = DoubleVector.broadcast(S, p[i + 1]);
      s1a = w0r1.fma(x0a, s1a);
      s1b = w0r1.fma(x0b, s1b);
      DoubleVector w0r2 = DoubleVector.broadcast(S, p[i + 2]);
      s2a = w0r2.fma(x0a, s2a);
      s2b = w0r2.fma(x0b, s2b);
      DoubleVector w0r3 = DoubleVector.broadcast(S, p[i + 3]);
      s3a = w0r3.fma(x0a, s3a);
      s3b = w0r3.fma(x0b, s3b);
      DoubleVector w0r4 = DoubleVector.broadcast(S, p[i + 4]);
      s4a = w0r4.fma(x0a, s4a);
      s4b = w0r4.fma(x0b, s4b);
      DoubleVector w0r5 = DoubleVector.broadcast(S, p[i + 5]);
      s5a = w0r5.fma(x0a, s5a);
      s5b = w0r5.fma(x0b, s5b);
      DoubleVector w0r6 = DoubleVector.broadcast(S, p[i + 6]);
      s6a = w0r6.fma(x0a, s6a);
      s6b = w0r6.fma(x0b, s6b);
      DoubleVector w0r7 = DoubleVector.broadcast(S, p[i + 7]);
      s7a = w0r7.fma(x0a, s7a);
      s7b = w0r7.fma(x0b, s7b);
    }
    DoubleVector.fromArray(S, b, bAt).add(s0a).intoArray(y, yAt);
    DoubleVector.fromArray(S, b, bAt + L).add(s0b).intoArray(y, yAt + L);
    DoubleVector.fromArray(S, b, bAt + 2 * L).add(s1a).intoArray(y, yAt + 2 * L);
    DoubleVector.fromArray(S, b, bAt + 3 * L).add(s1b).intoArray(y, yAt + 3 * L);
    DoubleVector.fromArray(S, b, bAt + 4 * L).add(s2a).intoArray(y, yAt + 4 * L);
    DoubleVector.fromArray(S, b, bAt + 5 * L).add(s2b).intoArray(y, yAt + 5 * L);
    DoubleVector.fromArray(S, b, bAt + 6 * L).add(s3a).intoArray(y, yAt + 6 * L);
    DoubleVector.fromArray(S, b, bAt + 7 * L).add(s3b).intoArray(y, yAt + 7 * L);
    DoubleVector.fromArray(S, b, bAt + 8 * L).add(s4a).intoArray(y, yAt + 8 * L);
    DoubleVector.fromArray(S, b, bAt + 9 * L).add(s4b).intoArray(y, yAt + 9 * L);
    DoubleVector.fromArray(S, b, bAt + 10 * L).add(s5a).intoArray(y, yAt + 10 * L);
    DoubleVector.fromArray(S, b, bAt + 11 * L).add(s5b).intoArray(y, yAt + 11 * L);
    DoubleVector.fromArray(S, b, bAt + 12 * L).add(s6a).intoArray(y, yAt + 12 * L);
    DoubleVector.fromArray(S, b, bAt + 13 * L).add(s6b).intoArray(y, yAt + 13 * L);
    DoubleVector.fromArray(S, b, bAt + 14 * L).add(s7a).intoArray(y, yAt + 14 * L);
    DoubleVector.fromArray(S, b, bAt + 15 * L).add(s7b).intoArray(y, yAt + 15 * L);
  }

  /** A register tile of 4 rows by 2 vectors. */
  private static void tile4x2(
      double[] p,
      int pAt,
      double[] q,
      int qAt,
      int pairs,
      double[] b,
      int bAt,
      double[] y,
      int yAt) {
    DoubleVector s0a = DoubleVector.zero(S);
    DoubleVector s0b = DoubleVector.zero(S);
    DoubleVector s1a = DoubleVector.zero(S);
    DoubleVector s1b = DoubleVector.zero(S);
    DoubleVector s2a = DoubleVector.zero(S);
    DoubleVector s2b = DoubleVector.zero(S);
    DoubleVector s3a = DoubleVector.zero(S);
    DoubleVector s3b = DoubleVector.zero(S);
    for (int t = 0; t < pairs; t++) {
      int i = pAt + PAIRS4[t];
      int j = qAt + TAP_PAIRS[t];
      DoubleVector x0a = DoubleVector.fromArray(S, q, j);
      DoubleVector x0b = DoubleVector.fromArray(S, q, j + L);
      DoubleVector w0r0 = DoubleVector.broadcast(S, p[i]);
      s0a = w0r0.fma(x0a, s0a);
      s0b = w0r0.fma(x0b, s0b);
      DoubleVector w0r1 = DoubleVector.broadcast(S, p[i + 1]);
      s1a = w0r1.fma(x0a, s1a);
      s1b = w0r1.fma(x0b, s1b);
      DoubleVector w0r2 = DoubleVector.broadcast(S, p[i + 2]);
      s2a = w0r2.fma(x0a, s2a);
      s2b = w0r2.fma(x0b, s2b);
      DoubleVector w0r3 = DoubleVector.broadcast(S, p[i + 3]);
      s3a = w0r3.fma(x0a, s3a);
      s3b = w0r3.fma(x0b, s3b);
      DoubleVector x1a = DoubleVector.fromArray(S, q, j + 2 * L);
      DoubleVector x1b = DoubleVector.fromArray(S, q, j + 3 * L);
      DoubleVector w1r0 = DoubleVector.broadcast(S, p[i + 4]);
      s0a = w1r0.fma(x1a, s0a);
      s0b = w1r0.fma(x1b, s0b);
      DoubleVector w1r1 = DoubleVector.broadcast(S, p[i + 5]);
      s1a = w1r1.fma(x1a, s1a);
      s1b = w1r1.fma(x1b, s1b);
      DoubleVector w1r2 = DoubleVector.broadcast(S, p[i + 6]);
      s2a = w1r2.fma(x1a, s2a);
      s2b = w1r2.fma(x1b, s2b);
      DoubleVector w1r3 = DoubleVector.broadcast(S, p[i + 7]);
      s3a = w1r3.fma(x1a, s3a);
      s3b = w1r3.fma(x1b, s3b);
    }
    DoubleVector.fromArray(S, b, bAt).add(s0a).intoArray(y, yAt);
    DoubleVector.fromArray(S, b, bAt + L).add(s0b).intoArray(y, yAt + L);
    DoubleVector.fromArray(S, b, bAt + 2 * L).add(s1a).intoArray(y, yAt + 2 * L);
    DoubleVector.fromArray(S, b, bAt + 3 * L).add(s1b).intoArray(y, yAt + 3 * L);
    DoubleVector.fromArray(S, b, bAt + 4 * L).add(s2a).intoArray(y, yAt + 4 * L);
    DoubleVector.fromArray(S, b, bAt + 5 * L).add(s2b).intoArray(y, yAt + 5 * L);
    DoubleVector.fromArray(S, b, bAt + 6 * L).add(s3a).intoArray(y, yAt + 6 * L);
    DoubleVector.fromArray(S, b, bAt + 7 * L).add(s3b).intoArray(y, yAt + 7 * L);
  }

  /** A register tile of 24 rows, two blocks, by 1 vector. */
  private static void tile24x1(
      double[] p,
      int pAt,
      int pNext,
      double[] q,
      int qAt,
      int taps,
      double[] b,
      int bAt,
      double[] y,
      int yAt) {
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
    DoubleVector s12a = DoubleVector.zero(S);
    DoubleVector s13a = DoubleVector.zero(S);
    DoubleVector s14a = DoubleVector.zero(S);
    DoubleVector s15a = DoubleVector.zero(S);
    DoubleVector s16a = DoubleVector.zero(S);
    DoubleVector s17a = DoubleVector.zero(S);
    DoubleVector s18a = DoubleVector.zero(S);
    DoubleVector s19a = DoubleVector.zero(S);
    DoubleVector s20a = DoubleVector.zero(S);
    DoubleVector s21a = DoubleVector.zero(S);
    DoubleVector s22a = DoubleVector.zero(S);
    DoubleVector s23a = DoubleVector.zero(S);
    for (int t = 0; t < taps; t++) {
      int i = pAt + ROWS12[t];
      int k = pNext + ROWS12[t];
      int j = qAt + TAPS[t];
      DoubleVector x0a = DoubleVector.fromArray(S, q, j);
      DoubleVector w0r0 = DoubleVector.broadcast(S, p[i]);
      s0a = w0r0.fma(x0a, s0a);
      DoubleVector w0r1 = DoubleVector.broadcast(S, p[i + 1]);
      s1a = w0r1.fma(x0a, s1a);
      DoubleVector w0r2 = DoubleVector.broadcast(S, p[i + 2]);
      s2a = w0r2.fma(x0a, s2a);
      DoubleVector w0r3 = DoubleVector.broadcast(S, p[i + 3]);
      s3a = w0r3.fma(x0a, s3a);
      DoubleVector w0r4 = DoubleVector.broadcast(S, p[i + 4]);
      s4a = w0r4.fma(x0a, s4a);
      DoubleVector w0r5 = DoubleVector.broadcast(S, p[i + 5]);
      s5a = w0r5.fma(x0a, s5a);
      DoubleVector w0r6 = DoubleVector.broadcast(S, p[i + 6]);
      s6a = w0r6.fma(x0a, s6a);
      DoubleVector w0r7 = DoubleVector.broadcast(S, p[i + 7]);
      s7a = w0r7.fma(x0a, s7a);
      DoubleVector w0r8 = DoubleVector.broadcast(S, p[i + 8]);
      s8a = w0r8.fma(x0a, s8a);
      DoubleVector w0r9 = DoubleVector.broadcast(S, p[i + 9]);
      s9a = w0r9.fma(x0a, s9a);
      DoubleVector w0r10 = DoubleVector.broadcast(S, p[i + 10]);
      s10a = w0r10.fma(x0a, s10a);
      DoubleVector w0r11 = DoubleVector.broadcast(S, p[i + 11]);
      s11a = w0r11.fma(x0a, s11a);
      DoubleVector w0r12 = DoubleVector.broadcast(S, p[k]);
      s12a = w0r12.fma(x0a, s12a);
      DoubleVector w0r13 = DoubleVector.broadcast(S, p[k + 1]);
      s13a = w0r13.fma(x0a, s13a);
      DoubleVector w0r14 = DoubleVector.broadcast(S, p[k + 2]);
      s14a = w0r14.fma(x0a, s14a);
      DoubleVector w0r15 = DoubleVector.broadcast(S, p[k + 3]);
      s15a = w0r15.fma(x0a, s15a);
      DoubleVector w0r16 = DoubleVector.broadcast(S, p[k + 4]);
      s16a = w0r16.fma(x0a, s16a);
      DoubleVector w0r17 = DoubleVector.broadcast(S, p[k + 5]);
      s17a = w0r17.fma(x0a, s17a);
      DoubleVector w0r18 = DoubleVector.broadcast(S, p[k + 6]);
      s18a = w0r18.fma(x0a, s18a);
      DoubleVector w0r19 = DoubleVector.broadcast(S, p[k + 7]);
      s19a = w0r19.fma(x0a, s19a);
      DoubleVector w0r20 = DoubleVector.broadcast(S, p[k + 8]);
      s20a = w0r20.fma(x0a, s20a);
      DoubleVector w0r21 = DoubleVector.broadcast(S, p[k + 9]);
      s21a = w0r21.fma(x0a, s21a);
      DoubleVector w0r22 = DoubleVector.broadcast(S, p[k + 10]);
      s22a = w0r22.fma(x0a, s22a);
      DoubleVector w0r23 = DoubleVector.broadcast(S, p[k + 11]);
      s23a = w0r23.fma(x0a, s23a);
    }
    DoubleVector.fromArray(S, b, bAt).add(s0a).intoArray(y, yAt);
    DoubleVector.fromArray(S, b, bAt + 2 * L).add(s1a).intoArray(y, yAt + 2 * L);
    DoubleVector.fromArray(S, b, bAt + 4 * L).add(s2a).intoArray(y, yAt + 4 * L);
    DoubleVector.fromArray(S, b, bAt + 6 * L).add(s3a).intoArray(y, yAt + 6 * L);
    DoubleVector.fromArray(S, b, bAt + 8 * L).add(s4a).intoArray(y, yAt + 8 * L);
    DoubleVector.fromArray(S, b, bAt + 10 * L).add(s5a).intoArray(y, yAt + 10 * L);
    DoubleVector.fromArray(S, b, bAt + 12 * L).add(s6a).intoArray(y, yAt + 12 * L);
    DoubleVector.fromArray(S, b, bAt + 14 * L).add(s7a).intoArray(y, yAt + 14 * L);
    DoubleVector.fromArray(S, b, bAt + 16 * L).add(s8a).intoArray(y, yAt + 16 * L);
    DoubleVector.fromArray(S, b, bAt + 18 * L).add(s9a).intoArray(y, yAt + 18 * L);
    DoubleVector.fromArray(S, b, bAt + 20 * L).add(s10a).intoArray(y, yAt + 20 * L);
    DoubleVector.fromArray(S, b, bAt + 22 * L).add(s11a).intoArray(y, yAt + 22 * L);
    DoubleVector.fromArray(S, b, bAt + 24 * L).add(s12a).intoArray(y, yAt + 24 * L);
    DoubleVector.fromArray(S, b, bAt + 26 * L).add(s13a).intoArray(y, yAt + 26 * L);
    DoubleVector.fromArray(S, b, bAt + 28 * L).add(s14a).intoArray(y, yAt + 28 * L);
    DoubleVector.fromArray(S, b, bAt + 30 * L).add(s15a).intoArray(y, yAt + 30 * L);
    DoubleVector.fromArray(S, b, bAt + 32 * L).add(s16a).intoArray(y, yAt + 32 * L);
    DoubleVector.fromArray(S, b, bAt + 34 * L).add(s17a).intoArray(y, yAt + 34 * L);
    DoubleVector.fromArray(S, b, bAt + 36 * L).add(s18a).intoArray(y, yAt + 36 * L);
    DoubleVector.fromArray(S, b, bAt + 38 * L).add(s19a).intoArray(y, yAt + 38 * L);
    DoubleVector.fromArray(S, b, bAt + 40 * L).add(s20a).intoArray(y, yAt + 40 * L);
    DoubleVector.fromArray(S, b, bAt + 42 * L).add(s21a).intoArray(y, yAt + 42 * L);
    DoubleVector.fromArray(S, b, bAt + 44 * L).add(s22a).intoArray(y, yAt + 44 * L);
    DoubleVector.fromArray(S, b, bAt + 46 * L).add(s23a).intoArray(y, yAt + 46 * L);
  }

  /** A register tile of 12 rows by 1 vector. */
  private static void tile12x1(
      double[] p,
      int pAt,
      double[] q,
      int qAt,
      int pairs,
      double[] b,
      int bAt,
      double[] y,
      int yAt) {
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
    for (int t = 0; t < pairs; t++) {
      int i = pAt + PAIRS12[t];
      int j = qAt + TAP_PAIRS[t];
      DoubleVector x0a = DoubleVector.fromArray(S, q, j);
      DoubleVector w0r0 = DoubleVector.broadcast(S, p[i]);
      s0a = w0r0.fma(x0a, s0a);
      DoubleVector w0r1 = DoubleVector.broadcast(S, p[i + 1]);
      s1a = w0r1.fma(x0a, s1a);
      DoubleVector w0r2 = DoubleVector.broadcast(S, p[i + 2]);
      s2a = w0r2.fma(x0a, s2a);
      DoubleVector w0r3 = DoubleVector.broadcast(S, p[i + 3]);
      s3a = w0r3.fma(x0a, s3a);
      DoubleVector w0r4 = DoubleVector.broadcast(S, p[i + 4]);
      s4a = w0r4.fma(x0a, s4a);
      DoubleVector w0r5 = DoubleVector.broadcast(S, p[i + 5]);
      s5a = w0r5.fma(x0a, s5a);
      DoubleVector w0r6 = DoubleVector.broadcast(S, p[i + 6]);
      s6a = w0r6.fma(x0a, s6a);
      DoubleVector w0r7 = DoubleVector.broadcast(S, p[i + 7]);
      s7a = w0r7.fma(x0a, s7a);
      DoubleVector w0r8 = DoubleVector.broadcast(S, p[i + 8]);
      s8a = w0r8.fma(x0a, s8a);
      DoubleVector w0r9 = DoubleVector.broadcast(S, p[i + 9]);
      s9a = w0r9.fma(x0a, s9a);
      DoubleVector w0r10 = DoubleVector.broadcast(S, p[i + 10]);
      s10a = w0r10.fma(x0a, s10a);
      DoubleVector w0r11 = DoubleVector.broadcast(S, p[i + 11]);
      s11a = w0r11.fma(x0a, s11a);
      DoubleVector x1a = DoubleVector.fromArray(S, q, j + 2 * L);
      DoubleVector w1r0 = DoubleVector.broadcast(S, p[i + 12]);
      s0a = w1r0.fma(x1a, s0a);
      DoubleVector w1r1 = DoubleVector.broadcast(S, p[i + 13]);
      s1a = w1r1.fma(x1a, s1a);
      DoubleVector w1r2 = DoubleVector.broadcast(S, p[i + 14]);
      s2a = w1r2.fma(x1a, s2a);
      DoubleVector w1r3 = DoubleVector.broadcast(S, p[i + 15]);
      s3a = w1r3.fma(x1a, s3a);
      DoubleVector w1r4 = DoubleVector.broadcast(S, p[i + 16]);
      s4a = w1r4.fma(x1a, s4a);
      DoubleVector w1r5 = DoubleVector.broadcast(S, p[i + 17]);
      s5a = w1r5.fma(x1a, s5a);
      DoubleVector w1r6 = DoubleVector.broadcast(S, p[i + 18]);
      s6a = w1r6.fma(x1a, s6a);
      DoubleVector w1r7 = DoubleVector.broadcast(S, p[i + 19]);
      s7a = w1r7.fma(x1a, s7a);
      DoubleVector w1r8 = DoubleVector.broadcast(S, p[i + 20]);
      s8a = w1r8.fma(x1a, s8a);
      DoubleVector w1r9 = DoubleVector.broadcast(S, p[i + 21]);
      s9a = w1r9.fma(x1a, s9a);
      DoubleVector w1r10 = DoubleVector.broadcast(S, p[i + 22]);
      s10a = w1r10.fma(x1a, s10a);
      DoubleVector w1r11 = DoubleVector.broadcast(S, p[i + 23]);
      s11a = w1r11.fma(x1a, s11a);
    }
    DoubleVector.fromArray(S, b, bAt).add(s0a).intoArray(y, yAt);
    DoubleVector.fromArray(S, b, bAt + 2 * L).add(s1a).intoArray(y, yAt + 2 * L);
    DoubleVector.fromArray(S, b, bAt + 4 * L).add(s2a).intoArray(y, yAt + 4 * L);
    DoubleVector.fromArray(S, b, bAt + 6 * L).add(s3a).intoArray(y, yAt + 6 * L);
    DoubleVector.fromArray(S, b, bAt + 8 * L).add(s4a).intoArray(y, yAt + 8 * L);
    DoubleVector.fromArray(S, b, bAt + 10 * L).add(s5a).intoArray(y, yAt + 10 * L);
    DoubleVector.fromArray(S, b, bAt + 12 * L).add(s6a).intoArray(y, yAt + 12 * L);
    DoubleVector.fromArray(S, b, bAt + 14 * L).add(s7a).intoArray(y, yAt + 14 * L);
    DoubleVector.fromArray(S, b, bAt + 16 * L).add(s8a).intoArray(y, yAt + 16 * L);
    DoubleVector.fromArray(S, b, bAt + 18 * L).add(s9a).intoArray(y, yAt + 18 * L);
    DoubleVector.fromArray(S, b, bAt + 20 * L).add(s10a).intoArray(y, yAt + 20 * L);
    DoubleVector.fromArray(S, b, bAt + 22 * L).add(s11a).intoArray(y, yAt + 22 * L);
  }

  /** A register tile of 8 rows by 1 vector. */
  private static void tile8x1(
      double[] p,
      int pAt,
      double[] q,
      int qAt,
      int pairs,
      double[] b,
      int bAt,
      double[] y,
      int yAt) {
    DoubleVector s0a = DoubleVector.zero(S);
    DoubleVector s1a = DoubleVector.zero(S);
    DoubleVector s2a = DoubleVector.zero(S);
    DoubleVector s3a = DoubleVector.zero(S);
    DoubleVector s4a = DoubleVector.zero(S);
    DoubleVector s5a = DoubleVector.zero(S);
    DoubleVector s6a = DoubleVector.zero(S);
    DoubleVector s7a = DoubleVector.zero(S);
    for (int t = 0; t < pairs; t++) {
      int i = pAt + PAIRS8[t];
      int j = qAt + TAP_PAIRS[t];
      DoubleVector x0a = DoubleVector.fromArray(S, q, j);
      DoubleVector w0r0 = DoubleVector.broadcast(S, p[i]);
      s0a = w0r0.fma(x0a, s0a);
      DoubleVector w0r1 = DoubleVector.broadcast(S, p[i + 1]);
      s1a = w0r1.fma(x0a, s1a);
      DoubleVector w0r2 = DoubleVector.broadcast(S, p[i + 2]);
      s2a = w0r2.fma(x0a, s2a);
      DoubleVector w0r3 = DoubleVector.broadcast(S, p[i + 3]);
      s3a = w0r3.fma(x0a, s3a);
      DoubleVector w0r4 = DoubleVector.broadcast(S, p[i + 4]);
      s4a = w0r4.fma(x0a, s4a);
      DoubleVector w0r5 = DoubleVector.broadcast(S, p[i + 5]);
      s5a = w0r5.fma(x0a, s5a);
      DoubleVector w0r6 = DoubleVector.broadcast(S, p[i + 6]);
      s6a = w0r6.fma(x0a, s6a);
      DoubleVector w0r7 = DoubleVector.broadcast(S, p[i + 7]);
      s7a = w0r7.fma(x0a, s7a);
      DoubleVector x1a = DoubleVector.fromArray(S, q, j + 2 * L);
      DoubleVector w1r0 = DoubleVector.broadcast(S, p[i + 8]);
      s0a = w1r0.fma(x1a, s0a);
      DoubleVector w1r1 = DoubleVector.broadcast(S, p[i + 9]);
      s1a = w1r1.fma(x1a, s1a);
      DoubleVector w1r2 = DoubleVector.broadcast(S, p[i + 10]);
      s2a = w1r2.fma(x1a, s2a);
      DoubleVector w1r3 = DoubleVector.broadcast(S, p[i + 11]);
      s3a = w1r3.fma(x1a, s3a);
      DoubleVector w1r4 = DoubleVector.broadcast(S, p[i + 12]);
      s4a = w1r4.fma(x1a, s4a);
      DoubleVector w1r5 = DoubleVector.broadcast(S, p[i + 13]);
      s5a = w1r5.fma(x1a, s5a);
      DoubleVector w1r6 = DoubleVector.broadcast(S, p[i + 14]);
      s6a = w1r6.fma(x1a, s6a);
      DoubleVector w1r7 = DoubleVector.broadcast(S, p[i + 15]);
      s7a = w1r7.fma(x1a, s7a);
    }
    DoubleVector.fromArray(S, b, bAt).add(s0a).intoArray(y, yAt);
    DoubleVector.fromArray(S, b, bAt + 2 * L).add(s1a).intoArray(y, yAt + 2 * L);
    DoubleVector.fromArray(S, b, bAt + 4 * L).add(s2a).intoArray(y, yAt + 4 * L);
    DoubleVector.fromArray(S, b, bAt + 6 * L).add(s3a).intoArray(y, yAt + 6 * L);
    DoubleVector.fromArray(S, b, bAt + 8 * L).add(s4a).intoArray(y, yAt + 8 * L);
    DoubleVector.fromArray(S, b, bAt + 10 * L).add(s5a).intoArray(y, yAt + 10 * L);
    DoubleVector.fromArray(S, b, bAt + 12 * L).add(s6a).intoArray(y, yAt + 12 * L);
    DoubleVector.fromArray(S, b, bAt + 14 * L).add(s7a).intoArray(y, yAt + 14 * L);
  }

  /** A register tile of 4 rows by 1 vector. */
  private static void tile4x1(
      double[] p,
      int pAt,
      double[] q,
      int qAt,
      int pairs,
      double[] b,
      int bAt,
      double[] y,
      int yAt) {
    DoubleVector s0a = DoubleVector.zero(S);
    DoubleVector s1a = DoubleVector.zero(S);
    DoubleVector s2a = DoubleVector.zero(S);
    DoubleVector s3a = DoubleVector.zero(S);
    for (int t = 0; t < pairs; t++) {
      int i = pAt + PAIRS4[t];
      int j = qAt + TAP_PAIRS[t];
      DoubleVector x0a = DoubleVector.fromArray(S, q, j);
      DoubleVector w0r0 = DoubleVector.broadcast(S, p[i]);
      s0a = w0r0.fma(x0a, s0a);
      DoubleVector w0r1 = DoubleVector.broadcast(S, p[i + 1]);
      s1a = w0r1.fma(x0a, s1a);
      DoubleVector w0r2 = DoubleVector.broadcast(S, p[i + 2]);
      s2a = w0r2.fma(x0a, s2a);
      DoubleVector w0r3 = DoubleVector.broadcast(S, p[i + 3]);
      s3a = w0r3.fma(x0a, s3a);
      DoubleVector x1a = DoubleVector.fromArray(S, q, j + 2 * L);
      DoubleVector w1r0 = DoubleVector.broadcast(S, p[i + 4]);
      s0a = w1r0.fma(x1a, s0a);
      DoubleVector w1r1 = DoubleVector.broadcast(S, p[i + 5]);
      s1a = w1r1.fma(x1a, s1a);
      DoubleVector w1r2 = DoubleVector.broadcast(S, p[i + 6]);
      s2a = w1r2.fma(x1a, s2a);
      DoubleVector w1r3 = DoubleVector.broadcast(S, p[i + 7]);
      s3a = w1r3.fma(x1a, s3a);
    }
    DoubleVector.fromArray(S, b, bAt).add(s0a).intoArray(y, yAt);
    DoubleVector.fromArray(S, b, bAt + 2 * L).add(s1a).intoArray(y, yAt + 2 * L);
    DoubleVector.fromArray(S, b, bAt + 4 * L).add(s2a).intoArray(y, yAt + 4 * L);
    DoubleVector.fromArray(S, b, bAt + 6 * L).add(s3a).intoArray(y, yAt + 6 * L);
  }
}
