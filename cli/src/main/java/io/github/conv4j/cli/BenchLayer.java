package io.github.conv4j.cli;

import com.google.gson.Gson;
import com.google.gson.JsonParseException;
import com.google.gson.reflect.TypeToken;
import io.github.conv4j.Accuracy;
import io.github.conv4j.DType;
import io.github.conv4j.Shape;
import io.github.conv4j.nn.Conv2d;
import io.github.conv4j.random.Generator;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A layer to measure, by the names that a layer file has: n, cin, h, w of the input, cout kernels
 * of kh by kw, and stride, padding and dilation down (h) and across (w).
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
    String dtype) {
  private static final String BUILT_IN = "layers.json";
  private static final long LARGEST_FILE = 1 << 20;

  /**
   * Returns the layers of a file, or the built-in ones.
   *
   * @param file null for the built-in ones
   * @throws IOException if the file cannot be read
   * @throws IllegalArgumentException if it holds anything but layers
   */
  static List<BenchLayer> read(Path file) throws IOException {
    if (file == null) {
      try (InputStream in = BenchLayer.class.getResourceAsStream(BUILT_IN)) {
        return read(new InputStreamReader(in, StandardCharsets.UTF_8), BUILT_IN);
      }
    }
    if (Files.size(file) > LARGEST_FILE) {
      throw new IllegalArgumentException(file + ": a layer file has at most 1 MiB");
    }
    try (Reader in = Files.newBufferedReader(file)) {
      return read(in, file.toString());
    }
  }

  private static List<BenchLayer> read(Reader in, String file) {
    List<BenchLayer> layers;
    try {
      layers = new Gson().fromJson(in, new TypeToken<List<BenchLayer>>() {}.getType());
    } catch (JsonParseException e) {
      throw new IllegalArgumentException(
          file + ": expected a JSON list of layers: " + e.getMessage(), e);
    }
    if (layers == null || layers.isEmpty() || layers.contains(null)) {
      throw new IllegalArgumentException(file + ": expected a JSON list of layers");
    }
    for (BenchLayer layer : layers) {
      layer.check(file);
    }
    return layers;
  }

  /** Asks for all that the library itself will not; whatever the file leaves out is 0. */
  private void check(String file) {
    if (name == null || name.isBlank()) {
      throw new IllegalArgumentException(file + ": expected a name for each layer");
    }
    try {
      DType.of(dtype == null ? "" : dtype);
      if (n < 1 || h < 1 || w < 1) {
        throw new IllegalArgumentException("expected n, h and w of 1 or more");
      }
      layer(Accuracy.PYTORCH).explain(n, cin, h, w);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(file + ": " + name + ": " + e.getMessage(), e);
    }
  }

  DType type() {
    return DType.of(dtype);
  }

  Shape input() {
    return Shape.of(n, cin, h, w);
  }

  /** Returns the layer with weights from a fixed seed. */
  Conv2d layer(Accuracy accuracy) {
    return Conv2d.builder(cin, cout, kh, kw)
        .stride(sh, sw)
        .padding(ph, pw)
        .dilation(dh, dw)
        .groups(groups)
        .dtype(type())
        .accuracy(accuracy)
        .generator(Generator.torch(0))
        .build();
  }
}
