package io.github.conv4j.engine.conv;

import io.github.conv4j.engine.ConvProblem;
import io.github.conv4j.kernel.TileKernels;

/**
 * Reads the padded input of a convolution, row by row: the one place where padding is made.
 *
 * @param <A> the array type
 */
final class InputRows<A> {
  private final ConvProblem p;
  private final TileKernels<A> kernels;

  /** What stands in columns of the padding. */
  private final A zeros;

  InputRows(ConvProblem problem, TileKernels<A> kernels) {
    this.p = problem;
    this.kernels = kernels;
    long reach = (long) p.kernelWidth() * p.dilationWidth();
    this.zeros = kernels.newArray((int) Math.min(p.inWidth(), reach));
  }

  /**
   * Copies what one tap meets at neighbouring output pixels, where there is no stride, the padding
   * is zeros and the output is as wide as the input: the plane, shifted, but for the columns that
   * come from the padding.
   *
   * @param x the input
   * @param plane which channel of the whole batch
   * @param dy the tap's row for output row 0, perhaps in the padding
   * @param dx the tap's column for output column 0, perhaps in the padding
   * @param first the first pixel
   * @param n how many pixels
   * @param target where they go
   * @param to the first one's place there
   */
  void copyShifted(A x, int plane, int dy, int dx, int first, int n, A target, int to) {
    int width = p.inWidth();
    int height = p.inHeight();
    if (dy >= height || -dy >= p.outHeight() || Math.abs(dx) >= width) {
      kernels.clear(target, to, to + n);
      return;
    }
    // The pixels that see rows of the input.
    int begin = Math.min(Math.max(first, -dy * width), first + n);
    int end = Math.max(begin, Math.min(first + n, (height - dy) * width));
    kernels.clear(target, to, to + begin - first);
    kernels.clear(target, to + end - first, to + n);
    // Not the first and the last ones, where they see columns outside.
    int shift = dy * width + dx;
    int from = Math.max(begin, -shift);
    int count = Math.min(end, height * width - shift) - from;
    if (count > 0) {
      int source = plane * height * width + from + shift;
      kernels.moveRows(x, source, 0, target, to + from - first, 0, count, 1);
    }
    if (dx < 0) {
      clearColumns(target, to - first, begin, end, 0, -dx);
    } else if (dx > 0) {
      clearColumns(target, to - first, begin, end, width - dx, dx);
    }
  }

  /** Clears {@code n} columns of the pixels from {@code begin} to {@code end}. */
  private void clearColumns(A target, int to, int begin, int end, int column, int n) {
    int width = p.inWidth();
    int row = begin / width;
    int at = row * width + column;
    if (at < begin) {
      kernels.clear(target, to + begin, to + Math.max(begin, Math.min(at + n, end)));
      at += width;
    }
    if (at + n <= end) {
      int whole = (end - at - n) / width + 1;
      kernels.moveRows(zeros, 0, 0, target, to + at, width, n, whole);
      at += whole * width;
    }
    if (at < end) {
      kernels.clear(target, to + at, to + end);
    }
  }

  /**
   * Copies numbers of one row, {@code step} columns apart.
   *
   * @param x the input
   * @param plane which channel of the whole batch
   * @param ih the row, perhaps in the padding
   * @param iw the first column, perhaps in the padding
   * @param step columns from one number to the next
   * @param target where they go
   * @param to the first one's place there
   * @param n how many
   */
  void copy(A x, int plane, int ih, int iw, int step, A target, int to, int n) {
    int source = source(ih, p.inHeight(), p.padBottom());
    if (source < 0) {
      kernels.clear(target, to, to + n);
      return;
    }
    int start = (plane * p.inHeight() + source) * p.inWidth();
    int width = p.inWidth();
    // In long: with a large step, iw + step is more than an int.
    int left = iw >= 0 ? 0 : (int) Math.min(n, (-(long) iw + step - 1) / step);
    int inside = iw >= width ? 0 : (int) Math.min(n, ((long) width - 1 - iw) / step + 1);
    copyPadding(x, start, iw, step, target, to, left);
    if (inside > left) {
      kernels.gather(x, start + iw + left * step, step, target, to + left, inside - left);
    }
    int right = Math.max(left, inside);
    copyPadding(x, start, iw + right * step, step, target, to + right, n - right);
  }

  private void copyPadding(A x, int start, int iw, int step, A target, int to, int n) {
    for (int i = 0; i < n; i++) {
      int source = source(iw + i * step, p.inWidth(), p.padRight());
      if (source < 0) {
        kernels.clear(target, to + i, to + i + 1);
      } else {
        kernels.gather(x, start + source, 1, target, to + i, 1);
      }
    }
  }

  /**
   * Returns where a padded row or column comes from, or -1 for zeros. Behind the padding, where a
   * tile may reach but no tap does, there are zeros.
   */
  private int source(int position, int size, int after) {
    return position >= size + after ? -1 : p.paddingMode().source(position, size);
  }
}
