package io.github.conv4j.cli.shell;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.conv4j.cli.shell.Tour.Step;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import jdk.jshell.tool.JavaShellToolBuilder;
import org.junit.jupiter.api.Test;

class ShellTest {
  private static String read(String file) throws IOException {
    return Files.readString(Path.of("..").resolve(file));
  }

  /** Returns what JShell prints when this is piped into it. */
  private static String feed(int steps, String input) throws IOException {
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    PrintStream out = new PrintStream(printed, true, StandardCharsets.UTF_8);
    byte[] bytes = (input + "\n/exit 7\n").getBytes(StandardCharsets.UTF_8);
    int code =
        Shell.run(
            JavaShellToolBuilder.builder().in(new ByteArrayInputStream(bytes), null).out(out),
            steps);
    assertEquals(7, code, printed.toString(StandardCharsets.UTF_8));
    return printed.toString(StandardCharsets.UTF_8);
  }

  private static void assertNoTrouble(String printed) {
    assertFalse(printed.contains("|  Error"), printed);
    assertFalse(printed.contains("|  Exception"), printed);
    assertFalse(printed.contains("|  Warning"), printed);
  }

  @Test
  void runsWhatTheReadmeShows() throws IOException {
    String readme = read("README.md");
    String code = readme.substring(readme.indexOf("```java\n") + 8);
    code = code.substring(0, code.indexOf("```"));
    String printed = feed(0, Tour.withoutBreaks(code));
    assertNoTrouble(printed);
    // The first line of the numbers in the README.
    assertTrue(printed.contains("[-0.1339,  0.0458,  0.0146, -0.2120"), printed);
  }

  @Test
  void runsTheWholeTour() throws IOException {
    List<Step> steps = Tour.steps();
    String calls =
        steps.stream().map(step -> "tour(" + step.number() + ")").collect(Collectors.joining("\n"));
    String printed =
        feed(steps.size(), "tour()\n" + calls + "\ntour(0)\nTensor.arange(3)\nConv4j.version()\n");
    assertNoTrouble(printed);
    for (Step step : steps) {
      assertTrue(printed.contains(step.number() + "  " + step.title()), printed);
      assertTrue(printed.contains(step.number() + ". " + step.title()), printed);
      step.code().lines().forEach(line -> assertTrue(printed.contains("    " + line), printed));
    }
    assertTrue(printed.contains("steps 1 to " + steps.size() + ", but got 0"), printed);
    assertTrue(printed.contains("==> tensor([0., 1., 2.])"), printed);
  }

  @Test
  void aStepCanBeOpened() throws IOException {
    String shown = feed(0, "tour(1)");
    String open = shown.lines().filter(line -> line.startsWith("/open ")).findFirst().orElseThrow();
    // The files are still there: they go when the virtual machine does.
    assertNoTrouble(feed(0, open));
  }

  @Test
  void theTourIsNumbered() throws IOException {
    List<Step> steps = Tour.steps();
    assertEquals(Tour.steps(read("docs/how-convolution-works.md")), steps);
    for (int i = 0; i < steps.size(); i++) {
      assertEquals(i + 1, steps.get(i).number());
    }
    assertTrue(steps.size() >= 12, "steps: " + steps.size());
  }

  @Test
  void chainsOfCallsStayTogether() {
    assertEquals(
        "a.b(1).c();\nd(); // .e\n", Tour.withoutBreaks("a\n    .b(1)\n    .c();\nd(); // .e\n"));
  }

  @Test
  void readsHeadingsAndCodeAlone() {
    String text =
        """
        ```java
        before();
        ```
        ## 1. One
        ```sh
        ## 9. no heading
        ```
        ```java
        a();
        ```
        text
        ```java
        ## 2. no heading
        ```
        ## No number
        ## 2. Two
        """;
    assertEquals(
        List.of(new Step(1, "One", "a();\n## 2. no heading\n"), new Step(2, "Two", "")),
        Tour.steps(text.replace("## 9. no heading", "echo")));
  }
}
