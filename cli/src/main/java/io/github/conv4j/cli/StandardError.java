package io.github.conv4j.cli;

import java.io.File;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/**
 * Standard error, as the script {@code conv4j} leaves it.
 *
 * <p>The virtual machine warns of incubator modules whatever it is told, so the script has its
 * standard error go through a pipe and a process that leaves this line out. What goes that way
 * arrives a little later. On a terminal it could come after results that were printed after it, and
 * a progress bar could wipe out what is not its own; so this writes to the terminal itself.
 * Elsewhere the end of the virtual machine has to wait until everything has arrived.
 */
final class StandardError {
  /** The terminal that standard error is; empty or missing if it is none. */
  private static final String TERMINAL = "conv4j.stderr.terminal";

  /** The pipe, which the process at its other end removes when all is said; missing if none. */
  private static final String PIPE = "conv4j.stderr.pipe";

  private static final int LONGEST_WAIT_MILLIS = 1000;

  private final OutputStream stream;

  StandardError() {
    stream = open(System.getProperty(TERMINAL, ""));
  }

  private static OutputStream open(String terminal) {
    if (!terminal.isEmpty()) {
      try {
        return new FileOutputStream(terminal);
      } catch (IOException e) {
        // Somebody else's terminal, say, which was opened before the user was changed.
      }
    }
    return new FileOutputStream(FileDescriptor.err);
  }

  OutputStream stream() {
    return stream;
  }

  /** Ends it, and returns when what was written has arrived. */
  void close() {
    String pipe = System.getProperty(PIPE);
    if (pipe == null) {
      return;
    }
    try {
      // The JDK closes none of the three standard files, but puts the null device in their place:
      // the pipe has an end, and nothing else can come to be standard error.
      new FileOutputStream(FileDescriptor.err).close();
      File file = new File(pipe);
      for (int waited = 0; waited < LONGEST_WAIT_MILLIS && file.exists(); waited++) {
        Thread.sleep(1);
      }
    } catch (IOException e) {
      // Then it has an end when the virtual machine has.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
