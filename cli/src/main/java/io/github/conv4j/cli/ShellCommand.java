package io.github.conv4j.cli;

import io.github.conv4j.cli.shell.Shell;
import io.github.conv4j.cli.shell.Tour;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Opens JShell with conv4j. */
@Command(
    name = "shell",
    description = {
      "Open JShell, Java's notebook, with conv4j imported.",
      "",
      "tour() lists the steps of docs/how-convolution-works.md, tour(3) shows the third and how to "
          + "run it. /help tells about JShell, /exit or Ctrl-D ends it. What is piped in is run "
          + "line by line.",
    },
    footer = {
      "  conv4j shell",
      "  conv4j shell --tour 4",
      "  echo 'Tensor.rand(2, 3).shape()' | conv4j shell",
    })
final class ShellCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--tour",
      paramLabel = "STEP",
      defaultValue = "0",
      description = "Run the tour's code up to this step first.")
  private int tour;

  @Override
  public Integer call() throws IOException {
    int last = Tour.steps().size();
    if (tour < 0 || tour > last) {
      throw new ParameterException(
          spec.commandLine(), "--tour must be from 0 to " + last + ", but got " + tour);
    }
    if (ModuleLayer.boot().findModule("jdk.jshell").isEmpty()) {
      throw new IllegalStateException(
          "this Java runs without the module jdk.jshell: a whole JDK has it");
    }
    if (Boolean.getBoolean("conv4j.interactive")) {
      PrintWriter out = spec.commandLine().getOut();
      out.println("JShell with conv4j: Tensor.rand(2, 3) makes a tensor, tour() shows the tour,");
      out.println("/help tells more, /exit ends.");
      out.flush();
    }
    return Shell.run(tour);
  }
}
