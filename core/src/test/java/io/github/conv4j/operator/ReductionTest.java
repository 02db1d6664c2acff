package io.github.conv4j.operator;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.conv4j.Conv4j;
import io.github.conv4j.DType;
import io.github.conv4j.Selection;
import io.github.conv4j.Shape;
import io.github.conv4j.Tensor;
import io.github.conv4j.random.Generator;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

class ReductionTest {
  private static Tensor randn(long seed, DType dtype, int... shape) {
    return Tensor.randn(Generator.torch(seed), Shape.of(shape), dtype);
  }

  private static Tensor onAnyThreads(Tensor x, Function<Tensor, Tensor> operation) {
    int before = Conv4j.threads();
    try {
      Conv4j.setThreads(1);
      Tensor alone = operation.apply(x);
      Conv4j.setThreads(3);
      assertEquals(alone, operation.apply(x));
      return alone;
    } finally {
      Conv4j.setThreads(before);
    }
  }

  @Test
  void threadsDoNotMatter() {
    for (DType dtype : DType.values()) {
      Tensor x = randn(1, dtype, 21, 13, 601);
      for (int dim = 0; dim < 3; dim++) {
        int along = dim;
        onAnyThreads(x, t -> t.sum(along));
        onAnyThreads(x, t -> t.max(along).values());
        onAnyThreads(x, t -> t.topk(3, along, true).values());
        assertEquals(x.argmax(along, true), x.topk(1, along, true).indices());
      }
      onAnyThreads(x, t -> t.mean(0, 2));
      onAnyThreads(x, t -> t.permute(2, 0, 1));
      assertEquals(x, onAnyThreads(x, t -> t.permute(2, 0, 1)).permute(1, 2, 0));
    }
  }

  @Test
  void anImageHasTheSameSumsAloneAndInABatch() {
    Tensor batch = randn(2, DType.FLOAT32, 3, 5, 7, 9);
    Tensor means = batch.mean(2, 3);
    Tensor columns = batch.sum(1);
    for (int i = 0; i < 3; i++) {
      Tensor image = batch.narrow(0, i, 1);
      assertEquals(means.narrow(0, i, 1), image.mean(2, 3));
      assertEquals(columns.narrow(0, i, 1), image.sum(1));
    }
  }

  @Test
  void aSumOfFloatsIsRoundedOnce() {
    Tensor x = Tensor.of(new float[] {1, 1e-8f, 1e8f, 1e-8f, -1e8f, 1e-8f});
    assertEquals((float) (1 + 3 * (double) 1e-8f), x.sum().item(), 1e-7);
    assertEquals(3e8f, Tensor.full(3, 100_000_000).sum().item());
  }

  @Test
  void ofEqualElementsTheLowestIndexComesFirst() {
    Tensor x = Tensor.of(new float[] {2, 5, Float.NaN, 5, 0f, -0f, 5, Float.NaN, 1, 2});
    Selection largest = x.topk(6);
    assertArrayEquals(new int[] {2, 7, 1, 3, 6, 0}, largest.indices().toArray());
    Selection all = x.topk(10);
    assertArrayEquals(new int[] {2, 7, 1, 3, 6, 0, 9, 8, 4, 5}, all.indices().toArray());
    Selection smallest = x.topk(10, 0, false);
    assertArrayEquals(new int[] {4, 5, 8, 0, 9, 1, 3, 6, 2, 7}, smallest.indices().toArray());
    assertEquals(2, x.argmax().item());
  }

  @Test
  void aSelectionPrintsBoth() {
    Selection best = Tensor.of(new float[] {1, 3, 2}).max(0);
    assertEquals("values=tensor(3.),\nindices=tensor(1)", best.toString());
  }

  @Test
  void aTraceHasTheStepsButNoIndices() {
    Trace trace =
        Trace.of(
            x ->
                x.permute(0, 2, 1)
                    .narrow(1, 0, 2)
                    .matmul(x.select(0, 0))
                    .max(1)
                    .values()
                    .topk(1)
                    .values()
                    .sum(1),
            Shape.of(1, 3, 3),
            DType.FLOAT32);
    assertEquals(
        List.of("permute", "slice", "slice", "reshape", "matmul", "max", "topk", "sum"),
        trace.steps().stream().map(step -> step.operator().name()).toList());
    assertThrows(
        IllegalStateException.class,
        () -> Trace.of(x -> Tensor.scalar(x.argmax().item()), Shape.of(3), DType.FLOAT32));
  }

  @Test
  void namesWhatIsWrong() {
    Tensor x = Tensor.zeros(2, 3);
    assertEquals(
        "sum: expected every dimension at most once, but got dim 1 again in [1, -1]",
        assertThrows(IllegalArgumentException.class, () -> x.sum(1, -1)).getMessage());
    assertEquals(
        "topk: expected a k within [0, 3], but got 4 for shape [2, 3]",
        assertThrows(IllegalArgumentException.class, () -> x.topk(4)).getMessage());
    assertEquals(
        "permute: expected 2 dimensions for shape [2, 3], but got 1",
        assertThrows(IllegalArgumentException.class, () -> x.permute(0)).getMessage());
  }
}
