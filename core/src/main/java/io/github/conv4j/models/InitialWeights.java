package io.github.conv4j.models;

import io.github.conv4j.DType;
import io.github.conv4j.Shape;
import io.github.conv4j.Tensor;
import io.github.conv4j.nn.Conv2d;
import io.github.conv4j.nn.Module;
import io.github.conv4j.random.Generator;
import java.util.Map;
import java.util.function.Consumer;

/**
 * What torchvision's networks put in place of the layers' own initial weights: the functions of
 * {@code torch.nn.init}, in the same steps, so that the bits are the same.
 */
final class InitialWeights {
  /** The gain of {@code torch.nn.init} for a ReLU. */
  private static final double RELU = Math.sqrt(2);

  /** PyTorch draws fewer normal numbers than that one by one, and computes them in float64. */
  private static final int ONE_BY_ONE = 16;

  private InitialWeights() {}

  /** Does something for each convolution of a network, in the order of {@code Module.modules()}. */
  static void forEachConv(Module module, Consumer<Conv2d> action) {
    if (module instanceof Conv2d conv) {
      action.accept(conv);
    }
    module.namedChildren().values().forEach(child -> forEachConv(child, action));
  }

  /** Normal weights of variance 2 / (OC * KH * KW). */
  static void kaimingNormalFanOut(Conv2d conv, Generator generator) {
    Shape shape = conv.weight().shape();
    normal(conv, RELU / Math.sqrt(shape.size(0) * shape.size(2) * shape.size(3)), generator);
  }

  /** Normal weights of variance 2 / (IC / groups * KH * KW). */
  static void kaimingNormalFanIn(Conv2d conv, Generator generator) {
    normal(conv, RELU / Math.sqrt(fanIn(conv.weight().shape())), generator);
  }

  /** Uniform weights of the same variance. */
  static void kaimingUniform(Conv2d conv, Generator generator) {
    Tensor weight = conv.weight();
    double bound = Math.sqrt(3) * (RELU / Math.sqrt(fanIn(weight.shape())));
    conv.setWeight(Tensor.uniform(generator, -bound, bound, weight.shape(), weight.dtype()));
  }

  private static int fanIn(Shape shape) {
    return shape.size(1) * shape.size(2) * shape.size(3);
  }

  /** Normal weights of a layer, of this standard deviation. */
  static void normal(Module layer, double std, Generator generator) {
    Tensor weight = layer.namedParameters().get("weight");
    Shape shape = weight.shape();
    Tensor drawn =
        shape.numel() < ONE_BY_ONE
            ? scaled(Tensor.randn(generator, shape, DType.FLOAT64), std)
            : scaled(Tensor.randn(generator, shape, weight.dtype()), std);
    layer.loadStateDict(Map.of("weight", drawn), false);
  }

  private static Tensor scaled(Tensor tensor, double factor) {
    if (tensor.dtype() == DType.FLOAT32) {
      float[] values = tensor.floats();
      for (int i = 0; i < values.length; i++) {
        values[i] *= (float) factor;
      }
    } else {
      double[] values = tensor.doubles();
      for (int i = 0; i < values.length; i++) {
        values[i] *= factor;
      }
    }
    return tensor;
  }

  /** Sets a parameter of a layer, "weight" or "bias", to 0; nothing if it has none. */
  static void zero(Module layer, String parameter) {
    Tensor tensor = layer.namedParameters().get(parameter);
    if (tensor != null) {
      layer.loadStateDict(Map.of(parameter, Tensor.zeros(tensor.shape(), tensor.dtype())), false);
    }
  }
}
