package io.github.conv4j.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.Gson;
import com.google.gson.JsonObject;
import io.github.conv4j.BitsCheck;
import io.github.conv4j.Conv4j;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DoctorCommandTest {
  @Test
  void saysWhatThereIs() {
    String text = CommandLineRun.of("doctor").done();
    assertTrue(text.contains("version     " + Conv4j.version() + "\n"), text);
    assertTrue(text.contains("java        " + Runtime.version() + ", "), text);
    assertTrue(text.contains("backend     " + Conv4j.backend() + ": "), text);
    assertTrue(text.contains(": " + Conv4j.backendReason() + "\n"), text);
    assertTrue(text.contains("threads     " + Conv4j.threads() + ", of "), text);
    assertTrue(text.contains("self-check  passed\n"), text);
    for (String label : new String[] {"vm", "system", "vectors", "fma", "memory"}) {
      assertTrue(text.matches("(?s).*\n" + label + " +\\S.*"), label);
    }
  }

  @Test
  void saysItInJson() {
    String text = CommandLineRun.of("doctor", "--json").done();
    JsonObject json = new Gson().fromJson(text, JsonObject.class);
    assertEquals(Conv4j.version(), json.get("version").getAsString());
    assertEquals(Runtime.version().toString(), json.get("java").getAsString());
    assertEquals(Conv4j.backend(), json.get("backend").getAsString());
    assertEquals(Conv4j.threads(), json.get("threads").getAsInt());
    assertEquals(Runtime.getRuntime().maxMemory(), json.get("max_heap_bytes").getAsLong());
    assertTrue(json.has("vector_bytes") && json.has("hardware_fma"), text);
    assertEquals("passed", json.get("self_check").getAsString());
  }

  @Test
  void checksBits() {
    int count = Conv4j.checkBits().size();
    String text = CommandLineRun.of("doctor", "--bits").done();
    assertTrue(
        text.endsWith(
            "bits        passed: all "
                + count
                + " convolutions gave the bits they give everywhere\n"),
        text);
    String json = CommandLineRun.of("doctor", "--bits", "--json").done();
    JsonObject bits = new Gson().fromJson(json, JsonObject.class).get("bits").getAsJsonObject();
    assertTrue(bits.get("passed").getAsBoolean());
    assertEquals(count, bits.get("convolutions").getAsInt());
    assertEquals(0, bits.get("failures").getAsJsonArray().size());
    assertFalse(CommandLineRun.of("doctor").done().contains("bits  "), "only if asked for");
  }

  @Test
  void failsIfBitsAreWrong(@TempDir Path folder) throws IOException, InterruptedException {
    // Found before the real one.
    Path wrong = folder.resolve("io/github/conv4j/engine/bits.txt");
    Files.createDirectories(wrong.getParent());
    Files.writeString(wrong, "00000000 float32 in=1x1x3x3 out=1 kernel=1x1\n");
    String classPath = folder + File.pathSeparator + System.getProperty("java.class.path");
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    Process process =
        new ProcessBuilder(java, "-cp", classPath, Main.class.getName(), "doctor", "--bits")
            .redirectErrorStream(true)
            .start();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(Cli.FAILED, process.waitFor(), text);
    assertTrue(text.contains("bits        expected 00000000, but got "), text);
    assertTrue(text.endsWith("bits        failed: 1 of 1 convolutions\n"), text);
  }

  @Test
  void reportsWrongBits() {
    BitsReport report =
        new BitsReport(
            List.of(
                new BitsCheck("a", "00000001", "00000001", "00000001"),
                new BitsCheck("b", "00000002", "0000000f", "0000000f"),
                new BitsCheck("c", "00000003", "00000003", "0000000e")));
    assertFalse(report.passed());
    assertEquals(
        List.of(
            "expected 00000002, but got 0000000f: b",
            "expected 00000003, but got 00000003, and 0000000e for each image alone: c",
            "failed: 2 of 3 convolutions"),
        report.lines());
    assertEquals(
        "{\"passed\":false,\"convolutions\":3,\"failures\":["
            + "{\"name\":\"b\",\"expected\":\"00000002\",\"together\":\"0000000f\","
            + "\"alone\":\"0000000f\"},"
            + "{\"name\":\"c\",\"expected\":\"00000003\",\"together\":\"00000003\","
            + "\"alone\":\"0000000e\"}]}",
        report.toJson().toString());
  }
}
