package io.github.conv4j.operator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.conv4j.Conv4j;
import io.github.conv4j.DType;
import io.github.conv4j.Shape;
import io.github.conv4j.Tensor;
import io.github.conv4j.random.Generator;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ArithmeticTest {
  private static Tensor randn(long seed, DType dtype, int... shape) {
    return Tensor.randn(Generator.torch(seed), Shape.of(shape), dtype);
  }

  /** Checks that a result is the same with one thread and with several, and returns it. */
  private static Tensor onAnyThreads(Supplier<Tensor> operation) {
    int before = Conv4j.threads();
    try {
      Conv4j.setThreads(1);
      Tensor alone = operation.get();
      Conv4j.setThreads(3);
      assertEquals(alone, operation.get());
      return alone;
    } finally {
      Conv4j.setThreads(before);
    }
  }

  /** Large enough for several threads, with rows that are shorter and longer than their blocks. */
  @ParameterizedTest
  @CsvSource({
    "211, 7, 83, FLOAT32",
    "3, 5, 40003, FLOAT32",
    "140000, 1, 1, FLOAT64",
    "2, 100003, 1, FLOAT64"
  })
  void largeTensorsAreBroadcastLikeSmallOnes(int n, int c, int p, DType dtype) {
    Tensor x = randn(1, dtype, n, c, p);
    Tensor channels = randn(2, dtype, c, 1);
    Tensor row = randn(3, dtype, p);
    Tensor sum = onAnyThreads(() -> x.add(channels));
    Tensor product = onAnyThreads(() -> row.mul(x));
    Tensor difference = onAnyThreads(() -> channels.sub(x));
    Tensor same = onAnyThreads(() -> x.div(product));
    Tensor scaled = onAnyThreads(() -> x.mul(0.1));
    double tenth = dtype == DType.FLOAT32 ? 0.1f : 0.1;
    for (int i = 0; i < x.numel(); i += 1 + i % 613) {
      int[] at = {i / p / c, i / p % c, i % p};
      double value = x.get(at);
      assertEquals(rounded(dtype, value + channels.get(at[1], 0)), sum.get(at));
      assertEquals(rounded(dtype, row.get(at[2]) * value), product.get(at));
      assertEquals(rounded(dtype, channels.get(at[1], 0) - value), difference.get(at));
      assertEquals(rounded(dtype, value / product.get(at)), same.get(at));
      assertEquals(rounded(dtype, value * tenth), scaled.get(at));
    }
  }

  /** Of two floats, a sum, product or quotient rounded twice is the one rounded once. */
  private static double rounded(DType dtype, double value) {
    return dtype == DType.FLOAT32 ? (float) value : value;
  }

  @Test
  void aLargeTensorIsPutTogetherByAnyThreads() {
    Tensor a = randn(1, DType.FLOAT32, 3, 50000);
    Tensor b = randn(2, DType.FLOAT32, 3, 70001);
    Tensor both = onAnyThreads(() -> Tensor.cat(1, a, b));
    assertEquals(a, both.narrow(1, 0, 50000));
    assertEquals(b, both.narrow(1, 50000, 70001));
    assertEquals(both, Tensor.cat(-1, List.of(a, b)));
    Tensor below = onAnyThreads(() -> Tensor.cat(0, a, a));
    assertEquals(a, below.narrow(0, 3, 3));
  }

  @Test
  void inputsStayAsTheyAre() {
    Tensor a = randn(1, DType.FLOAT32, 2, 3);
    Tensor b = randn(2, DType.FLOAT32, 3);
    Tensor copyOfA = a.copy();
    Tensor copyOfB = b.copy();
    Tensor sum = a.add(b);
    assertFalse(sum.sharesStorage(a));
    assertFalse(Tensor.cat(0, a).sharesStorage(a));
    a.mul(2);
    assertEquals(copyOfA, a);
    assertEquals(copyOfB, b);
  }

  @Test
  void theFirstInputMayBeOverwrittenIfItHasTheOutputsShape() {
    Shape matrix = Shape.of(2, 3);
    Shape row = Shape.of(3);
    assertTrue(new AddOperator(matrix, matrix).mayOverwrite());
    assertTrue(new AddOperator(matrix, matrix).sameShapes());
    assertTrue(new SubOperator(matrix, row).mayOverwrite());
    assertFalse(new SubOperator(matrix, row).sameShapes());
    assertFalse(new DivOperator(row, matrix).mayOverwrite());
    assertTrue(ScalarOperator.mul(2).mayOverwrite());
    for (DType dtype : DType.values()) {
      Tensor a = randn(1, dtype, 2, 3);
      Tensor b = randn(2, dtype, 3);
      Tensor expected = a.div(b);
      new DivOperator(matrix, row).run(new Tensor[] {a, b}, a);
      assertEquals(expected, a);
    }
  }

  @Test
  void anOperatorIsForItsShapesAlone() {
    AddOperator add = new AddOperator(Shape.of(2, 3), Shape.of(3));
    assertEquals(
        "add: expected shapes [[2, 3], [3]], but got [[2, 3], [2, 3]]",
        assertThrows(
                IllegalArgumentException.class,
                () -> add.outputShape(Shape.of(2, 3), Shape.of(2, 3)))
            .getMessage());
  }

  @Test
  void dtypesAreNotMixed() {
    Tensor a = Tensor.zeros(2);
    Tensor b = a.to(DType.FLOAT64);
    assertEquals(
        "mul: expected tensors of one dtype, but got float32 and float64",
        assertThrows(IllegalArgumentException.class, () -> a.mul(b)).getMessage());
    assertThrows(IllegalArgumentException.class, () -> Tensor.cat(0, a, b));
  }

  @Test
  void aShapeTooLargeIsRefused() {
    assertThrows(
        IllegalArgumentException.class, () -> Tensor.zeros(70000, 1).add(Tensor.zeros(70000)));
  }

  @Test
  void aTraceHasTheSteps() {
    Trace trace =
        Trace.of(
            x -> Tensor.cat(1, x.add(x), x.mul(2)).flatten(1).unsqueeze(0),
            Shape.of(1, 2, 3),
            DType.FLOAT32);
    assertEquals(
        List.of("add", "mul", "cat", "reshape", "reshape"),
        trace.steps().stream().map(step -> step.operator().name()).toList());
    Trace.Step first = trace.steps().get(0);
    assertSame(trace.input(), first.inputs().get(0));
    assertSame(trace.input(), first.inputs().get(1));
    assertEquals(Shape.of(1, 1, 12), trace.output().shape());
  }
}
