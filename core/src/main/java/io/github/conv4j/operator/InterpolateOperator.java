package io.github.conv4j.operator;

import io.github.conv4j.DType;
import io.github.conv4j.Shape;
import io.github.conv4j.Tensor;

/**
 * Pictures of another size, each output element a weighted sum of input elements:
 *
 * <pre>
 * nearest        1 of them, at floor(i * scale)
 * nearest-exact  1 of them, at floor((i + 0.5) * scale)
 * bilinear       2 x 2 of them, at (i + 0.5) * scale - 0.5
 * bicubic        4 x 4 of them, with the cubic convolution of a = -0.75
 * </pre>
 *
 * <p>scale is the input's size divided by the output's, or 1 divided by a scale factor that was
 * given. With aligned corners it is (in - 1) / (out - 1), and the place i * scale. Coordinates
 * outside count as the edge. All is computed in the dtype, as PyTorch does
 * (aten/src/ATen/native/UpSample.h); the cubic weights are those of R. Keys, 1981.
 */
public final class InterpolateOperator extends Operator {
  /** How the elements in between are found. */
  public enum Mode {
    /** The one before. */
    NEAREST("nearest", 1),
    /** The nearest one. */
    NEAREST_EXACT("nearest-exact", 1),
    /** Straight lines. */
    BILINEAR("bilinear", 2),
    /** Cubic curves. */
    BICUBIC("bicubic", 4);

    private final String text;
    private final int taps;

    Mode(String text, int taps) {
      this.text = text;
      this.taps = taps;
    }

    /**
     * Returns the mode of PyTorch's name.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static Mode of(String name) {
      for (Mode mode : values()) {
        if (mode.text.equals(name)) {
          return mode;
        }
      }
      throw new IllegalArgumentException(
          "interpolate: expected mode nearest, nearest-exact, bilinear or bicubic, but got "
              + name);
    }

    @Override
    public String toString() {
      return text;
    }
  }

  private final Mode mode;
  private final boolean alignCorners;
  private final int outHeight;
  private final int outWidth;
  private final double scaleHeight;
  private final double scaleWidth;

  private InterpolateOperator(
      Mode mode,
      boolean alignCorners,
      int outHeight,
      int outWidth,
      double scaleHeight,
      double scaleWidth) {
    this.mode = mode;
    this.alignCorners = alignCorners;
    this.outHeight = outHeight;
    this.outWidth = outWidth;
    this.scaleHeight = scaleHeight;
    this.scaleWidth = scaleWidth;
    if (alignCorners && mode.taps == 1) {
      throw new IllegalArgumentException(
          "interpolate: align_corners is for bilinear and bicubic, but got mode " + mode);
    }
  }

  /**
   * Makes the operation for an output of a given size.
   *
   * @throws IllegalArgumentException if a size is under 1, or corners are aligned in another mode
   *     than bilinear and bicubic
   */
  public static InterpolateOperator toSize(Mode mode, boolean alignCorners, int height, int width) {
    if (height < 1 || width < 1) {
      throw new IllegalArgumentException(
          "interpolate: expected an output size of 1 or more, but got ("
              + height
              + ", "
              + width
              + ")");
    }
    return new InterpolateOperator(mode, alignCorners, height, width, 0, 0);
  }

  /**
   * Makes the operation for an output that is larger by given factors.
   *
   * @throws IllegalArgumentException if a factor is not positive, or corners are aligned in another
   *     mode than bilinear and bicubic
   */
  public static InterpolateOperator byFactor(
      Mode mode, boolean alignCorners, double height, double width) {
    if (!(height > 0) || !(width > 0) || Double.isInfinite(height) || Double.isInfinite(width)) {
      throw new IllegalArgumentException(
          "interpolate: expected positive scale factors, but got (" + height + ", " + width + ")");
    }
    return new InterpolateOperator(mode, alignCorners, 0, 0, height, width);
  }

  @Override
  public String name() {
    return "interpolate";
  }

  @Override
  public Shape outputShape(Shape... inputs) {
    Shape input = inputs[0];
    if (input.rank() != 4) {
      throw new IllegalArgumentException(
          "interpolate: expected an input (N, C, H, W), but got shape " + input);
    }
    long height = outHeight > 0 ? outHeight : (long) Math.floor(input.size(2) * scaleHeight);
    long width = outWidth > 0 ? outWidth : (long) Math.floor(input.size(3) * scaleWidth);
    boolean empty = input.size(1) == 0 || input.size(2) == 0 || input.size(3) == 0;
    if (empty || height < 1 || width < 1) {
      throw new IllegalArgumentException(
          "interpolate: expected an input and an output with channels, a height and a width, but got"
              + " shape "
              + input
              + " and output size ("
              + height
              + ", "
              + width
              + ")");
    }
    return Shape.of(new long[] {input.size(0), input.size(1), height, width});
  }

  @Override
  public void run(Tensor[] inputs, Tensor output) {
    Tensor input = inputs[0];
    int height = input.size(2);
    int width = input.size(3);
    int rows = output.size(2);
    int columns = output.size(3);
    boolean single = output.dtype() == DType.FLOAT32;
    Axis down = new Axis(height, rows, scaleHeight, single);
    Axis across = new Axis(width, columns, scaleWidth, single);
    Blocks.run(
        output.numel() / columns,
        (long) columns * mode.taps * mode.taps,
        (from, to) -> {
          for (int row = from; row < to; row++) {
            int plane = row / rows * height;
            int y = row % rows * mode.taps;
            if (single) {
              floats(input.floats(), plane, width, down, y, across, output.floats(), row * columns);
            } else {
              doubles(
                  input.doubles(), plane, width, down, y, across, output.doubles(), row * columns);
            }
          }
        });
  }

  private void floats(
      float[] x, int plane, int width, Axis down, int y, Axis across, float[] out, int at) {
    int taps = mode.taps;
    int columns = across.places.length / taps;
    for (int ow = 0; ow < columns; ow++) {
      float sum = 0;
      for (int i = 0; i < taps; i++) {
        int row = (plane + down.places[y + i]) * width;
        float part = 0;
        for (int j = ow * taps; j < (ow + 1) * taps; j++) {
          part += x[row + across.places[j]] * (float) across.weights[j];
        }
        sum += part * (float) down.weights[y + i];
      }
      out[at + ow] = taps == 1 ? x[(plane + down.places[y]) * width + across.places[ow]] : sum;
    }
  }

  private void doubles(
      double[] x, int plane, int width, Axis down, int y, Axis across, double[] out, int at) {
    int taps = mode.taps;
    int columns = across.places.length / taps;
    for (int ow = 0; ow < columns; ow++) {
      double sum = 0;
      for (int i = 0; i < taps; i++) {
        int row = (plane + down.places[y + i]) * width;
        double part = 0;
        for (int j = ow * taps; j < (ow + 1) * taps; j++) {
          part += x[row + across.places[j]] * across.weights[j];
        }
        sum += part * down.weights[y + i];
      }
      out[at + ow] = taps == 1 ? x[(plane + down.places[y]) * width + across.places[ow]] : sum;
    }
  }

  /** Which elements along one side each output element is made of, and with which weights. */
  private final class Axis {
    private final int[] places;
    private final double[] weights;

    Axis(int size, int outSize, double factor, boolean single) {
      places = new int[outSize * mode.taps];
      weights = new double[outSize * mode.taps];
      // PyTorch copies a side that keeps its size, whatever the factor, in these two modes.
      boolean same = size == outSize && (mode == Mode.NEAREST || mode == Mode.BILINEAR);
      double scale = same ? 1 : scale(size, outSize, factor, single);
      for (int i = 0; i < outSize; i++) {
        switch (mode) {
          case NEAREST -> nearest(i, round(i * scale, single), size);
          case NEAREST_EXACT -> nearest(i, round(round(i + 0.5, single) * scale, single), size);
          case BILINEAR -> linear(i, Math.max(place(i, scale, single), 0), size, single);
          case BICUBIC -> cubic(i, place(i, scale, single), size, single);
        }
      }
    }

    private double scale(int size, int outSize, double factor, boolean single) {
      if (alignCorners) {
        return outSize > 1 ? round((size - 1.0) / (outSize - 1), single) : 0;
      }
      return round(factor > 0 ? 1 / factor : (double) size / outSize, single);
    }

    private static double round(double value, boolean single) {
      return single ? (float) value : value;
    }

    private double place(int i, double scale, boolean single) {
      return alignCorners
          ? round(i * scale, single)
          : round(round((i + 0.5) * scale, single) - 0.5, single);
    }

    private void nearest(int i, double place, int size) {
      places[i] = Math.min((int) Math.floor(place), size - 1);
      weights[i] = 1;
    }

    private void linear(int i, double place, int size, boolean single) {
      int first = Math.min((int) place, size - 1);
      double rest = Math.min(Math.max(round(place - first, single), 0), 1);
      places[2 * i] = first;
      places[2 * i + 1] = Math.min(first + 1, size - 1);
      weights[2 * i] = round(1 - rest, single);
      weights[2 * i + 1] = rest;
    }

    private void cubic(int i, double place, int size, boolean single) {
      int first = (int) Math.floor(place);
      double t = round(place - first, single);
      double[] four = {outer(t + 1), inner(t), inner(1 - t), outer(2 - t)};
      for (int k = 0; k < 4; k++) {
        places[4 * i + k] = Math.min(Math.max(first - 1 + k, 0), size - 1);
        weights[4 * i + k] = round(four[k], single);
      }
    }

    private static final double A = -0.75;

    /** Returns the weight of a neighbour within 1. */
    private static double inner(double x) {
      return ((A + 2) * x - (A + 3)) * x * x + 1;
    }

    /** Returns the weight of a neighbour between 1 and 2 away. */
    private static double outer(double x) {
      return ((A * x - 5 * A) * x + 8 * A) * x - 4 * A;
    }
  }
}
