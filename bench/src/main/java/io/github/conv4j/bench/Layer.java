package io.github.conv4j.bench;

import com.google.gson.Gson;
import com.google.gson.JsonParseException;
import com.google.gson.reflect.TypeToken;
import io.github.conv4j.DType;
import io.github.conv4j.Shape;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * One convolution of a layer file, by the names that the file has.
 *
 * @param name what tables call it
 * @param n images in the batch
 * @param cin input channels
 * @param h input height
 * @param w input width
 * @param cout output channels
 * @param kh kernel height
 * @param kw kernel width
 * @param sh stride, down
 * @param sw stride, across
 * @param ph padding above and below
 * @param pw padding left and right
 * @param dh dilation, down
 * @param dw dilation, across
 * @param groups groups
 * @param dtype {@code float32} or {@code float64}
 */
record Layer(
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
    String dtype) {
  private static final String BUILT_IN = "layers.json";

  /** Returns the layers of {@code bench/layers.json}. */
  static List<Layer> builtIn() {
    try (InputStream in = Layer.class.getResourceAsStream(BUILT_IN)) {
      return readAll(new InputStreamReader(in, StandardCharsets.UTF_8), BUILT_IN);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Reads a layer file: a JSON array of objects.
   *
   * @throws IOException if the file cannot be read, is not such an array, or holds a layer that is
   *     none
   */
  static List<Layer> readAll(Path file) throws IOException {
    try (Reader in = Files.newBufferedReader(file)) {
      return readAll(in, file.toString());
    }
  }

  static List<Layer> readAll(Reader in, String name) throws IOException {
    List<Layer> layers;
    try {
      layers = new Gson().fromJson(in, new TypeToken<List<Layer>>() {}.getType());
    } catch (JsonParseException e) {
      throw new IOException(name + ": expected a JSON array of layers: " + e.getMessage(), e);
    }
    if (layers == null || layers.isEmpty() || layers.contains(null)) {
      throw new IOException(name + ": expected a JSON array of layers");
    }
    for (Layer layer : layers) {
      layer.check(name);
    }
    if (layers.stream().map(Layer::name).distinct().count() != layers.size()) {
      throw new IOException(name + ": two layers have the same name");
    }
    return layers;
  }

  private void check(String file) throws IOException {
    if (name == null || !name.matches("[A-Za-z0-9._-]+")) {
      throw new IOException(
          file + ": expected a name of letters, digits, '.', '_' and '-', but got '" + name + "'");
    }
    if (!"float32".equals(dtype) && !"float64".equals(dtype)) {
      throw new IOException(
          file + ": " + name + ": expected dtype float32 or float64, but got " + dtype);
    }
    // Whatever the file leaves out is 0.
    boolean sizes = Math.min(Math.min(n, cin), Math.min(Math.min(h, w), cout)) >= 1;
    boolean kernel = Math.min(Math.min(kh, kw), Math.min(sh, sw)) >= 1;
    boolean rest = Math.min(dh, dw) >= 1 && Math.min(ph, pw) >= 0 && groups >= 1;
    if (!sizes || !kernel || !rest) {
      throw new IOException(
          file + ": " + name + ": expected sizes of 1 or more, and padding of 0 or more");
    }
    if (cin % groups != 0 || cout % groups != 0) {
      throw new IOException(file + ": " + name + ": groups must divide the channels");
    }
    if (outHeight() < 1 || outWidth() < 1) {
      throw new IOException(file + ": " + name + ": the kernel is larger than the padded input");
    }
  }

  int outHeight() {
    return Math.floorDiv(h + 2 * ph - dh * (kh - 1) - 1, sh) + 1;
  }

  int outWidth() {
    return Math.floorDiv(w + 2 * pw - dw * (kw - 1) - 1, sw) + 1;
  }

  /** Returns how many products are added up for one output element. */
  int taps() {
    return cin / groups * kh * kw;
  }

  /** Returns 2 * taps * outputs: every tap counts, those that fall on padding too. */
  long flops() {
    return 2L * taps() * n * cout * outHeight() * outWidth();
  }

  DType type() {
    return dtype.equals("float64") ? DType.FLOAT64 : DType.FLOAT32;
  }

  Shape inputShape() {
    return Shape.of(n, cin, h, w);
  }

  Shape weightShape() {
    return Shape.of(cout, cin / groups, kh, kw);
  }

  Shape outputShape() {
    return Shape.of(n, cout, outHeight(), outWidth());
  }

  LayerClass layerClass() {
    return LayerClass.of(this);
  }
}
