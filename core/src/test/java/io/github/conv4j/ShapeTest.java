package io.github.conv4j;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ShapeTest {
  private static final int MAX = Integer.MAX_VALUE;

  static Stream<Arguments> elements() {
    return Stream.of(
        arguments(new int[] {}, 1),
        arguments(new int[] {0}, 0),
        arguments(new int[] {7}, 7),
        arguments(new int[] {2, 6, 4, 5}, 240),
        arguments(new int[] {3, 0, 5}, 0),
        arguments(new int[] {MAX, MAX, MAX, 0}, 0),
        arguments(new int[] {0, MAX, MAX, MAX}, 0),
        arguments(new int[] {Shape.MAX_ELEMENTS}, MAX),
        arguments(new int[] {1, Shape.MAX_ELEMENTS, 1}, MAX));
  }

  @ParameterizedTest
  @MethodSource("elements")
  void countsItsElements(int[] sizes, int numel) {
    Shape shape = Shape.of(sizes);
    assertEquals(numel, shape.numel());
    assertEquals(sizes.length, shape.rank());
    assertArrayEquals(sizes, shape.toArray());
    assertEquals(shape, Shape.of(Arrays.stream(sizes).asLongStream().toArray()));
  }

  @Test
  void itsArraysAreItsOwn() {
    int[] sizes = {2, 3};
    Shape shape = Shape.of(sizes);
    sizes[0] = 9;
    shape.toArray()[1] = 9;
    assertEquals(Shape.of(2, 3), shape);
  }

  @Test
  void negativeDimensionsCountFromTheLast() {
    Shape shape = Shape.of(2, 3, 4);
    for (int dim = 0; dim < 3; dim++) {
      assertEquals(dim + 2, shape.size(dim));
      assertEquals(dim + 2, shape.size(dim - 3));
    }
  }

  @Test
  void offsetsAndCoordinatesAgree() {
    Shape shape = Shape.of(2, 3, 4);
    assertArrayEquals(
        new int[] {12, 4, 1}, new int[] {shape.stride(0), shape.stride(1), shape.stride(2)});
    for (int offset = 0; offset < shape.numel(); offset++) {
      int[] index = shape.indexOf(offset);
      assertEquals(offset, index[0] * 12 + index[1] * 4 + index[2]);
      assertTrue(index[2] < 4 && index[1] < 3, () -> shape + " " + Arrays.toString(index));
    }
    assertArrayEquals(new int[0], Shape.of(new int[0]).indexOf(0));
  }

  @Test
  void equalsBySizes() {
    assertEquals(Shape.of(2, 3), Shape.of(2, 3));
    assertEquals(Shape.of(2, 3).hashCode(), Shape.of(2, 3).hashCode());
    assertNotEquals(Shape.of(2, 3), Shape.of(3, 2));
    assertNotEquals(Shape.of(0, 3), Shape.of(0, 4));
    assertEquals("[2, 6, 4, 4]", Shape.of(2, 6, 4, 4).toString());
    assertEquals("[]", Shape.of(new int[0]).toString());
  }

  static Stream<Arguments> refused() {
    return Stream.of(
        refusal("sizes of 0 or more, but got [2, -1]", () -> Shape.of(2, -1)),
        refusal("sizes of 0 or more, but got [0, -1]", () -> Shape.of(0, -1)),
        refusal("but got [-2147483648]", () -> Shape.of(Integer.MIN_VALUE)),
        refusal("but got [-1, 4294967296]", () -> Shape.of(new long[] {-1, 1L << 32})),
        refusal("but got [-4294967295]", () -> Shape.of(new long[] {1 - (1L << 32)})),
        refusal("shape [2147483647, 2] has more", () -> Shape.of(MAX, 2)),
        refusal("shape [2147483648] has more", () -> Shape.of(new long[] {1L << 31})),
        refusal("shape [65536, 32768] has more", () -> Shape.of(65536, 32768)),
        refusal("shape [65536, 65536] has more", () -> Shape.of(65536, 65536)),
        refusal("at most 2147483647 elements", () -> Shape.of(MAX, MAX, MAX, MAX)),
        refusal("shape [4294967296, 0] has more", () -> Shape.of(new long[] {1L << 32, 0})),
        refusal("[-3, 2] for shape [2, 3, 4], but got 3", () -> Shape.of(2, 3, 4).size(3)),
        refusal("[-3, 2] for shape [2, 3, 4], but got -4", () -> Shape.of(2, 3, 4).size(-4)),
        refusal("but got -2147483648", () -> Shape.of(2, 3).size(Integer.MIN_VALUE)),
        refusal("but got 2147483647", () -> Shape.of(2, 3).size(MAX)),
        refusal("shape [] has no dimension, but got", () -> Shape.of(new int[0]).size(0)),
        refusal("shape [] has no dimension, but got", () -> Shape.of(new int[0]).size(-1)));
  }

  private static Arguments refusal(String message, Executable call) {
    return arguments(message, call);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("refused")
  void isRefused(String message, Executable call) {
    var e = assertThrows(IllegalArgumentException.class, call);
    assertTrue(e.getMessage().contains(message), e.getMessage());
  }
}
