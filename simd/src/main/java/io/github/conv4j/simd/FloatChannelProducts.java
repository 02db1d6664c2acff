package io.github.conv4j.simd;

import io.github.conv4j.kernel.TileKernels;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Products of float32 rows and panels in register tiles, as in {@link FloatProducts}. The numbers
 * of a row lie a vector apart from those of the next, so that any rows make a tile.
 */
final class FloatChannelProducts {
  private static final VectorSpecies<Float> S = FloatVector.SPECIES_PREFERRED;
  private static final int L = S.length();
  private static final int PANEL = FloatProducts.PANEL;

  /** Where taps lie in the panel; see {@link FloatProducts} for why this is a table. */
  private static final int[] TAPS = new int[TileKernels.MAX_TAPS];

  static {
    for (int t = 0; t < TAPS.length; t++) {
      TAPS[t] = t * PANEL;
    }
  }

  private FloatChannelProducts() {}

  static void multiply(
      float[] p,
      int pAt,
      int pBlock,
      int block,
      int[] offsets,
      int rows,
      float[] q,
      int qAt,
      int from,
      int to,
      int chunk,
      float[] y,
      int yAt,
      float[] zeros) {
    for (int r = 0; r < rows; r += block) {
      int valid = Math.min(block, rows - r);
      int i = pAt + r / block * pBlock;
      int o = yAt + r * PANEL;
      for (int t = from; t < to; t += chunk) {
        int end = Math.min(t + chunk, to);
        int j = qAt + t * PANEL;
        float[] b = t == 0 ? zeros : y;
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
      float[] p,
      int pAt,
      int[] offsets,
      int from,
      int to,
      float[] q,
      int qAt,
      float[] b,
      int bAt,
      float[] y,
      int yAt) {
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
      int i = pAt + offsets[t];
      int j = qAt + TAPS[t - from];
      FloatVector xa = FloatVector.fromArray(S, q, j);
      FloatVector xb = FloatVector.fromArray(S, q, j + L);
      FloatVector w0 = FloatVector.broadcast(S, p[i]);
      s0a = w0.fma(xa, s0a);
      s0b = w0.fma(xb, s0b);
      FloatVector w1 = FloatVector.broadcast(S, p[i + L]);
      s1a = w1.fma(xa, s1a);
      s1b = w1.fma(xb, s1b);
      FloatVector w2 = FloatVector.broadcast(S, p[i + 2 * L]);
      s2a = w2.fma(xa, s2a);
      s2b = w2.fma(xb, s2b);
      FloatVector w3 = FloatVector.broadcast(S, p[i + 3 * L]);
      s3a = w3.fma(xa, s3a);
      s3b = w3.fma(xb, s3b);
      FloatVector w4 = FloatVector.broadcast(S, p[i + 4 * L]);
      s4a = w4.fma(xa, s4a);
      s4b = w4.fma(xb, s4b);
      FloatVector w5 = FloatVector.broadcast(S, p[i + 5 * L]);
      s5a = w5.fma(xa, s5a);
      s5b = w5.fma(xb, s5b);
      FloatVector w6 = FloatVector.broadcast(S, p[i + 6 * L]);
      s6a = w6.fma(xa, s6a);
      s6b = w6.fma(xb, s6b);
      FloatVector w7 = FloatVector.broadcast(S, p[i + 7 * L]);
      s7a = w7.fma(xa, s7a);
      s7b = w7.fma(xb, s7b);
      FloatVector w8 = FloatVector.broadcast(S, p[i + 8 * L]);
      s8a = w8.fma(xa, s8a);
      s8b = w8.fma(xb, s8b);
      FloatVector w9 = FloatVector.broadcast(S, p[i + 9 * L]);
      s9a = w9.fma(xa, s9a);
      s9b = w9.fma(xb, s9b);
      FloatVector w10 = FloatVector.broadcast(S, p[i + 10 * L]);
      s10a = w10.fma(xa, s10a);
      s10b = w10.fma(xb, s10b);
      FloatVector w11 = FloatVector.broadcast(S, p[i + 11 * L]);
      s11a = w11.fma(xa, s11a);
      s11b = w11.fma(xb, s11b);
    }
    FloatVector.fromArray(S, b, bAt).add(s0a).intoArray(y, yAt);
    FloatVector.fromArray(S, b, bAt + L).add(s0b).intoArray(y, yAt + L);
    FloatVector.fromArray(S, b, bAt + 2 * L).add(s1a).intoArray(y, yAt + 2 * L);
    FloatVector.fromArray(S, b, bAt + 3 * L).add(s1b).intoArray(y, yAt + 3 * L);
    FloatVector.fromArray(S, b, bAt + 4 * L).add(s2a).intoArray(y, yAt + 4 * L);
    FloatVector.fromArray(S, b, bAt + 5 * L).add(s2b).intoArray(y, yAt + 5 * L);
    FloatVector.fromArray(S, b, bAt + 6 * L).add(s3a).intoArray(y, yAt + 6 * L);
    FloatVector.fromArray(S, b, bAt + 7 * L).add(s3b).intoArray(y, yAt + 7 * L);
    FloatVector.fromArray(S, b, bAt + 8 * L).add(s4a).intoArray(y, yAt + 8 * L);
    FloatVector.fromArray(S, b, bAt + 9 * L).add(s4b).intoArray(y, yAt + 9 * L);
    FloatVector.fromArray(S, b, bAt + 10 * L).add(s5a).intoArray(y, yAt + 10 * L);
    FloatVector.fromArray(S, b, bAt + 11 * L).add(s5b).intoArray(y, yAt + 11 * L);
    FloatVector.fromArray(S, b, bAt + 12 * L).add(s6a).intoArray(y, yAt + 12 * L);
    FloatVector.fromArray(S, b, bAt + 13 * L).add(s6b).intoArray(y, yAt + 13 * L);
    FloatVector.fromArray(S, b, bAt + 14 * L).add(s7a).intoArray(y, yAt + 14 * L);
    FloatVector.fromArray(S, b, bAt + 15 * L).add(s7b).intoArray(y, yAt + 15 * L);
    FloatVector.fromArray(S, b, bAt + 16 * L).add(s8a).intoArray(y, yAt + 16 * L);
    FloatVector.fromArray(S, b, bAt + 17 * L).add(s8b).intoArray(y, yAt + 17 * L);
    FloatVector.fromArray(S, b, bAt + 18 * L).add(s9a).intoArray(y, yAt + 18 * L);
    FloatVector.fromArray(S, b, bAt + 19 * L).add(s9b).intoArray(y, yAt + 19 * L);
    FloatVector.fromArray(S, b, bAt + 20 * L).add(s10a).intoArray(y, yAt + 20 * L);
    FloatVector.fromArray(S, b, bAt + 21 * L).add(s10b).intoArray(y, yAt + 21 * L);
    FloatVector.fromArray(S, b, bAt + 22 * L).add(s11a).intoArray(y, yAt + 22 * L);
    FloatVector.fromArray(S, b, bAt + 23 * L).add(s11b).intoArray(y, yAt + 23 * L);
  }

  /** A register tile of 8 rows by 2 vectors. */
  private static void tile8x2(
      float[] p,
      int pAt,
      int[] offsets,
      int from,
      int to,
      float[] q,
      int qAt,
      float[] b,
      int bAt,
      float[] y,
      int yAt) {
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
      int i = pAt + offsets[t];
      int j = qAt + TAPS[t - from];
      FloatVector xa = FloatVector.fromArray(S, q, j);
      FloatVector xb = FloatVector.fromArray(S, q, j + L);
      FloatVector w0 = FloatVector.broadcast(S, p[i]);
      s0a = w0.fma(xa, s0a);
      s0b = w0.fma(xb, s0b);
      FloatVector w1 = FloatVector.broadcast(S, p[i + L]);
      s1a = w1.fma(xa, s1a);
      s1b = w1.fma(xb, s1b);
      FloatVector w2 = FloatVector.broadcast(S, p[i + 2 * L]);
      s2a = w2.fma(xa, s2a);
      s2b = w2.fma(xb, s2b);
      FloatVector w3 = FloatVector.broadcast(S, p[i + 3 * L]);
      s3a = w3.fma(xa, s3a);
      s3b = w3.fma(xb, s3b);
      FloatVector w4 = FloatVector.broadcast(S, p[i + 4 * L]);
      s4a = w4.fma(xa, s4a);
      s4b = w4.fma(xb, s4b);
      FloatVector w5 = FloatVector.broadcast(S, p[i + 5 * L]);
      s5a = w5.fma(xa, s5a);
      s5b = w5.fma(xb, s5b);
      FloatVector w6 = FloatVector.broadcast(S, p[i + 6 * L]);
      s6a = w6.fma(xa, s6a);
      s6b = w6.fma(xb, s6b);
      FloatVector w7 = FloatVector.broadcast(S, p[i + 7 * L]);
      s7a = w7.fma(xa, s7a);
      s7b = w7.fma(xb, s7b);
    }
    FloatVector.fromArray(S, b, bAt).add(s0a).intoArray(y, yAt);
    FloatVector.fromArray(S, b, bAt + L).add(s0b).intoArray(y, yAt + L);
    FloatVector.fromArray(S, b, bAt + 2 * L).add(s1a).intoArray(y, yAt + 2 * L);
    FloatVector.fromArray(S, b, bAt + 3 * L).add(s1b).intoArray(y, yAt + 3 * L);
    FloatVector.fromArray(S, b, bAt + 4 * L).add(s2a).intoArray(y, yAt + 4 * L);
    FloatVector.fromArray(S, b, bAt + 5 * L).add(s2b).intoArray(y, yAt + 5 * L);
    FloatVector.fromArray(S, b, bAt + 6 * L).add(s3a).intoArray(y, yAt + 6 * L);
    FloatVector.fromArray(S, b, bAt + 7 * L).add(s3b).intoArray(y, yAt + 7 * L);
    FloatVector.fromArray(S, b, bAt + 8 * L).add(s4a).intoArray(y, yAt + 8 * L);
    FloatVector.fromArray(S, b, bAt + 9 * L).add(s4b).intoArray(y, yAt + 9 * L);
    FloatVector.fromArray(S, b, bAt + 10 * L).add(s5a).intoArray(y, yAt + 10 * L);
    FloatVector.fromArray(S, b, bAt + 11 * L).add(s5b).intoArray(y, yAt + 11 * L);
    FloatVector.fromArray(S, b, bAt + 12 * L).add(s6a).intoArray(y, yAt + 12 * L);
    FloatVector.fromArray(S, b, bAt + 13 * L).add(s6b).intoArray(y, yAt + 13 * L);
    FloatVector.fromArray(S, b, bAt + 14 * L).add(s7a).intoArray(y, yAt + 14 * L);
    FloatVector.fromArray(S, b, bAt + 15 * L).add(s7b).intoArray(y, yAt + 15 * L);
  }

  /** A register tile of 4 rows by 2 vectors. */
  private static void tile4x2(
      float[] p,
      int pAt,
      int[] offsets,
      int from,
      int to,
      float[] q,
      int qAt,
      float[] b,
      int bAt,
      float[] y,
      int yAt) {
    FloatVector s0a = FloatVector.zero(S);
    FloatVector s0b = FloatVector.zero(S);
    FloatVector s1a = FloatVector.zero(S);
    FloatVector s1b = FloatVector.zero(S);
    FloatVector s2a = FloatVector.zero(S);
    FloatVector s2b = FloatVector.zero(S);
    FloatVector s3a = FloatVector.zero(S);
    FloatVector s3b = FloatVector.zero(S);
    for (int t = from; t < to; t++) {
      int i = pAt + offsets[t];
      int j = qAt + TAPS[t - from];
      FloatVector xa = FloatVector.fromArray(S, q, j);
      FloatVector xb = FloatVector.fromArray(S, q, j + L);
      FloatVector w0 = FloatVector.broadcast(S, p[i]);
      s0a = w0.fma(xa, s0a);
      s0b = w0.fma(xb, s0b);
      FloatVector w1 = FloatVector.broadcast(S, p[i + L]);
      s1a = w1.fma(xa, s1a);
      s1b = w1.fma(xb, s1b);
      FloatVector w2 = FloatVector.broadcast(S, p[i + 2 * L]);
      s2a = w2.fma(xa, s2a);
      s2b = w2.fma(xb, s2b);
      FloatVector w3 = FloatVector.broadcast(S, p[i + 3 * L]);
      s3a = w3.fma(xa, s3a);
      s3b = w3.fma(xb, s3b);
    }
    FloatVector.fromArray(S, b, bAt).add(s0a).intoArray(y, yAt);
    FloatVector.fromArray(S, b, bAt + L).add(s0b).intoArray(y, yAt + L);
    FloatVector.fromArray(S, b, bAt + 2 * L).add(s1a).intoArray(y, yAt + 2 * L);
    FloatVector.fromArray(S, b, bAt + 3 * L).add(s1b).intoArray(y, yAt + 3 * L);
    FloatVector.fromArray(S, b, bAt + 4 * L).add(s2a).intoArray(y, yAt + 4 * L);
    FloatVector.fromArray(S, b, bAt + 5 * L).add(s2b).intoArray(y, yAt + 5 * L);
    FloatVector.fromArray(S, b, bAt + 6 * L).add(s3a).intoArray(y, yAt + 6 * L);
    FloatVector.fromArray(S, b, bAt + 7 * L).add(s3b).intoArray(y, yAt + 7 * L);
  }
}
