package io.github.conv4j.cli;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.Strictness;
import io.github.conv4j.Accuracy;
import io.github.conv4j.DType;
import io.github.conv4j.Shape;
import io.github.conv4j.nn.Conv2d;
import io.github.conv4j.random.Generator;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * A layer to measure, by the names that a layer file has: n, cin, h, w of the input, cout kernels
 * of kh by kw, and stride, padding and dilation down (h) and across (w). Its sizes fit together,
 * and its tensors into memory.
 */
record BenchLayer(
    String name,
    int n,
    int cin,
    int h,
    int w,
    int cout,
    int kh,
    int kw,
    int sh,
    int sw,
    int ph,
    int pw,
    int dh,
    int dw,
    int groups,
    DType dtype) {
  private static final String BUILT_IN = "layers.json";
  private static final int LARGEST_FILE = 1 << 20;
  private static final String NAME = "[A-Za-z0-9._-]{1,60}";
  private static final int LONGEST_QUOTE = 80;
  private static final Gson GSON = new GsonBuilder().setStrictness(Strictness.STRICT).create();

  /**
   * Returns the layers of a file, or the built-in ones, which are those of {@code
   * bench/layers.json}.
   *
   * @param file null for the built-in ones
   * @throws IOException if the file cannot be read
   * @throws IllegalArgumentException if it holds anything but layers that can be measured here
   */
  static List<BenchLayer> read(Path file) throws IOException {
    try (InputStream in =
        file == null
            ? BenchLayer.class.getResourceAsStream(BUILT_IN)
            : Files.newInputStream(file)) {
      // Of a pipe, nobody knows how much there is to come.
      byte[] bytes = in.readNBytes(LARGEST_FILE + 1);
      return parse(bytes);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          (file == null ? BUILT_IN : file) + ": " + e.getMessage(), e);
    }
  }

  private static List<BenchLayer> parse(byte[] bytes) {
    if (bytes.length > LARGEST_FILE) {
      throw new IllegalArgumentException("a layer file has at most 1 MiB, but this has more");
    }
    List<BenchLayer> layers = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (JsonElement element : list(bytes)) {
      BenchLayer layer = of(element, layers.size() + 1);
      if (!names.add(layer.name)) {
        throw new IllegalArgumentException("two layers have the name " + layer.name);
      }
      layers.add(layer);
    }
    if (layers.isEmpty()) {
      throw new IllegalArgumentException("expected a JSON list of layers, but the list is empty");
    }
    return layers;
  }

  private static Iterable<JsonElement> list(byte[] bytes) {
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      JsonElement root = GSON.fromJson(text, JsonElement.class);
      if (root != null && root.isJsonArray()) {
        return root.getAsJsonArray();
      }
      String got = root == null ? "there is nothing" : "this is " + quote(root);
      throw new IllegalArgumentException("expected a JSON list of layers, but " + got);
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException("expected a JSON list of layers, but this is no text", e);
    } catch (JsonParseException e) {
      throw new IllegalArgumentException(
          "expected a JSON list of layers, but this is no JSON: " + reason(e), e);
    }
  }

  /** Returns Gson's reason, without the class that has it and the advice in the next line. */
  private static String reason(JsonParseException e) {
    Throwable origin = e.getCause() == null ? e : e.getCause();
    return shorten(String.valueOf(origin.getMessage()).lines().findFirst().orElse("it is broken"));
  }

  private static BenchLayer of(JsonElement element, int number) {
    String place = "layer " + number;
    try {
      if (!element.isJsonObject()) {
        throw new IllegalArgumentException("expected a JSON object, but got " + quote(element));
      }
      JsonObject json = element.getAsJsonObject();
      String name = name(json);
      place = name;
      BenchLayer layer = of(json, name);
      layer.check();
      return layer;
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(place + ": " + e.getMessage(), e);
    }
  }

  private static String name(JsonObject json) {
    String name = text(json, "name");
    if (!name.matches(NAME)) {
      throw new IllegalArgumentException(
          "expected a name of 1 to 60 letters, digits, '.', '_' and '-', but got "
              + quote(json.get("name")));
    }
    return name;
  }

  private static BenchLayer of(JsonObject json, String name) {
    return new BenchLayer(
        name,
        size(json, "n"),
        size(json, "cin"),
        size(json, "h"),
        size(json, "w"),
        size(json, "cout"),
        size(json, "kh"),
        size(json, "kw"),
        size(json, "sh"),
        size(json, "sw"),
        number(json, "ph", 0),
        number(json, "pw", 0),
        size(json, "dh"),
        size(json, "dw"),
        size(json, "groups"),
        DType.of(text(json, "dtype")));
  }

  private static JsonElement get(JsonObject json, String key) {
    JsonElement value = json.get(key);
    if (value == null) {
      throw new IllegalArgumentException(key + " is missing");
    }
    return value;
  }

  private static String text(JsonObject json, String key) {
    JsonElement value = get(json, key);
    if (!value.isJsonPrimitive() || !value.getAsJsonPrimitive().isString()) {
      throw new IllegalArgumentException(
          "expected a text for " + key + ", but got " + quote(value));
    }
    return value.getAsString();
  }

  private static int size(JsonObject json, String key) {
    return number(json, key, 1);
  }

  private static int number(JsonObject json, String key, int least) {
    JsonElement value = get(json, key);
    boolean number = value.isJsonPrimitive() && value.getAsJsonPrimitive().isNumber();
    // Ten digits are enough for any int.
    if (number && value.getAsString().matches("[0-9]{1,10}")) {
      long size = Long.parseLong(value.getAsString());
      if (size >= least && size <= Integer.MAX_VALUE) {
        return (int) size;
      }
    }
    throw new IllegalArgumentException(
        "expected a whole number of "
            + least
            + " to "
            + Integer.MAX_VALUE
            + " for "
            + key
            + ", but got "
            + quote(value));
  }

  private static String quote(JsonElement value) {
    return shorten(value.toString());
  }

  /** Returns a text that somebody else has written as it is, or its beginning if it is long. */
  private static String shorten(String text) {
    return text.length() <= LONGEST_QUOTE ? text : text.substring(0, LONGEST_QUOTE) + "...";
  }

  /** Asks for all that the layer needs, before memory is taken for it. */
  private void check() {
    if (cin % groups != 0 || cout % groups != 0) {
      throw new IllegalArgumentException(
          "groups " + groups + " must divide cin " + cin + " and cout " + cout);
    }
    checkSide("height", h, ph, kh, dh);
    checkSide("width", w, pw, kw, dw);
    checkMemory(Runtime.getRuntime().maxMemory());
  }

  /**
   * Asks whether the tensors fit into memory.
   *
   * @param most how many bytes there are
   * @throws IllegalArgumentException if that is too little
   */
  void checkMemory(long most) {
    // The kernels are there twice: as the layer has them, and packed.
    long elements = (long) input().numel() + output().numel() + 2L * weight().numel();
    long bytes = elements * dtype.bytes();
    if (bytes > most) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "its tensors take %.1f GiB, but Java may take %.1f: start it with a larger -Xmx, as "
                  + "in CONV4J_OPTS=-Xmx8g",
              gib(bytes),
              gib(most)));
    }
  }

  private static void checkSide(String side, long size, long padding, long kernel, long dilation) {
    long padded = size + 2 * padding;
    long extent = dilation * (kernel - 1) + 1;
    if (padded > Integer.MAX_VALUE) {
      throw new IllegalArgumentException("the padded " + side + " " + padded + " is too large");
    }
    if (extent > padded) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "the kernel's dilated %s %d is larger than the padded input's %d",
              side,
              extent,
              padded));
    }
  }

  private static double gib(long bytes) {
    return bytes / (double) (1 << 30);
  }

  Shape input() {
    return Shape.of(n, cin, h, w);
  }

  private Shape weight() {
    return Shape.of(cout, cin / groups, kh, kw);
  }

  private Shape output() {
    return Shape.of(
        n,
        cout,
        (h + 2 * ph - dh * (kh - 1) - 1) / sh + 1,
        (w + 2 * pw - dw * (kw - 1) - 1) / sw + 1);
  }

  /** Returns 2 * taps * outputs: every tap counts, those that fall on padding too. */
  double flops() {
    return 2.0 * output().numel() * weight().numel() / cout;
  }

  /** Returns the layer with weights from a fixed seed. */
  Conv2d layer(Accuracy accuracy) {
    return Conv2d.builder(cin, cout, kh, kw)
        .stride(sh, sw)
        .padding(ph, pw)
        .dilation(dh, dw)
        .groups(groups)
        .dtype(dtype)
        .accuracy(accuracy)
        .generator(Generator.torch(0))
        .build();
  }
}
