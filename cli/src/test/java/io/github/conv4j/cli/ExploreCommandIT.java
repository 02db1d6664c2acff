package io.github.conv4j.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.conv4j.cli.Launcher.Running;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Runs {@code ./conv4j explore} as it was just packaged, and stops it as a user does. */
@Timeout(120)
final class ExploreCommandIT {
  private static final String EXPLORE = "'" + Launcher.SCRIPT + "' explore ";

  @TempDir private Path folder;
  private Launcher launcher;

  @BeforeEach
  void makeUser() {
    launcher = new Launcher(folder);
  }

  /** Waits for a file to have a line, and returns the file. */
  private static String waitFor(Path file) throws Exception {
    while (!Files.exists(file) || !Files.readString(file).endsWith("\n")) {
      Thread.sleep(20);
    }
    return Files.readString(file);
  }

  private static URI address(Running run) throws Exception {
    return URI.create(waitFor(run.out()).strip());
  }

  private static void assertServes(URI address) throws IOException {
    try (InputStream in = address.toURL().openStream()) {
      String page = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      assertTrue(page.startsWith("<!DOCTYPE html>"), page);
    }
  }

  /** Sends a signal and asserts that it ends the command at once and without a word. */
  private void stop(Running run, URI address, String signal, int code) throws Exception {
    waitFor(run.err());
    new ProcessBuilder("kill", "-" + signal, "" + run.process().pid()).start().waitFor();
    long begin = System.nanoTime();
    CommandLineRun ended = run.end();
    assertTrue(System.nanoTime() - begin < 5e9, "took long to end");
    assertEquals(code, ended.code());
    assertEquals(address + "\n", ended.out());
    assertTrue(ended.err().matches("conv4j: [^\n]*Ctrl-C stops it\n"), ended.err());
    new ServerSocket(address.getPort(), 1, InetAddress.getLoopbackAddress()).close();
  }

  @Test
  @EnabledOnOs(
      value = OS.LINUX,
      disabledReason = "only GNU's env can undo that a signal is ignored")
  void controlC() throws Exception {
    // A build in the background ignores this signal, and so would all that it starts.
    Running run = launcher.start("exec env --default-signal=INT " + EXPLORE, Map.of());
    URI address = address(run);
    assertServes(address);
    stop(run, address, "INT", 130);
  }

  @Test
  void terminationWhileClientsAreConnected() throws Exception {
    Running run = launcher.start("exec " + EXPLORE, Map.of());
    URI address = address(run);
    assertServes(address);
    try (Socket idle = new Socket(InetAddress.getLoopbackAddress(), address.getPort());
        Socket slow = new Socket(InetAddress.getLoopbackAddress(), address.getPort())) {
      assertTrue(idle.isConnected());
      slow.getOutputStream().write('G');
      assertServes(address);
      stop(run, address, "TERM", 143);
    }
    // The port can be had again, at once.
    Running again = launcher.start("exec " + EXPLORE + "--port " + address.getPort(), Map.of());
    assertEquals(address, address(again));
    CommandLineRun other = launcher.run(EXPLORE + "--port " + address.getPort());
    other.failed("cannot listen on port " + address.getPort() + " (");
    stop(again, address, "TERM", 143);
  }

  @Test
  void itOutlivesItsOutput() throws Exception {
    String line = "{ " + EXPLORE + "2>err & echo $! >pid; } | head -n 1 >out; cat out";
    URI address = URI.create(launcher.run(line).done().strip());
    assertServes(address);
    launcher.run("kill $(cat pid)").done();
  }

  @Test
  @EnabledOnOs(value = OS.LINUX, disabledReason = "other systems open a browser otherwise")
  void openingABrowser() throws Exception {
    Path bin = Files.createDirectory(folder.resolve("bin"));
    Path browser = bin.resolve("xdg-open");
    Map<String, String> path = Map.of("PATH", bin + ":" + System.getenv("PATH"));
    for (int code = 0; code < 2; code++) {
      Files.writeString(browser, "#!/bin/sh\necho $1 >opened\nexit " + code + "\n");
      assertTrue(browser.toFile().setExecutable(true));
      Running run = launcher.start("exec " + EXPLORE + "--open", path);
      URI address = address(run);
      assertEquals(address + "\n", waitFor(folder.resolve("opened")));
      Files.delete(folder.resolve("opened"));
      String sentence = "conv4j: cannot open a browser with setsid xdg-open, open it yourself\n";
      while (code > 0 && !Files.readString(run.err()).endsWith(sentence)) {
        Thread.sleep(20);
      }
      assertServes(address);
      run.process().destroy();
      assertEquals(code, run.end().err().lines().count() - 1);
    }
  }
}
