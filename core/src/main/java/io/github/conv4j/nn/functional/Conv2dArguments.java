package io.github.conv4j.nn.functional;

import io.github.conv4j.DType;
import io.github.conv4j.Padding;
import io.github.conv4j.PaddingMode;
import io.github.conv4j.Shape;
import io.github.conv4j.Tensor;
import io.github.conv4j.engine.ConvProblem;
import io.github.conv4j.engine.Epilogue;

/**
 * The one place where the arguments of a convolution are checked, and sizes computed from them, in
 * 64 bits.
 *
 * <p>The conditions and their order are PyTorch's: where the padding mode is not zeros, first those
 * of {@code torch.nn.functional.pad}; then those of {@code torch.nn.functional.conv2d} (PyTorch's
 * aten/src/ATen/native/Convolution.cpp).
 */
final class Conv2dArguments {
  private final String layer;
  private final Shape input;
  private final DType inputType;
  private final Shape weight;
  private final DType weightType;
  private final Like bias;
  private final Conv2dOptions options;
  private final boolean residual;

  /** What is asked of a tensor here: its shape and the type of its elements. */
  record Like(Shape shape, DType dtype) {
    /** Returns those of a tensor; null for null. */
    static Like of(Tensor tensor) {
      return tensor == null ? null : new Like(tensor.shape(), tensor.dtype());
    }
  }

  private Conv2dArguments(
      String layer, Like input, Like weight, Like bias, Conv2dOptions options, boolean residual) {
    this.layer = layer;
    this.input = input.shape();
    this.inputType = input.dtype();
    this.weight = weight.shape();
    this.weightType = weight.dtype();
    this.bias = bias;
    this.options = options;
    this.residual = residual;
  }

  /**
   * Returns the problem that these arguments pose.
   *
   * @param layer what messages call the layer
   * @param bias null if there is none
   * @param residual whether a tensor of the output's shape is added
   * @throws IllegalArgumentException if they do not fit
   */
  static ConvProblem check(
      String layer, Like input, Like weight, Like bias, Conv2dOptions options, boolean residual) {
    return new Conv2dArguments(layer, input, weight, bias, options, residual).check();
  }

  private ConvProblem check() {
    boolean padsFirst = options.paddingMode() != PaddingMode.ZEROS;
    if (!padsFirst && !options.padding().isNamed()) {
      checkBiasType();
    }
    checkInputRank();
    checkWeightRank();
    if (options.padding().equals(Padding.SAME)) {
      checkSame();
    }
    if (padsFirst) {
      checkPaddingMode();
      checkBiasType();
    }
    checkGeometry();
    checkChannels();
    checkBiasShape();
    checkKernelFits();
    if (batch() > 0 && channels() > 0) {
      checkRest();
    }
    return problem();
  }

  private void checkInputRank() {
    if (input.rank() != 3 && input.rank() != 4) {
      throw refusal("an input (N, C, H, W) or (C, H, W)", "shape " + input);
    }
  }

  /** Checks what {@code torch.nn.functional.pad} does, which pads in all modes but zeros. */
  private void checkPaddingMode() {
    PaddingMode mode = options.paddingMode();
    int inHeight = input.size(-2);
    int inWidth = input.size(-1);
    long height = paddedSize("height", inHeight, padTop(), padBottom());
    long width = paddedSize("width", inWidth, padLeft(), padRight());
    boolean circular = mode == PaddingMode.CIRCULAR;
    if (!circular && (channels() == 0 || isFlat())) {
      throw refusal(
          "an input with channels, a height and a width for padding mode " + mode,
          "shape " + input);
    }
    checkSide("height", inHeight, padTop(), padBottom());
    if (circular && height < 0) {
      throw cropped(height, width);
    }
    checkSide("width", inWidth, padLeft(), padRight());
    // An empty batch is reflected without a look at one side alone.
    boolean either = mode != PaddingMode.REFLECT || batch() > 0;
    if ((either && (height < 0 || width < 0)) || (!circular && height < 1 && width < 1)) {
      throw cropped(height, width);
    }
  }

  private void checkSide(String side, int size, long before, long after) {
    try {
      options.paddingMode().check(side, size, (int) before, (int) after);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(layer + ": " + e.getMessage(), e);
    }
  }

  private IllegalArgumentException cropped(long height, long width) {
    return refusal(
        "a padding that leaves something of the input " + input,
        "padding " + options.padding() + ", which leaves " + pair(height, width));
  }

  private void checkWeightRank() {
    if (weight.rank() < 3) {
      throw weightRank();
    }
    if (options.groups() < 1) {
      throw refusal("groups of 1 or more", options.groups());
    }
    if (weight.rank() != 4) {
      throw weightRank();
    }
  }

  private IllegalArgumentException weightRank() {
    return refusal("a weight (OC, C / groups, KH, KW)", "shape " + weight);
  }

  private void checkSame() {
    if (options.strideHeight() != 1 || options.strideWidth() != 1) {
      throw refusal("a stride of 1 for padding 'same'", "stride " + stride());
    }
    boolean shrinksHeight = options.dilationHeight() < 0 && weight.size(2) > 1;
    boolean shrinksWidth = options.dilationWidth() < 0 && weight.size(3) > 1;
    if (shrinksHeight || shrinksWidth) {
      throw refusal("a padding of 0 or more", "padding 'same' with dilation " + dilation());
    }
  }

  private void checkBiasType() {
    if (bias != null && bias.dtype() != inputType) {
      throw refusal("a bias of the input's dtype, " + inputType, bias.dtype());
    }
  }

  private void checkGeometry() {
    Padding padding = options.padding();
    if (options.paddingMode() == PaddingMode.ZEROS
        && (padding.height() < 0 || padding.width() < 0)) {
      throw refusal("a padding of 0 or more", "padding " + padding);
    }
    if (options.strideHeight() < 1 || options.strideWidth() < 1) {
      throw refusal("a stride of 1 or more", "stride " + stride());
    }
    if (options.dilationHeight() < 0 || options.dilationWidth() < 0) {
      throw noDilation();
    }
  }

  private IllegalArgumentException noDilation() {
    return refusal("a dilation of 1 or more", "dilation " + dilation());
  }

  private void checkChannels() {
    int groups = options.groups();
    if (weight.size(0) < groups) {
      throw refusal("output channels of at least groups " + groups, "a weight of shape " + weight);
    }
    if (weight.size(0) % groups != 0) {
      throw refusal(
          "output channels in a multiple of groups " + groups, "a weight of shape " + weight);
    }
    long expected = (long) weight.size(1) * groups;
    if (channels() != expected) {
      throw refusal(
          expected + " input channels (weight " + weight + ", groups " + groups + ")",
          channels() + " in an input of shape " + input);
    }
  }

  private void checkBiasShape() {
    if (bias != null && !bias.shape().equals(Shape.of(weight.size(0)))) {
      throw refusal("a bias of shape [" + weight.size(0) + "]", bias.shape());
    }
  }

  private void checkKernelFits() {
    long height = paddedSize("height", input.size(-2), padTop(), padBottom());
    long width = paddedSize("width", input.size(-1), padLeft(), padRight());
    long kernelHeight = ConvProblem.extent(weight.size(2), options.dilationHeight());
    long kernelWidth = ConvProblem.extent(weight.size(3), options.dilationWidth());
    if (height < kernelHeight || width < kernelWidth) {
      throw refusal(
          "a padded input no smaller than the dilated kernel ("
              + kernelHeight
              + ", "
              + kernelWidth
              + ")",
          pair(height, width));
    }
  }

  /** Checks what PyTorch no longer asks of an empty input. */
  private void checkRest() {
    if (isFlat()) {
      throw refusal("an input with a height and a width", "shape " + input);
    }
    checkBiasType();
    if (weightType != inputType) {
      throw refusal("an input of the weight's dtype, " + weightType, inputType);
    }
    if (weight.size(2) == 0 || weight.size(3) == 0) {
      throw refusal("kernels of 1 or more rows and columns", "a weight of shape " + weight);
    }
    if (options.dilationHeight() == 0 || options.dilationWidth() == 0) {
      throw noDilation();
    }
  }

  /** Returns a side with its padding, which has to stay within what an int can count. */
  private long paddedSize(String side, int size, long before, long after) {
    long padded = size + before + after;
    if (padded > Integer.MAX_VALUE) {
      throw refusal("a padded " + side + " of at most " + Integer.MAX_VALUE, padded);
    }
    return padded;
  }

  private ConvProblem problem() {
    ConvProblem problem =
        new ConvProblem(
            inputType,
            channels(),
            input.size(-2),
            input.size(-1),
            // PyTorch gives an output without channels for an input without.
            channels() == 0 ? 0 : weight.size(0),
            weight.size(2),
            weight.size(3),
            options.strideHeight(),
            options.strideWidth(),
            (int) padTop(),
            (int) padBottom(),
            (int) padLeft(),
            (int) padRight(),
            options.paddingMode(),
            options.dilationHeight(),
            options.dilationWidth(),
            options.groups(),
            bias != null,
            options.accuracy(),
            new Epilogue(residual, options.activation()));
    checkOutputFits(problem);
    return problem;
  }

  private void checkOutputFits(ConvProblem problem) {
    long height =
        ConvProblem.outSize(
            input.size(-2) + padTop() + padBottom(),
            weight.size(2),
            options.strideHeight(),
            options.dilationHeight());
    long width =
        ConvProblem.outSize(
            input.size(-1) + padLeft() + padRight(),
            weight.size(3),
            options.strideWidth(),
            options.dilationWidth());
    try {
      Shape.of(new long[] {batch(), problem.outChannels(), height, width});
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(layer + ": " + e.getMessage(), e);
    }
  }

  private int channels() {
    return input.size(-3);
  }

  private int batch() {
    return input.rank() == 4 ? input.size(0) : 1;
  }

  /** Returns whether there is no height or no width. */
  private boolean isFlat() {
    return input.size(-2) == 0 || input.size(-1) == 0;
  }

  private long padTop() {
    return before(options.padding().height(), weight.size(2), options.dilationHeight());
  }

  private long padBottom() {
    return after(options.padding().height(), weight.size(2), options.dilationHeight());
  }

  private long padLeft() {
    return before(options.padding().width(), weight.size(3), options.dilationWidth());
  }

  private long padRight() {
    return after(options.padding().width(), weight.size(3), options.dilationWidth());
  }

  private long before(int amount, int kernel, int dilation) {
    return options.padding().equals(Padding.SAME)
        ? (ConvProblem.extent(kernel, dilation) - 1) / 2
        : amount;
  }

  private long after(int amount, int kernel, int dilation) {
    return options.padding().equals(Padding.SAME)
        ? ConvProblem.extent(kernel, dilation) - 1 - before(amount, kernel, dilation)
        : amount;
  }

  private String stride() {
    return pair(options.strideHeight(), options.strideWidth());
  }

  private String dilation() {
    return pair(options.dilationHeight(), options.dilationWidth());
  }

  private static String pair(long height, long width) {
    return "(" + height + ", " + width + ")";
  }

  private IllegalArgumentException refusal(String expected, Object got) {
    return new IllegalArgumentException(layer + ": expected " + expected + ", but got " + got);
  }
}
