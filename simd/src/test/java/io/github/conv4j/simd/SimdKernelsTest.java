package io.github.conv4j.simd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import io.github.conv4j.kernel.PortableDoubleKernels;
import io.github.conv4j.kernel.PortableFloatKernels;
import io.github.conv4j.kernel.RowKernels;
import java.lang.reflect.Array;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The kernels give the bits of the portable ones, and touch nothing else. */
final class SimdKernelsTest {
  private static final int PROBLEMS = 300;

  @Test
  void floats() {
    for (int seed = 0; seed < PROBLEMS; seed++) {
      compare(seed, new PortableFloatKernels(), new SimdFloatKernels());
    }
  }

  @Test
  void doubles() {
    for (int seed = 0; seed < PROBLEMS; seed++) {
      compare(seed, new PortableDoubleKernels(), new SimdDoubleKernels());
    }
  }

  private static <A> void compare(int seed, RowKernels<A> portable, RowKernels<A> simd) {
    Random random = new Random(seed);
    int n = 1 + random.nextInt(70);
    int rows = 1 + random.nextInt(11);
    int taps = 1 + random.nextInt(40);
    int from = random.nextInt(9);
    int step = taps + random.nextInt(3);
    A[] x = portable.newRows(taps, n + random.nextInt(3));
    fill(random, x);
    A w = portable.newRow(from + rows * step);
    fill(random, w);
    // The numbers behind the first n are guards.
    A[] expected = portable.newRows(rows + 1, n + 5);
    fill(random, expected);
    A[] got = portable.newRows(rows + 1, n + 5);
    for (int m = 0; m <= rows; m++) {
      System.arraycopy(expected[m], 0, got[m], 0, n + 5);
    }
    portable.addProducts(x, taps, w, from, step, expected, rows, n, portable.newRows(2, n));
    simd.addProducts(x, taps, w, from, step, got, rows, n, simd.newRows(2, n));
    // Compares by bits.
    assertArrayEquals(expected, got, () -> "seed " + seed);
  }

  private static <A> void fill(Random random, A[] rows) {
    for (A row : rows) {
      fill(random, row);
    }
  }

  /** Numbers of very different size, so that another order of a sum would show. */
  private static void fill(Random random, Object row) {
    for (int i = 0; i < Array.getLength(row); i++) {
      double value = random.nextGaussian() * Math.scalb(1.0, random.nextInt(40) - 20);
      if (row instanceof float[] floats) {
        floats[i] = (float) value;
      } else {
        ((double[]) row)[i] = value;
      }
    }
  }
}
