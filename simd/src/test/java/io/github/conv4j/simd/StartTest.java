package io.github.conv4j.simd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.conv4j.Conv4j;
import io.github.conv4j.DType;
import io.github.conv4j.app.Application;
import io.github.conv4j.app.SteadyCalls;
import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which backend runs in a virtual machine of its own, and what is said about it. */
final class StartTest {
  private static final String VECTORS = "--add-modules=jdk.incubator.vector";

  private static final String JVM_WARNING =
      "WARNING: Using incubator modules: jdk.incubator.vector\n";

  private static final String NO_MODULE =
      "java runs without the module jdk.incubator.vector;"
          + " with --add-modules jdk.incubator.vector convolutions are faster";

  /**
   * What a virtual machine said.
   *
   * @param code its exit code
   * @param out its standard output
   * @param err its standard error
   */
  private record Run(int code, String out, String err) {
    void assertSaid(String expectedOut, String expectedErr) {
      assertEquals("", err.replace(expectedErr, ""), "its standard error, but what is expected");
      assertEquals(expectedOut + "\n", out);
      assertEquals(0, code);
    }
  }

  private static String folder(Class<?> type) {
    try {
      return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI()).toString();
    } catch (URISyntaxException e) {
      throw new AssertionError(e);
    }
  }

  private static final String CORE = folder(Conv4j.class);
  private static final String SIMD = folder(SimdProvider.class);
  private static final String TESTS = folder(StartTest.class);

  private static String path(String... folders) {
    return String.join(File.pathSeparator, folders);
  }

  private static Run java(String... options) throws IOException, InterruptedException {
    return run(List.of(options), Application.class.getName());
  }

  private static Run run(List<String> options, String... application)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(options);
    command.addAll(List.of(application));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().keySet().removeAll(List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS"));
    Process process = builder.start();
    // Neither stream is longer than what a pipe holds.
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    String err = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Run(process.waitFor(), out, err);
  }

  @Test
  void onTheClassPathWithTheModule() throws IOException, InterruptedException {
    java("-cp", path(CORE, SIMD, TESTS), VECTORS)
        .assertSaid("simd: " + Conv4j.backendReason(), JVM_WARNING);
  }

  @Test
  void onTheModulePathWithoutAnyFlag() throws IOException, InterruptedException {
    java("-p", path(CORE, SIMD), "--add-modules", "io.github.conv4j.core", "-cp", TESTS)
        .assertSaid("simd: " + Conv4j.backendReason(), JVM_WARNING);
  }

  @Test
  void coreAloneSaysNothing() throws IOException, InterruptedException {
    String reason =
        "portable: conv4j-simd is not on the class path or module path;"
            + " with it and --add-modules jdk.incubator.vector convolutions are faster";
    java("-cp", path(CORE, TESTS)).assertSaid(reason, "");
    java("-p", CORE, "--add-modules", "io.github.conv4j.core", "-cp", TESTS).assertSaid(reason, "");
  }

  @Test
  void withoutTheModuleItSaysSoOnce() throws IOException, InterruptedException {
    Run run = java("-cp", path(CORE, SIMD, TESTS));
    assertEquals("portable: " + NO_MODULE + "\n", run.out());
    String line = "conv4j runs on its portable kernels: " + NO_MODULE;
    int first = run.err().indexOf(line);
    assertTrue(first >= 0, run.err());
    assertEquals(-1, run.err().indexOf(line, first + 1), run.err());
  }

  @Test
  void askedForInVain() throws IOException, InterruptedException {
    Run run = java("-cp", path(CORE, SIMD, TESTS), "-Dconv4j.backend=simd");
    assertNotEquals(0, run.code());
    assertTrue(run.err().contains("IllegalStateException: -Dconv4j.backend=simd: " + NO_MODULE));
  }

  @Test
  void askedForPortable() throws IOException, InterruptedException {
    for (String flag : List.of(VECTORS, "-Dx=y")) {
      java("-cp", path(CORE, SIMD, TESTS), "-Dconv4j.backend=portable", flag)
          .assertSaid("portable: asked for by -Dconv4j.backend", JVM_WARNING);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"-XX:MaxVectorSize=8", "-XX:-UseFMA", "-Xint", "-XX:TieredStopAtLevel=1"})
  void whereVectorsDoNotPay(String flag) throws IOException, InterruptedException {
    Run run = java("-cp", path(CORE, SIMD, TESTS), VECTORS, flag);
    assertTrue(run.out().startsWith("portable: "), run.out() + run.err());
    assertEquals(JVM_WARNING, run.err());
  }

  @Test
  void aProviderThatDoesNotFit(@TempDir Path folder) throws IOException, InterruptedException {
    Path services = Files.createDirectories(folder.resolve("META-INF/services"));
    Files.writeString(services.resolve("io.github.conv4j.kernel.KernelProvider"), "no.such.Class");
    Run run = java("-cp", path(folder.toString(), CORE, TESTS));
    assertTrue(run.out().startsWith("portable: conv4j-simd does not fit, "), run.out());
    assertEquals("", run.err());
  }

  /**
   * A vector that the compiler does not keep in a register is an object, and a call then makes
   * hundreds of thousands of bytes of them. One element type in a virtual machine: on JDK 17, where
   * both are used, shuffles of the second may stay objects.
   */
  @ParameterizedTest
  @EnumSource(DType.class)
  void callsInTheLongRunAllocateNextToNothing(DType dtype)
      throws IOException, InterruptedException {
    long little = 8192;
    List<String> options = List.of("-cp", path(CORE, SIMD, TESTS), VECTORS);
    Run run = run(options, SteadyCalls.class.getName(), dtype.name(), Long.toString(little));
    assertEquals(0, run.code(), run.err());
    for (String line : run.out().lines().toList()) {
      assertTrue(Long.parseLong(line.substring(0, line.indexOf(' '))) <= little, line);
    }
  }
}
