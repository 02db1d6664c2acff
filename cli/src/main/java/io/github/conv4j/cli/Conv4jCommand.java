package io.github.conv4j.cli;

import io.github.conv4j.Conv4j;
import io.github.conv4j.cli.text.ErrorText;
import java.io.PrintWriter;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The command itself: what all subcommands share. */
@Command(
    name = "conv4j",
    description = "PyTorch's Conv2d in plain Java: filter pictures, convolve arrays, run networks.",
    scope = ScopeType.INHERIT,
    mixinStandardHelpOptions = true,
    versionProvider = Conv4jCommand.Version.class,
    sortOptions = false,
    descriptionHeading = "%n",
    parameterListHeading = "%n",
    optionListHeading = "%nOptions:%n",
    commandListHeading = "%nCommands:%n",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:done", "1:failed", "2:a command line that makes no sense"},
    footerHeading = "%nExamples:%n",
    footer = {
      "  conv4j filter photo.jpg --kernel sobel -o edges.png",
      "  conv4j conv2d --input x.npy --weight w.npy --padding same -o y.npy",
      "  conv4j inspect y.npy",
      "  conv4j run --model resnet18 --weights resnet18.pt photo.jpg",
      "  conv4j convert model.pt model.safetensors",
      "  conv4j explore --open",
      "",
      "CONV4J_OPTS in the environment holds options for Java, such as -Xmx8g for",
      "more memory.",
    },
    subcommands = {
      FilterCommand.class,
      Conv2dCommand.class,
      ExplainCommand.class,
      InspectCommand.class,
      ConvertCommand.class,
      RunCommand.class,
      ExploreCommand.class,
      ShellCommand.class,
      BenchCommand.class,
      DoctorCommand.class,
      CompletionCommand.class
    })
final class Conv4jCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Option(
      names = "--threads",
      scope = ScopeType.INHERIT,
      paramLabel = "N",
      description = "Threads to compute with; as many as processors if not given.")
  private Integer threads;

  @Option(
      names = "--debug",
      scope = ScopeType.INHERIT,
      description = "Print the stack trace of an error.")
  private boolean debug;

  /** What {@code --version} prints. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {"conv4j " + Conv4j.version()};
    }
  }

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(),
        "expected a command: " + String.join(", ", spec.subcommands().keySet()));
  }

  /**
   * Does what {@code --threads} asks for.
   *
   * @throws ParameterException if the number makes no sense
   */
  void applyThreads() {
    if (threads != null) {
      try {
        Conv4j.setThreads(threads);
      } catch (IllegalArgumentException e) {
        throw new ParameterException(spec.commandLine(), e.getMessage(), e);
      }
    }
  }

  /** Returns whether {@code --threads} was given. */
  boolean threadsGiven() {
    return threads != null;
  }

  /** Says what went wrong, with the stack trace if asked for, and returns the exit code. */
  int fail(Throwable failure) {
    return fail(ErrorText.of(failure), failure);
  }

  /** Says in these words what went wrong, as {@link #fail(Throwable)} does. */
  int fail(String sentence, Throwable failure) {
    // On a terminal, what was printed before the failure should stand before it.
    spec.commandLine().getOut().flush();
    PrintWriter err = spec.commandLine().getErr();
    err.println("conv4j: " + sentence);
    if (debug) {
      failure.printStackTrace(err);
    }
    err.flush();
    return Cli.FAILED;
  }
}
