package io.github.conv4j.kernel;

/**
 * Fused multiply-add, {@code a * b + c} rounded once, as fast as it can be had.
 *
 * <p>All of conv4j that runs on any processor calls this and not {@link Math#fma}, which is one
 * instruction on most and takes about a microsecond on others: x86 without FMA3, as built before
 * 2013, and virtual machines that hide it. The results are the same.
 */
public final class Fma {
  private static final int CALLS = 8;
  private static final int TRIALS = 8;

  /**
   * How many times as long as a multiplication and an addition {@code Math.fma} may take. With the
   * instruction it took 0.3 to 1.3 times as long, in the interpreter and compiled; without it, 40
   * times and more.
   */
  private static final int SLOWER = 8;

  private static final boolean HARDWARE = isInHardware();

  private Fma() {}

  /**
   * Returns whether {@link Math#fma} is an instruction here. Decides about speed alone, never about
   * a result.
   */
  public static boolean hardware() {
    return HARDWARE;
  }

  /** Returns {@code a * b + c}, rounded once. */
  public static float fma(float a, float b, float c) {
    // The compiler knows the constant and leaves one of the two.
    return HARDWARE ? Math.fma(a, b, c) : SoftwareFma.fma(a, b, c);
  }

  /** Returns {@code a * b + c}, rounded once. */
  public static double fma(double a, double b, double c) {
    return HARDWARE ? Math.fma(a, b, c) : SoftwareFma.fma(a, b, c);
  }

  /**
   * Measures. HotSpot has a flag that tells, but asking for it starts all of the JDK's management,
   * which takes 10 to 30 ms, and other virtual machines do not have it. The two cases are so far
   * apart that the fastest of a few trials cannot be mistaken.
   */
  private static boolean isInHardware() {
    long fused = Long.MAX_VALUE;
    long separate = Long.MAX_VALUE;
    for (int trial = 0; trial < TRIALS; trial++) {
      long start = System.nanoTime();
      float x = chain(true);
      long middle = System.nanoTime();
      float y = chain(false);
      long end = System.nanoTime();
      // The results are used, so they have to be computed.
      if (x > 0 && y > 0) {
        fused = Math.min(fused, middle - start);
        separate = Math.min(separate, end - middle);
      }
    }
    // A clock may tick slower than the calls run.
    return fused <= SLOWER * Math.max(separate, 100);
  }

  /** Numbers so small have long decimal expansions, on which BigDecimal is slow. */
  private static float chain(boolean fused) {
    float x = 1.1e-30f;
    for (int i = 0; i < CALLS; i++) {
      x = fused ? Math.fma(x, 0.9f, 1.234567e-31f) : separate(x, 0.9f, 1.234567e-31f);
    }
    return x;
  }

  /** A call, because {@code Math.fma} is one. */
  private static float separate(float a, float b, float c) {
    return a * b + c;
  }
}
