package io.github.conv4j.operator;

import io.github.conv4j.DType;
import io.github.conv4j.Shape;
import io.github.conv4j.Tensor;
import io.github.conv4j.engine.WorkspacePool;
import io.github.conv4j.kernel.Backend;
import io.github.conv4j.kernel.TileKernels;

/**
 * The largest element of each window; NaN if there is one.
 *
 * <p>First the largest of each column of the windows of a row, for the whole row at once. Then the
 * first columns of all windows are copied side by side, and the second ones and so on, and compared
 * likewise: all loops are over neighbours.
 */
public final class MaxPool2dOperator extends Operator {
  /**
   * Rows of windows that are worked on together: what was just written can be read at other places
   * only a while later.
   */
  private static final int ROWS = 8;

  private final Window window;
  private volatile Scratch<?> lastScratch;

  /** Makes the operation. */
  public MaxPool2dOperator(Window window) {
    this.window = window;
  }

  @Override
  public String name() {
    return "max_pool2d";
  }

  @Override
  public Shape outputShape(Shape... inputs) {
    return window.outputShape(name(), inputs[0]);
  }

  @Override
  public void run(Tensor[] inputs, Tensor output) {
    if (output.dtype() == DType.FLOAT32) {
      run(Backend.active().floats(), inputs[0], inputs[0].floats(), output, output.floats());
    } else {
      run(Backend.active().doubles(), inputs[0], inputs[0].doubles(), output, output.doubles());
    }
  }

  private <A> void run(TileKernels<A> kernels, Tensor input, A x, Tensor output, A y) {
    int height = input.size(-2);
    int width = input.size(-1);
    int outHeight = output.size(-2);
    int outWidth = output.size(-1);
    int rows = output.numel() / outWidth;
    Scratch<A> scratch = scratch(kernels, width, outWidth);
    Blocks.run(
        rows,
        (long) window.kernelHeight() * width + (long) window.kernelWidth() * outWidth,
        (from, to) -> {
          Rows<A> some = scratch.rows().take();
          for (int row = from; row < to; row += ROWS) {
            int count = Math.min(ROWS, to - row);
            for (int r = 0; r < count; r++) {
              int plane = (row + r) / outHeight * height;
              some.down(x, plane, (row + r) % outHeight, height, r);
            }
            some.across(count, y, row * outWidth);
          }
          scratch.rows().giveBack(some);
        });
  }

  /** Returns scratch memory for rows of some length: as a rule that of the call before. */
  @SuppressWarnings("unchecked")
  private <A> Scratch<A> scratch(TileKernels<A> kernels, int width, int outWidth) {
    Scratch<?> last = lastScratch;
    if (last != null && last.fits(kernels, width, outWidth)) {
      return (Scratch<A>) last;
    }
    Scratch<A> made =
        new Scratch<>(
            kernels,
            width,
            outWidth,
            new WorkspacePool<>(() -> new Rows<>(kernels, width, outWidth)));
    lastScratch = made;
    return made;
  }

  /** Rows that nobody uses just now. */
  private record Scratch<A>(
      TileKernels<A> kernels, int width, int outWidth, WorkspacePool<Rows<A>> rows) {
    boolean fits(TileKernels<?> kernels, int width, int outWidth) {
      return kernels == this.kernels && width == this.width && outWidth == this.outWidth;
    }
  }

  /** A few rows, whatever the size of the batch. */
  private final class Rows<A> {
    private final TileKernels<A> kernels;
    private final int width;
    private final int outWidth;

    /** Columns with their padding. */
    private final int wide;

    /** For each row of windows the largest of each column, between columns of padding. */
    private final A columns;

    /** For each column of a window, what it has for all windows, side by side. */
    private final A parts;

    private final A largest;
    private final A spare;

    Rows(TileKernels<A> kernels, int width, int outWidth) {
      this.kernels = kernels;
      this.width = width;
      this.outWidth = outWidth;
      this.wide =
          Math.max((outWidth - 1) * window.strideWidth() + extent(), window.padWidth() + width);
      this.columns = kernels.newArray(ROWS * wide);
      this.parts = kernels.newArray(ROWS * window.kernelWidth() * outWidth);
      this.largest = kernels.newArray(ROWS * outWidth);
      this.spare = kernels.newArray(ROWS * wide);
      kernels.fill(columns, 0, ROWS * wide, Double.NEGATIVE_INFINITY);
    }

    /** Finds the largest of each column of one row of windows. */
    void down(A x, int plane, int oh, int height, int row) {
      int top = oh * window.strideHeight() - window.padHeight();
      int dilation = window.dilationHeight();
      // The rows of the window within the input.
      int first = top >= 0 ? 0 : (-top - 1) / dilation + 1;
      int last = Math.min(window.kernelHeight() - 1, Math.floorDiv(height - 1 - top, dilation));
      int to = row * wide + window.padWidth();
      if (first > last) {
        kernels.fill(columns, to, to + width, Double.NEGATIVE_INFINITY);
        return;
      }
      int from = (plane + top + first * dilation) * width;
      kernels.largest(x, from, dilation * width, last - first + 1, columns, to, spare, width);
    }

    /** Finds the largest of these for each window of some rows. */
    void across(int rows, A y, int to) {
      int n = rows * outWidth;
      for (int kw = 0; kw < window.kernelWidth(); kw++) {
        for (int r = 0; r < rows; r++) {
          int from = r * wide + kw * window.dilationWidth();
          int part = kw * n + r * outWidth;
          kernels.gather(columns, from, window.strideWidth(), parts, part, outWidth);
        }
      }
      kernels.largest(parts, 0, n, window.kernelWidth(), largest, 0, spare, n);
      kernels.moveRows(largest, 0, 0, y, to, 0, n, 1);
    }
  }

  private int extent() {
    return (window.kernelWidth() - 1) * window.dilationWidth() + 1;
  }
}
