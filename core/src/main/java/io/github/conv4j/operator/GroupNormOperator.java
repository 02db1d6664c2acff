package io.github.conv4j.operator;

import io.github.conv4j.DType;
import io.github.conv4j.Shape;
import io.github.conv4j.Tensor;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * Groups of an image's channels brought to mean 0 and variance 1, and then each channel weighted
 * and shifted; with as many groups as channels, what PyTorch calls instance norm.
 */
public final class GroupNormOperator extends Operator {
  private final String name;
  private final int groups;
  private final Tensor weight;
  private final Tensor bias;
  private final double eps;

  /**
   * Makes the operation.
   *
   * @param name PyTorch's name of the function
   * @param groups how many groups; 0 for one a channel
   * @param weight one number for each channel, or null for 1
   * @param bias one number for each channel, or null for 0
   * @param eps what is added to a variance
   * @throws IllegalArgumentException if the number of groups is negative, or weight and bias do not
   *     fit each other
   */
  public GroupNormOperator(String name, int groups, Tensor weight, Tensor bias, double eps) {
    if (groups < 0) {
      throw new IllegalArgumentException(
          name + ": num_groups must be 1 or more, but got " + groups);
    }
    this.name = name;
    this.groups = groups;
    this.weight = weight;
    this.bias = bias;
    this.eps = eps;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public List<Tensor> parameters() {
    return Stream.of(weight, bias).filter(Objects::nonNull).toList();
  }

  @Override
  public Shape outputShape(Shape... inputs) {
    Shape input = inputs[0];
    if (input.rank() < 2) {
      throw new IllegalArgumentException(
          name + ": expected an input (N, C, ...), but got shape " + input);
    }
    int channels = input.size(1);
    if (groups > 0 && channels % groups != 0) {
      throw new IllegalArgumentException(
          name
              + ": expected an input (N, C, ...) with C a multiple of "
              + groups
              + ", but got shape "
              + input);
    }
    for (Tensor parameter : parameters()) {
      if (parameter.rank() != 1 || parameter.numel() != channels) {
        throw new IllegalArgumentException(
            name
                + ": expected an input (N, "
                + parameter.numel()
                + ", ...), but got shape "
                + input);
      }
    }
    // One element has no variance. PyTorch's check of group norm takes all groups together.
    if (groups == 0 ? positions(input) == 1 : input.numel() == groups) {
      throw new IllegalArgumentException(
          name + ": expected more than 1 value for each mean, but got shape " + input);
    }
    return input;
  }

  private static long positions(Shape input) {
    long positions = 1;
    for (int d = 2; d < input.rank(); d++) {
      positions *= input.size(d);
    }
    return positions;
  }

  private int groupsOf(Shape input) {
    return groups == 0 ? input.size(1) : groups;
  }

  @Override
  public boolean mayOverwrite() {
    return true;
  }

  @Override
  public void run(Tensor[] inputs, Tensor output) {
    Tensor input = inputs[0];
    for (Tensor parameter : parameters()) {
      if (parameter.dtype() != input.dtype()) {
        throw new IllegalArgumentException(
            name
                + ": expected an input of dtype "
                + parameter.dtype()
                + ", but got "
                + input.dtype());
      }
    }
    int channels = output.size(1);
    int groupsOfImage = groupsOf(output.shape());
    int channelsOfGroup = channels / groupsOfImage;
    int n = output.numel() / (output.size(0) * channels);
    int size = channelsOfGroup * n;
    Blocks.run(
        output.size(0) * groupsOfImage,
        3L * size,
        (from, to) -> {
          for (int group = from; group < to; group++) {
            double mean = Wide.sum(input, group * size, size) / size;
            double variance = Wide.squares(input, group * size, size, mean) / size;
            double inverse = 1 / Math.sqrt(variance + eps);
            int first = group % groupsOfImage * channelsOfGroup;
            for (int c = 0; c < channelsOfGroup; c++) {
              channel(input, output, group * size + c * n, n, first + c, mean, inverse);
            }
          }
        });
  }

  private void channel(
      Tensor input, Tensor output, int at, int n, int channel, double mean, double inverse) {
    if (output.dtype() == DType.FLOAT32) {
      float scale = (float) (inverse * (weight == null ? 1 : weight.floats()[channel]));
      float shift = (float) ((bias == null ? 0 : bias.floats()[channel]) - mean * scale);
      FloatLoops.scale(input.floats(), scale, shift, output.floats(), at, n);
    } else {
      double scale = inverse * (weight == null ? 1 : weight.doubles()[channel]);
      double shift = (bias == null ? 0 : bias.doubles()[channel]) - mean * scale;
      DoubleLoops.scale(input.doubles(), scale, shift, output.doubles(), at, n);
    }
  }
}
