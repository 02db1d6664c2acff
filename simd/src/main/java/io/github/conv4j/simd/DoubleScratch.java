package io.github.conv4j.simd;

import io.github.conv4j.kernel.TileKernels;
import jdk.incubator.vector.DoubleVector;

/** A thread's private memory. */
final class DoubleScratch implements TileKernels.Scratch {
  private static final int L = DoubleVector.SPECIES_PREFERRED.length();

  /** What the taps of a product meet, side by side. */
  final double[] panel = new double[TileKernels.MAX_TAPS * 2 * L];

  /** What sums start from, in all lanes of two vectors. */
  final double[] starts = new double[(TileKernels.MAX_ROWS + DoubleProducts.ROWS) * 2 * L];

  /** A register tile, or a tile of Winograd's. */
  final double[] tile = new double[Math.max(DoubleProducts.ROWS * 4, 36) * L];

  /** What is added to a panel of Winograd's outputs. */
  final double[] biases = new double[DoubleProducts.PANEL];

  /** Sums with rows in the lanes. */
  final double[] lanes = new double[DoubleProducts.COLUMN_BLOCKS * 2 * L];

  /** Keeps the compiler from leaving reads out whose numbers nobody needs. */
  double fetched;

  @Override
  public long bytes() {
    int small = tile.length + biases.length + lanes.length;
    return Double.BYTES * (long) (panel.length + starts.length + small);
  }
}
