/** The kernels of the convolution engine on the JDK's Vector API. */
module io.github.conv4j.simd {
  requires io.github.conv4j.core;
  requires jdk.incubator.vector;

  provides io.github.conv4j.kernel.KernelProvider with
      io.github.conv4j.simd.SimdProvider;
}
