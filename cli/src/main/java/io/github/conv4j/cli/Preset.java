package io.github.conv4j.cli;

import io.github.conv4j.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** The kernels that have a name. */
enum Preset {
  IDENTITY(1, "[[1]]"),
  BOX(9, "[[1,1,1],[1,1,1],[1,1,1]]"),
  GAUSSIAN(256, "[[1,4,6,4,1],[4,16,24,16,4],[6,24,36,24,6],[4,16,24,16,4],[1,4,6,4,1]]"),
  SHARPEN(1, "[[0,-1,0],[-1,5,-1],[0,-1,0]]"),
  EMBOSS(1, "[[-2,-1,0],[-1,1,1],[0,1,2]]"),
  LAPLACIAN(1, "[[0,1,0],[1,-4,1],[0,1,0]]"),
  SOBEL_X(1, "[[-1,0,1],[-2,0,2],[-1,0,1]]"),
  SOBEL_Y(1, "[[-1,-2,-1],[0,0,0],[1,2,1]]"),
  /** The length of the gradient, whose two components the kernels give. */
  SOBEL(List.of(SOBEL_X.kernels.get(0), SOBEL_Y.kernels.get(0))),
  MOTION_BLUR(List.of(diagonal(9)));

  private final List<Tensor> kernels;

  Preset(float divisor, String matrix) {
    this(List.of(KernelMatrix.parse(matrix)));
    divide(kernels.get(0), divisor);
  }

  Preset(List<Tensor> kernels) {
    this.kernels = kernels;
  }

  /** Returns the kernels, {@code (KH, KW)}: one, or two that give the components of a vector. */
  List<Tensor> kernels() {
    return kernels;
  }

  /** Returns the name that the command line has for it, such as {@code sobel-x}. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** Returns the names of all. */
  static List<String> names() {
    return Arrays.stream(values()).map(Preset::toString).collect(Collectors.toList());
  }

  /** A blur along the diagonal from the upper left to the lower right. */
  private static Tensor diagonal(int side) {
    Tensor matrix = Tensor.zeros(side, side);
    for (int i = 0; i < side; i++) {
      matrix.set(1, i, i);
    }
    divide(matrix, side);
    return matrix;
  }

  private static void divide(Tensor matrix, float divisor) {
    float[] numbers = matrix.floats();
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] /= divisor;
    }
  }
}
