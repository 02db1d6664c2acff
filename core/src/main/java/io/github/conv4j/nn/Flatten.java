package io.github.conv4j.nn;

import io.github.conv4j.Tensor;

/**
 * Makes several dimensions one: PyTorch's {@code torch.nn.Flatten}. Safe for use by many threads.
 */
public final class Flatten extends Module {
  private final int startDim;
  private final int endDim;

  /** Makes the layer that leaves the batch and flattens the rest. */
  public Flatten() {
    this(1, -1);
  }

  /**
   * Makes the layer.
   *
   * @param startDim the first dimension; negative counts from the last
   * @param endDim the last dimension; negative counts from the last
   */
  public Flatten(int startDim, int endDim) {
    this.startDim = startDim;
    this.endDim = endDim;
  }

  @Override
  public Tensor forward(Tensor input) {
    return input.flatten(startDim, endDim);
  }

  @Override
  protected String extraRepr() {
    return "start_dim=" + startDim + ", end_dim=" + endDim;
  }
}
