package io.github.conv4j.cli.text;

import com.google.gson.JsonArray;
import com.google.gson.JsonPrimitive;
import io.github.conv4j.Shape;
import java.util.Arrays;
import java.util.List;

/** Puts numbers into JSON, which knows neither NaN nor infinities. */
public final class Json {
  private Json() {}

  /** Returns a number, or one of the texts {@code NaN}, {@code Infinity}, {@code -Infinity}. */
  public static JsonPrimitive number(double value) {
    return Double.isFinite(value)
        ? new JsonPrimitive(value)
        : new JsonPrimitive(Double.toString(value));
  }

  /** Returns an array of whole numbers. */
  public static JsonArray array(List<Integer> numbers) {
    JsonArray array = new JsonArray();
    for (Integer number : numbers) {
      array.add(number);
    }
    return array;
  }

  /** Returns the sizes as an array. */
  public static JsonArray array(Shape shape) {
    return array(Arrays.stream(shape.toArray()).boxed().toList());
  }

  /** Returns a text's lines as an array. */
  public static JsonArray lines(String text) {
    JsonArray array = new JsonArray();
    text.lines().forEach(array::add);
    return array;
  }
}
