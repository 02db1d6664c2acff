package io.github.conv4j.engine.conv;

import io.github.conv4j.Accuracy;
import io.github.conv4j.Tensor;
import io.github.conv4j.engine.ConvAlgorithm;
import io.github.conv4j.engine.ConvProblem;
import io.github.conv4j.kernel.WinogradMatrices;
import java.util.Optional;

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
 * <p>The sums are 16 (or 36) products of matrices, see {@link WinogradRunner}. A dilation d is d x
 * d convolutions without one, each on every d-th row and column.
 *
 * <p>Tiles of 2x2 for 3x3 are as exact as PyTorch: B and A hold nothing but 0, 1 and -1, G halves.
 * The others, which see 6x6 inputs, round more and are for {@link Accuracy#FAST}.
 *
 * <p>A number that is not finite would spread over its tile, and a huge one may become infinite. An
 * image where that has happened is computed again by {@link DirectConv}.
 */
public final class WinogradConv implements ConvAlgorithm {
  /** The fewest channels, on either side, that make up for the transforms. */
  private static final int FEWEST_CHANNELS = 16;

  /** The same for each of several groups, which are computed one by one. */
  private static final int FEWEST_IN_GROUP = 32;

  /** Output channels whose sums are in M at a time. */
  static final int CHANNEL_BLOCK = 48;

  /** The fewest tiles that see 6x6; each weight that is fetched is used once a tile. */
  private static final int FEWEST_LARGE_TILES = 16;

  /** The most bytes of weights transformed for tiles that see 6x6. */
  private static final long MOST_LARGE_WEIGHTS = 40 << 20;

  /** The most bytes of V and M; with all else, a workspace has at most 16 MiB. */
  private static final int MAX_TABLES = 14 << 20;

  /** Channels of a vector, and of two, where those are the longest. */
  private static final int VECTOR = 16;

  private static final int PANEL = 32;

  /** The most numbers that lie unused between two channels. */
  private static final int MOST_BETWEEN = 64;

  /** Outputs of a tile, in either direction. */
  final int size;

  /** Rows and columns of a kernel. */
  final int taps;

  /** Inputs that a tile sees, in either direction; it overlaps its neighbour by all but size. */
  final int side;

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
  long tileBytes(ConvProblem p) {
    int sums = Math.min(p.outChannels() / p.groups(), CHANNEL_BLOCK);
    return (Tiling.roundUp(p.channelsPerGroup(), VECTOR) + sums) * side * side * p.dtype().bytes();
  }

  /** Returns how many tiles fit into the workspace, what lies between channels left out. */
  long mostTiles(ConvProblem p) {
    // Whatever lies side by side in a vector: what else is kept of a row of tiles.
    long row = (long) size * (side * VECTOR + size * PANEL) * p.dtype().bytes();
    return MAX_TABLES / (tileBytes(p) + row) - MOST_BETWEEN;
  }

  @Override
  public Runner prepare(ConvProblem problem, Tensor weight, Tensor bias) {
    return Types.of(
        problem,
        new Types.Maker<Runner>() {
          @Override
          public <A> Runner make(Types<A> types) {
            return ChannelsInLanes.pays(types, problem)
                ? new ChannelsInLanes<>(WinogradConv.this, problem, types, weight, bias)
                : new TilesInLanes<>(WinogradConv.this, problem, types, weight, bias);
          }
        });
  }
}
