package io.github.conv4j.operator;

import io.github.conv4j.DType;
import io.github.conv4j.Shape;
import io.github.conv4j.Tensor;
import java.util.List;
import java.util.stream.Stream;

/**
 * Batch norm with given statistics:
 *
 * <pre>
 * y = scale[c] * x + shift[c]
 * scale[c] = weight[c] / sqrt(variance[c] + eps)
 * shift[c] = bias[c] - mean[c] * scale[c]
 * </pre>
 */
public final class BatchNorm2dOperator extends Operator {
  private final Tensor mean;
  private final Tensor variance;
  private final Tensor weight;
  private final Tensor bias;
  private final double eps;

  /**
   * Makes the operation.
   *
   * @param mean one number for each channel
   * @param variance likewise
   * @param weight likewise, or null for 1
   * @param bias likewise, or null for 0
   * @param eps what is added to a variance
   */
  public BatchNorm2dOperator(Tensor mean, Tensor variance, Tensor weight, Tensor bias, double eps) {
    this.mean = mean;
    this.variance = variance;
    this.weight = weight;
    this.bias = bias;
    this.eps = eps;
  }

  /** Returns what a channel's elements are multiplied by. */
  public double scale(int channel) {
    double gamma = weight == null ? 1 : weight.get(channel);
    return gamma / Math.sqrt(variance.get(channel) + eps);
  }

  /** Returns what is added to a channel's elements then. */
  public double shift(int channel) {
    double beta = bias == null ? 0 : bias.get(channel);
    return beta - mean.get(channel) * scale(channel);
  }

  @Override
  public String name() {
    return "batch_norm";
  }

  @Override
  public List<Tensor> parameters() {
    return Stream.of(weight, bias).filter(tensor -> tensor != null).toList();
  }

  @Override
  public Shape outputShape(Shape... inputs) {
    if (inputs[0].rank() < 2 || inputs[0].size(1) != mean.numel()) {
      throw new IllegalArgumentException(
          "batch_norm: expected an input (N, "
              + mean.numel()
              + ", ...), but got shape "
              + inputs[0]);
    }
    return inputs[0];
  }

  @Override
  public boolean mayOverwrite() {
    return true;
  }

  @Override
  public void run(Tensor[] inputs, Tensor output) {
    Tensor input = inputs[0];
    int channels = mean.numel();
    int planes = output.shape().size(0) * channels;
    int n = output.numel() / planes;
    Blocks.run(
        planes,
        n,
        (from, to) -> {
          for (int plane = from; plane < to; plane++) {
            double scale = scale(plane % channels);
            double shift = shift(plane % channels);
            int at = plane * n;
            if (output.dtype() == DType.FLOAT32) {
              FloatLoops.scale(
                  input.floats(), (float) scale, (float) shift, output.floats(), at, n);
            } else {
              DoubleLoops.scale(input.doubles(), scale, shift, output.doubles(), at, n);
            }
          }
        });
  }
}
