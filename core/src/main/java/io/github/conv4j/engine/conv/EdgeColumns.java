package io.github.conv4j.engine.conv;

import io.github.conv4j.engine.ConvProblem;
import io.github.conv4j.kernel.TileKernels;

/**
 * The outermost columns of a picture whose other columns are filtered where they lie: those whose
 * taps meet padding, and as many more as make a vector. They are copied with their padding.
 *
 * <p>Only for a stride of one column, and for rows that all lie in the input.
 */
final class EdgeColumns {
  /** The first output column. */
  final int first;

  /** How many output columns. */
  final int count;

  /** How many padded input columns they need. */
  final int width;

  private final ConvProblem p;

  /** The input column of the first padded one, perhaps in the padding. */
  private final int start;

  private EdgeColumns(ConvProblem problem, int first, int count, int reach) {
    this.p = problem;
    this.first = first;
    this.count = count;
    this.width = count + reach;
    this.start = first - p.padLeft();
  }

  /** Returns the columns on the left, none if nothing is added there. */
  static EdgeColumns left(ConvProblem p, int reach) {
    return new EdgeColumns(p, 0, count(p.padLeft()), reach);
  }

  /** Returns the columns on the right, none if nothing is added there. */
  static EdgeColumns right(ConvProblem p, int reach) {
    int count = count(p.padRight());
    return new EdgeColumns(p, p.outWidth() - count, count, reach);
  }

  private static int count(int padding) {
    return padding <= 0 ? 0 : Math.max(padding, TileKernels.SLACK);
  }

  /** Returns how many numbers some rows take. */
  int size(int rows) {
    return count == 0 ? 0 : rows * width + TileKernels.SLACK;
  }

  /**
   * Copies padded rows, {@link #width} numbers each.
   *
   * @param x the input
   * @param at where the first row's first column lies there
   * @param rows how many rows
   * @param target where they go, from index 0 on; zeros, or what was copied there before
   */
  <A> void read(TileKernels<A> kernels, A x, int at, int rows, A target) {
    if (count == 0) {
      return;
    }
    int before = Math.max(0, -start);
    int inside = Math.min(width, p.inWidth() - start);
    kernels.copyPlanes(
        x, at + start + before, p.inWidth(), 0, target, before, width, 0, inside - before, rows, 1);
    // The padding column by column; zeros are there already.
    for (int i = 0; i < width; i++) {
      int source = p.paddingMode().source(start + i, p.inWidth());
      if ((i < before || i >= inside) && source >= 0) {
        kernels.moveRows(x, at + source, p.inWidth(), target, i, width, 1, rows);
      }
    }
  }
}
