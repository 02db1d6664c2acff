package io.github.conv4j.io;

import io.github.conv4j.Shape;

/**
 * What a checkpoint says of one of its tensors.
 *
 * @param dtype the type of its elements in the file, as PyTorch and NumPy call it: {@code float32},
 *     {@code bfloat16}, {@code int64}; one that cannot be read has the file's own name for it
 * @param shape its sizes
 */
public record TensorHeader(String dtype, Shape shape) {
  /** PyTorch makes no tensor of more. A file of a few kilobytes could name millions. */
  static final int MOST_DIMENSIONS = 64;

  /** Returns how many bytes the elements take in memory; 0 if they cannot be read. */
  long bytes() {
    for (ElementType type : ElementType.values()) {
      if (type.label().equals(dtype)) {
        return (long) shape.numel() * type.dtype().bytes();
      }
    }
    return 0;
  }
}
