package io.github.conv4j;

import io.github.conv4j.engine.BitsSuite;
import io.github.conv4j.engine.MultiplyAddPeak;
import io.github.conv4j.kernel.Backend;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Properties;

/** The library as a whole: its version, its backend, its threads. */
public final class Conv4j {
  private static volatile int threads = Runtime.getRuntime().availableProcessors();

  private Conv4j() {}

  /** Returns the version, as {@code 1.2.3}. */
  public static String version() {
    try (InputStream in = Conv4j.class.getResourceAsStream("version.properties")) {
      Properties properties = new Properties();
      properties.load(in);
      return properties.getProperty("version");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Returns the name of the kernels that run: {@code simd}, which are those of the artifact
   * conv4j-simd on the JDK's Vector API, or {@code portable}. Both give the same bits. They are
   * chosen once, when first asked for here or by a layer, and then kept.
   *
   * <p>The system property {@code conv4j.backend} asks for one of them; without it or with {@code
   * auto}, simd runs where it can. If conv4j-simd is there and only a flag of Java is missing, that
   * is logged once, as a warning of the logger {@code io.github.conv4j}.
   *
   * @throws IllegalStateException if the system property {@code conv4j.backend} asks for kernels
   *     that cannot be had
   */
  public static String backend() {
    return Backend.active().name();
  }

  /**
   * Returns why these kernels run, in a few words: what simd makes use of, or what keeps it from
   * running and how it can be had.
   *
   * @throws IllegalStateException if the system property {@code conv4j.backend} asks for kernels
   *     that cannot be had
   */
  public static String backendReason() {
    return Backend.active().reason();
  }

  /**
   * Checks that this machine computes the bits that every machine computes: some 120 convolutions
   * of all kinds are done with the kernels and the threads in use, and their outputs compared with
   * checksums that came with the library.
   *
   * <p>Takes some seconds.
   *
   * @return a result for each convolution
   * @throws IllegalStateException if the system property {@code conv4j.backend} asks for kernels
   *     that cannot be had
   */
  public static List<BitsCheck> checkBits() {
    return BitsSuite.check();
  }

  /**
   * Measures how fast {@link #threads()} threads of this machine multiply and add, on numbers that
   * stay in the first-level cache and with no convolution around it: what a convolution's speed can
   * be compared with. An algorithm that does with fewer multiplications can pass it. Takes about
   * half a second, and says little while the machine does other work.
   *
   * @return 10^9 floating-point operations a second of all threads, two for each multiply-add
   */
  public static double measurePeak(DType type) {
    return MultiplyAddPeak.gflops(type, threads);
  }

  /** Returns how many threads share the work of one call. */
  public static int threads() {
    return threads;
  }

  /**
   * Sets how many threads share the work of one call, the caller's own included; at first the
   * available processors. The results do not depend on it.
   *
   * @throws IllegalArgumentException if {@code count < 1}
   */
  public static void setThreads(int count) {
    if (count < 1) {
      throw new IllegalArgumentException("threads must be 1 or more, but got " + count);
    }
    threads = count;
  }
}
