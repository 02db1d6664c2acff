package io.github.conv4j;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class DTypeTest {
  @ParameterizedTest
  @EnumSource
  void isFoundByItsName(DType dtype) {
    assertSame(dtype, DType.of(dtype.toString()));
  }

  @Test
  void knowsSizeAndRounding() {
    assertEquals(4, DType.FLOAT32.bytes());
    assertEquals(8, DType.FLOAT64.bytes());
    assertEquals(0.1f, DType.FLOAT32.round(0.1));
    assertEquals(0.1, DType.FLOAT64.round(0.1));
    assertEquals(Double.POSITIVE_INFINITY, DType.FLOAT32.round(1e39));
  }

  @ParameterizedTest
  @NullSource
  @ValueSource(strings = {"", "float", "FLOAT32", "torch.float32", "float16"})
  void anotherNameIsRefused(String name) {
    var e = assertThrows(IllegalArgumentException.class, () -> DType.of(name));
    assertEquals("dtype must be float32 or float64, but got '" + name + "'", e.getMessage());
  }
}
