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
    StandardError err = new StandardError();
    // Not System.out, which hides that it cannot write.
    int code = Cli.run(new FileOutputStream(FileDescriptor.out), err.stream(), args);
    err.close();
    System.exit(code);
  }
}
