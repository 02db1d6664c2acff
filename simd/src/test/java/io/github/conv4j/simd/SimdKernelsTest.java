package io.github.conv4j.simd;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.conv4j.kernel.PortableDoubleKernels;
import io.github.conv4j.kernel.PortableFloatKernels;
import io.github.conv4j.kernel.TileKernels;
import java.lang.reflect.Array;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The kernels give the bits of the portable ones, and touch nothing else. */
final class SimdKernelsTest {
  private static final int PROBLEMS = 300;

  @Test
  void products() {
    compareAll(SimdKernelsTest::product);
  }

  @Test
  void filters() {
    compareAll(SimdKernelsTest::filter);
  }

  @Test
  void planes() {
    compareAll(SimdKernelsTest::planes);
  }

  @Test
  void rows() {
    compareAll(SimdKernelsTest::parts);
  }

  @Test
  void transforms() {
    compareAll(SimdKernelsTest::transforms);
  }

  /** What one implementation makes of the problem of a seed. */
  private interface Problem {
    <A> Object[] solve(TileKernels<A> kernels, int lanes, Random random);
  }

  private static void compareAll(Problem problem) {
    for (int seed = 0; seed < PROBLEMS; seed++) {
      compare(seed, problem, new PortableFloatKernels(), new SimdFloatKernels());
      compare(seed, problem, new PortableDoubleKernels(), new SimdDoubleKernels());
    }
  }

  private static <A> void compare(
      int seed, Problem problem, TileKernels<A> portable, TileKernels<A> simd) {
    int lanes = TileKernels.SLACK;
    Object[] expected = problem.solve(portable, lanes, new Random(seed));
    Object[] got = problem.solve(simd, lanes, new Random(seed));
    for (int i = 0; i < expected.length; i++) {
      // Compares by bits.
      assertTrue(
          Arrays.deepEquals(new Object[] {expected[i]}, new Object[] {got[i]}),
          "seed " + seed + " result " + i);
    }
  }

  private static <A> Object[] product(TileKernels<A> kernels, int lanes, Random random) {
    int n = 1 + random.nextInt(random.nextBoolean() ? 600 : 50);
    int rows = 1 + random.nextInt(60);
    int taps = 1 + random.nextInt(80);
    int from = random.nextInt(taps);
    int to = from + 1 + random.nextInt(taps - from);
    A w = numbers(kernels, random, rows * taps + 3);
    A packed = kernels.newArray(5 + kernels.packedLength(rows, taps));
    kernels.pack(w, 3, rows, taps, packed, 5);
    int[] offsets = new int[taps];
    for (int t = 1; t < taps; t++) {
      offsets[t] = offsets[t - 1] + random.nextInt(random.nextInt(8) == 0 ? 2000 : 9);
    }
    int slack = random.nextBoolean() ? 0 : 100;
    A q = numbers(kernels, random, 7 + offsets[to - 1] + n + slack);
    int chunk = 1 + random.nextInt(to - from);
    A start = random.nextBoolean() ? numbers(kernels, random, rows + 2) : null;
    int yRow = n + random.nextInt(5);
    A y = numbers(kernels, random, 4 + rows * yRow);
    TileKernels.Scratch scratch = kernels.newScratch();
    kernels.multiply(
        packed, 5, taps, rows, q, 7, offsets, from, to, chunk, start, 2, y, 4, yRow, n, scratch);
    return new Object[] {y};
  }

  private static <A> Object[] filter(TileKernels<A> kernels, int lanes, Random random) {
    int side = random.nextBoolean() ? 3 + 2 * random.nextInt(2) : 1 + random.nextInt(6);
    int dilation = 1 + random.nextInt(3) / 2;
    int channels = 1 + random.nextInt(random.nextBoolean() ? 1 : 9);
    int n = 1 + random.nextInt(random.nextBoolean() ? 20 : 90);
    int rows = 1 + random.nextInt(12);
    int pitch = n + dilation * side + random.nextInt(random.nextBoolean() ? 2 : 200);
    int rowStep = pitch * (1 + random.nextInt(2));
    int[] offsets = new int[side * side];
    for (int t = 0; t < offsets.length; t++) {
      offsets[t] = (t / side * pitch + t % side) * dilation;
    }
    int plane = random.nextInt(5) == 0 ? 0 : rows * rowStep + random.nextInt(9);
    int length = offsets[offsets.length - 1] + (rows - 1) * rowStep + (channels - 1) * plane + n;
    A x = numbers(kernels, random, 2 + length + (n < lanes ? 2 * lanes : 0));
    A w = numbers(kernels, random, (2 + channels) * offsets.length);
    A bias = numbers(kernels, random, 2 + channels);
    int yRow = n + (random.nextBoolean() ? 0 : random.nextInt(30));
    A y = numbers(kernels, random, 3 + channels * rows * yRow + random.nextInt(3));
    TileKernels.Scratch scratch = kernels.newScratch();
    kernels.filter(
        x, 2, plane, rowStep, offsets, w, bias, 2, channels, y, 3, yRow, n, rows, scratch);
    return new Object[] {y};
  }

  private static <A> Object[] planes(TileKernels<A> kernels, int lanes, Random random) {
    int n = 1 + random.nextInt(random.nextBoolean() ? 20 : 90);
    int rows = 1 + random.nextInt(6);
    int planes = 1 + random.nextInt(5);
    int fromStep = n + random.nextInt(3);
    int fromPlane = rows * fromStep + random.nextInt(9);
    A source = numbers(kernels, random, 3 + (planes - 1) * fromPlane + (rows - 1) * fromStep + n);
    int step = n + random.nextInt(5);
    int plane = (rows + random.nextInt(3)) * step;
    A copy = kernels.newArray(5 + planes * plane + lanes);
    kernels.copyPlanes(source, 3, fromStep, fromPlane, copy, 5, step, plane, n, rows, planes);
    int part = n / 2 + 1 + lanes;
    int even = random.nextInt(2);
    plane = (rows + random.nextInt(3)) * 2 * part;
    A parts = kernels.newArray(5 + planes * plane + lanes);
    kernels.partPlanes(
        source,
        3,
        fromStep,
        fromPlane,
        parts,
        5 + even * part,
        5 + (1 - even) * part,
        2 * part,
        plane,
        n,
        rows,
        planes);
    return new Object[] {copy, parts};
  }

  private static <A> Object[] parts(TileKernels<A> kernels, int lanes, Random random) {
    int size = random.nextBoolean() ? 2 : 4;
    int n = 1 + random.nextInt(70);
    int rows = 1 + random.nextInt(4);
    int step = n + lanes;
    A source = numbers(kernels, random, 3 + rows * size * n + size * lanes);
    A parts = kernels.newArray(rows * size * step);
    kernels.deinterleave(size, source, 3, size * n, parts, 0, step, n, rows);
    // What stands behind each part is anybody's.
    for (int part = 0; part < rows * size; part++) {
      kernels.clear(parts, part * step + n, (part + 1) * step);
    }
    int width = size * n - random.nextInt(size);
    A target = numbers(kernels, random, 5 + rows * (width + 1));
    kernels.interleave(size, parts, 0, step, target, 5, width + 1, width, rows);
    A copy = kernels.newArray(5 + rows * (width + 2) + lanes);
    kernels.copyRows(source, 3, width, copy, 5, width + 2, width, Math.min(rows, size - 1));
    A exact = numbers(kernels, random, 5 + rows * (width + 2));
    kernels.moveRows(source, 3, width, exact, 5, width + 2, width, Math.min(rows, size - 1));
    return new Object[] {parts, target, copy, exact};
  }

  private static <A> Object[] transforms(TileKernels<A> kernels, int lanes, Random random) {
    int size = random.nextBoolean() ? 2 : 4;
    int side = size + 2;
    int n = 1 + random.nextInt(70);
    int rows = 1 + random.nextInt(3);
    int step = n + 1 + lanes;
    TileKernels.Scratch scratch = kernels.newScratch();
    A parts = numbers(kernels, random, (rows * size + 2) * size * step);
    int vStep = rows * n + lanes;
    A v = kernels.newArray(side * side * vStep);
    kernels.winogradInput(size, parts, 0, step, v, 0, vStep, n, rows, scratch);
    for (int k = 0; k < side * side; k++) {
      kernels.clear(v, k * vStep + rows * n, (k + 1) * vStep);
    }
    A bias = numbers(kernels, random, 3);
    A y = kernels.newArray(rows * size * size * step);
    boolean finite = kernels.winogradOutput(size, v, 0, vStep, bias, 2, y, step, n, rows, scratch);
    for (int part = 0; part < rows * size * size; part++) {
      kernels.clear(y, part * step + n, (part + 1) * step);
    }
    return new Object[] {v, y, new boolean[] {finite}};
  }

  @Test
  void somethingNotFiniteIsSeen() {
    somethingNotFiniteIsSeen(new PortableFloatKernels());
    somethingNotFiniteIsSeen(new SimdFloatKernels());
    somethingNotFiniteIsSeen(new PortableDoubleKernels());
    somethingNotFiniteIsSeen(new SimdDoubleKernels());
  }

  private static <A> void somethingNotFiniteIsSeen(TileKernels<A> kernels) {
    for (int size : new int[] {2, 4}) {
      int numbers = (size + 2) * (size + 2);
      for (double bad : new double[] {Double.NaN, Double.POSITIVE_INFINITY}) {
        int n = 21;
        int step = n + TileKernels.SLACK;
        A sums = kernels.newArray(numbers * step);
        A y = kernels.newArray(size * size * step);
        A bias = kernels.newArray(1);
        TileKernels.Scratch scratch = kernels.newScratch();
        assertTrue(kernels.winogradOutput(size, sums, 0, step, bias, 0, y, step, n, 1, scratch));
        set(sums, step + n - 1, bad);
        assertFalse(kernels.winogradOutput(size, sums, 0, step, bias, 0, y, step, n, 1, scratch));
      }
    }
  }

  /** Numbers of very different size, so that another order of a sum would show. */
  private static <A> A numbers(TileKernels<A> kernels, Random random, int length) {
    A array = kernels.newArray(length);
    for (int i = 0; i < length; i++) {
      set(array, i, random.nextGaussian() * Math.scalb(1.0, random.nextInt(40) - 20));
    }
    return array;
  }

  private static void set(Object array, int i, double value) {
    if (array instanceof float[] floats) {
      floats[i] = (float) value;
    } else {
      Array.setDouble(array, i, value);
    }
  }
}
