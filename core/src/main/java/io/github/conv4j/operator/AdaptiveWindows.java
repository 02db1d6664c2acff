package io.github.conv4j.operator;

import io.github.conv4j.Shape;

/**
 * Windows that divide the input into as many as the output has elements: window i of OH goes from
 * {@code floor(i * H / OH)} to {@code ceil((i + 1) * H / OH)}, and may share a row with the next.
 */
final class AdaptiveWindows {
  private AdaptiveWindows() {}

  /**
   * Returns the output's shape.
   *
   * @param name the operation, for messages
   * @param channels whether there have to be channels
   * @param outHeight the output's height, or -1 for the input's
   * @param outWidth the output's width, or -1 for the input's
   */
  static Shape outputShape(
      String name, boolean channels, int outHeight, int outWidth, Shape input) {
    if (input.rank() != 3 && input.rank() != 4) {
      throw new IllegalArgumentException(
          name + ": expected an input (N, C, H, W) or (C, H, W), but got shape " + input);
    }
    int[] sizes = input.toArray();
    boolean empty = input.size(-2) == 0 || input.size(-1) == 0;
    if (empty || (channels && input.size(-3) == 0)) {
      throw new IllegalArgumentException(
          name
              + ": expected an input with "
              + (channels ? "channels, " : "")
              + "a height and a width, but got shape "
              + input);
    }
    sizes[sizes.length - 2] = outHeight < 0 ? sizes[sizes.length - 2] : outHeight;
    sizes[sizes.length - 1] = outWidth < 0 ? sizes[sizes.length - 1] : outWidth;
    return Shape.of(sizes);
  }

  /** Returns the first row of a window. */
  static int begin(int i, int size, int parts) {
    return (int) ((long) i * size / parts);
  }

  /** Returns the row to stop before. */
  static int end(int i, int size, int parts) {
    return (int) (((i + 1L) * size + parts - 1) / parts);
  }
}
