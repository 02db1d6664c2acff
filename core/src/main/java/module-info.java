/** Tensors, neural-network layers and the convolution engine. */
module io.github.conv4j.core {
  exports io.github.conv4j;
  exports io.github.conv4j.nn;
  exports io.github.conv4j.nn.functional;
  exports io.github.conv4j.random;
}
