package io.github.conv4j.simd;

import io.github.conv4j.kernel.ChannelKernels;
import java.util.function.IntPredicate;
import java.util.function.IntUnaryOperator;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/** The kernels with float64 channels in the lanes. */
final class DoubleChannels implements ChannelKernels<double[]> {
  private static final VectorSpecies<Double> S = DoubleVector.SPECIES_PREFERRED;
  private static final int L = S.length();
  private static final int PANEL = DoubleProducts.PANEL;

  /**
   * Whether these kernels are the faster ones. They are with vectors of 512 bits; with shorter ones
   * turning rows round costs more than it saves, and with 16 registers the products do too.
   */
  static final boolean PAY = Vectors.bits() == 512;

  /** Tiles whose columns are transformed before their rows are. */
  private static final int TILES = 8;

  private static final VectorMask<Double> SECOND_HALF = mask(t -> t >= L / 2);
  private static final VectorMask<Double> BIT0 = mask(t -> (t & 1) != 0);
  private static final VectorMask<Double> BIT1 = mask(t -> (t & 2) != 0);
  private static final VectorMask<Double> BIT2 = mask(t -> (t & 4) != 0);
  private static final VectorShuffle<Double> SWAP1 = shuffle(t -> (t ^ 1) % L);
  private static final VectorShuffle<Double> SWAP2 = shuffle(t -> (t ^ 2) % L);
  private static final VectorShuffle<Double> SWAP4 = shuffle(t -> (t ^ 4) % L);

  private static VectorMask<Double> mask(IntPredicate lanes) {
    boolean[] bits = new boolean[L];
    for (int t = 0; t < L; t++) {
      bits[t] = lanes.test(t);
    }
    return VectorMask.fromArray(S, bits, 0);
  }

  private static VectorShuffle<Double> shuffle(IntUnaryOperator lanes) {
    return VectorShuffle.fromOp(S, lanes);
  }

  private static final class Memory implements Scratch {
    final double[] zeros = new double[DoubleProducts.ROWS * PANEL];
    final double[] lanes = new double[L];

    /** A tile of Winograd's whose columns are transformed, or several that share columns. */
    final double[] tile = new double[(4 * TILES + 2) * 6 * L];

    @Override
    public long bytes() {
      return Double.BYTES * (long) (zeros.length + lanes.length + tile.length);
    }
  }

  @Override
  public Scratch newScratch() {
    return new Memory();
  }

  @Override
  public int blockRows(int rows) {
    return DoubleProducts.blockRows(rows);
  }

  @Override
  public void multiply(
      double[] p,
      int pAt,
      int pBlock,
      int block,
      int[] offsets,
      int rows,
      double[] q,
      int qAt,
      int from,
      int to,
      int chunk,
      double[] y,
      int yAt,
      Scratch scratch) {
    double[] zeros = ((Memory) scratch).zeros;
    DoubleChannelProducts.multiply(
        p, pAt, pBlock, block, offsets, rows, q, qAt, from, to, chunk, y, yAt, zeros);
  }

  // ---- rows to columns

  @Override
  public void transpose(
      double[] source,
      int from,
      int fromStep,
      double[] target,
      int to,
      int toStep,
      int n,
      int rows) {
    if (L < 8 || n < 8 || rows < L) {
      for (int i = 0; i < n; i++) {
        int a = from + i;
        int b = to + i * toStep;
        for (int r = 0; r < rows; r++) {
          target[b + r] = source[a + r * fromStep];
        }
      }
      return;
    }
    // The last ones begin earlier.
    for (int r = 0; r < rows; r += L) {
      int row = Math.min(r, rows - L);
      for (int i = 0; i < n; i += 8) {
        int column = Math.min(i, n - 8);
        int a = from + row * fromStep + column;
        int b = to + column * toStep + row;
        if (L == 8) {
          transpose8(source, a, fromStep, target, b, toStep);
        } else {
          transpose16(source, a, fromStep, target, b, toStep);
        }
      }
    }
  }

  /** Transposes 8 numbers of 8 rows: lanes change places by one bit of their number at a time. */
  private static void transpose8(double[] x, int at, int step, double[] y, int to, int toStep) {
    DoubleVector a0 = DoubleVector.fromArray(S, x, at);
    DoubleVector a1 = DoubleVector.fromArray(S, x, at + step);
    DoubleVector a2 = DoubleVector.fromArray(S, x, at + 2 * step);
    DoubleVector a3 = DoubleVector.fromArray(S, x, at + 3 * step);
    DoubleVector a4 = DoubleVector.fromArray(S, x, at + 4 * step);
    DoubleVector a5 = DoubleVector.fromArray(S, x, at + 5 * step);
    DoubleVector a6 = DoubleVector.fromArray(S, x, at + 6 * step);
    DoubleVector a7 = DoubleVector.fromArray(S, x, at + 7 * step);
    DoubleVector b0 = a0.blend(a1.rearrange(SWAP1), BIT0);
    DoubleVector b1 = a0.rearrange(SWAP1).blend(a1, BIT0);
    DoubleVector b2 = a2.blend(a3.rearrange(SWAP1), BIT0);
    DoubleVector b3 = a2.rearrange(SWAP1).blend(a3, BIT0);
    DoubleVector b4 = a4.blend(a5.rearrange(SWAP1), BIT0);
    DoubleVector b5 = a4.rearrange(SWAP1).blend(a5, BIT0);
    DoubleVector b6 = a6.blend(a7.rearrange(SWAP1), BIT0);
    DoubleVector b7 = a6.rearrange(SWAP1).blend(a7, BIT0);
    DoubleVector c0 = b0.blend(b2.rearrange(SWAP2), BIT1);
    DoubleVector c2 = b0.rearrange(SWAP2).blend(b2, BIT1);
    DoubleVector c1 = b1.blend(b3.rearrange(SWAP2), BIT1);
    DoubleVector c3 = b1.rearrange(SWAP2).blend(b3, BIT1);
    DoubleVector c4 = b4.blend(b6.rearrange(SWAP2), BIT1);
    DoubleVector c6 = b4.rearrange(SWAP2).blend(b6, BIT1);
    DoubleVector c5 = b5.blend(b7.rearrange(SWAP2), BIT1);
    DoubleVector c7 = b5.rearrange(SWAP2).blend(b7, BIT1);
    DoubleVector d0 = c0.blend(c4.rearrange(SWAP4), BIT2);
    DoubleVector d4 = c0.rearrange(SWAP4).blend(c4, BIT2);
    DoubleVector d1 = c1.blend(c5.rearrange(SWAP4), BIT2);
    DoubleVector d5 = c1.rearrange(SWAP4).blend(c5, BIT2);
    DoubleVector d2 = c2.blend(c6.rearrange(SWAP4), BIT2);
    DoubleVector d6 = c2.rearrange(SWAP4).blend(c6, BIT2);
    DoubleVector d3 = c3.blend(c7.rearrange(SWAP4), BIT2);
    DoubleVector d7 = c3.rearrange(SWAP4).blend(c7, BIT2);
    d0.intoArray(y, to);
    d1.intoArray(y, to + toStep);
    d2.intoArray(y, to + 2 * toStep);
    d3.intoArray(y, to + 3 * toStep);
    d4.intoArray(y, to + 4 * toStep);
    d5.intoArray(y, to + 5 * toStep);
    d6.intoArray(y, to + 6 * toStep);
    d7.intoArray(y, to + 7 * toStep);
  }

  /** The same for 16 rows, the second 8 of them in the second halves. */
  private static void transpose16(double[] x, int at, int step, double[] y, int to, int toStep) {
    int half = at + 8 * step - 8;
    DoubleVector h0 = DoubleVector.fromArray(S, x, half);
    DoubleVector a0 = DoubleVector.fromArray(S, x, at).blend(h0, SECOND_HALF);
    DoubleVector h1 = DoubleVector.fromArray(S, x, half + step);
    DoubleVector a1 = DoubleVector.fromArray(S, x, at + step).blend(h1, SECOND_HALF);
    DoubleVector h2 = DoubleVector.fromArray(S, x, half + 2 * step);
    DoubleVector a2 = DoubleVector.fromArray(S, x, at + 2 * step).blend(h2, SECOND_HALF);
    DoubleVector h3 = DoubleVector.fromArray(S, x, half + 3 * step);
    DoubleVector a3 = DoubleVector.fromArray(S, x, at + 3 * step).blend(h3, SECOND_HALF);
    DoubleVector h4 = DoubleVector.fromArray(S, x, half + 4 * step);
    DoubleVector a4 = DoubleVector.fromArray(S, x, at + 4 * step).blend(h4, SECOND_HALF);
    DoubleVector h5 = DoubleVector.fromArray(S, x, half + 5 * step);
    DoubleVector a5 = DoubleVector.fromArray(S, x, at + 5 * step).blend(h5, SECOND_HALF);
    DoubleVector h6 = DoubleVector.fromArray(S, x, half + 6 * step);
    DoubleVector a6 = DoubleVector.fromArray(S, x, at + 6 * step).blend(h6, SECOND_HALF);
    DoubleVector h7 = DoubleVector.fromArray(S, x, half + 7 * step);
    DoubleVector a7 = DoubleVector.fromArray(S, x, at + 7 * step).blend(h7, SECOND_HALF);
    DoubleVector b0 = a0.blend(a1.rearrange(SWAP1), BIT0);
    DoubleVector b1 = a0.rearrange(SWAP1).blend(a1, BIT0);
    DoubleVector b2 = a2.blend(a3.rearrange(SWAP1), BIT0);
    DoubleVector b3 = a2.rearrange(SWAP1).blend(a3, BIT0);
    DoubleVector b4 = a4.blend(a5.rearrange(SWAP1), BIT0);
    DoubleVector b5 = a4.rearrange(SWAP1).blend(a5, BIT0);
    DoubleVector b6 = a6.blend(a7.rearrange(SWAP1), BIT0);
    DoubleVector b7 = a6.rearrange(SWAP1).blend(a7, BIT0);
    DoubleVector c0 = b0.blend(b2.rearrange(SWAP2), BIT1);
    DoubleVector c2 = b0.rearrange(SWAP2).blend(b2, BIT1);
    DoubleVector c1 = b1.blend(b3.rearrange(SWAP2), BIT1);
    DoubleVector c3 = b1.rearrange(SWAP2).blend(b3, BIT1);
    DoubleVector c4 = b4.blend(b6.rearrange(SWAP2), BIT1);
    DoubleVector c6 = b4.rearrange(SWAP2).blend(b6, BIT1);
    DoubleVector c5 = b5.blend(b7.rearrange(SWAP2), BIT1);
    DoubleVector c7 = b5.rearrange(SWAP2).blend(b7, BIT1);
    DoubleVector d0 = c0.blend(c4.rearrange(SWAP4), BIT2);
    DoubleVector d4 = c0.rearrange(SWAP4).blend(c4, BIT2);
    DoubleVector d1 = c1.blend(c5.rearrange(SWAP4), BIT2);
    DoubleVector d5 = c1.rearrange(SWAP4).blend(c5, BIT2);
    DoubleVector d2 = c2.blend(c6.rearrange(SWAP4), BIT2);
    DoubleVector d6 = c2.rearrange(SWAP4).blend(c6, BIT2);
    DoubleVector d3 = c3.blend(c7.rearrange(SWAP4), BIT2);
    DoubleVector d7 = c3.rearrange(SWAP4).blend(c7, BIT2);
    d0.intoArray(y, to);
    d1.intoArray(y, to + toStep);
    d2.intoArray(y, to + 2 * toStep);
    d3.intoArray(y, to + 3 * toStep);
    d4.intoArray(y, to + 4 * toStep);
    d5.intoArray(y, to + 5 * toStep);
    d6.intoArray(y, to + 6 * toStep);
    d7.intoArray(y, to + 7 * toStep);
  }

  // ---- Winograd's transforms

  @Override
  public void winogradInput(
      int size,
      int side,
      double[] x,
      int at,
      int row,
      double[] v,
      int vAt,
      int vStep,
      int[] places,
      int first,
      int n,
      Scratch scratch) {
    if (side == 4) {
      input4(x, at, row, v, vAt, vStep, places, first, n);
      return;
    }
    double[] columns = ((Memory) scratch).tile;
    for (int t = 0; t < n; t += TILES) {
      int tiles = Math.min(TILES, n - t);
      int column = at + size * t * L;
      for (int c = 0; c < size * (tiles - 1) + 6; c++) {
        DoubleWinograd.inputColumn6(
            x, column + c * L, row, 2 * row, 4 * row, columns, c * 6 * L, L);
      }
      for (int i = 0; i < 6 * tiles; i++) {
        int from = (i / 6 * size * 6 + i % 6) * L;
        int k = vAt + places[first + t + i / 6] + i % 6 * 6 * vStep;
        DoubleWinograd.inputColumn6(columns, from, 6 * L, 12 * L, 24 * L, v, k, vStep);
      }
    }
  }

  /** The first two columns of a tile are the last two of the tile before. */
  private static void input4(
      double[] x, int at, int row, double[] v, int vAt, int vStep, int[] places, int first, int n) {
    DoubleVector d0 = DoubleVector.fromArray(S, x, at);
    DoubleVector d1 = DoubleVector.fromArray(S, x, at + row);
    DoubleVector d2 = DoubleVector.fromArray(S, x, at + 2 * row);
    DoubleVector d3 = DoubleVector.fromArray(S, x, at + 3 * row);
    DoubleVector c00 = d0.sub(d2);
    DoubleVector c10 = d1.add(d2);
    DoubleVector c20 = d2.sub(d1);
    DoubleVector c30 = d1.sub(d3);
    DoubleVector e0 = DoubleVector.fromArray(S, x, at + L);
    DoubleVector e1 = DoubleVector.fromArray(S, x, at + row + L);
    DoubleVector e2 = DoubleVector.fromArray(S, x, at + 2 * row + L);
    DoubleVector e3 = DoubleVector.fromArray(S, x, at + 3 * row + L);
    DoubleVector c01 = e0.sub(e2);
    DoubleVector c11 = e1.add(e2);
    DoubleVector c21 = e2.sub(e1);
    DoubleVector c31 = e1.sub(e3);
    for (int t = 0; t < n; t++) {
      int a = at + (2 * t + 2) * L;
      int to = vAt + places[first + t];
      DoubleVector f0 = DoubleVector.fromArray(S, x, a);
      DoubleVector f1 = DoubleVector.fromArray(S, x, a + row);
      DoubleVector f2 = DoubleVector.fromArray(S, x, a + 2 * row);
      DoubleVector f3 = DoubleVector.fromArray(S, x, a + 3 * row);
      DoubleVector c02 = f0.sub(f2);
      DoubleVector c12 = f1.add(f2);
      DoubleVector c22 = f2.sub(f1);
      DoubleVector c32 = f1.sub(f3);
      DoubleVector g0 = DoubleVector.fromArray(S, x, a + L);
      DoubleVector g1 = DoubleVector.fromArray(S, x, a + row + L);
      DoubleVector g2 = DoubleVector.fromArray(S, x, a + 2 * row + L);
      DoubleVector g3 = DoubleVector.fromArray(S, x, a + 3 * row + L);
      DoubleVector c03 = g0.sub(g2);
      DoubleVector c13 = g1.add(g2);
      DoubleVector c23 = g2.sub(g1);
      DoubleVector c33 = g1.sub(g3);
      c00.sub(c02).intoArray(v, to);
      c01.add(c02).intoArray(v, to + vStep);
      c02.sub(c01).intoArray(v, to + 2 * vStep);
      c01.sub(c03).intoArray(v, to + 3 * vStep);
      c10.sub(c12).intoArray(v, to + 4 * vStep);
      c11.add(c12).intoArray(v, to + 5 * vStep);
      c12.sub(c11).intoArray(v, to + 6 * vStep);
      c11.sub(c13).intoArray(v, to + 7 * vStep);
      c20.sub(c22).intoArray(v, to + 8 * vStep);
      c21.add(c22).intoArray(v, to + 9 * vStep);
      c22.sub(c21).intoArray(v, to + 10 * vStep);
      c21.sub(c23).intoArray(v, to + 11 * vStep);
      c30.sub(c32).intoArray(v, to + 12 * vStep);
      c31.add(c32).intoArray(v, to + 13 * vStep);
      c32.sub(c31).intoArray(v, to + 14 * vStep);
      c31.sub(c33).intoArray(v, to + 15 * vStep);
      c00 = c02;
      c10 = c12;
      c20 = c22;
      c30 = c32;
      c01 = c03;
      c11 = c13;
      c21 = c23;
      c31 = c33;
    }
  }

  @Override
  public boolean winogradOutput(
      int size,
      int side,
      double[] sums,
      int at,
      int mStep,
      double[] bias,
      int channel,
      double[] y,
      int yAt,
      int yRow,
      int n,
      Scratch scratch) {
    double[] lanes = ((Memory) scratch).lanes;
    double[] tile = ((Memory) scratch).tile;
    int next = size * PANEL;
    int all = n * PANEL;
    if (side == 4) {
      DoubleWinograd.output2of4(
          sums, at, mStep, PANEL, bias, channel, y, yAt, next, yRow, PANEL, all, lanes);
    } else if (size == 4) {
      DoubleWinograd.output4of6(
          sums, at, mStep, PANEL, bias, channel, y, yAt, next, yRow, PANEL, all, lanes, tile);
    } else {
      DoubleWinograd.output2of6(
          sums, at, mStep, PANEL, bias, channel, y, yAt, next, yRow, PANEL, all, lanes, tile);
    }
    return DoubleWinograd.isZero(lanes);
  }
}
