package io.github.conv4j.nn;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.github.conv4j.DType;
import io.github.conv4j.testing.Golden;

/** Builds the layer that a golden case describes. */
final class Conv2dCase {
  private Conv2dCase() {}

  static Conv2d.Builder builder(JsonObject given, DType dtype) {
    int[] kernel = Golden.ints(given.get("kernel_size"));
    int[] stride = Golden.ints(given.get("stride"));
    int[] dilation = Golden.ints(given.get("dilation"));
    Conv2d.Builder builder =
        Conv2d.builder(
                given.get("in_channels").getAsInt(),
                given.get("out_channels").getAsInt(),
                kernel[0],
                kernel[1])
            .stride(stride[0], stride[1])
            .dilation(dilation[0], dilation[1])
            .groups(given.get("groups").getAsInt())
            .bias(given.get("bias").getAsBoolean())
            .paddingMode(given.get("padding_mode").getAsString())
            .dtype(dtype);
    JsonElement padding = given.get("padding");
    if (padding.isJsonArray()) {
      int[] amounts = Golden.ints(padding);
      return builder.padding(amounts[0], amounts[1]);
    }
    return builder.padding(padding.getAsString());
  }
}
