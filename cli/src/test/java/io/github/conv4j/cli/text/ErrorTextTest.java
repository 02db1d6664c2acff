package io.github.conv4j.cli.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import org.junit.jupiter.api.Test;

final class ErrorTextTest {
  @Test
  void expectedFailuresSpeakForThemselves() {
    assertEquals("no luck", ErrorText.of(new IOException("no luck")));
    assertEquals("no luck", ErrorText.of(new UncheckedIOException(new IOException("no luck"))));
    assertEquals("no luck", ErrorText.of(new IllegalArgumentException("no\n  luck\n")));
    assertEquals("java.io.IOException", ErrorText.of(new IOException()));
  }

  @Test
  void filesAreNamed() {
    assertEquals("a: no such file or folder", ErrorText.of(new NoSuchFileException("a")));
    assertEquals("a: permission denied", ErrorText.of(new AccessDeniedException("a")));
    assertEquals("a: disk full", ErrorText.of(new FileSystemException("a", null, "disk full")));
  }

  @Test
  void memoryNamesTheWayOut() {
    assertEquals(
        "out of memory: Java heap space: start Java with a larger -Xmx, as in CONV4J_OPTS=-Xmx8g",
        ErrorText.of(new OutOfMemoryError("Java heap space")));
    assertEquals(
        "x.npy: start Java with a larger -Xmx, as in CONV4J_OPTS=-Xmx8g",
        ErrorText.of(new IOException("x.npy: start Java with a larger -Xmx")));
  }

  @Test
  void theUnexpectedIsCalledSo() {
    String text = ErrorText.of(new NullPointerException("oops"));
    assertTrue(text.startsWith("internal error: java.lang.NullPointerException: oops"), text);
    assertTrue(text.contains("--debug"), text);
  }
}
