package io.github.conv4j.cli;

import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Writes the script that completes this command in a shell. */
@Command(
    name = "generate-completion",
    description = "Print a script for bash and zsh that completes commands and options.",
    footer = {
      "  source <(conv4j generate-completion)",
      "  conv4j generate-completion >> ~/.bash_completion",
    })
final class CompletionCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    spec.commandLine()
        .getOut()
        .print(AutoComplete.bash(spec.root().name(), spec.root().commandLine()));
  }
}
