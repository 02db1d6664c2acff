package io.github.conv4j.engine.conv;

import io.github.conv4j.PaddingMode;
import io.github.conv4j.Tensor;
import io.github.conv4j.engine.ConvAlgorithm;
import io.github.conv4j.engine.ConvProblem;
import io.github.conv4j.engine.Parallel;
import io.github.conv4j.engine.WorkspacePool;
import io.github.conv4j.kernel.TileKernels;
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
 * <p>A strip's rows are longer than the output's by the kernel's width. If rows are long, each is
 * multiplied by itself; if they are short, all at once, and what falls between two rows is thrown
 * away; if that would be too much, q is written down after all, as a <em>panel</em>.
 *
 * <p>Sums are cut into chunks of about 144 products, each summed on its own and then added to the
 * total: the rounding error then grows with the number of chunks, not of products, and is about
 * PyTorch's. Every element is one chain in an order that the layer alone fixes; bands, blocks and
 * threads do not touch it.
 */
public final class DirectConv implements ConvAlgorithm {
  /** Output channels from which on a panel, made once for all of them, is cheaper than waste. */
  private static final int WORTH_A_PANEL = 16;

  /** The most numbers in a strip. */
  private static final int MAX_STRIP = 1 << 19;

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

  /** How the input of a band is laid out. */
  private enum Layout {
    /** A strip, multiplied one output row at a time. */
    ROWS,
    /** A strip, multiplied at once with what falls between its rows. */
    FLAT,
    /** One row for each tap. */
    PANEL
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
    private final Layout layout;

    /** Units of one image, for each of which the input is laid out: bands of rows, or pixels. */
    private final int tiles;

    /** Rows, or pixels with a panel, of a tile. */
    private final int tile;

    private final int stripWidth;
    private final int stripRows;
    private final int stripPlane;
    private final int stripChannels;

    /** For each tap, where the first pixel's number lies in the strip or panel of its chunk. */
    private final int[] offsets;

    /** Blocks of channels for which a tile is laid out once, and how many such shares there are. */
    private final int shareBlocks;

    private final int shares;

    /** Whether the rows of a strip are input rows as they are, between zeros. */
    private final boolean plain;

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

      int kernelArea = p.kernelHeight() * p.kernelWidth();
      this.stripChannels = Math.min(p.channelsPerGroup(), (chunk - 1) / kernelArea + 2);
      long width = (long) p.outWidth() + phasesW.reach;
      int lanes = kernels.lanes();
      long perRow = Math.min(width, Tiling.roundUp(p.outWidth(), lanes));
      int bandRows = (int) Math.max(1, Math.min(p.outHeight(), kernels.tile() / perRow));
      bandRows =
          Tiling.ceilDiv(
              Math.max(1, p.outHeight()), Tiling.ceilDiv(Math.max(1, p.outHeight()), bandRows));
      long planeRows = (long) bandRows + phasesH.reach;
      long plane = Tiling.roundUp(planeRows * width * phasesH.count * phasesW.count, 16) + 16;
      boolean wasteful =
          p.outChannels() / p.groups() >= WORTH_A_PANEL && perRow - p.outWidth() > p.outWidth() / 2;
      if (wasteful || plane * stripChannels > MAX_STRIP) {
        this.layout = Layout.PANEL;
        // An empty batch, which is explained but never run, may have images of any size.
        int pixels = (int) Math.min((long) p.outHeight() * p.outWidth(), Integer.MAX_VALUE);
        this.tiles = Tiling.count(pixels, kernels.tile());
        this.tile = Tiling.size(pixels, tiles, lanes);
        this.stripWidth = tile;
        this.stripRows = 0;
        this.stripPlane = tile;
      } else {
        this.layout = width <= Tiling.roundUp(p.outWidth(), lanes) ? Layout.FLAT : Layout.ROWS;
        this.tile = bandRows;
        this.tiles = Tiling.ceilDiv(p.outHeight(), bandRows);
        this.stripWidth = (int) width;
        this.stripRows = (int) planeRows;
        this.stripPlane = (int) plane;
      }
      this.offsets = layout == Layout.PANEL ? panelOffsets() : stripOffsets();

      this.weights = new PackedWeights<>(problem, kernels, types.array(weight), tiles);
      int sums = layout == Layout.FLAT ? weights.blockSize() * tile * stripWidth : 1;
      // With one tile, threads can only share the channels.
      int most = tiles > 1 ? Math.max(1, MAX_TOTALS / sums) : 1;
      this.shareBlocks = Math.min(weights.blocks(), most);
      this.shares = Tiling.ceilDiv(weights.blocks(), shareBlocks);
      this.plain =
          phasesH.count == 1
              && phasesW.count == 1
              && p.strideHeight() == 1
              && p.strideWidth() == 1
              && p.paddingMode() == PaddingMode.ZEROS
              && p.padLeft() + p.inWidth() <= stripWidth;
    }

    private int[] panelOffsets() {
      int[] result = new int[p.taps()];
      for (int t = 0; t < p.taps(); t++) {
        result[t] = t % chunk * tile;
      }
      return result;
    }

    private int[] stripOffsets() {
      int[] result = new int[p.taps()];
      int kernelArea = p.kernelHeight() * p.kernelWidth();
      for (int t = 0; t < p.taps(); t++) {
        int firstChannel = t / chunk * chunk / kernelArea;
        int kh = t / p.kernelWidth() % p.kernelHeight();
        int kw = t % p.kernelWidth();
        int phase = phasesH.phase[kh] * phasesW.count + phasesW.phase[kw];
        result[t] =
            (t / kernelArea - firstChannel) * stripPlane
                + (phase * stripRows + phasesH.shift[kh]) * stripWidth
                + phasesW.shift[kw];
      }
      return result;
    }

    /** What one thread needs to itself. */
    private final class Workspace {
      final TileKernels.Scratch scratch = kernels.newScratch();
      final A input = kernels.newArray(inputLength());
      final A totals = kernels.newArray(totalsLength());
    }

    private int inputLength() {
      return layout == Layout.PANEL
          ? chunk * tile
          : stripChannels * stripPlane + 4 * TileKernels.SLACK;
    }

    private int totalsLength() {
      return layout == Layout.FLAT ? shareBlocks * weights.blockSize() * tile * stripWidth : 0;
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
      int perImage = p.groups() * shares * tiles;
      Parallel.run(
          Math.multiplyExact(batch, perImage),
          Tiling.threads(batch, p),
          queue -> {
            Workspace workspace = workspaces.take();
            for (int task = queue.next(); task >= 0; task = queue.next()) {
              int image = task / perImage;
              int share = task / tiles % shares;
              int group = task % perImage / (shares * tiles);
              new Task(x, z, y, image, group, share, task % tiles * tile, workspace).compute();
            }
            workspaces.giveBack(workspace);
          });
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

      Task(A x, A z, A y, int image, int group, int share, int first, Workspace workspace) {
        this.x = x;
        this.z = z;
        this.y = y;
        this.image = image;
        this.group = group;
        this.firstBlock = share * shareBlocks;
        this.lastBlock = Math.min(firstBlock + shareBlocks, weights.blocks()) - 1;
        this.first = first;
        this.count = Math.min(tile, (layout == Layout.PANEL ? planeOut : p.outHeight()) - first);
        this.workspace = workspace;
      }

      void compute() {
        for (int from = 0; from < p.taps(); from += chunk) {
          int end = Math.min(from + chunk, p.taps());
          if (layout == Layout.PANEL) {
            fillPanel(x, image, group, from, end, first, count, workspace.input);
          } else {
            fillStrip(x, image, group, from, end, first, count, workspace.input);
          }
          for (int b = firstBlock; b <= lastBlock; b++) {
            multiplyChunk(b, from, end);
          }
        }
        int pixels = layout == Layout.PANEL ? count : count * p.outWidth();
        for (int b = firstBlock; b <= lastBlock; b++) {
          int channels = weights.channels(b);
          if (layout == Layout.FLAT) {
            copyTotals(totalsAt(b), outputAt(b), channels);
          }
          types.finish().apply(y, outputAt(b), planeOut, channels, pixels, z);
        }
      }

      /** Returns where the first number of a block lies in the output. */
      private int outputAt(int b) {
        int plane = image * p.outChannels() + weights.firstChannel(group, b);
        return plane * planeOut + (layout == Layout.PANEL ? first : first * p.outWidth());
      }

      /** Returns where the first sum of a block lies in the workspace. */
      private int totalsAt(int b) {
        return (b - firstBlock) * weights.blockSize() * tile * stripWidth;
      }

      private void multiplyChunk(int b, int from, int end) {
        switch (layout) {
          case PANEL -> multiply(b, 0, from, end, y, outputAt(b), planeOut, count);
          case FLAT -> {
            int n = (count - 1) * stripWidth + p.outWidth();
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

    /** Lays out the padded input that a chunk of taps meets in some output rows. */
    private void fillStrip(
        A x, int image, int group, int from, int end, int first, int count, A strip) {
      int kernelArea = p.kernelHeight() * p.kernelWidth();
      int firstChannel = from / kernelArea;
      int lastChannel = (end - 1) / kernelArea;
      for (int c = firstChannel; c <= lastChannel; c++) {
        int plane = image * p.inChannels() + group * p.channelsPerGroup() + c;
        int to = (c - firstChannel) * stripPlane;
        if (plain) {
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
            to += stripRows * stripWidth;
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

    /** Lays out what each tap of a chunk meets at {@code n} output pixels from {@code first} on. */
    private void fillPanel(
        A x, int image, int group, int from, int end, int first, int n, A panel) {
      for (int t = from; t < end; t++) {
        int kw = t % p.kernelWidth();
        int kh = t / p.kernelWidth() % p.kernelHeight();
        int c = group * p.channelsPerGroup() + t / (p.kernelWidth() * p.kernelHeight());
        int plane = image * p.inChannels() + c;
        int iw0 = kw * p.dilationWidth() - p.padLeft();
        int oh = first / p.outWidth();
        int ow = first % p.outWidth();
        for (int done = 0; done < n; oh++) {
          int count = Math.min(p.outWidth() - ow, n - done);
          int ih = oh * p.strideHeight() - p.padTop() + kh * p.dilationHeight();
          int iw = iw0 + ow * p.strideWidth();
          rows.copy(x, plane, ih, iw, p.strideWidth(), panel, offsets[t] + done, count);
          done += count;
          ow = 0;
        }
      }
    }
  }
}
