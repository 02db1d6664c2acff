package io.github.conv4j.models;

import io.github.conv4j.nn.Module;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * The networks by torchvision's names.
 *
 * <pre>{@code
 * Module net = Models.byName("resnet18", ModelOptions.defaults().numClasses(10));
 * }</pre>
 */
public final class Models {
  private static final Map<String, Function<ModelOptions, Module>> BUILDERS = builders();

  private Models() {}

  private static Map<String, Function<ModelOptions, Module>> builders() {
    Map<String, Function<ModelOptions, Module>> builders = new LinkedHashMap<>();
    builders.put("lenet5", LeNet5::lenet5);
    builders.put("alexnet", AlexNet::alexnet);
    builders.put("vgg11", VGG::vgg11);
    builders.put("vgg11_bn", VGG::vgg11_bn);
    builders.put("vgg13", VGG::vgg13);
    builders.put("vgg13_bn", VGG::vgg13_bn);
    builders.put("vgg16", VGG::vgg16);
    builders.put("vgg16_bn", VGG::vgg16_bn);
    builders.put("vgg19", VGG::vgg19);
    builders.put("vgg19_bn", VGG::vgg19_bn);
    builders.put("resnet18", ResNet::resnet18);
    builders.put("resnet34", ResNet::resnet34);
    builders.put("resnet50", ResNet::resnet50);
    builders.put("resnet101", ResNet::resnet101);
    builders.put("resnet152", ResNet::resnet152);
    builders.put("resnext50_32x4d", ResNet::resnext50_32x4d);
    builders.put("mobilenet_v2", MobileNetV2::mobilenet_v2);
    builders.put("squeezenet1_0", SqueezeNet::squeezenet1_0);
    builders.put("squeezenet1_1", SqueezeNet::squeezenet1_1);
    builders.put("densenet121", DenseNet::densenet121);
    builders.put("unet", UNet::unet);
    return builders;
  }

  /** Returns the names that there are. */
  public static List<String> names() {
    return List.copyOf(BUILDERS.keySet());
  }

  /**
   * Returns a network, in training mode as it is at first.
   *
   * @param name one of {@link #names}
   * @param options its options
   * @throws IllegalArgumentException if there is no network of that name, or it does not have these
   *     options
   */
  public static Module byName(String name, ModelOptions options) {
    Function<ModelOptions, Module> builder = BUILDERS.get(name);
    if (builder == null) {
      throw new IllegalArgumentException(
          "there is no network " + name + "; there are " + String.join(", ", BUILDERS.keySet()));
    }
    return builder.apply(options);
  }
}
