package io.github.conv4j.simd;

import io.github.conv4j.kernel.TileKernels;
import jdk.incubator.vector.FloatVector;

/** A thread's private memory. */
final class FloatScratch implements TileKernels.Scratch {
  private static final int L = FloatVector.SPECIES_PREFERRED.length();

  /** What the taps of a product meet, side by side. */
  final float[] panel = new float[TileKernels.MAX_TAPS * 2 * L];

  /** What sums start from, in all lanes of two vectors. */
  final float[] starts = new float[(TileKernels.MAX_ROWS + FloatProducts.ROWS) * 2 * L];

  /** A register tile, or a tile of Winograd's. */
  final float[] tile = new float[Math.max(FloatProducts.ROWS * 4, 36) * L];

  /** What is added to a panel of Winograd's outputs. */
  final float[] biases = new float[FloatProducts.PANEL];

  /** Sums with rows in the lanes. */
  final float[] lanes = new float[FloatProducts.COLUMN_BLOCKS * 2 * L];

  /** Keeps the compiler from leaving reads out whose numbers nobody needs. */
  float fetched;

  @Override
  public long bytes() {
    int small = tile.length + biases.length + lanes.length;
    return Float.BYTES * (long) (panel.length + starts.length + small);
  }
}
