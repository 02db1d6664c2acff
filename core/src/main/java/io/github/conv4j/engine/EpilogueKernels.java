package io.github.conv4j.engine;

import io.github.conv4j.kernel.Backend;

/**
 * The one operation that finishes sums, for every algorithm and backend, so that all give the same
 * bits.
 *
 * <p>Stateless, and so safe for use by many threads.
 *
 * @param <A> the array type, {@code float[]} or {@code double[]}
 */
public interface EpilogueKernels<A> {
  /**
   * Finishes {@code n} sums in place:
   *
   * <pre>
   * y[at + i] = activation(y[at + i] + residual[residualAt + i])     for 0 <= i < n
   * </pre>
   *
   * <p>The sum is rounded before the activation. A call should cover a row or a tile. {@code y} may
   * be the output or a row of scratch space; where {@code at == residualAt} in two arrays the
   * just-in-time compiler adds with vector instructions.
   *
   * @param y the sums, which become elements of the output
   * @param at where the first lies
   * @param n how many there are
   * @param residual what is added, not overlapping these sums; null for nothing
   * @param residualAt where the first of it lies
   */
  void apply(A y, int at, int n, A residual, int residualAt);

  /** Returns the operation for float32. */
  static EpilogueKernels<float[]> floats(Epilogue epilogue) {
    return new FloatEpilogue(epilogue, Backend.active().floats());
  }

  /** Returns the operation for float64. */
  static EpilogueKernels<double[]> doubles(Epilogue epilogue) {
    return new DoubleEpilogue(epilogue, Backend.active().doubles());
  }
}
