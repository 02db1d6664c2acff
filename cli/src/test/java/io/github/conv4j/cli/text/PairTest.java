package io.github.conv4j.cli.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.conv4j.Padding;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class PairTest {
  @Test
  void oneNumberOrTwo() {
    assertEquals(new Pair(2, 2), Pair.parse("2"));
    assertEquals(new Pair(2, 1), Pair.parse("2,1"));
    assertEquals(new Pair(2, -1), Pair.parse(" 2, -1 "));
    assertEquals(Padding.of(1, 3), Pair.parsePadding("1,3"));
    assertEquals(Padding.SAME, Pair.parsePadding("same"));
    assertEquals(Padding.VALID, Pair.parsePadding("valid"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ",", "1,", ",1", "1,2,3", "1.5", "x", "1 2", "3000000000", "full"})
  void nothingElse(String text) {
    assertThrows(IllegalArgumentException.class, () -> Pair.parse(text));
    assertThrows(IllegalArgumentException.class, () -> Pair.parsePadding(text));
  }
}
