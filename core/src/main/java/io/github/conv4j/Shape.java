package io.github.conv4j;

import java.util.Arrays;

/**
 * The sizes of a tensor, outermost dimension first. Immutable.
 *
 * <p>A shape of rank 0 holds one element. A size of 0 is allowed and makes the tensor empty.
 */
public final class Shape {
  /** The most elements a tensor can have: what an int can count. */
  public static final int MAX_ELEMENTS = Integer.MAX_VALUE;

  private final int[] sizes;
  private final int numel;

  private Shape(int[] sizes) {
    this.sizes = sizes;
    this.numel = Math.toIntExact(checkedNumel(sizes));
  }

  /**
   * Returns the shape with these sizes.
   *
   * @throws IllegalArgumentException if a size is negative or the elements are more than {@link
   *     #MAX_ELEMENTS}
   */
  public static Shape of(int... sizes) {
    return new Shape(sizes.clone());
  }

  /**
   * Returns the shape with these sizes, checked to fit.
   *
   * @throws IllegalArgumentException if a size is negative or over {@code 2^31-1}, or the elements
   *     are more than {@link #MAX_ELEMENTS}
   */
  public static Shape of(long[] sizes) {
    int[] narrow = new int[sizes.length];
    for (int i = 0; i < sizes.length; i++) {
      if (sizes[i] > MAX_ELEMENTS) {
        throw tooLarge(Arrays.toString(sizes));
      }
      if (sizes[i] < 0) {
        throw negative(Arrays.toString(sizes));
      }
      narrow[i] = (int) sizes[i];
    }
    return new Shape(narrow);
  }

  private static long checkedNumel(int[] sizes) {
    long numel = 1;
    boolean empty = false;
    boolean overflow = false;
    for (int size : sizes) {
      if (size < 0) {
        throw negative(Arrays.toString(sizes));
      }
      empty |= size == 0;
      // An empty dimension may stand after sizes whose product alone would overflow.
      numel = overflow ? numel : numel * Math.max(size, 1);
      overflow |= numel > MAX_ELEMENTS;
    }
    if (empty) {
      return 0;
    }
    if (overflow) {
      throw tooLarge(Arrays.toString(sizes));
    }
    return numel;
  }

  private static IllegalArgumentException negative(String sizes) {
    return new IllegalArgumentException("a shape needs sizes of 0 or more, but got " + sizes);
  }

  private static IllegalArgumentException tooLarge(String sizes) {
    return new IllegalArgumentException(
        "a tensor holds at most " + MAX_ELEMENTS + " elements, but shape " + sizes + " has more");
  }

  /** Returns the number of dimensions. */
  public int rank() {
    return sizes.length;
  }

  /**
   * Returns the size of one dimension.
   *
   * @param dim the dimension; negative counts from the last, as in PyTorch
   * @throws IllegalArgumentException if there is no such dimension
   */
  public int size(int dim) {
    return sizes[checkDim(dim)];
  }

  /** Returns the number of elements: the product of the sizes. */
  public int numel() {
    return numel;
  }

  /** Returns the sizes as a new array. */
  public int[] toArray() {
    return sizes.clone();
  }

  /** Returns {@code dim} as an index of 0 or more, or throws. */
  int checkDim(int dim) {
    if (sizes.length == 0) {
      throw new IllegalArgumentException("shape [] has no dimension, but got dimension " + dim);
    }
    int index = dim < 0 ? dim + sizes.length : dim;
    if (index < 0 || index >= sizes.length) {
      throw new IllegalArgumentException(
          "dimension must be within [-"
              + sizes.length
              + ", "
              + (sizes.length - 1)
              + "] for shape "
              + this
              + ", but got "
              + dim);
    }
    return index;
  }

  /** Returns this shape with one size replaced. */
  Shape with(int dim, int size) {
    int[] changed = sizes.clone();
    changed[dim] = size;
    return new Shape(changed);
  }

  /**
   * Returns how many elements lie between neighbours along {@code dim} in row-major order; only for
   * a shape that holds elements, the product may overflow otherwise.
   */
  int stride(int dim) {
    int stride = 1;
    for (int i = dim + 1; i < sizes.length; i++) {
      stride *= sizes[i];
    }
    return stride;
  }

  /**
   * Returns the row-major offset of an element.
   *
   * @param index its coordinates; negative counts from the end
   */
  int offset(int[] index) {
    if (index.length != sizes.length) {
      throw new IllegalArgumentException(
          "an element of shape "
              + this
              + " needs "
              + sizes.length
              + " coordinates, but got "
              + Arrays.toString(index));
    }
    int offset = 0;
    for (int dim = 0; dim < index.length; dim++) {
      int i = index[dim] < 0 ? index[dim] + sizes[dim] : index[dim];
      if (i < 0 || i >= sizes[dim]) {
        throw new IndexOutOfBoundsException(
            "coordinates " + Arrays.toString(index) + " lie outside shape " + this);
      }
      offset = offset * sizes[dim] + i;
    }
    return offset;
  }

  /** Returns the coordinates of the element at a row-major offset {@code < numel()}. */
  int[] indexOf(int offset) {
    int[] index = new int[sizes.length];
    int rest = offset;
    for (int i = sizes.length - 1; i >= 0; i--) {
      index[i] = rest % sizes[i];
      rest /= sizes[i];
    }
    return index;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Shape shape && Arrays.equals(sizes, shape.sizes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(sizes);
  }

  /** Returns the sizes in brackets: {@code [2, 6, 4, 4]}. */
  @Override
  public String toString() {
    return Arrays.toString(sizes);
  }
}
