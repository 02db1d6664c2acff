package io.github.conv4j.engine.conv;

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

  /** Numbers behind the end of a strip, so that whole vectors can be read there. */
  private static final int SLACK = 64;

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
      return layout == Layout.PANEL ? chunk * tile : stripChannels * stripPlane + SLACK;
    }

    private int totalsLength() {
      return layout == Layout.FLAT ? weights.blockSize() * tile * stripWidth : 0;
    }

    @Override
    public long workspaceBytes() {
      return ((long) inputLength() + totalsLength()) * p.dtype().bytes()
          + workspaces.measure(w -> w.scratch.bytes());
    }

    @Override
    public void run(Tensor input, int batch, Tensor residual, Tensor output) {
      if (batch == 0) {
        return;
      }
      A x = types.array(input);
      A z = types.array(residual);
      A y = types.array(output);
      int tasks = Math.multiplyExact(batch * p.groups(), weights.blocks() * tiles);
      Parallel.run(
          tasks,
          Tiling.threads(batch, p),
          queue -> {
            Workspace workspace = workspaces.take();
            for (int task = queue.next(); task >= 0; task = queue.next()) {
              int rest = task / tiles;
              computeTile(
                  x,
                  z,
                  y,
                  rest / (weights.blocks() * p.groups()),
                  rest / weights.blocks() % p.groups(),
                  rest % weights.blocks(),
                  task % tiles * tile,
                  workspace);
            }
            workspaces.giveBack(workspace);
          });
    }

    /** Computes the rows or pixels from {@code first} on, for one block of a group's channels. */
    private void computeTile(
        A x, A z, A y, int image, int group, int b, int first, Workspace workspace) {
      int oc = weights.firstChannel(group, b);
      int channels = weights.channels(b);
      int planeOut = p.outHeight() * p.outWidth();
      int whole = layout == Layout.PANEL ? planeOut : p.outHeight();
      int count = Math.min(tile, whole - first);
      int to = (image * p.outChannels() + oc) * planeOut;
      for (int from = 0; from < p.taps(); from += chunk) {
        int end = Math.min(from + chunk, p.taps());
        A start = from == 0 ? bias : null;
        switch (layout) {
          case PANEL -> {
            fillPanel(x, image, group, from, end, first, count, workspace.input);
            multiply(
                group,
                b,
                channels,
                0,
                from,
                end,
                start,
                oc,
                y,
                to + first,
                planeOut,
                count,
                workspace);
          }
          case FLAT -> {
            fillStrip(x, image, group, from, end, first, count, workspace.input);
            int n = (count - 1) * stripWidth + p.outWidth();
            multiply(
                group,
                b,
                channels,
                0,
                from,
                end,
                start,
                oc,
                workspace.totals,
                0,
                tile * stripWidth,
                n,
                workspace);
          }
          case ROWS -> {
            fillStrip(x, image, group, from, end, first, count, workspace.input);
            for (int r = 0; r < count; r++) {
              int at = to + (first + r) * p.outWidth();
              multiply(
                  group,
                  b,
                  channels,
                  r * stripWidth,
                  from,
                  end,
                  start,
                  oc,
                  y,
                  at,
                  planeOut,
                  p.outWidth(),
                  workspace);
            }
          }
        }
      }
      int firstPixel = layout == Layout.PANEL ? first : first * p.outWidth();
      int pixels = layout == Layout.PANEL ? count : count * p.outWidth();
      if (layout == Layout.FLAT) {
        copyTotals(workspace.totals, y, to + firstPixel, channels, count);
      }
      types.finish().apply(y, to + firstPixel, planeOut, channels, pixels, z);
    }

    /** Copies sums to the output, without what lies between two rows. */
    private void copyTotals(A totals, A y, int to, int channels, int count) {
      int planeOut = p.outHeight() * p.outWidth();
      for (int m = 0; m < channels; m++) {
        for (int r = 0; r < count; r++) {
          kernels.gather(
              totals,
              (m * tile + r) * stripWidth,
              1,
              y,
              to + m * planeOut + r * p.outWidth(),
              p.outWidth());
        }
      }
    }

    private void multiply(
        int group,
        int b,
        int channels,
        int inputAt,
        int from,
        int end,
        A start,
        int oc,
        A y,
        int at,
        int row,
        int n,
        Workspace workspace) {
      kernels.multiply(
          weights.packed(),
          weights.at(group, b),
          p.taps(),
          channels,
          workspace.input,
          inputAt,
          offsets,
          from,
          end,
          false,
          start,
          oc,
          y,
          at,
          row,
          n,
          workspace.scratch);
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

  /** How the taps of one side of a kernel fall on every stride-th row or column. */
  private static final class Phases {
    /** For each tap, which of the sequences it reads. */
    final int[] phase;

    /** For each tap, how far into the sequence it begins. */
    final int[] shift;

    /** For each sequence, its first row or column. */
    final int[] start;

    /** How many sequences are read. */
    final int count;

    /** The largest shift. */
    final int reach;

    Phases(int kernel, int dilation, int stride) {
      phase = new int[kernel];
      shift = new int[kernel];
      int[] starts = new int[kernel];
      int found = 0;
      for (int k = 0; k < kernel; k++) {
        int position = k * dilation;
        int first = position % stride;
        int known = 0;
        while (known < found && starts[known] != first) {
          known++;
        }
        if (known == found) {
          starts[found++] = first;
        }
        phase[k] = known;
        shift[k] = position / stride;
      }
      start = starts;
      count = found;
      reach = shift[kernel - 1];
    }
  }
}
