package io.github.conv4j.operator;

import io.github.conv4j.DType;
import io.github.conv4j.Shape;
import io.github.conv4j.Tensor;

/**
 * Channels made pixels, or pixels made channels:
 *
 * <pre>
 * shuffled[c][h * r + i][w * r + j] = plain[(c * r + i) * r + j][h][w]
 * </pre>
 */
public final class PixelShuffleOperator extends Operator {
  private final int factor;
  private final boolean backwards;

  /**
   * Makes the operation.
   *
   * @param factor r
   * @param backwards whether pixels are made channels
   * @throws IllegalArgumentException if the factor is under 1
   */
  public PixelShuffleOperator(int factor, boolean backwards) {
    this.factor = factor;
    this.backwards = backwards;
    if (factor < 1) {
      throw new IllegalArgumentException(
          name() + ": expected a factor of 1 or more, but got " + factor);
    }
  }

  @Override
  public String name() {
    return backwards ? "pixel_unshuffle" : "pixel_shuffle";
  }

  @Override
  public Shape outputShape(Shape... inputs) {
    Shape input = inputs[0];
    if (input.rank() < 3) {
      throw new IllegalArgumentException(
          name() + ": expected an input (..., C, H, W), but got shape " + input);
    }
    long square = (long) factor * factor;
    long[] sizes = new long[input.rank()];
    for (int d = 0; d < sizes.length; d++) {
      sizes[d] = input.size(d);
    }
    int c = sizes.length - 3;
    if (backwards) {
      if (sizes[c + 1] % factor != 0 || sizes[c + 2] % factor != 0) {
        throw new IllegalArgumentException(
            name()
                + ": expected height and width to be multiples of "
                + factor
                + ", but got shape "
                + input);
      }
      if (input.numel() == 0) {
        // PyTorch returns an empty input as it is.
        return input;
      }
      sizes[c] *= square;
      sizes[c + 1] /= factor;
      sizes[c + 2] /= factor;
    } else {
      if (sizes[c] % square != 0) {
        throw new IllegalArgumentException(
            name()
                + ": expected channels that are a multiple of "
                + square
                + ", but got shape "
                + input);
      }
      sizes[c] /= square;
      sizes[c + 1] *= factor;
      sizes[c + 2] *= factor;
    }
    return Shape.of(sizes);
  }

  @Override
  public void run(Tensor[] inputs, Tensor output) {
    Shape plain = (backwards ? output : inputs[0]).shape();
    int height = plain.size(-2);
    int width = plain.size(-1);
    int rows = output.numel() / width;
    Blocks.run(
        rows,
        width,
        (from, to) -> {
          for (int row = from; row < to; row++) {
            int plane = row / height;
            int h = row % height;
            int i = plane / factor % factor;
            int j = plane % factor;
            int c = plane / (factor * factor);
            int shuffled = ((c * height + h) * factor + i) * width * factor + j;
            move(inputs[0], output, row * width, shuffled, width);
          }
        });
  }

  private void move(Tensor input, Tensor output, int plain, int shuffled, int n) {
    for (int w = 0; w < n; w++) {
      int from = backwards ? shuffled + w * factor : plain + w;
      int to = backwards ? plain + w : shuffled + w * factor;
      if (output.dtype() == DType.FLOAT32) {
        output.floats()[to] = input.floats()[from];
      } else {
        output.doubles()[to] = input.doubles()[from];
      }
    }
  }
}
