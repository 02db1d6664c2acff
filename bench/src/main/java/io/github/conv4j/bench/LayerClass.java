package io.github.conv4j.bench;

import java.util.OptionalDouble;

/**
 * Kinds of layers, with the ratio that conv4j sets itself against the best peer with plain arrays:
 * a floor for the geometric mean of the class.
 */
enum LayerClass {
  DENSE_3X3("3x3 stride 1, 64 channels or more", 1.8, 2.7),
  DENSE("other dense", 1.0, 1.0),
  GROUPED("grouped", 1.1, 1.1),
  DEPTHWISE("depthwise", 1.3, 1.3),
  PICTURE("picture filters, 1 to 3 channels", 1.3, 1.3),
  FLOAT64("float64", 1.7, Double.NaN);

  /** The floors of the geometric mean over all layers. */
  private static final double ALL_PYTORCH = 1.4;

  private static final double ALL_FAST = 1.7;

  /** No layer of {@link #DENSE} may be under this. */
  static final double DENSE_LOWEST = 0.95;

  private final String title;
  private final double pytorchFloor;
  private final double fastFloor;

  LayerClass(String title, double pytorchFloor, double fastFloor) {
    this.title = title;
    this.pytorchFloor = pytorchFloor;
    this.fastFloor = fastFloor;
  }

  String title() {
    return title;
  }

  /** Returns the floor of this class, if it has one. */
  OptionalDouble floor(Contender conv4j) {
    double floor = conv4j == Contender.CONV4J_FAST ? fastFloor : pytorchFloor;
    return Double.isNaN(floor) ? OptionalDouble.empty() : OptionalDouble.of(floor);
  }

  /** Returns the floor over all layers. */
  static double floorOfAll(Contender conv4j) {
    return conv4j == Contender.CONV4J_FAST ? ALL_FAST : ALL_PYTORCH;
  }

  static LayerClass of(Layer layer) {
    if (layer.dtype().equals("float64")) {
      return FLOAT64;
    }
    if (layer.cin() <= 3 && layer.cout() <= 3) {
      return PICTURE;
    }
    if (layer.groups() > 1) {
      return layer.groups() == layer.cin() ? DEPTHWISE : GROUPED;
    }
    boolean kernel3x3 = layer.kh() == 3 && layer.kw() == 3;
    boolean dense = layer.sh() == 1 && layer.sw() == 1 && layer.dh() == 1 && layer.dw() == 1;
    boolean wide = layer.cin() >= 64 && layer.cout() >= 64;
    return kernel3x3 && dense && wide ? DENSE_3X3 : DENSE;
  }
}
