package io.github.conv4j.nn.functional;

import io.github.conv4j.Activation;
import io.github.conv4j.PaddingMode;
import io.github.conv4j.Selection;
import io.github.conv4j.Shape;
import io.github.conv4j.Tensor;
import io.github.conv4j.operator.ActivationOperator;
import io.github.conv4j.operator.AdaptiveAvgPool2dOperator;
import io.github.conv4j.operator.AdaptiveMaxPool2dOperator;
import io.github.conv4j.operator.AvgPool2dOperator;
import io.github.conv4j.operator.DropoutOperator;
import io.github.conv4j.operator.ElementwiseOperator;
import io.github.conv4j.operator.GroupNormOperator;
import io.github.conv4j.operator.InterpolateOperator;
import io.github.conv4j.operator.LayerNormOperator;
import io.github.conv4j.operator.LinearOperator;
import io.github.conv4j.operator.LocalResponseNormOperator;
import io.github.conv4j.operator.MaxPlaces;
import io.github.conv4j.operator.MaxPool2dOperator;
import io.github.conv4j.operator.PReluOperator;
import io.github.conv4j.operator.PadOperator;
import io.github.conv4j.operator.PixelShuffleOperator;
import io.github.conv4j.operator.SoftmaxOperator;
import io.github.conv4j.operator.Window;
import io.github.conv4j.random.Generator;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Layers as functions: PyTorch's {@code torch.nn.functional}. Stateless, and safe for use by many
 * threads.
 */
public final class Functional {
  private Functional() {}

  /**
   * Returns the 2-D convolution of an input with stride 1, no padding, dilation 1 and one group.
   *
   * @see #conv2d(Tensor, Tensor, Tensor, Conv2dOptions)
   */
  public static Tensor conv2d(Tensor input, Tensor weight) {
    return conv2d(input, weight, null, Conv2dOptions.defaults());
  }

  /**
   * Returns the 2-D convolution of an input, {@code torch.nn.functional.conv2d}, and the options'
   * activation of it.
   *
   * <pre>
   * OH = floor((H + pad_top + pad_bottom - dilation_h * (KH - 1) - 1) / stride_h) + 1
   * OW = floor((W + pad_left + pad_right - dilation_w * (KW - 1) - 1) / stride_w) + 1
   * </pre>
   *
   * @param input {@code (N, C, H, W)}, or {@code (C, H, W)} without a batch
   * @param weight the kernels, {@code (OC, C / groups, KH, KW)}, of the input's dtype
   * @param bias one number for each output channel, {@code (OC)}, or null for none
   * @param options stride, padding, dilation, groups, padding mode, activation, accuracy
   * @return {@code (N, OC, OH, OW)}, or {@code (OC, OH, OW)} for an input without a batch; where C
   *     is 0 PyTorch gives OC = 0, and so does this
   * @throws IllegalArgumentException if shapes, dtypes and options do not fit; in PyTorch's order
   *     of checks
   */
  public static Tensor conv2d(Tensor input, Tensor weight, Tensor bias, Conv2dOptions options) {
    return new PreparedConv2d("conv2d", weight, bias, options).forward(input);
  }

  /**
   * Returns the 2-D convolution of an input with a residual added, {@code activation(conv2d(input,
   * weight, bias) + residual)}.
   *
   * @param input {@code (N, C, H, W)}, or {@code (C, H, W)} without a batch
   * @param weight the kernels, {@code (OC, C / groups, KH, KW)}, of the input's dtype
   * @param bias one number for each output channel, {@code (OC)}, or null for none
   * @param residual of the shape that {@link #conv2d(Tensor, Tensor, Tensor, Conv2dOptions)}
   *     returns, and the input's dtype
   * @param options stride, padding, dilation, groups, padding mode, activation, accuracy
   * @return a tensor of the residual's shape
   * @throws IllegalArgumentException if shapes, dtypes and options do not fit; the residual is
   *     checked last
   */
  public static Tensor conv2dAdd(
      Tensor input, Tensor weight, Tensor bias, Tensor residual, Conv2dOptions options) {
    return new PreparedConv2d("conv2d", weight, bias, options).forwardAdd(input, residual);
  }

  /**
   * Returns the transposed convolution of an input, {@code torch.nn.functional.conv_transpose2d}.
   *
   * @param input {@code (N, C, H, W)}, or {@code (C, H, W)} without a batch
   * @param weight the kernels, {@code (C, OC / groups, KH, KW)}, of the input's dtype
   * @param bias one number for each output channel, {@code (OC)}, or null for none
   * @param options stride, padding, output padding, groups, dilation, accuracy
   * @return {@code (N, OC, OH, OW)}, or {@code (OC, OH, OW)} for an input without a batch
   * @throws IllegalArgumentException if shapes, dtypes and options do not fit
   */
  public static Tensor convTranspose2d(
      Tensor input, Tensor weight, Tensor bias, ConvTranspose2dOptions options) {
    return new PreparedConvTranspose2d("conv_transpose2d", weight, bias, options).apply(input);
  }

  /**
   * Returns the transposed convolution of an input with the output padding that gives this height
   * and width, in place of that of the options.
   *
   * @param height the output's height
   * @param width the output's width
   * @throws IllegalArgumentException if the tensors do not fit, or no output padding less than the
   *     stride gives such an output
   */
  public static Tensor convTranspose2d(
      Tensor input,
      Tensor weight,
      Tensor bias,
      ConvTranspose2dOptions options,
      int height,
      int width) {
    return PreparedConvTranspose2d.toSize(
        "conv_transpose2d", input, weight, bias, options, height, width);
  }

  // ---- activations

  /**
   * Returns a tensor with 0 in place of negative elements, {@code torch.relu}.
   *
   * @param input of any shape
   */
  public static Tensor relu(Tensor input) {
    return new ActivationOperator("relu", Activation.RELU).apply(input);
  }

  /**
   * Returns a tensor with elements below 0 made 0, and above 6 made 6.
   *
   * @param input of any shape
   */
  public static Tensor relu6(Tensor input) {
    return new ActivationOperator("relu6", Activation.RELU6).apply(input);
  }

  /**
   * Returns {@code x / (1 + exp(-x))} of each element, within 2 units in the last place.
   *
   * @param input of any shape
   */
  public static Tensor silu(Tensor input) {
    return new ActivationOperator("silu", Activation.SILU).apply(input);
  }

  /**
   * Returns {@code x * min(max(x + 3, 0), 6) / 6} of each element.
   *
   * @param input of any shape
   */
  public static Tensor hardswish(Tensor input) {
    return new ActivationOperator("hardswish", Activation.HARDSWISH).apply(input);
  }

  /**
   * Returns a tensor with elements below low made low, and above high made high.
   *
   * @param input of any shape
   * @throws IllegalArgumentException if not {@code low <= high}
   */
  public static Tensor hardtanh(Tensor input, double low, double high) {
    return new ActivationOperator("hardtanh", Activation.clamp(low, high)).apply(input);
  }

  /**
   * Returns {@code x} for each element x that is positive, else {@code negativeSlope * x}.
   *
   * @param input of any shape
   * @param negativeSlope a number; float32 rounds it
   * @return a tensor of the input's shape
   */
  public static Tensor leakyRelu(Tensor input, double negativeSlope) {
    return ElementwiseOperator.leakyRelu(negativeSlope).apply(input);
  }

  /**
   * Returns {@code x} for each element x that is positive, else {@code weight * x}.
   *
   * @param input of any shape; with several weights, {@code (N, C, ...)}
   * @param weight one number, or one for each channel, {@code (C)}, of the input's dtype
   * @return a tensor of the input's shape
   * @throws IllegalArgumentException if they do not fit each other
   */
  public static Tensor prelu(Tensor input, Tensor weight) {
    return new PReluOperator(weight).apply(input);
  }

  /**
   * Returns {@code x} for each element x that is positive, else {@code alpha * (exp(x) - 1)}.
   *
   * @param input of any shape
   * @param alpha a number
   * @return a tensor of the input's shape
   */
  public static Tensor elu(Tensor input, double alpha) {
    return ElementwiseOperator.elu(alpha).apply(input);
  }

  /**
   * Returns {@code x * (1 + erf(x / sqrt(2))) / 2} of each element; {@code gelu(input, "none")}.
   *
   * @param input of any shape
   * @return a tensor of the input's shape
   */
  public static Tensor gelu(Tensor input) {
    return gelu(input, "none");
  }

  /**
   * Returns x times the standard normal distribution function of x, of each element.
   *
   * @param input of any shape
   * @param approximate "none", or "tanh" for {@code x * (1 + tanh(sqrt(2 / pi) * (x + 0.044715
   *     x^3))) / 2}
   * @return a tensor of the input's shape
   * @throws IllegalArgumentException if that is neither
   */
  public static Tensor gelu(Tensor input, String approximate) {
    return switch (approximate) {
      case "none" -> ElementwiseOperator.gelu().apply(input);
      case "tanh" -> ElementwiseOperator.geluTanh().apply(input);
      default ->
          throw new IllegalArgumentException(
              "gelu: approximate must be none or tanh, but got '" + approximate + "'");
    };
  }

  /**
   * Returns {@code 1 / (1 + exp(-x))} of each element, within 2 units in the last place.
   *
   * @param input of any shape
   * @return a tensor of the input's shape
   */
  public static Tensor sigmoid(Tensor input) {
    return ElementwiseOperator.sigmoid().apply(input);
  }

  /**
   * Returns the hyperbolic tangent of each element, within 2 units in the last place.
   *
   * @param input of any shape
   * @return a tensor of the input's shape
   */
  public static Tensor tanh(Tensor input) {
    return ElementwiseOperator.tanh().apply(input);
  }

  /**
   * Returns {@code min(max(x + 3, 0), 6) / 6} of each element.
   *
   * @param input of any shape
   * @return a tensor of the input's shape
   */
  public static Tensor hardsigmoid(Tensor input) {
    return ElementwiseOperator.hardsigmoid().apply(input);
  }

  /**
   * Returns {@code exp(x)} divided by its sum along a dimension.
   *
   * @param input of any shape
   * @param dim the dimension; negative counts from the last
   * @return a tensor of the input's shape
   * @throws IllegalArgumentException if there is no such dimension
   */
  public static Tensor softmax(Tensor input, int dim) {
    return new SoftmaxOperator(dim, false).apply(input);
  }

  /**
   * Returns the logarithm of {@link #softmax}, without going through it.
   *
   * @param input of any shape
   * @param dim the dimension; negative counts from the last
   * @return a tensor of the input's shape
   * @throws IllegalArgumentException if there is no such dimension
   */
  public static Tensor logSoftmax(Tensor input, int dim) {
    return new SoftmaxOperator(dim, true).apply(input);
  }

  /**
   * Returns the same as the other {@code dropout} with random numbers from an unknown seed.
   *
   * @param input of any shape
   * @param p how likely an element is dropped
   * @param training whether anything is done
   * @throws IllegalArgumentException if p is not within [0, 1]
   */
  public static Tensor dropout(Tensor input, double p, boolean training) {
    return dropout(input, p, training, unseeded());
  }

  /**
   * Returns the input itself if not in training, or p is 0; else a tensor with elements made 0 at
   * random, and the others divided by {@code 1 - p}.
   *
   * @param input of any shape
   * @param p how likely an element is dropped
   * @param training whether anything is done
   * @param generator where the random numbers come from; not those that PyTorch draws here
   * @throws IllegalArgumentException if p is not within [0, 1]
   */
  public static Tensor dropout(Tensor input, double p, boolean training, Generator generator) {
    DropoutOperator operator = new DropoutOperator(p, false, generator);
    return !training || p == 0 || input.numel() == 0 ? input : operator.apply(input);
  }

  /**
   * Returns the input itself if not in training, or p is 0; else a tensor with channels made 0 at
   * random, and the others divided by {@code 1 - p}.
   *
   * @param input {@code (N, C, ...)}
   * @param p how likely a channel of an image is dropped
   * @param training whether anything is done
   * @param generator where the random numbers come from; not those that PyTorch draws here
   * @throws IllegalArgumentException if p is not within [0, 1], or in training the rank is under 2
   */
  public static Tensor dropout2d(Tensor input, double p, boolean training, Generator generator) {
    DropoutOperator operator = new DropoutOperator(p, true, generator);
    return !training || p == 0 || input.numel() == 0 ? input : operator.apply(input);
  }

  private static Generator unseeded() {
    return Generator.torch(ThreadLocalRandom.current().nextLong());
  }

  // ---- norms

  /**
   * Returns each channel brought to mean 0 and variance 1, weighted and shifted: {@code
   * torch.nn.functional.batch_norm}.
   *
   * <pre>
   * y = (x - mean[c]) / sqrt(variance[c] + eps) * weight[c] + bias[c]
   * </pre>
   *
   * <p>If not in training, mean and variance are the running ones. In training they are those of
   * the input, and the running ones move towards them, as in PyTorch within their tensors:
   *
   * <pre>
   * running_mean = (1 - momentum) * running_mean + momentum * mean
   * running_var  = (1 - momentum) * running_var + momentum * variance * n / (n - 1)
   * </pre>
   *
   * @param input {@code (N, C, ...)}
   * @param runningMean {@code (C)}, of the input's dtype; null for none, in training only
   * @param runningVar likewise
   * @param weight {@code (C)}, or null for 1
   * @param bias {@code (C)}, or null for 0
   * @param training whether the input's own statistics are used
   * @param momentum how far the running statistics move
   * @param eps what is added to a variance
   * @return a tensor of the input's shape
   * @throws IllegalArgumentException if shapes or dtypes do not fit; if there are no running
   *     statistics, and no training; if in training a channel has one element, or eps is 0
   */
  public static Tensor batchNorm(
      Tensor input,
      Tensor runningMean,
      Tensor runningVar,
      Tensor weight,
      Tensor bias,
      boolean training,
      double momentum,
      double eps) {
    return BatchNormArguments.run(
        input, runningMean, runningVar, weight, bias, training, momentum, eps);
  }

  /**
   * Returns groups of an image's channels brought to mean 0 and variance 1, each channel weighted
   * and shifted: {@code torch.nn.functional.group_norm}.
   *
   * @param input {@code (N, C, ...)}
   * @param numGroups how many groups; C is a multiple of it
   * @param weight {@code (C)}, of the input's dtype, or null for 1
   * @param bias {@code (C)}, of the input's dtype, or null for 0
   * @param eps what is added to a variance
   * @return a tensor of the input's shape
   * @throws IllegalArgumentException if shapes or dtypes do not fit, or a group of a single image
   *     is but one element
   */
  public static Tensor groupNorm(
      Tensor input, int numGroups, Tensor weight, Tensor bias, double eps) {
    if (numGroups < 1) {
      throw new IllegalArgumentException(
          "group_norm: num_groups must be 1 or more, but got " + numGroups);
    }
    return new GroupNormOperator("group_norm", numGroups, weight, bias, eps).apply(input);
  }

  /**
   * Returns each channel of each image brought to mean 0 and variance 1, weighted and shifted:
   * {@code torch.nn.functional.instance_norm}. Running statistics are moved within their tensors.
   *
   * @param input {@code (N, C, ...)}
   * @param runningMean {@code (C)}, of the input's dtype; null for none, with the input's
   *     statistics only
   * @param runningVar likewise
   * @param weight {@code (C)}, of the input's dtype, or null for 1
   * @param bias {@code (C)}, of the input's dtype, or null for 0
   * @param useInputStats whether the input's own statistics are used, or the running ones
   * @param momentum how far the running statistics move towards the means over the images
   * @param eps what is added to a variance
   * @return a tensor of the input's shape
   * @throws IllegalArgumentException if shapes or dtypes do not fit, there are no statistics, or
   *     the input's own are wanted of one element
   */
  public static Tensor instanceNorm(
      Tensor input,
      Tensor runningMean,
      Tensor runningVar,
      Tensor weight,
      Tensor bias,
      boolean useInputStats,
      double momentum,
      double eps) {
    return BatchNormArguments.runInstances(
        input, runningMean, runningVar, weight, bias, useInputStats, momentum, eps);
  }

  /**
   * Returns the elements of the last dimensions brought to mean 0 and variance 1, each weighted and
   * shifted: {@code torch.nn.functional.layer_norm}.
   *
   * @param input with these last dimensions
   * @param normalizedShape the last dimensions
   * @param weight of that shape and the input's dtype, or null for 1
   * @param bias likewise, or null for 0
   * @param eps what is added to a variance
   * @return a tensor of the input's shape
   * @throws IllegalArgumentException if shapes or dtypes do not fit
   */
  public static Tensor layerNorm(
      Tensor input, Shape normalizedShape, Tensor weight, Tensor bias, double eps) {
    return new LayerNormOperator(normalizedShape, weight, bias, eps).apply(input);
  }

  /**
   * Returns elements divided by {@code (k + alpha * m)^beta}, m being the mean square of so many
   * channels round theirs: {@code torch.nn.functional.local_response_norm}.
   *
   * @param input {@code (N, C, ...)} of rank 3 or more
   * @param size how many channels; those beyond the first and last are 0
   * @param alpha what the mean square is multiplied by
   * @param beta the exponent
   * @param k what is added
   * @return a tensor of the input's shape
   * @throws IllegalArgumentException if the rank is less, or the size under 1
   */
  public static Tensor localResponseNorm(
      Tensor input, int size, double alpha, double beta, double k) {
    return new LocalResponseNormOperator(size, alpha, beta, k).apply(input);
  }

  // ---- pooling

  /**
   * Returns the largest elements of square windows that do not overlap.
   *
   * @param input {@code (N, C, H, W)}, or {@code (C, H, W)} without a batch
   * @param kernelSize height, width and stride of the windows
   * @throws IllegalArgumentException if the window is none, or does not fit the input
   */
  public static Tensor maxPool2d(Tensor input, int kernelSize) {
    Window window = new Window(kernelSize, kernelSize, kernelSize, kernelSize, 0, 0, 1, 1, false);
    return new MaxPool2dOperator(window).apply(input);
  }

  /**
   * Returns the means of square windows that do not overlap.
   *
   * @param input {@code (N, C, H, W)}, or {@code (C, H, W)} without a batch
   * @param kernelSize height, width and stride of the windows
   * @throws IllegalArgumentException if the window is none, or does not fit the input
   */
  public static Tensor avgPool2d(Tensor input, int kernelSize) {
    Window window = new Window(kernelSize, kernelSize, kernelSize, kernelSize, 0, 0, 1, 1, false);
    return new AvgPool2dOperator(window, true, 0).apply(input);
  }

  /**
   * Returns the means of windows that divide the input into as many as the output has elements.
   *
   * @param input {@code (N, C, H, W)}, or {@code (C, H, W)} without a batch
   * @param outputHeight the output's height
   * @param outputWidth the output's width
   * @throws IllegalArgumentException if the input has another rank, or no elements but for the
   *     batch
   */
  public static Tensor adaptiveAvgPool2d(Tensor input, int outputHeight, int outputWidth) {
    return new AdaptiveAvgPool2dOperator(outputHeight, outputWidth).apply(input);
  }

  /**
   * Returns the largest elements of windows.
   *
   * @param input {@code (N, C, H, W)}, or {@code (C, H, W)} without a batch
   * @throws IllegalArgumentException if the window is none, or does not fit the input
   */
  public static Tensor maxPool2d(Tensor input, Pool2dOptions options) {
    return new MaxPool2dOperator(options.window()).apply(input);
  }

  /**
   * Returns the largest elements of windows and where they are: the place in the channel's plane,
   * row after row. Of equal ones it is the first, and a NaN before all others.
   *
   * @param input {@code (N, C, H, W)}, or {@code (C, H, W)} without a batch
   * @throws IllegalArgumentException if the window is none, or does not fit the input; or while a
   *     network is compiled, which has no indices
   */
  public static Selection maxPool2dWithIndices(Tensor input, Pool2dOptions options) {
    MaxPlaces.Result result = MaxPlaces.of(options.window(), input);
    return new Selection(result.values(), result.places());
  }

  /**
   * Returns the means of windows.
   *
   * @param input {@code (N, C, H, W)}, or {@code (C, H, W)} without a batch
   * @throws IllegalArgumentException if the window is none, does not fit the input, or has a
   *     dilation
   */
  public static Tensor avgPool2d(Tensor input, Pool2dOptions options) {
    Window window = options.window();
    if (window.dilationHeight() != 1 || window.dilationWidth() != 1) {
      throw new IllegalArgumentException(
          "avg_pool2d: expected windows without dilation, but got ("
              + window.dilationHeight()
              + ", "
              + window.dilationWidth()
              + ")");
    }
    return new AvgPool2dOperator(window, options.countIncludePad(), options.divisorOverride())
        .apply(input);
  }

  /**
   * Returns the largest elements of windows that divide the input into as many as the output has
   * elements.
   *
   * @param input {@code (N, C, H, W)}, or {@code (C, H, W)} without a batch
   * @param outputHeight the output's height
   * @param outputWidth the output's width
   * @throws IllegalArgumentException if the input has another rank, or no elements but for the
   *     batch
   */
  public static Tensor adaptiveMaxPool2d(Tensor input, int outputHeight, int outputWidth) {
    return new AdaptiveMaxPool2dOperator(outputHeight, outputWidth).apply(input);
  }

  // ---- sizes

  /**
   * Returns an input padded round its last two dimensions; negative amounts cut off.
   *
   * @param input of rank 2 or more
   * @param mode what stands in the padding: zeros, a reflection, the edge, or the other side
   * @throws IllegalArgumentException as {@link Tensor#pad(PaddingMode, int, int, int, int)}
   */
  public static Tensor pad(
      Tensor input, PaddingMode mode, int left, int right, int top, int bottom) {
    return PadOperator.pad(input, mode, left, right, top, bottom, 0);
  }

  /**
   * Returns an input with a number round its last two dimensions; negative amounts cut off.
   *
   * @param input of rank 2 or more
   * @param value what stands in the padding
   * @throws IllegalArgumentException as {@link Tensor#pad(int, int, int, int)}
   */
  public static Tensor pad(Tensor input, int left, int right, int top, int bottom, double value) {
    return PadOperator.pad(input, PaddingMode.ZEROS, left, right, top, bottom, value);
  }

  /**
   * Returns an input in another height and width.
   *
   * @param input {@code (N, C, H, W)}
   * @param height the output's height
   * @param width the output's width
   * @param mode nearest, nearest-exact, bilinear or bicubic
   * @param alignCorners whether the corners' centres meet, for bilinear and bicubic; else the
   *     corners themselves
   * @throws IllegalArgumentException if the input has another rank, a size is under 1, or the mode
   *     is none or does not align corners
   */
  public static Tensor interpolate(
      Tensor input, int height, int width, String mode, boolean alignCorners) {
    return InterpolateOperator.toSize(
            InterpolateOperator.Mode.of(mode), alignCorners, height, width)
        .apply(input);
  }

  /**
   * Returns an input that is larger by these factors, which also say where its elements lie.
   *
   * @param input {@code (N, C, H, W)}
   * @param scaleHeight the factor of the height
   * @param scaleWidth the factor of the width
   * @param mode nearest, nearest-exact, bilinear or bicubic
   * @param alignCorners whether the corners' centres meet, for bilinear and bicubic; else the
   *     corners themselves
   * @throws IllegalArgumentException if the input has another rank, a factor is not positive, or
   *     the mode is none or does not align corners
   */
  public static Tensor interpolate(
      Tensor input, double scaleHeight, double scaleWidth, String mode, boolean alignCorners) {
    return InterpolateOperator.byFactor(
            InterpolateOperator.Mode.of(mode), alignCorners, scaleHeight, scaleWidth)
        .apply(input);
  }

  /**
   * Returns channels as pixels: {@code (.., C * r^2, H, W)} as {@code (.., C, H * r, W * r)}.
   *
   * @param factor r
   * @throws IllegalArgumentException if the rank is under 3, or the channels do not divide
   */
  public static Tensor pixelShuffle(Tensor input, int factor) {
    return new PixelShuffleOperator(factor, false).apply(input);
  }

  /**
   * Returns pixels as channels: {@code (.., C, H * r, W * r)} as {@code (.., C * r^2, H, W)}.
   *
   * @param factor r
   * @throws IllegalArgumentException if the rank is under 3, or height or width do not divide
   */
  public static Tensor pixelUnshuffle(Tensor input, int factor) {
    return new PixelShuffleOperator(factor, true).apply(input);
  }

  // ---- others

  /**
   * Returns {@code input weight' + bias}.
   *
   * @param input {@code (..., in_features)}
   * @param weight {@code (out_features, in_features)}, of the input's dtype
   * @param bias {@code (out_features)}, or null for none
   * @return {@code (..., out_features)}
   * @throws IllegalArgumentException if shapes or dtypes do not fit
   */
  public static Tensor linear(Tensor input, Tensor weight, Tensor bias) {
    return new LinearOperator(weight, bias).apply(input);
  }
}
