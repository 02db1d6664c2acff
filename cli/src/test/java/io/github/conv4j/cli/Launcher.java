package io.github.conv4j.cli;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Runs shell commands as a user would, with the Java that runs the tests. */
final class Launcher {
  /** The script in the root of the project. */
  static final Path SCRIPT = Path.of("../conv4j").toAbsolutePath().normalize();

  private static final int TIMEOUT_SECONDS = 120;

  private final Path folder;

  /**
   * Makes a user.
   *
   * @param folder where the user is
   */
  Launcher(Path folder) {
    this.folder = folder;
  }

  /** Starts a command line of {@code sh}; its output goes to files of the temporary folder. */
  Running start(String command, Map<String, String> environment) {
    try {
      File out = File.createTempFile("conv4j", ".out");
      File err = File.createTempFile("conv4j", ".err");
      ProcessBuilder builder =
          new ProcessBuilder("sh", "-c", command)
              .directory(folder.toFile())
              .redirectOutput(out)
              .redirectError(err);
      Map<String, String> variables = builder.environment();
      variables.keySet().removeAll(List.of("CONV4J_OPTS", "JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS"));
      variables.put("JAVA_HOME", System.getProperty("java.home"));
      variables.putAll(environment);
      return new Running(builder.start(), out.toPath(), err.toPath());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Runs a command line of {@code sh} to its end. */
  CommandLineRun run(String command, Map<String, String> environment) {
    return start(command, environment).end();
  }

  /** Runs a command line of {@code sh} to its end. */
  CommandLineRun run(String command) {
    return run(command, Map.of());
  }

  /**
   * A process under way.
   *
   * @param process the process
   * @param out the file of its standard output
   * @param err the file of its standard error
   */
  record Running(Process process, Path out, Path err) {
    /** Waits for its end. */
    CommandLineRun end() {
      try {
        if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
          process.descendants().forEach(ProcessHandle::destroyForcibly);
          process.destroyForcibly();
          throw new AssertionError("still running: " + Files.readString(err));
        }
        CommandLineRun run =
            new CommandLineRun(process.exitValue(), Files.readString(out), Files.readString(err));
        Files.delete(out);
        Files.delete(err);
        return run;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new AssertionError(e);
      }
    }
  }
}
