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
 * One input channel for each output channel: depthwise layers and filters of grey pictures.
 *
 * <p>With so few products for each number read, memory decides. Some rows of a channel are copied
 * between zeros, few enough to stay in the first-level cache, and a tap is an offset into them:
 *
 * <pre>
 * y[oc][r][j] = bias[oc] + sum over kh, kw of w[oc][kh][kw] * x[c][r * stride_h + kh * dilation_h][..]
 * </pre>
 *
 * <p>With a stride of columns, the copy keeps every stride-th column side by side, so that the
 * numbers a tap meets are neighbours again. {@link TileKernels#filter} adds up.
 */
public final class DepthwiseConv implements ConvAlgorithm {
  /** Numbers in a copy of input rows. */
  private static final int BAND = 1 << 12;

  /** Output rows that are worth a larger copy: less of it is copied twice. */
  private static final int FEW_ROWS = 4;

  /** The most numbers of the rows that one output row needs. */
  private static final int MAX_COPY = 1 << 20;

  /** Outputs in one task. */
  private static final int TASK = 1 << 15;

  @Override
  public String name() {
    return "depthwise";
  }

  @Override
  public Optional<String> declines(ConvProblem p) {
    if (p.channelsPerGroup() != 1) {
      return Optional.of("output channels have more than one input channel");
    }
    if (p.taps() == 0) {
      return Optional.of("there is nothing to multiply");
    }
    if (Tiling.chunk(p.taps()) < p.taps()) {
      return Optional.of("the kernel has so many taps that sums are cut");
    }
    Phases columns = new Phases(p.kernelWidth(), p.dilationWidth(), p.strideWidth());
    long rows = ((long) p.kernelHeight() - 1) * p.dilationHeight() + 1;
    long width = (long) p.outWidth() + columns.reach;
    if (rows * width * p.strideWidth() > MAX_COPY) {
      return Optional.of("the rows that one output row needs are too long");
    }
    return Optional.empty();
  }

  @Override
  public Runner prepare(ConvProblem problem, Tensor weight, Tensor bias) {
    return Types.of(
        problem,
        new Types.Maker<Runner>() {
          @Override
          public <A> Runner make(Types<A> types) {
            return new ChannelRunner<>(problem, types, weight, bias);
          }
        });
  }

  /** The algorithm for one element type, {@code A} being its array. */
  private static final class ChannelRunner<A> implements Runner {
    private final ConvProblem p;
    private final Types<A> types;
    private final TileKernels<A> kernels;
    private final InputRows<A> input;
    private final A weight;
    private final A bias;

    private final Phases phases;

    /** Output rows in a band, and bands in a channel. */
    private final int bandRows;

    private final int bands;

    /** Bands in a task. */
    private final int taskBands;

    /** Input rows of a band. */
    private final int inputRows;

    /** Numbers in one padded input row, or in one of its phases. */
    private final int pitch;

    /** Whether rows are copied as they are, between zeros; with stride 2 they are then parted. */
    private final boolean plain;

    /** Numbers of a padded row before it is parted. */
    private final int wholePitch;

    private final int[] offsets;
    private final WorkspacePool<Workspace> workspaces = new WorkspacePool<>(Workspace::new);

    ChannelRunner(ConvProblem problem, Types<A> types, Tensor weight, Tensor bias) {
      this.p = problem;
      this.types = types;
      this.kernels = types.kernels();
      this.input = new InputRows<>(problem, kernels);
      this.weight = types.array(weight);
      this.bias = types.bias(bias, p);
      this.phases = new Phases(p.kernelWidth(), p.dilationWidth(), p.strideWidth());
      int stride = p.strideWidth();
      boolean deinterleaved = stride == 2 && phases.count == 2;
      int width = p.outWidth() + phases.reach;
      int rows = (p.kernelHeight() - 1) * p.dilationHeight();
      int perRow = width * phases.count;
      // In long: a stride may be as large as an int.
      long fitting = (BAND / perRow - rows - 1L) / p.strideHeight() + 1;
      boolean fewFit = ((FEW_ROWS - 1L) * p.strideHeight() + rows + 1) * perRow <= MAX_COPY;
      this.bandRows =
          (int) Math.max(1, Math.min(p.outHeight(), Math.max(fitting, fewFit ? FEW_ROWS : 1)));
      this.bands = Tiling.ceilDiv(Math.max(1, p.outHeight()), bandRows);
      this.inputRows = (bandRows - 1) * p.strideHeight() + rows + 1;
      this.taskBands = Math.max(1, TASK / Math.max(1, bandRows * p.outWidth()));
      this.wholePitch = 2 * width;
      this.plain =
          p.paddingMode() == PaddingMode.ZEROS
              && p.padLeft() + p.inWidth() <= (deinterleaved ? wholePitch : width)
              && (stride == 1 || deinterleaved);
      // Whole vectors are written there.
      this.pitch = deinterleaved && plain ? width + TileKernels.SLACK : width;
      this.offsets = new int[p.taps()];
      for (int t = 0; t < offsets.length; t++) {
        int kh = t / p.kernelWidth();
        int kw = t % p.kernelWidth();
        int row = kh * p.dilationHeight() * phases.count + phase(kw);
        offsets[t] = row * pitch + phases.shift[kw];
      }
    }

    /** Returns where the phase of a tap lies: parted rows have the even columns first. */
    private int phase(int kw) {
      return plain && phases.count == 2 ? phases.start[phases.phase[kw]] : phases.phase[kw];
    }

    /** What one thread needs to itself. */
    private final class Workspace {
      final TileKernels.Scratch scratch = kernels.newScratch();
      final A rows = kernels.newArray(inputRows * phases.count * pitch + 4 * TileKernels.SLACK);

      /** Its padding stays zero. */
      final A whole =
          kernels.newArray(isParted() ? inputRows * wholePitch + 4 * TileKernels.SLACK : 0);
    }

    private boolean isParted() {
      return plain && phases.count == 2;
    }

    @Override
    public long workspaceBytes() {
      long whole = isParted() ? (long) inputRows * wholePitch : 0;
      return ((long) inputRows * phases.count * pitch + whole) * p.dtype().bytes()
          + kernels.newScratch().bytes();
    }

    @Override
    public void run(Tensor inputTensor, int batch, Tensor residual, Tensor output) {
      if (batch == 0) {
        return;
      }
      A x = types.array(inputTensor);
      A z = types.array(residual);
      A y = types.array(output);
      int all = Math.multiplyExact(Math.multiplyExact(batch, p.inChannels()), bands);
      Parallel.run(
          Tiling.ceilDiv(all, taskBands),
          Tiling.threads(batch, p),
          queue -> {
            Workspace workspace = workspaces.take();
            for (int task = queue.next(); task >= 0; task = queue.next()) {
              for (int i = task * taskBands; i < Math.min(all, (task + 1) * taskBands); i++) {
                computeBand(x, z, y, i / bands, i % bands * bandRows, workspace);
              }
            }
            workspaces.giveBack(workspace);
          });
    }

    /**
     * Computes some rows of the output channels of one input channel.
     *
     * @param plane which input channel of the whole batch
     */
    private void computeBand(A x, A z, A y, int plane, int first, Workspace workspace) {
      int count = Math.min(bandRows, p.outHeight() - first);
      readRows(x, plane, first * p.strideHeight() - p.padTop(), workspace);
      int multiplier = p.outChannels() / p.groups();
      int planeOut = p.outHeight() * p.outWidth();
      for (int m = 0; m < multiplier; m++) {
        int oc = plane % p.inChannels() * multiplier + m;
        int at = (plane * multiplier + m) * planeOut + first * p.outWidth();
        kernels.filter(
            workspace.rows,
            0,
            p.strideHeight() * phases.count * pitch,
            offsets,
            weight,
            oc * p.taps(),
            bias,
            oc,
            y,
            at,
            p.outWidth(),
            count,
            workspace.scratch);
        types.finish().apply(y, at, planeOut, 1, count * p.outWidth(), z);
      }
    }

    /** Lays out the padded input rows from {@code ih} on. */
    private void readRows(A x, int plane, int ih, Workspace workspace) {
      if (!plain) {
        for (int r = 0; r < inputRows; r++) {
          for (int i = 0; i < phases.count; i++) {
            int iw = phases.start[i] - p.padLeft();
            int to = (r * phases.count + i) * pitch;
            input.copy(x, plane, ih + r, iw, p.strideWidth(), workspace.rows, to, pitch);
          }
        }
        return;
      }
      A target = isParted() ? workspace.whole : workspace.rows;
      int step = isParted() ? wholePitch : pitch;
      int above = Math.min(Math.max(0, -ih), inputRows);
      int inside = Math.min(Math.max(above, p.inHeight() - ih), inputRows);
      kernels.clear(target, 0, above * step);
      kernels.copyRows(
          x,
          (plane * p.inHeight() + ih + above) * p.inWidth(),
          p.inWidth(),
          target,
          above * step + p.padLeft(),
          step,
          p.inWidth(),
          inside - above);
      kernels.clear(target, inside * step, inputRows * step);
      if (isParted()) {
        kernels.deinterleave(
            2, target, 0, step, workspace.rows, 0, pitch, wholePitch / 2, inputRows);
      }
    }
  }
}
