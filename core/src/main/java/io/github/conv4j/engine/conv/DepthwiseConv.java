package io.github.conv4j.engine.conv;

import io.github.conv4j.PaddingMode;
import io.github.conv4j.Tensor;
import io.github.conv4j.engine.ConvAlgorithm;
import io.github.conv4j.engine.ConvProblem;
import io.github.conv4j.engine.Parallel;
import io.github.conv4j.engine.WorkspacePool;
import io.github.conv4j.kernel.TileKernels;
import java.util.Locale;
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
 * numbers a tap meets are neighbours again. {@link TileKernels#filter} adds up, a kernel of many
 * taps in several partial sums.
 */
public final class DepthwiseConv implements ConvAlgorithm {
  /** Numbers in a copy of input rows. */
  private static final int BAND = 1 << 12;

  /** Output rows that are worth a larger copy: less of it is copied twice. */
  private static final int FEW_ROWS = 4;

  /** The most numbers of the rows that one output row needs. */
  private static final int MAX_COPY = 1 << 20;

  /** Columns that are worth being filtered where they lie. */
  private static final int IN_PLACE = 128;

  /** Output rows in a band that is filtered where it lies. */
  private static final int IN_PLACE_ROWS = 16;

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

    /** Output channels of an input channel. */
    private final int multiplier;

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

    /** Numbers in the padded input rows of a band. */
    private final int bandSize;

    /** Channels whose padded rows are laid out at a time. */
    private final int channels;

    /** Whether rows are copied as they are, between zeros. */
    private final boolean plain;

    /** Whether their even and odd columns are kept apart. */
    private final boolean parted;

    /** Input columns that taps meet, of those from the first on. */
    private final int columns;

    /** Taps in a partial sum. */
    private final int chunk;

    private final int[] offsets;

    /** Whether planes are filtered where they lie, if the kernels can. */
    private final boolean wholePlanes;

    /** Whether rows without padding above or below them are filtered where they lie. */
    private final boolean inPlace;

    private final EdgeColumns leftEdge;
    private final EdgeColumns rightEdge;
    private final int[] inPlaceOffsets;
    private final int[] leftOffsets;
    private final int[] rightOffsets;

    private final WorkspacePool<Workspace> workspaces = new WorkspacePool<>(Workspace::new);

    ChannelRunner(ConvProblem problem, Types<A> types, Tensor weight, Tensor bias) {
      this.p = problem;
      this.types = types;
      this.kernels = types.kernels();
      this.input = new InputRows<>(problem, kernels);
      this.weight = types.array(weight);
      this.bias = types.bias(bias, p);
      this.multiplier = p.outChannels() / p.groups();
      this.phases = new Phases(p.kernelWidth(), p.dilationWidth(), p.strideWidth());
      int stride = p.strideWidth();
      boolean zeros = p.paddingMode() == PaddingMode.ZEROS;
      this.parted = zeros && stride == 2 && phases.count == 2;
      this.plain = zeros && stride == 1;
      this.wholePlanes = zeros && multiplier == 1 && isPlain3x3(p);
      int width = p.outWidth() + phases.reach;
      int right = width - p.padLeft() - p.inWidth();
      int shareable = Math.min(Math.min(p.padLeft(), phases.reach), TileKernels.SLACK);
      if (parted) {
        // Whole vectors are written there.
        this.pitch = width + TileKernels.SLACK;
      } else {
        // Zeros on the right of a row may serve as those on the left of the next.
        this.pitch = plain && right > 0 && right <= shareable ? width - right : width;
      }
      this.columns = (int) Math.min(p.inWidth(), (long) stride * width - p.padLeft());
      this.leftEdge = EdgeColumns.left(p, phases.reach);
      this.rightEdge = EdgeColumns.right(p, phases.reach);
      boolean isLong = stride == 1 && rightEdge.first - leftEdge.count >= IN_PLACE;
      int rows = (p.kernelHeight() - 1) * p.dilationHeight();
      int perRow = pitch * phases.count;
      // In long: a stride may be as large as an int.
      long fitting = (BAND / perRow - rows - 1L) / p.strideHeight() + 1;
      int least = isLong ? IN_PLACE_ROWS : FEW_ROWS;
      boolean fewFit = ((least - 1L) * p.strideHeight() + rows + 1) * perRow <= MAX_COPY;
      this.bandRows =
          (int) Math.max(1, Math.min(p.outHeight(), Math.max(fitting, fewFit ? least : 1)));
      this.bands = Tiling.ceilDiv(Math.max(1, p.outHeight()), bandRows);
      this.inPlace = isLong && bands > 2;
      this.inputRows = (bandRows - 1) * p.strideHeight() + rows + 1;
      this.bandSize = inputRows * perRow;
      this.channels = bands > 1 ? 1 : Math.max(1, Math.min(p.inChannels(), BAND / bandSize));
      this.taskBands = Math.max(1, TASK / Math.max(1, bandRows * p.outWidth()));
      this.chunk = Tiling.chunk(p.taps());
      this.offsets = offsets(pitch);
      this.inPlaceOffsets = offsets(p.inWidth());
      this.leftOffsets = offsets(leftEdge.width);
      this.rightOffsets = offsets(rightEdge.width);
    }

    /** Returns whether 3x3 taps look one row and column beyond the plane, no more on any side. */
    private static boolean isPlain3x3(ConvProblem p) {
      int stride = p.strideWidth();
      return p.kernelHeight() == 3
          && p.kernelWidth() == 3
          && p.dilationHeight() == 1
          && p.dilationWidth() == 1
          && (stride == 1 || stride == 2)
          && p.strideHeight() == stride
          && p.padTop() == 1
          && p.padLeft() == 1
          && p.outHeight() == (p.inHeight() - 1) / stride + 1
          && p.outWidth() == (p.inWidth() - 1) / stride + 1;
    }

    /**
     * Filters some rows of planes of one image where they lie.
     *
     * @param lastPlane behind the last plane that the caller writes
     * @return how many planes the kernels took, from the first on
     */
    private int filterPlanes(A x, int plane, int planes, A y, int first, int rows, int lastPlane) {
      int planeOut = p.outHeight() * p.outWidth();
      return wholePlanes
          ? kernels.filterPlanes(
              x,
              plane * p.inHeight() * p.inWidth(),
              p.inHeight(),
              p.inWidth(),
              p.strideWidth(),
              weight,
              bias,
              plane % p.inChannels(),
              planes,
              y,
              plane * planeOut,
              planeOut,
              p.outWidth(),
              first,
              rows,
              lastPlane * planeOut)
          : 0;
    }

    /** Returns where each tap lies in rows of some length. */
    private int[] offsets(int rowLength) {
      int[] result = new int[p.taps()];
      for (int t = 0; t < result.length; t++) {
        int kh = t / p.kernelWidth();
        int kw = t % p.kernelWidth();
        // Parted rows have the even columns first.
        int phase = parted ? phases.start[phases.phase[kw]] : phases.phase[kw];
        int row = kh * p.dilationHeight() * phases.count + phase;
        result[t] = row * rowLength + phases.shift[kw];
      }
      return result;
    }

    /** What one thread needs to itself. */
    private final class Workspace {
      final TileKernels.Scratch scratch = kernels.newScratch();

      /**
       * The padded rows of some channels. Where the padding of a whole plane lies, it stays zero.
       */
      final A rows = kernels.newArray(channels * bandSize + 4 * TileKernels.SLACK);

      final A left = kernels.newArray(inPlace ? leftEdge.size(inputRows) : 0);
      final A right = kernels.newArray(inPlace ? rightEdge.size(inputRows) : 0);
    }

    @Override
    public String tiles() {
      return String.format(
          Locale.ROOT,
          "%d of up to %d rows of %d pixels in each channel; partial sums of %d products",
          bands,
          bandRows,
          p.outWidth(),
          chunk);
    }

    @Override
    public long workspaceBytes() {
      long numbers = (long) channels * bandSize;
      if (inPlace) {
        numbers += leftEdge.size(inputRows) + rightEdge.size(inputRows);
      }
      return numbers * p.dtype().bytes() + kernels.newScratch().bytes();
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
              int first = task * taskBands;
              compute(x, z, y, first, first + Math.min(taskBands, all - first), workspace);
            }
            workspaces.giveBack(workspace);
          });
    }

    /** Computes some bands, counted through the channels of the whole batch. */
    private void compute(A x, A z, A y, int from, int to, Workspace workspace) {
      if (bands > 1) {
        for (int i = from; i < to; i++) {
          computeBand(x, z, y, i / bands, i % bands * bandRows, workspace);
        }
        return;
      }
      int planeOut = p.outHeight() * p.outWidth() * multiplier;
      for (int plane = from; plane < to; ) {
        // Weights lie side by side for the channels of one image.
        int left = Math.min(to - plane, p.inChannels() - plane % p.inChannels());
        int done = filterPlanes(x, plane, left, y, 0, p.outHeight(), to);
        if (done > 0) {
          types.finish().apply(y, plane * planeOut, 0, 1, done * planeOut, z);
          plane += done;
          continue;
        }
        int count = Math.min(channels, left);
        readRows(x, plane, -p.padTop(), count, workspace.rows);
        filter(workspace.rows, plane, count, y, 0, p.outHeight(), workspace.scratch);
        types.finish().apply(y, plane * planeOut, 0, 1, count * planeOut, z);
        plane += count;
      }
    }

    /** Computes some rows of the output channels of one input channel. */
    private void computeBand(A x, A z, A y, int plane, int first, Workspace workspace) {
      int count = Math.min(bandRows, p.outHeight() - first);
      int ih = first * p.strideHeight() - p.padTop();
      int rows = (count - 1) * p.strideHeight() + (p.kernelHeight() - 1) * p.dilationHeight() + 1;
      boolean done = filterPlanes(x, plane, 1, y, first, count, plane) > 0;
      if (!done && inPlace && ih >= 0 && ih + rows <= p.inHeight()) {
        filterInPlace(x, plane, ih, rows, y, first, count, workspace);
      } else if (!done) {
        readRows(x, plane, ih, 1, workspace.rows);
        filter(workspace.rows, plane, 1, y, first, count, workspace.scratch);
      }
      int planeOut = p.outHeight() * p.outWidth();
      int at = plane * multiplier * planeOut + first * p.outWidth();
      types.finish().apply(y, at, planeOut, multiplier, count * p.outWidth(), z);
    }

    /** Filters padded rows of some channels. */
    private void filter(
        A rows, int plane, int count, A y, int first, int height, TileKernels.Scratch scratch) {
      int rowStep = p.strideHeight() * phases.count * pitch;
      int planeOut = p.outHeight() * p.outWidth();
      int width = p.outWidth();
      int channel = plane % p.inChannels() * multiplier;
      int at = plane * multiplier * planeOut + first * width;
      if (multiplier == 1) {
        kernels.filter(
            rows, 0, bandSize, rowStep, offsets, chunk, weight, bias, channel, count, y, at, width,
            width, height, scratch);
        return;
      }
      for (int i = 0; i < count * multiplier; i++) {
        kernels.filter(
            rows,
            i / multiplier * bandSize,
            0,
            rowStep,
            offsets,
            chunk,
            weight,
            bias,
            channel + i,
            1,
            y,
            at + i * planeOut,
            width,
            width,
            height,
            scratch);
      }
    }

    /** Filters rows without padding above or below them where they lie, but for the edges. */
    private void filterInPlace(
        A x, int plane, int ih, int rows, A y, int first, int count, Workspace workspace) {
      int start = (plane * p.inHeight() + ih) * p.inWidth();
      leftEdge.read(kernels, x, start, rows, workspace.left);
      rightEdge.read(kernels, x, start, rows, workspace.right);
      TileKernels.Scratch scratch = workspace.scratch;
      for (int m = 0; m < multiplier; m++) {
        int channel = plane % p.inChannels() * multiplier + m;
        int at = ((plane * multiplier + m) * p.outHeight() + first) * p.outWidth();
        if (leftEdge.count > 0) {
          filterColumns(
              workspace.left,
              0,
              leftEdge.width,
              leftOffsets,
              channel,
              y,
              at,
              leftEdge.count,
              count,
              scratch);
        }
        int from = start + leftEdge.count - p.padLeft();
        filterColumns(
            x,
            from,
            p.inWidth(),
            inPlaceOffsets,
            channel,
            y,
            at + leftEdge.count,
            rightEdge.first - leftEdge.count,
            count,
            scratch);
        if (rightEdge.count > 0) {
          filterColumns(
              workspace.right,
              0,
              rightEdge.width,
              rightOffsets,
              channel,
              y,
              at + rightEdge.first,
              rightEdge.count,
              count,
              scratch);
        }
      }
    }

    private void filterColumns(
        A x,
        int from,
        int rowLength,
        int[] taps,
        int channel,
        A y,
        int at,
        int n,
        int rows,
        TileKernels.Scratch scratch) {
      kernels.filter(
          x,
          from,
          0,
          p.strideHeight() * rowLength,
          taps,
          chunk,
          weight,
          bias,
          channel,
          1,
          y,
          at,
          p.outWidth(),
          n,
          rows,
          scratch);
    }

    /** Lays out the padded input rows of some channels from row {@code ih} on. */
    private void readRows(A x, int plane, int ih, int count, A rows) {
      int step = phases.count * pitch;
      if (!plain && !parted) {
        for (int r = 0; r < count * inputRows; r++) {
          for (int i = 0; i < phases.count; i++) {
            int iw = phases.start[i] - p.padLeft();
            int row = ih + r % inputRows;
            int to = r * step + i * pitch;
            input.copy(x, plane + r / inputRows, row, iw, p.strideWidth(), rows, to, pitch);
          }
        }
        return;
      }
      int above = Math.min(Math.max(0, -ih), inputRows);
      int inside = Math.min(Math.max(above, p.inHeight() - ih), inputRows);
      if (bands > 1) {
        kernels.clear(rows, 0, above * step);
        kernels.clear(rows, inside * step, inputRows * step);
      }
      if (columns <= 0) {
        return;
      }
      int fromStep = p.inWidth();
      int fromPlane = p.inHeight() * fromStep;
      int from = plane * fromPlane + (ih + above) * fromStep;
      int to = above * step;
      if (plain) {
        kernels.copyPlanes(
            x,
            from,
            fromStep,
            fromPlane,
            rows,
            to + p.padLeft(),
            step,
            bandSize,
            columns,
            inside - above,
            count);
        return;
      }
      int even = to + p.padLeft() % 2 * pitch + p.padLeft() / 2;
      int odd = to + (p.padLeft() + 1) % 2 * pitch + (p.padLeft() + 1) / 2;
      kernels.partPlanes(
          x,
          from,
          fromStep,
          fromPlane,
          rows,
          even,
          odd,
          step,
          bandSize,
          columns,
          inside - above,
          count);
    }
  }
}
