package io.github.conv4j;

import java.util.Objects;

/**
 * How much is added round an input: an amount for each side, or {@link #SAME} or {@link #VALID}.
 * Immutable.
 */
public final class Padding {
  /**
   * So much that, at stride 1, the output is as large as the input. An odd amount puts the extra
   * row below and the extra column on the right.
   */
  public static final Padding SAME = new Padding("same", 0, 0);

  /** None: the window stays within the input. */
  public static final Padding VALID = new Padding("valid", 0, 0);

  private final String name;
  private final int height;
  private final int width;

  private Padding(String name, int height, int width) {
    this.name = name;
    this.height = height;
    this.width = width;
  }

  /**
   * Returns the padding with an amount for above and below, and one for left and right.
   *
   * @param height rows added above and again below; negative cuts off
   * @param width columns added on the left and again on the right; negative cuts off
   */
  public static Padding of(int height, int width) {
    return new Padding(null, height, width);
  }

  /**
   * Returns the padding with PyTorch's name for it.
   *
   * @throws IllegalArgumentException if the name is neither "same" nor "valid"
   */
  public static Padding of(String name) {
    if (name.equals(SAME.name)) {
      return SAME;
    }
    if (name.equals(VALID.name)) {
      return VALID;
    }
    throw new IllegalArgumentException(
        "padding must be a number, a pair of numbers, 'same' or 'valid', but got '" + name + "'");
  }

  /** Returns the rows added above; 0 if this is {@link #SAME}. */
  public int height() {
    return height;
  }

  /** Returns the columns added on the left; 0 if this is {@link #SAME}. */
  public int width() {
    return width;
  }

  /** Returns whether this is two amounts of 0, and not a name. */
  public boolean isNone() {
    return name == null && height == 0 && width == 0;
  }

  /** Returns whether this is {@link #SAME} or {@link #VALID}. */
  public boolean isNamed() {
    return name != null;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Padding padding
        && Objects.equals(name, padding.name)
        && height == padding.height
        && width == padding.width;
  }

  @Override
  public int hashCode() {
    return Objects.hash(name, height, width);
  }

  /** Returns what PyTorch prints: {@code same}, {@code valid} or {@code (1, 3)}. */
  @Override
  public String toString() {
    return name != null ? name : "(" + height + ", " + width + ")";
  }
}
