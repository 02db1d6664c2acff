package io.github.conv4j;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ComparisonTest {
  private static final double NAN = Double.NaN;
  private static final double INF = Double.POSITIVE_INFINITY;

  static List<JsonObject> close() {
    return TensorGolden.cases("close.json");
  }

  @ParameterizedTest
  @MethodSource("close")
  void decidesAsPyTorchDoes(JsonObject golden) {
    DType dtype = TensorGolden.dtype(golden);
    JsonObject given = golden.getAsJsonObject("tolerances");
    double rtol = given.has("rtol") ? given.get("rtol").getAsDouble() : dtype.rtol();
    double atol = given.has("atol") ? given.get("atol").getAsDouble() : dtype.atol();
    double[] actual = TensorGolden.doubles(golden, "actual");
    double[] expected = TensorGolden.doubles(golden, "expected");
    JsonArray close = golden.getAsJsonArray("close");
    int mismatched = 0;
    for (int i = 0; i < actual.length; i++) {
      Tensor a = Tensor.full(actual[i], Shape.of(new int[0]), dtype);
      Tensor e = Tensor.full(expected[i], Shape.of(new int[0]), dtype);
      Comparison comparison = a.compare(e, rtol, atol);
      assertEquals(close.get(i).getAsBoolean(), comparison.close(), comparison::toString);
      assertEquals(comparison.close(), a.allClose(e, rtol, atol));
      if (!given.has("rtol")) {
        assertEquals(comparison, a.compare(e));
        assertEquals(comparison.close(), a.allClose(e));
      }
      mismatched += comparison.mismatched();
    }
    Comparison all = Tensor.of(actual).to(dtype).compare(Tensor.of(expected).to(dtype), rtol, atol);
    assertEquals(mismatched, all.mismatched());
    assertEquals(actual.length, all.elements());
  }

  static Stream<Arguments> worst() {
    return Stream.of(
        // actual, expected, offset of the worst, largest difference
        arguments(new double[] {1, 2, 3, 4}, new double[] {1, 2.5, 2, 4.25}, 2, 1.0),
        // A difference counts by how far it is beyond what its size allows.
        arguments(new double[] {1e9, 2}, new double[] {1e9 + 10, 1}, 1, 10.0),
        arguments(new double[] {1, NAN, 3}, new double[] {9, 2, 3}, 1, NAN),
        arguments(new double[] {INF, 5, 3}, new double[] {INF, 1, 3}, 1, 4.0),
        arguments(new double[] {5, INF, 3}, new double[] {1, 1, 3}, 1, INF),
        arguments(new double[] {5, 1, 3}, new double[] {1, -INF, 3}, 1, INF),
        // All close: the least margin, which is that of 1e-8 against 0 and not of 5e-8 against 9.
        arguments(new double[] {INF, 9 + 5e-8, 1e-8, 4}, new double[] {INF, 9, 0, 4}, 2, 5e-8),
        arguments(new double[] {INF, -INF}, new double[] {INF, -INF}, 0, 0.0));
  }

  @ParameterizedTest
  @MethodSource("worst")
  void namesTheWorst(double[] actual, double[] expected, int worst, double difference) {
    Comparison comparison = Tensor.of(actual).compare(Tensor.of(expected));
    assertEquals(List.of(worst), comparison.worstIndex());
    assertEquals(actual[worst], comparison.worstActual());
    assertEquals(expected[worst], comparison.worstExpected());
    assertEquals(difference, comparison.maxAbsoluteDifference(), 1e-15);
  }

  @Test
  void aToleranceThatIsNoNumberHidesNoMismatch() {
    // 0 times infinity is NaN; the first element is equal all the same, the second is not.
    Comparison comparison =
        Tensor.of(new double[] {INF, 2}).compare(Tensor.of(new double[] {INF, 1}), 0, 0);
    assertEquals(List.of(1), comparison.worstIndex());
    assertEquals(1, comparison.mismatched());
  }

  @Test
  void floatsAreJudgedInFloat() {
    Tensor big = Tensor.full(3e38);
    Tensor negative = Tensor.full(-3e38);
    assertFalse(big.allClose(negative, 0, INF), "the float difference overflows");
    assertTrue(big.to(DType.FLOAT64).allClose(negative.to(DType.FLOAT64), 0, INF));
    assertEquals(6e38, big.compare(negative).maxAbsoluteDifference(), 1e32);
  }

  @Test
  void saysWhere() {
    Tensor expected = TensorGolden.counting(DType.FLOAT32, 0, 2, 3);
    Tensor actual = expected.copy();
    actual.set(6.5, 1, 2);
    assertEquals(
        "not close: 1 of 6 elements differ; worst at [1, 2]: got 6.5, expected 5.0;"
            + " largest absolute difference 1.50 (rtol 1.3E-6, atol 1.0E-5)",
        actual.compare(expected).toString());
    assertTrue(expected.compare(expected).toString().startsWith("close: all 6 elements agree"));
    Comparison scalar = Tensor.scalar(2).compare(Tensor.scalar(1));
    assertEquals(List.of(), scalar.worstIndex());
    assertEquals(2, scalar.worstActual());
  }

  @Test
  void emptyTensorsAreClose() {
    Comparison comparison = Tensor.zeros(0, 3).compare(Tensor.zeros(0, 3));
    assertTrue(comparison.close());
    assertEquals(0, comparison.elements());
    assertEquals(List.of(), comparison.worstIndex());
    assertEquals("close: nothing to compare, both tensors are empty", comparison.toString());
  }

  static Stream<Arguments> refused() {
    Tensor two = Tensor.zeros(2);
    return Stream.of(
        arguments(two, Tensor.zeros(3), 0.0, 0.0, "one shape, but got [2] and expected [3]"),
        arguments(two, Tensor.zeros(2, 1), 0.0, 0.0, "but got [2] and expected [2, 1]"),
        arguments(Tensor.zeros(0, 1), Tensor.zeros(1, 0), 0.0, 0.0, "but got [0, 1]"),
        arguments(two, two.to(DType.FLOAT64), 0.0, 0.0, "one dtype, but got float32"),
        arguments(two, two, -1e-9, 0.0, "0 or more, but got rtol -1.0E-9 and atol 0.0"),
        arguments(two, two, 0.0, -1.0, "but got rtol 0.0 and atol -1.0"),
        arguments(two, two, NAN, 0.0, "but got rtol NaN"),
        arguments(two, two, 0.0, NAN, "and atol NaN"));
  }

  @ParameterizedTest(name = "{4}")
  @MethodSource("refused")
  void isRefused(Tensor actual, Tensor expected, double rtol, double atol, String message) {
    var e =
        assertThrows(IllegalArgumentException.class, () -> actual.compare(expected, rtol, atol));
    assertTrue(e.getMessage().contains(message), e.getMessage());
  }
}
