package io.github.conv4j;

import java.util.Arrays;

/**
 * Whole numbers with any number of dimensions, row-major: where the elements that an operation has
 * chosen lay in its input, for which PyTorch has int64 tensors. As a dimension has at most 2^31 - 1
 * elements, an int holds every index.
 *
 * <p>Safe for many readers: nothing here changes a number once the instance is made.
 */
public final class Indices {
  private final Shape shape;
  private final int[] values;

  private Indices(Shape shape, int[] values) {
    this.shape = shape;
    this.values = values;
  }

  /**
   * Returns indices whose storage is this very array.
   *
   * @param values the numbers in row-major order
   * @param shape the sizes; none makes rank 1
   * @throws IllegalArgumentException if the shape does not hold exactly {@code values.length}
   *     numbers
   */
  public static Indices wrap(int[] values, int... shape) {
    return wrap(values, shape.length == 0 ? Shape.of(values.length) : Shape.of(shape));
  }

  /**
   * Returns indices whose storage is this very array.
   *
   * @param values the numbers in row-major order
   * @param shape the sizes
   * @throws IllegalArgumentException if the shape does not hold exactly {@code values.length}
   *     numbers
   */
  public static Indices wrap(int[] values, Shape shape) {
    if (shape.numel() != values.length) {
      throw new IllegalArgumentException(
          "shape " + shape + " holds " + shape.numel() + " indices, but got " + values.length);
    }
    return new Indices(shape, values);
  }

  /** Returns the sizes. */
  public Shape shape() {
    return shape;
  }

  /** Returns how many there are. */
  public int numel() {
    return values.length;
  }

  /**
   * Returns one of them.
   *
   * @param index its coordinates, one a dimension; negative counts from the end
   * @throws IllegalArgumentException if the coordinates are not as many as the dimensions
   * @throws IndexOutOfBoundsException if a coordinate lies outside
   */
  public int get(int... index) {
    return values[shape.offset(index)];
  }

  /**
   * Returns the only one.
   *
   * @throws IllegalArgumentException if there is not exactly one
   */
  public int item() {
    if (values.length != 1) {
      throw new IllegalArgumentException(
          "item() needs one index, but the shape of the indices is " + shape);
    }
    return values[0];
  }

  /** Returns the numbers in row-major order, as a new array. */
  public int[] toArray() {
    return values.clone();
  }

  /** Returns whether the other has the same shape and numbers. */
  @Override
  public boolean equals(Object other) {
    return other instanceof Indices indices
        && shape.equals(indices.shape)
        && Arrays.equals(values, indices.values);
  }

  @Override
  public int hashCode() {
    return 31 * shape.hashCode() + Arrays.hashCode(values);
  }

  /** Returns the text that PyTorch 2.13 prints for such an int64 tensor. */
  @Override
  public String toString() {
    return TensorFormat.format(shape, values);
  }
}
