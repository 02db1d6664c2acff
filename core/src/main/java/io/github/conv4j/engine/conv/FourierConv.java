package io.github.conv4j.engine.conv;

import io.github.conv4j.Accuracy;
import io.github.conv4j.Conv4j;
import io.github.conv4j.Tensor;
import io.github.conv4j.engine.ConvAlgorithm;
import io.github.conv4j.engine.ConvProblem;
import io.github.conv4j.engine.Parallel;
import io.github.conv4j.engine.WorkspacePool;
import io.github.conv4j.kernel.TileKernels;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicIntegerArray;

/**
 * Large kernels with stride 1, dense or depthwise, through discrete Fourier transforms: what is a
 * convolution of pixels is a product of frequencies.
 *
 * <p>The outputs are cut into tiles of S x S whose inputs, N = S + K - 1 numbers along each axis,
 * overlap (overlap-save; Oppenheim and Schafer, Discrete-Time Signal Processing). With F the matrix
 * of the transform and tiles d that a channel sees,
 *
 * <pre>
 * V[k][c][tile]  = number k of F d F'             half of the spectrum: d is real
 * U[k][oc][c]    = number k of conj(F) g conj(F)' / N^2   g: the weights between zeros, once
 * M[k][oc][tile] = sum over c of U[k][oc][c] * V[k][c][tile]
 * y[oc][tile]    = the S x S first numbers of conj(F) M conj(F)', plus bias[oc]
 * </pre>
 *
 * <p>N is at most {@value FourierTiles#LONGEST}, and so short a transform is a product with the
 * matrix itself, by {@link TileKernels#multiply}: several times the operations of butterflies, but
 * as fast as products are, and summed in the order that is fixed there. It needs no power of two,
 * so N is what the layer asks for, and neither inputs that are padding nor outputs that would be
 * thrown away are computed. The sums over the channels of a dense layer are real products, of
 * matrices [Ur -Ui; Ui Ur].
 *
 * <p>Every output depends with its rounding on all of its tile, so this is for {@link
 * Accuracy#FAST}. An image whose result is not finite is computed again by {@link DirectConv}.
 */
public final class FourierConv implements ConvAlgorithm {
  /** The most channels in one partial sum of complex products. */
  private static final int CHUNK = 96;

  /** The most products in one partial sum of a transform: all. */
  private static final int TRANSFORM_CHUNK = 4 * FourierTiles.LONGEST;

  /** The least pixels of a kernel. */
  private static final int LEAST_KERNEL = 49;

  /** Tiles, of all channels, that are transformed at a time. */
  private static final int LANES = 32;

  /** Bytes of the spectra of a block of tiles, if that makes {@link #LANES} of them. */
  private static final int CACHE = 1 << 20;

  /** The most bytes of spectra in a workspace, which has at most 16 MiB with all else. */
  private static final int MAX_TABLES = 8 << 20;

  /**
   * How many multiply-adds {@link DirectConv} does in the time of one of {@link FourierTiles#cost}:
   * measured.
   */
  private static final double DIRECT = 2.5;

  /** How many {@link DepthwiseConv} does in that time: it has no sums of channels to share. */
  private static final double DEPTHWISE = 0.5;

  private static final int[] ORIGIN = {0};

  @Override
  public String name() {
    return "fourier";
  }

  @Override
  public Optional<String> declines(ConvProblem p) {
    if (p.accuracy() != Accuracy.FAST) {
      return Optional.of("it rounds more than the accuracy allows");
    }
    if (p.strideHeight() != 1 || p.strideWidth() != 1) {
      return Optional.of("the stride is not 1");
    }
    if (p.dilationHeight() != 1 || p.dilationWidth() != 1) {
      return Optional.of("the kernel is dilated");
    }
    if (p.kernelHeight() * (long) p.kernelWidth() < LEAST_KERNEL) {
      return Optional.of("the kernel is too small to make up for the transforms");
    }
    if (p.kernelHeight() > FourierTiles.LONGEST / 2 || p.kernelWidth() > FourierTiles.LONGEST / 2) {
      return Optional.of("the kernel is too large for a tile");
    }
    if (p.inChannels() == 0 || p.outHeight() == 0 || p.outWidth() == 0) {
      return Optional.of("there is nothing to multiply");
    }
    if (p.groups() != 1 && !FourierTiles.isDepthwise(p)) {
      return Optional.of("there are several groups, of several channels");
    }
    FourierTiles tiles = FourierTiles.of(p);
    if (tiles == null) {
      return Optional.of("the transformed weights would take more than 40 MiB");
    }
    if (!FourierTiles.isDepthwise(p) && tileBytes(p, tiles) > MAX_TABLES) {
      return Optional.of("a tile takes more than 16 MiB of workspace");
    }
    return Optional.empty();
  }

  @Override
  public Optional<String> wouldNotPay(ConvProblem p) {
    double cost = FourierTiles.of(p).cost();
    if (FourierTiles.isDepthwise(p)) {
      // Vectors are filled with channels.
      cost *= DEPTHWISE * LANES / Math.min(LANES, p.inChannels());
    } else {
      cost *= DIRECT;
    }
    return cost < p.multiplyAdds()
        ? Optional.empty()
        : Optional.of("the transforms take longer than the products that they save");
  }

  /** Returns the bytes of all channels' spectra of a tile. */
  private static long tileBytes(ConvProblem p, FourierTiles tiles) {
    return 2L * (p.inChannels() + p.outChannels()) * tiles.frequencies() * p.dtype().bytes();
  }

  @Override
  public Runner prepare(ConvProblem problem, Tensor weight, Tensor bias) {
    return Types.of(
        problem,
        new Types.Maker<Runner>() {
          @Override
          public <A> Runner make(Types<A> types) {
            return new SpectrumRunner<>(problem, types, weight, bias);
          }
        });
  }

  /** The algorithm for one element type, {@code A} being its array. */
  private static final class SpectrumRunner<A> implements Runner {
    private final ConvProblem p;
    private final Types<A> types;
    private final TileKernels<A> kernels;
    private final InputRows<A> input;
    private final ComputedAgain<A> again;
    private final A bias;
    private final boolean depthwise;
    private final FourierTiles tiles;
    private final FourierTiles.Axis rows;
    private final FourierTiles.Axis columns;
    private final int half;

    /** The most tiles and channels of a block. */
    private final int blockTiles;

    private final int blockChannels;

    /** Blocks of channels: several if they have nothing to do with each other. */
    private final int channelBlocks;

    /** How far the imaginary parts lie behind the real ones, and the next frequency, in planes. */
    private final int part;

    private final int step;

    /** The most tiles of all channels that are transformed at a time. */
    private final int lanes;

    private final Matrix<A> rowSpectrum;
    private final Matrix<A> columnSpectrum;
    private final Matrix<A> columnOutputs;
    private final Matrix<A> rowOutputs;

    private final FourierWeights<A> weights;
    private final int chunk;

    private final A zeros;
    private final A ones;
    private final WorkspacePool<Workspace> workspaces = new WorkspacePool<>(Workspace::new);

    SpectrumRunner(ConvProblem problem, Types<A> types, Tensor weight, Tensor bias) {
      this.p = problem;
      this.types = types;
      this.kernels = types.kernels();
      this.input = new InputRows<>(problem, kernels);
      this.again = new ComputedAgain<>(problem, types, weight, bias);
      this.bias = types.bias(bias, p);
      this.depthwise = FourierTiles.isDepthwise(p);
      this.tiles = FourierTiles.of(p);
      this.rows = tiles.rows();
      this.columns = tiles.columns();
      this.half = tiles.halfColumns();
      this.channelBlocks = depthwise ? Tiling.ceilDiv(p.inChannels(), LANES) : 1;
      this.blockChannels = Tiling.ceilDiv(p.inChannels(), channelBlocks);
      long bytes = tileBytes(p, tiles);
      this.blockTiles =
          depthwise ? 1 : (int) Math.min(Math.max(CACHE / bytes, LANES), MAX_TABLES / bytes);
      this.part = depthwise ? rows.length() : 1;
      this.step = depthwise ? 1 : 2;
      this.lanes = Math.max(LANES, blockTiles);
      this.rowSpectrum = matrix(FourierMatrices.rowSpectrum(columns), columns.seen());
      this.columnSpectrum =
          matrix(FourierMatrices.columnSpectrum(rows, part, step), 2 * rows.seen());
      this.columnOutputs =
          matrix(FourierMatrices.columnOutputs(rows, part, step), 2 * rows.length());
      this.rowOutputs = matrix(FourierMatrices.rowOutputs(columns), 2 * half);
      this.chunk = Tiling.chunk(2 * p.inChannels(), CHUNK);
      this.zeros = kernels.newArray(TileKernels.MAX_ROWS);
      this.ones = types.rounded(filled(p.outChannels()));
      this.weights =
          depthwise
              ? FourierWeights.single(p, tiles, types, weight, blockChannels)
              : FourierWeights.packed(p, tiles, types, weight);
    }

    private static double[] filled(int n) {
      double[] ones = new double[n];
      Arrays.fill(ones, 1);
      return ones;
    }

    /** A matrix, packed for products. */
    private record Matrix<A>(A packed, int rows, int taps, int chunk) {}

    private Matrix<A> matrix(double[] numbers, int taps) {
      int count = numbers.length / taps;
      A packed = kernels.newArray(kernels.packedLength(count, taps));
      kernels.pack(types.rounded(numbers), 0, count, taps, packed, 0);
      return new Matrix<>(packed, count, taps, Tiling.chunk(taps, TRANSFORM_CHUNK));
    }

    /** Numbers between the rows of tiles, in rows of theirs; odd, for the sets of the cache. */
    private int pitch() {
      return Math.max(columns.seen(), columns.size()) / 2 * 2 + 1;
    }

    private int tileNumbers() {
      int pixels = Math.max(columns.seen() * rows.seen(), columns.size() * rows.size());
      return pixels * lanes + TileKernels.SLACK;
    }

    private int halfNumbers() {
      return 2 * half * Math.max(rows.seen(), rows.size()) * lanes + TileKernels.SLACK;
    }

    private int inNumbers() {
      return 2 * tiles.frequencies() * blockChannels * blockTiles + TileKernels.SLACK;
    }

    private int outNumbers() {
      int channels = depthwise ? 0 : p.outChannels();
      return 2 * tiles.frequencies() * channels * blockTiles + TileKernels.SLACK;
    }

    private int lineNumbers() {
      return lanes * pitch() + 4 * TileKernels.SLACK;
    }

    /** What a thread needs for a block of tiles. */
    private final class Workspace {
      final TileKernels.Scratch scratch = kernels.newScratch();

      /** Pixels of tiles: column by column, then row by row, then tile by tile. */
      final A pixels = kernels.newArray(tileNumbers());

      /** Spectra of rows: frequency by frequency, real and imaginary, then the same. */
      final A across = kernels.newArray(halfNumbers());

      final A in = kernels.newArray(inNumbers());
      final A out = depthwise ? in : kernels.newArray(outNumbers());

      /** One row of each tile. */
      final A line = kernels.newArray(lineNumbers());

      final A finished = kernels.newArray(lineNumbers());

      final int[] offsets = new int[4 * FourierTiles.LONGEST + 2 * p.inChannels()];
    }

    @Override
    public String tiles() {
      return String.format(
          Locale.ROOT,
          "%d of up to %dx%d pixels, %d at a time x %d channels",
          tiles.count(),
          rows.size(),
          columns.size(),
          blockTiles,
          blockChannels);
    }

    @Override
    public long workspaceBytes() {
      long numbers =
          (long) tileNumbers() + halfNumbers() + inNumbers() + outNumbers() + 2L * lineNumbers();
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
      int threads = Math.min(Tiling.threads(batch, p), Conv4j.threads());
      int all = Math.multiplyExact(batch, tiles.count());
      int least = Tiling.ceilDiv(all, blockTiles);
      int blocks = Math.min(all, (int) Tiling.roundUp(least, threads));
      int size = Tiling.ceilDiv(all, blocks);
      int tasks = Tiling.ceilDiv(all, size);
      AtomicIntegerArray spoilt = new AtomicIntegerArray(batch);
      Parallel.run(
          Math.multiplyExact(tasks, channelBlocks),
          threads,
          queue -> {
            Workspace workspace = workspaces.take();
            for (int task = queue.next(); task >= 0; task = queue.next()) {
              // Neighbours share their weights.
              int first = task % tasks * size;
              int count = Math.min(size, all - first);
              new Block(x, z, y, workspace, spoilt, task / tasks, first, count).compute();
            }
            workspaces.giveBack(workspace);
          });
      again.run(spoilt, inputTensor, residual, output);
    }

    /** Some tiles, numbered through the images of a batch, of some channels. */
    private final class Block {
      private final A x;
      private final A z;
      private final A y;
      private final Workspace space;
      private final AtomicIntegerArray spoilt;
      private final int block;
      private final int firstTile;
      private final int count;

      /** Channels that are transformed at a time. */
      private final int most;

      Block(
          A x,
          A z,
          A y,
          Workspace space,
          AtomicIntegerArray spoilt,
          int block,
          int firstTile,
          int count) {
        this.x = x;
        this.z = z;
        this.y = y;
        this.space = space;
        this.spoilt = spoilt;
        this.block = block;
        this.firstTile = firstTile;
        this.count = count;
        this.most = Math.max(1, lanes / count);
      }

      void compute() {
        int first = block * blockChannels;
        int in = Math.min(blockChannels, p.inChannels() - first);
        int out = depthwise ? in : p.outChannels();
        for (int c = 0; c < in; c += most) {
          transformInput(first, c, Math.min(most, in - c), in * count);
        }
        if (depthwise) {
          // The last block may have fewer channels, which then lie as many apart.
          int planes = rows.length();
          for (int k = 0; k < half; k++) {
            multiplySingle(2 * k * planes, in);
          }
        } else {
          multiplyAll();
        }
        for (int c = 0; c < out; c += most) {
          transformOutput(first, c, Math.min(most, out - c), out * count);
        }
      }

      private void multiplySingle(int plane, int in) {
        int at = weights.at(block);
        if (in == blockChannels) {
          kernels.multiplyComplex(
              weights.numbers(),
              at + plane * in,
              part * in,
              space.in,
              plane * in,
              part * in,
              part * in);
          return;
        }
        for (int l = 0; l < part; l++) {
          kernels.multiplyComplex(
              weights.numbers(),
              at + (plane + l) * blockChannels,
              part * blockChannels,
              space.in,
              (plane + l) * in,
              part * in,
              in);
        }
      }

      private void multiplyAll() {
        int in = 2 * p.inChannels();
        int out = 2 * p.outChannels();
        int span = TileKernels.MAX_TAPS / chunk * chunk;
        offsets(in, count);
        for (int f = 0; f < tiles.frequencies(); f++) {
          for (int b = 0; b < weights.blocks(); b++) {
            int first = weights.firstRow(b);
            for (int from = 0; from < in; from += span) {
              kernels.multiply(
                  weights.numbers(),
                  weights.at(f * weights.blocks() + b),
                  in,
                  weights.rows(b),
                  space.in,
                  f * in * count,
                  space.offsets,
                  from,
                  Math.min(from + span, in),
                  chunk,
                  from == 0 ? zeros : null,
                  0,
                  space.out,
                  (f * out + first) * count,
                  count,
                  count,
                  space.scratch);
            }
          }
        }
      }

      /** Transforms the tiles of some channels; {@code all} is how far planes are apart. */
      private void transformInput(int firstChannel, int c, int channels, int all) {
        int n = channels * count;
        for (int r = 0; r < rows.seen(); r++) {
          for (int lane = 0; lane < n; lane++) {
            int tile = firstTile + lane % count;
            int number = tile % tiles.count();
            int plane = tile / tiles.count() * p.inChannels() + firstChannel + c + lane / count;
            input.copy(
                x,
                plane,
                rows.first() + number / columns.count() * rows.size() + r,
                columns.first() + number % columns.count() * columns.size(),
                1,
                space.line,
                lane * pitch(),
                columns.seen());
          }
          for (int i = 0; i < columns.seen(); i++) {
            kernels.gather(space.line, i, pitch(), space.pixels, (i * rows.seen() + r) * n, n);
          }
        }
        int column = rows.seen() * n;
        multiply(rowSpectrum, space.pixels, 0, column, space.across, 0, column, column);
        for (int k = 0; k < half; k++) {
          multiply(
              columnSpectrum,
              space.across,
              2 * k * column,
              n,
              space.in,
              2 * k * rows.length() * all + c * count,
              all,
              n);
        }
      }

      private void transformOutput(int firstChannel, int c, int channels, int all) {
        int n = channels * count;
        int column = rows.size() * n;
        for (int k = 0; k < half; k++) {
          multiply(
              columnOutputs,
              space.out,
              2 * k * rows.length() * all + c * count,
              all,
              space.across,
              2 * k * column,
              n,
              n);
        }
        multiply(rowOutputs, space.across, 0, column, space.pixels, 0, column, column);
        for (int r = 0; r < rows.size(); r++) {
          for (int i = 0; i < columns.size(); i++) {
            kernels.scatter(space.pixels, (i * rows.size() + r) * n, space.line, i, pitch(), n);
          }
          addBias(firstChannel + c, channels);
          for (int lane = 0; lane < n; lane++) {
            write(firstChannel + c + lane / count, firstTile + lane % count, r, lane * pitch());
          }
        }
      }

      private void addBias(int channel, int channels) {
        kernels.filter(
            space.line,
            0,
            count * pitch(),
            pitch(),
            ORIGIN,
            1,
            ones,
            bias,
            channel,
            channels,
            space.finished,
            0,
            pitch(),
            columns.size(),
            count,
            space.scratch);
      }

      private void write(int channel, int tile, int r, int from) {
        int number = tile % tiles.count();
        int oh = number / columns.count() * rows.size() + r;
        if (oh >= p.outHeight()) {
          return;
        }
        int image = tile / tiles.count();
        int ow = number % columns.count() * columns.size();
        int width = Math.min(columns.size(), p.outWidth() - ow);
        if (!kernels.isFinite(space.finished, from, width)) {
          spoilt.set(image, 1);
        }
        int at = ((image * p.outChannels() + channel) * p.outHeight() + oh) * p.outWidth() + ow;
        kernels.gather(space.finished, from, 1, y, at, width);
        types.finish().apply(y, at, 0, 1, width, z);
      }

      private void multiply(
          Matrix<A> matrix, A q, int qAt, int qStep, A to, int toAt, int toStep, int n) {
        offsets(matrix.taps(), qStep);
        kernels.multiply(
            matrix.packed(),
            0,
            matrix.taps(),
            matrix.rows(),
            q,
            qAt,
            space.offsets,
            0,
            matrix.taps(),
            matrix.chunk(),
            zeros,
            0,
            to,
            toAt,
            toStep,
            n,
            space.scratch);
      }

      private void offsets(int taps, int apart) {
        for (int t = 0; t < taps; t++) {
          space.offsets[t] = t * apart;
        }
      }
    }
  }
}
