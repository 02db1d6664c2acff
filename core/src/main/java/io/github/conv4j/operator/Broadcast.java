package io.github.conv4j.operator;

import io.github.conv4j.Shape;

/**
 * How two shapes make one by PyTorch's rule: counted from the last dimension, sizes are equal, or
 * one of the two is 1 or missing, and that input is repeated. Immutable.
 *
 * <p>Dimensions along which both inputs go on, or one of them is repeated throughout, are taken
 * together: what is left are rows, within which an input is read element by element or is one
 * number.
 */
final class Broadcast {
  private final Shape output;
  private final int rank;
  // Of the dimensions left, innermost first.
  private final int[] sizes;
  private final int[] aSteps;
  private final int[] bSteps;

  /**
   * Fits two shapes together.
   *
   * @throws IllegalArgumentException if they do not fit, or the output is too large
   */
  Broadcast(String name, Shape a, Shape b) {
    this.output = outputShape(name, a, b);
    int dims = output.rank();
    this.sizes = new int[Math.max(dims, 1)];
    this.aSteps = new int[Math.max(dims, 1)];
    this.bSteps = new int[Math.max(dims, 1)];
    int left = 0;
    int aStep = 1;
    int bStep = 1;
    for (int d = 1; d <= dims; d++) {
      int size = output.size(-d);
      int aSize = sizeFromLast(a, d);
      int bSize = sizeFromLast(b, d);
      if (size != 1) {
        left = take(left, size, aSize == 1 ? 0 : aStep, bSize == 1 ? 0 : bStep);
      }
      aStep *= aSize;
      bStep *= bSize;
    }
    this.rank = left == 0 ? take(0, 1, 1, 1) : left;
  }

  private static int sizeFromLast(Shape shape, int d) {
    return d <= shape.rank() ? shape.size(-d) : 1;
  }

  static Shape outputShape(String name, Shape a, Shape b) {
    long[] sizes = new long[Math.max(a.rank(), b.rank())];
    for (int d = 1; d <= sizes.length; d++) {
      int aSize = sizeFromLast(a, d);
      int bSize = sizeFromLast(b, d);
      if (aSize != bSize && aSize != 1 && bSize != 1) {
        throw new IllegalArgumentException(
            name
                + ": expected sizes that are equal or 1 in each dimension counted from the last,"
                + " but got "
                + aSize
                + " and "
                + bSize
                + " in dimension "
                + (sizes.length - d)
                + " of shapes "
                + a
                + " and "
                + b);
      }
      sizes[sizes.length - d] = aSize == 1 ? bSize : aSize;
    }
    return Shape.of(sizes);
  }

  /** Takes in the next dimension outwards; returns how many are then left. */
  private int take(int left, int size, int aStep, int bStep) {
    int last = left - 1;
    if (left > 0 && aStep == aSteps[last] * sizes[last] && bStep == bSteps[last] * sizes[last]) {
      sizes[last] *= size;
      return left;
    }
    sizes[left] = size;
    aSteps[left] = aStep;
    bSteps[left] = bStep;
    return left + 1;
  }

  /** Returns the output's shape. */
  Shape output() {
    return output;
  }

  /** Returns how long a row is. */
  int length() {
    return sizes[0];
  }

  /** Returns how far apart neighbours within a row of the first input are: 0 or 1. */
  int aStep() {
    return aSteps[0];
  }

  /** Returns how far apart neighbours within a row of the second input are: 0 or 1. */
  int bStep() {
    return bSteps[0];
  }

  /** Returns where a row of the first input begins. */
  int aAt(int row) {
    return at(row, aSteps);
  }

  /** Returns where a row of the second input begins. */
  int bAt(int row) {
    return at(row, bSteps);
  }

  private int at(int row, int[] steps) {
    int at = 0;
    int rest = row;
    for (int d = 1; d < rank; d++) {
      int outer = rest / sizes[d];
      at += (rest - outer * sizes[d]) * steps[d];
      rest = outer;
    }
    return at;
  }
}
