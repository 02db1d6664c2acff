package io.github.conv4j.models;

import io.github.conv4j.Tensor;
import io.github.conv4j.nn.AvgPool2d;
import io.github.conv4j.nn.BatchNorm2d;
import io.github.conv4j.nn.Conv2d;
import io.github.conv4j.nn.Linear;
import io.github.conv4j.nn.MaxPool2d;
import io.github.conv4j.nn.Module;
import io.github.conv4j.nn.ReLU;
import io.github.conv4j.nn.Sequential;
import io.github.conv4j.nn.functional.Functional;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * DenseNet-121, where each layer of a block sees what all layers before it made.
 *
 * <p>Source: G. Huang, Z. Liu, L. van der Maaten, K. Weinberger, Densely connected convolutional
 * networks, 2016. Safe for use by many threads.
 */
public final class DenseNet extends Module {
  private static final int[] DENSENET121 = {6, 12, 24, 16};

  private final Sequential features;
  private final Linear classifier;

  private DenseNet(ModelOptions options) {
    options.check("DenseNet", "growthRate", "blockConfig", "numInitFeatures", "bnSize", "dropRate");
    Layers layers = new Layers(options);
    int growthRate = options.get("growthRate", 32);
    int[] blocks = options.get("blockConfig", DENSENET121);
    int channels = options.get("numInitFeatures", 64);
    Map<String, Module> chain = new LinkedHashMap<>();
    chain.put("conv0", layers.conv(3, channels, 7).stride(2).padding(3).bias(false).build());
    chain.put("norm0", layers.batchNorm(channels));
    chain.put("relu0", Layers.relu());
    chain.put("pool0", MaxPool2d.builder(3).stride(2).padding(1).build());
    for (int i = 0; i < blocks.length; i++) {
      chain.put("denseblock" + (i + 1), new DenseBlock(layers, blocks[i], channels, options));
      channels += blocks[i] * growthRate;
      if (i < blocks.length - 1) {
        chain.put("transition" + (i + 1), new Transition(layers, channels, channels / 2));
        channels /= 2;
      }
    }
    chain.put("norm5", layers.batchNorm(channels));
    features = add("features", new Sequential(chain));
    classifier = add("classifier", layers.linear(channels, options.get("numClasses", 1000)));
    if (options.get("initWeights", true)) {
      InitialWeights.forEachConv(
          this, conv -> InitialWeights.kaimingNormalFanIn(conv, layers.generator()));
      InitialWeights.zero(classifier, "bias");
    }
  }

  /** Returns DenseNet-121 for 1000 classes. */
  public static DenseNet densenet121() {
    return densenet121(ModelOptions.defaults());
  }

  /**
   * Returns DenseNet-121, or another one by the options growthRate, blockConfig and
   * numInitFeatures; its other own options are bnSize and dropRate.
   */
  public static DenseNet densenet121(ModelOptions options) {
    return new DenseNet(options);
  }

  /**
   * Returns the logits.
   *
   * @param input {@code (N, 3, H, W)} with 29 rows and columns at least
   * @return {@code (N, numClasses)}
   * @throws IllegalArgumentException if the input has another shape or dtype
   */
  @Override
  public Tensor forward(Tensor input) {
    Tensor x = Functional.relu(features.forward(input));
    return classifier.forward(Functional.adaptiveAvgPool2d(x, 1, 1).flatten(1));
  }

  /** Makes few channels of all that there are. */
  private static final class DenseLayer extends Module {
    private final BatchNorm2d norm1;
    private final ReLU relu1;
    private final Conv2d conv1;
    private final BatchNorm2d norm2;
    private final ReLU relu2;
    private final Conv2d conv2;
    // In torchvision it is no child either.
    private final double dropRate;

    DenseLayer(Layers layers, int channels, int growthRate, ModelOptions options) {
      int width = options.get("bnSize", 4) * growthRate;
      norm1 = add("norm1", layers.batchNorm(channels));
      relu1 = add("relu1", Layers.relu());
      conv1 = add("conv1", layers.conv(channels, width, 1).bias(false).build());
      norm2 = add("norm2", layers.batchNorm(width));
      relu2 = add("relu2", Layers.relu());
      conv2 = add("conv2", layers.conv(width, growthRate, 3).padding(1).bias(false).build());
      dropRate = options.get("dropRate", 0.0);
    }

    @Override
    public Tensor forward(Tensor input) {
      Tensor x = conv1.forward(relu1.forward(norm1.forward(input)));
      x = conv2.forward(relu2.forward(norm2.forward(x)));
      return dropRate > 0 ? Functional.dropout(x, dropRate, isTraining()) : x;
    }

    @Override
    protected String getName() {
      return "_DenseLayer";
    }
  }

  /** Layers, each of which takes the block's input and what the layers before it made. */
  private static final class DenseBlock extends Module {
    DenseBlock(Layers layers, int count, int channels, ModelOptions options) {
      int growthRate = options.get("growthRate", 32);
      for (int i = 0; i < count; i++) {
        add(
            "denselayer" + (i + 1),
            new DenseLayer(layers, channels + i * growthRate, growthRate, options));
      }
    }

    @Override
    public Tensor forward(Tensor input) {
      Tensor all = input;
      for (Module layer : namedChildren().values()) {
        all = Tensor.cat(1, all, layer.forward(all));
      }
      return all;
    }

    @Override
    protected String getName() {
      return "_DenseBlock";
    }
  }

  /** Fewer channels, and half the rows and columns. */
  private static final class Transition extends Sequential {
    Transition(Layers layers, int inputs, int outputs) {
      add("norm", layers.batchNorm(inputs));
      add("relu", Layers.relu());
      add("conv", layers.conv(inputs, outputs, 1).bias(false).build());
      add("pool", AvgPool2d.builder(2).build());
    }

    @Override
    protected String getName() {
      return "_Transition";
    }
  }
}
