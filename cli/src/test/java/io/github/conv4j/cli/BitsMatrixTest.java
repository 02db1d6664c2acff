package io.github.conv4j.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.conv4j.BitsCheck;
import io.github.conv4j.Conv4j;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The contract on bits: every backend gives the same at any vector width, number of threads and
 * batch size. Each backend and width has a virtual machine of its own; the checksums are the same
 * on every JDK.
 */
final class BitsMatrixTest {
  private static final int[] VECTOR_BYTES = {16, 32, 64};
  private static final int[] THREADS = {1, 2, 3, 7};

  /** A module in this project has to be on the command's class path, and to work. */
  private static final boolean HAS_SIMD = Files.exists(Path.of("../simd/pom.xml"));

  /**
   * A virtual machine.
   *
   * @param backend the kernels it is to use
   * @param vectorBytes the widest vectors that it may use; a processor without them has its own
   *     limit
   */
  record Machine(String backend, int vectorBytes) {
    List<String> command() {
      List<String> command = new ArrayList<>();
      command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
      command.add("-Dconv4j.backend=" + backend);
      command.add("-XX:MaxVectorSize=" + vectorBytes);
      if (backend.equals("simd")) {
        command.add("--add-modules=jdk.incubator.vector");
      }
      command.add("-cp");
      command.add(System.getProperty("java.class.path"));
      command.add(Program.class.getName());
      return command;
    }
  }

  static List<Machine> machines() {
    List<Machine> machines = new ArrayList<>();
    for (String backend : HAS_SIMD ? List.of("portable", "simd") : List.of("portable")) {
      for (int bytes : VECTOR_BYTES) {
        machines.add(new Machine(backend, bytes));
      }
    }
    return machines;
  }

  @ParameterizedTest
  @MethodSource("machines")
  void givesTheBits(Machine machine) throws IOException, InterruptedException {
    Process java = new ProcessBuilder(machine.command()).redirectErrorStream(true).start();
    String said = new String(java.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, java.waitFor(), said);
    // What the virtual machine itself says, of widths that it does not have, comes before.
    assertTrue(said.endsWith(machine.backend() + ": nothing failed\n"), said);
  }

  /** Prints the checks that fail for some number of threads, and the backend. */
  static final class Program {
    public static void main(String[] args) {
      boolean failed = false;
      for (int threads : THREADS) {
        Conv4j.setThreads(threads);
        for (BitsCheck check : Conv4j.checkBits()) {
          if (!check.passed()) {
            System.out.println(threads + " threads: " + check);
            failed = true;
          }
        }
      }
      System.out.println(Conv4j.backend() + (failed ? ": some failed" : ": nothing failed"));
    }
  }
}
