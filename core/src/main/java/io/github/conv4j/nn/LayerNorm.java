package io.github.conv4j.nn;

import io.github.conv4j.DType;
import io.github.conv4j.Shape;
import io.github.conv4j.Tensor;
import io.github.conv4j.nn.functional.Functional;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * The elements of the last dimensions brought to mean 0 and variance 1, and then each weighted and
 * shifted: PyTorch's {@code torch.nn.LayerNorm}.
 *
 * <pre>
 * y = (x - mean) / sqrt(variance + eps) * weight + bias
 * </pre>
 *
 * <p>Safe for use by many threads. A call works with the parameters that were set when it began.
 */
public final class LayerNorm extends Module {
  private final Shape normalizedShape;
  private final double eps;
  private final boolean elementwiseAffine;
  private final boolean hasBias;
  private final DType dtype;
  private volatile Parameters parameters;

  /** All that may change, together; null is what the layer does not have. */
  private record Parameters(Tensor weight, Tensor bias) {}

  /**
   * Makes a float32 layer with PyTorch's defaults.
   *
   * @param normalizedShape the last dimensions of the input
   * @throws IllegalArgumentException if there are none, or a size is negative
   */
  public LayerNorm(int... normalizedShape) {
    this(builder(normalizedShape));
  }

  private LayerNorm(Builder builder) {
    this.normalizedShape = Shape.of(builder.normalizedShape);
    this.eps = builder.eps;
    this.elementwiseAffine = builder.elementwiseAffine;
    this.hasBias = builder.elementwiseAffine && builder.bias;
    this.dtype = builder.dtype;
    if (normalizedShape.rank() == 0) {
      throw new IllegalArgumentException(
          "LayerNorm: expected a normalized_shape of 1 dimension or more, but got []");
    }
    this.parameters =
        new Parameters(
            elementwiseAffine ? Tensor.full(1, normalizedShape, dtype) : null,
            hasBias ? Tensor.zeros(normalizedShape, dtype) : null);
  }

  /**
   * Begins a layer; the rest is as PyTorch's defaults until changed.
   *
   * @param normalizedShape the last dimensions of the input
   */
  public static Builder builder(int... normalizedShape) {
    return new Builder(normalizedShape.clone());
  }

  /**
   * Returns the normalised input.
   *
   * @param input with these last dimensions, of the layer's dtype
   * @return a tensor of the input's shape
   * @throws IllegalArgumentException if the input does not fit the layer
   */
  @Override
  public Tensor forward(Tensor input) {
    check(input);
    Parameters now = parameters;
    return Functional.layerNorm(input, normalizedShape, now.weight, now.bias, eps);
  }

  private void check(Tensor input) {
    if (input.dtype() != dtype) {
      throw new IllegalArgumentException(
          this + ": expected an input of dtype " + dtype + ", but got " + input.dtype());
    }
  }

  /** Returns the type of the parameters, and of the inputs taken. */
  public DType dtype() {
    return dtype;
  }

  /** Returns a copy of the weight, {@code normalizedShape}; empty if the layer has none. */
  public Optional<Tensor> weight() {
    return Optional.ofNullable(parameters.weight).map(Tensor::copy);
  }

  /** Returns a copy of the bias, {@code normalizedShape}; empty if the layer has none. */
  public Optional<Tensor> bias() {
    return Optional.ofNullable(parameters.bias).map(Tensor::copy);
  }

  /**
   * Replaces the weight by a copy of this.
   *
   * @throws IllegalArgumentException if shape or dtype are others, or the layer has none; the layer
   *     is then unchanged
   */
  public void setWeight(Tensor weight) {
    set("weight", weight);
  }

  /**
   * Replaces the bias by a copy of this.
   *
   * @throws IllegalArgumentException if shape or dtype are others, or the layer has none; the layer
   *     is then unchanged
   */
  public void setBias(Tensor bias) {
    set("bias", bias);
  }

  @Override
  protected Map<String, Tensor> ownParameters() {
    Parameters now = parameters;
    Map<String, Tensor> own = new LinkedHashMap<>();
    if (now.weight != null) {
      own.put("weight", now.weight);
    }
    if (now.bias != null) {
      own.put("bias", now.bias);
    }
    return own;
  }

  @Override
  protected synchronized void setOwn(Map<String, Tensor> tensors) {
    Parameters now = parameters;
    parameters =
        new Parameters(
            tensors.getOrDefault("weight", now.weight), tensors.getOrDefault("bias", now.bias));
  }

  @Override
  protected String extraRepr() {
    String sizes = normalizedShape.toString();
    return "("
        + sizes.substring(1, sizes.length() - 1)
        + (normalizedShape.rank() == 1 ? ",)" : ")")
        + ", eps="
        + Repr.of(eps)
        + ", elementwise_affine="
        + Repr.of(elementwiseAffine)
        + ", bias="
        + Repr.of(hasBias);
  }

  /** The arguments of a layer to be. Not safe for use by many threads. */
  public static final class Builder {
    private final int[] normalizedShape;
    private double eps = 1e-5;
    private boolean elementwiseAffine = true;
    private boolean bias = true;
    private DType dtype = DType.FLOAT32;

    private Builder(int[] normalizedShape) {
      this.normalizedShape = normalizedShape;
    }

    /** Sets what is added to a variance; 1e-5 at first. */
    public Builder eps(double value) {
      eps = value;
      return this;
    }

    /** Sets whether there are learnt weights and biases; true at first. */
    public Builder elementwiseAffine(boolean wanted) {
      elementwiseAffine = wanted;
      return this;
    }

    /** Sets whether there are biases where there are weights; true at first. */
    public Builder bias(boolean wanted) {
      bias = wanted;
      return this;
    }

    /** Sets the type of the parameters, and of the inputs taken; float32 at first. */
    public Builder dtype(DType type) {
      dtype = Objects.requireNonNull(type, "dtype");
      return this;
    }

    /**
     * Returns the layer.
     *
     * @throws IllegalArgumentException if there are no dimensions, or a size is negative
     */
    public LayerNorm build() {
      return new LayerNorm(this);
    }
  }
}
