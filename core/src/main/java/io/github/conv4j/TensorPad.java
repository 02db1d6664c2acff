package io.github.conv4j;

/** Pads the last two dimensions of a tensor, or cuts off from them. */
final class TensorPad {
  private TensorPad() {}

  static Tensor pad(Tensor tensor, PaddingMode mode, int left, int right, int top, int bottom) {
    if (tensor.rank() < 2) {
      throw new IllegalArgumentException(
          "pad needs a tensor of rank 2 or more, but got " + tensor.shape());
    }
    int height = tensor.size(-2);
    int width = tensor.size(-1);
    int[] sizes = tensor.shape().toArray();
    long[] padded = new long[sizes.length];
    for (int i = 0; i < sizes.length; i++) {
      padded[i] = sizes[i];
    }
    padded[sizes.length - 2] = paddedSize("height", height, top, bottom);
    padded[sizes.length - 1] = paddedSize("width", width, left, right);
    boolean cuts = Math.min(Math.min(left, right), Math.min(top, bottom)) < 0;
    if (mode == PaddingMode.CIRCULAR && cuts) {
      // A wrap goes round what the cuts leave.
      Tensor rest =
          tensor.pad(Math.min(left, 0), Math.min(right, 0), Math.min(top, 0), Math.min(bottom, 0));
      return pad(
          rest, mode, Math.max(left, 0), Math.max(right, 0), Math.max(top, 0), Math.max(bottom, 0));
    }
    mode.check("height", height, top, bottom);
    mode.check("width", width, left, right);
    Tensor result = Tensor.zeros(Shape.of(padded), tensor.dtype());
    copyRows(mode, tensor, left, top, result);
    return result;
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

  private static void copyRows(PaddingMode mode, Tensor from, int left, int top, Tensor to) {
    int height = from.size(-2);
    int width = from.size(-1);
    int newHeight = to.size(-2);
    int newWidth = to.size(-1);
    // The columns within the input go over as they are; those beyond come one by one.
    int first = Math.min(Math.max(left, 0), newWidth);
    int last = (int) Math.max(Math.min((long) left + width, newWidth), first);
    int rows = to.numel() == 0 ? 0 : to.numel() / newWidth;
    for (int r = 0; r < rows; r++) {
      int row = mode.source(r % newHeight - top, height);
      if (row < 0) {
        continue;
      }
      int start = (r / newHeight * height + row) * width;
      int target = r * newWidth;
      if (last > first) {
        System.arraycopy(
            from.storage(), start + first - left, to.storage(), target + first, last - first);
      }
      copyBeyond(mode, from, start, left, to, target, 0, first);
      copyBeyond(mode, from, start, left, to, target, last, newWidth);
    }
  }

  /** Copies what lies beyond the input in columns {@code begin .. end - 1} of a row. */
  private static void copyBeyond(
      PaddingMode mode,
      Tensor from,
      int start,
      int left,
      Tensor to,
      int target,
      int begin,
      int end) {
    for (int w = begin; w < end; w++) {
      int column = mode.source(w - left, from.size(-1));
      if (column >= 0) {
        System.arraycopy(from.storage(), start + column, to.storage(), target + w, 1);
      }
    }
  }
}
