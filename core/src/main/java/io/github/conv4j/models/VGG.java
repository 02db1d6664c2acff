package io.github.conv4j.models;

import io.github.conv4j.Tensor;
import io.github.conv4j.nn.AdaptiveAvgPool2d;
import io.github.conv4j.nn.Dropout;
import io.github.conv4j.nn.Linear;
import io.github.conv4j.nn.Module;
import io.github.conv4j.nn.Sequential;
import java.util.ArrayList;
import java.util.List;

/**
 * The VGG networks: 11, 13, 16 or 19 layers with weights, with batch norm ({@code _bn}) or without.
 *
 * <p>Source: K. Simonyan, A. Zisserman, Very deep convolutional networks for large-scale image
 * recognition, 2014. Safe for use by many threads.
 */
// The methods have torchvision's names.
@SuppressWarnings("MemberName")
public final class VGG extends Module {
  private static final int POOLED = 7;

  /** Channels of the five stages; each ends in max-pooling. */
  private static final int[] CHANNELS = {64, 128, 256, 512, 512};

  /** How many convolutions each stage has. */
  private static final int[] VGG11 = {1, 1, 2, 2, 2};

  private static final int[] VGG13 = {2, 2, 2, 2, 2};
  private static final int[] VGG16 = {2, 2, 3, 3, 3};
  private static final int[] VGG19 = {2, 2, 4, 4, 4};

  private final Sequential features;
  private final AdaptiveAvgPool2d avgpool;
  private final Sequential classifier;

  private VGG(int[] stages, boolean batchNorm, ModelOptions options) {
    options.check("VGG", "dropout", "widthMult");
    Layers layers = new Layers(options);
    List<Module> chain = new ArrayList<>();
    int channels = 3;
    for (int stage = 0; stage < stages.length; stage++) {
      for (int i = 0; i < stages[stage]; i++) {
        int wanted = layers.scaled(CHANNELS[stage]);
        chain.add(layers.conv(channels, wanted, 3).padding(1).build());
        if (batchNorm) {
          chain.add(layers.batchNorm(wanted));
        }
        chain.add(Layers.relu());
        channels = wanted;
      }
      chain.add(Layers.maxPool(2, 2));
    }
    features = add("features", new Sequential(chain.toArray(new Module[0])));
    avgpool = add("avgpool", new AdaptiveAvgPool2d(POOLED, POOLED));
    double dropout = options.get("dropout", 0.5);
    int hidden = layers.scaled(4096);
    Linear[] linears = {
      layers.linear(channels * POOLED * POOLED, hidden),
      layers.linear(hidden, hidden),
      layers.linear(hidden, options.get("numClasses", 1000))
    };
    classifier =
        add(
            "classifier",
            new Sequential(
                linears[0],
                Layers.relu(),
                new Dropout(dropout),
                linears[1],
                Layers.relu(),
                new Dropout(dropout),
                linears[2]));
    if (options.get("initWeights", true)) {
      InitialWeights.forEachConv(
          this,
          conv -> {
            InitialWeights.kaimingNormalFanOut(conv, layers.generator());
            InitialWeights.zero(conv, "bias");
          });
      for (Linear linear : linears) {
        InitialWeights.normal(linear, 0.01, layers.generator());
        InitialWeights.zero(linear, "bias");
      }
    }
  }

  /** Returns VGG-11 for 1000 classes. */
  public static VGG vgg11() {
    return vgg11(ModelOptions.defaults());
  }

  /** Returns VGG-11; the own options of all VGGs are dropout and widthMult. */
  public static VGG vgg11(ModelOptions options) {
    return new VGG(VGG11, false, options);
  }

  /** Returns VGG-11 with batch norm for 1000 classes. */
  public static VGG vgg11_bn() {
    return vgg11_bn(ModelOptions.defaults());
  }

  /** Returns VGG-11 with batch norm. */
  public static VGG vgg11_bn(ModelOptions options) {
    return new VGG(VGG11, true, options);
  }

  /** Returns VGG-13 for 1000 classes. */
  public static VGG vgg13() {
    return vgg13(ModelOptions.defaults());
  }

  /** Returns VGG-13. */
  public static VGG vgg13(ModelOptions options) {
    return new VGG(VGG13, false, options);
  }

  /** Returns VGG-13 with batch norm for 1000 classes. */
  public static VGG vgg13_bn() {
    return vgg13_bn(ModelOptions.defaults());
  }

  /** Returns VGG-13 with batch norm. */
  public static VGG vgg13_bn(ModelOptions options) {
    return new VGG(VGG13, true, options);
  }

  /** Returns VGG-16 for 1000 classes. */
  public static VGG vgg16() {
    return vgg16(ModelOptions.defaults());
  }

  /** Returns VGG-16. */
  public static VGG vgg16(ModelOptions options) {
    return new VGG(VGG16, false, options);
  }

  /** Returns VGG-16 with batch norm for 1000 classes. */
  public static VGG vgg16_bn() {
    return vgg16_bn(ModelOptions.defaults());
  }

  /** Returns VGG-16 with batch norm. */
  public static VGG vgg16_bn(ModelOptions options) {
    return new VGG(VGG16, true, options);
  }

  /** Returns VGG-19 for 1000 classes. */
  public static VGG vgg19() {
    return vgg19(ModelOptions.defaults());
  }

  /** Returns VGG-19. */
  public static VGG vgg19(ModelOptions options) {
    return new VGG(VGG19, false, options);
  }

  /** Returns VGG-19 with batch norm for 1000 classes. */
  public static VGG vgg19_bn() {
    return vgg19_bn(ModelOptions.defaults());
  }

  /** Returns VGG-19 with batch norm. */
  public static VGG vgg19_bn(ModelOptions options) {
    return new VGG(VGG19, true, options);
  }

  /**
   * Returns the logits.
   *
   * @param input {@code (N, 3, H, W)} with 32 rows and columns at least
   * @return {@code (N, numClasses)}
   * @throws IllegalArgumentException if the input has another shape or dtype
   */
  @Override
  public Tensor forward(Tensor input) {
    return classifier.forward(avgpool.forward(features.forward(input)).flatten(1));
  }
}
