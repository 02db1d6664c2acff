package io.github.conv4j.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.conv4j.Conv4j;
import io.github.conv4j.Shape;
import io.github.conv4j.Tensor;
import io.github.conv4j.io.Npy;
import io.github.conv4j.io.Pictures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Runs {@code ./conv4j} as it was just packaged, from a folder elsewhere and through a link. */
final class CommandIT {
  private static final String LINK = "'./a link' ";

  @TempDir private Path folder;
  private Launcher launcher;

  @BeforeEach
  void makeFiles() throws IOException {
    launcher = new Launcher(folder);
    Path middle = Files.createDirectory(folder.resolve("in between"));
    Files.createSymbolicLink(middle.resolve("conv4j"), Launcher.SCRIPT);
    Files.createSymbolicLink(folder.resolve("a link"), Path.of("in between/conv4j"));
    Npy.write(folder.resolve("x.npy"), Tensor.full(1, 1, 1, 3, 3));
    Npy.write(folder.resolve("w.npy"), Tensor.full(1, 1, 1, 2, 2));
    Npy.write(folder.resolve("y.npy"), Tensor.full(4, 1, 1, 2, 2));
    Npy.write(folder.resolve("z.npy"), Tensor.full(5, 1, 1, 2, 2));
    Pictures.write(folder.resolve("p q.png"), Tensor.full(0.5, 3, 20, 30), 8);
  }

  @AfterEach
  void removeLink() throws IOException {
    // JUnit warns of a link that leads out of the temporary folder.
    Files.delete(folder.resolve("in between/conv4j"));
  }

  private CommandLineRun run(String line) {
    return launcher.run(LINK + line);
  }

  @Test
  void helpAndVersion() {
    assertEquals("conv4j " + Conv4j.version() + "\n", run("--version").done());
    assertTrue(run("--help").done().startsWith("Usage: conv4j "));
    assertFalse(run("--help").out().contains("\033"), "no colours in a file");
    run("").misused("expected a command");
  }

  @Test
  void doctor() {
    String text = run("doctor").done();
    assertTrue(text.contains("java        " + Runtime.version() + ", "), text);
    assertTrue(text.contains("backend     simd: vectors of "), text);
  }

  @Test
  void optionsForJava() {
    Map<String, String> options = Map.of("CONV4J_OPTS", "-Xmx99m -Dconv4j.backend=portable");
    String text = launcher.run(LINK + "doctor", options).done();
    assertTrue(text.contains("backend     portable: asked for by -Dconv4j.backend\n"), text);
    assertTrue(text.contains("memory      the heap may grow to 0.1 GiB\n"), text);
  }

  @Test
  void filter() throws IOException {
    assertEquals("", run("filter 'p q.png' --kernel gaussian --stride 2 -o 'o p.png'").done());
    assertEquals(Shape.of(3, 10, 15), Pictures.read(folder.resolve("o p.png")).pixels().shape());
    assertEquals("", run("filter . --kernel sobel -o out").done());
    assertEquals(2, folder.resolve("out").toFile().list().length);
  }

  @Test
  void convert() throws IOException {
    for (String name : new String[] {"training.pt", "training_old.pt"}) {
      Files.copy(InspectCommandTest.checkpoint(name), folder.resolve(name));
      assertEquals("", run("convert " + name + " m.safetensors").done());
      assertTrue(run("inspect m.safetensors").done().contains("  4.weight "));
    }
  }

  @Test
  void expectations() {
    String conv2d = "conv2d --input x.npy --weight w.npy -o o.npy --expect ";
    assertTrue(run(conv2d + "y.npy").done().startsWith("close: all 4 elements"));
    CommandLineRun run = run(conv2d + "z.npy");
    assertEquals(Cli.FAILED, run.code());
    assertEquals("", run.err());
    assertTrue(run.out().contains("worst at [0, 0, 0, 0]: got 4.0, expected 5.0"), run.out());
  }

  @Test
  void aReaderThatHasSeenEnough() {
    // The completion script is longer than the buffer of a pipe.
    String line = LINK + "generate-completion; echo $? >code) | head -n 1; cat code";
    assertEquals("#!/usr/bin/env bash\n0\n", launcher.run("(" + line).done());
  }

  @Test
  @EnabledOnOs(value = OS.LINUX, disabledReason = "only Linux has a device that is always full")
  void aFullDisk() {
    for (String line : new String[] {"inspect x.npy", "--help", "generate-completion"}) {
      run(line + " >/dev/full").failed("cannot write the results: ");
    }
  }

  @Test
  void aFailureInTheMiddleOfWriting() throws IOException {
    Files.writeString(folder.resolve("old.npy"), "old");
    // Files of at most a few KiB; Java would also write one about its performance.
    String few = "ulimit -f 4; export CONV4J_OPTS=-XX:-UsePerfData; ";
    String conv2d = "conv2d --input x.npy --weight w.npy --padding 99 -o ";
    launcher.run(few + LINK + conv2d + "old.npy").failed("old.npy: ");
    launcher.run(few + LINK + conv2d + "new.npy").failed("new.npy: ");
    assertEquals("old", Files.readString(folder.resolve("old.npy")));
    assertEquals(8, folder.toFile().list().length, "nothing is left behind");
  }

  @Test
  void tooLittleMemory() {
    Map<String, String> options = Map.of("CONV4J_OPTS", "-Xmx32m");
    launcher
        .run(LINK + "conv2d --input x.npy --weight w.npy --padding 9999", options)
        .failed("larger -Xmx, as in CONV4J_OPTS=-Xmx");
  }

  @Test
  void aBackendThatCannotBeHad() {
    Map<String, String> simd =
        Map.of("CONV4J_OPTS", "-Dconv4j.backend=simd -XX:TieredStopAtLevel=1");
    String why = "-Dconv4j.backend=simd: this JVM runs without its optimizing compiler";
    launcher.run(LINK + "doctor", simd).failed(why);
    launcher.run(LINK + "doctor --json", simd).failed(why);
    launcher.run(LINK + "conv2d --input x.npy --weight w.npy", simd).failed(why);
  }

  @Test
  void aProcessorWithoutFusedMultiplyAdd() {
    String text = launcher.run(LINK + "doctor", Map.of("CONV4J_OPTS", "-XX:-UseFMA")).done();
    assertTrue(
        text.contains("backend     portable: this JVM has no fused multiply-add in hardware\n"),
        text);
    assertTrue(
        text.contains(
            "fma         not in hardware: results are the same, convolutions are slower\n"),
        text);
  }

  @Test
  void whatJavaSaysIsShown() {
    // Shown by a process that may end after Java, so this waits for the end of the pipe.
    String line = "{ " + LINK + "--version 2>&1; echo $? >code; } | cat; cat code";
    String text = launcher.run(line, Map.of("CONV4J_OPTS", "-Xnonsense")).done();
    assertTrue(text.startsWith("Unrecognized option: -Xnonsense\n"), text);
    assertTrue(text.endsWith("\n1\n"), text);
    CommandLineRun run = launcher.run(LINK + "--version", Map.of("JAVA_TOOL_OPTIONS", "-Da=b"));
    assertEquals("Picked up JAVA_TOOL_OPTIONS: -Da=b\n", run.err());
  }

  @Test
  void aSignalReachesJavaAndNothingIsLeft() throws IOException {
    // Java waits for somebody to write into the pipe.
    String line =
        "TMPDIR=$PWD; export TMPDIR; mkfifo pipe; ./'a link' inspect pipe & "
            + "until ls conv4j-*.stderr; do sleep 0.1; done; sleep 1; "
            + "kill -TERM $!; wait $!; echo $?; while ls conv4j-*.stderr; do sleep 0.1; done";
    CommandLineRun run = launcher.run("{ " + line + "; } 2>/dev/null");
    assertTrue(run.out().contains("\n143\n"), run.out());
  }

  @Test
  void benchPrintsJsonAlone() throws IOException {
    Files.writeString(folder.resolve("l.json"), "[" + BenchLayerTest.layer("x") + "]");
    String text = run("bench --layers l.json --threads 1 --json").done();
    assertTrue(text.startsWith("[") && text.endsWith("]\n"), text);
    assertTrue(text.contains("\"name\": \"x\""), text);
    String piped = launcher.run("cat l.json | " + LINK + "bench --layers /dev/stdin --json").done();
    assertTrue(piped.contains("\"name\": \"x\""), piped);
  }

  @Test
  void benchRefusesWhatMemoryCannotHold() throws IOException {
    String layer = BenchLayerTest.layer("x").replace("\"w\": 11", "\"w\": 99999");
    Files.writeString(folder.resolve("l.json"), "[" + layer + "]");
    launcher
        .run(LINK + "bench --layers l.json", Map.of("CONV4J_OPTS", "-Xmx64m"))
        .misused("l.json: x: its tensors take 0.1 GiB, but Java may take 0.1: ");
  }

  @Test
  void aSignalLeavesTheTerminalClean() throws IOException {
    Files.writeString(folder.resolve("l.json"), "[" + BenchLayerTest.layer("x") + "]");
    // As on a terminal of 80 columns.
    Map<String, String> terminal = Map.of("CONV4J_OPTS", "-Dconv4j.columns=80");
    String line =
        LINK
            + "bench --layers l.json 2>err & until grep -q 0/ err; do sleep 0.1; done; "
            + "kill -TERM $!; wait $!; echo $?";
    assertEquals("143\n", launcher.run(line, terminal).out());
    String err = Files.readString(folder.resolve("err"));
    assertTrue(err.startsWith("\r\033[K[......") && err.endsWith("\r\033[K"), err);
  }

  @Test
  void aLocaleThatIsNotThere() throws IOException {
    Files.copy(folder.resolve("x.npy"), folder.resolve("\u00e9.npy"));
    Map<String, String> lost = Map.of("LC_ALL", "xx_YY.UTF-8");
    assertTrue(launcher.run(LINK + "inspect *.npy", lost).done().contains("\u00e9.npy"));
  }
}
