package io.github.conv4j.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;

/** Starts the command in a virtual machine of its own. */
public final class Main {
  private Main() {}

  /**
   * Runs the command and ends the virtual machine with its exit code.
   *
   * @param args the command line
   */
  public static void main(String[] args) {
    // Not System.out, which hides that it cannot write.
    System.exit(
        Cli.run(
            new FileOutputStream(FileDescriptor.out),
            new FileOutputStream(FileDescriptor.err),
            args));
  }
}
