package io.github.conv4j.engine.conv;

import io.github.conv4j.DType;
import io.github.conv4j.Shape;
import io.github.conv4j.Tensor;
import io.github.conv4j.engine.ConvProblem;
import io.github.conv4j.kernel.TileKernels;
import java.util.List;

/**
 * Weights transformed for Winograd's products, {@code U = G g G'}, in blocks of output channels:
 * packed as the kernels of {@link TileKernels#multiply}, or in panels as what its taps meet.
 *
 * <p>A point stands for one product of matrices. It may sum several products of each channel; their
 * taps are counted channel by channel. Transformed in float64, and immutable.
 *
 * @param <A> the array type
 */
final class TransformedWeights<A> {
  /** Parts of the output channels that threads share where there are few tiles. */
  private static final int PARTS = 4;

  /** A row of G for the rows of a kernel, and one for its columns. */
  static final class Rows {
    private final double[] down;
    private final double[] across;

    Rows(double[] down, double[] across) {
      this.down = down;
      this.across = across;
    }
  }

  private final ConvProblem p;
  private final Tensor weight;
  private final List<List<Rows>> points;
  private final int groupIn;
  private final int groupOut;
  private final int blockSize;
  private final int blocks;

  /** Where each point's weights begin, and behind the last where a group ends. */
  private final int[] begin;

  private final A packed;

  /**
   * Transforms weights and packs them as kernels.
   *
   * @param most the most output channels that are multiplied at a time
   * @param fewTiles whether threads may have to share the blocks of channels
   * @param points the products that are summed at each point, perhaps none
   */
  static <A> TransformedWeights<A> asKernels(
      ConvProblem p,
      Types<A> types,
      Tensor weight,
      int most,
      boolean fewTiles,
      List<List<Rows>> points) {
    int channels = p.outChannels() / p.groups();
    int parts = Math.max(Tiling.ceilDiv(channels, most), fewTiles ? PARTS : 1);
    int blockSize = (int) Tiling.roundUp(Tiling.ceilDiv(channels, parts), 4);
    return new TransformedWeights<>(p, types, weight, blockSize, false, points);
  }

  /** Transforms weights and puts the output channels of a panel side by side, tap by tap. */
  static <A> TransformedWeights<A> inPanels(
      ConvProblem p, Types<A> types, Tensor weight, List<List<Rows>> points) {
    return new TransformedWeights<>(p, types, weight, types.kernels().panel(), true, points);
  }

  private TransformedWeights(
      ConvProblem problem,
      Types<A> types,
      Tensor weight,
      int blockSize,
      boolean panels,
      List<List<Rows>> points) {
    this.p = problem;
    this.weight = weight;
    this.points = points;
    this.groupIn = p.channelsPerGroup();
    this.groupOut = p.outChannels() / p.groups();
    this.blockSize = blockSize;
    this.blocks = Tiling.ceilDiv(groupOut, blockSize);
    TileKernels<A> kernels = types.kernels();
    this.begin = new int[points.size() + 1];
    for (int k = 0; k < points.size(); k++) {
      int length = panels ? taps(k) * blockSize : packedLength(kernels, taps(k));
      begin[k + 1] = Math.addExact(begin[k], Math.multiplyExact(length, blocks));
    }
    this.packed = kernels.newArray(Math.multiplyExact(begin[points.size()], p.groups()));
    for (int group = 0; group < p.groups(); group++) {
      for (int k = 0; k < points.size(); k++) {
        if (taps(k) == 0) {
          continue;
        }
        A u = types.array(transformed(group, k));
        for (int b = 0; b < blocks; b++) {
          int at = b * blockSize * taps(k);
          int to = at(group, k, b);
          if (panels) {
            for (int i = 0; i < channels(b); i++) {
              kernels.scatter(u, at + i * taps(k), packed, to + i, blockSize, taps(k));
            }
          } else {
            kernels.pack(u, at, channels(b), taps(k), packed, to);
          }
        }
      }
    }
  }

  private int packedLength(TileKernels<A> kernels, int taps) {
    return taps == 0 ? 0 : kernels.packedLength(blockSize, taps);
  }

  private Tensor transformed(int group, int k) {
    List<Rows> products = points.get(k);
    Tensor u = Tensor.zeros(Shape.of(groupOut, taps(k)), p.dtype());
    int area = p.kernelHeight() * p.kernelWidth();
    for (int i = 0; i < u.numel(); i++) {
      int kernel = group * groupOut * groupIn + i / products.size();
      double value = transformed(products.get(i % products.size()), kernel * area);
      if (p.dtype() == DType.FLOAT32) {
        u.floats()[i] = (float) value;
      } else {
        u.doubles()[i] = value;
      }
    }
    return u;
  }

  private double transformed(Rows g, int at) {
    double sum = 0;
    for (int i = 0; i < g.down.length; i++) {
      double row = 0;
      for (int j = 0; j < g.across.length; j++) {
        row += weight(at + i * g.across.length + j) * g.across[j];
      }
      sum += row * g.down[i];
    }
    return sum;
  }

  private double weight(int i) {
    return p.dtype() == DType.FLOAT32 ? weight.floats()[i] : weight.doubles()[i];
  }

  /** Returns the packed weights. */
  A packed() {
    return packed;
  }

  /** Returns where those of a point and a block of channels begin. */
  int at(int group, int k, int b) {
    int length = (begin[k + 1] - begin[k]) / blocks;
    return group * begin[points.size()] + begin[k] + b * length;
  }

  /** Returns how many taps a point's product has. */
  int taps(int k) {
    return groupIn * points.get(k).size();
  }

  /** Returns into how many blocks the output channels of a group are cut. */
  int blocks() {
    return blocks;
  }

  /** Returns the channels of a block, but for the last one. */
  int blockSize() {
    return blockSize;
  }

  /** Returns the first output channel of a block. */
  int firstChannel(int group, int b) {
    return group * groupOut + b * blockSize;
  }

  /** Returns the channels of one block. */
  int channels(int b) {
    return Math.min(blockSize, groupOut - b * blockSize);
  }
}
