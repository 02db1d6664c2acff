package io.github.conv4j.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.conv4j.DType;
import io.github.conv4j.Shape;
import java.io.IOException;
import java.io.StringReader;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LayerTest {
  private static final String LAYER =
      "{\"name\": \"a\", \"n\": 2, \"cin\": 6, \"h\": 9, \"w\": 11, \"cout\": 4, \"kh\": 3,"
          + " \"kw\": 5, \"sh\": 2, \"sw\": 1, \"ph\": 1, \"pw\": 0, \"dh\": 2, \"dw\": 1,"
          + " \"groups\": 2, \"dtype\": \"float64\"}";

  @Test
  void readsEveryField() throws IOException {
    Layer layer = read("[" + LAYER + "]").get(0);
    assertEquals(new Layer("a", 2, 6, 9, 11, 4, 3, 5, 2, 1, 1, 0, 2, 1, 2, "float64"), layer);
    assertEquals(DType.FLOAT64, layer.type());
    assertEquals(Shape.of(2, 6, 9, 11), layer.inputShape());
    assertEquals(Shape.of(4, 3, 3, 5), layer.weightShape());
    assertEquals(Shape.of(2, 4, 4, 7), layer.outputShape());
  }

  @Test
  void countsTwoOperationsForEachTapOfEachOutput() throws IOException {
    Layer layer = read("[" + LAYER + "]").get(0);
    assertEquals(45, layer.taps());
    assertEquals(2L * 45 * (2 * 4 * 4 * 7), layer.flops());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "\"n\": 2|\"n\": 0|sizes of 1 or more",
        "\"n\": 2,||sizes of 1 or more",
        "\"ph\": 1|\"ph\": -1|padding of 0 or more",
        "\"groups\": 2|\"groups\": 4|groups must divide",
        "\"float64\"|\"float16\"|expected dtype",
        "\"h\": 9|\"h\": 2|larger than the padded input",
        "\"a\"|\"../a\"|expected a name",
      })
  void refusesWhatIsNoLayer(String part, String instead, String message) {
    String json = "[" + LAYER.replace(part, instead == null ? "" : instead) + "]";
    IOException e = assertThrows(IOException.class, () -> read(json));
    assertTrue(e.getMessage().contains(message), e.getMessage());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"{}", "[]", "[null]", "[", "''"})
  void refusesWhatIsNoList(String json) {
    assertThrows(IOException.class, () -> read(json));
  }

  @Test
  void refusesTwoOfOneName() {
    assertThrows(IOException.class, () -> read("[" + LAYER + "," + LAYER + "]"));
  }

  @Test
  void ownListHasLayersOfEveryClass() {
    var counts =
        Layer.builtIn().stream()
            .collect(Collectors.groupingBy(Layer::layerClass, Collectors.counting()));
    assertEquals(7, counts.get(LayerClass.DENSE_3X3));
    assertEquals(8, counts.get(LayerClass.DENSE));
    assertEquals(2, counts.get(LayerClass.GROUPED));
    assertEquals(4, counts.get(LayerClass.DEPTHWISE));
    assertEquals(4, counts.get(LayerClass.PICTURE));
    assertEquals(1, counts.get(LayerClass.FLOAT64));
  }

  private static List<Layer> read(String json) throws IOException {
    return Layer.readAll(new StringReader(json), "test");
  }
}
