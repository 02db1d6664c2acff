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
 * Groups of an image's channels brought to mean 0 and variance 1, and then each channel weighted
 * and shifted: PyTorch's {@code torch.nn.GroupNorm}.
 *
 * <pre>
 * y = (x - mean) / sqrt(variance + eps) * weight[c] + bias[c]
 * </pre>
 *
 * <p>Safe for use by many threads. A call works with the parameters that were set when it began.
 */
public final class GroupNorm extends Module {
  private final int numGroups;
  private final int numChannels;
  private final double eps;
  private final boolean affine;
  private final boolean hasBias;
  private final DType dtype;
  private volatile Parameters parameters;

  /** All that may change, together; null is what the layer does not have. */
  private record Parameters(Tensor weight, Tensor bias) {}

  /**
   * Makes a float32 layer with PyTorch's defaults.
   *
   * @param numGroups how many groups
   * @param numChannels channels of the input, C
   * @throws IllegalArgumentException if the channels cannot be divided into so many groups
   */
  public GroupNorm(int numGroups, int numChannels) {
    this(builder(numGroups, numChannels));
  }

  private GroupNorm(Builder builder) {
    this.numGroups = builder.numGroups;
    this.numChannels = builder.numChannels;
    this.eps = builder.eps;
    this.affine = builder.affine;
    this.hasBias = builder.affine && builder.bias;
    this.dtype = builder.dtype;
    if (numGroups < 1 || numChannels < 0) {
      throw new IllegalArgumentException(
          "GroupNorm: num_groups must be 1 or more and num_channels 0 or more, but got "
              + numGroups
              + " and "
              + numChannels);
    }
    if (numChannels % numGroups != 0) {
      throw new IllegalArgumentException(
          "GroupNorm: num_channels must be a multiple of num_groups, but got "
              + numChannels
              + " and "
              + numGroups);
    }
    Shape shape = Shape.of(numChannels);
    this.parameters =
        new Parameters(
            affine ? Tensor.full(1, shape, dtype) : null,
            hasBias ? Tensor.zeros(shape, dtype) : null);
  }

  /**
   * Begins a layer; the rest is as PyTorch's defaults until changed.
   *
   * @param numGroups how many groups
   * @param numChannels channels of the input, C
   */
  public static Builder builder(int numGroups, int numChannels) {
    return new Builder(numGroups, numChannels);
  }

  /**
   * Returns the normalised input.
   *
   * @param input {@code (N, C, ...)}, of the layer's dtype
   * @return a tensor of the input's shape
   * @throws IllegalArgumentException if the input does not fit the layer, or a group of a single
   *     image is but one element
   */
  @Override
  public Tensor forward(Tensor input) {
    check(input);
    Parameters now = parameters;
    return Functional.groupNorm(input, numGroups, now.weight, now.bias, eps);
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

  /** Returns a copy of the weight, {@code (numChannels)}; empty if the layer has none. */
  public Optional<Tensor> weight() {
    return Optional.ofNullable(parameters.weight).map(Tensor::copy);
  }

  /** Returns a copy of the bias, {@code (numChannels)}; empty if the layer has none. */
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
    return numGroups
        + ", "
        + numChannels
        + ", eps="
        + Repr.of(eps)
        + ", affine="
        + Repr.of(affine)
        + ", bias="
        + Repr.of(hasBias);
  }

  /** The arguments of a layer to be. Not safe for use by many threads. */
  public static final class Builder {
    private final int numGroups;
    private final int numChannels;
    private double eps = 1e-5;
    private boolean affine = true;
    private boolean bias = true;
    private DType dtype = DType.FLOAT32;

    private Builder(int numGroups, int numChannels) {
      this.numGroups = numGroups;
      this.numChannels = numChannels;
    }

    /** Sets what is added to a variance; 1e-5 at first. */
    public Builder eps(double value) {
      eps = value;
      return this;
    }

    /** Sets whether there are learnt weights and biases; true at first. */
    public Builder affine(boolean wanted) {
      affine = wanted;
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
     * @throws IllegalArgumentException if the channels cannot be divided into so many groups
     */
    public GroupNorm build() {
      return new GroupNorm(this);
    }
  }
}
