package io.github.conv4j.nn;

import io.github.conv4j.DType;
import io.github.conv4j.Shape;
import io.github.conv4j.Tensor;
import java.lang.reflect.Array;
import java.util.List;
import java.util.Objects;

/**
 * Kernels that the caller brings to {@link Conv2d#forward(Tensor, Kernels)}.
 *
 * @param weight all of them, {@code (outChannels, inChannels / groups, KH, KW)}
 */
public record Kernels(Tensor weight) {
  /** Takes the kernels as they are; they are checked where they are used. */
  public Kernels {
    Objects.requireNonNull(weight, "weight");
  }

  /** Returns the kernels in one tensor, {@code (outChannels, inChannels / groups, KH, KW)}. */
  public static Kernels of(Tensor weight) {
    return new Kernels(weight);
  }

  /**
   * Returns the kernels in float32 arrays.
   *
   * @param kernels one array {@code [inChannels / groups][KH][KW]} for each output channel; copied
   * @throws IllegalArgumentException if there are none or their sizes differ
   */
  public static Kernels of(float[][][]... kernels) {
    return pack(kernels, DType.FLOAT32);
  }

  /**
   * Returns the kernels in float64 arrays.
   *
   * @param kernels one array {@code [inChannels / groups][KH][KW]} for each output channel; copied
   * @throws IllegalArgumentException if there are none or their sizes differ
   */
  public static Kernels of(double[][][]... kernels) {
    return pack(kernels, DType.FLOAT64);
  }

  /**
   * Returns the kernels in a list of float32 arrays.
   *
   * @param kernels one array {@code [inChannels / groups][KH][KW]} for each output channel; copied
   * @throws IllegalArgumentException if there are none or their sizes differ
   */
  public static Kernels of(List<float[][][]> kernels) {
    return of(kernels.toArray(new float[0][][][]));
  }

  /** Packs arrays whose rows are {@code float[]} or {@code double[]}. */
  private static Kernels pack(Object[][][] kernels, DType dtype) {
    if (kernels.length == 0) {
      throw new IllegalArgumentException("kernels need at least one array, but there is none");
    }
    int channels = kernels[0].length;
    int height = channels == 0 ? 0 : kernels[0][0].length;
    int width = height == 0 ? 0 : Array.getLength(kernels[0][0][0]);
    Tensor weight = Tensor.zeros(Shape.of(kernels.length, channels, height, width), dtype);
    Object storage = dtype == DType.FLOAT32 ? weight.floats() : weight.doubles();
    int position = 0;
    for (int i = 0; i < kernels.length; i++) {
      checkLength(i, kernels[i].length, channels);
      for (Object[] channel : kernels[i]) {
        checkLength(i, channel.length, height);
        for (Object row : channel) {
          checkLength(i, Array.getLength(row), width);
          System.arraycopy(row, 0, storage, position, width);
          position += width;
        }
      }
    }
    return new Kernels(weight);
  }

  private static void checkLength(int index, int length, int expected) {
    if (length != expected) {
      throw new IllegalArgumentException(
          "kernels need arrays of one size, but array "
              + index
              + " has a length of "
              + length
              + " where the first has "
              + expected);
    }
  }
}
