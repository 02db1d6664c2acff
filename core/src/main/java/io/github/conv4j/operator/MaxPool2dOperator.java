package io.github.conv4j.operator;

import io.github.conv4j.DType;
import io.github.conv4j.Shape;
import io.github.conv4j.Tensor;
import io.github.conv4j.kernel.Backend;
import io.github.conv4j.kernel.TileKernels;
import java.util.Arrays;

/**
 * The largest element of each window; NaN if there is one.
 *
 * <p>First the largest of each column of the windows of a row, for the whole row at once. Then the
 * first columns of all windows are copied side by side, and the second ones and so on are compared
 * with them likewise: all loops are over neighbours.
 */
public final class MaxPool2dOperator extends Operator {
  private final Window window;

  /** Makes the operation. */
  public MaxPool2dOperator(Window window) {
    this.window = window;
  }

  @Override
  public String name() {
    return "max_pool2d";
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
    int wide =
        Math.max((outWidth - 1) * window.strideWidth() + extent(), window.padWidth() + width);
    Blocks.run(
        rows,
        (long) window.kernelHeight() * width + (long) window.kernelWidth() * outWidth,
        (from, to) -> {
          // Two rows of one plane, whatever the size of the batch.
          if (output.dtype() == DType.FLOAT32) {
            float[] columns = new float[wide];
            float[] gathered = new float[outWidth];
            Arrays.fill(columns, Float.NEGATIVE_INFINITY);
            for (int row = from; row < to; row++) {
              int plane = row / outHeight * height;
              columns(input.floats(), plane, row % outHeight, height, width, columns);
              across(columns, gathered, output.floats(), row * outWidth, outWidth);
            }
          } else {
            double[] columns = new double[wide];
            double[] gathered = new double[outWidth];
            Arrays.fill(columns, Double.NEGATIVE_INFINITY);
            for (int row = from; row < to; row++) {
              int plane = row / outHeight * height;
              columns(input.doubles(), plane, row % outHeight, height, width, columns);
              across(columns, gathered, output.doubles(), row * outWidth, outWidth);
            }
          }
        });
  }

  private int extent() {
    return (window.kernelWidth() - 1) * window.dilationWidth() + 1;
  }

  private void columns(float[] x, int plane, int oh, int height, int width, float[] columns) {
    int at = window.padWidth();
    Arrays.fill(columns, at, at + width, Float.NEGATIVE_INFINITY);
    for (int kh = 0; kh < window.kernelHeight(); kh++) {
      int ih = oh * window.strideHeight() - window.padHeight() + kh * window.dilationHeight();
      if (ih >= 0 && ih < height) {
        FloatLoops.max(x, (plane + ih) * width, columns, at, width);
      }
    }
  }

  private void columns(double[] x, int plane, int oh, int height, int width, double[] columns) {
    int at = window.padWidth();
    Arrays.fill(columns, at, at + width, Double.NEGATIVE_INFINITY);
    for (int kh = 0; kh < window.kernelHeight(); kh++) {
      int ih = oh * window.strideHeight() - window.padHeight() + kh * window.dilationHeight();
      if (ih >= 0 && ih < height) {
        DoubleLoops.max(x, (plane + ih) * width, columns, at, width);
      }
    }
  }

  private void across(float[] columns, float[] gathered, float[] y, int yAt, int outWidth) {
    TileKernels<float[]> kernels = Backend.active().floats();
    int stride = window.strideWidth();
    kernels.gather(columns, 0, stride, y, yAt, outWidth);
    for (int kw = 1; kw < window.kernelWidth(); kw++) {
      int from = kw * window.dilationWidth();
      if (stride == 1) {
        FloatLoops.max(columns, from, y, yAt, outWidth);
      } else {
        kernels.gather(columns, from, stride, gathered, 0, outWidth);
        FloatLoops.max(gathered, 0, y, yAt, outWidth);
      }
    }
  }

  private void across(double[] columns, double[] gathered, double[] y, int yAt, int outWidth) {
    TileKernels<double[]> kernels = Backend.active().doubles();
    int stride = window.strideWidth();
    kernels.gather(columns, 0, stride, y, yAt, outWidth);
    for (int kw = 1; kw < window.kernelWidth(); kw++) {
      int from = kw * window.dilationWidth();
      if (stride == 1) {
        DoubleLoops.max(columns, from, y, yAt, outWidth);
      } else {
        kernels.gather(columns, from, stride, gathered, 0, outWidth);
        DoubleLoops.max(gathered, 0, y, yAt, outWidth);
      }
    }
  }
}
