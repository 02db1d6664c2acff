package io.github.conv4j.simd;

import jdk.incubator.vector.FloatVector;

/** What the vectors of this JVM are like. */
final class Vectors {
  private Vectors() {}

  /** Returns how many bits the vectors have that the JVM prefers. */
  static int bits() {
    return FloatVector.SPECIES_PREFERRED.vectorBitSize();
  }

  /**
   * Returns how many vector registers the processor has: 32 with AVX-512 and on AArch64, 16 on
   * others. Java does not tell; where vectors are 512 bits wide, there are 32.
   */
  static int registers() {
    return bits() == 512 || System.getProperty("os.arch", "").equals("aarch64") ? 32 : 16;
  }
}
