package io.github.conv4j.engine;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.conv4j.DType;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class MultiplyAddPeakTest {
  /** The slowest machines that Java runs on are faster, and the fastest not so fast. */
  @ParameterizedTest
  @EnumSource(DType.class)
  void isTheSpeedOfAMachine(DType type) {
    for (int threads = 1; threads <= 3; threads++) {
      double gflops = MultiplyAddPeak.gflops(type, threads);
      assertTrue(gflops > 1e-3 && gflops < 1e6, () -> type + ": " + gflops);
    }
  }
}
