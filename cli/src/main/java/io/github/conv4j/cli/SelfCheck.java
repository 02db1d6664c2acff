package io.github.conv4j.cli;

import io.github.conv4j.DType;
import io.github.conv4j.Tensor;
import io.github.conv4j.nn.functional.Conv2dOptions;
import io.github.conv4j.nn.functional.Functional;

/** Compares a small convolution with PyTorch's numbers for it. */
final class SelfCheck {
  private SelfCheck() {}

  /**
   * Runs the convolution in both dtypes.
   *
   * @throws IllegalStateException if a number is another one
   */
  static void run() {
    for (DType dtype : DType.values()) {
      Tensor input = Tensor.arange(1, 33, 1).reshape(1, 2, 4, 4);
      Tensor weight = Tensor.of(new float[] {1, -2, 3, 0, 2, 1, -1, 1}, 2, 1, 2, 2);
      Tensor bias = Tensor.of(new float[] {10, -10}, 2);
      Conv2dOptions options =
          Conv2dOptions.defaults().stride(2, 1).padding(1, 0).dilation(1, 2).groups(2);
      // From torch.nn.functional.conv2d; whole numbers, so that every digit counts.
      Tensor expected =
          Tensor.of(new float[] {13, 16, 28, 30, -7, -8, -8, -8, 57, 60, 79, 82}, 1, 2, 3, 2);
      Tensor output = Functional.conv2d(input.to(dtype), weight.to(dtype), bias.to(dtype), options);
      if (!output.equals(expected.to(dtype))) {
        throw new IllegalStateException(
            "the self-check failed in " + dtype + ": convolutions go wrong on this Java");
      }
    }
  }
}
