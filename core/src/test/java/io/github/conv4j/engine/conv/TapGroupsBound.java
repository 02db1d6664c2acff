package io.github.conv4j.engine.conv;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.conv4j.DType;
import io.github.conv4j.Tensor;
import io.github.conv4j.engine.ConvProblem;

/**
 * How far each output of {@link TapGroupsConv} may lie from the exact one, by the same argument as
 * in {@link WinogradBound}: the number of roundings that one number goes through, times eps, times
 *
 * <pre>
 * |A'| [ sum over c and products of (|G| |g| |G'|) * (|B'| |d| |B|) ] |A| + |bias|
 * </pre>
 */
final class TapGroupsBound {
  private static final double[][] A4 = {
    {1, 1, 1, 0},
    {0, 1, -1, -1}
  };
  private static final double[][] A1 = {{1}};

  private final ConvProblem p;
  private final TapGroups down;
  private final TapGroups across;

  TapGroupsBound(ConvProblem problem) {
    this.p = problem;
    this.down = new TapGroups(p.kernelHeight(), p.strideHeight());
    this.across = new TapGroups(p.kernelWidth(), p.strideWidth());
    check(down, p.kernelHeight(), p.strideHeight());
    check(across, p.kernelWidth(), p.strideWidth());
  }

  /** Output i of one side is the sum of d[i * stride + tap] g[tap] and nothing else. */
  static void check(TapGroups groups, int taps, int stride) {
    double[][] a = a(groups);
    for (int i = 0; i < groups.size; i++) {
      double[][] sums = new double[groups.side][taps];
      for (TapGroups.Product product : groups.products) {
        for (int tap = 0; tap < taps; tap++) {
          double factor = a[i][product.point] * product.weights[tap];
          sums[product.first][tap] += factor;
          sums[product.second][tap] += factor * product.sign;
        }
      }
      for (int d = 0; d < groups.side; d++) {
        for (int tap = 0; tap < taps; tap++) {
          assertEquals(d == i * stride + tap ? 1 : 0, sums[d][tap], 0);
        }
      }
    }
  }

  private static double[][] a(TapGroups groups) {
    return groups.size == 1 ? A1 : A4;
  }

  /**
   * Returns through how many roundings a number goes: 1 for each transformed side of the input; of
   * the weights, which are transformed in float64, 1 in float32 and at most 3 a side and 1 in
   * float64; one for each product and one more for the last sum; 2 for each side of the output; one
   * for the bias.
   */
  int roundings() {
    int sides = down.size + across.size - 2;
    int weights = p.dtype() == DType.FLOAT32 ? 1 : 7;
    int products = p.channelsPerGroup() * down.products.size() * across.products.size() + 1;
    return sides + weights + products + 2 * sides + 1;
  }

  /** Returns what each rounding is relative to, for every output of a batch. */
  double[] magnitudes(Tensor input, Tensor weight, Tensor bias) {
    Tensor padded =
        input.pad(p.paddingMode(), p.padLeft(), p.padRight(), p.padTop(), p.padBottom());
    double[] x = padded.toDoubleArray();
    int height = padded.size(2);
    int width = padded.size(3);
    double[] w = weight.toDoubleArray();
    int in = p.channelsPerGroup();
    int out = p.outChannels() / p.groups();
    int plane = p.outHeight() * p.outWidth();
    double[] result = new double[input.size(0) * p.outChannels() * plane];
    for (int o = 0; bias != null && o < result.length; o++) {
      result[o] = Math.abs(bias.toDoubleArray()[o / plane % p.outChannels()]);
    }
    for (TapGroups.Product i : down.products) {
      for (TapGroups.Product j : across.products) {
        for (int o = 0; o < result.length / plane; o++) {
          for (int c = 0; c < in; c++) {
            int channel = o % p.outChannels();
            double u = magnitude(w, (channel * in + c) * p.kernelHeight() * p.kernelWidth(), i, j);
            int from = o / p.outChannels() * p.inChannels() + channel / out * in + c;
            addTiles(result, o * plane, u, x, from * height * width, height, width, i, j);
          }
        }
      }
    }
    return result;
  }

  private double magnitude(double[] w, int at, TapGroups.Product i, TapGroups.Product j) {
    double sum = 0;
    for (int r = 0; r < i.weights.length; r++) {
      for (int c = 0; c < j.weights.length; c++) {
        sum += Math.abs(i.weights[r] * j.weights[c] * w[at + r * j.weights.length + c]);
      }
    }
    return sum;
  }

  /** Adds one product of all tiles of a channel to the outputs that it counts for. */
  private void addTiles(
      double[] result,
      int to,
      double u,
      double[] x,
      int at,
      int height,
      int width,
      TapGroups.Product i,
      TapGroups.Product j) {
    double[][] a = a(down);
    double[][] b = a(across);
    for (int oh = 0; oh < p.outHeight(); oh++) {
      double rowFactor = Math.abs(a[oh % down.size][i.point]);
      int top = oh / down.size * down.step;
      for (int ow = 0; rowFactor != 0 && ow < p.outWidth(); ow++) {
        double factor = rowFactor * Math.abs(b[ow % across.size][j.point]);
        if (factor == 0) {
          continue;
        }
        int left = ow / across.size * across.step;
        double v = 0;
        for (int r = 0; r <= Math.abs(i.sign); r++) {
          for (int c = 0; c <= Math.abs(j.sign); c++) {
            int ih = top + (r == 0 ? i.first : i.second);
            int iw = left + (c == 0 ? j.first : j.second);
            v += ih < height && iw < width ? Math.abs(x[at + ih * width + iw]) : 0;
          }
        }
        result[to + oh * p.outWidth() + ow] += factor * u * v;
      }
    }
  }
}
