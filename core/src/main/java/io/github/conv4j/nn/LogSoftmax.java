package io.github.conv4j.nn;

import io.github.conv4j.Tensor;
import io.github.conv4j.nn.functional.Functional;

/**
 * The logarithms of {@link Softmax}: PyTorch's {@code torch.nn.LogSoftmax}. Safe for use by many
 * threads.
 */
public final class LogSoftmax extends Module {
  private final Integer dim;

  /**
   * Makes the layer that takes dimension 0 of inputs of rank 0, 1 and 3, and dimension 1 of others:
   * what PyTorch has for old programs.
   */
  public LogSoftmax() {
    this.dim = null;
  }

  /**
   * Makes the layer.
   *
   * @param dim the dimension; negative counts from the last
   */
  public LogSoftmax(int dim) {
    this.dim = dim;
  }

  /**
   * Returns a new tensor of the input's shape.
   *
   * @param input of any shape that has the dimension
   * @throws IllegalArgumentException if it has not
   */
  @Override
  public Tensor forward(Tensor input) {
    int rank = input.rank();
    int usual = rank == 0 || rank == 1 || rank == 3 ? 0 : 1;
    return Functional.logSoftmax(input, dim == null ? usual : dim);
  }

  @Override
  protected String extraRepr() {
    return "dim=" + (dim == null ? "None" : dim.toString());
  }
}
