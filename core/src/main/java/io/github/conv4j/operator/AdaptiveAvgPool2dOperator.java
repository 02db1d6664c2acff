package io.github.conv4j.operator;

import io.github.conv4j.DType;
import io.github.conv4j.Shape;
import io.github.conv4j.Tensor;

/** The mean of each of {@link AdaptiveWindows}. */
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
    if (outHeight == 1
        && outWidth == 1
        && input.rank() >= 2
        && input.size(-1) * input.size(-2) == 0) {
      // PyTorch takes the mean of the plane then, which is NaN.
      int[] sizes = input.toArray();
      sizes[sizes.length - 2] = 1;
      sizes[sizes.length - 1] = 1;
      return Shape.of(sizes);
    }
    return AdaptiveWindows.outputShape(name(), false, outHeight, outWidth, input);
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
              int top = AdaptiveWindows.begin(oh, height, rows);
              int bottom = AdaptiveWindows.end(oh, height, rows);
              for (int ow = 0; ow < columns; ow++) {
                int left = AdaptiveWindows.begin(ow, width, columns);
                int n = AdaptiveWindows.end(ow, width, columns) - left;
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
}
