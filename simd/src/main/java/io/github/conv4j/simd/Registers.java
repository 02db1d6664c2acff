package io.github.conv4j.simd;

import jdk.incubator.vector.FloatVector;

/** How many vector registers the processor has. */
final class Registers {
  /**
   * Their number: 32 with AVX-512 and on AArch64, 16 on other processors. Java does not tell; where
   * vectors are 512 bits wide, there are 32.
   */
  static final int COUNT =
      FloatVector.SPECIES_PREFERRED.vectorBitSize() == 512 || isAarch64() ? 32 : 16;

  private Registers() {}

  private static boolean isAarch64() {
    return System.getProperty("os.arch", "").equals("aarch64");
  }
}
