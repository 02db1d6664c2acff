package io.github.conv4j.nn;

import io.github.conv4j.Tensor;
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
   * Returns the kernels in a list of float32 arrays.
   *
   * @param kernels one array {@code [inChannels / groups][KH][KW]} for each output channel; copied
   * @throws IllegalArgumentException if there are none or their sizes differ
   */
  public static Kernels of(List<float[][][]> kernels) {
    if (kernels.isEmpty()) {
      throw new IllegalArgumentException("kernels need at least one array, but the list is empty");
    }
    float[][][] first = kernels.get(0);
    int channels = first.length;
    int height = channels == 0 ? 0 : first[0].length;
    int width = height == 0 ? 0 : first[0][0].length;
    Tensor weight = Tensor.zeros(kernels.size(), channels, height, width);
    int position = 0;
    for (int i = 0; i < kernels.size(); i++) {
      checkLength(i, kernels.get(i).length, channels);
      for (float[][] channel : kernels.get(i)) {
        checkLength(i, channel.length, height);
        for (float[] row : channel) {
          checkLength(i, row.length, width);
          System.arraycopy(row, 0, weight.floats(), position, width);
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
