package io.github.conv4j.engine.conv;

import io.github.conv4j.PaddingMode;
import io.github.conv4j.engine.ConvProblem;

/**
 * How {@link FourierConv} cuts the outputs of a layer into tiles; a pure function of the layer.
 *
 * @param rows the vertical axis
 * @param columns the horizontal axis
 * @param cost multiply-adds for an image, numbers that are only moved counted as some
 */
record FourierTiles(Axis rows, Axis columns, long cost) {
  /** The longest transform: a matrix of two rows for each of its numbers is one product. */
  static final int LONGEST = 64;

  /** Multiply-adds that take as long as laying out one number. */
  private static final int MOVE = 32;

  /** Multiply-adds that take as long as one product of complex numbers by itself. */
  private static final int SINGLE = 64;

  /** Tiles whose product takes as long as that of fewer. */
  private static final int FEW = 16;

  /** The most bytes of transformed weights. */
  private static final long MOST_WEIGHTS = 40L << 20;

  /**
   * One axis of the tiles.
   *
   * @param size outputs of a tile
   * @param count tiles along the axis
   * @param length numbers of the transform, at least {@code size + kernel - 1}
   * @param seen inputs that a tile reads
   * @param first where those of the first tile begin; each other begins {@code size} further
   * @param shift where the first output of a tile lies in its transform
   */
  record Axis(int size, int count, int length, int seen, int first, int shift) {
    static Axis of(int size, int out, int in, int kernel, int padding, boolean zeros) {
      int count = Tiling.ceilDiv(out, size);
      int length = size + kernel - 1;
      // One tile sees all there is: the zeros around it need not be transformed.
      return count == 1 && zeros && in < length
          ? new Axis(size, 1, length, in, 0, -padding)
          : new Axis(size, count, length, length, -padding, 0);
    }
  }

  /** Returns how many complex numbers make the spectrum of a tile. */
  int frequencies() {
    return halfColumns() * rows.length;
  }

  /** Returns the columns of the spectrum; the others are their conjugates. */
  int halfColumns() {
    return columns.length / 2 + 1;
  }

  /** Returns the tiles of an image. */
  int count() {
    return rows.count * columns.count;
  }

  /**
   * Returns the cheapest tiles for a problem, or null if for any of them its kernel or all
   * transformed weights are too large.
   */
  static FourierTiles of(ConvProblem p) {
    boolean zeros = p.paddingMode() == PaddingMode.ZEROS;
    FourierTiles best = null;
    for (int height = sizes(p.outHeight(), p.kernelHeight()); height > 0; height--) {
      Axis rows = Axis.of(height, p.outHeight(), p.inHeight(), p.kernelHeight(), p.padTop(), zeros);
      for (int width = sizes(p.outWidth(), p.kernelWidth()); width > 0; width--) {
        Axis columns =
            Axis.of(width, p.outWidth(), p.inWidth(), p.kernelWidth(), p.padLeft(), zeros);
        if (weightBytes(p, rows, columns) > MOST_WEIGHTS) {
          continue;
        }
        long cost = cost(p, rows, columns);
        if (best == null || cost < best.cost) {
          best = new FourierTiles(rows, columns, cost);
        }
      }
    }
    return best;
  }

  private static int sizes(int out, int kernel) {
    return Math.min(out, LONGEST - kernel + 1);
  }

  private static long cost(ConvProblem p, Axis rows, Axis columns) {
    long half = columns.length / 2 + 1L;
    long input =
        2 * half * rows.seen * (columns.seen + 2L * rows.length)
            + (long) MOVE * rows.seen * columns.seen;
    long output =
        2 * half * rows.size * (2L * rows.length + columns.size)
            + (long) MOVE * rows.size * columns.size;
    long tiles = (long) rows.count * columns.count;
    long products =
        isDepthwise(p)
            ? tiles * SINGLE * p.outChannels()
            : 4L * p.inChannels() * p.outChannels() * Math.max(tiles, FEW);
    return (input * p.inChannels() + output * p.outChannels()) * tiles
        + products * half * rows.length;
  }

  private static long weightBytes(ConvProblem p, Axis rows, Axis columns) {
    long numbers = (columns.length / 2 + 1L) * rows.length;
    // Dense weights are packed as matrices of real numbers.
    long each = isDepthwise(p) ? 2 : 4L * p.inChannels();
    return each * p.outChannels() * numbers * p.dtype().bytes();
  }

  /** Returns whether each output channel has one input channel of its own. */
  static boolean isDepthwise(ConvProblem p) {
    return p.groups() == p.inChannels() && p.outChannels() == p.groups();
  }
}
