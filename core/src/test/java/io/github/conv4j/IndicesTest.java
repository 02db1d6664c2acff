package io.github.conv4j;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.gson.JsonObject;
import io.github.conv4j.testing.Golden;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class IndicesTest {
  static List<JsonObject> texts() {
    return Golden.objects(Golden.json("operations/indices.json").get("cases"));
  }

  @ParameterizedTest
  @MethodSource("texts")
  void printsWhatPyTorchPrints(JsonObject golden) {
    Shape shape = Shape.of(Golden.ints(golden.get("shape")));
    assertEquals(
        golden.get("text").getAsString(), Indices.wrap(values(golden, shape), shape).toString());
  }

  private static int[] values(JsonObject golden, Shape shape) {
    if (golden.has("values")) {
      return Golden.ints(golden.get("values"));
    }
    JsonObject rule = golden.getAsJsonObject("rule");
    int[] values = new int[shape.numel()];
    for (int i = 0; i < values.length; i++) {
      values[i] =
          (i * rule.get("step").getAsInt() + rule.get("first").getAsInt())
                  % rule.get("size").getAsInt()
              - rule.get("origin").getAsInt();
    }
    return values;
  }

  @Test
  void holdsNumbersInRowMajorOrder() {
    Indices indices = Indices.wrap(new int[] {0, 1, 2, 3, 4, 5}, 2, 3);
    assertEquals(Shape.of(2, 3), indices.shape());
    assertEquals(6, indices.numel());
    assertEquals(5, indices.get(1, 2));
    assertEquals(4, indices.get(-1, -2));
    assertArrayEquals(new int[] {0, 1, 2, 3, 4, 5}, indices.toArray());
    assertEquals(Shape.of(2), Indices.wrap(new int[] {3, 4}).shape());
  }

  @Test
  void givesACopyAndTakesTheArray() {
    int[] values = {1, 2};
    Indices indices = Indices.wrap(values);
    indices.toArray()[0] = 9;
    assertEquals(1, indices.get(0));
    values[0] = 7;
    assertEquals(7, indices.get(0));
  }

  @Test
  void anItemIsTheOnlyOne() {
    assertEquals(42, Indices.wrap(new int[] {42}, Shape.of(new int[0])).item());
    assertEquals(
        "item() needs one index, but the shape of the indices is [2]",
        assertThrows(IllegalArgumentException.class, () -> Indices.wrap(new int[] {1, 2}).item())
            .getMessage());
  }

  @Test
  void comparesShapesAndNumbers() {
    Indices indices = Indices.wrap(new int[] {1, 2}, 1, 2);
    assertEquals(indices, Indices.wrap(new int[] {1, 2}, 1, 2));
    assertEquals(indices.hashCode(), Indices.wrap(new int[] {1, 2}, 1, 2).hashCode());
    assertNotEquals(indices, Indices.wrap(new int[] {1, 2}, 2, 1));
    assertNotEquals(indices, Indices.wrap(new int[] {1, 3}, 1, 2));
    assertNotEquals(indices, (Object) "indices");
  }

  @Test
  void refusesWhatDoesNotFit() {
    assertEquals(
        "shape [2, 2] holds 4 indices, but got 3",
        assertThrows(IllegalArgumentException.class, () -> Indices.wrap(new int[] {1, 2, 3}, 2, 2))
            .getMessage());
    Indices indices = Indices.wrap(new int[] {1, 2}, 1, 2);
    assertThrows(IllegalArgumentException.class, () -> indices.get(0));
    assertThrows(IndexOutOfBoundsException.class, () -> indices.get(0, 2));
  }
}
