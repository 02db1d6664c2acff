package io.github.conv4j.engine.conv;

import io.github.conv4j.DType;
import io.github.conv4j.Tensor;
import io.github.conv4j.engine.ConvAlgorithm;
import io.github.conv4j.engine.ConvProblem;
import io.github.conv4j.engine.EpilogueKernels;
import java.util.Optional;

/**
 * The convolution as its formula says it, to be read; the oracle of every other algorithm.
 *
 * <p>One output element is a sum over a window of the input:
 *
 * <pre>
 * y[n, oc, oh, ow] = bias[oc] + sum over c, kh, kw of  w[oc, c, kh, kw] * x[n, g * C/groups + c, ih, iw]
 *
 *   ih = oh * stride_h - pad_top  + kh * dilation_h
 *   iw = ow * stride_w - pad_left + kw * dilation_w
 *   g  = oc / (OC/groups)
 * </pre>
 *
 * <ul>
 *   <li><b>Stride</b> is how far the window moves from one output element to the next.
 *   <li><b>Padding</b> lets the window begin before the input and end after it; what it finds there
 *       is the padding mode's business, mostly zeros.
 *   <li><b>Dilation</b> spreads the taps of the kernel: between two of them, dilation - 1 input
 *       elements are passed over.
 *   <li><b>Groups</b> split the channels: output channels of group g see the input channels of
 *       group g alone, so a kernel is only C/groups channels deep.
 * </ul>
 *
 * <p>The flip that mathematics asks of a convolution is left out, as everywhere in deep learning.
 *
 * <p>Names: N batch, C H W input channels, height, width; OC OH OW those of the output; KH KW the
 * kernel; g the group. Sums are kept in float64 whatever the dtype and rounded once, before the
 * epilogue (residual and activation), which every algorithm computes alike.
 *
 * <p>Source of the formula: the documentation of {@code torch.nn.Conv2d}.
 */
public final class ReferenceConv implements ConvAlgorithm {
  @Override
  public String name() {
    return "reference";
  }

  @Override
  public Optional<String> declines(ConvProblem problem) {
    return Optional.empty();
  }

  @Override
  public Runner prepare(ConvProblem problem, Tensor weight, Tensor bias) {
    double[] w = weight.toDoubleArray();
    double[] b = bias == null ? new double[problem.outChannels()] : bias.toDoubleArray();
    return new Runner() {
      @Override
      public void run(Tensor input, int batch, Tensor residual, Tensor output) {
        double[] y = convolve(problem, input.toDoubleArray(), batch, w, b);
        int n = y.length;
        if (output.dtype() == DType.FLOAT64) {
          double[] added = residual == null ? null : residual.doubles();
          EpilogueKernels.doubles(problem.epilogue()).apply(y, 0, n, added, 0);
          System.arraycopy(y, 0, output.doubles(), 0, n);
        } else {
          float[] rounded = new float[n];
          for (int i = 0; i < n; i++) {
            rounded[i] = (float) y[i];
          }
          float[] added = residual == null ? null : residual.floats();
          EpilogueKernels.floats(problem.epilogue()).apply(rounded, 0, n, added, 0);
          System.arraycopy(rounded, 0, output.floats(), 0, n);
        }
      }

      @Override
      public boolean readsResidualFirst() {
        return true;
      }

      @Override
      public String tiles() {
        return "none: one element after the other";
      }

      @Override
      public long workspaceBytes() {
        return 0;
      }
    };
  }

  private static double[] convolve(ConvProblem p, double[] x, int batch, double[] w, double[] b) {
    int groupIn = p.channelsPerGroup();
    int groupOut = p.outChannels() / p.groups();
    double[] y = new double[batch * p.outChannels() * p.outHeight() * p.outWidth()];
    int i = 0;
    for (int n = 0; n < batch; n++) {
      for (int oc = 0; oc < p.outChannels(); oc++) {
        int g = oc / groupOut;
        for (int oh = 0; oh < p.outHeight(); oh++) {
          for (int ow = 0; ow < p.outWidth(); ow++) {
            double sum = b[oc];
            for (int c = 0; c < groupIn; c++) {
              for (int kh = 0; kh < p.kernelHeight(); kh++) {
                for (int kw = 0; kw < p.kernelWidth(); kw++) {
                  int ih = oh * p.strideHeight() - p.padTop() + kh * p.dilationHeight();
                  int iw = ow * p.strideWidth() - p.padLeft() + kw * p.dilationWidth();
                  double weight =
                      w[((oc * groupIn + c) * p.kernelHeight() + kh) * p.kernelWidth() + kw];
                  sum += weight * element(p, x, n, g * groupIn + c, ih, iw);
                }
              }
            }
            y[i++] = sum;
          }
        }
      }
    }
    return y;
  }

  /** Returns {@code x[n, c, ih, iw]}, by the padding mode where that lies outside. */
  private static double element(ConvProblem p, double[] x, int n, int c, int ih, int iw) {
    int h = p.paddingMode().source(ih, p.inHeight());
    int w = p.paddingMode().source(iw, p.inWidth());
    if (h < 0 || w < 0) {
      return 0;
    }
    return x[((n * p.inChannels() + c) * p.inHeight() + h) * p.inWidth() + w];
  }
}
