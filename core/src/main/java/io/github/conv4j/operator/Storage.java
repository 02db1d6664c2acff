package io.github.conv4j.operator;

import io.github.conv4j.Shape;
import io.github.conv4j.Tensor;

/**
 * Makes tensors on arrays that are longer than they have elements, as the buffers of a network are:
 * several tensors in turn lie in one. A door to a constructor that users of {@link Tensor} cannot
 * call, as only {@link Operator#run} is written for such tensors.
 */
public final class Storage {
  private static volatile Door door;

  private Storage() {}

  /** What {@link Tensor} puts here when its class is initialised. */
  public interface Door {
    /** Returns a tensor on the first elements of a {@code float[]} or {@code double[]}. */
    Tensor tensor(Object array, Shape shape);
  }

  /** Opens the door: for {@link Tensor} alone. */
  public static void open(Door tensors) {
    door = tensors;
  }

  /**
   * Returns a tensor on the first elements of an array.
   *
   * @param array a {@code float[]} or {@code double[]}, no shorter than the shape has elements
   * @param shape the tensor's shape
   */
  public static Tensor tensor(Object array, Shape shape) {
    if (door == null) {
      // Nobody has used a tensor yet; this one initialises the class.
      Tensor.zeros(0);
    }
    return door.tensor(array, shape);
  }
}
