package io.github.conv4j.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.conv4j.BitsCheck;
import io.github.conv4j.Comparison;
import io.github.conv4j.Conv4j;
import io.github.conv4j.DType;
import io.github.conv4j.Tensor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The contract on bits, whatever the threads and whatever the virtual machine makes of loops. */
class BitsTest {
  private final int threadsBefore = Conv4j.threads();

  @AfterEach
  void restoreThreads() {
    Conv4j.setThreads(threadsBefore);
  }

  static List<String> problems() {
    return BitsSuite.lines()
        .filter(line -> !line.startsWith("#"))
        .map(line -> line.split(" ", 2)[1])
        .toList();
  }

  private static List<BitsCheck> failures() {
    return Conv4j.checkBits().stream().filter(check -> !check.passed()).toList();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 7})
  void anyNumberOfThreadsGivesTheBits(int threads) {
    Conv4j.setThreads(threads);
    assertEquals(List.of(), failures());
  }

  @ParameterizedTest
  @ValueSource(strings = {"-XX:-UseSuperWord", "-XX:-UseFMA", "-XX:TieredStopAtLevel=1", "-Xint"})
  void otherVirtualMachinesGiveTheBits(String flag) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add(flag);
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(Program.class.getName());
    Process java = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(java.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, java.waitFor(), said);
    assertTrue(said.endsWith("failures: []\n"), said);
  }

  /** Prints what fails. */
  static final class Program {
    public static void main(String[] args) {
      System.out.println("failures: " + failures());
    }
  }

  /** The checksums are of our own making: what they are of has to be right. */
  @ParameterizedTest
  @MethodSource("problems")
  void theOutputsAreRight(String name) {
    BitsSuite.Case c = BitsSuite.Case.parse(name);
    if (name.contains("data=special")) {
      // NonFiniteTest has what NaN and infinities make. These are of size 1, as the others are.
      for (int i = 0; i < c.input().numel(); i++) {
        if (c.problem().dtype() == DType.FLOAT32) {
          c.input().floats()[i] = (i % 9 - 4) / 4f;
        } else {
          c.input().doubles()[i] = (i % 9 - 4) / 4.0;
        }
      }
    }
    int batch = c.input().size(0);
    Tensor expected = c.output(batch);
    EngineAlgorithms.run(
        EngineAlgorithms.reference(), c.problem(), c.weight(), c.bias(), c.input(), expected);
    Tensor actual = c.output(batch);
    EngineAlgorithms.run(
        EngineAlgorithms.chosen(c.problem()), c.problem(), c.weight(), c.bias(), c.input(), actual);
    // Numbers are of size 1, and so are sums of the size of their number's root.
    double scale = Math.sqrt(c.problem().taps());
    DType dtype = c.problem().dtype();
    Comparison comparison = actual.compare(expected, dtype.rtol(), dtype.atol() * scale);
    assertTrue(comparison.close(), comparison::toString);
  }

  @Test
  void everyAlgorithmIsChosen() {
    List<ConvAlgorithm> chosen =
        problems().stream()
            .map(name -> EngineAlgorithms.chosen(BitsSuite.Case.parse(name).problem()))
            .toList();
    for (ConvAlgorithm algorithm : EngineAlgorithms.all()) {
      long count = chosen.stream().filter(algorithm::equals).count();
      assertTrue(
          algorithm == EngineAlgorithms.reference() || count >= 5,
          () -> "add problems for which " + algorithm.name() + " is chosen to bits.txt");
    }
  }

  @Test
  void thereAreAsManyProblemsAsPromised() {
    assertTrue(Set.copyOf(problems()).size() >= 60, "problems: " + problems().size());
  }
}
