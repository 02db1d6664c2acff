package io.github.conv4j.nn;

import io.github.conv4j.DType;
import io.github.conv4j.Shape;
import io.github.conv4j.Tensor;
import io.github.conv4j.operator.LinearOperator;
import io.github.conv4j.random.Generator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Weighted sums of features, {@code y = x W' + b}: PyTorch's {@code torch.nn.Linear}, with the same
 * initial weights.
 *
 * <p>Safe for use by many threads. A call works with the weights that were set when it began.
 */
public final class Linear extends Module {
  private final int inFeatures;
  private final int outFeatures;
  private final boolean hasBias;
  private volatile Parameters parameters;

  private record Parameters(Tensor weight, Tensor bias, LinearOperator operator) {
    Parameters(Tensor weight, Tensor bias) {
      this(weight, bias, new LinearOperator(weight, bias));
    }
  }

  /**
   * Makes a float32 layer with a bias, from an unknown seed.
   *
   * @param inFeatures features of the input
   * @param outFeatures features of the output
   */
  public Linear(int inFeatures, int outFeatures) {
    this(builder(inFeatures, outFeatures));
  }

  private Linear(Builder builder) {
    this.inFeatures = builder.inFeatures;
    this.outFeatures = builder.outFeatures;
    this.hasBias = builder.bias;
    if (inFeatures < 0 || outFeatures < 0) {
      throw new IllegalArgumentException(
          "Linear: features must be 0 or more, but got " + inFeatures + " and " + outFeatures);
    }
    // The same steps as torch.nn.init.kaiming_uniform_ with a = sqrt(5), whose rounding they share.
    Generator generator =
        builder.generator != null
            ? builder.generator
            : Generator.torch(ThreadLocalRandom.current().nextLong());
    Shape shape = Shape.of(outFeatures, inFeatures);
    double slope = Math.sqrt(5);
    double gain = Math.sqrt(2 / (1 + slope * slope));
    double bound = inFeatures == 0 ? 0 : Math.sqrt(3) * (gain / Math.sqrt(inFeatures));
    Tensor weight = Tensor.uniform(generator, -bound, bound, shape, builder.dtype);
    Tensor bias = null;
    if (hasBias) {
      Shape outputs = Shape.of(outFeatures);
      double biasBound = 1 / Math.sqrt(inFeatures);
      bias =
          inFeatures == 0
              ? Tensor.zeros(outputs, builder.dtype)
              : Tensor.uniform(generator, -biasBound, biasBound, outputs, builder.dtype);
    }
    this.parameters = new Parameters(weight, bias);
  }

  /** Begins a layer; it has a bias, and is of float32, until changed. */
  public static Builder builder(int inFeatures, int outFeatures) {
    return new Builder(inFeatures, outFeatures);
  }

  /**
   * Returns the weighted sums.
   *
   * @param input {@code (..., inFeatures)}, of the layer's dtype
   * @return {@code (..., outFeatures)}
   * @throws IllegalArgumentException if the input does not fit the layer
   */
  @Override
  public Tensor forward(Tensor input) {
    return parameters.operator.apply(input);
  }

  /** Returns the features of the input. */
  public int inFeatures() {
    return inFeatures;
  }

  /** Returns the features of the output. */
  public int outFeatures() {
    return outFeatures;
  }

  /** Returns the type of the weights, and of the inputs taken. */
  public DType dtype() {
    return parameters.weight.dtype();
  }

  /** Returns a copy of the weight, {@code (outFeatures, inFeatures)}. */
  public Tensor weight() {
    return parameters.weight.copy();
  }

  /** Returns a copy of the bias, {@code (outFeatures)}; empty if the layer has none. */
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
    own.put("weight", now.weight);
    if (hasBias) {
      own.put("bias", now.bias);
    }
    return own;
  }

  @Override
  protected synchronized void setOwn(Map<String, Tensor> tensors) {
    parameters =
        new Parameters(
            tensors.getOrDefault("weight", parameters.weight),
            tensors.getOrDefault("bias", parameters.bias));
  }

  @Override
  protected String extraRepr() {
    return "in_features="
        + inFeatures
        + ", out_features="
        + outFeatures
        + ", bias="
        + Repr.of(hasBias);
  }

  /** The arguments of a layer to be. Not safe for use by many threads. */
  public static final class Builder {
    private final int inFeatures;
    private final int outFeatures;
    private boolean bias = true;
    private DType dtype = DType.FLOAT32;
    private Generator generator;

    private Builder(int inFeatures, int outFeatures) {
      this.inFeatures = inFeatures;
      this.outFeatures = outFeatures;
    }

    /** Sets whether a learnt number is added to each feature of the output; true at first. */
    public Builder bias(boolean wanted) {
      bias = wanted;
      return this;
    }

    /** Sets the type of the weights, and of the inputs taken; float32 at first. */
    public Builder dtype(DType type) {
      dtype = Objects.requireNonNull(type, "dtype");
      return this;
    }

    /** Sets where the initial weights come from; at first a generator of unknown seed. */
    public Builder generator(Generator source) {
      generator = Objects.requireNonNull(source, "generator");
      return this;
    }

    /**
     * Returns the layer, with initial weights as PyTorch's.
     *
     * @throws IllegalArgumentException if a number of features is negative
     */
    public Linear build() {
      return new Linear(this);
    }
  }
}
