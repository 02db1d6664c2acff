package io.github.conv4j.app;

import io.github.conv4j.Conv4j;
import java.util.stream.IntStream;

/**
 * A user of the library, in a package that no module of the library has: asks for the backend from
 * several threads, and prints it.
 */
public final class Application {
  private Application() {}

  public static void main(String[] args) {
    IntStream.range(0, 8).parallel().forEach(i -> Conv4j.backend());
    System.out.println(Conv4j.backend() + ": " + Conv4j.backendReason());
  }
}
