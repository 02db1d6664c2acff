package io.github.conv4j.engine.conv;

import java.util.ArrayList;
import java.util.List;

/**
 * How the taps of one side of a kernel are cut into groups that share Winograd's output transform.
 *
 * <p>Tiles have two outputs. A group of three taps takes four products for them, of two taps three,
 * and one tap takes two:
 *
 * <pre>
 * point 3 taps                          2 taps                    1 tap
 * 0     g0                 * (d0 - d2)    g0        * (d0 - d1)     g0   * d0
 * 1     (g0 + g1 + g2) / 2 * (d1 + d2)    (g0 + g1) * d1
 * 2     (g0 - g1 + g2) / 2 * (d2 - d1)
 * 3     g2                 * (d1 - d3)    g1        * (d1 - d2)     -g0  * d1
 *
 * y0 = m0 + m1 + m2,  y1 = m1 - m2 - m3
 * </pre>
 *
 * <p>where m is a sum over groups (and channels). With a stride s the outputs of a tile see inputs
 * that are s apart, so taps are cut into every s-th ones first. A side of one tap is left as it is:
 * one output a tile, one point.
 */
final class TapGroups {
  /** One product: {@code (sum of weights[t] * g[t]) * (d[first] + sign * d[second])}. */
  static final class Product {
    /** The column of A' that it counts for. */
    final int point;

    final double[] weights;
    final int first;
    final int second;
    final int sign;

    private Product(int point, double[] weights, int first, int second, int sign) {
      this.point = point;
      this.weights = weights;
      this.first = first;
      this.second = second;
      this.sign = sign;
    }
  }

  /** Outputs of a tile: 2, or 1 if there is but one tap. */
  final int size;

  /** Points, the columns of A': 4, or 1 where the output is the product. */
  final int points;

  /** Inputs from one tile to the next. */
  final int step;

  /** Inputs that a tile sees. */
  final int side;

  /** The products, by point. */
  final List<Product> products;

  TapGroups(int taps, int stride) {
    this.size = taps == 1 ? 1 : 2;
    this.points = taps == 1 ? 1 : 4;
    this.step = size * stride;
    this.side = (size - 1) * stride + taps;
    List<Product> all = new ArrayList<>();
    if (taps == 1) {
      all.add(new Product(0, new double[] {1}, 0, 0, 0));
    } else {
      for (int phase = 0; phase < Math.min(stride, taps); phase++) {
        for (int tap = phase; tap < taps; tap += 3 * stride) {
          addGroup(all, taps, tap, stride);
        }
      }
      all.sort((a, b) -> Integer.compare(a.point, b.point));
    }
    this.products = List.copyOf(all);
  }

  /** Adds the products of up to three taps, {@code stride} apart. */
  private static void addGroup(List<Product> all, int taps, int tap, int stride) {
    int d1 = tap + stride;
    int d2 = d1 + stride;
    int d3 = d2 + stride;
    if (d2 < taps) {
      all.add(product(0, taps, stride, tap, -d2, tap, 1));
      all.add(product(1, taps, stride, d1, d2, tap, 0.5, 0.5, 0.5));
      all.add(product(2, taps, stride, d2, -d1, tap, 0.5, -0.5, 0.5));
      all.add(product(3, taps, stride, d1, -d3, tap, 0, 0, 1));
    } else if (d1 < taps) {
      all.add(product(0, taps, stride, tap, -d1, tap, 1));
      all.add(product(1, taps, stride, d1, 0, tap, 1, 1));
      all.add(product(3, taps, stride, d1, -d2, tap, 0, 1));
    } else {
      all.add(product(0, taps, stride, tap, 0, tap, 1));
      all.add(product(3, taps, stride, d1, 0, tap, -1));
    }
  }

  private static Product product(
      int point, int taps, int stride, int first, int second, int tap, double... weights) {
    double[] all = new double[taps];
    for (int i = 0; i < weights.length; i++) {
      if (weights[i] != 0) {
        all[tap + i * stride] = weights[i];
      }
    }
    return new Product(point, all, first, Math.abs(second), Integer.signum(second));
  }
}
