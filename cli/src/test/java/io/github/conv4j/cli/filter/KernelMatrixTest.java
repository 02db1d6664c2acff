package io.github.conv4j.cli.filter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.conv4j.Tensor;
import io.github.conv4j.io.Npy;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class KernelMatrixTest {
  @TempDir private Path folder;

  @Test
  void rowsOfNumbers() {
    assertEquals(
        Tensor.of(new float[] {0, 1.5f, -2, 1e-3f, 4, 5}, 2, 3),
        KernelMatrix.parse(" [[0, 1.5, -2],\n [1e-3, 4, 5]] "));
    assertEquals(Tensor.of(new float[] {7}, 1, 1), KernelMatrix.parse("[[7]]"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          [              | needs rows of numbers
          []             | 1 to 255 rows and columns
          [[]]           | 1 to 255 rows and columns
          [[],[]]        | 1 to 255 rows and columns
          [1,2]          | needs rows of numbers
          [[1],2]        | needs rows of numbers
          [[1],null]     | needs rows of numbers
          [[[1]]]        | needs rows of numbers
          [[null]]       | needs rows of numbers
          [[true]]       | needs rows of numbers
          [["1"]]        | needs rows of numbers
          [['1']]        | needs rows of numbers
          [[1,]]         | needs rows of numbers
          [[1;2]]        | needs rows of numbers
          [[1],]         | needs rows of numbers
          [[1]]]         | needs rows of numbers
          [[1]] [[2]]    | needs rows of numbers
          [[1]] # one    | needs rows of numbers
          [[01]]         | needs rows of numbers
          [[.5]]         | needs rows of numbers
          [[0x1]]        | needs rows of numbers
          [[1f]]         | needs rows of numbers
          [[NaN]]        | needs rows of numbers
          [[Infinity]]   | needs rows of numbers
          [[1e999]]      | finite numbers
          [[1e39]]       | finite numbers
          [[1,2],[3]]    | row 1 has 2 numbers and row 2 has 1
          [[1],[2],[]]   | row 1 has 1 numbers and row 3 has 0
          """)
  void nothingElse(String text, String fragment) {
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> KernelMatrix.parse(text));
    assertTrue(e.getMessage().contains(fragment), e.getMessage());
  }

  @Test
  void noMoreThan255() {
    String row = "[" + "1,".repeat(254) + "1]";
    assertEquals(255, KernelMatrix.parse("[" + row + "]").size(1));
    assertEquals(255, KernelMatrix.parse("[" + "[1],".repeat(254) + "[1]]").size(0));
    for (String text :
        new String[] {"[[1," + row.substring(1) + "]", "[" + "[1],".repeat(255) + "[1]]"}) {
      assertThrows(IllegalArgumentException.class, () -> KernelMatrix.parse(text));
    }
  }

  @Test
  void longTextsAreShortened() {
    String text = "[[" + "1,".repeat(10_000) + "]]";
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> KernelMatrix.parse(text));
    assertTrue(e.getMessage().length() < 200, e.getMessage());
  }

  @Test
  void deepNestingDoesNoHarm() {
    String text = "[".repeat(100_000);
    assertThrows(IllegalArgumentException.class, () -> KernelMatrix.parse(text));
  }

  @Test
  void files() throws IOException {
    Path file = folder.resolve("k.npy");
    Npy.write(file, Tensor.of(new double[] {1, 2, 3, 4, 5, 6}, 2, 3));
    assertEquals(Tensor.of(new float[] {1, 2, 3, 4, 5, 6}, 2, 3), KernelMatrix.read(file));
  }

  @Test
  void filesWithoutKernel() throws IOException {
    Path file = folder.resolve("k.npy");
    Tensor[] arrays = {
      Tensor.zeros(3),
      Tensor.zeros(1, 3, 3),
      Tensor.zeros(0, 3),
      Tensor.zeros(256, 1),
      Tensor.full(Double.NaN, 1, 1),
      Tensor.of(new double[] {1e300}, 1, 1)
    };
    for (Tensor array : arrays) {
      Npy.write(file, array);
      IOException e = assertThrows(IOException.class, () -> KernelMatrix.read(file));
      assertTrue(e.getMessage().startsWith(file + ": a kernel needs "), e.getMessage());
    }
  }
}
