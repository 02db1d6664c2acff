package io.github.conv4j.operator;

import io.github.conv4j.DType;
import io.github.conv4j.Shape;
import io.github.conv4j.Tensor;
import java.util.Arrays;
import java.util.List;

/**
 * Each row of the input times each row of the weight, {@code y = x W' + bias}.
 *
 * <p>A product has {@value #LANES} sums of its own, element i going to sum {@code i % LANES}: the
 * inner loop is one over neighbours, which the just-in-time compiler makes vector instructions of,
 * and the order depends on nothing but the length. The weights stay as they are, and each is
 * fetched once for all rows of the input: for one row, memory decides the speed.
 */
public final class LinearOperator extends Operator {
  private static final int LANES = 256;

  private final Tensor weight;
  private final Tensor bias;

  /**
   * Makes the operation.
   *
   * @param weight {@code (out_features, in_features)}
   * @param bias {@code (out_features)}, or null
   * @throws IllegalArgumentException if they do not fit each other
   */
  public LinearOperator(Tensor weight, Tensor bias) {
    if (weight.rank() != 2) {
      throw new IllegalArgumentException(
          "linear: expected a weight (out_features, in_features), but got shape " + weight.shape());
    }
    if (bias != null && !bias.shape().equals(Shape.of(weight.size(0)))) {
      throw new IllegalArgumentException(
          "linear: expected a bias of shape ["
              + weight.size(0)
              + "], but got shape "
              + bias.shape());
    }
    if (bias != null && bias.dtype() != weight.dtype()) {
      throw new IllegalArgumentException(
          "linear: expected tensors of one dtype, but got "
              + weight.dtype()
              + " and "
              + bias.dtype());
    }
    this.weight = weight;
    this.bias = bias;
  }

  @Override
  public String name() {
    return "linear";
  }

  @Override
  public List<Tensor> parameters() {
    return bias == null ? List.of(weight) : List.of(weight, bias);
  }

  @Override
  public long multiplyAdds(Shape... inputs) {
    return (long) inputs[0].numel() * weight.size(0);
  }

  @Override
  public Shape outputShape(Shape... inputs) {
    Shape input = inputs[0];
    if (input.rank() == 0 || input.size(-1) != weight.size(1)) {
      throw new IllegalArgumentException(
          "linear: expected an input (..., " + weight.size(1) + "), but got shape " + input);
    }
    int[] sizes = input.toArray();
    sizes[sizes.length - 1] = weight.size(0);
    return Shape.of(sizes);
  }

  @Override
  public void run(Tensor[] inputs, Tensor output) {
    Tensor input = inputs[0];
    if (input.dtype() != weight.dtype()) {
      throw new IllegalArgumentException(
          "linear: expected an input of dtype " + weight.dtype() + ", but got " + input.dtype());
    }
    int features = weight.size(1);
    int outputs = weight.size(0);
    int rows = output.numel() / outputs;
    Blocks.run(
        outputs,
        (long) rows * features,
        (from, to) -> {
          if (output.dtype() == DType.FLOAT32) {
            floats(input.floats(), rows, features, outputs, from, to, output.floats());
          } else {
            doubles(input.doubles(), rows, features, outputs, from, to, output.doubles());
          }
        });
  }

  private void floats(float[] x, int rows, int features, int outputs, int from, int to, float[] y) {
    float[] w = weight.floats();
    float[] sums = new float[LANES];
    float[] inputs = new float[LANES];
    float[] weights = new float[LANES];
    for (int o = from; o < to; o++) {
      for (int r = 0; r < rows; r++) {
        Arrays.fill(sums, 0);
        for (int i = 0; i < features; i += LANES) {
          int n = Math.min(LANES, features - i);
          System.arraycopy(x, r * features + i, inputs, 0, n);
          System.arraycopy(w, o * features + i, weights, 0, n);
          FloatLoops.multiplyAdd(inputs, weights, sums, n);
        }
        double sum = Sums.sum(sums, 0, LANES);
        y[r * outputs + o] = (float) (bias == null ? sum : sum + bias.floats()[o]);
      }
    }
  }

  private void doubles(
      double[] x, int rows, int features, int outputs, int from, int to, double[] y) {
    double[] w = weight.doubles();
    double[] sums = new double[LANES];
    double[] inputs = new double[LANES];
    double[] weights = new double[LANES];
    for (int o = from; o < to; o++) {
      for (int r = 0; r < rows; r++) {
        Arrays.fill(sums, 0);
        for (int i = 0; i < features; i += LANES) {
          int n = Math.min(LANES, features - i);
          System.arraycopy(x, r * features + i, inputs, 0, n);
          System.arraycopy(w, o * features + i, weights, 0, n);
          DoubleLoops.multiplyAdd(inputs, weights, sums, n);
        }
        double sum = Sums.sum(sums, 0, LANES);
        y[r * outputs + o] = bias == null ? sum : sum + bias.doubles()[o];
      }
    }
  }
}
