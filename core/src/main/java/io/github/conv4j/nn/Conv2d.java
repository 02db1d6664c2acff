package io.github.conv4j.nn;

import io.github.conv4j.Accuracy;
import io.github.conv4j.Activation;
import io.github.conv4j.DType;
import io.github.conv4j.Padding;
import io.github.conv4j.PaddingMode;
import io.github.conv4j.Shape;
import io.github.conv4j.Tensor;
import io.github.conv4j.nn.functional.Conv2dOptions;
import io.github.conv4j.nn.functional.PreparedConv2d;
import io.github.conv4j.random.Generator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A 2-D convolution layer: PyTorch's {@code torch.nn.Conv2d}, with every option, the same checks,
 * the same initial weights and the same results.
 *
 * <pre>{@code
 * Conv2d conv = Conv2d.builder(6, 4, 2).stride(2, 1).padding(1, 3).dilation(2, 3).groups(2).build();
 * Tensor y = conv.forward(Tensor.rand(2, 6, 4, 4));   // (2, 4, 2, 7)
 * }</pre>
 *
 * <p>For an input {@code (N, C, H, W)}, or {@code (C, H, W)} without a batch, and kernels of {@code
 * (KH, KW)}:
 *
 * <pre>
 * OH = floor((H + 2 * padding_h - dilation_h * (KH - 1) - 1) / stride_h) + 1
 * OW = floor((W + 2 * padding_w - dilation_w * (KW - 1) - 1) / stride_w) + 1
 * </pre>
 *
 * <p>Safe for use by many threads. A call works with the weights that were set when it began, even
 * if another thread sets new ones meanwhile.
 */
public final class Conv2d extends Module {
  private final int inChannels;
  private final int outChannels;
  private final int kernelHeight;
  private final int kernelWidth;
  private final Conv2dOptions options;
  private final DType dtype;
  private final boolean hasBias;
  private final String extra;

  // Weights, bias and plan change together, so that no call sees a mixture.
  private volatile PreparedConv2d prepared;

  private Conv2d(Builder builder) {
    this.inChannels = builder.inChannels;
    this.outChannels = builder.outChannels;
    this.kernelHeight = builder.kernelHeight;
    this.kernelWidth = builder.kernelWidth;
    this.options = builder.options;
    this.dtype = builder.dtype;
    this.hasBias = builder.bias;
    this.extra = describe();
    resetParameters(builder.generator);
  }

  /**
   * Begins a layer with square kernels; the rest is as PyTorch's defaults until changed.
   *
   * @param inChannels channels of the input, C
   * @param outChannels channels of the output, OC
   * @param kernelSize height and width of the kernels
   */
  public static Builder builder(int inChannels, int outChannels, int kernelSize) {
    return builder(inChannels, outChannels, kernelSize, kernelSize);
  }

  /**
   * Begins a layer; the rest is as PyTorch's defaults until changed.
   *
   * @param inChannels channels of the input, C
   * @param outChannels channels of the output, OC
   * @param kernelHeight height of the kernels, KH
   * @param kernelWidth width of the kernels, KW
   */
  public static Builder builder(
      int inChannels, int outChannels, int kernelHeight, int kernelWidth) {
    return new Builder(inChannels, outChannels, kernelHeight, kernelWidth);
  }

  // ---- what it computes

  /**
   * Returns the convolution of an input.
   *
   * @param input {@code (N, C, H, W)}, or {@code (C, H, W)} without a batch, of the layer's dtype
   * @return {@code (N, OC, OH, OW)} or {@code (OC, OH, OW)}; where C is 0 PyTorch gives OC = 0, and
   *     so does this
   * @throws IllegalArgumentException if the input does not fit the layer
   */
  @Override
  public Tensor forward(Tensor input) {
    return prepared.forward(input);
  }

  /**
   * Writes the convolution of an input over {@code output}, and returns that.
   *
   * @param input {@code (N, C, H, W)}, or {@code (C, H, W)} without a batch, of the layer's dtype
   * @param output a tensor of the result's shape and dtype, on storage of its own
   * @throws IllegalArgumentException if the tensors do not fit the layer; the output is unchanged
   */
  public Tensor forward(Tensor input, Tensor output) {
    return prepared.forward(input, output);
  }

  /**
   * Returns the convolution of an input with a residual added, {@code activation(conv(input) + bias
   * + residual)}: the end of a residual block in one step, with the same numbers as in three.
   *
   * @param input {@code (N, C, H, W)}, or {@code (C, H, W)} without a batch, of the layer's dtype
   * @param residual a tensor of the result's shape and dtype; not changed
   * @return a new tensor of the residual's shape
   * @throws IllegalArgumentException if the tensors do not fit the layer
   */
  public Tensor forwardAdd(Tensor input, Tensor residual) {
    return prepared.forwardAdd(input, residual);
  }

  /**
   * Writes the convolution of an input with a residual added over {@code output}, and returns that.
   *
   * @param input {@code (N, C, H, W)}, or {@code (C, H, W)} without a batch, of the layer's dtype
   * @param residual a tensor of the result's shape and dtype; may be the output itself, which the
   *     result then replaces
   * @param output a tensor of the result's shape and dtype, on storage of its own or the residual's
   * @throws IllegalArgumentException if the tensors do not fit the layer; the output is unchanged
   */
  public Tensor forwardAdd(Tensor input, Tensor residual, Tensor output) {
    return prepared.forwardAdd(input, residual, output);
  }

  /**
   * Returns the convolution of an input with the caller's kernels in place of the layer's; the
   * layer's bias is added, its kernels stay.
   *
   * @param input {@code (N, C, H, W)}, or {@code (C, H, W)} without a batch, of the layer's dtype
   * @param kernels {@code (outChannels, inChannels / groups, KH, KW)}
   * @throws IllegalArgumentException if the kernels or the input do not fit the layer
   */
  public Tensor forward(Tensor input, Kernels kernels) {
    checkParameter("kernels", kernels.weight(), weightShape());
    return prepare(kernels.weight(), prepared.bias()).forward(input);
  }

  /**
   * Returns how an input of this shape is computed: the algorithm chosen and those that declined,
   * the multiply-adds, the bytes, the workspace.
   *
   * @param input {@code (N, C, H, W)} or {@code (C, H, W)}
   * @throws IllegalArgumentException if such an input does not fit the layer
   */
  @Override
  public String explain(int... input) {
    return prepared.explain(Shape.of(input));
  }

  // ---- parameters

  /** Returns a copy of the kernels, {@code (outChannels, inChannels / groups, KH, KW)}. */
  public Tensor weight() {
    return prepared.weight().copy();
  }

  /** Returns a copy of the bias, {@code (outChannels)}; empty if the layer has none. */
  public Optional<Tensor> bias() {
    return Optional.ofNullable(prepared.bias()).map(Tensor::copy);
  }

  @Override
  protected Map<String, Tensor> ownParameters() {
    PreparedConv2d now = prepared;
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
        prepare(
            tensors.getOrDefault("weight", prepared.weight()),
            tensors.getOrDefault("bias", prepared.bias()));
  }

  /**
   * Replaces the kernels by a copy of these.
   *
   * @param weight {@code (outChannels, inChannels / groups, KH, KW)}, of the layer's dtype
   * @throws IllegalArgumentException if shape or dtype are others; the layer is then unchanged
   */
  public void setWeight(Tensor weight) {
    checkParameter("a weight", weight, weightShape());
    Tensor copy = weight.copy();
    synchronized (this) {
      prepared = prepare(copy, prepared.bias());
    }
  }

  /**
   * Replaces the bias by a copy of this.
   *
   * @param bias {@code (outChannels)}, of the layer's dtype
   * @throws IllegalArgumentException if shape or dtype are others, or the layer has no bias; the
   *     layer is then unchanged
   */
  public void setBias(Tensor bias) {
    if (!hasBias) {
      throw new IllegalArgumentException(this + ": expected no bias, the layer has none");
    }
    checkParameter("a bias", bias, Shape.of(outChannels));
    Tensor copy = bias.copy();
    synchronized (this) {
      prepared = prepare(prepared.weight(), copy);
    }
  }

  /**
   * Draws new weights, and a new bias if there is one, as PyTorch does.
   *
   * <pre>
   * bound  = 1 / sqrt(fan_in),  fan_in = inChannels / groups * KH * KW
   * weight = uniform(-bound, bound)      Kaiming's uniform initialisation with a = sqrt(5)
   * bias   = uniform(-bound, bound)
   * </pre>
   *
   * <p>With {@link Generator#torch} they are bit for bit those of a fresh {@code nn.Conv2d}. Where
   * fan_in is 0, PyTorch leaves the bias undefined; here it is 0.
   *
   * @param generator where the numbers come from
   */
  public final void resetParameters(Generator generator) {
    int fanIn = weightShape().numel() / outChannels;
    Tensor weight;
    Tensor bias = hasBias ? Tensor.zeros(Shape.of(outChannels), dtype) : null;
    if (fanIn == 0) {
      weight = Tensor.zeros(weightShape(), dtype);
    } else {
      // The same steps as torch.nn.init.kaiming_uniform_, whose rounding they share.
      double slope = Math.sqrt(5);
      double gain = Math.sqrt(2 / (1 + slope * slope));
      double bound = Math.sqrt(3) * (gain / Math.sqrt(fanIn));
      weight = Tensor.uniform(generator, -bound, bound, weightShape(), dtype);
      if (hasBias) {
        double biasBound = 1 / Math.sqrt(fanIn);
        bias = Tensor.uniform(generator, -biasBound, biasBound, Shape.of(outChannels), dtype);
      }
    }
    synchronized (this) {
      prepared = prepare(weight, bias);
    }
  }

  private PreparedConv2d prepare(Tensor weight, Tensor bias) {
    return new PreparedConv2d(toString(), weight, bias, options);
  }

  private void checkParameter(String what, Tensor tensor, Shape shape) {
    if (!tensor.shape().equals(shape)) {
      throw new IllegalArgumentException(
          this + ": expected " + what + " of shape " + shape + ", but got " + tensor.shape());
    }
    if (tensor.dtype() != dtype) {
      throw new IllegalArgumentException(
          this + ": expected " + what + " of dtype " + dtype + ", but got " + tensor.dtype());
    }
  }

  // ---- what it is

  /** Returns the channels of the input. */
  public int inChannels() {
    return inChannels;
  }

  /** Returns the channels of the output. */
  public int outChannels() {
    return outChannels;
  }

  /** Returns height and width of the kernels. */
  public int[] kernelSize() {
    return new int[] {kernelHeight, kernelWidth};
  }

  /** Returns stride, padding, dilation, groups, padding mode, activation and accuracy. */
  public Conv2dOptions options() {
    return options;
  }

  /** Returns the type of the weights, and of the inputs taken. */
  public DType dtype() {
    return dtype;
  }

  private Shape weightShape() {
    return Shape.of(outChannels, inChannels / options.groups(), kernelHeight, kernelWidth);
  }

  /**
   * Returns the options as PyTorch prints them. PyTorch's layer has no activation and no accuracy,
   * so they are left out.
   */
  @Override
  protected String extraRepr() {
    return extra;
  }

  private String describe() {
    StringBuilder repr = new StringBuilder();
    repr.append(inChannels).append(", ").append(outChannels);
    appendPair(repr, "kernel_size", kernelHeight, kernelWidth);
    appendPair(repr, "stride", options.strideHeight(), options.strideWidth());
    if (!options.padding().isNone()) {
      repr.append(", padding=").append(options.padding());
    }
    if (options.dilationHeight() != 1 || options.dilationWidth() != 1) {
      appendPair(repr, "dilation", options.dilationHeight(), options.dilationWidth());
    }
    if (options.groups() != 1) {
      repr.append(", groups=").append(options.groups());
    }
    if (!hasBias) {
      repr.append(", bias=False");
    }
    if (options.paddingMode() != PaddingMode.ZEROS) {
      repr.append(", padding_mode=").append(options.paddingMode());
    }
    return repr.toString();
  }

  private static void appendPair(StringBuilder repr, String name, int height, int width) {
    repr.append(", ").append(name).append("=(").append(height).append(", ").append(width);
    repr.append(')');
  }

  /** The arguments of a layer to be. Not safe for use by many threads. */
  public static final class Builder {
    private final int inChannels;
    private final int outChannels;
    private final int kernelHeight;
    private final int kernelWidth;
    private Conv2dOptions options = Conv2dOptions.defaults();
    private String paddingName;
    private String paddingModeName;
    private boolean bias = true;
    private DType dtype = DType.FLOAT32;
    private Generator generator;

    private Builder(int inChannels, int outChannels, int kernelHeight, int kernelWidth) {
      this.inChannels = inChannels;
      this.outChannels = outChannels;
      this.kernelHeight = kernelHeight;
      this.kernelWidth = kernelWidth;
    }

    /** Sets how far the window moves, in both directions; 1 at first. */
    public Builder stride(int both) {
      return stride(both, both);
    }

    /** Sets how far the window moves: down, and to the right. */
    public Builder stride(int height, int width) {
      options = options.stride(height, width);
      return this;
    }

    /** Sets how many rows and columns are added on each side; 0 at first. */
    public Builder padding(int all) {
      return padding(all, all);
    }

    /** Sets how many rows are added above and below, and columns on the left and right. */
    public Builder padding(int height, int width) {
      return padding(Padding.of(height, width));
    }

    /** Sets the padding by PyTorch's name, "same" or "valid". */
    public Builder padding(String name) {
      paddingName = Objects.requireNonNull(name, "padding");
      return this;
    }

    /** Sets the padding. */
    public Builder padding(Padding padding) {
      options = options.padding(padding);
      paddingName = null;
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

    /** Sets what the padding holds; zeros at first. */
    public Builder paddingMode(PaddingMode mode) {
      options = options.paddingMode(mode);
      paddingModeName = null;
      return this;
    }

    /** Sets what the padding holds, by PyTorch's name. */
    public Builder paddingMode(String name) {
      paddingModeName = Objects.requireNonNull(name, "paddingMode");
      return this;
    }

    /**
     * Sets what is done to each output element at last, where PyTorch has a layer of its own behind
     * this one; nothing at first.
     */
    public Builder activation(Activation function) {
      options = options.activation(function);
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
     * Returns the layer, with initial weights as {@link Conv2d#resetParameters} draws them.
     *
     * @throws IllegalArgumentException if the arguments make no layer, the first in PyTorch's order
     *     of checks: groups not positive or dividing either channel count, an unknown padding name,
     *     'same' with a stride, an unknown padding mode, no channels or no kernel, a negative
     *     padding of zeros, a stride or dilation that is not positive, a weight of more than 2^31-1
     *     elements
     */
    public Conv2d build() {
      check(options.groups() > 0, "groups must be 1 or more, but got " + options.groups());
      checkDivisible("in_channels", inChannels);
      checkDivisible("out_channels", outChannels);
      if (paddingName != null) {
        options = options.padding(Padding.of(paddingName));
        paddingName = null;
      }
      check(
          !options.padding().equals(Padding.SAME)
              || (options.strideHeight() == 1 && options.strideWidth() == 1),
          "padding 'same' needs a stride of 1, but got "
              + pair(options.strideHeight(), options.strideWidth()));
      if (paddingModeName != null) {
        options = options.paddingMode(PaddingMode.of(paddingModeName));
        paddingModeName = null;
      }
      check(inChannels >= 0, "in_channels must be 0 or more, but got " + inChannels);
      check(outChannels >= 0, "out_channels must be 1 or more, but got " + outChannels);
      check(kernelHeight >= 0 && kernelWidth >= 0, kernelMessage());
      check(outChannels > 0, "out_channels must be 1 or more, but got " + outChannels);
      check(kernelHeight > 0 && kernelWidth > 0, kernelMessage());
      check(
          options.paddingMode() != PaddingMode.ZEROS
              || (options.padding().height() >= 0 && options.padding().width() >= 0),
          "padding must be 0 or more in mode zeros, but got " + options.padding());
      check(
          options.strideHeight() > 0 && options.strideWidth() > 0,
          "stride must be 1 or more, but got "
              + pair(options.strideHeight(), options.strideWidth()));
      check(
          options.dilationHeight() > 0 && options.dilationWidth() > 0,
          "dilation must be 1 or more, but got "
              + pair(options.dilationHeight(), options.dilationWidth()));
      if (generator == null) {
        generator = Generator.torch(ThreadLocalRandom.current().nextLong());
      }
      return new Conv2d(this);
    }

    private String kernelMessage() {
      return "kernel_size must be 1 or more, but got " + pair(kernelHeight, kernelWidth);
    }

    private void checkDivisible(String name, int channels) {
      check(
          channels % options.groups() == 0,
          name
              + " must be a multiple of groups, but got "
              + channels
              + " and groups "
              + options.groups());
    }

    private static String pair(int height, int width) {
      return "(" + height + ", " + width + ")";
    }

    private static void check(boolean holds, String message) {
      if (!holds) {
        throw new IllegalArgumentException("Conv2d: " + message);
      }
    }
  }
}
