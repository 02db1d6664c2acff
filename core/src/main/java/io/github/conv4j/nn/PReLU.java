package io.github.conv4j.nn;

import io.github.conv4j.DType;
import io.github.conv4j.Shape;
import io.github.conv4j.Tensor;
import io.github.conv4j.nn.functional.Functional;
import java.util.Map;
import java.util.Objects;

/**
 * {@code x} where that is positive, else {@code weight * x}, with one weight for all or one for
 * each channel: PyTorch's {@code torch.nn.PReLU}. Safe for use by many threads.
 */
public final class PReLU extends Module {
  private final int numParameters;
  private volatile Tensor weight;

  /** Makes a float32 layer with one weight, 0.25. */
  public PReLU() {
    this(1);
  }

  /**
   * Makes a float32 layer whose weights are 0.25.
   *
   * @param numParameters how many weights: 1, or the channels of the input
   * @throws IllegalArgumentException if it is negative
   */
  public PReLU(int numParameters) {
    this(numParameters, 0.25, DType.FLOAT32);
  }

  /**
   * Makes a layer.
   *
   * @param numParameters how many weights: 1, or the channels of the input
   * @param init what the weights are
   * @param dtype the type of the weights, and of the inputs taken
   * @throws IllegalArgumentException if the number of weights is negative
   */
  public PReLU(int numParameters, double init, DType dtype) {
    if (numParameters < 0) {
      throw new IllegalArgumentException(
          "PReLU: num_parameters must be 0 or more, but got " + numParameters);
    }
    this.numParameters = numParameters;
    Objects.requireNonNull(dtype, "dtype");
    this.weight = Tensor.full(init, Shape.of(numParameters), dtype);
  }

  /**
   * Returns a new tensor of the input's shape.
   *
   * @param input of any shape, of the layer's dtype; with several weights, {@code (N, C, ...)}
   * @throws IllegalArgumentException if the input does not fit the weights
   */
  @Override
  public Tensor forward(Tensor input) {
    return Functional.prelu(input, weight);
  }

  /** Returns the type of the weights, and of the inputs taken. */
  public DType dtype() {
    return weight.dtype();
  }

  /** Returns a copy of the weight, {@code (numParameters)}. */
  public Tensor weight() {
    return weight.copy();
  }

  /**
   * Replaces the weight by a copy of this.
   *
   * @throws IllegalArgumentException if shape or dtype are others; the layer is then unchanged
   */
  public void setWeight(Tensor weight) {
    set("weight", weight);
  }

  @Override
  protected Map<String, Tensor> ownParameters() {
    return Map.of("weight", weight);
  }

  @Override
  protected void setOwn(Map<String, Tensor> tensors) {
    weight = tensors.getOrDefault("weight", weight);
  }

  @Override
  protected String extraRepr() {
    return "num_parameters=" + numParameters;
  }
}
