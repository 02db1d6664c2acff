package io.github.conv4j.operator;

import java.util.Arrays;

/** Sums and largest elements of float64 numbers, each in an order that the shape alone fixes. */
final class DoubleReductions {
  /** Columns that are summed side by side: half a cache line or one. */
  private static final int BLOCK = 8;

  private DoubleReductions() {}

  /**
   * Computes the outputs {@code from .. to - 1}, sums divided by a number. A run is summed as
   * {@link Sums} does, and the runs, or the elements of a column, one after the other, in float64.
   */
  static void sums(Reduction reduction, double divisor, double[] x, double[] y, int from, int to) {
    int columns = reduction.columns();
    for (int o = from; o < to; ) {
      int at = reduction.outputAt(o);
      if (columns == 1) {
        double total = 0;
        for (int r = 0; r < reduction.runs(); r++) {
          total += Sums.sum(x, at + reduction.runAt(r), reduction.run());
        }
        y[o++] = (total / divisor);
      } else {
        int column = o % columns;
        if (Math.min(columns - column, to - o) >= BLOCK) {
          sumColumns(reduction, divisor, x, at + column, y, o);
          o += BLOCK;
        } else {
          double total = 0;
          for (int r = 0; r < reduction.runs(); r++) {
            total += x[at + column + reduction.runAt(r)];
          }
          y[o++] = (total / divisor);
        }
      }
    }
  }

  private static void sumColumns(
      Reduction reduction, double divisor, double[] x, int xAt, double[] y, int yAt) {
    double s0 = 0;
    double s1 = 0;
    double s2 = 0;
    double s3 = 0;
    double s4 = 0;
    double s5 = 0;
    double s6 = 0;
    double s7 = 0;
    int runs = reduction.runs();
    for (int r = 0; r < runs; r++) {
      int at = xAt + reduction.runAt(r);
      s0 += x[at];
      s1 += x[at + 1];
      s2 += x[at + 2];
      s3 += x[at + 3];
      s4 += x[at + 4];
      s5 += x[at + 5];
      s6 += x[at + 6];
      s7 += x[at + 7];
    }
    y[yAt] = (s0 / divisor);
    y[yAt + 1] = (s1 / divisor);
    y[yAt + 2] = (s2 / divisor);
    y[yAt + 3] = (s3 / divisor);
    y[yAt + 4] = (s4 / divisor);
    y[yAt + 5] = (s5 / divisor);
    y[yAt + 6] = (s6 / divisor);
    y[yAt + 7] = (s7 / divisor);
  }

  /**
   * Finds the outputs {@code from .. to - 1}: of what comes together the first NaN, or else the
   * first of the largest.
   *
   * @param places where the place of each goes, counted among what comes together; or null
   */
  static void maxima(Reduction reduction, double[] x, double[] y, int[] places, int from, int to) {
    int columns = reduction.columns();
    for (int o = from; o < to; ) {
      int at = reduction.outputAt(o);
      if (columns == 1) {
        int place = place(reduction, x, at);
        y[o] = x[at + reduction.runAt(place / reduction.run()) + place % reduction.run()];
        if (places != null) {
          places[o] = place;
        }
        o++;
      } else {
        int column = o % columns;
        int n = Math.min(columns - column, to - o);
        maxColumns(reduction, x, at + column, y, places, o, n);
        o += n;
      }
    }
  }

  private static int place(Reduction reduction, double[] x, int xAt) {
    int run = reduction.run();
    double best = x[xAt];
    int place = 0;
    for (int r = 0; r < reduction.runs(); r++) {
      int at = xAt + reduction.runAt(r);
      for (int i = 0; i < run; i++) {
        double value = x[at + i];
        // False for a smaller one or an equal one, and for none that is NaN.
        if (!(value <= best)) {
          place = r * run + i;
          best = value;
          if (Double.isNaN(value)) {
            return place;
          }
        }
      }
    }
    return place;
  }

  private static void maxColumns(
      Reduction reduction, double[] x, int xAt, double[] y, int[] places, int yAt, int n) {
    System.arraycopy(x, xAt, y, yAt, n);
    if (places != null) {
      Arrays.fill(places, yAt, yAt + n, 0);
    }
    for (int r = 1; r < reduction.runs(); r++) {
      int at = xAt + reduction.runAt(r);
      for (int i = 0; i < n; i++) {
        double value = x[at + i];
        double best = y[yAt + i];
        if (!(value <= best) && !Double.isNaN(best)) {
          y[yAt + i] = value;
          if (places != null) {
            places[yAt + i] = r;
          }
        }
      }
    }
  }
}
