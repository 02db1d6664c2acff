package io.github.conv4j.operator;

import io.github.conv4j.Shape;
import io.github.conv4j.Tensor;
import io.github.conv4j.engine.WorkspacePool;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * The elements of the last dimensions brought to mean 0 and variance 1, and then each weighted and
 * shifted.
 */
public final class LayerNormOperator extends Operator {
  private static final int BLOCK = DoubleFunctions.BLOCK;

  private static final WorkspacePool<double[][]> BLOCKS =
      new WorkspacePool<>(() -> new double[2][BLOCK]);

  private final Shape normalized;
  private final Tensor weight;
  private final Tensor bias;
  private final double eps;

  /**
   * Makes the operation.
   *
   * @param normalized the last dimensions
   * @param weight a number for each of their elements, or null for 1
   * @param bias likewise, or null for 0
   * @param eps what is added to a variance
   * @throws IllegalArgumentException if there are no dimensions, or weight or bias have others
   */
  public LayerNormOperator(Shape normalized, Tensor weight, Tensor bias, double eps) {
    if (normalized.rank() == 0) {
      throw new IllegalArgumentException(
          "layer_norm: expected a normalized_shape of 1 dimension or more, but got []");
    }
    this.normalized = normalized;
    this.weight = weight;
    this.bias = bias;
    this.eps = eps;
    for (Tensor parameter : parameters()) {
      if (!parameter.shape().equals(normalized)) {
        throw new IllegalArgumentException(
            "layer_norm: expected a weight and a bias of shape "
                + normalized
                + ", but got shape "
                + parameter.shape());
      }
    }
  }

  @Override
  public String name() {
    return "layer_norm";
  }

  @Override
  public List<Tensor> parameters() {
    return Stream.of(weight, bias).filter(Objects::nonNull).toList();
  }

  @Override
  public Shape outputShape(Shape... inputs) {
    Shape input = inputs[0];
    int before = input.rank() - normalized.rank();
    boolean fits =
        before >= 0
            && Shape.of(Arrays.copyOfRange(input.toArray(), before, input.rank()))
                .equals(normalized);
    if (!fits) {
      throw new IllegalArgumentException(
          "layer_norm: expected an input whose last dimensions are "
              + normalized
              + ", but got shape "
              + input);
    }
    return input;
  }

  @Override
  public void run(Tensor[] inputs, Tensor output) {
    Tensor input = inputs[0];
    for (Tensor parameter : parameters()) {
      if (parameter.dtype() != input.dtype()) {
        throw new IllegalArgumentException(
            "layer_norm: expected an input of dtype "
                + parameter.dtype()
                + ", but got "
                + input.dtype());
      }
    }
    int size = normalized.numel();
    Blocks.run(
        output.numel() / size,
        4L * size,
        (from, to) -> {
          double[][] blocks = BLOCKS.take();
          for (int row = from; row < to; row++) {
            double mean = Wide.sum(input, row * size, size) / size;
            double variance = Wide.squares(input, row * size, size, mean) / size;
            double inverse = 1 / Math.sqrt(variance + eps);
            for (int i = 0; i < size; i += BLOCK) {
              int n = Math.min(BLOCK, size - i);
              block(input, output, row * size, i, n, mean, inverse, blocks);
            }
          }
          BLOCKS.giveBack(blocks);
        });
  }

  private void block(
      Tensor input,
      Tensor output,
      int row,
      int from,
      int n,
      double mean,
      double inverse,
      double[][] blocks) {
    double[] x = blocks[0];
    double[] parameter = blocks[1];
    Wide.read(input, row + from, x, n);
    for (int i = 0; i < n; i++) {
      x[i] = (x[i] - mean) * inverse;
    }
    if (weight != null) {
      Wide.read(weight, from, parameter, n);
      for (int i = 0; i < n; i++) {
        x[i] *= parameter[i];
      }
    }
    if (bias != null) {
      Wide.read(bias, from, parameter, n);
      for (int i = 0; i < n; i++) {
        x[i] += parameter[i];
      }
    }
    Wide.write(x, output, row + from, n);
  }
}
