package io.github.conv4j.testing;

import com.google.gson.JsonElement;
import io.github.conv4j.Activation;

/** Reads the activations of the golden files that {@code make_epilogue_golden.py} wrote. */
public final class GoldenActivation {
  private GoldenActivation() {}

  /** Returns the activation: a name, or the two bounds of a clamp. */
  public static Activation of(JsonElement spec) {
    if (spec.isJsonArray()) {
      return Activation.clamp(
          Double.parseDouble(hexadecimal(spec.getAsJsonArray().get(0))),
          Double.parseDouble(hexadecimal(spec.getAsJsonArray().get(1))));
    }
    return switch (spec.getAsString()) {
      case "none" -> Activation.NONE;
      case "relu" -> Activation.RELU;
      case "relu6" -> Activation.RELU6;
      case "silu" -> Activation.SILU;
      case "hardswish" -> Activation.HARDSWISH;
      default -> throw new IllegalArgumentException(spec.getAsString());
    };
  }

  private static String hexadecimal(JsonElement bound) {
    // Python writes inf, Java Infinity.
    return bound.getAsString().replace("inf", "Infinity");
  }
}
