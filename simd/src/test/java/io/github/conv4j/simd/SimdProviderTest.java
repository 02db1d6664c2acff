package io.github.conv4j.simd;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.conv4j.Conv4j;
import io.github.conv4j.kernel.KernelProvider.Refusal;
import java.util.Optional;
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

  @Test
  void shortVectors() {
    assertEquals(
        Optional.of(
            new Refusal("the vectors of this JVM have no more than 64 bits", Optional.empty())),
        SimdProvider.refusal(64));
    assertEquals(Optional.empty(), SimdProvider.refusal(128));
  }
}
