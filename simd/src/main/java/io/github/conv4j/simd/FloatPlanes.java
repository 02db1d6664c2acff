package io.github.conv4j.simd;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * Kernels of 3x3 on float32 planes where they lie, without a padded copy.
 *
 * <p>A vector of columns goes down the rows, and each row that is read serves all output rows that
 * see it. Rows outside the plane are read from zeros, columns outside are blended with zero.
 */
final class FloatPlanes {
  private static final VectorSpecies<Float> S = FloatVector.SPECIES_PREFERRED;
  private static final int L = S.length();

  /** The widest plane that is taken. */
  private static final int MOST_COLUMNS = 4096;

  /** The shortest rows of which two are put into a vector. */
  private static final int LEAST_COLUMNS = 4;

  private static final float[] ZEROS = new float[MOST_COLUMNS + 4 * L];

  /** For rows of n, half a vector of false, twice half a vector of n times true, and false. */
  private static final boolean[][] INSIDE = new boolean[L / 2][3 * L];

  /** From where on L of them hold a lower row alone, two rows, an upper row alone, or none. */
  private static final int LOWER = 0;

  private static final int BOTH = L / 2;
  private static final int UPPER = L;
  private static final int NEITHER = 3 * L / 2;

  /** The first, or the last, of L lanes, and then L times false. */
  private static final boolean[] FIRST_LANE = new boolean[2 * L];

  private static final boolean[] LAST_LANE = new boolean[2 * L];

  private static final VectorShuffle<Float> EVEN = VectorShuffle.fromOp(S, t -> 2 * t % L);
  private static final VectorShuffle<Float> ODD = VectorShuffle.fromOp(S, t -> (2 * t + 1) % L);
  private static final VectorMask<Float> SECOND_HALF = S.indexInRange(0, L / 2).not();

  /** Lane t holds lane t + 1. */
  private static final VectorShuffle<Float> NEXT = VectorShuffle.fromOp(S, t -> (t + 1) % L);

  /** Lane t holds lane t - 1. */
  private static final VectorShuffle<Float> PREVIOUS =
      VectorShuffle.fromOp(S, t -> (t + L - 1) % L);

  private static final VectorMask<Float> LAST = S.indexInRange(0, L - 1).not();

  static {
    for (int n = 1; n < L / 2; n++) {
      Arrays.fill(INSIDE[n], BOTH, BOTH + n, true);
      Arrays.fill(INSIDE[n], UPPER, UPPER + n, true);
    }
    FIRST_LANE[0] = true;
    LAST_LANE[L - 1] = true;
  }

  private FloatPlanes() {}

  static int filter3x3(
      float[] x,
      int at,
      int height,
      int width,
      int stride,
      float[] w,
      float[] bias,
      int channel,
      int planes,
      float[] y,
      int yAt,
      int yPlane,
      int n,
      int first,
      int rows,
      int end) {
    boolean isShort = stride == 1 && n >= LEAST_COLUMNS && n < L / 2 && rows == height;
    boolean wide = n >= L && width <= MOST_COLUMNS && (stride == 2 || Vectors.registers() >= 32);
    // A row is read with what lies before and behind it; short rows are also written so.
    int before = isShort ? width : 1;
    int behind = isShort ? L : 2;
    if (!(isShort || wide) || at < before) {
      return 0;
    }
    for (int c = 0; c < planes; c++) {
      int i = at + c * height * width;
      int to = yAt + c * yPlane;
      if (i + height * width + behind > x.length || (isShort && to + height * n + L > end)) {
        return c;
      }
      int k = (channel + c) * 9;
      float b = bias[channel + c];
      if (isShort) {
        shortRows(x, i, height, n, w, k, b, y, to);
      } else if (stride == 1) {
        slide(x, i, height, width, w, k, b, y, to, n, first, rows);
      } else {
        stride2(x, i, height, width, w, k, b, y, to, n, first, rows);
      }
    }
    return planes;
  }

  /** Two rows in a vector, with zeros behind each; what follows them is written over. */
  private static void shortRows(
      float[] x, int at, int height, int n, float[] w, int k, float b, float[] y, int yAt) {
    VectorShuffle<Float> spread = FloatFilters.ShortRows.SPREAD[L / 2][n];
    VectorShuffle<Float> gather = FloatFilters.ShortRows.GATHER[L / 2][n];
    boolean[] inside = INSIDE[n];
    FloatVector zero = FloatVector.zero(S);
    FloatVector w0 = FloatVector.broadcast(S, w[k]);
    FloatVector w1 = FloatVector.broadcast(S, w[k + 1]);
    FloatVector w2 = FloatVector.broadcast(S, w[k + 2]);
    FloatVector w3 = FloatVector.broadcast(S, w[k + 3]);
    FloatVector w4 = FloatVector.broadcast(S, w[k + 4]);
    FloatVector w5 = FloatVector.broadcast(S, w[k + 5]);
    FloatVector w6 = FloatVector.broadcast(S, w[k + 6]);
    FloatVector w7 = FloatVector.broadcast(S, w[k + 7]);
    FloatVector w8 = FloatVector.broadcast(S, w[k + 8]);
    // The rows above the two, and the one below the upper.
    FloatVector a1 =
        zero.blend(
            FloatVector.fromArray(S, x, at - n).rearrange(spread),
            VectorMask.fromArray(S, inside, LOWER));
    FloatVector a0 = a1.rearrange(PREVIOUS);
    FloatVector a2 = a1.rearrange(NEXT);
    for (int r = 0; r < height; r += 2) {
      int both = r + 1 < height ? BOTH : UPPER;
      FloatVector b1 =
          zero.blend(
              FloatVector.fromArray(S, x, at + r * n).rearrange(spread),
              VectorMask.fromArray(S, inside, both));
      FloatVector b0 = b1.rearrange(PREVIOUS);
      FloatVector b2 = b1.rearrange(NEXT);
      int below = r + 2 < height ? BOTH : r + 1 < height ? UPPER : NEITHER;
      FloatVector c1 =
          zero.blend(
              FloatVector.fromArray(S, x, at + (r + 1) * n).rearrange(spread),
              VectorMask.fromArray(S, inside, below));
      FloatVector c0 = c1.rearrange(PREVIOUS);
      FloatVector c2 = c1.rearrange(NEXT);
      FloatVector upper = w2.fma(a2, w1.fma(a1, w0.fma(a0, zero)));
      FloatVector middle = w5.fma(b2, w4.fma(b1, w3.fma(b0, upper)));
      FloatVector sum = w8.fma(c2, w7.fma(c1, w6.fma(c0, middle)));
      FloatVector.broadcast(S, b).add(sum).rearrange(gather).intoArray(y, yAt + r * n);
      a0 = c0;
      a1 = c1;
      a2 = c2;
    }
  }

  /** Two vectors of columns at a time: sums of one alone would wait for each other. */
  private static void slide(
      float[] x,
      int at,
      int height,
      int width,
      float[] w,
      int k,
      float b,
      float[] y,
      int yAt,
      int n,
      int first,
      int rows) {
    FloatVector zero = FloatVector.zero(S);
    FloatVector w0 = FloatVector.broadcast(S, w[k]);
    FloatVector w1 = FloatVector.broadcast(S, w[k + 1]);
    FloatVector w2 = FloatVector.broadcast(S, w[k + 2]);
    FloatVector w3 = FloatVector.broadcast(S, w[k + 3]);
    FloatVector w4 = FloatVector.broadcast(S, w[k + 4]);
    FloatVector w5 = FloatVector.broadcast(S, w[k + 5]);
    FloatVector w6 = FloatVector.broadcast(S, w[k + 6]);
    FloatVector w7 = FloatVector.broadcast(S, w[k + 7]);
    FloatVector w8 = FloatVector.broadcast(S, w[k + 8]);
    for (int j = 0; j < n; j += 2 * L) {
      // The last vectors begin earlier.
      int c = Math.min(j, n - L);
      int d = Math.min(j + L, n - L);
      VectorMask<Float> leftC = VectorMask.fromArray(S, FIRST_LANE, c == 0 ? 0 : L);
      VectorMask<Float> leftD = VectorMask.fromArray(S, FIRST_LANE, d == 0 ? 0 : L);
      VectorMask<Float> rightC = VectorMask.fromArray(S, LAST_LANE, c + L == width ? 0 : L);
      VectorMask<Float> rightD = VectorMask.fromArray(S, LAST_LANE, d + L == width ? 0 : L);
      // Sums of the row below the one that ends, and of the row below that.
      FloatVector p = zero;
      FloatVector q = zero;
      FloatVector r = zero;
      FloatVector s = zero;
      for (int row = first - 1; row <= first + rows; row++) {
        boolean inside = row >= 0 && row < height;
        float[] from = inside ? x : ZEROS;
        int i = inside ? at + row * width : 1;
        FloatVector a0 = FloatVector.fromArray(S, from, i + c - 1).blend(zero, leftC);
        FloatVector a1 = FloatVector.fromArray(S, from, i + c);
        FloatVector a2 = FloatVector.fromArray(S, from, i + c + 1).blend(zero, rightC);
        FloatVector b0 = FloatVector.fromArray(S, from, i + d - 1).blend(zero, leftD);
        FloatVector b1 = FloatVector.fromArray(S, from, i + d);
        FloatVector b2 = FloatVector.fromArray(S, from, i + d + 1).blend(zero, rightD);
        FloatVector endC = w8.fma(a2, w7.fma(a1, w6.fma(a0, p)));
        FloatVector endD = w8.fma(b2, w7.fma(b1, w6.fma(b0, q)));
        p = w5.fma(a2, w4.fma(a1, w3.fma(a0, r)));
        q = w5.fma(b2, w4.fma(b1, w3.fma(b0, s)));
        r = w2.fma(a2, w1.fma(a1, w0.fma(a0, zero)));
        s = w2.fma(b2, w1.fma(b1, w0.fma(b0, zero)));
        // What ends before the first row is written over by that.
        int to = yAt + Math.max(row - 1, first) * n;
        endC.add(b).intoArray(y, to + c);
        endD.add(b).intoArray(y, to + d);
      }
    }
  }

  private static void stride2(
      float[] x,
      int at,
      int height,
      int width,
      float[] w,
      int k,
      float b,
      float[] y,
      int yAt,
      int n,
      int first,
      int rows) {
    FloatVector zero = FloatVector.zero(S);
    FloatVector w0 = FloatVector.broadcast(S, w[k]);
    FloatVector w1 = FloatVector.broadcast(S, w[k + 1]);
    FloatVector w2 = FloatVector.broadcast(S, w[k + 2]);
    FloatVector w3 = FloatVector.broadcast(S, w[k + 3]);
    FloatVector w4 = FloatVector.broadcast(S, w[k + 4]);
    FloatVector w5 = FloatVector.broadcast(S, w[k + 5]);
    FloatVector w6 = FloatVector.broadcast(S, w[k + 6]);
    FloatVector w7 = FloatVector.broadcast(S, w[k + 7]);
    FloatVector w8 = FloatVector.broadcast(S, w[k + 8]);
    for (int j = 0; j < n; j += L) {
      int c = Math.min(j, n - L);
      VectorMask<Float> left = VectorMask.fromArray(S, FIRST_LANE, c == 0 ? 0 : L);
      VectorMask<Float> right = VectorMask.fromArray(S, LAST_LANE, 2 * (c + L) > width ? 0 : L);
      // The sum of the row that ends with the row read next.
      FloatVector sum = zero;
      for (int oh = first - 1; oh < first + rows; oh++) {
        boolean inside = oh >= 0;
        float[] from = inside ? x : ZEROS;
        int i = (inside ? at + 2 * oh * width : 1) + 2 * c;
        FloatVector l0 = FloatVector.fromArray(S, from, i - 1);
        FloatVector l1 = FloatVector.fromArray(S, from, i - 1 + L);
        FloatVector x0 =
            l0.rearrange(EVEN).blend(l1.rearrange(EVEN), SECOND_HALF).blend(zero, left);
        FloatVector x1 = l0.rearrange(ODD).blend(l1.rearrange(ODD), SECOND_HALF);
        FloatVector x2 = x0.rearrange(NEXT).blend(from[i - 1 + 2 * L], LAST).blend(zero, right);
        FloatVector middle = w5.fma(x2, w4.fma(x1, w3.fma(x0, sum)));
        boolean below = inside && 2 * oh + 1 < height;
        from = below ? x : ZEROS;
        i = (below ? at + (2 * oh + 1) * width : 1) + 2 * c;
        l0 = FloatVector.fromArray(S, from, i - 1);
        l1 = FloatVector.fromArray(S, from, i - 1 + L);
        x0 = l0.rearrange(EVEN).blend(l1.rearrange(EVEN), SECOND_HALF).blend(zero, left);
        x1 = l0.rearrange(ODD).blend(l1.rearrange(ODD), SECOND_HALF);
        x2 = x0.rearrange(NEXT).blend(from[i - 1 + 2 * L], LAST).blend(zero, right);
        FloatVector end = w8.fma(x2, w7.fma(x1, w6.fma(x0, middle)));
        sum = w2.fma(x2, w1.fma(x1, w0.fma(x0, zero)));
        end.add(b).intoArray(y, yAt + Math.max(oh, first) * n + c);
      }
    }
  }
}
