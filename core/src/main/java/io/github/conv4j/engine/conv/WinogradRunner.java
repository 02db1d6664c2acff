package io.github.conv4j.engine.conv;

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
import java.util.concurrent.atomic.AtomicIntegerArray;

/**
 * {@link WinogradConv} for one problem: how images are cut into blocks of tiles, and blocks shared
 * among threads. How a block is computed is a question of what lies side by side in a vector: tiles
 * ({@link TilesInLanes}) or channels ({@link ChannelsInLanes}). Each sum is the same either way.
 *
 * <p>Rows of tiles are numbered through: all of the first image, for every dilation-th row and
 * column from the first on, then from the next on, then all of the next image. So a block has
 * enough tiles even where an image has few.
 *
 * @param <A> the array type
 * @param <W> what a thread needs for a block
 */
abstract class WinogradRunner<A, W> implements ConvAlgorithm.Runner {
  /** The most channels in one partial sum: so few keep the rounding error at PyTorch's. */
  private static final int CHUNK = 48;

  /** Bytes of V and M for all threads together, which share the third-level cache. */
  private static final int ALL_BLOCKS = 16 << 20;

  /** Tiles of a block even if they are larger than that: for each the weights are fetched. */
  private static final int ENOUGH_TILES = 256;

  /** The fewest tiles for which the weights are fetched, if there are as many. */
  static final int FEWEST_TILES = 56;

  /** The fewest tiles of a block where there would be too few blocks for all threads. */
  private static final int FEWEST_SHARED_TILES = 24;

  /**
   * What lies between the tables of two points, three cache lines. Without it, all that one tile
   * has there would compete for the same sets of the cache.
   */
  static final int SPREAD = 48;

  final int size;
  final int side;

  /** Numbers of a transformed tile, each with a product of matrices of its own. */
  final int points;

  final ConvProblem p;
  final Types<A> types;
  final TileKernels<A> kernels;
  final InputRows<A> rows;
  final A biases;
  final int groupIn;
  final int dilation;

  /** Tiles of one row, for every dilation-th column. */
  final int rowTiles;

  /** Rows of tiles of every dilation-th row. */
  final int tileRows;

  /** Rows of tiles of an image, for all dilation * dilation of its parts. */
  final int imageRows;

  /** The most rows of tiles in a block. */
  final int mostRows;

  /** Columns of tiles beyond the last that it sees into. */
  final int beyond;

  /** Numbers of one padded input row. */
  final int pitch;

  final int chunk;
  final TransformedWeights<A> weights;

  private final ComputedAgain<A> again;

  /** Bytes of a tile in V and M. */
  private final long tileBytes;

  private final WorkspacePool<W> workspaces = new WorkspacePool<>(this::newWorkspace);

  WinogradRunner(
      WinogradConv algorithm,
      ConvProblem problem,
      Types<A> types,
      Tensor weight,
      Tensor bias,
      boolean panels,
      int blockBytes) {
    this.size = algorithm.size;
    this.side = algorithm.side;
    this.points = side * side;
    this.p = problem;
    this.types = types;
    this.kernels = types.kernels();
    this.rows = new InputRows<>(problem, kernels);
    this.again = new ComputedAgain<>(problem, types, weight, bias);
    this.biases = types.bias(bias, p);
    this.groupIn = p.channelsPerGroup();
    this.dilation = p.dilationHeight();
    this.rowTiles = tiles(p.outWidth());
    this.tileRows = tiles(p.outHeight());
    this.imageRows = tileRows * dilation * dilation;
    this.tileBytes = algorithm.tileBytes(p);
    long wanted = Math.max(blockBytes / tileBytes, ENOUGH_TILES);
    int tiles = (int) Math.min(wanted, algorithm.mostTiles(p));
    this.mostRows = Math.max(1, tiles / rowTiles);
    this.beyond = Tiling.ceilDiv(side - size, size);
    this.pitch = (rowTiles + beyond) * size;
    this.chunk = Tiling.chunk(groupIn, CHUNK);
    double[][] g = WinogradMatrices.g(size, algorithm.taps);
    List<List<TransformedWeights.Rows>> rowsOfG = new ArrayList<>();
    for (int k = 0; k < points; k++) {
      rowsOfG.add(List.of(new TransformedWeights.Rows(g[k / side], g[k % side])));
    }
    if (panels) {
      this.weights = TransformedWeights.inPanels(p, types, weight, rowsOfG);
    } else {
      boolean few = imageRows * rowTiles < 2 * FEWEST_TILES;
      this.weights =
          TransformedWeights.asKernels(p, types, weight, WinogradConv.CHANNEL_BLOCK, few, rowsOfG);
    }
  }

  private int tiles(int outSize) {
    return Tiling.ceilDiv(Tiling.ceilDiv(outSize, dilation), size);
  }

  /** Returns how many input rows some rows of tiles see. */
  final int rowsSeen(int count) {
    return count * size + side - size;
  }

  /** Returns the most rows that a block sees of one part of a channel. */
  final int blockHeight() {
    return rowsSeen(Math.min(mostRows, tileRows));
  }

  /** Returns how many channels are multiplied at a time, whole chunks. */
  final int span() {
    return TileKernels.MAX_TAPS / chunk * chunk;
  }

  /** Returns whether all that rows have besides their numbers is zeros. */
  final boolean padsWithZeros() {
    return p.paddingMode() == PaddingMode.ZEROS && p.padLeft() + p.inWidth() <= dilation * pitch;
  }

  abstract W newWorkspace();

  /** Computes a block and some of its output channels, counted in the weights' blocks. */
  abstract void compute(Block block, W workspace, int firstBlock, int lastBlock);

  @Override
  public final String tiles() {
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
  public final void run(Tensor input, int batch, Tensor residual, Tensor output) {
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
          W workspace = workspaces.take();
          Block block = new Block(x, z, y, spoilt);
          for (int task = queue.next(); task >= 0; task = queue.next()) {
            int number = task % blocks;
            int part = task / blocks % parts;
            block.begin(
                task / blocks / parts,
                number * blockRows + Math.min(number, larger),
                number < larger ? blockRows + 1 : blockRows);
            int lastPart = Math.min((part + 1) * partBlocks, weights.blocks());
            compute(block, workspace, part * partBlocks, lastPart);
          }
          workspaces.giveBack(workspace);
        });
    again.run(spoilt, input, residual, output);
  }

  /** Rows of tiles of one group. */
  final class Block {
    final A x;
    final A z;
    final A y;
    private final AtomicIntegerArray spoilt;
    int group;
    int firstRow;
    int lastRow;

    Block(A x, A z, A y, AtomicIntegerArray spoilt) {
      this.x = x;
      this.z = z;
      this.y = y;
      this.spoilt = spoilt;
    }

    private void begin(int group, int firstRow, int count) {
      this.group = group;
      this.firstRow = firstRow;
      this.lastRow = firstRow + count;
    }

    int tiles() {
      return (lastRow - firstRow) * rowTiles;
    }

    /** Returns how many rows of tiles, from this one on, belong to one part of one image. */
    int together(int row) {
      return Math.min(tileRows - row % tileRows, lastRow - row);
    }

    /** Returns the number in the block of a row's first tile. */
    int firstTile(int row) {
      return (row - firstRow) * rowTiles;
    }

    /** Returns how many tiles, from the first on, have a last row of outputs that is needed. */
    int wholeTiles() {
      return outputs(lastRow - 1, 1) < size ? tiles() - rowTiles : tiles();
    }

    int image(int row) {
      return row / imageRows;
    }

    /** Returns the first output row of a row of tiles. */
    int outputRow(int row) {
      return row % imageRows / tileRows / dilation + dilation * size * (row % tileRows);
    }

    /** Returns the first output column of a row of tiles. */
    int outputColumn(int row) {
      return row % imageRows / tileRows % dilation;
    }

    /**
     * Returns how many rows of outputs some rows of tiles have: the last may have fewer or none.
     */
    int outputs(int row, int count) {
      int left = Math.max(p.outHeight() - outputRow(row), 0);
      return Math.min(count * size, (left + dilation - 1) / dilation);
    }

    /** Returns the plane of the input of one of the group's channels. */
    int plane(int row, int channel) {
      return image(row) * p.inChannels() + group * groupIn + channel;
    }

    /** Returns where a row of tiles begins in the output. */
    int outputAt(int row, int channel) {
      int plane = image(row) * p.outChannels() + channel;
      return (plane * p.outHeight() + outputRow(row)) * p.outWidth() + outputColumn(row);
    }

    /** Notes that an image has numbers that are not finite. */
    void spoil(int row) {
      spoilt.set(image(row), 1);
    }
  }
}
