package io.github.conv4j.cli.filter;

import io.github.conv4j.PaddingMode;
import io.github.conv4j.Tensor;
import io.github.conv4j.cli.text.Pair;
import io.github.conv4j.nn.functional.Conv2dOptions;
import io.github.conv4j.nn.functional.Functional;
import java.util.List;

/**
 * Convolves pictures, each colour channel on its own.
 *
 * <p>At stride 1 the result is as large as the picture, whatever the kernel: the picture is padded
 * as PyTorch does for {@code padding='same'}, the odd row below and the odd column on the right.
 * Transparency is not convolved, only thinned out by the stride.
 *
 * @param kernels one kernel, {@code (KH, KW)} in float32; or several of one shape, whose results
 *     are then the components of a vector, and the vector's length is the answer
 * @param stride rows and columns from one output pixel to the next, 1 or more
 * @param dilation rows and columns from one number of the kernel to the next, 1 or more
 * @param paddingMode what lies beyond the picture's edge
 */
public record PictureFilter(
    List<Tensor> kernels, Pair stride, Pair dilation, PaddingMode paddingMode) {

  /**
   * Returns the filtered picture.
   *
   * @param picture {@code (C, H, W)} in float32; the last channel is transparency if C is 2 or 4
   * @return {@code (C, ceil(H / stride), ceil(W / stride))}, not clamped
   * @throws IllegalArgumentException if the picture is too small for the padding mode, or too large
   *     with its padding
   */
  public Tensor apply(Tensor picture) {
    int channels = picture.size(0);
    boolean transparent = channels % 2 == 0;
    int colours = transparent ? channels - 1 : channels;
    Tensor filtered = length(pad(picture.narrow(0, 0, colours)));
    if (!transparent) {
      return filtered;
    }
    Tensor alpha =
        picture
            .narrow(0, colours, 1)
            .slice(1, 0, picture.size(1), stride.height())
            .slice(2, 0, picture.size(2), stride.width());
    Tensor result = Tensor.zeros(channels, filtered.size(1), filtered.size(2));
    System.arraycopy(filtered.floats(), 0, result.floats(), 0, filtered.numel());
    System.arraycopy(alpha.floats(), 0, result.floats(), filtered.numel(), alpha.numel());
    return result;
  }

  private Tensor pad(Tensor colours) {
    int rows = added(kernels.get(0).size(0), dilation.height());
    int columns = added(kernels.get(0).size(1), dilation.width());
    int left = columns / 2;
    int top = rows / 2;
    return colours.pad(paddingMode, left, columns - left, top, rows - top);
  }

  private static int added(int kernel, int dilation) {
    long added = (kernel - 1L) * dilation;
    if (added > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "a kernel of " + kernel + " with dilation " + dilation + " is larger than any picture");
    }
    return (int) added;
  }

  private Tensor length(Tensor padded) {
    Tensor first = convolve(padded, kernels.get(0));
    if (kernels.size() == 1) {
      return first;
    }
    float[] squares = first.floats();
    for (int i = 0; i < squares.length; i++) {
      squares[i] *= squares[i];
    }
    for (Tensor kernel : kernels.subList(1, kernels.size())) {
      float[] component = convolve(padded, kernel).floats();
      for (int i = 0; i < squares.length; i++) {
        squares[i] += component[i] * component[i];
      }
    }
    for (int i = 0; i < squares.length; i++) {
      squares[i] = (float) Math.sqrt(squares[i]);
    }
    return first;
  }

  private Tensor convolve(Tensor padded, Tensor kernel) {
    int channels = padded.size(0);
    Tensor weight = Tensor.zeros(channels, 1, kernel.size(0), kernel.size(1));
    for (int c = 0; c < channels; c++) {
      System.arraycopy(kernel.floats(), 0, weight.floats(), c * kernel.numel(), kernel.numel());
    }
    return Functional.conv2d(
        padded,
        weight,
        null,
        Conv2dOptions.defaults()
            .stride(stride.height(), stride.width())
            .dilation(dilation.height(), dilation.width())
            .groups(channels));
  }
}
