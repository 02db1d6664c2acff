package io.github.conv4j.models;

import io.github.conv4j.Tensor;
import io.github.conv4j.nn.Conv2d;
import io.github.conv4j.nn.Dropout;
import io.github.conv4j.nn.Linear;
import io.github.conv4j.nn.Module;
import io.github.conv4j.nn.ReLU6;
import io.github.conv4j.nn.Sequential;
import io.github.conv4j.nn.functional.Functional;
import java.util.ArrayList;
import java.util.List;

/**
 * MobileNetV2: inverted residuals, whose depthwise convolutions work on more channels than go from
 * block to block.
 *
 * <p>Source: M. Sandler, A. Howard, M. Zhu, A. Zhmoginov, L.-C. Chen, MobileNetV2: inverted
 * residuals and linear bottlenecks, 2018. Safe for use by many threads.
 */
// The methods have torchvision's names.
@SuppressWarnings("MemberName")
public final class MobileNetV2 extends Module {
  /** Expansion, output channels, blocks and stride of each stage. */
  private static final int[][] STAGES = {
    {1, 16, 1, 1},
    {6, 24, 2, 2},
    {6, 32, 3, 2},
    {6, 64, 4, 2},
    {6, 96, 3, 1},
    {6, 160, 3, 2},
    {6, 320, 1, 1}
  };

  private final Sequential features;
  private final Sequential classifier;

  private MobileNetV2(ModelOptions options) {
    options.check("MobileNetV2", "widthMult", "invertedResidualSetting", "roundNearest", "dropout");
    Layers layers = new Layers(options);
    double widthMult = options.get("widthMult", 1.0);
    int multiple = options.get("roundNearest", 8);
    List<Module> chain = new ArrayList<>();
    int channels = divisible(32 * widthMult, multiple);
    chain.add(new Conv2dNormActivation(layers, layers.conv(3, channels, 3).stride(2).padding(1)));
    for (int[] stage : options.get("invertedResidualSetting", STAGES)) {
      int outputs = divisible(stage[1] * widthMult, multiple);
      for (int i = 0; i < stage[2]; i++) {
        int stride = i == 0 ? stage[3] : 1;
        chain.add(new InvertedResidual(layers, channels, outputs, stride, stage[0]));
        channels = outputs;
      }
    }
    int last = divisible(1280 * Math.max(1, widthMult), multiple);
    chain.add(new Conv2dNormActivation(layers, layers.conv(channels, last, 1)));
    features = add("features", new Sequential(chain.toArray(new Module[0])));
    Linear linear = layers.linear(last, options.get("numClasses", 1000));
    classifier =
        add("classifier", new Sequential(new Dropout(options.get("dropout", 0.2)), linear));
    if (options.get("initWeights", true)) {
      InitialWeights.forEachConv(
          this, conv -> InitialWeights.kaimingNormalFanOut(conv, layers.generator()));
      InitialWeights.normal(linear, 0.01, layers.generator());
      InitialWeights.zero(linear, "bias");
    }
  }

  /** Returns the multiple that is nearest, but neither 0 nor under 90 % of the channels. */
  private static int divisible(double channels, int multiple) {
    int rounded = Math.max(multiple, (int) (channels + multiple / 2.0) / multiple * multiple);
    return rounded < 0.9 * channels ? rounded + multiple : rounded;
  }

  /** Returns the network for 1000 classes. */
  public static MobileNetV2 mobilenet_v2() {
    return mobilenet_v2(ModelOptions.defaults());
  }

  /**
   * Returns the network; its own options are widthMult, invertedResidualSetting, roundNearest and
   * dropout.
   */
  public static MobileNetV2 mobilenet_v2(ModelOptions options) {
    return new MobileNetV2(options);
  }

  /**
   * Returns the logits.
   *
   * @param input {@code (N, 3, H, W)}
   * @return {@code (N, numClasses)}
   * @throws IllegalArgumentException if the input has another shape or dtype
   */
  @Override
  public Tensor forward(Tensor input) {
    Tensor x = Functional.adaptiveAvgPool2d(features.forward(input), 1, 1);
    return classifier.forward(x.flatten(1));
  }

  /** A convolution without bias, batch norm and ReLU6. */
  private static final class Conv2dNormActivation extends Sequential {
    Conv2dNormActivation(Layers layers, Conv2d.Builder builder) {
      this(layers, builder.bias(false).build());
    }

    private Conv2dNormActivation(Layers layers, Conv2d conv) {
      super(conv, layers.batchNorm(conv.outChannels()), new ReLU6(true));
    }
  }

  /** Widens by 1x1 kernels, filters each channel, narrows by 1x1 kernels. */
  private static final class InvertedResidual extends Module {
    private final Sequential conv;
    private final boolean residual;

    InvertedResidual(Layers layers, int inputs, int outputs, int stride, int expansion) {
      if (stride != 1 && stride != 2) {
        throw new IllegalArgumentException("MobileNetV2: stride must be 1 or 2, but got " + stride);
      }
      int hidden = inputs * expansion;
      List<Module> chain = new ArrayList<>();
      if (expansion != 1) {
        chain.add(new Conv2dNormActivation(layers, layers.conv(inputs, hidden, 1)));
      }
      chain.add(
          new Conv2dNormActivation(
              layers, layers.conv(hidden, hidden, 3).stride(stride).padding(1).groups(hidden)));
      chain.add(layers.conv(hidden, outputs, 1).bias(false).build());
      chain.add(layers.batchNorm(outputs));
      conv = add("conv", new Sequential(chain.toArray(new Module[0])));
      residual = stride == 1 && inputs == outputs;
    }

    @Override
    public Tensor forward(Tensor input) {
      Tensor x = conv.forward(input);
      return residual ? input.add(x) : x;
    }
  }
}
