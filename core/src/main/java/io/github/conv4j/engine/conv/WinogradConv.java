package io.github.conv4j.engine.conv;

import io.github.conv4j.Accuracy;
import io.github.conv4j.Conv4j;
import io.github.conv4j.PaddingMode;
import io.github.conv4j.Tensor;
import io.github.conv4j.engine.ConvAlgorithm;
import io.github.conv4j.engine.ConvProblem;
import io.github.conv4j.engine.Parallel;
import io.github.conv4j.engine.WorkspacePool;
import io.github.conv4j.kernel.TileKernels;
import io.github.conv4j.kernel.WinogradMatrices;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicIntegerArray;

/**
 * Kernels of 3x3 and 5x5 with stride 1, by Winograd's minimal filtering. For 3x3 it takes 16
 * multiplications for a tile of 2x2 outputs where the direct way takes 36, or 36 for 4x4 where that
 * takes 144; for 5x5 it takes 36 for a tile of 2x2 where that takes 100.
 *
 * <p>The input is cut into tiles that overlap by two rows and columns, for 5x5 by four. A tile of
 * one channel, the kernel and the result are transformed by small matrices ({@link
 * WinogradMatrices}), in between they are multiplied number by number and summed over the channels:
 *
 * <pre>
 * V[k][c][tile] = number k of B' d B          d: what a tile of channel c sees
 * U[k][oc][c]   = number k of G g G'          g: the weights, transformed once
 * M[k][oc][tile] = sum over c of U[k][oc][c] * V[k][c][tile]
 * y[oc][tile]   = A' M[..][oc][tile] A + bias[oc]
 * </pre>
 *
 * <p>The sums are 16 (or 36) products of matrices, and {@link TileKernels#multiply} computes them.
 * A dilation d is d x d convolutions without one, each on every d-th row and column.
 *
 * <p>Tiles of 2x2 for 3x3 are as exact as PyTorch: B and A hold nothing but 0, 1 and -1, G halves.
 * The others, which see 6x6 inputs, round more and are for {@link Accuracy#FAST}.
 *
 * <p>A number that is not finite would spread over its tile, and a huge one may become infinite. An
 * image where that has happened is computed again by {@link DirectConv}.
 */
public final class WinogradConv implements ConvAlgorithm {
  /** The most channels in one partial sum: so few keep the rounding error at PyTorch's. */
  private static final int CHUNK = 48;

  /** The fewest channels, on either side, that make up for the transforms. */
  private static final int FEWEST_CHANNELS = 16;

  /** The same for each of several groups, which are computed one by one. */
  private static final int FEWEST_IN_GROUP = 32;

  /**
   * Bytes of V and M that a thread works on. They need not stay in the second-level cache, where a
   * block of M is enough: V is read in order, and large blocks have few tiles left over and fetch
   * the weights once.
   */
  private static final int BLOCK = 8 << 20;

  /** The same for all threads together, which share the third-level cache. */
  private static final int ALL_BLOCKS = 16 << 20;

  /** Output channels whose sums are in M at a time. */
  private static final int CHANNEL_BLOCK = 48;

  /** The fewest tiles for which a block of transformed weights is fetched, if there are as many. */
  private static final int FEWEST_TILES = 56;

  /** The fewest tiles of a block where there would be too few blocks for all threads. */
  private static final int FEWEST_SHARED_TILES = 24;

  /** The fewest tiles that see 6x6; each weight that is fetched is used once a tile. */
  private static final int FEWEST_LARGE_TILES = 16;

  /** The most bytes of weights transformed for tiles that see 6x6. */
  private static final long MOST_LARGE_WEIGHTS = 40 << 20;

  /** Three cache lines. */
  private static final int SPREAD = 48;

  /** The most bytes of V and M; with all else, a workspace has at most 16 MiB. */
  private static final int MAX_TABLES = 14 << 20;

  /** The largest dilation for which whole rows are copied, and then every so manyth number. */
  private static final int MOST_PLAIN = 4;

  /** The most numbers that lie unused between two channels. */
  private static final int MOST_BETWEEN = 64;

  /** Outputs of a tile, in either direction. */
  private final int size;

  /** Rows and columns of a kernel. */
  private final int taps;

  /** Inputs that a tile sees, in either direction; it overlaps its neighbour by all but size. */
  private final int side;

  /** Makes the algorithm for one of the schemes of {@link WinogradMatrices}. */
  private WinogradConv(int size, int taps) {
    this.size = size;
    this.taps = taps;
    this.side = size + taps - 1;
  }

  /** Returns the algorithm for kernels of 3x3 and tiles of 2x2 outputs, as exact as PyTorch. */
  public static WinogradConv tiles2x2() {
    return new WinogradConv(2, 3);
  }

  /** Returns that for kernels of 3x3 and tiles of 4x4 outputs, for {@link Accuracy#FAST}. */
  public static WinogradConv tiles4x4() {
    return new WinogradConv(4, 3);
  }

  /** Returns that for kernels of 5x5 and tiles of 2x2 outputs, for {@link Accuracy#FAST}. */
  public static WinogradConv tiles2x2Of5x5() {
    return new WinogradConv(2, 5);
  }

  @Override
  public String name() {
    String tiles = "winograd-" + size + "x" + size;
    return taps == 3 ? tiles : tiles + "-5x5";
  }

  @Override
  public Optional<String> declines(ConvProblem p) {
    if (side == 6 && p.accuracy() != Accuracy.FAST) {
      return Optional.of("it rounds more than the accuracy allows");
    }
    if (p.kernelHeight() != taps || p.kernelWidth() != taps) {
      return Optional.of("the kernel is not " + taps + "x" + taps);
    }
    if (p.strideHeight() != 1 || p.strideWidth() != 1) {
      return Optional.of("the stride is not 1");
    }
    if (p.dilationHeight() != p.dilationWidth()) {
      return Optional.of("the dilations differ");
    }
    int fewest = p.groups() == 1 ? FEWEST_CHANNELS : FEWEST_IN_GROUP;
    if (p.channelsPerGroup() < fewest || p.outChannels() / p.groups() < fewest) {
      return Optional.of("there are too few channels to make up for the transforms");
    }
    if (p.outHeight() < 2 * p.dilationHeight() || p.outWidth() < 2 * p.dilationWidth()) {
      return Optional.of("the output is smaller than a tile");
    }
    int rowTiles = Tiling.ceilDiv(Tiling.ceilDiv(p.outWidth(), p.dilationWidth()), size);
    if (rowTiles > mostTiles(p)) {
      return Optional.of("one row of tiles takes more than 16 MiB of workspace");
    }
    return Optional.empty();
  }

  @Override
  public Optional<String> wouldNotPay(ConvProblem p) {
    if (side == 4) {
      return Optional.empty();
    }
    long tiles = tiles(p, size);
    if (tiles < FEWEST_LARGE_TILES) {
      return Optional.of("there are too few tiles for so many transformed weights");
    }
    // A multiplication, with its share of the transforms, takes 1.2 times as long as for tiles of
    // 2x2, and up to 1.9 times as long as one of the direct sums that are the other way for 5x5.
    double others = taps == 3 ? tiles(p, 2) * 16 / 1.2 : 25.0 * p.outHeight() * p.outWidth() / 1.9;
    if (tiles * 36 > others) {
      return Optional.of("too much of the last tiles is thrown away");
    }
    if (36L * p.channelsPerGroup() * p.outChannels() * p.dtype().bytes() > MOST_LARGE_WEIGHTS) {
      return Optional.of("the transformed weights would take more than 40 MiB");
    }
    return Optional.empty();
  }

  /** Returns into how many tiles an image is cut. */
  private static long tiles(ConvProblem p, int size) {
    int dilation = p.dilationHeight();
    long rows = Tiling.ceilDiv(Tiling.ceilDiv(p.outHeight(), dilation), size);
    long columns = Tiling.ceilDiv(Tiling.ceilDiv(p.outWidth(), dilation), size);
    return rows * columns * dilation * dilation;
  }

  /** Returns the bytes that a tile takes in V and M. */
  private long tileBytes(ConvProblem p) {
    int sums = Math.min(p.outChannels() / p.groups(), CHANNEL_BLOCK);
    return ((long) p.channelsPerGroup() + sums) * side * side * p.dtype().bytes();
  }

  /** Returns how many tiles fit into the workspace, what lies between channels left out. */
  private long mostTiles(ConvProblem p) {
    return MAX_TABLES / tileBytes(p) - MOST_BETWEEN;
  }

  @Override
  public Runner prepare(ConvProblem problem, Tensor weight, Tensor bias) {
    return Types.of(
        problem,
        new Types.Maker<Runner>() {
          @Override
          public <A> Runner make(Types<A> types) {
            return new TileRunner<>(WinogradConv.this, problem, types, weight, bias);
          }
        });
  }

  /** The algorithm for one element type, {@code A} being its array. */
  private static final class TileRunner<A> implements Runner {
    private final int size;
    private final int taps;
    private final int side;
    private final int products;
    private final ConvProblem p;
    private final Types<A> types;
    private final TileKernels<A> kernels;
    private final InputRows<A> rows;
    private final ComputedAgain<A> again;
    private final A biases;
    private final A zeros;

    private final int groupIn;
    private final int groupOut;
    private final int dilation;

    /** Tiles of one row, for every dilation-th column. */
    private final int rowTiles;

    /** Rows of tiles of every dilation-th row. */
    private final int tileRows;

    /** Rows of tiles of an image, for all dilation * dilation of its parts. */
    private final int imageRows;

    /** Bytes of a tile in V and M. */
    private final long tileBytes;

    /** The most rows of tiles in a block. */
    private final int mostRows;

    /** How far apart the channels lie in V and M. */
    private final int tileStep;

    /** How far apart the products' numbers lie in V and M. */
    private final int vStep;

    private final int mStep;

    /** Output channels in M. */
    private final int mRows;

    /** How far apart the columns of tiles lie where rows are laid out by them. */
    private final int partStep;

    /** Numbers of one padded input row. */
    private final int pitch;

    /** Whether rows are copied as they are, between zeros. */
    private final boolean plain;

    /** Numbers of one row that is copied so, before every dilation-th is taken. */
    private final int wide;

    private final int chunk;

    /** Channels that are multiplied at a time, some chunks. */
    private final int span;

    /** How many tiles lie side by side, channel by channel, where V is made of panels. */
    private final int panel;

    /** How far apart the panels of V lie. */
    private final int vPanel;

    /** Where the channels lie in a panel of V. */
    private final int[] offsets;

    private final TransformedWeights<A> weights;
    private final WorkspacePool<Workspace> workspaces = new WorkspacePool<>(Workspace::new);

    TileRunner(
        WinogradConv algorithm, ConvProblem problem, Types<A> types, Tensor weight, Tensor bias) {
      this.size = algorithm.size;
      this.taps = algorithm.taps;
      this.side = algorithm.side;
      this.products = side * side;
      this.p = problem;
      this.types = types;
      this.kernels = types.kernels();
      this.rows = new InputRows<>(problem, kernels);
      this.again = new ComputedAgain<>(problem, types, weight, bias);
      this.biases = types.bias(bias, p);
      this.groupIn = p.channelsPerGroup();
      this.groupOut = p.outChannels() / p.groups();
      this.dilation = p.dilationHeight();
      this.rowTiles = tiles(p.outWidth());
      this.tileRows = tiles(p.outHeight());
      this.imageRows = tileRows * dilation * dilation;

      this.tileBytes = algorithm.tileBytes(p);
      long wanted = Math.max(BLOCK / tileBytes, FEWEST_TILES);
      int tiles = (int) Math.min(wanted, algorithm.mostTiles(p));
      this.mostRows = Math.max(1, tiles / rowTiles);
      int blockTiles = mostRows * rowTiles;
      // An odd number of cache lines: channels would else compete for the same sets of the cache.
      this.tileStep = (int) Tiling.roundUp(blockTiles + TileKernels.SLACK, 32) + 16;
      this.panel = Math.min(kernels.panel(), tileStep);
      this.vPanel = groupIn * panel + TileKernels.SLACK;
      // Not a multiple of a memory page either, for the same reason.
      this.vStep = Tiling.ceilDiv(tileStep, panel) * vPanel + SPREAD;
      // Into so many of the next tiles reaches what the last one sees.
      int beyond = Tiling.ceilDiv(side - size, size);
      this.partStep =
          (int) Tiling.roundUp((mostRows + beyond) * rowTiles + 2 * TileKernels.SLACK, 16) + 16;
      this.pitch = (rowTiles + beyond) * size;
      this.wide = dilation * pitch;
      this.plain =
          dilation <= MOST_PLAIN
              && p.paddingMode() == PaddingMode.ZEROS
              && p.padLeft() + p.inWidth() <= wide;
      this.chunk = Tiling.chunk(groupIn, CHUNK);
      this.span = TileKernels.MAX_TAPS / chunk * chunk;
      this.offsets = new int[groupIn];
      for (int c = 0; c < groupIn; c++) {
        offsets[c] = c * panel;
      }
      double[][] g = WinogradMatrices.g(size, taps);
      List<List<TransformedWeights.Rows>> rowsOfG = new ArrayList<>();
      for (int k = 0; k < products; k++) {
        rowsOfG.add(List.of(new TransformedWeights.Rows(g[k / side], g[k % side])));
      }
      boolean few = imageRows * rowTiles < 2 * FEWEST_TILES;
      this.weights = new TransformedWeights<>(p, types, weight, CHANNEL_BLOCK, few, rowsOfG);
      this.zeros = kernels.newArray(weights.blockSize());
      this.mRows = weights.blockSize();
      this.mStep = mRows * tileStep + SPREAD;
    }

    private int tiles(int outSize) {
      return Tiling.ceilDiv(Tiling.ceilDiv(outSize, dilation), size);
    }

    /** Returns how many input rows some rows of tiles see. */
    private int rowsSeen(int count) {
      return count * size + side - size;
    }

    /** What a thread needs for a block of tiles. */
    private final class Workspace {
      final TileKernels.Scratch scratch = kernels.newScratch();
      final A v = kernels.newArray(products * vStep);
      final A m = kernels.newArray(products * mStep);

      /** Padded rows, every dilation-th column of them. */
      final A rows = kernels.newArray(blockHeight() * pitch + 2 * size * TileKernels.SLACK);

      /** The same with all columns; if they are plain, their padding on both sides stays zero. */
      final A wideRows =
          wideLength() > 0 ? kernels.newArray(wideLength() + TileKernels.SLACK) : rows;

      final A parts = kernels.newArray(size * side * partStep);
      final A outputs = kernels.newArray(size * size * partStep);
      final A lines = kernels.newArray(linesLength());
      final A residual = kernels.newArray(linesLength());
    }

    /** Returns the most rows that a block sees of one part of a channel. */
    private int blockHeight() {
      return rowsSeen(Math.min(mostRows, tileRows));
    }

    private int wideLength() {
      return dilation > 1 && plain ? blockHeight() * wide : 0;
    }

    /** Returns how many outputs of one part of a channel a block has, where they are scattered. */
    private int linesLength() {
      return dilation > 1 ? blockHeight() * size * rowTiles : 0;
    }

    @Override
    public String tiles() {
      return String.format(
          Locale.ROOT,
          "%d x %d of %dx%d pixels, up to %d at a time x %d channels; partial sums of %d products",
          imageRows,
          rowTiles * dilation,
          size,
          size,
          mostRows * rowTiles,
          weights.blockSize(),
          chunk);
    }

    @Override
    public long workspaceBytes() {
      long numbers =
          (long) products * (vStep + mStep)
              + (long) size * (side + size) * partStep
              + (long) blockHeight() * pitch
              + wideLength()
              + 2L * linesLength();
      return numbers * p.dtype().bytes() + kernels.newScratch().bytes();
    }

    @Override
    public void run(Tensor input, int batch, Tensor residual, Tensor output) {
      if (batch == 0) {
        return;
      }
      int threads = Math.min(Tiling.threads(batch, p), Conv4j.threads());
      int allRows = Math.multiplyExact(batch, imageRows);
      long share = ALL_BLOCKS / threads / tileBytes;
      int sharedRows = (int) Math.max(1, Math.max(share, FEWEST_TILES) / rowTiles);
      int leastBlocks = Tiling.ceilDiv(allRows, Math.min(mostRows, sharedRows));
      int leastTasks = leastBlocks * p.groups();
      int wantedBlocks = leastBlocks;
      int wantedParts = 1;
      if (threads > 1 && leastTasks < 4 * threads) {
        // So few can only be shared out evenly if they are a multiple of the threads.
        int even = (int) Tiling.roundUp(leastTasks, threads);
        int moreBlocks = Tiling.ceilDiv(even, p.groups());
        if ((long) allRows * rowTiles >= (long) moreBlocks * FEWEST_SHARED_TILES) {
          wantedBlocks = moreBlocks;
        } else {
          wantedParts = Math.min(weights.blocks(), Tiling.ceilDiv(even, leastTasks));
        }
      }
      int blocks = Math.min(wantedBlocks, allRows);
      // The first ones have a row more, so that threads come to the end together.
      int blockRows = allRows / blocks;
      int larger = allRows % blocks;
      int partBlocks = Tiling.ceilDiv(weights.blocks(), wantedParts);
      int parts = Tiling.ceilDiv(weights.blocks(), partBlocks);
      A x = types.array(input);
      A z = types.array(residual);
      A y = types.array(output);
      AtomicIntegerArray spoilt = new AtomicIntegerArray(batch);
      Parallel.run(
          Math.multiplyExact(blocks * parts, p.groups()),
          threads,
          queue -> {
            Workspace workspace = workspaces.take();
            Block block = new Block(x, z, y, workspace, spoilt);
            for (int task = queue.next(); task >= 0; task = queue.next()) {
              int number = task % blocks;
              int part = task / blocks % parts;
              block.compute(
                  task / blocks / parts,
                  number * blockRows + Math.min(number, larger),
                  number < larger ? blockRows + 1 : blockRows,
                  part * partBlocks,
                  Math.min((part + 1) * partBlocks, weights.blocks()));
            }
            workspaces.giveBack(workspace);
          });
      again.run(spoilt, input, residual, output);
    }

    /**
     * A block of rows of tiles, of one group and some of its output channels.
     *
     * <p>Rows of tiles are numbered through: all of the first image, for every dilation-th row and
     * column from the first on, then from the next on, then all of the next image. So a block has
     * enough tiles even where an image has few.
     */
    private final class Block {
      private final A x;
      private final A z;
      private final A y;
      private final Workspace space;
      private final AtomicIntegerArray spoilt;
      private int group;
      private int firstRow;
      private int lastRow;

      Block(A x, A z, A y, Workspace space, AtomicIntegerArray spoilt) {
        this.x = x;
        this.z = z;
        this.y = y;
        this.space = space;
        this.spoilt = spoilt;
      }

      void compute(int group, int firstRow, int count, int firstBlock, int lastBlock) {
        this.group = group;
        this.firstRow = firstRow;
        this.lastRow = firstRow + count;
        for (int c = 0; c < groupIn; c++) {
          transformInput(c);
        }
        for (int b = firstBlock; b < lastBlock; b++) {
          for (int k = 0; k < products; k++) {
            multiply(k, b, count * rowTiles);
          }
          int first = b * weights.blockSize();
          for (int i = 0; i < weights.channels(b); i++) {
            transformOutput(first + i, i, count * rowTiles);
          }
        }
      }

      private void transformInput(int c) {
        for (int row = firstRow, count; row < lastRow; row += count) {
          count = Math.min(tileRows - row % tileRows, lastRow - row);
          int plane = row / imageRows * p.inChannels() + group * groupIn + c;
          int height = rowsSeen(count);
          readRows(plane, row, height);
          kernels.layOutTiles(
              size, side, space.rows, 0, pitch, space.parts, 0, partStep, rowTiles, height);
          kernels.winogradInput(
              size,
              side,
              space.parts,
              0,
              partStep,
              rowTiles,
              space.v,
              c * panel,
              vStep,
              vPanel,
              (row - firstRow) * rowTiles,
              count * rowTiles,
              space.scratch);
        }
      }

      /** Returns the first output row of a row of tiles. */
      private int outputRow(int row) {
        return row % imageRows / tileRows / dilation + dilation * size * (row % tileRows);
      }

      /** Returns the first output column of a row of tiles. */
      private int outputColumn(int row) {
        return row % imageRows / tileRows % dilation;
      }

      /** Copies the padded rows, every dilation-th column of them, that rows of tiles see. */
      private void readRows(int plane, int row, int height) {
        A target = space.rows;
        int first = outputRow(row) - p.padTop();
        if (!plain) {
          for (int r = 0; r < height; r++) {
            int iw = outputColumn(row) - p.padLeft();
            rows.copy(x, plane, first + dilation * r, iw, dilation, target, r * pitch, pitch);
          }
          return;
        }
        int above = Math.min(rowsWithin(-first), height);
        int inside = Math.min(Math.max(above, rowsWithin(p.inHeight() - first)), height);
        A wideRows = space.wideRows;
        kernels.clear(wideRows, 0, above * wide);
        kernels.copyRows(
            x,
            (plane * p.inHeight() + first + dilation * above) * p.inWidth(),
            dilation * p.inWidth(),
            wideRows,
            above * wide + p.padLeft(),
            wide,
            p.inWidth(),
            inside - above);
        kernels.clear(wideRows, inside * wide, height * wide);
        if (dilation > 1) {
          for (int r = 0; r < height; r++) {
            int from = r * wide + outputColumn(row);
            kernels.gather(wideRows, from, dilation, target, r * pitch, pitch);
          }
        }
      }

      /** Returns how many of every dilation-th rows lie within the first {@code n}. */
      private int rowsWithin(int n) {
        return n <= 0 ? 0 : Tiling.ceilDiv(n, dilation);
      }

      private void multiply(int k, int b, int n) {
        for (int from = 0; from < groupIn; from += span) {
          kernels.multiplyPanels(
              weights.packed(),
              weights.at(group, k, b),
              groupIn,
              weights.channels(b),
              space.v,
              k * vStep,
              vPanel,
              offsets,
              from,
              Math.min(from + span, groupIn),
              chunk,
              from == 0 ? zeros : null,
              0,
              space.m,
              k * mStep,
              panel,
              mRows * panel,
              n,
              space.scratch);
        }
      }

      private void transformOutput(int channel, int i, int n) {
        int oc = group * groupOut + channel;
        boolean finite =
            kernels.winogradOutput(
                size,
                side,
                space.m,
                i * panel,
                mStep,
                mRows * panel,
                biases,
                oc,
                space.outputs,
                partStep,
                n,
                space.scratch);
        for (int row = firstRow, count; row < lastRow; row += count) {
          count = Math.min(tileRows - row % tileRows, lastRow - row);
          int image = row / imageRows;
          int from = (row - firstRow) * rowTiles;
          if (!finite && !isFinite(from, count * rowTiles)) {
            spoilt.set(image, 1);
          }
          int oh = outputRow(row);
          // Of the last every dilation-th rows there may be fewer.
          int height = Math.min(count * size, (p.outHeight() - oh + dilation - 1) / dilation);
          int at = ((image * p.outChannels() + oc) * p.outHeight() + oh) * p.outWidth();
          if (dilation == 1) {
            int width = p.outWidth();
            kernels.interleave(
                size, space.outputs, from, partStep, rowTiles, y, at, width, width, height);
            types.finish().apply(y, at, 0, 1, height * width, z);
          } else {
            writeRows(from, at + outputColumn(row), p.outWidth() - outputColumn(row), height);
          }
        }
      }

      private boolean isFinite(int from, int n) {
        for (int k = 0; k < size * size; k++) {
          if (!kernels.isFinite(space.outputs, from + k * partStep, n)) {
            return false;
          }
        }
        return true;
      }

      /** Writes rows to every dilation-th of some rows and columns. */
      private void writeRows(int from, int at, int columns, int height) {
        int width = Tiling.ceilDiv(columns, dilation);
        int step = dilation * p.outWidth();
        kernels.interleave(
            size, space.outputs, from, partStep, rowTiles, space.lines, 0, width, width, height);
        if (z != null) {
          for (int i = 0; i < height; i++) {
            kernels.gather(z, at + i * step, dilation, space.residual, i * width, width);
          }
        }
        types
            .finish()
            .apply(space.lines, 0, 0, 1, height * width, z == null ? null : space.residual);
        for (int i = 0; i < height; i++) {
          kernels.scatter(space.lines, i * width, y, at + i * step, dilation, width);
        }
      }
    }
  }
}
