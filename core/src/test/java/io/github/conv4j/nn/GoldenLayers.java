package io.github.conv4j.nn;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.github.conv4j.DType;
import io.github.conv4j.random.Generator;
import io.github.conv4j.testing.Golden;

/** Builds the layers that {@code make_layers_golden.py} names. */
final class GoldenLayers {
  private final JsonObject args;
  private final DType dtype;

  private GoldenLayers(JsonObject args, DType dtype) {
    this.args = args;
    this.dtype = dtype;
  }

  /** Returns the layer, with PyTorch's defaults for what is not given. */
  static Module layer(JsonObject golden, DType dtype) {
    return new GoldenLayers(golden.getAsJsonObject("args"), dtype)
        .layer(golden.get("layer").getAsString());
  }

  private Module layer(String name) {
    return switch (name) {
      case "ReLU" -> new ReLU(flag("inplace", false));
      case "ReLU6" -> new ReLU6(flag("inplace", false));
      case "BatchNorm2d" -> batchNorm();
      case "Linear" ->
          Linear.builder(whole("in_features", 0), whole("out_features", 0))
              .bias(flag("bias", true))
              .dtype(dtype)
              .build();
      case "Flatten" -> new Flatten(whole("start_dim", 1), whole("end_dim", -1));
      case "Dropout" -> new Dropout(number("p", 0.5), flag("inplace", false));
      case "Dropout2d" ->
          new Dropout2d(number("p", 0.5), flag("inplace", false), Generator.torch(1));
      case "Hardtanh" ->
          new Hardtanh(number("min_val", -1), number("max_val", 1), flag("inplace", false));
      case "Hardswish" -> new Hardswish();
      case "Hardsigmoid" -> new Hardsigmoid();
      case "LeakyReLU" -> new LeakyReLU(number("negative_slope", 0.01), flag("inplace", false));
      case "PReLU" -> new PReLU(whole("num_parameters", 1), 0.25, dtype);
      case "SiLU" -> new SiLU(flag("inplace", false));
      case "ELU" -> new ELU(number("alpha", 1), flag("inplace", false));
      case "GELU" ->
          args.has("approximate") ? new GELU(args.get("approximate").getAsString()) : new GELU();
      case "Sigmoid" -> new Sigmoid();
      case "Tanh" -> new Tanh();
      case "Softmax" -> args.get("dim").isJsonNull() ? new Softmax() : new Softmax(whole("dim", 0));
      case "LogSoftmax" ->
          args.get("dim").isJsonNull() ? new LogSoftmax() : new LogSoftmax(whole("dim", 0));
      case "InstanceNorm2d" -> instanceNorm();
      case "GroupNorm" ->
          GroupNorm.builder(whole("num_groups", 1), whole("num_channels", 1))
              .eps(number("eps", 1e-5))
              .affine(flag("affine", true))
              .bias(flag("bias", true))
              .dtype(dtype)
              .build();
      case "LayerNorm" -> layerNorm();
      case "LocalResponseNorm" ->
          new LocalResponseNorm(
              whole("size", 1), number("alpha", 1e-4), number("beta", 0.75), number("k", 1));
      default -> throw new IllegalArgumentException(name);
    };
  }

  private LayerNorm layerNorm() {
    JsonElement shape = args.get("normalized_shape");
    int[] sizes = shape.isJsonArray() ? Golden.ints(shape) : new int[] {shape.getAsInt()};
    return LayerNorm.builder(sizes)
        .eps(number("eps", 1e-5))
        .elementwiseAffine(flag("elementwise_affine", true))
        .bias(flag("bias", true))
        .dtype(dtype)
        .build();
  }

  private InstanceNorm2d instanceNorm() {
    InstanceNorm2d.Builder builder =
        InstanceNorm2d.builder(whole("num_features", 0))
            .eps(number("eps", 1e-5))
            .affine(flag("affine", false))
            .bias(flag("bias", true))
            .trackRunningStats(flag("track_running_stats", false))
            .dtype(dtype);
    JsonElement momentum = args.get("momentum");
    if (momentum != null) {
      builder.momentum(momentum.isJsonNull() ? null : momentum.getAsDouble());
    }
    return builder.build();
  }

  private BatchNorm2d batchNorm() {
    BatchNorm2d.Builder builder =
        BatchNorm2d.builder(whole("num_features", 0))
            .eps(number("eps", 1e-5))
            .affine(flag("affine", true))
            .bias(flag("bias", true))
            .trackRunningStats(flag("track_running_stats", true))
            .dtype(dtype);
    JsonElement momentum = args.get("momentum");
    if (momentum != null) {
      builder.momentum(momentum.isJsonNull() ? null : momentum.getAsDouble());
    }
    return builder.build();
  }

  private boolean flag(String name, boolean otherwise) {
    return args.has(name) ? args.get(name).getAsBoolean() : otherwise;
  }

  private int whole(String name, int otherwise) {
    return args.has(name) ? args.get(name).getAsInt() : otherwise;
  }

  private double number(String name, double otherwise) {
    return args.has(name) ? args.get(name).getAsDouble() : otherwise;
  }
}
