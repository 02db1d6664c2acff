package io.github.conv4j;

import java.util.Locale;

/**
 * What lies beyond the edge of an input: PyTorch's {@code padding_mode}.
 *
 * <p>Along one dimension of size 5, padded by 2 on both sides, the elements {@code a b c d e} read
 *
 * <pre>
 * ZEROS      0 0 | a b c d e | 0 0
 * REFLECT    c b | a b c d e | d c      the edge itself is not repeated
 * REPLICATE  a a | a b c d e | e e
 * CIRCULAR   d e | a b c d e | a b
 * </pre>
 */
public enum PaddingMode {
  /** Zeros. */
  ZEROS,
  /** The input mirrored at its edge element; the padding must be smaller than the side. */
  REFLECT,
  /** The edge element again and again. */
  REPLICATE,
  /** The input wrapped around; the padding must not be larger than the side. */
  CIRCULAR;

  /**
   * Returns the mode with PyTorch's name for it.
   *
   * @throws IllegalArgumentException if there is no such mode
   */
  public static PaddingMode of(String name) {
    for (PaddingMode mode : values()) {
      if (mode.toString().equals(name)) {
        return mode;
      }
    }
    throw new IllegalArgumentException(
        "padding_mode must be zeros, reflect, replicate or circular, but got '" + name + "'");
  }

  /**
   * Returns where the element at {@code position} comes from.
   *
   * @param position a coordinate of the input; negative or {@code >= size} lies in the padding,
   *     which for a reflection must be smaller than the side
   * @param size the side of the input; 0 is for zeros alone
   * @return a coordinate within {@code [0, size)}, or -1 for a zero
   */
  public int source(int position, int size) {
    if (position >= 0 && position < size) {
      return position;
    }
    return switch (this) {
      case ZEROS -> -1;
      case REFLECT -> position < 0 ? -position : 2 * (size - 1) - position;
      case REPLICATE -> position < 0 ? 0 : size - 1;
      case CIRCULAR -> Math.floorMod(position, size);
    };
  }

  /**
   * Throws if a side cannot be padded so.
   *
   * @param side what the side is called, for the message
   * @param size its length
   * @param before the padding at its start
   * @param after the padding at its end
   * @throws IllegalArgumentException if a reflection is not smaller than the side, a wrap goes
   *     round more than once, or there is no edge to replicate
   */
  public void check(String side, int size, int before, int after) {
    int most = Math.max(before, after);
    if (this == REFLECT && most > 0 && most >= size) {
      throw new IllegalArgumentException(
          "reflect padding must be smaller than the side it mirrors, but got padding ("
              + before
              + ", "
              + after
              + ") for "
              + side
              + " "
              + size);
    }
    if (this == CIRCULAR && most > size) {
      throw new IllegalArgumentException(
          "circular padding must not wrap round more than once, but got padding ("
              + before
              + ", "
              + after
              + ") for "
              + side
              + " "
              + size);
    }
    if (this == REPLICATE && most > 0 && size == 0) {
      throw new IllegalArgumentException(
          "replicate padding needs an edge to repeat, but got padding ("
              + before
              + ", "
              + after
              + ") for "
              + side
              + " 0");
    }
  }

  /**
   * Returns PyTorch's name: {@code zeros}, {@code reflect}, {@code replicate}, {@code circular}.
   */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
