package io.github.conv4j.models;

import io.github.conv4j.Tensor;
import io.github.conv4j.nn.AdaptiveAvgPool2d;
import io.github.conv4j.nn.Conv2d;
import io.github.conv4j.nn.Dropout;
import io.github.conv4j.nn.MaxPool2d;
import io.github.conv4j.nn.Module;
import io.github.conv4j.nn.ReLU;
import io.github.conv4j.nn.Sequential;
import java.util.ArrayList;
import java.util.List;

/**
 * SqueezeNet 1.0, and 1.1 that computes less than half as much.
 *
 * <p>Source: F. Iandola and others, SqueezeNet: AlexNet-level accuracy with 50x fewer parameters
 * and less than 0.5 MB model size, 2016; 1.1 is from the authors' repository. Safe for use by many
 * threads.
 */
// The methods have torchvision's names.
@SuppressWarnings("MemberName")
public final class SqueezeNet extends Module {
  /** Squeezed and half the expanded channels of the eight Fire modules. */
  private static final int[][] FIRES = {
    {16, 64}, {16, 64}, {32, 128}, {32, 128}, {48, 192}, {48, 192}, {64, 256}, {64, 256}
  };

  private final Sequential features;
  private final Sequential classifier;

  /**
   * Makes the network.
   *
   * @param channels output channels of the first convolution
   * @param kernelSize its kernel
   * @param pools before which Fire modules there is max-pooling
   */
  private SqueezeNet(int channels, int kernelSize, List<Integer> pools, ModelOptions options) {
    options.check("SqueezeNet", "dropout", "widthMult");
    Layers layers = new Layers(options);
    List<Module> chain = new ArrayList<>();
    int width = layers.scaled(channels);
    chain.add(layers.conv(3, width, kernelSize).stride(2).build());
    chain.add(Layers.relu());
    for (int i = 0; i < FIRES.length; i++) {
      if (pools.contains(i)) {
        chain.add(MaxPool2d.builder(3).stride(2).ceilMode(true).build());
      }
      int expanded = layers.scaled(FIRES[i][1]);
      chain.add(new Fire(layers, width, layers.scaled(FIRES[i][0]), expanded));
      width = 2 * expanded;
    }
    features = add("features", new Sequential(chain.toArray(new Module[0])));
    Conv2d last = layers.conv(width, options.get("numClasses", 1000), 1).build();
    classifier =
        add(
            "classifier",
            new Sequential(
                new Dropout(options.get("dropout", 0.5)),
                last,
                Layers.relu(),
                new AdaptiveAvgPool2d(1, 1)));
    if (options.get("initWeights", true)) {
      InitialWeights.forEachConv(
          this,
          conv -> {
            if (conv == last) {
              InitialWeights.normal(conv, 0.01, layers.generator());
            } else {
              InitialWeights.kaimingUniform(conv, layers.generator());
            }
            InitialWeights.zero(conv, "bias");
          });
    }
  }

  /** Returns SqueezeNet 1.0 for 1000 classes. */
  public static SqueezeNet squeezenet1_0() {
    return squeezenet1_0(ModelOptions.defaults());
  }

  /** Returns SqueezeNet 1.0; the own options of both are dropout and widthMult. */
  public static SqueezeNet squeezenet1_0(ModelOptions options) {
    return new SqueezeNet(96, 7, List.of(0, 3, 7), options);
  }

  /** Returns SqueezeNet 1.1 for 1000 classes. */
  public static SqueezeNet squeezenet1_1() {
    return squeezenet1_1(ModelOptions.defaults());
  }

  /** Returns SqueezeNet 1.1. */
  public static SqueezeNet squeezenet1_1(ModelOptions options) {
    return new SqueezeNet(64, 3, List.of(0, 2, 4), options);
  }

  /**
   * Returns the logits.
   *
   * @param input {@code (N, 3, H, W)} with 21 (1.0) or 17 (1.1) rows and columns at least
   * @return {@code (N, numClasses)}
   * @throws IllegalArgumentException if the input has another shape or dtype
   */
  @Override
  public Tensor forward(Tensor input) {
    return classifier.forward(features.forward(input)).flatten(1);
  }

  /** Few channels by 1x1 kernels, then more by 1x1 and 3x3 kernels side by side. */
  private static final class Fire extends Module {
    private final Conv2d squeeze;
    private final ReLU squeezeActivation;
    private final Conv2d expand1x1;
    private final ReLU expand1x1Activation;
    private final Conv2d expand3x3;
    private final ReLU expand3x3Activation;

    Fire(Layers layers, int channels, int squeezed, int expanded) {
      squeeze = add("squeeze", layers.conv(channels, squeezed, 1).build());
      squeezeActivation = add("squeeze_activation", Layers.relu());
      expand1x1 = add("expand1x1", layers.conv(squeezed, expanded, 1).build());
      expand1x1Activation = add("expand1x1_activation", Layers.relu());
      expand3x3 = add("expand3x3", layers.conv(squeezed, expanded, 3).padding(1).build());
      expand3x3Activation = add("expand3x3_activation", Layers.relu());
    }

    @Override
    public Tensor forward(Tensor input) {
      Tensor x = squeezeActivation.forward(squeeze.forward(input));
      return Tensor.cat(
          1,
          expand1x1Activation.forward(expand1x1.forward(x)),
          expand3x3Activation.forward(expand3x3.forward(x)));
    }
  }
}
