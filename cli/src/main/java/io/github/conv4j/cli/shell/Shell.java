package io.github.conv4j.cli.shell;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.stream.Stream;
import jdk.jshell.tool.JavaShellToolBuilder;

/** JShell with conv4j on its class path and imported. */
public final class Shell {
  /** What JShell runs before the user does. */
  private static final String STARTUP =
      """
      import io.github.conv4j.*;
      import io.github.conv4j.explain.*;
      import io.github.conv4j.io.*;
      import io.github.conv4j.models.*;
      import io.github.conv4j.nn.*;
      import io.github.conv4j.nn.functional.*;
      import io.github.conv4j.random.*;
      import java.nio.file.Path;
      void tour() { io.github.conv4j.cli.shell.Tour.print(System.out); }
      void tour(int step) { io.github.conv4j.cli.shell.Tour.print(System.out, step); }
      """;

  private Shell() {}

  /**
   * Runs JShell on this process's terminal, or on what is piped into it, until it ends.
   *
   * @param steps run the code of the tour up to this step first
   * @return the exit code that the user gave
   * @throws IOException if no temporary files can be written
   */
  public static int run(int steps) throws IOException {
    return run(JavaShellToolBuilder.builder(), steps);
  }

  /** Runs what was built so far, with conv4j. */
  static int run(JavaShellToolBuilder builder, int steps) throws IOException {
    Path folder = Files.createTempDirectory("conv4j-tour-");
    // Ctrl-C and closed terminals end the virtual machine without a way back here.
    Thread cleaner = new Thread(() -> delete(folder));
    Runtime.getRuntime().addShutdownHook(cleaner);
    Path startup = Files.writeString(folder.resolve("startup.jsh"), STARTUP);
    Tour.write(folder);
    try {
      return builder
          // The user's own preferences and history of JShell are not for us to change.
          .persistence(new HashMap<>())
          .start(arguments(folder, startup, steps).toArray(String[]::new));
    } catch (IOException | RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException("JShell does not start: " + e.getMessage(), e);
    }
  }

  private static List<String> arguments(Path folder, Path startup, int steps) {
    List<String> arguments = new ArrayList<>();
    arguments.addAll(List.of("--class-path", System.getProperty("java.class.path")));
    arguments.addAll(List.of("--feedback", "concise"));
    arguments.addAll(List.of("--startup", "DEFAULT", "--startup", startup.toString()));
    arguments.add("-R-D" + Tour.FOLDER + "=" + folder);
    if (ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent()) {
      arguments.addAll(List.of("-R--add-modules", "-Rjdk.incubator.vector"));
    }
    // JShell computes in a process of its own, which is to have what this one was given.
    for (String option : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
      if (option.startsWith("-X") || option.startsWith("-Dconv4j.backend")) {
        arguments.add("-R" + option);
      }
    }
    for (int step = 1; step <= steps; step++) {
      arguments.add(folder.resolve(step + ".jsh").toString());
    }
    return arguments;
  }

  private static void delete(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      // Temporary files that stay are the system's to delete.
    }
  }
}
