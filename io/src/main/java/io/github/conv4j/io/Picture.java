package io.github.conv4j.io;

import io.github.conv4j.DType;
import io.github.conv4j.Tensor;

/**
 * A picture as a tensor.
 *
 * <p>A stored sample {@code v} of 8 bits is the value {@code v / 255}, as in torchvision's {@code
 * ToTensor}; one of 16 bits is {@code v / 65535}. The values are the file's own, gamma-encoded as
 * they are there; no colour profile is applied.
 *
 * @param pixels a float32 tensor of shape {@code (C, H, W)} with values within {@code [0, 1]}; C is
 *     1 for grey, 2 for grey and alpha, 3 for red, green and blue, 4 for those and alpha; alpha is
 *     0 where the picture is transparent and not multiplied into the colours
 * @param bits the precision of a sample in the file, 8 or 16; fewer than 8 count as 8
 */
public record Picture(Tensor pixels, int bits) {
  /**
   * Checks the shape, the dtype and the bits; the values are not looked at.
   *
   * @throws IllegalArgumentException if they are others than described
   */
  public Picture {
    if (pixels.rank() != 3
        || pixels.size(0) < 1
        || pixels.size(0) > 4
        || pixels.dtype() != DType.FLOAT32) {
      throw new IllegalArgumentException(
          "a picture needs a float32 tensor of shape (C, H, W) with 1 to 4 channels, but got "
              + pixels.dtype()
              + " of shape "
              + pixels.shape());
    }
    if (bits != 8 && bits != 16) {
      throw new IllegalArgumentException("a picture has 8 or 16 bits, but got " + bits);
    }
  }
}
