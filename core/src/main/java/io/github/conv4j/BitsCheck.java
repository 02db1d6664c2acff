package io.github.conv4j;

/**
 * Whether one fixed convolution gives the bits here that it gives everywhere, see {@link
 * Conv4j#checkBits}.
 *
 * @param name what is computed, as {@code float32 in=5x16x9x9 out=16 kernel=3x3 pad=1,1,1,1}: the
 *     dtype, the shape of the input, the output channels, and what is not PyTorch's default; pad is
 *     top, bottom, left, right
 * @param expected the checksum of the output's bits, eight hexadecimal digits
 * @param together the checksum here
 * @param alone the checksum here if each image of the batch is computed alone
 */
public record BitsCheck(String name, String expected, String together, String alone) {
  /** Returns whether all checksums are the same. */
  public boolean passed() {
    return together.equals(expected) && alone.equals(expected);
  }
}
