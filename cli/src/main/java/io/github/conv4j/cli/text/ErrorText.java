package io.github.conv4j.cli.text;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.Objects;

/** Says in one line what went wrong. */
public final class ErrorText {
  private ErrorText() {}

  /** Returns the line for a failure. */
  public static String of(Throwable failure) {
    String text;
    if (failure instanceof UncheckedIOException) {
      return of(failure.getCause());
    } else if (failure instanceof OutOfMemoryError) {
      text = "out of memory: " + failure.getMessage();
    } else if (failure instanceof FileSystemException file && file.getReason() == null) {
      text = file.getFile() + ": " + reason(file);
    } else if (failure instanceof IOException
        || failure instanceof IllegalArgumentException
        || failure instanceof IllegalStateException) {
      text = Objects.requireNonNullElse(failure.getMessage(), failure.toString());
    } else {
      text = "internal error: " + failure + " (--debug shows where)";
    }
    if (failure instanceof OutOfMemoryError && !text.contains("-Xmx")) {
      text += ": start Java with a larger -Xmx";
    }
    // The library cannot know how its Java is started, this command does.
    return oneLine(text.contains("-Xmx") ? text + ", as in CONV4J_OPTS=-Xmx8g" : text);
  }

  /** Returns what the class alone says, in words for somebody who does not know Java. */
  private static String reason(FileSystemException failure) {
    if (failure instanceof NoSuchFileException) {
      return "no such file or folder";
    }
    if (failure instanceof AccessDeniedException) {
      return "permission denied";
    }
    return failure.getClass().getSimpleName();
  }

  /** Returns a text without line breaks and other codes that a terminal would obey. */
  public static String oneLine(String text) {
    return printable(text.strip().replaceAll("\\s*\\R\\s*", " "));
  }

  /** Returns a text in which nothing is left that a terminal would obey. */
  public static String printable(String text) {
    return text.replaceAll("\\p{Cntrl}", "?");
  }
}
