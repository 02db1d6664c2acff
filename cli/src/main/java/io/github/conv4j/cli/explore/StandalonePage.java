package io.github.conv4j.cli.explore;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.github.conv4j.Tensor;
import io.github.conv4j.cli.explain.Explanation;
import io.github.conv4j.cli.explain.Scene;
import io.github.conv4j.nn.functional.Conv2dGeometry;
import io.github.conv4j.nn.functional.Conv2dOptions;
import io.github.conv4j.nn.functional.Functional;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** A page about one convolution that needs no server: numbers, styles and scripts are in it. */
public final class StandalonePage {
  /** As many table cells as a browser draws without a pause. */
  private static final long MOST_NUMBERS = 20_000;

  private StandalonePage() {}

  /**
   * Returns a page without a drawing.
   *
   * @param note a sentence that says why
   */
  public static String of(Explanation explanation, String note) {
    JsonObject data = new JsonObject();
    data.add("explanation", Scene.explanation(explanation));
    data.addProperty("note", note);
    return page(data);
  }

  /**
   * Returns a page; what is too large to be drawn is explained in words alone.
   *
   * @param input {@code (C, H, W)}
   * @param weight {@code (OC, C / groups, KH, KW)}
   * @param bias {@code (OC)}, or null
   * @param at the element of the output that is chosen at first, {@code (oc, oh, ow)}
   */
  public static String of(
      Explanation explanation,
      Tensor input,
      Tensor weight,
      Tensor bias,
      Conv2dOptions options,
      int[] at) {
    Conv2dGeometry g = Conv2dGeometry.of(input.shape(), weight.shape(), options);
    long padded =
        ((long) g.inHeight() + g.padTop() + g.padBottom())
            * ((long) g.inWidth() + g.padLeft() + g.padRight());
    long numbers = g.inChannels() * padded + g.outputShape().numel() + weight.numel();
    if (numbers > MOST_NUMBERS || g.outputShape().numel() == 0) {
      return of(
          explanation,
          String.format(
              Locale.ROOT,
              "There is no drawing: it would have %,d numbers, and 1 to %,d can be drawn.",
              numbers,
              MOST_NUMBERS));
    }
    Tensor output = Functional.conv2d(input, weight, bias, options);
    JsonObject data = new JsonObject();
    data.add("explanation", Scene.explanation(explanation));
    data.add("scene", Scene.of(g, input, weight, bias, output));
    JsonArray place = new JsonArray();
    for (int i : at) {
      place.add(i);
    }
    data.add("at", place);
    return page(data);
  }

  private static String page(JsonObject data) {
    // Within a script, only this could end it.
    String json = data.toString().replace("<", "\\u003c");
    return resource("standalone.html")
        .replace("{{style}}", resource("explore.css"))
        .replace("{{script}}", resource("view.js") + resource("standalone.js"))
        .replace("{{data}}", json);
  }

  private static String resource(String name) {
    try (InputStream in = StandalonePage.class.getResourceAsStream(name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
