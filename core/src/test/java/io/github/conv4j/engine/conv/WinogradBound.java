package io.github.conv4j.engine.conv;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.conv4j.DType;
import io.github.conv4j.Tensor;
import io.github.conv4j.engine.ConvProblem;
import io.github.conv4j.kernel.WinogradMatrices;
import java.util.Arrays;

/**
 * How far each output of Winograd's algorithm may lie from the exact one.
 *
 * <p>Its number k is a sum over a whole tile of the input, so an error belongs to the tile: an
 * output may be wrong by the rounding of a neighbour that its own window does not see. Whatever is
 * rounded on the way from d and g to y = A' [(G g G') * (B' d B)] A is carried on with the
 * magnitudes of what follows. So each rounding adds at most eps times
 *
 * <pre>
 * |A'| [ sum over c of (|G| |g| |G'|) * (|B'| |d| |B|) ] |A| + |bias|
 * </pre>
 *
 * to the error, and no output is further off than that times the number of roundings that one
 * number goes through (N. Higham, Accuracy and Stability of Numerical Algorithms, section 3.5,
 * applied to the three transforms). This class computes both; terms in eps^2 are left out, which
 * the roundings counted too many make up for.
 */
final class WinogradBound {
  private static final double[][] B4 = {
    {1, 0, -1, 0},
    {0, 1, 1, 0},
    {0, -1, 1, 0},
    {0, 1, 0, -1}
  };
  private static final double[][] A4 = {
    {1, 1, 1, 0},
    {0, 1, -1, -1}
  };

  private final int size;
  private final int taps;
  private final int side;
  private final ConvProblem p;
  private final double[][] b;
  private final double[][] g;
  private final double[][] a;

  /** Makes the bound for kernels of some taps and tiles of {@code size} x {@code size} outputs. */
  WinogradBound(int size, int taps, ConvProblem problem) {
    this.size = size;
    this.taps = taps;
    this.side = size + taps - 1;
    this.p = problem;
    this.b = side == 4 ? B4 : b6();
    this.g = WinogradMatrices.g(size, taps);
    this.a = side == 4 ? A4 : a6(size);
    checkMatrices();
  }

  /** B' for n = 6, as written in WinogradMatrices. */
  private static double[][] b6() {
    double a = WinogradMatrices.A6;
    double b = WinogradMatrices.B6;
    double aa = a * a;
    double bb = b * b;
    return new double[][] {
      {aa * bb, 0, -(aa + bb), 0, 1, 0},
      {0, -a * bb, -bb, a, 1, 0},
      {0, a * bb, -bb, -a, 1, 0},
      {0, -b * aa, -aa, b, 1, 0},
      {0, b * aa, -aa, -b, 1, 0},
      {0, aa * bb, 0, -(aa + bb), 0, 1}
    };
  }

  private static double[][] a6(int size) {
    double a = WinogradMatrices.A6;
    double b = WinogradMatrices.B6;
    if (size == 2) {
      return new double[][] {{1, 1, 1, 1, 1, 0}, {0, a, -a, b, -b, 1}};
    }
    return new double[][] {
      {1, 1, 1, 1, 1, 0},
      {0, a, -a, b, -b, 0},
      {0, a * a, a * a, b * b, b * b, 0},
      {0, a * a * a, -a * a * a, b * b * b, -b * b * b, 1}
    };
  }

  /** Output i of one dimension is d[i] g[0] + d[i + 1] g[1] + .. and nothing else. */
  private void checkMatrices() {
    for (int i = 0; i < size; i++) {
      for (int d = 0; d < side; d++) {
        for (int tap = 0; tap < taps; tap++) {
          double sum = 0;
          for (int k = 0; k < side; k++) {
            sum += a[i][k] * g[k][tap] * b[k][d];
          }
          assertEquals(d == i + tap ? 1 : 0, sum, 1e-14);
        }
      }
    }
  }

  /**
   * Returns through how many roundings a number goes: of the input's transform 1 a dimension for
   * tiles of 4 and 3 for tiles of 6 (p, q or its product, p + q); of the weights', which is done in
   * float64, 1 in float32 and at most 11 in float64, or 15 for 5x5 (in each dimension 1 / n with
   * its n of 4 factors is only one number of G, rounded 2 times, then a product and 2 or 4 sums;
   * once to be stored); of the products one a channel and one more for the last sum; of the
   * output's transform 2 a dimension for tiles of 4 and 4 for tiles of 6 (s, its product, two
   * sums); one for the bias.
   */
  int roundings() {
    int input = side == 4 ? 1 : 3;
    int weights = p.dtype() == DType.FLOAT32 ? 1 : 2 * (taps + 2) + 1;
    int products = p.channelsPerGroup() + 1;
    int output = side == 4 ? 2 : 4;
    return 2 * input + weights + products + 2 * output + 1;
  }

  /** Returns what each rounding is relative to, for every output of a batch. */
  double[] magnitudes(Tensor input, Tensor weight, Tensor bias) {
    double[] u = weights(weight);
    Tensor padded =
        input.pad(p.paddingMode(), p.padLeft(), p.padRight(), p.padTop(), p.padBottom());
    double[] x = padded.toDoubleArray();
    double[] biases = bias == null ? new double[p.outChannels()] : bias.toDoubleArray();
    int batch = input.size(0);
    double[] result = new double[batch * p.outChannels() * p.outHeight() * p.outWidth()];
    int dilation = p.dilationHeight();
    for (int image = 0; image < batch; image++) {
      for (int group = 0; group < p.groups(); group++) {
        int plane = image * p.inChannels() + group * p.channelsPerGroup();
        // Tiles of every dilation-th row and column, for each of the first ones.
        for (int oh = 0; oh < p.outHeight(); oh = next(oh, dilation)) {
          for (int ow = 0; ow < p.outWidth(); ow = next(ow, dilation)) {
            double[][] v = tiles(x, plane, padded.size(2), padded.size(3), oh, ow);
            for (int oc = 0; oc < p.outChannels() / p.groups(); oc++) {
              int channel = group * p.outChannels() / p.groups() + oc;
              double[] y = output(u, channel, v);
              int at = (image * p.outChannels() + channel) * p.outHeight() * p.outWidth();
              for (int k = 0; k < y.length; k++) {
                int h = oh + k / size * dilation;
                int w = ow + k % size * dilation;
                if (h < p.outHeight() && w < p.outWidth()) {
                  result[at + h * p.outWidth() + w] = y[k] + Math.abs(biases[channel]);
                }
              }
            }
          }
        }
      }
    }
    return result;
  }

  /** Returns where the next tile begins: each of dilation neighbours is the first of its own. */
  private int next(int position, int dilation) {
    boolean wraps = (position + 1) % dilation == 0;
    return wraps ? position + 1 + dilation * (size - 1) : position + 1;
  }

  private double[] weights(Tensor weight) {
    double[] w = weight.toDoubleArray();
    int area = taps * taps;
    double[] u = new double[w.length / area * side * side];
    for (int i = 0; i < w.length / area; i++) {
      double[] kernel = Arrays.copyOfRange(w, i * area, (i + 1) * area);
      System.arraycopy(transformed(g, kernel), 0, u, i * side * side, side * side);
    }
    return u;
  }

  /** Returns |B'| |d| |B| of one tile, for each channel. */
  private double[][] tiles(double[] x, int plane, int height, int width, int oh, int ow) {
    double[][] v = new double[p.channelsPerGroup()][];
    for (int c = 0; c < v.length; c++) {
      double[] d = new double[side * side];
      for (int k = 0; k < d.length; k++) {
        int h = oh + k / side * p.dilationHeight();
        int w = ow + k % side * p.dilationHeight();
        d[k] = h < height && w < width ? x[((plane + c) * height + h) * width + w] : 0;
      }
      v[c] = transformed(b, d);
    }
    return v;
  }

  private double[] output(double[] u, int channel, double[][] v) {
    double[] m = new double[side * side];
    for (int c = 0; c < v.length; c++) {
      int at = (channel * v.length + c) * m.length;
      for (int k = 0; k < m.length; k++) {
        m[k] += u[at + k] * v[c][k];
      }
    }
    return transformed(a, m);
  }

  /** Returns |t| |x| |t'| of a square x. */
  private static double[] transformed(double[][] t, double[] x) {
    int n = t[0].length;
    int rows = t.length;
    double[] half = new double[rows * n];
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < n; j++) {
        for (int k = 0; k < n; k++) {
          half[i * n + j] += Math.abs(t[i][k] * x[k * n + j]);
        }
      }
    }
    double[] result = new double[rows * rows];
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < rows; j++) {
        for (int k = 0; k < n; k++) {
          result[i * rows + j] += Math.abs(t[j][k]) * half[i * n + k];
        }
      }
    }
    return result;
  }
}
