package io.github.conv4j.cli;

import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Writes the script that completes this command in a shell. */
@Command(
    name = "generate-completion",
    description = "Print the script that completes conv4j's commands and options in bash or zsh.",
    footer = {
      "  source <(conv4j generate-completion)                       # for this shell",
      "  conv4j generate-completion > ~/.conv4j-completion          # for all: source it in ~/.bashrc",
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
