package io.github.conv4j.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class FmaTest {
  @Test
  void isRoundedOnce() {
    assertEquals(0x1p-46f, Fma.fma(1 + 0x1p-23f, 1 + 0x1p-23f, -1 - 0x1p-22f));
    assertEquals(0x1p-104, Fma.fma(1 + 0x1p-52, 1 + 0x1p-52, -1 - 0x1p-51));
  }

  /** What is measured is what HotSpot says of itself. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "-XX:+UseFMA",
        "-XX:-UseFMA",
        "-Xint",
        "-XX:TieredStopAtLevel=1",
        "-XX:-TieredCompilation -XX:-UseFMA"
      })
  void findsWhatThereIs(String flags) throws IOException, InterruptedException {
    ProcessBuilder java =
        new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    java.command().addAll(List.of(flags.split(" ")));
    java.command().add("-XX:+PrintFlagsFinal");
    java.command().addAll(List.of("-cp", System.getProperty("java.class.path")));
    java.command().add(Program.class.getName());
    Process process = java.redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), said);
    Matcher flag = Pattern.compile(" UseFMA +:?= (true|false) ").matcher(said);
    String expected = flag.find() ? flag.group(1) : "no flag UseFMA";
    assertEquals("measured " + expected, said.strip().lines().reduce("", (a, b) -> b));
  }

  /** Prints whether there is the instruction, after some work of the JDK's own with it. */
  static final class Program {
    private static final int WARM_UP = 100_000;

    private Program() {}

    public static void main(String[] args) {
      float x = 1;
      for (int i = 0; i < WARM_UP; i++) {
        x = Math.fma(x, 0.999f, 1e-20f * i);
      }
      System.out.println(x > 0 ? "measured " + Fma.hardware() : "lost");
    }
  }
}
