package io.github.conv4j.operator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import io.github.conv4j.Conv4j;
import io.github.conv4j.DType;
import io.github.conv4j.Shape;
import io.github.conv4j.Tensor;
import io.github.conv4j.kernel.Fma;
import io.github.conv4j.random.Generator;
import io.github.conv4j.testing.Golden;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class MatmulTest {
  static List<JsonObject> accuracy() {
    return Golden.objects(Golden.json("operations/accuracy.json").get("cases"));
  }

  private static Tensor randn(long seed, DType dtype, int... shape) {
    return Tensor.randn(Generator.torch(seed), Shape.of(shape), dtype);
  }

  @ParameterizedTest
  @MethodSource("accuracy")
  void isAsExactAsPyTorch(JsonObject golden) {
    Generator generator = Generator.torch(golden.get("seed").getAsLong());
    Tensor a = Tensor.randn(generator, Golden.ints(golden.get("a")));
    Tensor b = Tensor.randn(generator, Golden.ints(golden.get("b")));
    double[] ours = a.matmul(b).toDoubleArray();
    double[] exact = a.to(DType.FLOAT64).matmul(b.to(DType.FLOAT64)).toDoubleArray();
    double error = 0;
    double size = 0;
    for (int i = 0; i < ours.length; i++) {
      error += (ours[i] - exact[i]) * (ours[i] - exact[i]);
      size += exact[i] * exact[i];
    }
    double rms = Math.sqrt(error / size);
    double theirs = golden.get("error").getAsDouble();
    assertTrue(rms <= 1.3 * theirs, () -> rms / theirs + " times the error for " + golden);
  }

  /** One chain of fused multiply-adds for each of about equal parts, whatever computes them. */
  private static double chain(Tensor a, int row, Tensor b, int column, int chunk) {
    int k = a.size(1);
    if (a.dtype() == DType.FLOAT64) {
      double total = 0;
      for (int from = 0; from < k; from += chunk) {
        double part = 0;
        for (int t = from; t < Math.min(k, from + chunk); t++) {
          part = Fma.fma(a.get(row, t), b.get(t, column), part);
        }
        total += part;
      }
      return total;
    }
    float total = 0;
    for (int from = 0; from < k; from += chunk) {
      float part = 0;
      for (int t = from; t < Math.min(k, from + chunk); t++) {
        part = Fma.fma((float) a.get(row, t), (float) b.get(t, column), part);
      }
      total += part;
    }
    return total;
  }

  /** From a few products, which plain loops do, to several blocks, tiles and threads. */
  @ParameterizedTest
  @CsvSource({
    "3, 80, 2, 40",
    "3, 81, 2, 28",
    "2, 1, 2, 1",
    "40, 81, 40, 28",
    "1, 80, 900, 40",
    "300, 70, 500, 36",
    "17, 1000, 23, 40",
    "131, 161, 1100, 34",
    "1000, 161, 3, 34"
  })
  void theOrderOfASumIsThatOfItsLength(int m, int k, int n, int chunk) {
    for (DType dtype : DType.values()) {
      Tensor a = randn(1, dtype, m, k);
      Tensor b = randn(2, dtype, k, n);
      Tensor product = a.matmul(b);
      for (int i = 0; i < m; i += 1 + m / 40) {
        for (int j = 0; j < n; j += 1 + n / 40) {
          assertEquals(chain(a, i, b, j, chunk), product.get(i, j));
        }
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"3, 200, 150, 120", "17, 40, 64, 40", "2, 300, 400, 1", "70, 9, 5, 4"})
  void batchesAndThreadsDoNotMatter(int batch, int m, int k, int n) {
    for (DType dtype : DType.values()) {
      Tensor a = randn(1, dtype, batch, m, k);
      Tensor b = randn(2, dtype, batch, k, n);
      int before = Conv4j.threads();
      try {
        Conv4j.setThreads(1);
        Tensor alone = a.matmul(b);
        Tensor byOne = a.matmul(b.select(0, 1));
        Conv4j.setThreads(3);
        assertEquals(alone, a.matmul(b));
        for (int i = 0; i < batch; i++) {
          assertEquals(alone.select(0, i), a.select(0, i).matmul(b.select(0, i)));
          assertEquals(byOne.select(0, i), a.select(0, i).matmul(b.select(0, 1)));
        }
      } finally {
        Conv4j.setThreads(before);
      }
    }
  }

  @Test
  void rowsAndColumnsAreMatricesWithoutADimension() {
    Tensor a = randn(1, DType.FLOAT32, 30, 100);
    Tensor column = randn(2, DType.FLOAT32, 100);
    assertEquals(a.matmul(column.unsqueeze(1)).squeeze(1), a.matmul(column));
    Tensor b = randn(3, DType.FLOAT32, 100, 30);
    assertEquals(column.unsqueeze(0).matmul(b).squeeze(0), column.matmul(b));
    assertEquals(Shape.of(), column.matmul(column).shape());
  }

  @Test
  void wholeNumbersComeOutExact() {
    Tensor a = Tensor.zeros(60, 200);
    Tensor b = Tensor.zeros(200, 60);
    for (int i = 0; i < 12000; i++) {
      a.floats()[i] = i * 7 % 31 - 15;
      b.floats()[i] = i * 11 % 29 - 14;
    }
    assertEquals(a.to(DType.FLOAT64).matmul(b.to(DType.FLOAT64)), a.matmul(b).to(DType.FLOAT64));
  }

  @Test
  void dtypesAreNotMixedAndNothingIsWorkedOutFirst() {
    Tensor a = Tensor.zeros(2, 3);
    assertEquals(
        "matmul: expected tensors of one dtype, but got float32 and float64",
        assertThrows(
                IllegalArgumentException.class,
                () -> a.matmul(Tensor.zeros(Shape.of(3, 2), DType.FLOAT64)))
            .getMessage());
  }

  @Test
  void countsMultiplyAdds() {
    MatmulOperator operator = new MatmulOperator(Shape.of(5, 2, 3), Shape.of(3, 4), DType.FLOAT32);
    assertEquals(120, operator.multiplyAdds(Shape.of(5, 2, 3), Shape.of(3, 4)));
    assertEquals(Shape.of(5, 2, 4), operator.outputShape(Shape.of(5, 2, 3), Shape.of(3, 4)));
    assertThrows(
        IllegalArgumentException.class,
        () -> operator.outputShape(Shape.of(5, 2, 3), Shape.of(3, 5)));
  }
}
