package io.github.conv4j.operator;

import io.github.conv4j.DType;
import io.github.conv4j.Tensor;

/** Elements of a tensor of either dtype in float64, for operations that compute in it. */
final class Wide {
  private Wide() {}

  /** Copies {@code n} elements from an offset on. */
  static void read(Tensor tensor, int at, double[] to, int n) {
    if (tensor.dtype() == DType.FLOAT32) {
      float[] from = tensor.floats();
      for (int i = 0; i < n; i++) {
        to[i] = from[at + i];
      }
    } else {
      System.arraycopy(tensor.doubles(), at, to, 0, n);
    }
  }

  /** Writes {@code n} elements from an offset on, rounded to the tensor's dtype. */
  static void write(double[] from, Tensor tensor, int at, int n) {
    if (tensor.dtype() == DType.FLOAT32) {
      float[] to = tensor.floats();
      for (int i = 0; i < n; i++) {
        to[at + i] = (float) from[i];
      }
    } else {
      System.arraycopy(from, 0, tensor.doubles(), at, n);
    }
  }

  /** Returns the sum of {@code n} elements from an offset on. */
  static double sum(Tensor tensor, int at, int n) {
    return tensor.dtype() == DType.FLOAT32
        ? Sums.sum(tensor.floats(), at, n)
        : Sums.sum(tensor.doubles(), at, n);
  }

  /** Returns the sum of the squared distances of {@code n} elements from a number. */
  static double squares(Tensor tensor, int at, int n, double centre) {
    return tensor.dtype() == DType.FLOAT32
        ? Sums.squares(tensor.floats(), at, n, centre)
        : Sums.squares(tensor.doubles(), at, n, centre);
  }
}
