package io.github.conv4j.io;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.conv4j.DType;
import io.github.conv4j.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.function.ThrowingSupplier;

/** What the tests of this package share. */
final class TestFiles {
  private TestFiles() {}

  /** Returns a file of the test resources. */
  static Path resource(String name) {
    try {
      return Path.of(TestFiles.class.getResource("/" + name).toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  static JsonObject json(String name) {
    try {
      return JsonParser.parseString(Files.readString(resource(name))).getAsJsonObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns the elements as big-endian bytes, so that every bit counts. */
  static byte[] bits(Tensor tensor) {
    ByteBuffer bytes = ByteBuffer.allocate(tensor.numel() * tensor.dtype().bytes());
    for (int i = 0; i < tensor.numel(); i++) {
      if (tensor.dtype() == DType.FLOAT32) {
        bytes.putFloat(tensor.floats()[i]);
      } else {
        bytes.putDouble(tensor.doubles()[i]);
      }
    }
    return bytes.array();
  }

  /** Returns a tensor of random bits, NaNs and infinities among them. */
  static Tensor random(long seed, DType dtype, int... shape) {
    Random random = new Random(seed);
    Tensor tensor = Tensor.zeros(io.github.conv4j.Shape.of(shape), dtype);
    for (int i = 0; i < tensor.numel(); i++) {
      if (dtype == DType.FLOAT32) {
        tensor.floats()[i] = Float.intBitsToFloat(random.nextInt());
      } else {
        tensor.doubles()[i] = Double.longBitsToDouble(random.nextLong());
      }
    }
    return tensor;
  }

  /**
   * Checks that a file is refused as promised: one sentence that names it; returns the sentence.
   */
  static String assertRefused(Object name, Executable read) {
    IOException e = assertThrows(IOException.class, read);
    String message = e.getMessage();
    assertAll(
        message,
        () -> assertTrue(message.startsWith(name + ": "), "begins with " + name),
        () -> assertFalse(message.contains("\n"), "one line"),
        () -> assertFalse(message.contains("Exception"), "no names of classes"),
        () -> assertTrue(message.length() > name.toString().length() + 10, "says something"));
    return message;
  }

  static void assertRefused(Object name, String fragment, Executable read) {
    String message = assertRefused(name, read);
    assertTrue(message.contains(fragment), () -> message + " should contain " + fragment);
  }

  /** Checks that reading a damaged file gives something or an IOException that names it. */
  static <T> boolean readsOrRefuses(Object name, String damage, ThrowingSupplier<T> read) {
    try {
      read.get();
      return true;
    } catch (IOException e) {
      assertTrue(e.getMessage().startsWith(name + ": "), () -> damage + ": " + e.getMessage());
      return false;
    } catch (Throwable e) {
      return fail(damage, e);
    }
  }

  /** Writes every proper beginning of a file in turn and hands its length to the check. */
  static void truncations(byte[] file, Path to, Truncation check) throws IOException {
    assertEquals(true, file.length > 0);
    for (int length = 0; length < file.length; length++) {
      Files.write(to, java.util.Arrays.copyOf(file, length));
      check.at(length);
    }
  }

  interface Truncation {
    void at(int length) throws IOException;
  }
}
