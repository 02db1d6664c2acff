/** Tensors, neural-network layers and the convolution engine. */
// The compiler does not see the module simd, which is built after this one.
@SuppressWarnings("module")
module io.github.conv4j.core {
  exports io.github.conv4j;
  exports io.github.conv4j.explain;
  exports io.github.conv4j.models;
  exports io.github.conv4j.nn;
  exports io.github.conv4j.nn.functional;
  exports io.github.conv4j.random;
  exports io.github.conv4j.kernel to
      io.github.conv4j.simd;

  uses io.github.conv4j.kernel.KernelProvider;
}
