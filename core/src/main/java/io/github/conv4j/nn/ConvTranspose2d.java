package io.github.conv4j.nn;

import io.github.conv4j.Accuracy;
import io.github.conv4j.DType;
import io.github.conv4j.Shape;
import io.github.conv4j.Tensor;
import io.github.conv4j.nn.functional.ConvTranspose2dOptions;
import io.github.conv4j.nn.functional.PreparedConvTranspose2d;
import io.github.conv4j.random.Generator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A transposed 2-D convolution layer: PyTorch's {@code torch.nn.ConvTranspose2d}, with the same
 * initial weights and the same results. It undoes the shape of a {@link Conv2d} with the same
 * options.
 *
 * <pre>
 * OH = (H - 1) * stride_h - 2 * padding_h + dilation_h * (KH - 1) + output_padding_h + 1
 * OW = (W - 1) * stride_w - 2 * padding_w + dilation_w * (KW - 1) + output_padding_w + 1
 * </pre>
 *
 * <p>Safe for use by many threads. A call works with the weights that were set when it began.
 */
public final class ConvTranspose2d extends Module {
  private final int outChannels;
  private final ConvTranspose2dOptions options;
  private final boolean hasBias;
  private final String extra;
  private volatile PreparedConvTranspose2d prepared;

  private ConvTranspose2d(Builder builder) {
    this.outChannels = builder.outChannels;
    this.options = builder.options;
    this.hasBias = builder.bias;
    this.extra = builder.extraRepr();
    Shape shape =
        Shape.of(
            builder.inChannels,
            outChannels / options.groups(),
            builder.kernelHeight,
            builder.kernelWidth);
    // As PyTorch does, which takes the second size for the inputs of a sum.
    double fanIn = (double) shape.size(1) * shape.size(2) * shape.size(3);
    double slope = Math.sqrt(5);
    double gain = Math.sqrt(2 / (1 + slope * slope));
    double bound = Math.sqrt(3) * (gain / Math.sqrt(fanIn));
    double biasBound = 1 / Math.sqrt(fanIn);
    Generator generator =
        builder.generator != null
            ? builder.generator
            : Generator.torch(ThreadLocalRandom.current().nextLong());
    Tensor weight = Tensor.uniform(generator, -bound, bound, shape, builder.dtype);
    Tensor bias =
        hasBias
            ? Tensor.uniform(generator, -biasBound, biasBound, Shape.of(outChannels), builder.dtype)
            : null;
    this.prepared = new PreparedConvTranspose2d(toString(), weight, bias, options);
  }

  /** Begins a layer with square kernels; the rest is as PyTorch's defaults until changed. */
  public static Builder builder(int inChannels, int outChannels, int kernelSize) {
    return builder(inChannels, outChannels, kernelSize, kernelSize);
  }

  /** Begins a layer; the rest is as PyTorch's defaults until changed. */
  public static Builder builder(
      int inChannels, int outChannels, int kernelHeight, int kernelWidth) {
    return new Builder(inChannels, outChannels, kernelHeight, kernelWidth);
  }

  /**
   * Returns the transposed convolution of an input.
   *
   * @param input {@code (N, C, H, W)}, or {@code (C, H, W)} without a batch, of the layer's dtype
   * @return {@code (N, OC, OH, OW)} or {@code (OC, OH, OW)}
   * @throws IllegalArgumentException if the input does not fit the layer
   */
  @Override
  public Tensor forward(Tensor input) {
    return prepared.apply(input);
  }

  /**
   * Returns the transposed convolution of an input with the output padding that gives this height
   * and width, PyTorch's {@code output_size}; the layer's own output padding is not used.
   *
   * @param input {@code (N, C, H, W)}, or {@code (C, H, W)} without a batch, of the layer's dtype
   * @param height the output's height
   * @param width the output's width
   * @throws IllegalArgumentException if the input does not fit the layer, or no output padding less
   *     than the stride gives such an output
   */
  public Tensor forward(Tensor input, int height, int width) {
    PreparedConvTranspose2d now = prepared;
    return PreparedConvTranspose2d.toSize(
        toString(), input, now.weight(), now.bias(), options, height, width);
  }

  /** Returns stride, padding, output padding, groups, dilation and accuracy. */
  public ConvTranspose2dOptions options() {
    return options;
  }

  /** Returns a copy of the kernels, {@code (inChannels, outChannels / groups, KH, KW)}. */
  public Tensor weight() {
    return prepared.weight().copy();
  }

  /** Returns a copy of the bias, {@code (outChannels)}; empty if the layer has none. */
  public Optional<Tensor> bias() {
    return Optional.ofNullable(prepared.bias()).map(Tensor::copy);
  }

  /**
   * Replaces the kernels by a copy of these.
   *
   * @throws IllegalArgumentException if shape or dtype are others; the layer is then unchanged
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
    PreparedConvTranspose2d now = prepared;
    Map<String, Tensor> own = new LinkedHashMap<>();
    own.put("weight", now.weight());
    if (hasBias) {
      own.put("bias", now.bias());
    }
    return own;
  }

  @Override
  protected synchronized void setOwn(Map<String, Tensor> tensors) {
    prepared =
        new PreparedConvTranspose2d(
            toString(),
            tensors.getOrDefault("weight", prepared.weight()),
            tensors.getOrDefault("bias", prepared.bias()),
            options);
  }

  @Override
  protected String extraRepr() {
    return extra;
  }

  /** The arguments of a layer to be. Not safe for use by many threads. */
  public static final class Builder {
    private final int inChannels;
    private final int outChannels;
    private final int kernelHeight;
    private final int kernelWidth;
    private ConvTranspose2dOptions options = ConvTranspose2dOptions.defaults();
    private boolean bias = true;
    private DType dtype = DType.FLOAT32;
    private Generator generator;

    private Builder(int inChannels, int outChannels, int kernelHeight, int kernelWidth) {
      this.inChannels = inChannels;
      this.outChannels = outChannels;
      this.kernelHeight = kernelHeight;
      this.kernelWidth = kernelWidth;
    }

    /** Sets how far apart input elements lie in the output, in both directions; 1 at first. */
    public Builder stride(int both) {
      return stride(both, both);
    }

    /** Sets how far apart input elements lie in the output: down, and to the right. */
    public Builder stride(int height, int width) {
      options = options.stride(height, width);
      return this;
    }

    /** Sets how many rows and columns are cut off on each side; 0 at first. */
    public Builder padding(int all) {
      return padding(all, all);
    }

    /** Sets how many rows are cut off above and below, and columns on the left and right. */
    public Builder padding(int height, int width) {
      options = options.padding(height, width);
      return this;
    }

    /** Sets how many rows more there are below, and columns more on the right; 0 at first. */
    public Builder outputPadding(int both) {
      return outputPadding(both, both);
    }

    /** Sets how many rows more there are below, and columns more on the right. */
    public Builder outputPadding(int height, int width) {
      options = options.outputPadding(height, width);
      return this;
    }

    /** Sets how far apart the taps of the kernel are, in both directions; 1 at first. */
    public Builder dilation(int both) {
      return dilation(both, both);
    }

    /** Sets how far apart the taps of the kernel are: down, and to the right. */
    public Builder dilation(int height, int width) {
      options = options.dilation(height, width);
      return this;
    }

    /** Sets into how many separate parts the channels are split; 1 at first. */
    public Builder groups(int count) {
      options = options.groups(count);
      return this;
    }

    /** Sets whether a learnt number is added to each output channel; true at first. */
    public Builder bias(boolean wanted) {
      bias = wanted;
      return this;
    }

    /** Sets how exact the result has to be; {@link Accuracy#PYTORCH} at first. */
    public Builder accuracy(Accuracy wanted) {
      options = options.accuracy(wanted);
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
     * @throws IllegalArgumentException if there are no channels or no kernel, or groups do not
     *     divide both channel counts; the rest is checked together with an input, as PyTorch does
     */
    public ConvTranspose2d build() {
      check(options.groups() > 0, "groups must be 1 or more, but got " + options.groups());
      check(
          inChannels % options.groups() == 0 && outChannels % options.groups() == 0,
          "in_channels and out_channels must be multiples of groups, but got "
              + inChannels
              + ", "
              + outChannels
              + " and groups "
              + options.groups());
      check(
          inChannels > 0 && outChannels > 0,
          "channels must be 1 or more, but got " + inChannels + " and " + outChannels);
      check(
          kernelHeight > 0 && kernelWidth > 0,
          "kernel_size must be 1 or more, but got (" + kernelHeight + ", " + kernelWidth + ")");
      return new ConvTranspose2d(this);
    }

    private static void check(boolean holds, String message) {
      if (!holds) {
        throw new IllegalArgumentException("ConvTranspose2d: " + message);
      }
    }

    private String extraRepr() {
      StringBuilder text = new StringBuilder();
      text.append(inChannels).append(", ").append(outChannels);
      append(text, "kernel_size", kernelHeight, kernelWidth, -1);
      append(text, "stride", options.strideHeight(), options.strideWidth(), -1);
      append(text, "padding", options.padHeight(), options.padWidth(), 0);
      append(text, "dilation", options.dilationHeight(), options.dilationWidth(), 1);
      append(text, "output_padding", options.outputPadHeight(), options.outputPadWidth(), 0);
      if (options.groups() != 1) {
        text.append(", groups=").append(options.groups());
      }
      return bias ? text.toString() : text.append(", bias=False").toString();
    }

    private static void append(StringBuilder text, String name, int height, int width, int plain) {
      if (height != plain || width != plain) {
        text.append(", ").append(name).append("=(").append(height).append(", ").append(width);
        text.append(')');
      }
    }
  }
}
