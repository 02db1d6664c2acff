package io.github.conv4j.nn.functional;

import io.github.conv4j.Tensor;

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
}
