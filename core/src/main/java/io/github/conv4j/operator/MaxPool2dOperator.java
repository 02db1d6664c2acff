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
          // Three rows of one plane, whatever the size of the batch.
          if (output.dtype() == DType.FLOAT32) {
            float[] columns = new float[wide];
            float[] scratch = new float[wide];
            float[] largest = new float[outWidth];
            Arrays.fill(columns, Float.NEGATIVE_INFINITY);
            for (int row = from; row < to; row++) {
              int plane = row / outHeight * height;
              columns(input.floats(), plane, row % outHeight, height, width, columns, scratch);
              across(columns, scratch, largest, outWidth);
              System.arraycopy(largest, 0, output.floats(), row * outWidth, outWidth);
            }
          } else {
            double[] columns = new double[wide];
            double[] scratch = new double[wide];
            double[] largest = new double[outWidth];
            Arrays.fill(columns, Double.NEGATIVE_INFINITY);
            for (int row = from; row < to; row++) {
              int plane = row / outHeight * height;
              columns(input.doubles(), plane, row % outHeight, height, width, columns, scratch);
              across(columns, scratch, largest, outWidth);
              System.arraycopy(largest, 0, output.doubles(), row * outWidth, outWidth);
            }
          }
        });
  }

  private int extent() {
    return (window.kernelWidth() - 1) * window.dilationWidth() + 1;
  }

  private void columns(
      float[] x, int plane, int oh, int height, int width, float[] columns, float[] scratch) {
    int at = window.padWidth();
    Arrays.fill(columns, at, at + width, Float.NEGATIVE_INFINITY);
    for (int kh = 0; kh < window.kernelHeight(); kh++) {
      int ih = oh * window.strideHeight() - window.padHeight() + kh * window.dilationHeight();
      if (ih >= 0 && ih < height) {
        System.arraycopy(x, (plane + ih) * width, scratch, at, width);
        FloatLoops.max(scratch, columns, at, width);
      }
    }
  }

  private void columns(
      double[] x, int plane, int oh, int height, int width, double[] columns, double[] scratch) {
    int at = window.padWidth();
    Arrays.fill(columns, at, at + width, Double.NEGATIVE_INFINITY);
    for (int kh = 0; kh < window.kernelHeight(); kh++) {
      int ih = oh * window.strideHeight() - window.padHeight() + kh * window.dilationHeight();
      if (ih >= 0 && ih < height) {
        System.arraycopy(x, (plane + ih) * width, scratch, at, width);
        DoubleLoops.max(scratch, columns, at, width);
      }
    }
  }

  private void across(float[] columns, float[] scratch, float[] largest, int outWidth) {
    TileKernels<float[]> kernels = Backend.active().floats();
    int stride = window.strideWidth();
    kernels.gather(columns, 0, stride, largest, 0, outWidth);
    for (int kw = 1; kw < window.kernelWidth(); kw++) {
      kernels.gather(columns, kw * window.dilationWidth(), stride, scratch, 0, outWidth);
      FloatLoops.max(scratch, largest, 0, outWidth);
    }
  }

  private void across(double[] columns, double[] scratch, double[] largest, int outWidth) {
    TileKernels<double[]> kernels = Backend.active().doubles();
    int stride = window.strideWidth();
    kernels.gather(columns, 0, stride, largest, 0, outWidth);
    for (int kw = 1; kw < window.kernelWidth(); kw++) {
      kernels.gather(columns, kw * window.dilationWidth(), stride, scratch, 0, outWidth);
      DoubleLoops.max(scratch, largest, 0, outWidth);
    }
  }
}
