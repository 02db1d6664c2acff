package io.github.conv4j.engine.conv;

import io.github.conv4j.Conv4j;
import io.github.conv4j.Tensor;
import io.github.conv4j.engine.ConvAlgorithm;
import io.github.conv4j.engine.ConvProblem;
import io.github.conv4j.engine.Parallel;
import io.github.conv4j.engine.WorkspacePool;
import io.github.conv4j.engine.conv.InputLayout.Kind;
import io.github.conv4j.kernel.TileKernels;
import java.util.Locale;
import java.util.Optional;

/**
 * The general algorithm: takes every problem that has something to multiply.
 *
 * <p>The output pixels of one channel are cut into bands of rows. For a band, each tap {@code (c,
 * kh, kw)} of the kernel meets one number of the input for each pixel:
 *
 * <pre>
 * q[t][j]   = x[n, c, oh_j * stride_h - pad_top + kh * dilation_h, ow_j * stride_w - ...]
 * y[oc][j]  = bias[oc] + sum over t of w[oc][t] * q[t][j]         t counts (c, kh, kw)
 * </pre>
 *
 * <p>which {@link TileKernels#multiply} adds up for a block of output channels at once. Nobody has
 * to write q down, for most of its rows are the same numbers, shifted: they are laid out once as a
 * <em>strip</em>, the padded input rows that the band needs, and a tap is an offset into the strip.
 * With a stride s the strip keeps columns {@code 0, s, 2s ..} side by side, then {@code 1, s + 1,
 * ..}, and so for rows, so that the numbers a tap meets are neighbours again.
 *
 * <p>A strip's rows are longer than the output's by the kernel's width, or by one side of the
 * padding where zeros on the right of a row serve as those on the left of the next. If rows are
 * long, each is multiplied by itself; if they are short, all at once, and what falls between two
 * rows is thrown away; if that would be more work, q is written down after all, as a
 * <em>panel</em>. {@link InputLayout} estimates which is the least.
 *
 * <p>Sums are cut into chunks of about 144 products, each summed on its own and then added to the
 * total: the rounding error then grows with the number of chunks, not of products, and is about
 * PyTorch's. Every element is one chain in an order that the layer alone fixes; bands, blocks and
 * threads do not touch it.
 */
public final class DirectConv implements ConvAlgorithm {
  /** The most sums in a workspace. */
  private static final int MAX_TOTALS = 1 << 18;

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
    return Types.of(
        problem,
        new Types.Maker<Runner>() {
          @Override
          public <A> Runner make(Types<A> types) {
            return new BandRunner<>(problem, types, weight, bias);
          }
        });
  }

  /** The algorithm for one element type, {@code A} being its array. */
  private static final class BandRunner<A> implements Runner {
    private final ConvProblem p;
    private final TileKernels<A> kernels;
    private final Types<A> types;
    private final InputRows<A> rows;
    private final A bias;

    private final PackedWeights<A> weights;

    private final int chunk;
    private final Phases phasesH;
    private final Phases phasesW;
    private final InputLayout layout;
    private final int tiles;
    private final int tile;
    private final int stripWidth;

    /** For each tap, where the first pixel's number lies in the strip or panel of its span. */
    private final int[] offsets;

    /** The most blocks of channels for which a tile is laid out once. */
    private final int mostBlocks;

    /** Taps for which the input is laid out at a time, some chunks. */
    private final int span;

    private final WorkspacePool<Workspace> workspaces = new WorkspacePool<>(Workspace::new);

    BandRunner(ConvProblem problem, Types<A> types, Tensor weight, Tensor bias) {
      this.p = problem;
      this.types = types;
      this.kernels = types.kernels();
      this.rows = new InputRows<>(problem, kernels);
      this.bias = types.bias(bias, p);
      this.chunk = Tiling.chunk(p.taps());
      this.phasesH = new Phases(p.kernelHeight(), p.dilationHeight(), p.strideHeight());
      this.phasesW = new Phases(p.kernelWidth(), p.dilationWidth(), p.strideWidth());

      this.span = Math.max(1, TileKernels.MAX_TAPS / 2 / chunk) * chunk;
      this.layout = new InputLayout(p, phasesH, phasesW, span, kernels.lanes(), kernels.tile());
      this.tiles = layout.tiles;
      this.tile = layout.tile;
      this.stripWidth = layout.width;
      this.offsets = layout.offsets();
      this.weights = new PackedWeights<>(problem, kernels, types.array(weight), tiles);
      int sums = layout.inPlace() ? 1 : weights.blockSize() * tile * stripWidth;
      this.mostBlocks = Math.min(weights.blocks(), Math.max(1, MAX_TOTALS / sums));
    }

    /** What one thread needs to itself. */
    private final class Workspace {
      final TileKernels.Scratch scratch = kernels.newScratch();
      final A input = kernels.newArray(inputLength());
      final A totals = kernels.newArray(totalsLength());
    }

    private int inputLength() {
      int numbers = layout.kind == Kind.PANEL ? span * tile : layout.channels * layout.plane;
      return numbers + 4 * TileKernels.SLACK;
    }

    private int totalsLength() {
      return layout.inPlace() ? 0 : mostBlocks * weights.blockSize() * tile * stripWidth;
    }

    @Override
    public String tiles() {
      return String.format(
          Locale.ROOT,
          "%d of up to %d %s x %d channels; partial sums of %d products",
          tiles,
          tile,
          layout.kind == Kind.PANEL ? "pixels" : "rows of " + p.outWidth() + " pixels",
          weights.blockSize(),
          chunk);
    }

    @Override
    public long workspaceBytes() {
      return ((long) inputLength() + totalsLength()) * p.dtype().bytes()
          + kernels.newScratch().bytes();
    }

    @Override
    public void run(Tensor input, int batch, Tensor residual, Tensor output) {
      if (batch == 0) {
        return;
      }
      A x = types.array(input);
      A z = types.array(residual);
      A y = types.array(output);
      int threads = Math.min(Tiling.threads(batch, p), Conv4j.threads());
      int shareBlocks = Tiling.ceilDiv(weights.blocks(), shares(batch, threads));
      int shares = Tiling.ceilDiv(weights.blocks(), shareBlocks);
      int perImage = p.groups() * shares * tiles;
      Parallel.run(
          Math.multiplyExact(batch, perImage),
          threads,
          queue -> {
            Workspace workspace = workspaces.take();
            for (int task = queue.next(); task >= 0; task = queue.next()) {
              int image = task / perImage;
              int firstBlock = task / tiles % shares * shareBlocks;
              int lastBlock = Math.min(firstBlock + shareBlocks, weights.blocks()) - 1;
              int group = task % perImage / (shares * tiles);
              int first = task % tiles * tile;
              new Task(x, z, y, image, group, firstBlock, lastBlock, first, workspace).compute();
            }
            workspaces.giveBack(workspace);
          });
    }

    /**
     * Returns into how many shares the blocks of channels are cut: as few as the workspace allows,
     * for each has to lay out its input again, but more if threads had nothing to do otherwise.
     */
    private int shares(int batch, int threads) {
      long tasks = (long) batch * p.groups() * tiles;
      int shares = Tiling.ceilDiv(weights.blocks(), mostBlocks);
      while (shares < weights.blocks()
          && tasks * shares < 4L * threads
          && tasks * shares % threads != 0) {
        shares++;
      }
      return shares;
    }

    /** The rows or pixels of one tile, for some blocks of a group's channels. */
    private final class Task {
      private final A x;
      private final A z;
      private final A y;
      private final int image;
      private final int group;
      private final int firstBlock;
      private final int lastBlock;
      private final int first;
      private final int count;
      private final int planeOut = p.outHeight() * p.outWidth();
      private final Workspace workspace;

      Task(
          A x,
          A z,
          A y,
          int image,
          int group,
          int firstBlock,
          int lastBlock,
          int first,
          Workspace workspace) {
        this.x = x;
        this.z = z;
        this.y = y;
        this.image = image;
        this.group = group;
        this.firstBlock = firstBlock;
        this.lastBlock = lastBlock;
        this.first = first;
        this.count = Math.min(tile, (layout.kind == Kind.PANEL ? planeOut : p.outHeight()) - first);
        this.workspace = workspace;
      }

      void compute() {
        for (int from = 0; from < p.taps(); from += span) {
          int end = Math.min(from + span, p.taps());
          if (layout.kind == Kind.PANEL) {
            fillPanel(x, image, group, from, end, first, count, workspace.input);
          } else {
            fillStrip(x, image, group, from, end, first, count, workspace.input);
          }
          for (int b = firstBlock; b <= lastBlock; b++) {
            multiplySpan(b, from, end);
          }
        }
        int pixels = layout.kind == Kind.PANEL ? count : count * p.outWidth();
        for (int b = firstBlock; b <= lastBlock; b++) {
          int channels = weights.channels(b);
          if (!layout.inPlace()) {
            copyTotals(totalsAt(b), outputAt(b), channels);
          }
          types.finish().apply(y, outputAt(b), planeOut, channels, pixels, z);
        }
      }

      /** Returns where the first number of a block lies in the output. */
      private int outputAt(int b) {
        int plane = image * p.outChannels() + weights.firstChannel(group, b);
        return plane * planeOut + (layout.kind == Kind.PANEL ? first : first * p.outWidth());
      }

      /** Returns where the first sum of a block lies in the workspace. */
      private int totalsAt(int b) {
        return (b - firstBlock) * weights.blockSize() * tile * stripWidth;
      }

      private void multiplySpan(int b, int from, int end) {
        switch (layout.kind) {
          case PANEL -> multiply(b, 0, from, end, y, outputAt(b), planeOut, count);
          case FLAT -> {
            int n = (count - 1) * stripWidth + p.outWidth();
            if (layout.inPlace()) {
              multiply(b, 0, from, end, y, outputAt(b), planeOut, n);
              return;
            }
            multiply(b, 0, from, end, workspace.totals, totalsAt(b), tile * stripWidth, n);
          }
          case ROWS -> {
            for (int r = 0; r < count; r++) {
              int at = outputAt(b) + r * p.outWidth();
              multiply(b, r * stripWidth, from, end, y, at, planeOut, p.outWidth());
            }
          }
        }
      }

      private void multiply(int b, int inputAt, int from, int end, A sums, int at, int row, int n) {
        kernels.multiply(
            weights.packed(),
            weights.at(group, b),
            p.taps(),
            weights.channels(b),
            workspace.input,
            inputAt,
            offsets,
            from,
            end,
            chunk,
            from == 0 ? bias : null,
            weights.firstChannel(group, b),
            sums,
            at,
            row,
            n,
            workspace.scratch);
      }

      /** Copies sums to the output, without what lies between two rows. */
      private void copyTotals(int from, int to, int channels) {
        int width = p.outWidth();
        for (int m = 0; m < channels; m++) {
          int at = from + m * tile * stripWidth;
          kernels.moveRows(
              workspace.totals, at, stripWidth, y, to + m * planeOut, width, width, count);
        }
      }
    }

    /** Lays out the padded input that a span of taps meets in some output rows. */
    private void fillStrip(
        A x, int image, int group, int from, int end, int first, int count, A strip) {
      int kernelArea = p.kernelHeight() * p.kernelWidth();
      int firstChannel = from / kernelArea;
      int lastChannel = (end - 1) / kernelArea;
      for (int c = firstChannel; c <= lastChannel; c++) {
        int plane = image * p.inChannels() + group * p.channelsPerGroup() + c;
        int to = (c - firstChannel) * layout.plane;
        if (layout.plain) {
          fillPlane(x, plane, first - p.padTop(), count + phasesH.reach, strip, to);
          continue;
        }
        for (int i = 0; i < phasesH.count; i++) {
          for (int j = 0; j < phasesW.count; j++) {
            for (int r = 0; r < count + phasesH.reach; r++) {
              int ih = (first + r) * p.strideHeight() - p.padTop() + phasesH.start[i];
              int iw = phasesW.start[j] - p.padLeft();
              rows.copy(x, plane, ih, iw, p.strideWidth(), strip, to + r * stripWidth, stripWidth);
            }
            to += layout.rows * stripWidth;
          }
        }
      }
    }

    /** Copies neighbouring rows of one channel, from {@code ih} on. */
    private void fillPlane(A x, int plane, int ih, int height, A strip, int to) {
      int above = Math.min(Math.max(0, -ih), height);
      int inside = Math.min(Math.max(above, p.inHeight() - ih), height);
      kernels.clear(strip, to, to + above * stripWidth);
      kernels.copyRows(
          x,
          (plane * p.inHeight() + ih + above) * p.inWidth(),
          p.inWidth(),
          strip,
          to + above * stripWidth + p.padLeft(),
          stripWidth,
          p.inWidth(),
          inside - above);
      kernels.clear(strip, to + inside * stripWidth, to + height * stripWidth);
    }

    /** Lays out what each tap of a span meets at {@code n} output pixels from {@code first} on. */
    private void fillPanel(
        A x, int image, int group, int from, int end, int first, int n, A panel) {
      for (int t = from; t < end; t++) {
        int dx = t % p.kernelWidth() * p.dilationWidth() - p.padLeft();
        int dy = t / p.kernelWidth() % p.kernelHeight() * p.dilationHeight() - p.padTop();
        int c = group * p.channelsPerGroup() + t / (p.kernelWidth() * p.kernelHeight());
        int plane = image * p.inChannels() + c;
        if (layout.shifted) {
          rows.copyShifted(x, plane, dy, dx, first, n, panel, offsets[t]);
        } else {
          fillRow(x, plane, dy, dx, first, n, panel, offsets[t]);
        }
      }
    }

    private void fillRow(A x, int plane, int dy, int dx, int first, int n, A panel, int to) {
      int oh = first / p.outWidth();
      int ow = first % p.outWidth();
      for (int done = 0; done < n; oh++) {
        int count = Math.min(p.outWidth() - ow, n - done);
        int ih = oh * p.strideHeight() + dy;
        int iw = ow * p.strideWidth() + dx;
        rows.copy(x, plane, ih, iw, p.strideWidth(), panel, to + done, count);
        done += count;
        ow = 0;
      }
    }
  }
}
