package io.github.conv4j.operator;

import io.github.conv4j.DType;
import io.github.conv4j.Shape;
import io.github.conv4j.Tensor;

/**
 * Means of windows that divide the input into as many as the output has elements: window i of OH
 * goes from {@code floor(i * H / OH)} to {@code ceil((i + 1) * H / OH)}, and may share a row with
 * the next.
 */
public final class AdaptiveAvgPool2dOperator extends Operator {
  private final int outHeight;
  private final int outWidth;

  /**
   * Makes the operation.
   *
   * @param outHeight the output's height, or -1 for the input's
   * @param outWidth the output's width, or -1 for the input's
   */
  public AdaptiveAvgPool2dOperator(int outHeight, int outWidth) {
    this.outHeight = outHeight;
    this.outWidth = outWidth;
  }

  @Override
  public String name() {
    return "adaptive_avg_pool2d";
  }

  @Override
  public Shape outputShape(Shape... inputs) {
    Shape input = inputs[0];
    if (input.rank() != 3 && input.rank() != 4) {
      throw new IllegalArgumentException(
          name() + ": expected an input (N, C, H, W) or (C, H, W), but got shape " + input);
    }
    int[] sizes = input.toArray();
    for (int d = sizes.length - 3; d < sizes.length; d++) {
      if (sizes[d] == 0) {
        throw new IllegalArgumentException(
            name()
                + ": expected an input with channels, a height and a width, but got shape "
                + input);
      }
    }
    sizes[sizes.length - 2] = outHeight < 0 ? sizes[sizes.length - 2] : outHeight;
    sizes[sizes.length - 1] = outWidth < 0 ? sizes[sizes.length - 1] : outWidth;
    return Shape.of(sizes);
  }

  @Override
  public void run(Tensor[] inputs, Tensor output) {
    Tensor input = inputs[0];
    int height = input.size(-2);
    int width = input.size(-1);
    int rows = output.size(-2);
    int columns = output.size(-1);
    int planes = output.numel() / (rows * columns);
    Blocks.run(
        planes,
        (long) height * width,
        (from, to) -> {
          for (int plane = from; plane < to; plane++) {
            for (int oh = 0; oh < rows; oh++) {
              int top = begin(oh, height, rows);
              int bottom = end(oh, height, rows);
              for (int ow = 0; ow < columns; ow++) {
                int left = begin(ow, width, columns);
                int n = end(ow, width, columns) - left;
                double sum = 0;
                if (n == width) {
                  sum = sum(input, (plane * height + top) * width, (bottom - top) * width);
                } else {
                  for (int ih = top; ih < bottom; ih++) {
                    sum += sum(input, (plane * height + ih) * width + left, n);
                  }
                }
                double mean = sum / ((bottom - top) * n);
                int at = (plane * rows + oh) * columns + ow;
                if (output.dtype() == DType.FLOAT32) {
                  output.floats()[at] = (float) mean;
                } else {
                  output.doubles()[at] = mean;
                }
              }
            }
          }
        });
  }

  private static double sum(Tensor input, int at, int n) {
    return input.dtype() == DType.FLOAT32
        ? Sums.sum(input.floats(), at, n)
        : Sums.sum(input.doubles(), at, n);
  }

  private static int begin(int i, int size, int parts) {
    return (int) ((long) i * size / parts);
  }

  private static int end(int i, int size, int parts) {
    return (int) (((i + 1L) * size + parts - 1) / parts);
  }
}
