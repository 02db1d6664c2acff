package io.github.conv4j.models;

import io.github.conv4j.Tensor;
import io.github.conv4j.nn.AdaptiveAvgPool2d;
import io.github.conv4j.nn.Dropout;
import io.github.conv4j.nn.Module;
import io.github.conv4j.nn.Sequential;

/**
 * AlexNet, as torchvision has it: the variant without groups.
 *
 * <p>Source: A. Krizhevsky, One weird trick for parallelizing convolutional neural networks, 2014.
 * Safe for use by many threads.
 */
public final class AlexNet extends Module {
  private static final int POOLED = 6;

  private final Sequential features;
  private final AdaptiveAvgPool2d avgpool;
  private final Sequential classifier;

  private AlexNet(ModelOptions options) {
    options.check("AlexNet", "dropout", "widthMult");
    Layers layers = new Layers(options);
    int c1 = layers.scaled(64);
    int c2 = layers.scaled(192);
    int c3 = layers.scaled(384);
    int c4 = layers.scaled(256);
    features =
        add(
            "features",
            new Sequential(
                layers.conv(3, c1, 11).stride(4).padding(2).build(),
                Layers.relu(),
                Layers.maxPool(3, 2),
                layers.conv(c1, c2, 5).padding(2).build(),
                Layers.relu(),
                Layers.maxPool(3, 2),
                layers.conv(c2, c3, 3).padding(1).build(),
                Layers.relu(),
                layers.conv(c3, c4, 3).padding(1).build(),
                Layers.relu(),
                layers.conv(c4, c4, 3).padding(1).build(),
                Layers.relu(),
                Layers.maxPool(3, 2)));
    avgpool = add("avgpool", new AdaptiveAvgPool2d(POOLED, POOLED));
    double dropout = options.get("dropout", 0.5);
    int hidden = layers.scaled(4096);
    classifier =
        add(
            "classifier",
            new Sequential(
                new Dropout(dropout),
                layers.linear(c4 * POOLED * POOLED, hidden),
                Layers.relu(),
                new Dropout(dropout),
                layers.linear(hidden, hidden),
                Layers.relu(),
                layers.linear(hidden, options.get("numClasses", 1000))));
  }

  /** Returns the network for 1000 classes. */
  public static AlexNet alexnet() {
    return alexnet(ModelOptions.defaults());
  }

  /** Returns the network; its own options are dropout and widthMult. */
  public static AlexNet alexnet(ModelOptions options) {
    return new AlexNet(options);
  }

  /**
   * Returns the logits.
   *
   * @param input {@code (N, 3, H, W)} with 63 rows and columns at least
   * @return {@code (N, numClasses)}
   * @throws IllegalArgumentException if the input has another shape or dtype
   */
  @Override
  public Tensor forward(Tensor input) {
    return classifier.forward(avgpool.forward(features.forward(input)).flatten(1));
  }
}
