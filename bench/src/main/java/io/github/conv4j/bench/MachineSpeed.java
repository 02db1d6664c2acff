package io.github.conv4j.bench;

/**
 * What a number of threads of this machine can do.
 *
 * @param threads how many
 * @param fmaFloat32 fused multiply-adds of float32, in GFLOP/s (one is two operations)
 * @param fmaFloat64 the same of float64
 * @param readGb reading memory, in GB/s
 * @param triadGb {@code a[i] = b[i] + s * c[i]}, in GB/s of the three arrays
 * @param vectorBits the width of the vectors that Java prefers here
 */
record MachineSpeed(
    int threads,
    double fmaFloat32,
    double fmaFloat64,
    double readGb,
    double triadGb,
    int vectorBits) {
  /** Returns the higher of each: others on the machine can only make them lower. */
  MachineSpeed better(MachineSpeed other) {
    return new MachineSpeed(
        threads,
        Math.max(fmaFloat32, other.fmaFloat32),
        Math.max(fmaFloat64, other.fmaFloat64),
        Math.max(readGb, other.readGb),
        Math.max(triadGb, other.triadGb),
        vectorBits);
  }
}
