package io.github.conv4j;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class PaddingModeTest {
  /** The pictures of the class comment, and as far as each mode reaches. */
  @ParameterizedTest
  @CsvSource({
    "ZEROS,     3, 000abcde000",
    "REFLECT,   4, edcbabcdedcba",
    "REPLICATE, 6, aaaaaaabcdeeeeeee",
    "CIRCULAR,  5, abcdeabcdeabcde",
    "CIRCULAR,  7, deabcdeabcdeabcdeab"
  })
  void readsAcrossTheEdge(PaddingMode mode, int padding, String expected) {
    String actual =
        IntStream.range(-padding, 5 + padding)
            .map(position -> mode.source(position, 5))
            .mapToObj(source -> source < 0 ? "0" : "abcde".substring(source, source + 1))
            .collect(Collectors.joining());
    assertEquals(expected, actual);
  }

  @ParameterizedTest
  @CsvSource({
    "ZEROS,     2147483647,  5, -1",
    "ZEROS,     -2147483648, 5, -1",
    "ZEROS,     0,           0, -1",
    "REPLICATE, 2147483647,  5, 4",
    "REPLICATE, -2147483648, 5, 0",
    "CIRCULAR,  2147483647,  5, 2",
    "CIRCULAR,  -2147483648, 5, 2",
    // Twice this side is more than an int holds.
    "REFLECT,   2147483646,  2000000000, 1852516352",
    "REFLECT,   -1999999999, 2000000000, 1999999999"
  })
  void doesNotOverflow(PaddingMode mode, int position, int size, int expected) {
    assertEquals(expected, mode.source(position, size));
  }

  @ParameterizedTest
  @CsvSource({
    "ZEROS,     0, 2147483647, 2147483647",
    "REFLECT,   5, 4, 4",
    "REFLECT,   1, 0, 0",
    "REFLECT,   0, 0, 0",
    "REFLECT,   5, -3, 4",
    "REPLICATE, 1, 1000, 1000",
    "REPLICATE, 0, 0, 0",
    "CIRCULAR,  5, 5, 5",
    "CIRCULAR,  0, 0, 0"
  })
  void accepts(PaddingMode mode, int size, int before, int after) {
    assertDoesNotThrow(() -> mode.check("width", size, before, after));
  }

  @ParameterizedTest
  @CsvSource({
    "REFLECT,   5, 5, 0, 'smaller than the side it mirrors, but got padding (5, 0) for width 5'",
    "REFLECT,   5, -2, 5, 'but got padding (-2, 5) for width 5'",
    "REFLECT,   1, 0, 1, 'but got padding (0, 1) for width 1'",
    "REFLECT,   0, 0, 1, 'but got padding (0, 1) for width 0'",
    "REFLECT,   5, 2147483647, 0, 'but got padding (2147483647, 0) for width 5'",
    "REPLICATE, 0, 1, 0, 'needs an edge to repeat, but got padding (1, 0) for width 0'",
    "CIRCULAR,  5, 0, 6, 'wrap round more than once, but got padding (0, 6) for width 5'",
    "CIRCULAR,  0, 1, 0, 'but got padding (1, 0) for width 0'"
  })
  void refuses(PaddingMode mode, int size, int before, int after, String message) {
    var e =
        assertThrows(
            IllegalArgumentException.class, () -> mode.check("width", size, before, after));
    assertTrue(e.getMessage().contains(message), e.getMessage());
  }

  @ParameterizedTest
  @EnumSource
  void isFoundByItsName(PaddingMode mode) {
    assertSame(mode, PaddingMode.of(mode.toString()));
  }

  @ParameterizedTest
  @NullSource
  @ValueSource(strings = {"", "Zeros", "constant", "ZEROS", "zeros "})
  void anotherNameIsRefused(String name) {
    var e = assertThrows(IllegalArgumentException.class, () -> PaddingMode.of(name));
    assertEquals(
        "padding_mode must be zeros, reflect, replicate or circular, but got '" + name + "'",
        e.getMessage());
  }
}
