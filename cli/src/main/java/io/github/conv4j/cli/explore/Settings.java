package io.github.conv4j.cli.explore;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.Strictness;
import io.github.conv4j.Padding;
import io.github.conv4j.cli.text.Pair;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What the page asks for: texts by name, as they stand in a link to the page.
 *
 * <p>Every name that is missing has a default; names that mean nothing are refused.
 */
final class Settings {
  /** The names and what they are if they are missing. */
  private static final Map<String, String> DEFAULTS =
      Map.ofEntries(
          Map.entry("in_channels", "1"),
          Map.entry("out_channels", "1"),
          Map.entry("height", "8"),
          Map.entry("width", "8"),
          Map.entry("kernel_size", "3"),
          Map.entry("stride", "1"),
          Map.entry("padding", "0"),
          Map.entry("padding_mode", "zeros"),
          Map.entry("dilation", "1"),
          Map.entry("groups", "1"),
          Map.entry("bias", "false"),
          Map.entry("dtype", "float32"),
          Map.entry("seed", "0"),
          Map.entry("input", "digit"),
          Map.entry("weight", "box"),
          Map.entry("biases", "random"),
          Map.entry("activation", "none"),
          Map.entry("pooling", "none"),
          Map.entry("pooling_size", "2"),
          Map.entry("at", "0,0,0"));

  /** Longer than any list of numbers that fits the largest input. */
  private static final int LONGEST_TEXT = 1 << 18;

  private static final Gson JSON = new GsonBuilder().setStrictness(Strictness.STRICT).create();

  private final Map<String, String> texts;

  private Settings(Map<String, String> texts) {
    this.texts = texts;
  }

  /**
   * Reads settings.
   *
   * @param json a JSON object whose values are texts, encoded as UTF-8
   * @param others names that are not settings, whose values are left alone
   * @throws IllegalArgumentException if it is not one, or a name or text is unknown
   */
  static Settings parse(JsonObject json, Set<String> others) {
    Map<String, String> texts = new HashMap<>(DEFAULTS);
    for (Map.Entry<String, JsonElement> entry : json.entrySet()) {
      String name = entry.getKey();
      if (others.contains(name)) {
        continue;
      }
      if (!DEFAULTS.containsKey(name)) {
        throw new IllegalArgumentException("there is no setting '" + quote(name) + "'");
      }
      JsonElement value = entry.getValue();
      if (!value.isJsonPrimitive() || !value.getAsJsonPrimitive().isString()) {
        throw new IllegalArgumentException(name + " must be a text");
      }
      if (value.getAsString().length() > LONGEST_TEXT) {
        throw new IllegalArgumentException(
            name + " must have at most " + LONGEST_TEXT + " characters");
      }
      texts.put(name, value.getAsString());
    }
    return new Settings(texts);
  }

  /**
   * Reads a JSON object.
   *
   * @throws IllegalArgumentException if the bytes are not one in UTF-8
   */
  static JsonObject object(byte[] body) {
    try {
      JsonObject json = JSON.fromJson(new String(body, StandardCharsets.UTF_8), JsonObject.class);
      if (json != null) {
        return json;
      }
    } catch (JsonParseException | StackOverflowError e) {
      // Said below.
    }
    throw new IllegalArgumentException("a request needs a JSON object");
  }

  private static String quote(String text) {
    return text.length() <= 40 ? text : text.substring(0, 40) + "...";
  }

  /** Returns a setting as it was given. */
  String text(String name) {
    return texts.get(name);
  }

  /**
   * Returns one of a few words.
   *
   * @throws IllegalArgumentException if it is none of them
   */
  String word(String name, List<String> words) {
    String text = text(name);
    if (!words.contains(text)) {
      throw new IllegalArgumentException(
          name + " must be one of " + String.join(", ", words) + ", but got '" + quote(text) + "'");
    }
    return text;
  }

  /** Returns a truth value. */
  boolean flag(String name) {
    return word(name, List.of("true", "false")).equals("true");
  }

  /**
   * Returns a whole number that is not larger than what can be shown; how small it may be is for
   * the layer to say.
   */
  int number(String name, int most) {
    String text = text(name);
    int number;
    try {
      number = Integer.parseInt(text.strip());
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          name + " must be a whole number, but got '" + quote(text) + "'", e);
    }
    return bounded(name, number, most);
  }

  /** Returns two numbers, for rows and columns, as {@link #number} does. */
  Pair pair(String name, int most) {
    Pair pair;
    try {
      // A text that is shortened is no pair either.
      pair = Pair.parse(quote(text(name)));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(name + ": " + e.getMessage(), e);
    }
    return new Pair(bounded(name, pair.height(), most), bounded(name, pair.width(), most));
  }

  /** Returns a padding: two numbers, same or valid. */
  Padding padding(String name, int most) {
    String text = text(name);
    if (text.equals("same") || text.equals("valid")) {
      return Padding.of(text);
    }
    Pair pair = pair(name, most);
    return Padding.of(pair.height(), pair.width());
  }

  private static int bounded(String name, int number, int most) {
    if (number > most) {
      throw new IllegalArgumentException(
          name + " must be at most " + most + " here, where all is drawn, but got " + number);
    }
    return number;
  }

  /** Returns the seed of the random numbers. */
  long seed() {
    try {
      return Long.parseLong(text("seed").strip());
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "seed must be a whole number, but got '" + quote(text("seed")) + "'", e);
    }
  }

  /**
   * Returns a list of numbers.
   *
   * @param count how many they have to be
   * @return the numbers; null if the text is no list but a word
   */
  double[] numbers(String name, int count) {
    String text = text(name).strip();
    if (!text.isEmpty() && Character.isLetter(text.charAt(0)) && !isNumber(text)) {
      return null;
    }
    String[] parts = text.split(",", -1);
    if (parts.length != count) {
      throw new IllegalArgumentException(
          name + " needs " + count + " numbers with commas between, but got " + parts.length);
    }
    double[] numbers = new double[count];
    for (int i = 0; i < count; i++) {
      try {
        numbers[i] = Double.parseDouble(parts[i].strip());
      } catch (NumberFormatException e) {
        throw new IllegalArgumentException(
            name + " needs numbers, but got '" + quote(parts[i].strip()) + "'", e);
      }
    }
    return numbers;
  }

  /** Tells whether a text that begins with a letter begins with NaN or Infinity. */
  private static boolean isNumber(String text) {
    return text.startsWith("NaN") || text.startsWith("Infinity");
  }
}
