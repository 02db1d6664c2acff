package io.github.conv4j.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.Gson;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.github.conv4j.Conv4j;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class BenchCommandTest {
  private static final String LAYER =
      """
      {"name": "small", "n": 2, "cin": 16, "h": 9, "w": 8, "cout": 24, "kh": 3, "kw": 3, "sh": 1,
      "sw": 1, "ph": 1, "pw": 1, "dh": 1, "dw": 1, "groups": 1, "dtype": "float32"}""";

  @TempDir private Path folder;

  private String file(String text) throws IOException {
    return Files.writeString(folder.resolve("layers.json"), text).toString();
  }

  @Test
  void printsATable() throws IOException {
    int threads = Conv4j.threads();
    String file = file("[" + LAYER + "]");
    String text = CommandLineRun.of("bench", "--layers", file, "--threads", "1").done();
    String number = " +[0-9.]+";
    assertTrue(
        text.matches(
            "kernels alone, float32, 1 thread: [0-9]+ GFLOP/s\\n"
                + "layer +algorithm +threads +ms min +median +GFLOP/s +% peak\\n"
                + "small +winograd-2x2 +1"
                + number.repeat(4)
                + "\\n"),
        text);
    Conv4j.setThreads(threads);
  }

  @Test
  void printsJsonAndNothingElse() throws IOException {
    int threads = Conv4j.threads();
    String file = file("[" + LAYER + "]");
    String text =
        CommandLineRun.of(
                "bench", "--layers", file, "--threads", "2", "--accuracy", "fast", "--json")
            .done();
    JsonArray list = new Gson().fromJson(text, JsonArray.class);
    assertEquals(1, list.size());
    JsonObject result = list.get(0).getAsJsonObject();
    assertEquals(
        Set.of("name", "threads", "accuracy", "algorithm", "ms_min", "ms_median", "gflops"),
        result.keySet());
    assertEquals("small", result.get("name").getAsString());
    assertEquals(2, result.get("threads").getAsInt());
    assertEquals("fast", result.get("accuracy").getAsString());
    assertEquals("winograd-2x2", result.get("algorithm").getAsString());
    assertTrue(result.get("ms_min").getAsDouble() <= result.get("ms_median").getAsDouble());
    double flops = 2.0 * 2 * 24 * 9 * 8 * 16 * 9;
    double perMs = flops / result.get("ms_min").getAsDouble() / 1e6;
    assertEquals(perMs, result.get("gflops").getAsDouble(), perMs * 1e-9);
    Conv4j.setThreads(threads);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "[]|expected a JSON list of layers",
        "[null]|expected a JSON list of layers",
        "{}|expected a JSON list of layers",
        "[{]|expected a JSON list of layers",
        "[{}]|expected a name for each layer",
        "[{\"name\": \"x\"}]|x: ",
        "[{\"name\": \"x\", \"dtype\": \"float32\"}]|x: expected n, h and w of 1 or more",
        "[{\"name\": \"x\", \"n\": \"y\"}]|expected a JSON list of layers",
      })
  void refusesWhatIsNoLayerFile(String text, String said) throws IOException {
    CommandLineRun.of("bench", "--layers", file(text)).misused(said);
  }

  @Test
  void refusesLayersThatAreNone() throws IOException {
    String file = file("[" + LAYER.replace("\"kh\": 3", "\"kh\": 30") + "]");
    CommandLineRun.of("bench", "--layers", file).misused("layers.json: small: ");
    CommandLineRun.of("bench", "--only", "no-such").misused("no layer's name contains no-such");
  }

  @Test
  void hasLayersOfItsOwn() throws IOException {
    assertTrue(BenchLayer.read(null).size() > 20);
  }
}
