package io.github.conv4j.operator;

import io.github.conv4j.DType;
import io.github.conv4j.Indices;
import io.github.conv4j.Shape;
import io.github.conv4j.Tensor;

/**
 * The largest elements of windows and where they are: the place in the channel's plane, row after
 * row. Of equal elements the first is taken, and a NaN before all others, as PyTorch does.
 */
public final class MaxPlaces {
  private MaxPlaces() {}

  /**
   * Values and places.
   *
   * @param values the largest elements
   * @param places where they are, of the same shape
   */
  public record Result(Tensor values, Indices places) {}

  /** The rows, or columns, that windows see. */
  private interface Side {
    /** Returns the first one within the input. */
    int first(int out);

    /** Returns the one to stop before. */
    int end(int out);
  }

  /** Returns the largest elements of the windows of a max pooling. */
  public static Result of(Window window, Tensor input) {
    Shape shape = window.outputShape("max_pool2d", input.shape());
    Side rows =
        side(
            window.kernelHeight(),
            window.strideHeight(),
            window.padHeight(),
            window.dilationHeight(),
            input.size(-2));
    Side columns =
        side(
            window.kernelWidth(),
            window.strideWidth(),
            window.padWidth(),
            window.dilationWidth(),
            input.size(-1));
    return of(input, shape, rows, window.dilationHeight(), columns, window.dilationWidth());
  }

  private static Side side(int kernel, int stride, int pad, int dilation, int size) {
    return new Side() {
      @Override
      public int first(int out) {
        int first = out * stride - pad;
        return first < 0 ? first + (-first + dilation - 1) / dilation * dilation : first;
      }

      @Override
      public int end(int out) {
        return Math.min(out * stride - pad + (kernel - 1) * dilation + 1, size);
      }
    };
  }

  /** Returns the largest elements of windows that divide the input. */
  public static Result ofAdaptive(int outHeight, int outWidth, Tensor input) {
    Shape shape =
        AdaptiveWindows.outputShape(
            "adaptive_max_pool2d", true, outHeight, outWidth, input.shape());
    return of(
        input,
        shape,
        side(input.size(-2), shape.size(-2)),
        1,
        side(input.size(-1), shape.size(-1)),
        1);
  }

  private static Side side(int size, int parts) {
    return new Side() {
      @Override
      public int first(int out) {
        return AdaptiveWindows.begin(out, size, parts);
      }

      @Override
      public int end(int out) {
        return AdaptiveWindows.end(out, size, parts);
      }
    };
  }

  private static Result of(
      Tensor input, Shape shape, Side rows, int rowStep, Side columns, int columnStep) {
    if (Trace.isOn()) {
      throw new IllegalArgumentException("max_pool2d: indices cannot be part of what is compiled");
    }
    Tensor values = Tensor.zeros(shape, input.dtype());
    int[] places = new int[shape.numel()];
    find(input, rows, rowStep, columns, columnStep, values, places);
    return new Result(values, Indices.wrap(places, shape));
  }

  /** Writes the largest elements of windows that divide the input, without where they are. */
  static void findAdaptive(Tensor input, Tensor values) {
    Side rows = side(input.size(-2), values.size(-2));
    Side columns = side(input.size(-1), values.size(-1));
    find(input, rows, 1, columns, 1, values, null);
  }

  private static void find(
      Tensor input,
      Side rows,
      int rowStep,
      Side columns,
      int columnStep,
      Tensor values,
      int[] places) {
    int height = input.size(-2);
    int width = input.size(-1);
    int outWidth = values.size(-1);
    int outHeight = values.size(-2);
    for (int i = 0; i < values.numel(); i++) {
      int ow = i % outWidth;
      int oh = i / outWidth % outHeight;
      int plane = i / outWidth / outHeight * height;
      int best = rows.first(oh) * width + columns.first(ow);
      double largest = Double.NEGATIVE_INFINITY;
      for (int ih = rows.first(oh); ih < rows.end(oh); ih += rowStep) {
        for (int iw = columns.first(ow); iw < columns.end(ow); iw += columnStep) {
          double element = get(input, (plane + ih) * width + iw);
          if (element > largest || Double.isNaN(element)) {
            largest = element;
            best = ih * width + iw;
          }
        }
      }
      if (places != null) {
        places[i] = best;
      }
      set(values, i, largest);
    }
  }

  private static double get(Tensor tensor, int i) {
    return tensor.dtype() == DType.FLOAT32 ? tensor.floats()[i] : tensor.doubles()[i];
  }

  private static void set(Tensor tensor, int i, double value) {
    if (tensor.dtype() == DType.FLOAT32) {
      tensor.floats()[i] = (float) value;
    } else {
      tensor.doubles()[i] = value;
    }
  }
}
