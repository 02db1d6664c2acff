package io.github.conv4j.engine.conv;

import io.github.conv4j.engine.ConvProblem;
import io.github.conv4j.kernel.TileKernels;

/**
 * A layer's kernels in the order in which they are read, in blocks of output channels. Immutable.
 *
 * @param <A> the array type
 */
final class PackedWeights<A> {
  /** The most output channels in a block. */
  private static final int CHANNEL_BLOCK = 128;

  /** The fewest, where an image is one tile and threads can only share its channels. */
  private static final int SMALL_BLOCK = 24;

  private final int groupOut;
  private final int block;
  private final int blocks;
  private final int packedBlock;
  private final A packed;

  /**
   * Packs kernels.
   *
   * @param tiles into how many tiles the pixels of an image are cut
   */
  PackedWeights(ConvProblem p, TileKernels<A> kernels, A weight, int tiles) {
    this.groupOut = p.outChannels() / p.groups();
    int most = tiles > 1 ? CHANNEL_BLOCK : Math.max(SMALL_BLOCK, Tiling.ceilDiv(groupOut, 2));
    this.blocks = Tiling.ceilDiv(groupOut, Math.min(CHANNEL_BLOCK, most));
    this.block = Tiling.ceilDiv(groupOut, blocks);
    this.packedBlock = kernels.packedLength(block, p.taps());
    this.packed =
        kernels.newArray(Math.multiplyExact(packedBlock, Math.multiplyExact(p.groups(), blocks)));
    for (int group = 0; group < p.groups(); group++) {
      for (int b = 0; b < blocks; b++) {
        kernels.pack(
            weight, firstChannel(group, b) * p.taps(), channels(b), p.taps(), packed, at(group, b));
      }
    }
  }

  /** Returns into how many blocks the output channels of a group are cut. */
  int blocks() {
    return blocks;
  }

  /** Returns the most channels that a block has. */
  int blockSize() {
    return block;
  }

  /** Returns how many channels a block has. */
  int channels(int b) {
    return Math.min(block, groupOut - b * block);
  }

  /** Returns the first output channel of a block. */
  int firstChannel(int group, int b) {
    return group * groupOut + b * block;
  }

  /** Returns all packed kernels. */
  A packed() {
    return packed;
  }

  /** Returns where a block begins in the packed kernels. */
  int at(int group, int b) {
    return (group * blocks + b) * packedBlock;
  }
}
