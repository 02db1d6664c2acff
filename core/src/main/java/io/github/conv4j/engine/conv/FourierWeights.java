package io.github.conv4j.engine.conv;

import io.github.conv4j.Tensor;
import io.github.conv4j.engine.ConvProblem;
import io.github.conv4j.kernel.TileKernels;

/**
 * The spectra of a layer's kernels, laid out as {@link FourierConv} multiplies with them.
 * Immutable.
 *
 * <p>A kernel g, between zeros, becomes {@code conj(F) g conj(F)' / N^2} with F the matrix of the
 * transform: conjugate, as a convolution layer does not mirror its kernels, and divided by the
 * numbers of a tile, so that the way back is a mere sum. Everything is computed in float64 and
 * rounded once. The columns of a spectrum are conjugate in pairs, so only half of them are there;
 * frequency {@code k * rows + l} is that of column k and row l.
 *
 * @param <A> the array type
 */
final class FourierWeights<A> {
  private final A numbers;

  /** How far the blocks are apart. */
  private final int apart;

  /** How many blocks a frequency has, the rows of all of them, and of each but the last. */
  private final int blocks;

  private final int allRows;
  private final int blockRows;

  private FourierWeights(A numbers, int apart, int blocks, int allRows, int blockRows) {
    this.numbers = numbers;
    this.apart = apart;
    this.blocks = blocks;
    this.allRows = allRows;
    this.blockRows = blockRows;
  }

  /**
   * Lays the weights of a depthwise layer out as the spectra of blocks of channels lie: for each
   * column of frequencies first the real parts, row by row, then the imaginary ones; each a number
   * for every channel of the block.
   */
  static <A> FourierWeights<A> single(
      ConvProblem p, FourierTiles tiles, Types<A> types, Tensor weight, int blockChannels) {
    int rows = tiles.rows().length();
    int apart = 2 * tiles.frequencies() * blockChannels;
    int blocks = Tiling.ceilDiv(p.inChannels(), blockChannels);
    double[] all = new double[Math.multiplyExact(blocks, apart)];
    Spectrum spectrum = new Spectrum(p, tiles, weight);
    for (int c = 0; c < p.inChannels(); c++) {
      spectrum.transform(c);
      for (int f = 0; f < tiles.frequencies(); f++) {
        int k = f / rows;
        int plane = 2 * k * rows + f % rows;
        int at = c / blockChannels * apart + plane * blockChannels + c % blockChannels;
        all[at] = spectrum.re[f];
        all[at + rows * blockChannels] = spectrum.im[f];
      }
    }
    return new FourierWeights<>(types.rounded(all), apart, 1, 0, 0);
  }

  /**
   * Packs, for each frequency, the real matrix [Ur -Ui; Ui Ur] of a dense layer, its rows in
   * blocks: those that make the real parts of all outputs, then the imaginary ones.
   */
  static <A> FourierWeights<A> packed(
      ConvProblem p, FourierTiles tiles, Types<A> types, Tensor weight) {
    TileKernels<A> kernels = types.kernels();
    int in = p.inChannels();
    int out = p.outChannels();
    int pairs = in * out;
    double[] all = new double[Math.multiplyExact(2 * tiles.frequencies(), pairs)];
    Spectrum spectrum = new Spectrum(p, tiles, weight);
    for (int i = 0; i < pairs; i++) {
      spectrum.transform(i);
      for (int f = 0; f < tiles.frequencies(); f++) {
        all[2 * f * pairs + i] = spectrum.re[f];
        all[(2 * f + 1) * pairs + i] = spectrum.im[f];
      }
    }
    int blocks = Tiling.ceilDiv(2 * out, TileKernels.MAX_ROWS);
    int blockRows = Tiling.ceilDiv(2 * out, blocks);
    int apart = kernels.packedLength(blockRows, 2 * in);
    A packed = kernels.newArray(Math.multiplyExact(tiles.frequencies() * blocks, apart));
    FourierWeights<A> weights = new FourierWeights<>(packed, apart, blocks, 2 * out, blockRows);
    double[] matrix = new double[4 * pairs];
    for (int f = 0; f < tiles.frequencies(); f++) {
      for (int i = 0; i < pairs; i++) {
        int re = i / in * 2 * in + i % in;
        int im = re + 2 * pairs;
        matrix[re] = all[2 * f * pairs + i];
        matrix[re + in] = -all[(2 * f + 1) * pairs + i];
        matrix[im] = all[(2 * f + 1) * pairs + i];
        matrix[im + in] = all[2 * f * pairs + i];
      }
      A rounded = types.rounded(matrix);
      for (int b = 0; b < blocks; b++) {
        kernels.pack(
            rounded,
            weights.firstRow(b) * 2 * in,
            weights.rows(b),
            2 * in,
            packed,
            weights.at(f * blocks + b));
      }
    }
    return weights;
  }

  /** Returns the numbers of all blocks. */
  A numbers() {
    return numbers;
  }

  /**
   * Returns where a block begins: block {@code b} of channels, or of packed weights block {@code f
   * * blocks() + b} of frequency {@code f}.
   */
  int at(int block) {
    return block * apart;
  }

  /** Returns into how many blocks the packed matrix of a frequency is cut. */
  int blocks() {
    return blocks;
  }

  /** Returns the first row of the matrix that is in packed block {@code b} of a frequency. */
  int firstRow(int b) {
    return b * blockRows;
  }

  /** Returns how many rows packed block {@code b} of a frequency has. */
  int rows(int b) {
    return Math.min(blockRows, allRows - firstRow(b));
  }

  /** Transforms kernels, one after the other, in float64. */
  private static final class Spectrum {
    final double[] re;
    final double[] im;
    private final double[] kernels;
    private final int kernelHeight;
    private final int kernelWidth;
    private final int rows;
    private final int columns;
    private final int half;
    private final double[][] rowWaves;
    private final double[][] columnWaves;

    /** Spectra of the rows of a kernel: real parts, then imaginary parts. */
    private final double[][] across;

    Spectrum(ConvProblem p, FourierTiles tiles, Tensor weight) {
      this.re = new double[tiles.frequencies()];
      this.im = new double[tiles.frequencies()];
      this.kernels = weight.toDoubleArray();
      this.kernelHeight = p.kernelHeight();
      this.kernelWidth = p.kernelWidth();
      this.rows = tiles.rows().length();
      this.columns = tiles.columns().length();
      this.half = tiles.halfColumns();
      this.rowWaves = waves(rows);
      this.columnWaves = waves(columns);
      this.across = new double[2][kernelHeight * half];
    }

    private static double[][] waves(int n) {
      double[][] waves = new double[2][n];
      for (int i = 0; i < n; i++) {
        waves[0][i] = FourierMatrices.cos(i, n);
        waves[1][i] = FourierMatrices.sin(i, n);
      }
      return waves;
    }

    /** Leaves the spectrum of one kernel in {@link #re} and {@link #im}. */
    void transform(int number) {
      int at = number * kernelHeight * kernelWidth;
      for (int i = 0; i < kernelHeight; i++) {
        for (int k = 0; k < half; k++) {
          double sumRe = 0;
          double sumIm = 0;
          for (int j = 0; j < kernelWidth; j++) {
            double w = kernels[at + i * kernelWidth + j];
            int wave = k * j % columns;
            sumRe += w * columnWaves[0][wave];
            sumIm += w * columnWaves[1][wave];
          }
          across[0][i * half + k] = sumRe;
          across[1][i * half + k] = sumIm;
        }
      }
      double scale = (double) rows * columns;
      for (int k = 0; k < half; k++) {
        for (int l = 0; l < rows; l++) {
          double sumRe = 0;
          double sumIm = 0;
          for (int i = 0; i < kernelHeight; i++) {
            int wave = l * i % rows;
            double cos = rowWaves[0][wave];
            double sin = rowWaves[1][wave];
            sumRe += across[0][i * half + k] * cos - across[1][i * half + k] * sin;
            sumIm += across[0][i * half + k] * sin + across[1][i * half + k] * cos;
          }
          re[k * rows + l] = sumRe / scale;
          im[k * rows + l] = sumIm / scale;
        }
      }
    }
  }
}
