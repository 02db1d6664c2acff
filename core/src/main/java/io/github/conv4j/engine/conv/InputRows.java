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

  InputRows(ConvProblem problem, TileKernels<A> kernels) {
    this.p = problem;
    this.kernels = kernels;
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
