package io.github.conv4j.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What docs/how-convolution-works.md says and a program can check. */
class TourTest {
  private static final Path DOCS = Path.of("..", "docs");

  private static final Path REFERENCE =
      Path.of("..", "core/src/main/java/io/github/conv4j/engine/conv/ReferenceConv.java");

  private static final Path PICTURES = DOCS.resolve("pictures/how-convolution-works");

  private static final String TOUR = read(DOCS.resolve("how-convolution-works.md"));

  private static String read(Path file) {
    try {
      return Files.readString(file).replace("\r\n", "\n");
    } catch (IOException e) {
      throw new AssertionError(file + " is not where it was", e);
    }
  }

  private static List<String> all(String pattern) {
    return Pattern.compile(pattern, Pattern.MULTILINE)
        .matcher(TOUR)
        .results()
        .map((MatchResult result) -> result.group(1))
        .toList();
  }

  @Test
  void theSnippetsShowWhatTheyPromise() {
    List<String> packages = List.of("*", "explain.*", "nn.*", "nn.functional.*", "random.*");
    List<String> blocks = JavaSnippets.blocks(TOUR, "java");
    assertTrue(blocks.size() >= all("^## (\\d+)\\. ").size(), "a step has no snippet");
    try (JavaSnippets java = new JavaSnippets(packages)) {
      for (String block : blocks) {
        assertTrue(block.contains("\n// "), "nothing is promised: " + block);
        assertEquals(java.withTrueComments(block), block);
      }
    }
  }

  @Test
  void theQuotedLinesAreInTheReference() {
    List<String> code = read(REFERENCE).lines().map(String::strip).toList();
    List<String> quoted = all("^> `(.*)`$");
    assertTrue(quoted.size() >= 12, quoted.toString());
    for (String line : quoted) {
      assertTrue(code.contains(line), line);
    }
  }

  @Test
  void allPicturesAreShown() throws IOException {
    Set<String> shown = new TreeSet<>(all("^!\\[.+\\]\\(pictures/how-convolution-works/(.+)\\)$"));
    try (Stream<Path> files = Files.list(PICTURES)) {
      assertEquals(
          files.map(file -> file.getFileName().toString()).collect(Collectors.toSet()), shown);
    }
  }

  @Test
  void theStepsAreCountedAndTheLinksLeadSomewhere() {
    List<String> numbers = all("^## (\\d+)\\. ");
    for (int i = 0; i < numbers.size(); i++) {
      assertEquals(Integer.toString(i + 1), numbers.get(i));
    }
    for (String link : all("\\]\\(([^)]+)\\)")) {
      assertTrue(Files.exists(DOCS.resolve(link)), link);
    }
  }
}
