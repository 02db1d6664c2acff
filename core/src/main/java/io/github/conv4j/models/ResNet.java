package io.github.conv4j.models;

import io.github.conv4j.Tensor;
import io.github.conv4j.nn.AdaptiveAvgPool2d;
import io.github.conv4j.nn.BatchNorm2d;
import io.github.conv4j.nn.Conv2d;
import io.github.conv4j.nn.Linear;
import io.github.conv4j.nn.MaxPool2d;
import io.github.conv4j.nn.Module;
import io.github.conv4j.nn.ReLU;
import io.github.conv4j.nn.Sequential;
import java.util.List;

/**
 * The residual networks ResNet-18, 34, 50, 101 and 152, and ResNeXt-50 with 32 groups of 4.
 *
 * <p>As in torchvision, a bottleneck that strides does so in its 3x3 convolution.
 *
 * <p>Source: K. He, X. Zhang, S. Ren, J. Sun, Deep residual learning for image recognition, 2015;
 * S. Xie and others, Aggregated residual transformations for deep neural networks, 2016. Safe for
 * use by many threads.
 */
// The methods have torchvision's names.
@SuppressWarnings("MemberName")
public final class ResNet extends Module {
  private static final int[] RESNET18 = {2, 2, 2, 2};
  private static final int[] RESNET34_AND_50 = {3, 4, 6, 3};
  private static final int[] RESNET101 = {3, 4, 23, 3};
  private static final int[] RESNET152 = {3, 8, 36, 3};

  private final Conv2d conv1;
  private final BatchNorm2d bn1;
  private final ReLU relu;
  private final MaxPool2d maxpool;
  private final Sequential layer1;
  private final Sequential layer2;
  private final Sequential layer3;
  private final Sequential layer4;
  private final AdaptiveAvgPool2d avgpool;
  private final Linear fc;

  /** Makes the network with this many blocks in its four stages. */
  private ResNet(Stages stages, int[] blocks, ModelOptions options) {
    Layers layers = stages.layers;
    int width = stages.channels;
    conv1 = add("conv1", layers.conv(3, width, 7).stride(2).padding(3).bias(false).build());
    bn1 = add("bn1", layers.batchNorm(width));
    relu = add("relu", Layers.relu());
    maxpool = add("maxpool", MaxPool2d.builder(3).stride(2).padding(1).build());
    List<Boolean> dilate = options.replaceStrideWithDilation();
    layer1 = add("layer1", stages.next(64, blocks[0], 1, false));
    layer2 = add("layer2", stages.next(128, blocks[1], 2, dilate.get(0)));
    layer3 = add("layer3", stages.next(256, blocks[2], 2, dilate.get(1)));
    layer4 = add("layer4", stages.next(512, blocks[3], 2, dilate.get(2)));
    avgpool = add("avgpool", new AdaptiveAvgPool2d(1, 1));
    fc = add("fc", layers.linear(stages.channels, options.get("numClasses", 1000)));
    if (options.get("initWeights", true)) {
      InitialWeights.forEachConv(
          this, conv -> InitialWeights.kaimingNormalFanOut(conv, layers.generator()));
    }
  }

  private static ResNet basic(int[] blocks, ModelOptions options) {
    options.check("ResNet of basic blocks", "widthMult", "zeroInitResidual");
    return new ResNet(new Stages(options, false, 1, 64), blocks, options);
  }

  private static ResNet bottlenecks(int[] blocks, ModelOptions options) {
    options.check(
        "ResNet of bottlenecks",
        "widthMult",
        "groups",
        "widthPerGroup",
        "zeroInitResidual",
        "replaceStrideWithDilation");
    int groups = options.get("groups", 1);
    int widthPerGroup = options.get("widthPerGroup", 64);
    return new ResNet(new Stages(options, true, groups, widthPerGroup), blocks, options);
  }

  /** Returns ResNet-18 for 1000 classes. */
  public static ResNet resnet18() {
    return resnet18(ModelOptions.defaults());
  }

  /** Returns ResNet-18; its own options are widthMult and zeroInitResidual. */
  public static ResNet resnet18(ModelOptions options) {
    return basic(RESNET18, options);
  }

  /** Returns ResNet-34 for 1000 classes. */
  public static ResNet resnet34() {
    return resnet34(ModelOptions.defaults());
  }

  /** Returns ResNet-34; its own options are widthMult and zeroInitResidual. */
  public static ResNet resnet34(ModelOptions options) {
    return basic(RESNET34_AND_50, options);
  }

  /** Returns ResNet-50 for 1000 classes. */
  public static ResNet resnet50() {
    return resnet50(ModelOptions.defaults());
  }

  /**
   * Returns ResNet-50; its own options are widthMult, groups, widthPerGroup, zeroInitResidual and
   * replaceStrideWithDilation.
   */
  public static ResNet resnet50(ModelOptions options) {
    return bottlenecks(RESNET34_AND_50, options);
  }

  /** Returns ResNet-101 for 1000 classes. */
  public static ResNet resnet101() {
    return resnet101(ModelOptions.defaults());
  }

  /** Returns ResNet-101; its own options are those of {@link #resnet50(ModelOptions)}. */
  public static ResNet resnet101(ModelOptions options) {
    return bottlenecks(RESNET101, options);
  }

  /** Returns ResNet-152 for 1000 classes. */
  public static ResNet resnet152() {
    return resnet152(ModelOptions.defaults());
  }

  /** Returns ResNet-152; its own options are those of {@link #resnet50(ModelOptions)}. */
  public static ResNet resnet152(ModelOptions options) {
    return bottlenecks(RESNET152, options);
  }

  /** Returns ResNeXt-50 with 32 groups of 4 for 1000 classes. */
  public static ResNet resnext50_32x4d() {
    return resnext50_32x4d(ModelOptions.defaults());
  }

  /**
   * Returns ResNeXt-50 with 32 groups of 4; its own options are widthMult, zeroInitResidual and
   * replaceStrideWithDilation.
   */
  public static ResNet resnext50_32x4d(ModelOptions options) {
    options.check("ResNeXt", "widthMult", "zeroInitResidual", "replaceStrideWithDilation");
    return new ResNet(new Stages(options, true, 32, 4), RESNET34_AND_50, options);
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
    Tensor x = maxpool.forward(relu.forward(bn1.forward(conv1.forward(input))));
    x = layer4.forward(layer3.forward(layer2.forward(layer1.forward(x))));
    return fc.forward(avgpool.forward(x).flatten(1));
  }

  /** Makes the stages one after the other. */
  private static final class Stages {
    private final Layers layers;
    private final boolean bottlenecks;
    private final int groups;
    private final int widthPerGroup;
    private final boolean zeroInitResidual;

    /** What comes out of the layers made so far. */
    private int channels;

    private int dilation = 1;

    Stages(ModelOptions options, boolean bottlenecks, int groups, int widthPerGroup) {
      this.layers = new Layers(options);
      this.bottlenecks = bottlenecks;
      this.groups = groups;
      this.widthPerGroup = widthPerGroup;
      this.zeroInitResidual = options.get("zeroInitResidual", false);
      this.channels = layers.scaled(64);
    }

    Sequential next(int planes, int blocks, int stride, boolean dilate) {
      Module[] chain = new Module[blocks];
      // The first block of a dilated stage still has the dilation of the stage before it.
      chain[0] = block(layers.scaled(planes), dilate ? 1 : stride);
      if (dilate) {
        dilation *= stride;
      }
      for (int i = 1; i < blocks; i++) {
        chain[i] = block(layers.scaled(planes), 1);
      }
      return new Sequential(chain);
    }

    private Module block(int planes, int stride) {
      int inputs = channels;
      channels = bottlenecks ? planes * Bottleneck.EXPANSION : planes;
      Sequential downsample =
          stride == 1 && inputs == channels
              ? null
              : new Sequential(
                  layers.conv(inputs, channels, 1).stride(stride).bias(false).build(),
                  layers.batchNorm(channels));
      Module block;
      BatchNorm2d last;
      if (bottlenecks) {
        int width = planes * widthPerGroup / 64 * groups;
        Bottleneck made = new Bottleneck(layers, inputs, width, channels, stride, this, downsample);
        last = made.bn3;
        block = made;
      } else {
        BasicBlock made = new BasicBlock(layers, inputs, planes, stride, downsample);
        last = made.bn2;
        block = made;
      }
      if (zeroInitResidual) {
        InitialWeights.zero(last, "weight");
      }
      return block;
    }
  }

  /** Two 3x3 convolutions and what goes round them. */
  private static final class BasicBlock extends Module {
    private final Conv2d conv1;
    private final BatchNorm2d bn1;
    private final ReLU relu;
    private final Conv2d conv2;
    private final BatchNorm2d bn2;
    private final Sequential downsample;

    BasicBlock(Layers layers, int inputs, int planes, int stride, Sequential downsample) {
      conv1 =
          add(
              "conv1",
              layers.conv(inputs, planes, 3).stride(stride).padding(1).bias(false).build());
      bn1 = add("bn1", layers.batchNorm(planes));
      relu = add("relu", Layers.relu());
      conv2 = add("conv2", layers.conv(planes, planes, 3).padding(1).bias(false).build());
      bn2 = add("bn2", layers.batchNorm(planes));
      this.downsample = downsample == null ? null : add("downsample", downsample);
    }

    @Override
    public Tensor forward(Tensor input) {
      Tensor x = relu.forward(bn1.forward(conv1.forward(input)));
      x = bn2.forward(conv2.forward(x));
      return relu.forward(x.add(downsample == null ? input : downsample.forward(input)));
    }
  }

  /** A 3x3 convolution between two of 1x1, and what goes round them. */
  private static final class Bottleneck extends Module {
    /** By how much the output is wider than the first stage's middle. */
    static final int EXPANSION = 4;

    private final Conv2d conv1;
    private final BatchNorm2d bn1;
    private final Conv2d conv2;
    private final BatchNorm2d bn2;
    private final Conv2d conv3;
    private final BatchNorm2d bn3;
    private final ReLU relu;
    private final Sequential downsample;

    Bottleneck(
        Layers layers,
        int inputs,
        int width,
        int outputs,
        int stride,
        Stages stages,
        Sequential downsample) {
      conv1 = add("conv1", layers.conv(inputs, width, 1).bias(false).build());
      bn1 = add("bn1", layers.batchNorm(width));
      conv2 =
          add(
              "conv2",
              layers
                  .conv(width, width, 3)
                  .stride(stride)
                  .padding(stages.dilation)
                  .dilation(stages.dilation)
                  .groups(stages.groups)
                  .bias(false)
                  .build());
      bn2 = add("bn2", layers.batchNorm(width));
      conv3 = add("conv3", layers.conv(width, outputs, 1).bias(false).build());
      bn3 = add("bn3", layers.batchNorm(outputs));
      relu = add("relu", Layers.relu());
      this.downsample = downsample == null ? null : add("downsample", downsample);
    }

    @Override
    public Tensor forward(Tensor input) {
      Tensor x = relu.forward(bn1.forward(conv1.forward(input)));
      x = relu.forward(bn2.forward(conv2.forward(x)));
      x = bn3.forward(conv3.forward(x));
      return relu.forward(x.add(downsample == null ? input : downsample.forward(input)));
    }
  }
}
