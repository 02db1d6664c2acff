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
 * Batch norm of pictures: PyTorch's {@code torch.nn.BatchNorm2d}.
 *
 * <pre>
 * y = (x - mean[c]) / sqrt(variance[c] + eps) * weight[c] + bias[c]
 * </pre>
 *
 * <p>In evaluation mode, mean and variance are the running statistics; in training mode, those of
 * the input, and the running statistics move towards them:
 *
 * <pre>
 * running_mean = (1 - momentum) * running_mean + momentum * mean
 * running_var  = (1 - momentum) * running_var + momentum * variance * n / (n - 1)
 * </pre>
 *
 * <p>Safe for use by many threads: in evaluation mode a call works with the numbers that were there
 * when it began, in training mode calls take turns where they move the statistics.
 */
public final class BatchNorm2d extends Module {
  private final int numFeatures;
  private final double eps;
  private final Double momentum;
  private final boolean affine;
  private final boolean hasBias;
  private final boolean trackRunningStats;
  private final DType dtype;
  private volatile State state;

  /** All that may change, together. Null is what the layer does not have. */
  private record State(Tensor weight, Tensor bias, Tensor mean, Tensor variance, Tensor batches) {}

  /**
   * Makes a float32 layer with PyTorch's defaults.
   *
   * @param numFeatures channels of the input, C
   */
  public BatchNorm2d(int numFeatures) {
    this(builder(numFeatures));
  }

  private BatchNorm2d(Builder builder) {
    this.numFeatures = builder.numFeatures;
    this.eps = builder.eps;
    this.momentum = builder.momentum;
    this.affine = builder.affine;
    this.hasBias = builder.affine && builder.bias;
    this.trackRunningStats = builder.trackRunningStats;
    this.dtype = builder.dtype;
    Shape shape = Shape.of(numFeatures);
    this.state =
        new State(
            affine ? Tensor.full(1, shape, dtype) : null,
            hasBias ? Tensor.zeros(shape, dtype) : null,
            trackRunningStats ? Tensor.zeros(shape, dtype) : null,
            trackRunningStats ? Tensor.full(1, shape, dtype) : null,
            trackRunningStats ? Tensor.zeros(Shape.of(new int[0]), DType.FLOAT64) : null);
  }

  /** Begins a layer; the rest is as PyTorch's defaults until changed. */
  public static Builder builder(int numFeatures) {
    return new Builder(numFeatures);
  }

  /**
   * Returns the normalised input.
   *
   * @param input {@code (N, C, H, W)}, of the layer's dtype
   * @return a tensor of the input's shape
   * @throws IllegalArgumentException if the input does not fit the layer, or in training mode has
   *     but one element for each channel
   */
  @Override
  public Tensor forward(Tensor input) {
    check(input);
    if (isTraining() && trackRunningStats) {
      return forwardAndMove(input);
    }
    State now = state;
    boolean ofInput = isTraining() || !trackRunningStats;
    return Functional.batchNorm(
        input, now.mean, now.variance, now.weight, now.bias, ofInput, 0, eps);
  }

  private void check(Tensor input) {
    if (input.rank() != 4 || input.size(1) != numFeatures) {
      throw new IllegalArgumentException(
          this
              + ": expected an input (N, "
              + numFeatures
              + ", H, W), but got shape "
              + input.shape());
    }
    if (input.dtype() != dtype) {
      throw new IllegalArgumentException(
          this + ": expected an input of dtype " + dtype + ", but got " + input.dtype());
    }
  }

  /** Also moves copies of the running statistics, and then puts them in the places of the old. */
  private synchronized Tensor forwardAndMove(Tensor input) {
    State now = state;
    double batches = now.batches.item() + 1;
    double factor = momentum == null ? 1 / batches : momentum;
    Tensor mean = now.mean.copy();
    Tensor variance = now.variance.copy();
    Tensor output =
        Functional.batchNorm(input, mean, variance, now.weight, now.bias, true, factor, eps);
    Tensor counted = Tensor.full(batches, Shape.of(new int[0]), DType.FLOAT64);
    state = new State(now.weight, now.bias, mean, variance, counted);
    return output;
  }

  /** Returns the type of the parameters, and of the inputs taken. */
  public DType dtype() {
    return dtype;
  }

  /** Returns a copy of the weight, {@code (numFeatures)}; empty if the layer has none. */
  public Optional<Tensor> weight() {
    return Optional.ofNullable(state.weight).map(Tensor::copy);
  }

  /** Returns a copy of the bias, {@code (numFeatures)}; empty if the layer has none. */
  public Optional<Tensor> bias() {
    return Optional.ofNullable(state.bias).map(Tensor::copy);
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
    State now = state;
    Map<String, Tensor> own = new LinkedHashMap<>();
    if (now.weight != null) {
      own.put("weight", now.weight);
    }
    if (now.bias != null) {
      own.put("bias", now.bias);
    }
    return own;
  }

  /**
   * Returns running_mean, running_var and num_batches_tracked, a count that is float64 here, where
   * PyTorch has int64.
   */
  @Override
  protected Map<String, Tensor> ownBuffers() {
    State now = state;
    Map<String, Tensor> own = new LinkedHashMap<>();
    if (trackRunningStats) {
      own.put("running_mean", now.mean);
      own.put("running_var", now.variance);
      own.put("num_batches_tracked", now.batches);
    }
    return own;
  }

  @Override
  protected synchronized void setOwn(Map<String, Tensor> tensors) {
    State now = state;
    state =
        new State(
            tensors.getOrDefault("weight", now.weight),
            tensors.getOrDefault("bias", now.bias),
            tensors.getOrDefault("running_mean", now.mean),
            tensors.getOrDefault("running_var", now.variance),
            tensors.getOrDefault("num_batches_tracked", now.batches));
  }

  @Override
  protected String extraRepr() {
    return numFeatures
        + ", eps="
        + Repr.of(eps)
        + ", momentum="
        + (momentum == null ? "None" : Repr.of(momentum))
        + ", affine="
        + Repr.of(affine)
        + ", bias="
        + Repr.of(hasBias)
        + ", track_running_stats="
        + Repr.of(trackRunningStats);
  }

  /** The arguments of a layer to be. Not safe for use by many threads. */
  public static final class Builder {
    private final int numFeatures;
    private double eps = 1e-5;
    private Double momentum = 0.1;
    private boolean affine = true;
    private boolean bias = true;
    private boolean trackRunningStats = true;
    private DType dtype = DType.FLOAT32;

    private Builder(int numFeatures) {
      this.numFeatures = numFeatures;
    }

    /** Sets what is added to a variance; 1e-5 at first. */
    public Builder eps(double value) {
      eps = value;
      return this;
    }

    /**
     * Sets how far the running statistics move, 0.1 at first; null for the mean over all batches.
     */
    public Builder momentum(Double value) {
      momentum = value;
      return this;
    }

    /** Sets whether there are learnt weights and biases; true at first. */
    public Builder affine(boolean wanted) {
      affine = wanted;
      return this;
    }

    /** Sets whether a layer with learnt weights also has biases; true at first. */
    public Builder bias(boolean wanted) {
      bias = wanted;
      return this;
    }

    /**
     * Sets whether there are running statistics; true at first. Without, an input's own are used.
     */
    public Builder trackRunningStats(boolean wanted) {
      trackRunningStats = wanted;
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
     * @throws IllegalArgumentException if the number of features or eps is negative
     */
    public BatchNorm2d build() {
      if (eps < 0) {
        throw new IllegalArgumentException("BatchNorm2d: eps must be 0 or more, but got " + eps);
      }
      if (numFeatures < 0) {
        throw new IllegalArgumentException(
            "BatchNorm2d: num_features must be 0 or more, but got " + numFeatures);
      }
      return new BatchNorm2d(this);
    }
  }
}
