package io.github.conv4j.kernel;

/**
 * The inner loops of the engine: everything that depends on the element type or on the processor.
 *
 * <p>A call covers a whole tile, thousands of operations, and its arguments are taken as they are:
 * what calls it has checked them. Every number that comes out is one chain of operations in the
 * order given here, so that all implementations give the same bits.
 *
 * <p>Stateless, and so safe for use by many threads, each with its own {@link Scratch}.
 *
 * @param <A> the array type, {@code float[]} or {@code double[]}
 */
public interface TileKernels<A> {
  /** The most taps that {@link #multiply} takes at a time. */
  int MAX_TAPS = 512;

  /** The most taps in a chunk of {@link #filter}. */
  int MAX_CHUNK = 256;

  /** The most kernels that {@link #multiply} takes at a time. */
  int MAX_ROWS = 128;

  /** As many numbers behind what a call is about it may read or write, where it says so. */
  int SLACK = 16;

  /** What a thread needs for itself while it calls kernels. */
  interface Scratch {
    /** Returns its size in bytes. */
    long bytes();
  }

  /** Returns new scratch memory. */
  Scratch newScratch();

  /** Returns a new array of zeros. */
  A newArray(int length);

  /** Sets {@code array[from .. to)} to zero. */
  void clear(A array, int from, int to);

  /** Sets {@code array[from .. to)} to a number of the element type. */
  void fill(A array, int from, int to, double value);

  /**
   * Brings {@code n} neighbours in each of some rows, {@code step} apart, nearer to the processor,
   * if that helps: rows that are read in one go come faster than small parts of each in turn.
   */
  void fetch(A source, int from, int step, int n, int rows, Scratch scratch);

  /** Copies {@code source[from + i * step]} to {@code target[to + i]} for {@code 0 <= i < n}. */
  void gather(A source, int from, int step, A target, int to, int n);

  /** Copies {@code source[from + i]} to {@code target[to + i * step]} for {@code 0 <= i < n}. */
  void scatter(A source, int from, A target, int to, int step, int n);

  /** Returns whether {@code array[from .. from + n)} has no infinity and no NaN. */
  boolean isFinite(A array, int from, int n);

  /** Returns the number of pixels that a product is computed for at a time; fewer cost the same. */
  int lanes();

  /** Returns how many pixels a call of {@link #multiply} should have if there are that many. */
  int tile();

  /**
   * Returns how many pixels make a panel: operands of a product that lie in panels, side by side
   * for all taps, need not be copied there. {@link Integer#MAX_VALUE} if there are no panels.
   */
  int panel();

  /**
   * Returns the kernels with channels in the lanes, or null if this backend has none or they would
   * not be faster on this processor.
   */
  default ChannelKernels<A> channels() {
    return null;
  }

  // ---- elements by themselves

  /**
   * Puts numbers between two bounds: {@code low} for what is less than that, {@code high} for what
   * is greater than that, and all others, NaN and zeros that equal a bound too, as they are.
   *
   * @param low a number of the element type, not greater than {@code high}
   * @param high a number of the element type
   */
  void clamp(A y, int at, int n, double low, double high);

  /**
   * Sets {@code y[yAt + i]} to the largest of {@code x[at + r * step + i]} over {@code 0 <= r <
   * rows}, for {@code 0 <= i < n}: as {@code Math.max} has it, NaN if there is one, and 0 for a
   * zero of either sign.
   *
   * @param rows at least 1
   * @param y another array than {@code x}
   * @param spare as long as {@code y}, and may be written over where that is
   */
  void largest(A x, int at, int step, int rows, A y, int yAt, A spare, int n);

  // ---- products

  /** Returns the length of {@code rows} kernels of {@code taps} weights once packed. */
  int packedLength(int rows, int taps);

  /**
   * Brings kernels into the order in which {@link #multiply} reads them.
   *
   * @param w the kernels
   * @param at where the first begins; the others follow, {@code taps} numbers each
   * @param rows how many kernels
   * @param taps how many weights each has
   * @param packed where they go
   * @param packedAt where they go there
   */
  void pack(A w, int at, int rows, int taps, A packed, int packedAt);

  /**
   * Adds the products of kernels and what their taps meet, chunk by chunk:
   *
   * <pre>
   * total   = start[startAt + r], or y[r][j] if start is null
   *
   * for each chunk of the taps from, from + 1, .. to - 1:
   *   part  = 0
   *   part  = fma(w[r][t], q[qAt + qo[t] + j'], part)   for each tap t of the chunk
   *   total = total + part
   *
   * y[r][j] = total
   * </pre>
   *
   * for {@code 0 <= r < rows}, {@code 0 <= j < n} and {@code y[r][j] = y[yAt + r * yRow + j]}; j'
   * is j unless there are panels.
   *
   * @param p packed kernels, w
   * @param pAt where they begin
   * @param taps how many weights each has
   * @param rows how many kernels, at most {@link #MAX_ROWS}
   * @param q what the taps meet
   * @param qAt where it begins
   * @param qPanel how far apart its panels lie: pixel j's numbers are {@code j / panel() * qPanel +
   *     j % panel()} behind the first pixel's
   * @param qo for each tap, where the first pixel's number lies
   * @param from the first tap, counted in the packed kernels and in {@code qo}; an even number
   * @param to behind the last tap, an even number or {@code taps}; at most {@link #MAX_TAPS} after
   *     {@code from}
   * @param chunk how many taps make a chunk: an even number, or all; the last one may be shorter
   * @param start what the sums start from, or null if they go on from {@code y}
   * @param startAt where that begins
   * @param y the sums
   * @param yAt where the first lies
   * @param yRow how far apart the rows of sums are
   * @param yPanel how far apart their panels are; the shortest way is rows that are {@link #panel}
   *     apart, and then what lies behind the last pixel in its panel may be written over
   * @param n how many pixels
   * @param scratch this thread's
   */
  void multiplyPanels(
      A p,
      int pAt,
      int taps,
      int rows,
      A q,
      int qAt,
      int qPanel,
      int[] qo,
      int from,
      int to,
      int chunk,
      A start,
      int startAt,
      A y,
      int yAt,
      int yRow,
      int yPanel,
      int n,
      Scratch scratch);

  /** Does the same where the pixels of a tap are neighbours. */
  default void multiply(
      A p,
      int pAt,
      int taps,
      int rows,
      A q,
      int qAt,
      int[] qo,
      int from,
      int to,
      int chunk,
      A start,
      int startAt,
      A y,
      int yAt,
      int yRow,
      int n,
      Scratch scratch) {
    multiplyPanels(
        p, pAt, taps, rows, q, qAt, panel(), qo, from, to, chunk, start, startAt, y, yAt, yRow,
        panel(), n, scratch);
  }

  // ---- channels by themselves

  /**
   * Multiplies complex numbers by others, in place:
   *
   * <pre>
   * re = u[uAt + i] * v[vAt + i] - u[uAt + uPart + i] * v[vAt + vPart + i]
   * im = u[uAt + uPart + i] * v[vAt + i] + u[uAt + i] * v[vAt + vPart + i]
   * v[vAt + i] = re, v[vAt + vPart + i] = im
   * </pre>
   *
   * for {@code 0 <= i < n}, with every product and every sum rounded.
   */
  void multiplyComplex(A u, int uAt, int uPart, A v, int vAt, int vPart, int n);

  /**
   * Copies planes between zeros:
   *
   * <pre>
   * target[to + c * toPlane + r * toStep + i] = source[from + c * fromPlane + r * fromStep + i]
   * </pre>
   *
   * for {@code 0 <= c < planes}, {@code 0 <= r < rows} and {@code 0 <= i < n}, in this order. May
   * write {@link #SLACK} zeros behind each row, before the next is written.
   */
  void copyPlanes(
      A source,
      int from,
      int fromStep,
      int fromPlane,
      A target,
      int to,
      int toStep,
      int toPlane,
      int n,
      int rows,
      int planes);

  /**
   * Copies planes between zeros, the even and the odd columns apart:
   *
   * <pre>
   * target[even + c * toPlane + r * toStep + i / 2] = source[.. + i]   for even i
   * target[odd  + c * toPlane + r * toStep + i / 2] = source[.. + i]   for odd i
   * </pre>
   *
   * otherwise like {@link #copyPlanes}. May write {@link #SLACK} zeros behind each part of a row,
   * before the next row is written.
   */
  void partPlanes(
      A source,
      int from,
      int fromStep,
      int fromPlane,
      A target,
      int even,
      int odd,
      int toStep,
      int toPlane,
      int n,
      int rows,
      int planes);

  /**
   * Filters rows of neighbouring channels, each with a kernel of its own:
   *
   * <pre>
   * y[c][r][j] = bias[channel + c]
   * for each chunk of taps in turn:
   *   part       = 0
   *   part       = fma(w[c][t], x[at + c * plane + r * rowStep + offsets[t] + j], part)
   *                                                                 for t in the chunk
   *   y[c][r][j] = y[c][r][j] + part
   * </pre>
   *
   * for {@code 0 <= c < channels}, {@code 0 <= r < rows}, {@code 0 <= j < n}, with {@code w[c][t] =
   * w[(channel + c) * offsets.length + t]} and {@code y[c][r][j] = y[yAt + (c * rows + r) * yRow +
   * j]}. A chunk has {@code chunk} taps, {@value #MAX_CHUNK} at most; the last one may have fewer.
   * May read {@code 2 * SLACK} numbers more behind the last if {@code n < SLACK}.
   */
  void filter(
      A x,
      int at,
      int plane,
      int rowStep,
      int[] offsets,
      int chunk,
      A w,
      A bias,
      int channel,
      int channels,
      A y,
      int yAt,
      int yRow,
      int n,
      int rows,
      Scratch scratch);

  /**
   * Filters planes with 3x3 taps between zeros, one on each side, where they lie:
   *
   * <pre>
   * part           = 0
   * part           = fma(w[(channel + c) * 9 + kh * 3 + kw],
   *                      x[c][stride * r + kh - 1][stride * j + kw - 1], part)
   *                                                                 for kh, kw = 0, 1, 2
   * y[c][r * n + j] = bias[channel + c] + part
   * </pre>
   *
   * for {@code first <= r < first + rows} and {@code 0 <= j < n}, with the planes {@code x[c]}, of
   * {@code height * width} numbers, one behind the other from {@code at} on, and {@code y[c]} at
   * {@code yAt + c * yPlane}. What lies outside a plane is 0.
   *
   * @param stride 1 or 2, in both directions
   * @param planes how many there are
   * @param n columns of the output
   * @param end where the numbers of y end that the caller is about to write: up to there, what lies
   *     behind a plane may be written over
   * @return how many planes were filtered, from the first on: the others had better be copied
   *     between zeros, or lie too near to an end of an array
   */
  default int filterPlanes(
      A x,
      int at,
      int height,
      int width,
      int stride,
      A w,
      A bias,
      int channel,
      int planes,
      A y,
      int yAt,
      int yPlane,
      int n,
      int first,
      int rows,
      int end) {
    return 0;
  }

  /**
   * Copies {@code n} neighbours in each of some rows, {@code fromStep} and {@code toStep} apart.
   * May write {@link #SLACK} zeros behind each row, before the next is written.
   */
  void copyRows(A source, int from, int fromStep, A target, int to, int toStep, int n, int rows);

  /** Copies as {@link #copyRows} does, but writes nothing behind a row. */
  void moveRows(A source, int from, int fromStep, A target, int to, int toStep, int n, int rows);

  /**
   * Writes sums that {@link #multiplyPanels} left in panels to the rows they belong to, and adds
   * what is given:
   *
   * <pre>
   * y[yAt + r * yRow + j] = sums[at + r * row + j / panel() * step + j % panel()]
   *                         + residual[yAt + r * yRow + j]
   * </pre>
   *
   * for {@code 0 <= r < rows} and {@code 0 <= j < n}. Reads and writes nothing else of {@code y};
   * may read the sums up to the end of a panel's row.
   *
   * @param row how far apart the rows of a panel are
   * @param step how far apart the panels are
   * @param residual what is added, perhaps {@code y} itself, or null for nothing
   */
  void writeSums(
      A sums, int at, int row, int step, A residual, A y, int yAt, int yRow, int n, int rows);

  // ---- Winograd's transforms, for tiles that see side x side inputs and have size x size outputs:
  // 4 and 2, 6 and 4, or 6 and 2

  /**
   * Lays rows out by the columns of tiles that overlap by {@code side - size}, row after row of
   * tiles:
   *
   * <pre>
   * target[to + (r % size * side + c) * step + r / size * n + t]
   *     = source[from + r * fromStep + size * t + c]
   * </pre>
   *
   * for {@code 0 <= r < rows}, {@code 0 <= c < side}, {@code 0 <= t < n}. May read {@code size *}
   * {@link #SLACK} numbers more behind a row, and write {@code SLACK} numbers more behind each of
   * the {@code size * side} parts.
   */
  void layOutTiles(
      int size,
      int side,
      A source,
      int from,
      int fromStep,
      A target,
      int to,
      int step,
      int n,
      int rows);

  /**
   * Puts rows together from the columns of tiles:
   *
   * <pre>
   * target[to + r * toStep + i]
   *     = source[from + (r % size * size + i % size) * step + r / size * pitch + i / size]
   * </pre>
   *
   * for {@code 0 <= r < rows} and {@code 0 <= i < n}. May read {@code SLACK} numbers more behind a
   * part; writes no more than n.
   */
  void interleave(
      int size,
      A source,
      int from,
      int step,
      int pitch,
      A target,
      int to,
      int toStep,
      int n,
      int rows);

  /**
   * Transforms the input of {@code n} tiles: {@code V = B' d B} for the side^2 numbers d that a
   * tile sees, number i, j of tile t being
   *
   * <pre>
   * parts[at + (i % size * side + j) * step + i / size * pitch + t]
   * </pre>
   *
   * <p>Tile t is number {@code f = first + t} of V, and its number k goes to {@code v[vAt + k *
   * vStep + f / panel() * vPanel + f % panel()]}. May read {@code SLACK} numbers more behind the
   * last tile and write as many there and behind each panel, whatever stands there.
   *
   * @see WinogradMatrices
   */
  void winogradInput(
      int size,
      int side,
      A parts,
      int at,
      int step,
      int pitch,
      A v,
      int vAt,
      int vStep,
      int vPanel,
      int first,
      int n,
      Scratch scratch);

  /**
   * Transforms the sums of {@code n} tiles: {@code y = A' m A} for the side^2 sums m of a tile,
   * number k of tile t being {@code sums[at + k * mStep + t / panel() * mPanel + t % panel()]}.
   *
   * <p>Number i, j of y, plus a bias, goes to {@code y[(i * size + j) * step + t]}. May read and
   * write {@code SLACK} numbers more behind the last tile.
   *
   * @return whether all numbers are finite; where they are, it may still be false because of what
   *     stands behind the last tile
   */
  boolean winogradOutput(
      int size,
      int side,
      A sums,
      int at,
      int mStep,
      int mPanel,
      A bias,
      int channel,
      A y,
      int step,
      int n,
      Scratch scratch);

  /**
   * Adds runs of numbers to others, or subtracts them:
   *
   * <pre>
   * target[to[k] + runTo[i] + t]
   *     = source[first[k] + runFrom[i] + t] + sign[k] * source[second[k] + runFrom[i] + t]
   * </pre>
   *
   * for all k, {@code 0 <= i < runs} and {@code 0 <= t < length[i]}, in this order; where the sign
   * is 0 it copies. No run is longer than {@link #lanes}; up to so many numbers may be read and
   * written, before what comes next is written.
   */
  void combine(
      A source,
      int[] first,
      int[] second,
      int[] sign,
      int[] runFrom,
      A target,
      int[] to,
      int[] runTo,
      int[] length,
      int runs);

  /**
   * Transforms the sums of {@code n} tiles along one side only: {@code y = A' m} for the 4 sums m
   * of a tile, otherwise like {@link #winogradOutput}.
   */
  boolean winogradLine(
      A sums,
      int at,
      int mStep,
      int mPanel,
      A bias,
      int channel,
      A y,
      int step,
      int n,
      Scratch scratch);

  // ---- rows by rows

  /** How many sums of its own the product of two rows has, and by what its length is divided. */
  int ROW_LANES = 16;

  /** After so many products, the sums are added to the totals and begin anew. */
  int ROW_CHUNK = 512;

  /**
   * Adds the products of rows to totals, lane by lane and chunk by chunk:
   *
   * <pre>
   * for each chunk of {@link #ROW_CHUNK} products from 0 to n - 1:
   *   part = 0
   *   part = fma(w[wAt + r * wRow + t], x[xAt + i * xRow + t], part)
   *                                       for t = l, l + ROW_LANES, .. within the chunk
   *   totals[(r * inputs + i) * ROW_LANES + l] += part
   * </pre>
   *
   * for {@code 0 <= r < rows}, {@code 0 <= i < inputs} and {@code 0 <= l < ROW_LANES}.
   *
   * @param n how many products, a multiple of {@link #ROW_LANES}
   */
  void addRowProducts(
      A w, int wAt, int wRow, int rows, A x, int xAt, int xRow, int inputs, int n, A totals);

  /**
   * Adds the last {@code n < ROW_LANES} products, one to each of the first lanes, and then the
   * lanes: l to l + 8, to l + 4, to l + 2, to l + 1, and last the bias, unless that is null:
   *
   * <pre>
   * y[yAt + i * yRow + r] = sum of totals[(r * inputs + i) * ROW_LANES + l] + bias[biasAt + r]
   * </pre>
   *
   * <p>Leaves the totals 0.
   */
  void finishRowProducts(
      A w,
      int wAt,
      int wRow,
      int rows,
      A x,
      int xAt,
      int xRow,
      int inputs,
      int n,
      A totals,
      A bias,
      int biasAt,
      A y,
      int yAt,
      int yRow);
}
