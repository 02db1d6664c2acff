package io.github.conv4j;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ActivationTest {
  private static final double INF = Double.POSITIVE_INFINITY;

  @Test
  void theSameFunctionsAreEqual() {
    assertEquals(Activation.RELU, Activation.clamp(0, INF));
    assertEquals(Activation.RELU6, Activation.clamp(0, 6));
    assertEquals(Activation.RELU6.hashCode(), Activation.clamp(0, 6).hashCode());
    assertEquals(Activation.clamp(-1, 1), Activation.clamp(-1, 1));
  }

  @Test
  void othersAreNot() {
    List<Activation> all =
        List.of(
            Activation.NONE,
            Activation.RELU,
            Activation.RELU6,
            Activation.SILU,
            Activation.HARDSWISH,
            Activation.clamp(0, 5),
            Activation.clamp(-0.0, 6),
            Activation.clamp(-1, 6));
    for (int i = 0; i < all.size(); i++) {
      for (int j = 0; j < i; j++) {
        assertNotEquals(all.get(i), all.get(j));
      }
    }
  }

  @Test
  void tellsWhatItIs() {
    assertEquals("none", Activation.NONE.toString());
    assertEquals("relu", Activation.RELU.toString());
    assertEquals("relu6", Activation.clamp(0, 6).toString());
    assertEquals("silu", Activation.SILU.toString());
    assertEquals("hardswish", Activation.HARDSWISH.toString());
    Activation clamp = Activation.clamp(-1, 2.5);
    assertEquals("clamp(-1.0, 2.5)", clamp.toString());
    assertEquals(Activation.Kind.CLAMP, clamp.kind());
    assertEquals(-1, clamp.low());
    assertEquals(2.5, clamp.high());
  }

  @ParameterizedTest
  @CsvSource({"2, 1", "Infinity, -Infinity", "NaN, 1", "1, NaN"})
  void refusesBoundsInTheWrongOrder(double low, double high) {
    IllegalArgumentException refused =
        assertThrows(IllegalArgumentException.class, () -> Activation.clamp(low, high));
    assertEquals(
        "clamp needs low <= high, but got low " + low + " and high " + high, refused.getMessage());
  }
}
