package io.github.conv4j.operator;

import io.github.conv4j.DType;
import io.github.conv4j.Shape;
import io.github.conv4j.Tensor;
import io.github.conv4j.kernel.Fma;
import java.util.List;
import java.util.stream.Stream;

/**
 * Batch norm with given statistics:
 *
 * <pre>
 * y = scale[c] * x + shift[c]
 * scale[c] = weight[c] * (1 / sqrt(variance[c] + eps))
 * shift[c] = bias[c] - mean[c] * scale[c]
 * </pre>
 *
 * <p>Scale and shift are worked out in the tensors' dtype, and the products that are added to are
 * not rounded: PyTorch's very bits.
 */
public final class BatchNorm2dOperator extends Operator {
  private final Tensor mean;
  private final Tensor variance;
  private final Tensor weight;
  private final Tensor bias;
  private final double eps;

  /** One number for each channel, of the dtype of the mean. */
  private final Tensor scales;

  /** Likewise. */
  private final Tensor shifts;

  /**
   * Makes the operation.
   *
   * @param mean one number for each channel
   * @param variance likewise, but float64 if it is to be rounded after the square root alone
   * @param weight likewise, or null for 1
   * @param bias likewise, or null for 0
   * @param eps what is added to a variance
   * @throws IllegalArgumentException if eps is negative, or the numbers of channels or the dtypes
   *     differ
   */
  public BatchNorm2dOperator(Tensor mean, Tensor variance, Tensor weight, Tensor bias, double eps) {
    if (eps < 0) {
      throw new IllegalArgumentException("batch_norm: eps must be 0 or more, but got " + eps);
    }
    this.mean = mean;
    this.variance = checked("running_var", variance, true);
    this.weight = checked("weight", weight, false);
    this.bias = checked("bias", bias, false);
    this.eps = eps;
    this.scales = Tensor.zeros(mean.shape(), mean.dtype());
    this.shifts = Tensor.zeros(mean.shape(), mean.dtype());
    for (int c = 0; c < mean.numel(); c++) {
      if (mean.dtype() == DType.FLOAT32) {
        workOutFloats(c);
      } else {
        workOutDoubles(c);
      }
    }
  }

  private void workOutFloats(int c) {
    boolean wide = variance.dtype() == DType.FLOAT64;
    float inverse =
        wide
            ? (float) (1 / Math.sqrt(variance.doubles()[c] + eps))
            : 1 / (float) Math.sqrt(variance.floats()[c] + (float) eps);
    float scale = inverse * (weight == null ? 1 : weight.floats()[c]);
    scales.floats()[c] = scale;
    shifts.floats()[c] = Fma.fma(-mean.floats()[c], scale, bias == null ? 0 : bias.floats()[c]);
  }

  private void workOutDoubles(int c) {
    double inverse = 1 / Math.sqrt(variance.doubles()[c] + eps);
    double scale = inverse * (weight == null ? 1 : weight.doubles()[c]);
    scales.doubles()[c] = scale;
    shifts.doubles()[c] = Fma.fma(-mean.doubles()[c], scale, bias == null ? 0 : bias.doubles()[c]);
  }

  private Tensor checked(String what, Tensor tensor, boolean mayBeWide) {
    if (tensor == null) {
      return null;
    }
    if (tensor.rank() != 1 || tensor.numel() != mean.numel()) {
      throw new IllegalArgumentException(
          "batch_norm: expected a "
              + what
              + " of shape ["
              + mean.numel()
              + "], but got "
              + tensor.shape());
    }
    boolean wide = mayBeWide && tensor.dtype() == DType.FLOAT64;
    if (tensor.dtype() != mean.dtype() && !wide) {
      throw new IllegalArgumentException(
          "batch_norm: expected tensors of one dtype, but got "
              + mean.dtype()
              + " and "
              + tensor.dtype());
    }
    return tensor;
  }

  /** Returns one mean for each channel. */
  public Tensor mean() {
    return mean;
  }

  /** Returns one variance for each channel. */
  public Tensor variance() {
    return variance;
  }

  /** Returns one weight for each channel, or null for 1. */
  public Tensor weight() {
    return weight;
  }

  /** Returns one bias for each channel, or null for 0. */
  public Tensor bias() {
    return bias;
  }

  /** Returns what is added to a variance. */
  public double eps() {
    return eps;
  }

  /** Returns what a channel's elements are multiplied by, in float64. */
  public double scale(int channel) {
    double gamma = weight == null ? 1 : weight.get(channel);
    return gamma / Math.sqrt(variance.get(channel) + eps);
  }

  /** Returns what is added to a channel's elements then, in float64. */
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
    if (input.dtype() != mean.dtype()) {
      throw new IllegalArgumentException(
          "batch_norm: expected an input of dtype " + mean.dtype() + ", but got " + input.dtype());
    }
    int channels = mean.numel();
    int planes = output.shape().size(0) * channels;
    int n = output.numel() / planes;
    Blocks.run(
        planes,
        n,
        (from, to) -> {
          for (int plane = from; plane < to; plane++) {
            int c = plane % channels;
            int at = plane * n;
            if (output.dtype() == DType.FLOAT32) {
              float scale = scales.floats()[c];
              float shift = shifts.floats()[c];
              FloatLoops.scale(input.floats(), scale, shift, output.floats(), at, n);
            } else {
              double scale = scales.doubles()[c];
              double shift = shifts.doubles()[c];
              DoubleLoops.scale(input.doubles(), scale, shift, output.doubles(), at, n);
            }
          }
        });
  }
}
