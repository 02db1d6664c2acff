package io.github.conv4j.io;

import java.io.EOFException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import javax.imageio.IIOException;

/** Words what can go wrong with a file: one sentence that begins with the file's name. */
final class Failure {
  private static final int LONGEST_QUOTE = 80;

  private Failure() {}

  static IOException of(String name, String sentence) {
    return new IOException(name + ": " + sentence);
  }

  static IOException of(String name, String sentence, Throwable cause) {
    return new IOException(name + ": " + sentence, cause);
  }

  /** Returns {@code cause} in words, or {@code cause} itself if it names the file already. */
  static IOException of(String name, Throwable cause) {
    return names(cause, name) ? (IOException) cause : of(name, reason(cause), cause);
  }

  /** Returns {@code cause} in words after what failed, or itself if it names the file already. */
  static IOException because(String name, String failed, Throwable cause) {
    return names(cause, name)
        ? (IOException) cause
        : of(name, failed + ": " + reason(cause), cause);
  }

  private static boolean names(Throwable failure, String name) {
    return failure instanceof IOException
        && failure.getMessage() != null
        && failure.getMessage().startsWith(name + ": ");
  }

  /** Returns what happened, in words for somebody who does not know Java. */
  static String reason(Throwable failure) {
    if (failure instanceof IIOException && failure.getCause() instanceof IOException cause) {
      return reason(cause); // ImageIO's own words say less
    }
    if (failure instanceof NoSuchFileException) {
      return "no such file or folder";
    }
    if (failure instanceof AccessDeniedException) {
      return "permission denied";
    }
    if (failure instanceof EOFException) {
      return "the data end too early";
    }
    if (failure instanceof OutOfMemoryError) {
      return "not enough memory (" + failure.getMessage() + ")";
    }
    String message =
        failure instanceof FileSystemException file ? file.getReason() : failure.getMessage();
    return message == null || message.isBlank()
        ? failure.getClass().getSimpleName()
        : printable(message);
  }

  /** Returns a piece of a file in quotes, fit for a message: short and without control codes. */
  static String quote(String text) {
    String shown = text.length() <= LONGEST_QUOTE ? text : text.substring(0, LONGEST_QUOTE) + "...";
    return "'" + printable(shown) + "'";
  }

  private static String printable(String text) {
    return text.replaceAll("\\p{Cntrl}+", " ");
  }

  static void refuseFolder(Path path) throws IOException {
    if (Files.isDirectory(path)) {
      throw of(path.toString(), "this is a folder, not a file");
    }
  }

  /**
   * Refuses what can never fit, so that no attempt is made to allocate it: a Java started with
   * {@code -XX:+ExitOnOutOfMemoryError} would not survive the attempt.
   */
  static void refuseLargerThanHeap(String name, String what, long bytes) throws IOException {
    long heap = Runtime.getRuntime().maxMemory();
    if (bytes > heap) {
      throw of(
          name,
          what
              + " needs "
              + bytes
              + " bytes, the heap may grow to "
              + heap
              + ": start Java with a larger -Xmx");
    }
  }
}
