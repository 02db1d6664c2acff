package io.github.conv4j.simd;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.conv4j.Conv4j;
import io.github.conv4j.kernel.KernelProvider.Refusal;
import org.junit.jupiter.api.Test;

final class SimdProviderTest {
  @Test
  void runsHere() {
    assertEquals("simd", Conv4j.backend());
    assertEquals("vectors of " + Vectors.bits() + " bits", Conv4j.backendReason());
  }

  @Test
  void withoutTheModule() {
    assertEquals(
        "java runs without the module jdk.incubator.vector;"
            + " with --add-modules jdk.incubator.vector convolutions are faster",
        SimdProvider.withoutModule(true).toString());
    assertEquals(
        "this Java runtime was made without the module jdk.incubator.vector",
        SimdProvider.withoutModule(false).toString());
  }

  private static String reason(String vmInfo, int bits) {
    return SimdProvider.refusal(vmInfo, true, () -> bits).map(Refusal::toString).orElse("");
  }

  @Test
  void virtualMachines() {
    assertEquals("", reason("mixed mode, sharing", 128));
    assertEquals("", reason("compiled mode", 512));
    assertEquals(
        "the vectors of this JVM have no more than 64 bits", reason("mixed mode, sharing", 64));
    assertEquals(
        "this JVM runs without its optimizing compiler (interpreted mode, sharing)",
        reason("interpreted mode, sharing", 512));
    assertEquals(
        "this JVM runs without its optimizing compiler (mixed mode, emulated-client)",
        reason("mixed mode, emulated-client", 512));
  }

  @Test
  void withoutFusedMultiplyAdd() {
    assertEquals(
        "this JVM has no fused multiply-add in hardware",
        SimdProvider.refusal("mixed mode", false, () -> 512).orElseThrow().toString());
  }
}
