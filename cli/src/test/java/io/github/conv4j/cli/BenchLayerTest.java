package io.github.conv4j.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.conv4j.Accuracy;
import io.github.conv4j.DType;
import io.github.conv4j.Shape;
import io.github.conv4j.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class BenchLayerTest {
  /** Of {@link #layer(String)}, whose output is (2, 4, 4, 7). */
  static final double FLOPS = 2.0 * (3 * 3 * 5) * (2 * 4 * 4 * 7);

  private static final int MIB = 1 << 20;

  @TempDir private Path folder;

  static String layer(String name) {
    return layer(name, "float64");
  }

  static String layer(String name, String dtype) {
    return """
    {"name": "%s", "n": 2, "cin": 6, "h": 9, "w": 11, "cout": 4, "kh": 3, "kw": 5, "sh": 2,
    "sw": 1, "ph": 1, "pw": 0, "dh": 2, "dw": 1, "groups": 2, "dtype": "%s"}\
    """
        .formatted(name, dtype);
  }

  private List<BenchLayer> read(String text) throws IOException {
    return BenchLayer.read(Files.writeString(folder.resolve("layers.json"), text));
  }

  private void refused(String text, String fragment) {
    Exception e = assertThrows(IllegalArgumentException.class, () -> read(text));
    assertTrue(e.getMessage().startsWith(folder.resolve("layers.json") + ": "), e.getMessage());
    assertTrue(e.getMessage().contains(fragment), e.getMessage());
    assertTrue(e.getMessage().length() < 300, "not all that the file holds");
  }

  @Test
  void readsEveryField() throws IOException {
    List<BenchLayer> layers = read(" [" + layer("a.B-0_") + ", " + layer("b", "float32") + "]\n");
    assertEquals(
        new BenchLayer("a.B-0_", 2, 6, 9, 11, 4, 3, 5, 2, 1, 1, 0, 2, 1, 2, DType.FLOAT64),
        layers.get(0));
    assertEquals(DType.FLOAT32, layers.get(1).dtype());
    assertEquals(FLOPS, layers.get(0).flops());
    assertEquals(Shape.of(2, 6, 9, 11), layers.get(0).input());
    Tensor output =
        layers
            .get(0)
            .layer(Accuracy.FAST)
            .forward(Tensor.zeros(layers.get(0).input(), DType.FLOAT64));
    assertEquals(Shape.of(2, 4, 4, 7), output.shape());
  }

  @Test
  void theBuiltInListIsThatOfBench() throws IOException {
    List<BenchLayer> layers = BenchLayer.read(null);
    assertEquals(BenchLayer.read(Path.of("..", "bench", "layers.json")), layers);
    assertTrue(layers.size() > 20);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "``|but there is nothing",
        "[]|but the list is empty",
        "{}|but this is {}",
        "null|but this is null",
        "7|but this is 7",
        "[null]|layer 1: expected a JSON object, but got null",
        "[[]]|layer 1: expected a JSON object, but got []",
        "[{]|this is no JSON: ",
        "[|this is no JSON: ",
        "[] []|this is no JSON: ",
        "[{name: x}]|this is no JSON: ",
        "[{}]|layer 1: name is missing",
        "[{\"name\": 1}]|layer 1: expected a text for name, but got 1",
        "[{\"name\": \"\"}]|layer 1: expected a name of 1 to 60 letters",
        "[{\"name\": \"a\\u001b[2J\"}]|layer 1: expected a name of 1 to 60 letters",
        "[{\"name\": \"a\"}]|a: n is missing",
      })
  void refusesWhatIsNoList(String text, String fragment) {
    refused(text, fragment);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "\"n\": 2,||a: n is missing",
        "\"ph\": 1,||a: ph is missing",
        "\"n\": 2|\"n\": 0|a: expected a whole number of 1 to 2147483647 for n, but got 0",
        "\"n\": 2|\"n\": 1.5|for n, but got 1.5",
        "\"n\": 2|\"n\": 1e999999999|for n, but got 1e999999999",
        "\"n\": 2|\"n\": \"2\"|for n, but got \"2\"",
        "\"n\": 2|\"n\": null|for n, but got null",
        "\"n\": 2|\"n\": [2]|for n, but got [2]",
        "\"cin\": 6|\"cin\": 2147483648|for cin, but got 2147483648",
        "\"cin\": 6|\"cin\": 99999999999999999999|for cin, but got 99999999999999999999",
        "\"ph\": 1|\"ph\": -1|expected a whole number of 0 to 2147483647 for ph, but got -1",
        "\"ph\": 1|\"ph\": 2147483647|the padded height 4294967303 is too large",
        "\"groups\": 2|\"groups\": 4|groups 4 must divide cin 6 and cout 4",
        "\"h\": 9|\"h\": 2|the kernel's dilated height 5 is larger than the padded input's 4",
        "\"kw\": 5|\"kw\": 12|the kernel's dilated width 12 is larger than the padded input's 11",
        "\"dw\": 1|\"dw\": 2147483647|the kernel's dilated width 8589934589 is larger",
        "\"cout\": 4|\"cout\": 2147483646|a tensor holds at most 2147483647 elements",
        "\"w\": 11|\"w\": 99999999|a tensor holds at most 2147483647 elements",
        "\"float64\"|\"float16\"|a: dtype must be float32 or float64, but got 'float16'",
        "\"float64\"|64|a: expected a text for dtype, but got 64",
      })
  void refusesWhatIsNoLayer(String part, String instead, String fragment) {
    refused("[" + layer("a").replace(part, instead == null ? "" : instead) + "]", fragment);
  }

  @Test
  void refusesLayersThatMemoryCannotHold() throws IOException {
    BenchLayer layer = read("[" + layer("a").replace("\"w\": 11", "\"w\": 99999") + "]").get(0);
    // Input, output, and the kernels twice.
    long bytes = 8L * (2 * 6 * 9 * 99_999 + 2 * 4 * 4 * 99_995 + 2 * (4 * 3 * 3 * 5));
    layer.checkMemory(bytes);
    Exception e = assertThrows(IllegalArgumentException.class, () -> layer.checkMemory(bytes - 1));
    assertEquals(
        "its tensors take 0.1 GiB, but Java may take 0.1: start it with a larger -Xmx, as in "
            + "CONV4J_OPTS=-Xmx8g",
        e.getMessage());
  }

  @Test
  void refusesTwoOfOneName() {
    refused("[" + layer("a") + "," + layer("a") + "]", "two layers have the name a");
  }

  @Test
  void refusesLargeFiles() throws IOException {
    String list = "[" + layer("a") + "]";
    refused(list + " ".repeat(MIB), "has at most 1 MiB");
    assertEquals(1, read(list + " ".repeat(MIB - list.length())).size());
    refused("[".repeat(MIB), "this is no JSON");
    refused("[\"" + "x".repeat(MIB - 4) + "\"]", "layer 1: expected a JSON object");
    refused("[{\"name\": \"" + "x".repeat(99_999) + "\"}]", "layer 1: expected a name");
  }

  @Test
  void refusesWhatIsNoText() throws IOException {
    Path file = Files.write(folder.resolve("b.json"), new byte[] {'[', (byte) 0xff, ']'});
    Exception e = assertThrows(IllegalArgumentException.class, () -> BenchLayer.read(file));
    assertEquals(file + ": expected a JSON list of layers, but this is no text", e.getMessage());
  }
}
