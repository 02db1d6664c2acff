package io.github.conv4j.simd;

import io.github.conv4j.kernel.TileKernels;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Products of float64 rows and panels in register tiles, as in {@link DoubleProducts}. The numbers
 * of a row lie a vector apart from those of the next, so that any rows make a tile.
 */
final class DoubleChannelProducts {
  private static final VectorSpecies<Double> S = DoubleVector.SPECIES_PREFERRED;
  private static final int L = S.length();
  private static final int PANEL = DoubleProducts.PANEL;

  /** Where taps lie in the panel; see {@link DoubleProducts} for why this is a table. */
  private static final int[] TAPS = new int[TileKernels.MAX_TAPS];

  static {
    for (int t = 0; t < TAPS.length; t++) {
      TAPS[t] = t * PANEL;
    }
  }

  private DoubleChannelProducts() {}

  static void multiply(
      double[] p,
      int pAt,
      int pBlock,
      int block,
      int[] offsets,
      int rows,
      double[] q,
      int qAt,
      int from,
      int to,
      int chunk,
      double[] y,
      int yAt,
      double[] zeros) {
    for (int r = 0; r < rows; r += block) {
      int valid = Math.min(block, rows - r);
      int i = pAt + r / block * pBlock;
      int o = yAt + r * PANEL;
      for (int t = from; t < to; t += chunk) {
        int end = Math.min(t + chunk, to);
        int j = qAt + t * PANEL;
        double[] b = t == 0 ? zeros : y;
        int bAt = t == 0 ? 0 : o;
        if (valid > 8) {
          tile12x2(p, i, offsets, t, end, q, j, b, bAt, y, o);
        } else if (valid > 4) {
          tile8x2(p, i, offsets, t, end, q, j, b, bAt, y, o);
        } else {
          tile4x2(p, i, offsets, t, end, q, j, b, bAt, y, o);
        }
      }
    }
  }

  /** A register tile of 12 rows by 2 vectors. */
  private static void tile12x2(
      double[] p,
      int pAt,
      int[] offsets,
      int from,
      int to,
      double[] q,
      int qAt,
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
    for (int t = from; t < to; t++) {
      int i = pAt + offsets[t];
      int j = qAt + TAPS[t - from];
      DoubleVector xa = DoubleVector.fromArray(S, q, j);
      DoubleVector xb = DoubleVector.fromArray(S, q, j + L);
      DoubleVector w0 = DoubleVector.broadcast(S, p[i]);
      s0a = w0.fma(xa, s0a);
      s0b = w0.fma(xb, s0b);
      DoubleVector w1 = DoubleVector.broadcast(S, p[i + L]);
      s1a = w1.fma(xa, s1a);
      s1b = w1.fma(xb, s1b);
      DoubleVector w2 = DoubleVector.broadcast(S, p[i + 2 * L]);
      s2a = w2.fma(xa, s2a);
      s2b = w2.fma(xb, s2b);
      DoubleVector w3 = DoubleVector.broadcast(S, p[i + 3 * L]);
      s3a = w3.fma(xa, s3a);
      s3b = w3.fma(xb, s3b);
      DoubleVector w4 = DoubleVector.broadcast(S, p[i + 4 * L]);
      s4a = w4.fma(xa, s4a);
      s4b = w4.fma(xb, s4b);
      DoubleVector w5 = DoubleVector.broadcast(S, p[i + 5 * L]);
      s5a = w5.fma(xa, s5a);
      s5b = w5.fma(xb, s5b);
      DoubleVector w6 = DoubleVector.broadcast(S, p[i + 6 * L]);
      s6a = w6.fma(xa, s6a);
      s6b = w6.fma(xb, s6b);
      DoubleVector w7 = DoubleVector.broadcast(S, p[i + 7 * L]);
      s7a = w7.fma(xa, s7a);
      s7b = w7.fma(xb, s7b);
      DoubleVector w8 = DoubleVector.broadcast(S, p[i + 8 * L]);
      s8a = w8.fma(xa, s8a);
      s8b = w8.fma(xb, s8b);
      DoubleVector w9 = DoubleVector.broadcast(S, p[i + 9 * L]);
      s9a = w9.fma(xa, s9a);
      s9b = w9.fma(xb, s9b);
      DoubleVector w10 = DoubleVector.broadcast(S, p[i + 10 * L]);
      s10a = w10.fma(xa, s10a);
      s10b = w10.fma(xb, s10b);
      DoubleVector w11 = DoubleVector.broadcast(S, p[i + 11 * L]);
      s11a = w11.fma(xa, s11a);
      s11b = w11.fma(xb, s11b);
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
      int[] offsets,
      int from,
      int to,
      double[] q,
      int qAt,
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
    for (int t = from; t < to; t++) {
      int i = pAt + offsets[t];
      int j = qAt + TAPS[t - from];
      DoubleVector xa = DoubleVector.fromArray(S, q, j);
      DoubleVector xb = DoubleVector.fromArray(S, q, j + L);
      DoubleVector w0 = DoubleVector.broadcast(S, p[i]);
      s0a = w0.fma(xa, s0a);
      s0b = w0.fma(xb, s0b);
      DoubleVector w1 = DoubleVector.broadcast(S, p[i + L]);
      s1a = w1.fma(xa, s1a);
      s1b = w1.fma(xb, s1b);
      DoubleVector w2 = DoubleVector.broadcast(S, p[i + 2 * L]);
      s2a = w2.fma(xa, s2a);
      s2b = w2.fma(xb, s2b);
      DoubleVector w3 = DoubleVector.broadcast(S, p[i + 3 * L]);
      s3a = w3.fma(xa, s3a);
      s3b = w3.fma(xb, s3b);
      DoubleVector w4 = DoubleVector.broadcast(S, p[i + 4 * L]);
      s4a = w4.fma(xa, s4a);
      s4b = w4.fma(xb, s4b);
      DoubleVector w5 = DoubleVector.broadcast(S, p[i + 5 * L]);
      s5a = w5.fma(xa, s5a);
      s5b = w5.fma(xb, s5b);
      DoubleVector w6 = DoubleVector.broadcast(S, p[i + 6 * L]);
      s6a = w6.fma(xa, s6a);
      s6b = w6.fma(xb, s6b);
      DoubleVector w7 = DoubleVector.broadcast(S, p[i + 7 * L]);
      s7a = w7.fma(xa, s7a);
      s7b = w7.fma(xb, s7b);
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
      int[] offsets,
      int from,
      int to,
      double[] q,
      int qAt,
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
    for (int t = from; t < to; t++) {
      int i = pAt + offsets[t];
      int j = qAt + TAPS[t - from];
      DoubleVector xa = DoubleVector.fromArray(S, q, j);
      DoubleVector xb = DoubleVector.fromArray(S, q, j + L);
      DoubleVector w0 = DoubleVector.broadcast(S, p[i]);
      s0a = w0.fma(xa, s0a);
      s0b = w0.fma(xb, s0b);
      DoubleVector w1 = DoubleVector.broadcast(S, p[i + L]);
      s1a = w1.fma(xa, s1a);
      s1b = w1.fma(xb, s1b);
      DoubleVector w2 = DoubleVector.broadcast(S, p[i + 2 * L]);
      s2a = w2.fma(xa, s2a);
      s2b = w2.fma(xb, s2b);
      DoubleVector w3 = DoubleVector.broadcast(S, p[i + 3 * L]);
      s3a = w3.fma(xa, s3a);
      s3b = w3.fma(xb, s3b);
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
}
