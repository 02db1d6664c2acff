package io.github.conv4j.operator;

import io.github.conv4j.DType;
import io.github.conv4j.Shape;
import io.github.conv4j.Tensor;
import java.util.List;

/** x where that is positive, else weight * x, with one weight for all or one for each channel. */
public final class PReluOperator extends Operator {
  private final Tensor weight;

  /**
   * Makes the operation.
   *
   * @param weight one number, or one for each channel
   * @throws IllegalArgumentException if the rank is over 1
   */
  public PReluOperator(Tensor weight) {
    if (weight.rank() > 1) {
      throw new IllegalArgumentException(
          "prelu: expected a weight of rank 0 or 1, but got shape " + weight.shape());
    }
    this.weight = weight;
  }

  @Override
  public String name() {
    return "prelu";
  }

  @Override
  public List<Tensor> parameters() {
    return List.of(weight);
  }

  @Override
  public Shape outputShape(Shape... inputs) {
    Shape input = inputs[0];
    if (weight.numel() != 1) {
      int channels = input.rank() > 1 ? input.size(1) : 1;
      if (input.rank() == 0 || channels != weight.numel()) {
        throw new IllegalArgumentException(
            "prelu: expected an input (N, " + weight.numel() + ", ...), but got shape " + input);
      }
    }
    return input;
  }

  @Override
  public boolean mayOverwrite() {
    return true;
  }

  @Override
  public void run(Tensor[] inputs, Tensor output) {
    Tensor input = inputs[0];
    if (input.dtype() != weight.dtype()) {
      throw new IllegalArgumentException(
          "prelu: expected an input of dtype " + weight.dtype() + ", but got " + input.dtype());
    }
    int channels = weight.numel();
    int planes = channels == 1 ? 1 : output.size(0) * channels;
    int n = output.numel() / planes;
    if (planes == 1) {
      Blocks.run(n, 1, (from, to) -> plane(input, 0, output, from, to - from));
    } else {
      Blocks.run(
          planes,
          n,
          (from, to) -> {
            for (int plane = from; plane < to; plane++) {
              plane(input, plane % channels, output, plane * n, n);
            }
          });
    }
  }

  private void plane(Tensor input, int channel, Tensor output, int at, int n) {
    if (output.dtype() == DType.FLOAT32) {
      float slope = weight.floats()[channel];
      FloatLoops.leakyRelu(input.floats(), slope, output.floats(), at, n);
    } else {
      double slope = weight.doubles()[channel];
      DoubleLoops.leakyRelu(input.doubles(), slope, output.doubles(), at, n);
    }
  }
}
