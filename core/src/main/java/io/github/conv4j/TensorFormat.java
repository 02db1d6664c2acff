package io.github.conv4j;

/** Writes a tensor as PyTorch does. */
final class TensorFormat {
  private TensorFormat() {}

  static String format(Tensor tensor) {
    return "tensor" + tensor.shape();
  }
}
