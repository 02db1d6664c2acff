package io.github.conv4j.engine.conv;

import io.github.conv4j.Tensor;
import io.github.conv4j.engine.ConvProblem;
import io.github.conv4j.kernel.TileKernels;

/**
 * Winograd's algorithm with tiles side by side in a vector, channel by channel. A point's V is what
 * the taps of a product meet, its U are the kernels.
 *
 * @param <A> the array type
 */
final class TilesInLanes<A> extends WinogradRunner<A, TilesInLanes<A>.Workspace> {
  /**
   * Bytes of V and M that a thread works on. They need not stay in the second-level cache, where a
   * block of M is enough: V is read in order, and large blocks have few tiles left over.
   */
  private static final int BLOCK = 8 << 20;

  /** The largest dilation for which whole rows are copied, and then every so manyth number. */
  private static final int MOST_PLAIN = 4;

  private final A zeros;

  /** How far apart the points lie in V and M. */
  private final int vStep;

  private final int mStep;

  /** Output channels in M. */
  private final int mRows;

  /** How far apart the columns of tiles lie where rows are laid out by them. */
  private final int partStep;

  /** Whether rows are copied as they are, between zeros. */
  private final boolean plain;

  /** Numbers of one row that is copied so, before every dilation-th is taken. */
  private final int wide;

  /** Channels that are multiplied at a time, some chunks. */
  private final int span;

  /** How many tiles lie side by side, channel by channel, where V is made of panels. */
  private final int panel;

  /** How far apart the panels of V lie. */
  private final int vPanel;

  /** Where the channels lie in a panel of V. */
  private final int[] offsets;

  TilesInLanes(
      WinogradConv algorithm, ConvProblem problem, Types<A> types, Tensor weight, Tensor bias) {
    super(algorithm, problem, types, weight, bias, false, BLOCK);
    // An odd number of cache lines: channels would else compete for the same sets of the cache.
    int tileStep = (int) Tiling.roundUp(mostRows * rowTiles + TileKernels.SLACK, 32) + 16;
    this.panel = Math.min(kernels.panel(), tileStep);
    this.vPanel = groupIn * panel + TileKernels.SLACK;
    this.vStep = Tiling.ceilDiv(tileStep, panel) * vPanel + SPREAD;
    this.mRows = weights.blockSize();
    this.mStep = mRows * tileStep + SPREAD;
    this.partStep =
        (int) Tiling.roundUp((mostRows + beyond) * rowTiles + 2 * TileKernels.SLACK, 16) + 16;
    this.wide = dilation * pitch;
    this.plain = dilation <= MOST_PLAIN && padsWithZeros();
    this.span = span();
    this.offsets = new int[groupIn];
    for (int c = 0; c < groupIn; c++) {
      offsets[c] = c * panel;
    }
    this.zeros = kernels.newArray(mRows);
  }

  /** What a thread needs for a block of tiles. */
  final class Workspace {
    private final TileKernels.Scratch scratch = kernels.newScratch();
    private final A v = kernels.newArray(points * vStep);
    private final A m = kernels.newArray(points * mStep);

    /** Padded rows, every dilation-th column of them. */
    private final A rows = kernels.newArray(blockHeight() * pitch + 2 * size * TileKernels.SLACK);

    /** The same with all columns; if they are plain, their padding on both sides stays zero. */
    private final A wideRows =
        wideLength() > 0 ? kernels.newArray(wideLength() + TileKernels.SLACK) : rows;

    private final A parts = kernels.newArray(size * side * partStep);
    private final A outputs = kernels.newArray(size * size * partStep);
    private final A lines = kernels.newArray(linesLength());
    private final A residual = kernels.newArray(linesLength());
  }

  @Override
  Workspace newWorkspace() {
    return new Workspace();
  }

  private int wideLength() {
    return dilation > 1 && plain ? blockHeight() * wide : 0;
  }

  /** Returns how many outputs of one part of a channel a block has, where they are scattered. */
  private int linesLength() {
    return dilation > 1 ? blockHeight() * size * rowTiles : 0;
  }

  @Override
  public long workspaceBytes() {
    long numbers =
        (long) points * (vStep + mStep)
            + (long) size * (side + size) * partStep
            + (long) blockHeight() * pitch
            + wideLength()
            + 2L * linesLength();
    return numbers * p.dtype().bytes() + kernels.newScratch().bytes();
  }

  @Override
  void compute(Block block, Workspace space, int firstBlock, int lastBlock) {
    for (int c = 0; c < groupIn; c++) {
      transformInput(block, space, c);
    }
    for (int b = firstBlock; b < lastBlock; b++) {
      for (int k = 0; k < points; k++) {
        multiply(block, space, k, b);
      }
      for (int i = 0; i < weights.channels(b); i++) {
        transformOutput(block, space, weights.firstChannel(block.group, b) + i, i);
      }
    }
  }

  private void transformInput(Block block, Workspace space, int c) {
    for (int row = block.firstRow, count; row < block.lastRow; row += count) {
      count = block.together(row);
      int height = rowsSeen(count);
      readRows(block, space, block.plane(row, c), row, height);
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
          block.firstTile(row),
          count * rowTiles,
          space.scratch);
    }
  }

  /** Copies the padded rows, every dilation-th column of them, that rows of tiles see. */
  private void readRows(Block block, Workspace space, int plane, int row, int height) {
    A target = space.rows;
    int first = block.outputRow(row) - p.padTop();
    int column = block.outputColumn(row);
    if (!plain) {
      for (int r = 0; r < height; r++) {
        int iw = column - p.padLeft();
        rows.copy(block.x, plane, first + dilation * r, iw, dilation, target, r * pitch, pitch);
      }
      return;
    }
    int above = Math.min(rowsWithin(-first), height);
    int inside = Math.min(Math.max(above, rowsWithin(p.inHeight() - first)), height);
    A wideRows = space.wideRows;
    kernels.clear(wideRows, 0, above * wide);
    kernels.copyRows(
        block.x,
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
        kernels.gather(wideRows, r * wide + column, dilation, target, r * pitch, pitch);
      }
    }
  }

  /** Returns how many of every dilation-th rows lie within the first {@code n}. */
  private int rowsWithin(int n) {
    return n <= 0 ? 0 : Tiling.ceilDiv(n, dilation);
  }

  private void multiply(Block block, Workspace space, int k, int b) {
    for (int from = 0; from < groupIn; from += span) {
      kernels.multiplyPanels(
          weights.packed(),
          weights.at(block.group, k, b),
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
          k / side < side - 1 ? block.tiles() : block.wholeTiles(),
          space.scratch);
    }
  }

  private void transformOutput(Block block, Workspace space, int oc, int i) {
    A outputs = space.outputs;
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
            outputs,
            partStep,
            block.tiles(),
            space.scratch);
    for (int row = block.firstRow, count; row < block.lastRow; row += count) {
      count = block.together(row);
      int height = block.outputs(row, count);
      int width = Tiling.ceilDiv(p.outWidth() - block.outputColumn(row), dilation);
      int from = block.firstTile(row);
      int at = block.outputAt(row, oc);
      A target = dilation == 1 ? block.y : space.lines;
      int to = dilation == 1 ? at : 0;
      kernels.interleave(size, outputs, from, partStep, rowTiles, target, to, width, width, height);
      if (!finite && !kernels.isFinite(target, to, height * width)) {
        block.spoil(row);
      }
      if (dilation == 1) {
        types.finish().apply(block.y, at, 0, 1, height * width, block.z);
      } else {
        scatter(block, space, at, width, height);
      }
    }
  }

  /** Writes rows to every dilation-th of some rows and columns. */
  private void scatter(Block block, Workspace space, int at, int width, int height) {
    int step = dilation * p.outWidth();
    if (block.z != null) {
      for (int i = 0; i < height; i++) {
        kernels.gather(block.z, at + i * step, dilation, space.residual, i * width, width);
      }
    }
    types
        .finish()
        .apply(space.lines, 0, 0, 1, height * width, block.z == null ? null : space.residual);
    for (int i = 0; i < height; i++) {
      kernels.scatter(space.lines, i * width, block.y, at + i * step, dilation, width);
    }
  }
}
