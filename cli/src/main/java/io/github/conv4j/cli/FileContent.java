package io.github.conv4j.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.github.conv4j.Shape;
import io.github.conv4j.Tensor;
import io.github.conv4j.cli.text.ErrorText;
import io.github.conv4j.cli.text.Json;
import io.github.conv4j.io.Npy;
import io.github.conv4j.io.NpyHeader;
import io.github.conv4j.io.Npz;
import io.github.conv4j.io.Picture;
import io.github.conv4j.io.Pictures;
import io.github.conv4j.io.Safetensors;
import io.github.conv4j.io.TensorFile;
import io.github.conv4j.io.TorchCheckpoint;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;

/**
 * What tensors a file holds.
 *
 * @param file the file
 * @param picture the picture that it is, or null
 * @param arrays its tensors
 */
record FileContent(Path file, Picture picture, List<Array> arrays) {
  private static final List<String> COLOURS =
      List.of("grey", "grey and alpha", "RGB", "RGB and alpha");

  /**
   * One tensor of a file.
   *
   * @param name its name
   * @param dtype the type of its elements in the file, as NumPy and PyTorch call it
   * @param shape its sizes
   * @param summary the range of its elements, or null if they cannot be read
   * @param failure why they cannot be read, or null
   */
  record Array(
      String name, String dtype, Shape shape, TensorSummary summary, IOException failure) {}

  /** Reads one array. */
  private interface Reader {
    Tensor read() throws IOException;
  }

  /**
   * Reads a file: as what its extension says, else its first bytes, else as a picture.
   *
   * @throws IOException if it cannot be read, or is something else
   */
  static FileContent read(Path file) throws IOException {
    List<Array> arrays = new ArrayList<>();
    switch (FileKind.of(file)) {
      case NPY -> arrays.add(array("array", Npy.readHeader(file), () -> Npy.read(file)));
      case NPZ -> {
        // One after the other, so that only one has to fit into memory.
        for (Map.Entry<String, NpyHeader> entry : Npz.readHeaders(file).entrySet()) {
          String key = entry.getKey();
          arrays.add(array(key, entry.getValue(), () -> Npz.read(file, key)));
        }
      }
      case SAFETENSORS -> {
        try (TensorFile tensors = Safetensors.open(file)) {
          addTensors(tensors, arrays);
        }
      }
      case TORCH -> {
        try (TensorFile tensors = TorchCheckpoint.open(file)) {
          addTensors(tensors, arrays);
        }
      }
      case PICTURE -> {
        Picture picture = Pictures.read(file);
        Tensor pixels = picture.pixels();
        TensorSummary summary = TensorSummary.of(pixels);
        arrays.add(new Array("picture", "uint" + picture.bits(), pixels.shape(), summary, null));
        return new FileContent(file, picture, arrays);
      }
    }
    return new FileContent(file, null, arrays);
  }

  private static void addTensors(TensorFile file, List<Array> arrays) {
    file.headers()
        .forEach(
            (name, header) ->
                arrays.add(array(name, header.dtype(), header.shape(), () -> file.read(name))));
  }

  private static Array array(String name, NpyHeader header, Reader reader) {
    return array(name, dtypeName(header.dtype()), header.shape(), reader);
  }

  private static Array array(String name, String dtype, Shape shape, Reader reader) {
    TensorSummary summary = null;
    IOException failure = null;
    try {
      summary = TensorSummary.of(reader.read());
    } catch (IOException e) {
      failure = e;
    }
    return new Array(name, dtype, shape, summary, failure);
  }

  /** Returns NumPy's name for its code of a number type: {@code float32} for {@code <f4}. */
  private static String dtypeName(String code) {
    if (!code.matches("[<>|][biufc][0-9]{1,2}")) {
      return code;
    }
    int bits = 8 * Integer.parseInt(code.substring(2));
    return switch (code.charAt(1)) {
      case 'b' -> "bool";
      case 'i' -> "int" + bits;
      case 'u' -> "uint" + bits;
      case 'f' -> "float" + bits;
      default -> "complex" + bits;
    };
  }

  /** Returns why arrays could not be read. */
  List<IOException> failures() {
    return arrays.stream().map(Array::failure).filter(Objects::nonNull).toList();
  }

  /** Prints the file's name and, indented, a line for each tensor. */
  void print(PrintWriter out) {
    out.println(
        ErrorText.printable(file.toString())
            + (picture == null ? "" : "  (" + describePicture() + ")"));
    int names = width(Array::name);
    int dtypes = width(Array::dtype);
    int shapes = width(array -> array.shape().toString());
    for (Array array : arrays) {
      out.printf(
          "  %-" + names + "s  %-" + dtypes + "s  %-" + shapes + "s  %s%n",
          ErrorText.printable(array.name),
          ErrorText.printable(array.dtype),
          array.shape,
          array.summary == null ? "not readable" : array.summary);
    }
  }

  private int width(Function<Array, String> column) {
    return arrays.stream().map(column).mapToInt(String::length).reduce(1, Math::max);
  }

  private String describePicture() {
    Tensor pixels = picture.pixels();
    return String.format(
        "%d x %d pixels, %s, %d bits",
        pixels.size(2), pixels.size(1), COLOURS.get(pixels.size(0) - 1), picture.bits());
  }

  /** Returns the same as an object. */
  JsonObject toJson() {
    JsonObject json = new JsonObject();
    json.addProperty("file", file.toString());
    if (picture != null) {
      JsonObject size = new JsonObject();
      size.addProperty("width", picture.pixels().size(2));
      size.addProperty("height", picture.pixels().size(1));
      size.addProperty("channels", picture.pixels().size(0));
      size.addProperty("bits", picture.bits());
      json.add("picture", size);
    }
    JsonArray list = new JsonArray();
    for (Array array : arrays) {
      JsonObject entry = new JsonObject();
      entry.addProperty("name", array.name);
      entry.addProperty("dtype", array.dtype);
      entry.add("shape", Json.array(array.shape));
      if (array.summary == null) {
        entry.addProperty("error", ErrorText.of(array.failure));
      } else {
        array.summary.addTo(entry);
      }
      list.add(entry);
    }
    json.add("tensors", list);
    return json;
  }
}
