package io.github.conv4j.operator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.github.conv4j.DType;
import io.github.conv4j.Indices;
import io.github.conv4j.Shape;
import io.github.conv4j.Tensor;
import io.github.conv4j.testing.Golden;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;

/** A case of the golden files that {@code make_operations_golden.py} wrote. */
final class GoldenCase {
  private static final Pattern NUMBER = Pattern.compile("-?\\d+");

  private final JsonObject json;
  private final DType dtype;
  private final ByteBuffer bytes;

  private GoldenCase(JsonObject json, DType dtype, ByteBuffer bytes) {
    this.json = json;
    this.dtype = dtype;
    this.bytes = bytes;
  }

  /** Returns the cases of a file, each in both dtypes where it has two. */
  static Stream<Arguments> all(String family) {
    ByteBuffer bytes = Golden.bytes("operations/" + family + ".bin");
    return Golden.objects(Golden.json("operations/" + family + ".json").get("cases")).stream()
        .flatMap(
            json ->
                Stream.of(DType.values())
                    .map(dtype -> new GoldenCase(json, dtype, bytes))
                    .filter(golden -> golden.json.has("inputs" + golden.bits())))
        .map(golden -> Arguments.of(golden.title(), golden));
  }

  private String bits() {
    return dtype == DType.FLOAT32 ? "32" : "64";
  }

  private String title() {
    List<String> shapes =
        Golden.objects(json.get("inputs" + bits())).stream()
            .map(input -> input.get("shape").toString())
            .toList();
    return op() + shapes + json.get("arguments") + " " + dtype;
  }

  String op() {
    return json.get("op").getAsString();
  }

  DType dtype() {
    return dtype;
  }

  Tensor[] inputs() {
    return Golden.objects(json.get("inputs" + bits())).stream()
        .map(this::tensor)
        .toArray(Tensor[]::new);
  }

  JsonElement argument(int i) {
    return json.get("arguments").getAsJsonArray().get(i);
  }

  int[] integers() {
    return Golden.ints(json.get("arguments"));
  }

  /** Returns an array of the file by its name there. */
  Tensor tensor(String name) {
    return tensor(json.getAsJsonObject(name + bits()));
  }

  boolean has(String name) {
    return json.has(name + bits());
  }

  private Tensor tensor(JsonObject place) {
    Tensor tensor =
        dtype == DType.FLOAT32 ? Golden.float32(bytes, place) : Golden.float64(bytes, place);
    return tensor.reshape(Golden.ints(place.get("shape")));
  }

  /** Returns PyTorch's words where it refuses the case. */
  Optional<String> error() {
    return Optional.ofNullable(json.get("error")).map(JsonElement::getAsString);
  }

  boolean hasIndices() {
    return json.has("indices");
  }

  /** Returns the "indices" of the case. */
  Indices indices() {
    JsonObject indices = json.getAsJsonObject("indices");
    return Indices.wrap(
        Golden.ints(indices.get("values")), Shape.of(Golden.ints(indices.get("shape"))));
  }

  /**
   * Runs the operation by a table of names, and checks that it gives the golden output, or refuses
   * for PyTorch's reason, which is taken to be the same if our sentence has all numbers of theirs.
   *
   * @param table how to run each operation
   * @param close whether the output may differ by what the dtype allows
   */
  void check(Map<String, Function<GoldenCase, Tensor>> table, boolean close) {
    Function<GoldenCase, Tensor> call = table.get(op());
    if (json.has("error")) {
      String reason = json.get("error").getAsString();
      String message =
          assertThrows(IllegalArgumentException.class, () -> call.apply(this), reason).getMessage();
      List<String> ours = NUMBER.matcher(message).results().map(found -> found.group()).toList();
      NUMBER
          .matcher(reason)
          .results()
          .forEach(found -> assertTrue(ours.contains(found.group()), reason + " -> " + message));
      assertTrue(message.startsWith(op().replaceAll("_.*", "") + ":"), message);
      return;
    }
    Tensor expected = tensor("output");
    Tensor output = call.apply(this);
    assertEquals(expected.shape(), output.shape());
    if (close) {
      assertTrue(output.allClose(expected), () -> output.compare(expected).toString());
    } else {
      assertEquals(expected, output);
    }
  }
}
