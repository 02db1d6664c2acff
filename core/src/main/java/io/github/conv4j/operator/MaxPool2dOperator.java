package io.github.conv4j.operator;

import io.github.conv4j.DType;
import io.github.conv4j.Shape;
import io.github.conv4j.Tensor;
import java.util.Arrays;

/**
 * The largest element of each window; NaN if there is one.
 *
 * <p>First the largest of a column of the windows, for a whole row at a time, then the largest of
 * those of a window.
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
    Work.split(
        rows,
        (long) window.kernelHeight() * width + (long) window.kernelWidth() * outWidth,
        (from, to) -> {
          if (output.dtype() == DType.FLOAT32) {
            float[] columns = new float[wide];
            Arrays.fill(columns, Float.NEGATIVE_INFINITY);
            for (int row = from; row < to; row++) {
              int plane = row / outHeight * height;
              columns(input.floats(), plane, row % outHeight, height, width, columns);
              across(columns, output.floats(), row * outWidth, outWidth);
            }
          } else {
            double[] columns = new double[wide];
            Arrays.fill(columns, Double.NEGATIVE_INFINITY);
            for (int row = from; row < to; row++) {
              int plane = row / outHeight * height;
              columns(input.doubles(), plane, row % outHeight, height, width, columns);
              across(columns, output.doubles(), row * outWidth, outWidth);
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

  private void across(float[] columns, float[] y, int yAt, int outWidth) {
    int kernel = window.kernelWidth();
    int stride = window.strideWidth();
    int dilation = window.dilationWidth();
    for (int ow = 0; ow < outWidth; ow++) {
      float largest = columns[ow * stride];
      for (int kw = 1; kw < kernel; kw++) {
        largest = Math.max(largest, columns[ow * stride + kw * dilation]);
      }
      y[yAt + ow] = largest;
    }
  }

  private void across(double[] columns, double[] y, int yAt, int outWidth) {
    int kernel = window.kernelWidth();
    int stride = window.strideWidth();
    int dilation = window.dilationWidth();
    for (int ow = 0; ow < outWidth; ow++) {
      double largest = columns[ow * stride];
      for (int kw = 1; kw < kernel; kw++) {
        largest = Math.max(largest, columns[ow * stride + kw * dilation]);
      }
      y[yAt + ow] = largest;
    }
  }
}
