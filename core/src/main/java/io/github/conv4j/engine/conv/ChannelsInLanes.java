package io.github.conv4j.engine.conv;

import io.github.conv4j.Tensor;
import io.github.conv4j.engine.ConvProblem;
import io.github.conv4j.kernel.ChannelKernels;

/**
 * Winograd's algorithm with channels side by side in a vector, tile by tile. A point's V are the
 * rows of a product, its U lies in panels of output channels.
 *
 * <p>Rows come with channels one after the other, and have to be turned round on the way in and on
 * the way out. In exchange a tile finds what it sees at hand, whatever its place in a row,
 * neighbours share half of their transform, and it does not matter how many tiles there are.
 *
 * @param <A> the array type
 */
final class ChannelsInLanes<A> extends WinogradRunner<A, ChannelsInLanes<A>.Workspace> {
  /**
   * Bytes of V and M that a thread works on. They need not stay in the second-level cache, but the
   * less falls out of it the better.
   */
  private static final int BLOCK = 3 << 20;

  private final ChannelKernels<A> lanesOf;

  /** Channels of a vector. */
  private final int lanes;

  /** Output channels of a product, side by side. */
  private final int panel;

  /** Tiles of a block of V, a register tile. */
  private final int blockTiles;

  /** How far apart the blocks lie. */
  private final int vBlock;

  /** How far apart the points lie in V and M. */
  private final int vStep;

  private final int mStep;

  /** Where the tiles lie in V. */
  private final int[] places;

  /** Where the channels of a tile lie in V. */
  private final int[] offsets;

  /** Channels that are multiplied at a time, some chunks. */
  private final int span;

  /** Biases, and as many zeros as a panel may have more channels. */
  private final A panelBiases;

  /** Whether input is read from where it lies. */
  private final boolean plain;

  ChannelsInLanes(
      WinogradConv algorithm, ConvProblem problem, Types<A> types, Tensor weight, Tensor bias) {
    super(algorithm, problem, types, weight, bias, true, BLOCK);
    this.lanesOf = kernels.channels();
    this.lanes = kernels.lanes();
    this.panel = kernels.panel();
    int mostTiles = mostRows * rowTiles;
    this.blockTiles = lanesOf.blockRows(imageRows * rowTiles);
    this.vBlock = (int) Tiling.roundUp(groupIn, lanes) * blockTiles;
    this.vStep = Tiling.ceilDiv(mostTiles, blockTiles) * vBlock + SPREAD;
    this.mStep = (int) Tiling.roundUp(mostTiles, blockTiles) * panel + SPREAD;
    this.places = new int[mostTiles];
    for (int t = 0; t < mostTiles; t++) {
      places[t] = t / blockTiles * vBlock + t % blockTiles * lanes;
    }
    this.offsets = new int[groupIn];
    for (int c = 0; c < groupIn; c++) {
      offsets[c] = c / lanes * blockTiles * lanes + c % lanes;
    }
    this.span = span();
    this.panelBiases = kernels.newArray(p.outChannels() + panel);
    kernels.gather(biases, 0, 1, panelBiases, 0, p.outChannels());
    this.plain = padsWithZeros();
  }

  /** Returns whether this is the faster way. */
  static boolean pays(Types<?> types, ConvProblem p) {
    if (types.kernels().channels() == null) {
      return false;
    }
    int panel = types.kernels().panel();
    int channels = p.outChannels() / p.groups();
    // An eighth of a panel, at most, may be left empty.
    return p.dilationHeight() == 1 && Tiling.roundUp(channels, panel) * 8 <= channels * 9L;
  }

  /** What a thread needs for a block of tiles. */
  final class Workspace {
    private final A v = kernels.newArray(points * vStep);
    private final A m = kernels.newArray(points * mStep);
    private final ChannelKernels.Scratch scratch = lanesOf.newScratch();

    /** What a block sees of some channels, pixel by pixel; padding at the sides stays zero. */
    private final A strip = kernels.newArray(blockHeight() * pitch * lanes);

    /** A row of each of these channels, if it has to be put together. */
    private final A row = kernels.newArray(plain ? 0 : lanes * pitch);

    /** Outputs of one row of tiles, pixel by pixel. */
    private final A outputs = kernels.newArray(size * rowTiles * size * panel);
  }

  @Override
  Workspace newWorkspace() {
    return new Workspace();
  }

  @Override
  public long workspaceBytes() {
    long numbers =
        (long) points * (vStep + mStep)
            + (long) blockHeight() * pitch * lanes
            + (plain ? 0 : lanes * pitch)
            + (long) size * rowTiles * size * panel;
    return numbers * p.dtype().bytes() + lanesOf.newScratch().bytes();
  }

  @Override
  void compute(Block block, Workspace space, int firstBlock, int lastBlock) {
    for (int c = 0; c < groupIn; c += lanes) {
      transformInput(block, space, c);
    }
    for (int b = firstBlock; b < lastBlock; b++) {
      for (int k = 0; k < points; k++) {
        multiply(block, space, k, b);
      }
      transformOutput(block, space, b);
    }
  }

  private void transformInput(Block block, Workspace space, int c) {
    for (int row = block.firstRow, count; row < block.lastRow; row += count) {
      count = block.together(row);
      readRows(block, space, row, c, rowsSeen(count));
      for (int r = 0; r < count; r++) {
        lanesOf.winogradInput(
            size,
            side,
            space.strip,
            r * size * pitch * lanes,
            pitch * lanes,
            space.v,
            offsets[c],
            vStep,
            places,
            block.firstTile(row + r),
            rowTiles,
            space.scratch);
      }
    }
  }

  /** Turns the padded rows of some channels round. */
  private void readRows(Block block, Workspace space, int row, int c, int height) {
    int channels = Math.min(lanes, groupIn - c);
    int plane = block.plane(row, c);
    int area = p.inHeight() * p.inWidth();
    int first = block.outputRow(row) - p.padTop();
    for (int r = 0; r < height; r++) {
      int ih = first + r;
      int to = r * pitch * lanes;
      if (!plain) {
        for (int i = 0; i < channels; i++) {
          rows.copy(block.x, plane + i, ih, -p.padLeft(), 1, space.row, i * pitch, pitch);
        }
        lanesOf.transpose(space.row, 0, pitch, space.strip, to, lanes, pitch, channels);
      } else if (ih < 0 || ih >= p.inHeight()) {
        kernels.clear(space.strip, to, to + pitch * lanes);
      } else {
        lanesOf.transpose(
            block.x,
            plane * area + ih * p.inWidth(),
            area,
            space.strip,
            to + p.padLeft() * lanes,
            lanes,
            p.inWidth(),
            channels);
      }
    }
  }

  private void multiply(Block block, Workspace space, int k, int b) {
    for (int from = 0; from < groupIn; from += span) {
      lanesOf.multiply(
          space.v,
          k * vStep,
          vBlock,
          blockTiles,
          offsets,
          k / side < side - 1 ? block.tiles() : block.wholeTiles(),
          weights.packed(),
          weights.at(block.group, k, b),
          from,
          Math.min(from + span, groupIn),
          chunk,
          space.m,
          k * mStep,
          space.scratch);
    }
  }

  private void transformOutput(Block block, Workspace space, int b) {
    int channels = weights.channels(b);
    int oc = weights.firstChannel(block.group, b);
    int width = p.outWidth();
    int area = p.outHeight() * width;
    int outPitch = rowTiles * size;
    boolean finite = true;
    for (int row = block.firstRow; row < block.lastRow; row++) {
      finite &=
          lanesOf.winogradOutput(
              size,
              side,
              space.m,
              block.firstTile(row) * panel,
              mStep,
              panelBiases,
              oc,
              space.outputs,
              0,
              outPitch * panel,
              rowTiles,
              space.scratch);
      int height = block.outputs(row, 1);
      int at = block.outputAt(row, oc);
      if (width == outPitch) {
        lanesOf.transpose(space.outputs, 0, panel, block.y, at, area, channels, height * width);
        continue;
      }
      for (int r = 0; r < height; r++) {
        lanesOf.transpose(
            space.outputs,
            r * outPitch * panel,
            panel,
            block.y,
            at + r * width,
            area,
            channels,
            width);
      }
    }
    for (int row = block.firstRow, count; row < block.lastRow; row += count) {
      count = block.together(row);
      int n = block.outputs(row, count) * width;
      for (int i = 0; i < channels; i++) {
        int at = block.outputAt(row, oc + i);
        if (!finite && !kernels.isFinite(block.y, at, n)) {
          block.spoil(row);
        }
        types.finish().apply(block.y, at, 0, 1, n, block.z);
      }
    }
  }
}
