package io.github.conv4j.cli.filter;

import io.github.conv4j.Tensor;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The kernels that have a name. */
public final class Presets {
  private static final Map<String, List<Tensor>> KERNELS = kernels();

  private Presets() {}

  private static Map<String, List<Tensor>> kernels() {
    Tensor sobelX = KernelMatrix.parse("[[-1,0,1],[-2,0,2],[-1,0,1]]");
    Tensor sobelY = KernelMatrix.parse("[[-1,-2,-1],[0,0,0],[1,2,1]]");
    Map<String, List<Tensor>> kernels = new LinkedHashMap<>();
    kernels.put("identity", List.of(Tensor.full(1, 1, 1)));
    kernels.put("box", List.of(Tensor.full(1.0 / 9, 3, 3)));
    kernels.put("gaussian", List.of(gaussian()));
    kernels.put("sharpen", List.of(KernelMatrix.parse("[[0,-1,0],[-1,5,-1],[0,-1,0]]")));
    kernels.put("emboss", List.of(KernelMatrix.parse("[[-2,-1,0],[-1,1,1],[0,1,2]]")));
    kernels.put("laplacian", List.of(KernelMatrix.parse("[[0,1,0],[1,-4,1],[0,1,0]]")));
    kernels.put("sobel-x", List.of(sobelX));
    kernels.put("sobel-y", List.of(sobelY));
    kernels.put("sobel", List.of(sobelX, sobelY));
    kernels.put("motion-blur", List.of(diagonal(9)));
    return Collections.unmodifiableMap(kernels);
  }

  /** Returns the outer product of a row of binomial coefficients with itself, of sum 1. */
  private static Tensor gaussian() {
    int[] binomial = {1, 4, 6, 4, 1};
    Tensor kernel = Tensor.zeros(binomial.length, binomial.length);
    for (int h = 0; h < binomial.length; h++) {
      for (int w = 0; w < binomial.length; w++) {
        kernel.set(binomial[h] * binomial[w] / 256.0, h, w);
      }
    }
    return kernel;
  }

  /** Returns the mean along the diagonal from the upper left to the lower right. */
  private static Tensor diagonal(int side) {
    Tensor kernel = Tensor.zeros(side, side);
    for (int i = 0; i < side; i++) {
      kernel.set(1.0 / side, i, i);
    }
    return kernel;
  }

  /** Returns the names in the order of the help. */
  public static Set<String> names() {
    return KERNELS.keySet();
  }

  /**
   * Returns a preset's kernels, {@code (KH, KW)}: one, or several whose results are the components
   * of a vector.
   *
   * @return the kernels, not to be changed; null if there is no such preset
   */
  public static List<Tensor> get(String name) {
    return KERNELS.get(name);
  }
}
