package io.github.conv4j.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.conv4j.io.Pictures;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the README says and a program can check. */
class ReadmeTest {
  private static final String README = read("README.md");

  private static final Path PICTURES = Path.of("..", "docs", "pictures");

  @TempDir private Path folder;

  private static String read(String file) {
    try {
      return Files.readString(Path.of("..").resolve(file));
    } catch (IOException e) {
      throw new AssertionError(file + " is not where it was", e);
    }
  }

  private static JsonObject golden(String file) {
    String json = read("core/src/test/resources/golden/conv2d/" + file);
    return JsonParser.parseString(json).getAsJsonObject();
  }

  /** Returns the first block of code in a language behind a text. */
  private static String block(String text, String language) {
    Matcher matcher =
        Pattern.compile("```" + language + "\n(.*?)```", Pattern.DOTALL).matcher(README);
    assertTrue(matcher.find(README.indexOf(text)), "no block of " + language);
    return matcher.group(1);
  }

  @Test
  void theExampleRunsAndPrintsWhatItSays() {
    assertEquals(block("# conv4j", "text"), printed(block("# conv4j", "java")));
  }

  @Test
  void theNetworkPrintsWhatItSays() {
    // The file holds what PyTorch's network has from the seed 0, and so has conv4j's.
    String source = block("### Networks", "java");
    String file = "TorchCheckpoint.stateDict(Path.of(\"resnet18.pt\"))";
    assertTrue(source.contains(file), source);
    String seeded = "ModelOptions.defaults().generator(Generator.torch(0))";
    String code = source.replace(file, "ResNet.resnet18(" + seeded + ").stateDict()");
    assertEquals(block("### Networks", "text"), printed(code));
  }

  /** Returns what Java code prints. */
  private static String printed(String source) {
    List<String> names = List.of("Tensor", "nn.Conv2d", "models.*", "random.Generator");
    try (JavaSnippets java = new JavaSnippets(names)) {
      return java.run(source);
    }
  }

  @Test
  void theNumbersOfCasesAreRight() {
    int cases = golden("cases.json").getAsJsonArray("cases").size();
    JsonObject errors = golden("errors.json");
    int calls = errors.getAsJsonArray("module").size() + errors.getAsJsonArray("functional").size();
    assertTrue(README.contains(cases + " golden cases"), "there are " + cases + " cases");
    assertTrue(
        README.contains(String.format(Locale.ROOT, "%,d bad and odd calls", calls)),
        "there are " + calls + " calls");
  }

  @Test
  void theSpeedsAreThoseOfTheMeasurement() {
    JsonObject run =
        JsonParser.parseString(read("docs/benchmarks/layers-jdk25.json")).getAsJsonObject();
    Set<String> peers = new TreeSet<>();
    Set<String> plain = new TreeSet<>();
    for (JsonElement element : run.getAsJsonArray("contenders")) {
      JsonObject contender = element.getAsJsonObject();
      String id = contender.get("id").getAsString();
      if (!id.startsWith("conv4j")) {
        peers.add(id);
        if (contender.get("plain_arrays").getAsBoolean()) {
          plain.add(id);
        }
      }
    }
    assertSpeeds(run, "PyTorch, plain arrays", Set.of("torch"));
    assertSpeeds(run, "ONNX Runtime, plain arrays", Set.of("ort-python"));
    assertSpeeds(run, "the fastest peer of each layer, plain arrays", plain);
    assertSpeeds(run, "the fastest peer of each layer, any layout", peers);
  }

  @Test
  void theNetworksAreThoseOfTheMeasurement() {
    JsonObject run =
        JsonParser.parseString(read("docs/benchmarks/networks-jdk25.json")).getAsJsonObject();
    for (JsonElement network : run.getAsJsonArray("networks")) {
      String name = network.getAsJsonObject().get("name").getAsString();
      StringBuilder row = new StringBuilder("| " + name + " |");
      for (JsonElement threads : run.getAsJsonObject("settings").getAsJsonArray("threads")) {
        double own = shortest(run, name, threads.getAsInt(), id -> id.equals("conv4j"));
        double peer = shortest(run, name, threads.getAsInt(), id -> !id.startsWith("conv4j"));
        row.append(String.format(Locale.ROOT, " %.1f | %.1f | %.2f |", own, peer, peer / own));
      }
      assertTrue(README.contains(row + "\n"), "expected in the README: " + row);
    }
  }

  /** Returns the shortest time of a network by some contenders. */
  private static double shortest(
      JsonObject run, String network, int threads, Predicate<String> contenders) {
    double shortest = Double.POSITIVE_INFINITY;
    for (JsonElement element : run.getAsJsonArray("measurements")) {
      JsonObject m = element.getAsJsonObject();
      if (m.get("network").getAsString().equals(network)
          && m.get("threads").getAsInt() == threads
          && m.has("msMin")
          && contenders.test(m.get("contender").getAsString())) {
        shortest = Math.min(shortest, m.get("msMin").getAsDouble());
      }
    }
    return shortest;
  }

  private static void assertSpeeds(JsonObject run, String against, Set<String> peers) {
    StringBuilder row = new StringBuilder("| " + against + " |");
    for (JsonElement threads : run.getAsJsonObject("settings").getAsJsonArray("threads")) {
      row.append(String.format(Locale.ROOT, " %.2f |", speed(run, threads.getAsInt(), peers)));
    }
    assertTrue(README.contains(row + "\n"), "expected in the README: " + row);
  }

  /** Returns the geometric mean of the time of the fastest peer / conv4j's. */
  private static double speed(JsonObject run, int threads, Set<String> peers) {
    Map<String, Double> own = new HashMap<>();
    Map<String, Double> theirs = new HashMap<>();
    for (JsonElement element : run.getAsJsonArray("measurements")) {
      JsonObject m = element.getAsJsonObject();
      if (m.get("threads").getAsInt() == threads && m.has("ms_min")) {
        String contender = m.get("contender").getAsString();
        String layer = m.get("layer").getAsString();
        double time = m.get("ms_min").getAsDouble();
        if (contender.equals("conv4j")) {
          own.put(layer, time);
        } else if (peers.contains(contender)) {
          theirs.merge(layer, time, Math::min);
        }
      }
    }
    return Math.exp(
        theirs.entrySet().stream()
            .mapToDouble(e -> Math.log(e.getValue() / own.get(e.getKey())))
            .average()
            .orElseThrow());
  }

  @Test
  void theSamplePictureIsWhatItsProgramDraws() throws IOException, InterruptedException {
    Path drawn = folder.resolve("drawn.png");
    Process java =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                PICTURES.resolve("SamplePicture.java").toString(),
                drawn.toString())
            .redirectErrorStream(true)
            .start();
    String said = new String(java.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, java.waitFor(), said);
    assertEquals(Pictures.read(drawn), Pictures.read(PICTURES.resolve("sample.png")));
  }

  @Test
  void theEdgesAreWhatTheCommandMakes() throws IOException {
    assertTrue(
        README.contains("./conv4j filter docs/pictures/sample.png --kernel sobel -o edges.png"));
    Path edges = folder.resolve("edges.png");
    CommandLineRun.of("filter", PICTURES.resolve("sample.png"), "--kernel", "sobel", "-o", edges)
        .done();
    assertEquals(Pictures.read(PICTURES.resolve("edges.png")), Pictures.read(edges));
  }
}
