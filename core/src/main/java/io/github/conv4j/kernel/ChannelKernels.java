package io.github.conv4j.kernel;

/**
 * The inner loops of Winograd's algorithm with channels side by side in a vector. Not every backend
 * has them, see {@link TileKernels#channels}.
 *
 * <p>A pixel is {@link TileKernels#lanes} numbers here, those of neighbouring input channels, or
 * {@link TileKernels#panel} of neighbouring output channels. As with {@link TileKernels}, every
 * number that comes out is one chain of operations in the order given here, and arguments are taken
 * as they are.
 *
 * <p>Stateless, and so safe for use by many threads, each with its own {@link Scratch}.
 *
 * @param <A> the array type, {@code float[]} or {@code double[]}
 */
public interface ChannelKernels<A> {
  /** What a thread needs for itself while it calls kernels. */
  interface Scratch {
    /** Returns its size in bytes. */
    long bytes();
  }

  /** Returns new scratch memory. */
  Scratch newScratch();

  /** Returns how many rows of a product had better make a block, if there are so many. */
  int blockRows(int rows);

  /**
   * Writes columns as rows:
   *
   * <pre>
   * target[to + i * toStep + r] = source[from + r * fromStep + i]
   * </pre>
   *
   * for {@code 0 <= i < n} and {@code 0 <= r < rows}, and nothing else.
   *
   * @param target another array than {@code source}
   */
  void transpose(A source, int from, int fromStep, A target, int to, int toStep, int n, int rows);

  /**
   * Adds the products of rows and a panel, chunk by chunk:
   *
   * <pre>
   * total = 0 if from is 0, else y[r][j]
   *
   * for each chunk of the taps from, from + 1, .. to - 1:
   *   part  = 0
   *   part  = fma(p[pAt + r / block * pBlock + r % block * lanes() + offsets[t]],
   *               q[qAt + t * panel() + j], part)              for each tap t of the chunk
   *   total = total + part
   *
   * y[r][j] = total
   * </pre>
   *
   * for {@code 0 <= r < rows}, {@code 0 <= j < panel()} and {@code y[r][j] = y[yAt + r * panel() +
   * j]}. May read and write what else has room in the last block of rows.
   *
   * @param block rows of a block, 4, 8 or 12, and what {@link #blockRows} returned at most
   * @param chunk how many taps make a chunk; the last one may be shorter
   */
  void multiply(
      A p,
      int pAt,
      int pBlock,
      int block,
      int[] offsets,
      int rows,
      A q,
      int qAt,
      int from,
      int to,
      int chunk,
      A y,
      int yAt,
      Scratch scratch);

  /**
   * Transforms the input of a row of {@code n} tiles: {@code V = B' d B} for the side^2 pixels d
   * that a tile sees, pixel i, j of tile t being at {@code x[at + i * row + (size * t + j) *
   * lanes()]}. Number k of its transform goes to {@code v[vAt + k * vStep + places[first + t]]}.
   *
   * @see WinogradMatrices
   */
  void winogradInput(
      int size,
      int side,
      A x,
      int at,
      int row,
      A v,
      int vAt,
      int vStep,
      int[] places,
      int first,
      int n,
      Scratch scratch);

  /**
   * Transforms the sums of a row of {@code n} tiles: {@code y = A' m A} for the side^2 pixels m of
   * a tile, pixel k of tile t being at {@code sums[at + k * mStep + t * panel()]}.
   *
   * <p>Pixel i, j of y, plus those of the bias that begin with {@code channel}, goes to {@code
   * y[yAt + i * yRow + (size * t + j) * panel()]}.
   *
   * @return whether all numbers are finite
   */
  boolean winogradOutput(
      int size,
      int side,
      A sums,
      int at,
      int mStep,
      A bias,
      int channel,
      A y,
      int yAt,
      int yRow,
      int n,
      Scratch scratch);
}
