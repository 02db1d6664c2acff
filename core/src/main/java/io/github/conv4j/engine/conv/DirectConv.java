package io.github.conv4j.engine.conv;

import io.github.conv4j.Conv4j;
import io.github.conv4j.DType;
import io.github.conv4j.Tensor;
import io.github.conv4j.engine.ConvAlgorithm;
import io.github.conv4j.engine.ConvProblem;
import io.github.conv4j.engine.EpilogueKernels;
import io.github.conv4j.engine.Parallel;
import io.github.conv4j.kernel.Backend;
import io.github.conv4j.kernel.RowKernels;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Function;

/**
 * The general algorithm: takes every problem that has something to multiply.
 *
 * <p>The output pixels of one channel are cut into tiles. For a tile, each tap {@code (c, kh, kw)}
 * of the kernel meets one row of input numbers, one for each pixel of the tile; stride, padding and
 * dilation only decide where that row is gathered from. With the rows at hand, a tile of an output
 * channel is a sum of rows, each times one weight, which is what {@link RowKernels#addProducts}
 * computes for a block of output channels at once:
 *
 * <pre>
 * row[t][j]   = x[n, c, oh_j * stride_h - pad_top + kh * dilation_h, ow_j * stride_w - ...]
 * y[oc][j]    = bias[oc] + sum over t of w[oc][t] * row[t][j]         t counts (c, kh, kw)
 *               and then the epilogue, while the sums are at hand
 * </pre>
 *
 * <p>The rows of a tile are gathered once for up to {@value #CHANNEL_BLOCK} output channels, live
 * in the second-level cache, and are the only copy of the input ever made. Sums are cut into chunks
 * of {@value #CHUNK} products, each summed on its own and then added to the total: the rounding
 * error then grows with the number of chunks, not of products, and is about PyTorch's. Every
 * element is one chain in an order that the layer alone fixes; tiles, blocks and threads do not
 * touch it.
 */
public final class DirectConv implements ConvAlgorithm {
  /**
   * Products in one partial sum: few enough for PyTorch's accuracy ({@code AccuracyTest} measures
   * up to 4,800 products), and so many that adding up the partial sums costs nothing.
   */
  private static final int CHUNK = 144;

  /** Pixels in one tile: {@code CHUNK} rows of them take 288 KiB in float32. */
  private static final int TILE = 512;

  /** Output channels for which the rows of a tile are gathered once. */
  private static final int CHANNEL_BLOCK = 128;

  /**
   * Multiply-adds for each thread. They take some 50 microseconds, about what waking a thread does;
   * an estimate, no benchmark has tuned it yet.
   */
  private static final long WORK_PER_THREAD = 1_000_000;

  @Override
  public String name() {
    return "direct";
  }

  @Override
  public Optional<String> declines(ConvProblem problem) {
    return problem.taps() == 0 ? Optional.of("there is nothing to multiply") : Optional.empty();
  }

  @Override
  public Runner prepare(ConvProblem problem, Tensor weight, Tensor bias) {
    Backend backend = Backend.active();
    return problem.dtype() == DType.FLOAT32
        ? new TileRunner<>(
            problem,
            backend.floats(),
            EpilogueKernels.floats(problem.epilogue()),
            Tensor::floats,
            weight,
            bias)
        : new TileRunner<>(
            problem,
            backend.doubles(),
            EpilogueKernels.doubles(problem.epilogue()),
            Tensor::doubles,
            weight,
            bias);
  }

  /** The algorithm for one element type, {@code A} being its array. */
  private static final class TileRunner<A> implements Runner {
    private final ConvProblem p;
    private final RowKernels<A> kernels;
    private final EpilogueKernels<A> epilogue;
    private final Function<Tensor, A> storage;
    private final A weight;
    private final A bias;

    private final int tile;
    private final int tiles;
    private final int block;
    private final int blocks;
    private final int chunk;
    private final ConcurrentLinkedQueue<Workspace> idle = new ConcurrentLinkedQueue<>();

    TileRunner(
        ConvProblem problem,
        RowKernels<A> kernels,
        EpilogueKernels<A> epilogue,
        Function<Tensor, A> storage,
        Tensor weight,
        Tensor bias) {
      this.p = problem;
      this.kernels = kernels;
      this.epilogue = epilogue;
      this.storage = storage;
      this.weight = storage.apply(weight);
      this.bias = bias == null ? kernels.newRow(p.outChannels()) : storage.apply(bias);
      // An empty batch, which is explained but never run, may have images of any size.
      int pixels = (int) Math.min((long) p.outHeight() * p.outWidth(), Integer.MAX_VALUE);
      this.tile = Math.min(TILE, pixels);
      this.tiles = ceilDiv(pixels, tile);
      this.block = Math.min(CHANNEL_BLOCK, p.outChannels() / p.groups());
      this.blocks = ceilDiv(p.outChannels() / p.groups(), block);
      this.chunk = Math.min(CHUNK, p.taps());
    }

    private static int ceilDiv(int a, int b) {
      return (a - 1) / b + 1;
    }

    /** What one thread needs to itself. */
    private final class Workspace {
      /** For each tap of a chunk, what it meets at the pixels of the tile. */
      final A[] rows = kernels.newRows(chunk, tile);

      /** For each output channel of the block, its sums. */
      final A[] totals = kernels.newRows(block, tile);

      /** The sums of one chunk, for as many channels as the kernels work on at a time. */
      final A[] parts = kernels.newRows(2, tile);
    }

    @Override
    public long workspaceBytes() {
      return (long) (chunk + block + 2) * tile * p.dtype().bytes();
    }

    @Override
    public boolean readsResidualFirst() {
      return true;
    }

    @Override
    public void run(Tensor input, int batch, Tensor residual, Tensor output) {
      if (batch == 0) {
        return;
      }
      A x = storage.apply(input);
      A added = residual == null ? null : storage.apply(residual);
      A y = storage.apply(output);
      int tasks = batch * p.groups() * blocks * tiles;
      long worthwhile = 1 + batch * p.multiplyAdds() / WORK_PER_THREAD;
      Parallel.run(
          tasks,
          (int) Math.min(worthwhile, Integer.MAX_VALUE),
          queue -> {
            Workspace idleOne = idle.poll();
            Workspace workspace = idleOne == null ? new Workspace() : idleOne;
            for (int task = queue.next(); task >= 0; task = queue.next()) {
              int rest = task / tiles;
              int first = task % tiles * tile;
              computeTile(
                  x,
                  added,
                  y,
                  rest / (blocks * p.groups()),
                  rest / blocks % p.groups(),
                  rest % blocks * block,
                  first,
                  Math.min(tile, p.outHeight() * p.outWidth() - first),
                  workspace);
            }
            if (idle.size() < Conv4j.threads()) {
              idle.add(workspace);
            }
          });
    }

    /** Computes {@code n} pixels from {@code first} on, for one block of a group's channels. */
    private void computeTile(
        A x,
        A added,
        A y,
        int image,
        int group,
        int blockStart,
        int first,
        int n,
        Workspace workspace) {
      int groupOut = p.outChannels() / p.groups();
      int oc = group * groupOut + blockStart;
      int channels = Math.min(block, groupOut - blockStart);
      for (int m = 0; m < channels; m++) {
        kernels.fill(workspace.totals[m], n, bias, oc + m);
      }
      int taps = p.taps();
      for (int from = 0; from < taps; from += chunk) {
        int count = Math.min(chunk, taps - from);
        for (int t = 0; t < count; t++) {
          gatherTap(x, image, group, from + t, first, n, workspace.rows[t]);
        }
        kernels.addProducts(
            workspace.rows,
            count,
            weight,
            oc * taps + from,
            taps,
            workspace.totals,
            channels,
            n,
            workspace.parts);
      }
      int plane = p.outHeight() * p.outWidth();
      for (int m = 0; m < channels; m++) {
        int to = (image * p.outChannels() + oc + m) * plane + first;
        epilogue.apply(workspace.totals[m], 0, n, added, to);
        kernels.gather(workspace.totals[m], 0, 1, y, to, n);
      }
    }

    /** Gathers what one tap meets at {@code n} output pixels from {@code first} on. */
    private void gatherTap(A x, int image, int group, int tap, int first, int n, A row) {
      int kw = tap % p.kernelWidth();
      int kh = tap / p.kernelWidth() % p.kernelHeight();
      int c = group * p.channelsPerGroup() + tap / (p.kernelWidth() * p.kernelHeight());
      int plane = (image * p.inChannels() + c) * p.inHeight();
      int iw0 = kw * p.dilationWidth() - p.padLeft();
      int outWidth = p.outWidth();
      int oh = first / outWidth;
      int ow = first % outWidth;
      for (int done = 0; done < n; oh++) {
        int count = Math.min(outWidth - ow, n - done);
        int ih = oh * p.strideHeight() - p.padTop() + kh * p.dilationHeight();
        int source = p.paddingMode().source(ih, p.inHeight());
        if (source < 0) {
          kernels.clear(row, done, done + count);
        } else {
          int start = (plane + source) * p.inWidth();
          gatherRow(x, start, iw0 + ow * p.strideWidth(), row, done, count);
        }
        done += count;
        ow = 0;
      }
    }

    /**
     * Gathers {@code n} numbers, {@code strideWidth} apart, from an input row.
     *
     * @param start where the row starts in {@code x}
     * @param iw the first column, perhaps in the padding
     */
    private void gatherRow(A x, int start, int iw, A row, int to, int n) {
      int step = p.strideWidth();
      int width = p.inWidth();
      // In long: with a large stride, iw + step is more than an int.
      int left = iw >= 0 ? 0 : (int) Math.min(n, (-(long) iw + step - 1) / step);
      int inside = iw >= width ? 0 : (int) Math.min(n, ((long) width - 1 - iw) / step + 1);
      gatherPadding(x, start, iw, row, to, left);
      if (inside > left) {
        kernels.gather(x, start + iw + left * step, step, row, to + left, inside - left);
      }
      int right = Math.max(left, inside);
      gatherPadding(x, start, iw + right * step, row, to + right, n - right);
    }

    private void gatherPadding(A x, int start, int iw, A row, int to, int n) {
      for (int i = 0; i < n; i++) {
        int source = p.paddingMode().source(iw + i * p.strideWidth(), p.inWidth());
        if (source < 0) {
          kernels.clear(row, to + i, to + i + 1);
        } else {
          kernels.gather(x, start + source, 1, row, to + i, 1);
        }
      }
    }
  }
}
