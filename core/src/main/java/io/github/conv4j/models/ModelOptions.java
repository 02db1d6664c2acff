package io.github.conv4j.models;

import io.github.conv4j.Accuracy;
import io.github.conv4j.DType;
import io.github.conv4j.random.Generator;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The options of a network, torchvision's keyword arguments. Immutable: every setter returns a
 * changed copy.
 *
 * <pre>{@code
 * ResNet net = ResNet.resnet18(ModelOptions.defaults().numClasses(10).dtype(DType.FLOAT64));
 * }</pre>
 *
 * <p>All networks take {@link #numClasses}, {@link #dtype}, {@link #accuracy}, {@link #generator}
 * and {@link #initWeights}; for each of the others it is said which do. A network refuses an option
 * that it does not have, as torchvision does.
 */
public final class ModelOptions {
  private static final List<String> COMMON =
      List.of("numClasses", "dtype", "accuracy", "generator", "initWeights");
  private static final ModelOptions DEFAULTS = new ModelOptions(Map.of());

  private final Map<String, Object> values;

  private ModelOptions(Map<String, Object> values) {
    this.values = values;
  }

  /** Returns the options of which none is set, so that each network takes its defaults. */
  public static ModelOptions defaults() {
    return DEFAULTS;
  }

  private ModelOptions with(String name, Object value) {
    Map<String, Object> changed = new LinkedHashMap<>(values);
    changed.put(name, Objects.requireNonNull(value, name));
    return new ModelOptions(changed);
  }

  // ---- for all networks

  /** Sets the number of outputs: 1000, but 10 of LeNet-5 and 2 of U-Net. */
  public ModelOptions numClasses(int count) {
    return with("numClasses", count);
  }

  /** Sets the type of parameters, inputs and outputs; float32 by default. */
  public ModelOptions dtype(DType type) {
    return with("dtype", type);
  }

  /** Sets how exact convolutions are; {@link Accuracy#PYTORCH} by default. */
  public ModelOptions accuracy(Accuracy wanted) {
    return with("accuracy", wanted);
  }

  /**
   * Sets where the initial weights come from; by default a generator of unknown seed. With {@link
   * Generator#torch} they are bit for bit those that torchvision's network has after {@code
   * torch.manual_seed}.
   */
  public ModelOptions generator(Generator source) {
    return with("generator", source);
  }

  /**
   * Sets whether initial weights are drawn; true by default. A network that takes a state dict next
   * is ready sooner without: the weights of its convolutions and linear layers are 0 until then.
   */
  public ModelOptions initWeights(boolean wanted) {
    return with("initWeights", wanted);
  }

  // ---- for some

  /** AlexNet, VGG, SqueezeNet (0.5) and MobileNetV2 (0.2): how likely an element is dropped. */
  public ModelOptions dropout(double probability) {
    return with("dropout", probability);
  }

  /**
   * MobileNetV2, and beyond torchvision AlexNet, VGG, ResNet, SqueezeNet and U-Net: what all counts
   * of channels are multiplied by, 1 by default. They are rounded down then, by MobileNetV2 to a
   * multiple of {@link #roundNearest}.
   *
   * @throws IllegalArgumentException if it is not a positive number
   */
  public ModelOptions widthMult(double factor) {
    if (!(factor > 0) || Double.isInfinite(factor)) {
      throw new IllegalArgumentException("widthMult must be a positive number, but got " + factor);
    }
    return with("widthMult", factor);
  }

  /** ResNet of bottlenecks: into how many groups their 3x3 convolution is split; 1 by default. */
  public ModelOptions groups(int count) {
    return with("groups", count);
  }

  /** ResNet of bottlenecks: how wide each group is in the first stage; 64 by default. */
  public ModelOptions widthPerGroup(int channels) {
    return with("widthPerGroup", channels);
  }

  /** ResNet: whether each block begins as the identity; false by default. */
  public ModelOptions zeroInitResidual(boolean wanted) {
    return with("zeroInitResidual", wanted);
  }

  /**
   * ResNet of bottlenecks: whether stages 2, 3 and 4 dilate their kernels in place of striding;
   * none does by default.
   */
  public ModelOptions replaceStrideWithDilation(boolean second, boolean third, boolean fourth) {
    return with("replaceStrideWithDilation", List.of(second, third, fourth));
  }

  /**
   * MobileNetV2: the stages.
   *
   * @param stages for each how far it expands the channels, its output channels, its blocks, and
   *     the stride of the first: {@code {6, 24, 2, 2}}
   * @throws IllegalArgumentException if there is none, or one has not four numbers
   */
  public ModelOptions invertedResidualSetting(int[]... stages) {
    if (stages.length == 0 || Arrays.stream(stages).anyMatch(stage -> stage.length != 4)) {
      throw new IllegalArgumentException(
          "invertedResidualSetting needs stages of four numbers, but got "
              + Arrays.deepToString(stages));
    }
    return with(
        "invertedResidualSetting", Arrays.stream(stages).map(int[]::clone).toArray(int[][]::new));
  }

  /** MobileNetV2: what counts of channels are multiples of; 8 by default. */
  public ModelOptions roundNearest(int multiple) {
    if (multiple < 1) {
      throw new IllegalArgumentException("roundNearest must be 1 or more, but got " + multiple);
    }
    return with("roundNearest", multiple);
  }

  /** DenseNet: how many channels each layer adds; 32 by default. */
  public ModelOptions growthRate(int channels) {
    return with("growthRate", channels);
  }

  /** DenseNet: how many layers each block has; 6, 12, 24, 16 by default. */
  public ModelOptions blockConfig(int... layers) {
    return with("blockConfig", layers.clone());
  }

  /** DenseNet: how many channels the first convolution makes; 64 by default. */
  public ModelOptions numInitFeatures(int channels) {
    return with("numInitFeatures", channels);
  }

  /** DenseNet: how many times its growth rate a layer is wide within; 4 by default. */
  public ModelOptions bnSize(int times) {
    return with("bnSize", times);
  }

  /** DenseNet: how likely an element is dropped after each layer; 0 by default. */
  public ModelOptions dropRate(double probability) {
    return with("dropRate", probability);
  }

  /** U-Net: how many channels the input has; 3 by default. */
  public ModelOptions nChannels(int count) {
    return with("nChannels", count);
  }

  /**
   * U-Net: whether it goes up by interpolation, not by transposed convolutions; false by default.
   */
  public ModelOptions bilinear(boolean wanted) {
    return with("bilinear", wanted);
  }

  // ---- what a network reads

  /**
   * Checks that the network has all options that are set.
   *
   * @param model the network's name
   * @param own the options that it has beyond those of all networks
   */
  void check(String model, String... own) {
    List<String> all = new ArrayList<>(List.of(own));
    all.addAll(0, COMMON);
    for (String name : values.keySet()) {
      if (!all.contains(name)) {
        throw new IllegalArgumentException(
            model + " has no option " + name + "; it has " + String.join(", ", all));
      }
    }
  }

  int get(String name, int otherwise) {
    return (int) values.getOrDefault(name, otherwise);
  }

  double get(String name, double otherwise) {
    return (double) values.getOrDefault(name, otherwise);
  }

  boolean get(String name, boolean otherwise) {
    return (boolean) values.getOrDefault(name, otherwise);
  }

  int[] get(String name, int[] otherwise) {
    return (int[]) values.getOrDefault(name, otherwise);
  }

  int[][] get(String name, int[][] otherwise) {
    return (int[][]) values.getOrDefault(name, otherwise);
  }

  @SuppressWarnings("unchecked") // Its setter takes nothing else.
  List<Boolean> replaceStrideWithDilation() {
    return (List<Boolean>)
        values.getOrDefault("replaceStrideWithDilation", List.of(false, false, false));
  }

  DType dtype() {
    return (DType) values.getOrDefault("dtype", DType.FLOAT32);
  }

  Accuracy accuracy() {
    return (Accuracy) values.getOrDefault("accuracy", Accuracy.PYTORCH);
  }

  Generator generator() {
    if (!get("initWeights", true)) {
      return NoNumbers.INSTANCE;
    }
    Object given = values.get("generator");
    return given == null
        ? Generator.torch(ThreadLocalRandom.current().nextLong())
        : (Generator) given;
  }

  /** Returns the options that are set. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    values.forEach(
        (name, value) -> {
          text.append(text.length() == 0 ? "" : ", ").append(name).append('=');
          text.append(
              value instanceof int[] ints
                  ? Arrays.toString(ints)
                  : value instanceof int[][] rows ? Arrays.deepToString(rows) : value);
        });
    return "ModelOptions(" + text + ")";
  }

  /** Leaves arrays as they are, which is filled with 0. */
  private enum NoNumbers implements Generator {
    INSTANCE;

    @Override
    public void uniform(float[] out, double low, double high) {}

    @Override
    public void uniform(double[] out, double low, double high) {}

    @Override
    public void normal(float[] out) {}

    @Override
    public void normal(double[] out) {}
  }
}
