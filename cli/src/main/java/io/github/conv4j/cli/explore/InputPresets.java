package io.github.conv4j.cli.explore;

import io.github.conv4j.DType;
import io.github.conv4j.Shape;
import io.github.conv4j.Tensor;
import io.github.conv4j.random.Generator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/** Inputs that have a name. */
final class InputPresets {
  /** Returns the number at a place of a plane. */
  private interface Plane {
    double at(int row, int column, int height, int width);
  }

  /** A five as a pen draws it, in ninths of ink. */
  private static final String[] DIGIT = {
    "000000000000",
    "000799999500",
    "000998777300",
    "002970000000",
    "004950000000",
    "006999973000",
    "003735799500",
    "000000007900",
    "000000005900",
    "008300019700",
    "003899997100",
    "000023320000"
  };

  private static final Map<String, Plane> PLANES = planes();

  private InputPresets() {}

  private static Map<String, Plane> planes() {
    Map<String, Plane> planes = new LinkedHashMap<>();
    planes.put("digit", InputPresets::digit);
    planes.put("edge", (r, c, h, w) -> c < w / 2 ? 0 : 1);
    planes.put("gradient", (r, c, h, w) -> w == 1 ? 0 : Math.round(100.0 * c / (w - 1)) / 100.0);
    planes.put("checkerboard", (r, c, h, w) -> (r + c) % 2);
    planes.put("impulse", (r, c, h, w) -> r == h / 2 && c == w / 2 ? 1 : 0);
    planes.put("ones", (r, c, h, w) -> 1);
    planes.put("zeros", (r, c, h, w) -> 0);
    return planes;
  }

  /** Returns the ink at a place of the digit, stretched over the plane. */
  private static double digit(int row, int column, int height, int width) {
    String line = DIGIT[(2 * row + 1) * DIGIT.length / (2 * height)];
    int ink = line.charAt((2 * column + 1) * line.length() / (2 * width)) - '0';
    return Math.round(100.0 * ink / 9) / 100.0;
  }

  /** Returns the names in the order in which they are offered; {@code counting} and more. */
  static Set<String> names() {
    Set<String> names = new LinkedHashSet<>(PLANES.keySet());
    names.add("counting");
    names.add("random");
    return names;
  }

  /**
   * Returns a preset.
   *
   * @param shape {@code (C, H, W)}; all channels are alike, but for {@code counting} and {@code
   *     random}
   * @param random where random numbers come from
   * @return the input; null if there is no such preset
   */
  static Tensor get(String name, Shape shape, DType dtype, Generator random) {
    if (name.equals("random")) {
      return Tensor.rand(random, shape, dtype);
    }
    Tensor input = Tensor.zeros(shape, dtype);
    Plane plane = PLANES.get(name);
    boolean counting = name.equals("counting");
    if (plane == null && !counting) {
      return null;
    }
    int height = shape.size(1);
    int width = shape.size(2);
    int next = 0;
    for (int c = 0; c < shape.size(0); c++) {
      for (int h = 0; h < height; h++) {
        for (int w = 0; w < width; w++) {
          input.set(counting ? next++ : plane.at(h, w, height, width), c, h, w);
        }
      }
    }
    return input;
  }
}
