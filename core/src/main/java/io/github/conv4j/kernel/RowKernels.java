package io.github.conv4j.kernel;

/**
 * The inner loops of the engine, on rows of numbers: everything that depends on the element type or
 * on the processor.
 *
 * <p>A call covers a whole row or tile, thousands of operations, and its arguments are taken as
 * they are: what calls it has checked them. Every number that comes out is one chain of fused
 * multiply-adds in the order given here, so that all implementations give the same bits.
 *
 * <p>Stateless, and so safe for use by many threads.
 *
 * @param <A> the array type, {@code float[]} or {@code double[]}
 */
public interface RowKernels<A> {
  /** Returns a new array of zeros. */
  A newRow(int length);

  /** Returns {@code count} new arrays of zeros. */
  A[] newRows(int count, int length);

  /** Sets {@code row[from .. to)} to zero. */
  void clear(A row, int from, int to);

  /** Sets {@code row[0 .. n)} to {@code values[index]}. */
  void fill(A row, int n, A values, int index);

  /** Copies {@code source[from + i * step]} to {@code row[to + i]} for {@code 0 <= i < n}. */
  void gather(A source, int from, int step, A row, int to, int n);

  /**
   * Adds the products of kernels and taps to the rows of totals:
   *
   * <pre>
   * part         = 0
   * part         = fma(w[wFrom + m * wStep + t], x[t][j], part)    for t = 0, 1, .. taps - 1
   * totals[m][j] = totals[m][j] + part
   * </pre>
   *
   * for {@code 0 <= m < rows} and {@code 0 <= j < n}.
   *
   * @param x one row for each tap
   * @param taps how many taps
   * @param w the kernels
   * @param wFrom where the first kernel's first weight lies
   * @param wStep how far apart the kernels lie
   * @param totals the rows to add to
   * @param rows how many of them
   * @param n the length of every row
   * @param parts two rows of scratch space
   */
  void addProducts(
      A[] x, int taps, A w, int wFrom, int wStep, A[] totals, int rows, int n, A[] parts);
}
