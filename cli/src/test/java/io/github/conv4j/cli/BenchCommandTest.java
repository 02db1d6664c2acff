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
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class BenchCommandTest {
  private static final int THREADS = Conv4j.threads();

  @TempDir private Path folder;

  @AfterEach
  void setThreadsBack() {
    Conv4j.setThreads(THREADS);
  }

  private CommandLineRun bench(String layers, String... arguments) throws IOException {
    Path file = Files.writeString(folder.resolve("layers.json"), layers);
    return CommandLineRun.of(
        Stream.concat(Stream.of("bench", "--layers", file), Stream.of(arguments)).toArray());
  }

  @Test
  void printsATable() throws IOException {
    String layers = BenchLayerTest.layer("x", "float32") + ", " + BenchLayerTest.layer("yyyyyyy");
    String text = bench("[" + layers + "]", "--threads", "1").done();
    String number = " +[0-9]+(\\.[0-9]+)?";
    assertTrue(
        text.matches(
            "backend  (simd|portable): .+\\n"
                + "peak     float32: [0-9]+ GFLOP/s with 1 thread\\n"
                + "peak     float64: [0-9]+ GFLOP/s with 1 thread\\n"
                + "layer    algorithm +threads +ms min +ms median +GFLOP/s +% peak\\n"
                + ("x        [a-z0-9-]+ +1" + number.repeat(4) + "\\n")
                + ("yyyyyyy  [a-z0-9-]+ +1" + number.repeat(4) + "\\n")),
        text);
    assertEquals(1, text.lines().skip(3).map(String::length).distinct().count(), text);
  }

  @Test
  void printsJsonAndNothingElse() throws IOException {
    String text =
        bench(
                "[" + BenchLayerTest.layer("x") + "]",
                "--threads",
                "2",
                "--accuracy",
                "fast",
                "--json")
            .done();
    JsonArray list = new Gson().fromJson(text, JsonArray.class);
    assertEquals(1, list.size());
    JsonObject result = list.get(0).getAsJsonObject();
    assertEquals(
        Set.of("name", "threads", "accuracy", "algorithm", "ms_min", "ms_median", "gflops"),
        result.keySet());
    assertEquals("x", result.get("name").getAsString());
    assertEquals(2, result.get("threads").getAsInt());
    assertEquals("fast", result.get("accuracy").getAsString());
    assertTrue(result.get("algorithm").getAsString().matches("[a-z0-9-]+"), text);
    double min = result.get("ms_min").getAsDouble();
    assertTrue(min > 0 && min <= result.get("ms_median").getAsDouble(), text);
    double gflops = BenchLayerTest.FLOPS / min / 1e6;
    assertEquals(gflops, result.get("gflops").getAsDouble(), gflops * 1e-9);
  }

  @Test
  void measuresWithOneThreadAndWithAll() throws IOException {
    String layers = BenchLayerTest.layer("ab") + ", " + BenchLayerTest.layer("c");
    String text = bench("[" + layers + "]", "--only", "d,b", "--json").done();
    JsonArray list = new Gson().fromJson(text, JsonArray.class);
    int[] expected =
        IntStream.of(1, Runtime.getRuntime().availableProcessors()).distinct().toArray();
    assertEquals(expected.length, list.size());
    for (int i = 0; i < expected.length; i++) {
      JsonObject result = list.get(i).getAsJsonObject();
      assertEquals("ab", result.get("name").getAsString());
      assertEquals(expected[i], result.get("threads").getAsInt());
      assertEquals("pytorch", result.get("accuracy").getAsString());
    }
    assertEquals(THREADS, Conv4j.threads());
  }

  @Test
  void aProgressBarOnATerminal() throws IOException {
    System.setProperty("conv4j.columns", "80");
    try {
      for (String form : new String[] {"--debug", "--json"}) {
        CommandLineRun run = bench("[" + BenchLayerTest.layer("x") + "]", "--threads", "1", form);
        assertEquals(Cli.DONE, run.code());
        assertTrue(run.err().contains("[..............................] 0/1 x"), run.err());
        assertTrue(run.err().endsWith("\r\033[K"), run.err());
      }
    } finally {
      System.clearProperty("conv4j.columns");
    }
  }
}
