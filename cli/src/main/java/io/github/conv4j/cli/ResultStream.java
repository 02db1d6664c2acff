package io.github.conv4j.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Standard output: remembers the first failure instead of throwing it, and writes no more then.
 *
 * <p>That the reader of a pipe has gone, as {@code head} does when it has seen enough, is no
 * failure.
 */
final class ResultStream extends OutputStream {
  // From POSIX's <sys/stat.h>, with the values that Linux, macOS and the BSDs share.
  private static final int FILE_TYPE = 0170000;
  private static final int PIPE = 0010000;
  private static final int SOCKET = 0140000;

  private final OutputStream out;
  private IOException failure;
  private boolean closed;

  ResultStream(OutputStream out) {
    this.out = out;
  }

  /** Returns why writing failed, or null. */
  IOException failure() {
    return failure;
  }

  @Override
  public void write(int b) {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) {
    if (closed) {
      return;
    }
    try {
      out.write(bytes, offset, length);
    } catch (IOException e) {
      closed = true;
      failure = isPipe() ? null : new IOException("cannot write the results: " + e.getMessage(), e);
    }
  }

  /** The message of an exception would not tell: it is in the user's language. */
  private static boolean isPipe() {
    try {
      int mode = (int) Files.getAttribute(Path.of("/dev/stdout"), "unix:mode");
      return (mode & FILE_TYPE) == PIPE || (mode & FILE_TYPE) == SOCKET;
    } catch (IOException | UnsupportedOperationException | IllegalArgumentException e) {
      return false;
    }
  }
}
