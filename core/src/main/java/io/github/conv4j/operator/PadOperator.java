package io.github.conv4j.operator;

import io.github.conv4j.DType;
import io.github.conv4j.PaddingMode;
import io.github.conv4j.Shape;
import io.github.conv4j.Tensor;
import java.util.Arrays;

/** Pads the last two dimensions of a tensor, or cuts off from them. */
public final class PadOperator extends Operator {
  private final PaddingMode mode;
  private final int left;
  private final int right;
  private final int top;
  private final int bottom;
  private final double value;

  /**
   * Makes the operation; negative amounts cut off.
   *
   * @param value what mode zeros fills in
   */
  public PadOperator(PaddingMode mode, int left, int right, int top, int bottom, double value) {
    this.mode = mode;
    this.left = left;
    this.right = right;
    this.top = top;
    this.bottom = bottom;
    this.value = value;
  }

  /** Pads a tensor, see {@link Tensor#pad}. */
  public static Tensor pad(
      Tensor tensor, PaddingMode mode, int left, int right, int top, int bottom, double value) {
    boolean cuts = Math.min(Math.min(left, right), Math.min(top, bottom)) < 0;
    if (mode == PaddingMode.CIRCULAR && cuts) {
      // A wrap goes round what the cuts leave.
      Tensor rest =
          new PadOperator(
                  PaddingMode.ZEROS,
                  Math.min(left, 0),
                  Math.min(right, 0),
                  Math.min(top, 0),
                  Math.min(bottom, 0),
                  0)
              .apply(tensor);
      return new PadOperator(
              mode, Math.max(left, 0), Math.max(right, 0), Math.max(top, 0), Math.max(bottom, 0), 0)
          .apply(rest);
    }
    return new PadOperator(mode, left, right, top, bottom, value).apply(tensor);
  }

  @Override
  public String name() {
    return "pad";
  }

  @Override
  public Shape outputShape(Shape... inputs) {
    Shape input = inputs[0];
    if (input.rank() < 2) {
      throw new IllegalArgumentException("pad needs a tensor of rank 2 or more, but got " + input);
    }
    int height = input.size(-2);
    int width = input.size(-1);
    long[] padded = new long[input.rank()];
    for (int i = 0; i < padded.length; i++) {
      padded[i] = input.size(i);
    }
    padded[padded.length - 2] = paddedSize("height", height, top, bottom);
    padded[padded.length - 1] = paddedSize("width", width, left, right);
    mode.check("height", height, top, bottom);
    mode.check("width", width, left, right);
    return Shape.of(padded);
  }

  private static long paddedSize(String side, int size, int before, int after) {
    if ((long) size + Math.min(before, 0) + Math.min(after, 0) < 0) {
      throw new IllegalArgumentException(
          "pad cannot cut off more than there is, but got padding ("
              + before
              + ", "
              + after
              + ") for "
              + side
              + " "
              + size);
    }
    return (long) size + before + after;
  }

  @Override
  public void run(Tensor[] inputs, Tensor to) {
    Tensor from = inputs[0];
    int height = from.size(-2);
    int width = from.size(-1);
    int newHeight = to.size(-2);
    int newWidth = to.size(-1);
    // The columns within the input go over as they are; those beyond come one by one.
    int first = Math.min(Math.max(left, 0), newWidth);
    int last = (int) Math.max(Math.min((long) left + width, newWidth), first);
    int rows = to.numel() / newWidth;
    for (int r = 0; r < rows; r++) {
      int row = mode.source(r % newHeight - top, height);
      if (row < 0) {
        fill(to, r * newWidth, newWidth);
        continue;
      }
      int start = (r / newHeight * height + row) * width;
      int target = r * newWidth;
      if (last > first) {
        System.arraycopy(
            array(from), start + first - left, array(to), target + first, last - first);
      }
      copyBeyond(from, start, to, target, 0, first);
      copyBeyond(from, start, to, target, last, newWidth);
    }
  }

  /** Copies what lies beyond the input in columns {@code begin .. end - 1} of a row. */
  private void copyBeyond(Tensor from, int start, Tensor to, int target, int begin, int end) {
    for (int w = begin; w < end; w++) {
      int column = mode.source(w - left, from.size(-1));
      if (column >= 0) {
        System.arraycopy(array(from), start + column, array(to), target + w, 1);
      } else {
        fill(to, target + w, 1);
      }
    }
  }

  private void fill(Tensor to, int at, int n) {
    if (to.dtype() == DType.FLOAT32) {
      Arrays.fill(to.floats(), at, at + n, (float) value);
    } else {
      Arrays.fill(to.doubles(), at, at + n, value);
    }
  }

  private static Object array(Tensor tensor) {
    return tensor.dtype() == DType.FLOAT32 ? tensor.floats() : tensor.doubles();
  }
}
