package io.github.conv4j.simd;

import jdk.incubator.vector.FloatVector;

/** What the vectors of this JVM are like. */
final class Vectors {
  private Vectors() {}

  /** Returns how many bits the vectors have that the JVM prefers. */
  static int bits() {
    return FloatVector.SPECIES_PREFERRED.vectorBitSize();
  }
}
