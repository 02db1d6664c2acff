package io.github.conv4j.cli.explain;

import com.google.gson.JsonArray;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import io.github.conv4j.DType;
import io.github.conv4j.Tensor;
import io.github.conv4j.cli.text.Json;
import io.github.conv4j.explain.OutputElement;
import io.github.conv4j.explain.Tap;
import io.github.conv4j.nn.functional.Conv2dGeometry;
import io.github.conv4j.nn.functional.Conv2dOptions;
import java.util.function.IntUnaryOperator;

/** What a page shows of a convolution of one image, as JSON. */
public final class Scene {
  private Scene() {}

  /**
   * Returns sizes and numbers of a convolution.
   *
   * @param geometry its geometry
   * @param input {@code (C, H, W)}
   * @param weight {@code (OC, C / groups, KH, KW)}
   * @param bias {@code (OC)}, or null
   * @param output {@code (OC, OH, OW)}
   */
  public static JsonObject of(
      Conv2dGeometry geometry, Tensor input, Tensor weight, Tensor bias, Tensor output) {
    JsonObject scene = new JsonObject();
    scene.addProperty("dtype", input.dtype().toString());
    scene.add("geometry", geometry(geometry));
    scene.add("input", numbers(input));
    scene.add("weight", numbers(weight));
    scene.add("bias", bias == null ? JsonNull.INSTANCE : numbers(bias));
    scene.add("output", numbers(output));
    return scene;
  }

  private static JsonObject geometry(Conv2dGeometry g) {
    Conv2dOptions options = g.options();
    JsonObject json = new JsonObject();
    json.addProperty("inChannels", g.inChannels());
    json.addProperty("inHeight", g.inHeight());
    json.addProperty("inWidth", g.inWidth());
    json.addProperty("outChannels", g.outChannels());
    json.addProperty("outHeight", g.outHeight());
    json.addProperty("outWidth", g.outWidth());
    json.addProperty("kernelHeight", g.kernelHeight());
    json.addProperty("kernelWidth", g.kernelWidth());
    json.addProperty("strideHeight", options.strideHeight());
    json.addProperty("strideWidth", options.strideWidth());
    json.addProperty("dilationHeight", options.dilationHeight());
    json.addProperty("dilationWidth", options.dilationWidth());
    json.addProperty("groups", options.groups());
    json.addProperty("channelsPerGroup", g.channelsPerGroup());
    json.addProperty("paddingMode", options.paddingMode().toString());
    json.addProperty("padTop", g.padTop());
    json.addProperty("padLeft", g.padLeft());
    json.add("rows", sources(g.padTop(), g.inHeight() + g.padBottom(), g::sourceRow));
    json.add("columns", sources(g.padLeft(), g.inWidth() + g.padRight(), g::sourceColumn));
    return json;
  }

  /** Returns for each row of the padded input which row it shows, -1 for zeros. */
  private static JsonArray sources(int before, int end, IntUnaryOperator source) {
    JsonArray array = new JsonArray();
    for (int i = -before; i < end; i++) {
      array.add(source.applyAsInt(i));
    }
    return array;
  }

  /** Returns a tensor's elements in the order of its storage. */
  public static JsonArray numbers(Tensor tensor) {
    JsonArray array = new JsonArray(tensor.numel());
    boolean single = tensor.dtype() == DType.FLOAT32;
    for (double value : tensor.toDoubleArray()) {
      array.add(number(value, single));
    }
    return array;
  }

  /**
   * Returns every product of an output element.
   *
   * @param element the element
   * @param value what the engine gives for it
   * @param single whether the numbers are of float32
   */
  public static JsonObject element(OutputElement element, double value, boolean single) {
    JsonArray taps = new JsonArray();
    double sum = element.bias();
    for (Tap tap : element.taps()) {
      sum += tap.product();
      JsonArray row = new JsonArray();
      row.add(tap.channel());
      row.add(tap.kernelRow());
      row.add(tap.kernelColumn());
      row.add(tap.row());
      row.add(tap.column());
      row.add(tap.sourceRow());
      row.add(tap.sourceColumn());
      row.add(number(tap.input(), single));
      row.add(number(tap.weight(), single));
      row.add(Json.number(tap.product()));
      row.add(Json.number(sum));
      taps.add(row);
    }
    JsonObject json = new JsonObject();
    json.add("taps", taps);
    json.add("bias", number(element.bias(), single));
    json.add("sum", Json.number(element.sum()));
    json.add("value", number(value, single));
    return json;
  }

  /** Returns a float's own digits, not those of the double that it is widened to. */
  private static JsonPrimitive number(double value, boolean single) {
    return single && Double.isFinite(value) ? new JsonPrimitive((float) value) : Json.number(value);
  }

  /** Returns an explanation. */
  public static JsonObject explanation(Explanation explanation) {
    JsonArray sections = new JsonArray();
    for (Explanation.Section section : explanation.sections()) {
      JsonObject json = new JsonObject();
      json.addProperty("heading", section.heading());
      JsonArray lines = new JsonArray();
      section.lines().forEach(lines::add);
      json.add("lines", lines);
      sections.add(json);
    }
    JsonObject json = new JsonObject();
    json.addProperty("title", explanation.title());
    json.add("sections", sections);
    return json;
  }
}
