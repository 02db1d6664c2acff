package io.github.conv4j.simd;

import java.util.Arrays;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * Kernels of 3x3 on float64 planes where they lie, without a padded copy.
 *
 * <p>A vector of columns goes down the rows, and each row that is read serves all output rows that
 * see it. Rows outside the plane are read from zeros, columns outside are blended with zero.
 */
final class DoublePlanes {
  private static final VectorSpecies<Double> S = DoubleVector.SPECIES_PREFERRED;
  private static final int L = S.length();

  /** The widest plane that is taken. */
  private static final int MOST_COLUMNS = 4096;

  /** The shortest rows of which two are put into a vector. */
  private static final int LEAST_COLUMNS = 4;

  private static final double[] ZEROS = new double[MOST_COLUMNS + 4 * L];

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

  private static final VectorShuffle<Double> EVEN = VectorShuffle.fromOp(S, t -> 2 * t % L);
  private static final VectorShuffle<Double> ODD = VectorShuffle.fromOp(S, t -> (2 * t + 1) % L);
  private static final VectorMask<Double> SECOND_HALF = S.indexInRange(0, L / 2).not();

  /** Lane t holds lane t + 1. */
  private static final VectorShuffle<Double> NEXT = VectorShuffle.fromOp(S, t -> (t + 1) % L);

  /** Lane t holds lane t - 1. */
  private static final VectorShuffle<Double> PREVIOUS =
      VectorShuffle.fromOp(S, t -> (t + L - 1) % L);

  private static final VectorMask<Double> LAST = S.indexInRange(0, L - 1).not();

  static {
    for (int n = 1; n < L / 2; n++) {
      Arrays.fill(INSIDE[n], BOTH, BOTH + n, true);
      Arrays.fill(INSIDE[n], UPPER, UPPER + n, true);
    }
    FIRST_LANE[0] = true;
    LAST_LANE[L - 1] = true;
  }

  private DoublePlanes() {}

  static int filter3x3(
      double[] x,
      int at,
      int height,
      int width,
      int stride,
      double[] w,
      double[] bias,
      int channel,
      int planes,
      double[] y,
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
      double b = bias[channel + c];
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
      double[] x, int at, int height, int n, double[] w, int k, double b, double[] y, int yAt) {
    VectorShuffle<Double> spread = DoubleFilters.ShortRows.SPREAD[L / 2][n];
    VectorShuffle<Double> gather = DoubleFilters.ShortRows.GATHER[L / 2][n];
    boolean[] inside = INSIDE[n];
    DoubleVector zero = DoubleVector.zero(S);
    DoubleVector w0 = DoubleVector.broadcast(S, w[k]);
    DoubleVector w1 = DoubleVector.broadcast(S, w[k + 1]);
    DoubleVector w2 = DoubleVector.broadcast(S, w[k + 2]);
    DoubleVector w3 = DoubleVector.broadcast(S, w[k + 3]);
    DoubleVector w4 = DoubleVector.broadcast(S, w[k + 4]);
    DoubleVector w5 = DoubleVector.broadcast(S, w[k + 5]);
    DoubleVector w6 = DoubleVector.broadcast(S, w[k + 6]);
    DoubleVector w7 = DoubleVector.broadcast(S, w[k + 7]);
    DoubleVector w8 = DoubleVector.broadcast(S, w[k + 8]);
    // The rows above the two, and the one below the upper.
    DoubleVector a1 =
        zero.blend(
            DoubleVector.fromArray(S, x, at - n).rearrange(spread),
            VectorMask.fromArray(S, inside, LOWER));
    DoubleVector a0 = a1.rearrange(PREVIOUS);
    DoubleVector a2 = a1.rearrange(NEXT);
    for (int r = 0; r < height; r += 2) {
      int both = r + 1 < height ? BOTH : UPPER;
      DoubleVector b1 =
          zero.blend(
              DoubleVector.fromArray(S, x, at + r * n).rearrange(spread),
              VectorMask.fromArray(S, inside, both));
      DoubleVector b0 = b1.rearrange(PREVIOUS);
      DoubleVector b2 = b1.rearrange(NEXT);
      int below = r + 2 < height ? BOTH : r + 1 < height ? UPPER : NEITHER;
      DoubleVector c1 =
          zero.blend(
              DoubleVector.fromArray(S, x, at + (r + 1) * n).rearrange(spread),
              VectorMask.fromArray(S, inside, below));
      DoubleVector c0 = c1.rearrange(PREVIOUS);
      DoubleVector c2 = c1.rearrange(NEXT);
      DoubleVector upper = w2.fma(a2, w1.fma(a1, w0.fma(a0, zero)));
      DoubleVector middle = w5.fma(b2, w4.fma(b1, w3.fma(b0, upper)));
      DoubleVector sum = w8.fma(c2, w7.fma(c1, w6.fma(c0, middle)));
      DoubleVector.broadcast(S, b).add(sum).rearrange(gather).intoArray(y, yAt + r * n);
      a0 = c0;
      a1 = c1;
      a2 = c2;
    }
  }

  /** Two vectors of columns at a time: sums of one alone would wait for each other. */
  private static void slide(
      double[] x,
      int at,
      int height,
      int width,
      double[] w,
      int k,
      double b,
      double[] y,
      int yAt,
      int n,
      int first,
      int rows) {
    DoubleVector zero = DoubleVector.zero(S);
    DoubleVector w0 = DoubleVector.broadcast(S, w[k]);
    DoubleVector w1 = DoubleVector.broadcast(S, w[k + 1]);
    DoubleVector w2 = DoubleVector.broadcast(S, w[k + 2]);
    DoubleVector w3 = DoubleVector.broadcast(S, w[k + 3]);
    DoubleVector w4 = DoubleVector.broadcast(S, w[k + 4]);
    DoubleVector w5 = DoubleVector.broadcast(S, w[k + 5]);
    DoubleVector w6 = DoubleVector.broadcast(S, w[k + 6]);
    DoubleVector w7 = DoubleVector.broadcast(S, w[k + 7]);
    DoubleVector w8 = DoubleVector.broadcast(S, w[k + 8]);
    for (int j = 0; j < n; j += 2 * L) {
      // The last vectors begin earlier.
      int c = Math.min(j, n - L);
      int d = Math.min(j + L, n - L);
      VectorMask<Double> leftC = VectorMask.fromArray(S, FIRST_LANE, c == 0 ? 0 : L);
      VectorMask<Double> leftD = VectorMask.fromArray(S, FIRST_LANE, d == 0 ? 0 : L);
      VectorMask<Double> rightC = VectorMask.fromArray(S, LAST_LANE, c + L == width ? 0 : L);
      VectorMask<Double> rightD = VectorMask.fromArray(S, LAST_LANE, d + L == width ? 0 : L);
      // Sums of the row below the one that ends, and of the row below that.
      DoubleVector p = zero;
      DoubleVector q = zero;
      DoubleVector r = zero;
      DoubleVector s = zero;
      for (int row = first - 1; row <= first + rows; row++) {
        boolean inside = row >= 0 && row < height;
        double[] from = inside ? x : ZEROS;
        int i = inside ? at + row * width : 1;
        DoubleVector a0 = DoubleVector.fromArray(S, from, i + c - 1).blend(zero, leftC);
        DoubleVector a1 = DoubleVector.fromArray(S, from, i + c);
        DoubleVector a2 = DoubleVector.fromArray(S, from, i + c + 1).blend(zero, rightC);
        DoubleVector b0 = DoubleVector.fromArray(S, from, i + d - 1).blend(zero, leftD);
        DoubleVector b1 = DoubleVector.fromArray(S, from, i + d);
        DoubleVector b2 = DoubleVector.fromArray(S, from, i + d + 1).blend(zero, rightD);
        DoubleVector endC = w8.fma(a2, w7.fma(a1, w6.fma(a0, p)));
        DoubleVector endD = w8.fma(b2, w7.fma(b1, w6.fma(b0, q)));
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
      double[] x,
      int at,
      int height,
      int width,
      double[] w,
      int k,
      double b,
      double[] y,
      int yAt,
      int n,
      int first,
      int rows) {
    DoubleVector zero = DoubleVector.zero(S);
    DoubleVector w0 = DoubleVector.broadcast(S, w[k]);
    DoubleVector w1 = DoubleVector.broadcast(S, w[k + 1]);
    DoubleVector w2 = DoubleVector.broadcast(S, w[k + 2]);
    DoubleVector w3 = DoubleVector.broadcast(S, w[k + 3]);
    DoubleVector w4 = DoubleVector.broadcast(S, w[k + 4]);
    DoubleVector w5 = DoubleVector.broadcast(S, w[k + 5]);
    DoubleVector w6 = DoubleVector.broadcast(S, w[k + 6]);
    DoubleVector w7 = DoubleVector.broadcast(S, w[k + 7]);
    DoubleVector w8 = DoubleVector.broadcast(S, w[k + 8]);
    for (int j = 0; j < n; j += L) {
      int c = Math.min(j, n - L);
      VectorMask<Double> left = VectorMask.fromArray(S, FIRST_LANE, c == 0 ? 0 : L);
      VectorMask<Double> right = VectorMask.fromArray(S, LAST_LANE, 2 * (c + L) > width ? 0 : L);
      // The sum of the row that ends with the row read next.
      DoubleVector sum = zero;
      for (int oh = first - 1; oh < first + rows; oh++) {
        boolean inside = oh >= 0;
        double[] from = inside ? x : ZEROS;
        int i = (inside ? at + 2 * oh * width : 1) + 2 * c;
        DoubleVector l0 = DoubleVector.fromArray(S, from, i - 1);
        DoubleVector l1 = DoubleVector.fromArray(S, from, i - 1 + L);
        DoubleVector x0 =
            l0.rearrange(EVEN).blend(l1.rearrange(EVEN), SECOND_HALF).blend(zero, left);
        DoubleVector x1 = l0.rearrange(ODD).blend(l1.rearrange(ODD), SECOND_HALF);
        DoubleVector x2 = x0.rearrange(NEXT).blend(from[i - 1 + 2 * L], LAST).blend(zero, right);
        DoubleVector middle = w5.fma(x2, w4.fma(x1, w3.fma(x0, sum)));
        boolean below = inside && 2 * oh + 1 < height;
        from = below ? x : ZEROS;
        i = (below ? at + (2 * oh + 1) * width : 1) + 2 * c;
        l0 = DoubleVector.fromArray(S, from, i - 1);
        l1 = DoubleVector.fromArray(S, from, i - 1 + L);
        x0 = l0.rearrange(EVEN).blend(l1.rearrange(EVEN), SECOND_HALF).blend(zero, left);
        x1 = l0.rearrange(ODD).blend(l1.rearrange(ODD), SECOND_HALF);
        x2 = x0.rearrange(NEXT).blend(from[i - 1 + 2 * L], LAST).blend(zero, right);
        DoubleVector end = w8.fma(x2, w7.fma(x1, w6.fma(x0, middle)));
        sum = w2.fma(x2, w1.fma(x1, w0.fma(x0, zero)));
        end.add(b).intoArray(y, yAt + Math.max(oh, first) * n + c);
      }
    }
  }
}
