package io.github.conv4j.operator;

import io.github.conv4j.Shape;
import io.github.conv4j.Tensor;
import io.github.conv4j.engine.WorkspacePool;

/** Elements divided by a power of the mean square of their neighbours in other channels. */
public final class LocalResponseNormOperator extends Operator {
  private static final int BLOCK = DoubleFunctions.BLOCK;

  /** As many simple operations an element takes, besides those of its neighbours. */
  private static final int COST = 20;

  private static final WorkspacePool<double[][]> BLOCKS =
      new WorkspacePool<>(() -> new double[2][BLOCK]);

  private final int size;
  private final double alpha;
  private final double beta;
  private final double k;

  /**
   * Makes the operation {@code x / (k + alpha * mean of squares)^beta}.
   *
   * @param size how many channels the mean is taken of, those beyond the first and last counting 0
   * @param alpha what the mean is multiplied by
   * @param beta the exponent
   * @param k what is added
   * @throws IllegalArgumentException if the size is under 1
   */
  public LocalResponseNormOperator(int size, double alpha, double beta, double k) {
    if (size < 1) {
      throw new IllegalArgumentException(
          "local_response_norm: size must be 1 or more, but got " + size);
    }
    this.size = size;
    this.alpha = alpha;
    this.beta = beta;
    this.k = k;
  }

  @Override
  public String name() {
    return "local_response_norm";
  }

  @Override
  public Shape outputShape(Shape... inputs) {
    if (inputs[0].rank() < 3) {
      throw new IllegalArgumentException(
          "local_response_norm: expected an input (N, C, ...) of rank 3 or more, but got shape "
              + inputs[0]);
    }
    return inputs[0];
  }

  @Override
  public void run(Tensor[] inputs, Tensor output) {
    int channels = output.size(1);
    int n = output.numel() / (output.size(0) * channels);
    int blocks = (n - 1) / BLOCK + 1;
    Blocks.run(
        output.size(0) * channels * blocks,
        (long) (COST + size) * Math.min(n, BLOCK),
        (from, to) -> {
          double[][] scratch = BLOCKS.take();
          for (int part = from; part < to; part++) {
            int first = part % blocks * BLOCK;
            int plane = part / blocks;
            int image = plane / channels * channels * n + first;
            int count = Math.min(BLOCK, n - first);
            block(inputs[0], output, image, n, plane % channels, channels, count, scratch);
          }
          BLOCKS.giveBack(scratch);
        });
  }

  private void block(
      Tensor input,
      Tensor output,
      int image,
      int step,
      int channel,
      int channels,
      int n,
      double[][] scratch) {
    double[] x = scratch[0];
    double[] sum = scratch[1];
    for (int i = 0; i < n; i++) {
      sum[i] = 0;
    }
    int first = channel - size / 2;
    for (int c = Math.max(first, 0); c < Math.min((long) first + size, channels); c++) {
      Wide.read(input, image + c * step, x, n);
      for (int i = 0; i < n; i++) {
        sum[i] += x[i] * x[i];
      }
    }
    for (int i = 0; i < n; i++) {
      sum[i] = sum[i] / size * alpha + k;
    }
    Wide.read(input, image + channel * step, x, n);
    for (int i = 0; i < n; i++) {
      x[i] /= power(sum[i]);
    }
    Wide.write(x, output, image + channel * step, n);
  }

  /** The usual exponent needs no logarithm. */
  private double power(double x) {
    return beta == 0.75 ? Math.sqrt(x) * Math.sqrt(Math.sqrt(x)) : StrictMath.pow(x, beta);
  }
}
