package io.github.conv4j.engine.conv;

import io.github.conv4j.engine.ConvProblem;

/**
 * How far the outputs of {@link FourierConv} may lie from the exact ones.
 *
 * <p>A transform keeps the Euclidean norm, but for a factor that the way back takes away again. So
 * what a rounding changes in a tile, an input or an output of it by turns, is as large as eps times
 * that norm, and an output, being the product of a tile and a kernel, is wrong by
 *
 * <pre>
 * roundings * eps * sum over c of |tile of channel c| * |kernel of channel c|
 * </pre>
 *
 * <p>with as many roundings as the five products that come one after another have taps. An output's
 * own size is no measure: a small one beside a large one is wrong by as much.
 */
final class FourierBound {
  private FourierBound() {}

  static double[] bounds(ConvAlgorithmsTest.Case c, double[] direct, double eps) {
    ConvProblem p = c.problem();
    FourierTiles tiles = FourierTiles.of(p);
    int rows = tiles.rows().length();
    int columns = tiles.columns().length();
    double roundings = 2 * columns + 4 * rows + 2 * p.channelsPerGroup() + 10;
    double[] x = c.input().toDoubleArray();
    double[] w = c.weight().toDoubleArray();
    int in = p.channelsPerGroup();
    int plane = p.inHeight() * p.inWidth();
    int pixels = p.outHeight() * p.outWidth();
    double[] bounds = new double[direct.length];
    for (int i = 0; i < bounds.length; i++) {
      int image = i / pixels / p.outChannels();
      int oc = i / pixels % p.outChannels();
      int group = oc / (p.outChannels() / p.groups());
      double sum = 0;
      if (i % pixels == 0) {
        for (int k = 0; k < in; k++) {
          int channel = image * p.inChannels() + group * in + k;
          int kernel = (oc * in + k) * p.kernelHeight() * p.kernelWidth();
          // Padding other than zeros may repeat the largest.
          double tile = largest(x, channel * plane, plane) * Math.sqrt(rows * columns);
          sum += tile * norm(w, kernel, p.kernelHeight() * p.kernelWidth());
        }
        bounds[i] = roundings * eps * sum;
      } else {
        bounds[i] = bounds[i - 1];
      }
    }
    for (int i = 0; i < bounds.length; i++) {
      bounds[i] += (p.taps() + 3) * eps * direct[i];
    }
    return bounds;
  }

  private static double largest(double[] values, int from, int n) {
    double largest = 0;
    for (int i = from; i < from + n; i++) {
      largest = Math.max(largest, Math.abs(values[i]));
    }
    return largest;
  }

  private static double norm(double[] values, int from, int n) {
    double squares = 0;
    for (int i = from; i < from + n; i++) {
      squares += values[i] * values[i];
    }
    return Math.sqrt(squares);
  }
}
