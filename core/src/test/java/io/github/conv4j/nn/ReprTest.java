package io.github.conv4j.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Numbers as Python's {@code repr} gives them. */
class ReprTest {
  @ParameterizedTest
  @CsvSource({
    "0.1, 0.1",
    "1, 1.0",
    "-2.5, -2.5",
    "1e-5, 1e-05",
    "1e-4, 0.0001",
    "1.5e-7, 1.5e-07",
    "1e16, 1e+16",
    "1e15, 1000000000000000.0",
    "123456789.125, 123456789.125",
    "2e-3, 0.002",
    "2.0e-44, 2e-44",
    "1e100, 1e+100",
    "2.2250738585072014e-308, 2.2250738585072014e-308",
    "5e-324, 5e-324",
    "0.30000000000000004, 0.30000000000000004",
    "-0.0, -0.0",
    "0, 0.0",
    "NaN, nan",
    "Infinity, inf",
    "-Infinity, -inf",
  })
  void isPythons(double value, String expected) {
    assertEquals(expected, Repr.of(value));
  }
}
