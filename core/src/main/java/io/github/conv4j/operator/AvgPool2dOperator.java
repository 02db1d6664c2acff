package io.github.conv4j.operator;

import io.github.conv4j.DType;
import io.github.conv4j.Shape;
import io.github.conv4j.Tensor;

/**
 * The mean of each window: the sum of its elements, row after row, divided by their number.
 *
 * <p>Where the padding counts, the number is that of the window's elements within the padded input,
 * else that of those within the input; a divisor that is given takes the place of either.
 */
public final class AvgPool2dOperator extends Operator {
  private final Window window;
  private final boolean countIncludePad;
  private final int divisorOverride;

  /**
   * Makes the operation.
   *
   * @param countIncludePad whether padding counts
   * @param divisorOverride what sums are divided by, or 0
   */
  public AvgPool2dOperator(Window window, boolean countIncludePad, int divisorOverride) {
    this.window = window;
    this.countIncludePad = countIncludePad;
    this.divisorOverride = divisorOverride;
  }

  @Override
  public String name() {
    return "avg_pool2d";
  }

  @Override
  public Shape outputShape(Shape... inputs) {
    return window.outputShape(name(), inputs[0]);
  }

  @Override
  public void run(Tensor[] inputs, Tensor output) {
    Tensor input = inputs[0];
    int height = input.size(-2);
    int width = input.size(-1);
    int outHeight = output.size(-2);
    int outWidth = output.size(-1);
    int rows = output.numel() / outWidth;
    Blocks.run(
        rows,
        (long) window.kernelHeight() * window.kernelWidth() * outWidth,
        (from, to) -> {
          for (int row = from; row < to; row++) {
            int top = row % outHeight * window.strideHeight() - window.padHeight();
            int bottom = Math.min(top + window.kernelHeight(), height + window.padHeight());
            for (int ow = 0; ow < outWidth; ow++) {
              int left = ow * window.strideWidth() - window.padWidth();
              int right = Math.min(left + window.kernelWidth(), width + window.padWidth());
              int count = (bottom - top) * (right - left);
              int firstRow = Math.max(top, 0);
              int lastRow = Math.min(bottom, height);
              int first = Math.max(left, 0);
              int last = Math.min(right, width);
              if (!countIncludePad) {
                count = (lastRow - firstRow) * (last - first);
              }
              int divisor = divisorOverride != 0 ? divisorOverride : count;
              int plane = row / outHeight * height;
              if (output.dtype() == DType.FLOAT32) {
                float sum = 0;
                for (int ih = firstRow; ih < lastRow; ih++) {
                  for (int iw = first; iw < last; iw++) {
                    sum += input.floats()[(plane + ih) * width + iw];
                  }
                }
                output.floats()[row * outWidth + ow] = sum / divisor;
              } else {
                double sum = 0;
                for (int ih = firstRow; ih < lastRow; ih++) {
                  for (int iw = first; iw < last; iw++) {
                    sum += input.doubles()[(plane + ih) * width + iw];
                  }
                }
                output.doubles()[row * outWidth + ow] = sum / divisor;
              }
            }
          }
        });
  }
}
