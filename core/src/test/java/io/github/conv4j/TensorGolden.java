package io.github.conv4j;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;

/** Reads the golden files that {@code make_tensor_golden.py} wrote. */
final class TensorGolden {
  private TensorGolden() {}

  static List<JsonObject> cases(String file) {
    try (InputStream in = TensorGolden.class.getResourceAsStream("/golden/tensor/" + file);
        Reader reader = new InputStreamReader(in, StandardCharsets.UTF_8)) {
      JsonArray cases =
          JsonParser.parseReader(reader).getAsJsonObject().getAsJsonArray("cases").getAsJsonArray();
      return StreamSupport.stream(cases.spliterator(), false)
          .map(element -> element.getAsJsonObject())
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static DType dtype(JsonObject object) {
    return DType.of(object.get("dtype").getAsString());
  }

  static int[] ints(JsonObject object, String name) {
    JsonArray array = object.getAsJsonArray(name);
    return IntStream.range(0, array.size()).map(i -> array.get(i).getAsInt()).toArray();
  }

  static double[] doubles(JsonObject object, String name) {
    JsonArray array = object.getAsJsonArray(name);
    // Through the text, which also has NaN and the infinities.
    return IntStream.range(0, array.size())
        .mapToDouble(i -> Double.parseDouble(array.get(i).getAsString()))
        .toArray();
  }

  /** Returns the tensor with an object's "shape" and "values". */
  static Tensor tensor(JsonObject object, DType dtype) {
    double[] values = doubles(object, "values");
    return Tensor.wrap(values, values.length).to(dtype).reshape(ints(object, "shape"));
  }

  /** Returns a tensor of this shape whose elements are {@code first, first + 1, ...}. */
  static Tensor counting(DType dtype, int first, int... shape) {
    int numel = Shape.of(shape).numel();
    double[] values = IntStream.range(0, numel).mapToDouble(i -> first + i).toArray();
    return Tensor.wrap(values, numel).to(dtype).reshape(shape);
  }
}
