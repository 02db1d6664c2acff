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
  void productsOfPanels() {
    compareAll(SimdKernelsTest::productOfPanels);
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
  void filteredPlanes() {
    compareAll(SimdKernelsTest::filteredPlanes);
  }

  @Test
  void rows() {
    compareAll(SimdKernelsTest::copies);
    compareAll(SimdKernelsTest::pieces);
  }

  @Test
  void sums() {
    compareAll(SimdKernelsTest::sumsInPanels);
  }

  @Test
  void elements() {
    compareAll(SimdKernelsTest::clamped);
    compareAll(SimdKernelsTest::largest);
  }

  @Test
  void transforms() {
    compareAll(SimdKernelsTest::transforms);
    compareAll(SimdKernelsTest::lines);
  }

  @Test
  void rowsByRows() {
    compareAll(SimdKernelsTest::rowsByRows);
  }

  @Test
  void combinations() {
    compareAll(SimdKernelsTest::combinations);
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

  private static <A> Object[] rowsByRows(TileKernels<A> kernels, int lanes, Random random) {
    int rows = 1 + random.nextInt(9);
    int inputs = 1 + random.nextInt(random.nextBoolean() ? 1 : 9);
    int rest = random.nextInt(TileKernels.ROW_LANES);
    int n = TileKernels.ROW_LANES * random.nextInt(random.nextBoolean() ? 4 : 70);
    int pitch = n + rest + random.nextInt(3);
    // Nothing behind the last row: vectors must not reach there.
    A w = numbers(kernels, random, 3 + (rows - 1) * pitch + n + rest);
    A x = numbers(kernels, random, 5 + (inputs - 1) * pitch + n + rest);
    A totals = numbers(kernels, random, rows * inputs * TileKernels.ROW_LANES);
    A bias = random.nextBoolean() ? numbers(kernels, random, 2 + rows) : null;
    int yRow = rows + random.nextInt(3);
    A y = numbers(kernels, random, 4 + inputs * yRow);
    kernels.addRowProducts(w, 3, pitch, rows, x, 5, pitch, inputs, n, totals);
    kernels.finishRowProducts(
        w, 3 + n, pitch, rows, x, 5 + n, pitch, inputs, rest, totals, bias, 2, y, 4, yRow);
    return new Object[] {totals, y};
  }

  private static <A> Object[] product(TileKernels<A> kernels, int lanes, Random random) {
    int n = 1 + random.nextInt(random.nextBoolean() ? 600 : 50);
    int rows = 1 + random.nextInt(60);
    int taps = 1 + random.nextInt(80);
    int from = 2 * random.nextInt((taps + 1) / 2);
    int to = taps;
    if (random.nextBoolean()) {
      to = Math.min(taps, from + 2 + 2 * random.nextInt((taps - from + 1) / 2));
    }
    A w = numbers(kernels, random, rows * taps + 3);
    A packed = kernels.newArray(5 + kernels.packedLength(rows, taps));
    kernels.pack(w, 3, rows, taps, packed, 5);
    int[] offsets = new int[taps];
    for (int t = 1; t < taps; t++) {
      offsets[t] = offsets[t - 1] + random.nextInt(random.nextInt(8) == 0 ? 2000 : 9);
    }
    int slack = random.nextBoolean() ? 0 : 100;
    A q = numbers(kernels, random, 7 + offsets[to - 1] + n + slack);
    int chunk = random.nextInt(4) == 0 ? to - from : 2 + 2 * random.nextInt(to - from);
    A start = random.nextBoolean() ? numbers(kernels, random, rows + 2) : null;
    int yRow = n + random.nextInt(5);
    A y = numbers(kernels, random, 4 + rows * yRow);
    TileKernels.Scratch scratch = kernels.newScratch();
    kernels.multiply(
        packed, 5, taps, rows, q, 7, offsets, from, to, chunk, start, 2, y, 4, yRow, n, scratch);
    return new Object[] {y};
  }

  /** Panels are of different width in different implementations; the numbers in them are not. */
  private static <A> Object[] productOfPanels(TileKernels<A> kernels, int lanes, Random random) {
    int n = 1 + random.nextInt(150);
    int rows = 1 + random.nextInt(60);
    int taps = 1 + random.nextInt(80);
    A w = numbers(kernels, random, rows * taps);
    A packed = kernels.newArray(kernels.packedLength(rows, taps));
    kernels.pack(w, 0, rows, taps, packed, 0);
    A plain = numbers(kernels, random, taps * n);
    int panel = Math.min(kernels.panel(), n);
    int[] offsets = new int[taps];
    A q = kernels.newArray(5 + (n + panel) * taps);
    for (int t = 0; t < taps; t++) {
      offsets[t] = t * panel;
      for (int j = 0; j < n; j++) {
        int to = 5 + j / panel * taps * panel + t * panel + j % panel;
        kernels.gather(plain, t * n + j, 1, q, to, 1);
      }
    }
    A start = numbers(kernels, random, rows);
    int chunk = 2 + 2 * random.nextInt(40);
    int yPanel = rows * panel;
    A sums = kernels.newArray(7 + (n + panel) * rows);
    kernels.multiplyPanels(
        packed,
        0,
        taps,
        rows,
        q,
        5,
        taps * panel,
        offsets,
        0,
        taps,
        chunk,
        start,
        0,
        sums,
        7,
        panel,
        yPanel,
        n,
        kernels.newScratch());
    A y = kernels.newArray(rows * n);
    for (int r = 0; r < rows; r++) {
      for (int j = 0; j < n; j++) {
        int from = 7 + j / panel * yPanel + r * panel + j % panel;
        kernels.gather(sums, from, 1, y, r * n + j, 1);
      }
    }
    return new Object[] {y};
  }

  private static <A> Object[] filter(TileKernels<A> kernels, int lanes, Random random) {
    int side = random.nextBoolean() ? 3 + 2 * random.nextInt(2) : 1 + random.nextInt(6);
    int dilation = 1 + random.nextInt(3) / 2;
    int channels = 1 + random.nextInt(random.nextBoolean() ? 1 : 9);
    boolean small = random.nextInt(4) == 0;
    int n = 1 + random.nextInt(small ? 7 : random.nextBoolean() ? 20 : 90);
    int rows = 1 + random.nextInt(12);
    int between = dilation * side + random.nextInt(random.nextBoolean() ? 2 : 200);
    int pitch = n + (small ? random.nextInt(3) : between);
    int rowStep = pitch * (1 + random.nextInt(2));
    int[] offsets = new int[side * side];
    for (int t = 0; t < offsets.length; t++) {
      offsets[t] = (t / side * pitch + t % side) * dilation;
    }
    int chunk = random.nextInt(3) == 0 ? 1 + random.nextInt(offsets.length) : offsets.length;
    int plane = random.nextInt(5) == 0 ? 0 : rows * rowStep + random.nextInt(9);
    int length = offsets[offsets.length - 1] + (rows - 1) * rowStep + (channels - 1) * plane + n;
    A x = numbers(kernels, random, 2 + length + (n < lanes ? 2 * lanes : 0));
    A w = numbers(kernels, random, (2 + channels) * offsets.length);
    A bias = numbers(kernels, random, 2 + channels);
    int yRow = n + (random.nextBoolean() ? 0 : random.nextInt(30));
    A y = numbers(kernels, random, 3 + channels * rows * yRow + random.nextInt(3));
    TileKernels.Scratch scratch = kernels.newScratch();
    kernels.filter(
        x, 2, plane, rowStep, offsets, chunk, w, bias, 2, channels, y, 3, yRow, n, rows, scratch);
    return new Object[] {y};
  }

  /** Planes filtered where they lie, and, as far as kernels do not take them, from a copy. */
  private static <A> Object[] filteredPlanes(TileKernels<A> kernels, int lanes, Random random) {
    int stride = 1 + random.nextInt(2);
    int height = 1 + random.nextInt(9);
    int width = 1 + random.nextInt(random.nextInt(3) == 0 ? 12 : 70);
    int planes = 1 + random.nextInt(6);
    int area = height * width;
    A x = numbers(kernels, random, 3 + planes * area + random.nextInt(20));
    A w = numbers(kernels, random, (1 + planes) * 9);
    A bias = numbers(kernels, random, 1 + planes);
    int n = (width - 1) / stride + 1;
    int outHeight = (height - 1) / stride + 1;
    int first = random.nextInt(4) == 0 ? random.nextInt(outHeight) : 0;
    int rows = first > 0 ? 1 + random.nextInt(outHeight - first) : outHeight;
    int yPlane = outHeight * n;
    int end = 5 + planes * yPlane;
    A y = numbers(kernels, random, end + random.nextInt(40));
    int done =
        kernels.filterPlanes(
            x, 3, height, width, stride, w, bias, 1, planes, y, 5, yPlane, n, first, rows, end);
    int pitch = width + 2;
    A padded = kernels.newArray((height + 3) * pitch);
    // Columns that the taps of a kernel's row meet are neighbours only in every stride-th column.
    int part = pitch / stride + 1;
    A parts = kernels.newArray((height + 3) * stride * part + 2 * TileKernels.SLACK);
    int[] offsets = new int[9];
    for (int t = 0; t < 9; t++) {
      offsets[t] = (t / 3 * stride + t % 3 % stride) * part + t % 3 / stride;
    }
    for (int c = done; c < planes; c++) {
      for (int r = 0; r < height; r++) {
        kernels.gather(x, 3 + c * area + r * width, 1, padded, (r + 1) * pitch + 1, width);
      }
      for (int r = 0; r < height + 2; r++) {
        for (int i = 0; i < stride; i++) {
          int from = r * pitch + i;
          int count = (pitch - i + stride - 1) / stride;
          kernels.gather(padded, from, stride, parts, (r * stride + i) * part, count);
        }
      }
      kernels.filter(
          parts,
          first * stride * stride * part,
          0,
          stride * stride * part,
          offsets,
          9,
          w,
          bias,
          1 + c,
          1,
          y,
          5 + c * yPlane + first * n,
          n,
          n,
          rows,
          kernels.newScratch());
    }
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

  private static <A> Object[] copies(TileKernels<A> kernels, int lanes, Random random) {
    int width = 1 + random.nextInt(280);
    int rows = 1 + random.nextInt(4);
    A source = numbers(kernels, random, 3 + rows * width + lanes);
    A copy = kernels.newArray(5 + rows * (width + 2) + lanes);
    kernels.copyRows(source, 3, width, copy, 5, width + 2, width, rows);
    kernels.clear(copy, 5 + rows * (width + 2) - 2, 5 + rows * (width + 2) + lanes);
    A exact = numbers(kernels, random, 5 + rows * (width + 2));
    kernels.moveRows(source, 3, width, exact, 5, width + 2, width, rows);
    return new Object[] {copy, exact};
  }

  /** Rows that follow each other, short ones too, and every so many numbers. */
  private static <A> Object[] pieces(TileKernels<A> kernels, int lanes, Random random) {
    int n = 1 + random.nextInt(2 * lanes);
    int rows = 1 + random.nextInt(20);
    int pitch = n + random.nextInt(5);
    // Nothing behind the last row: vectors must not reach there.
    A source = numbers(kernels, random, 3 + (rows - 1) * pitch + n);
    A dense = numbers(kernels, random, 5 + rows * n);
    kernels.moveRows(source, 3, pitch, dense, 5, n, n, rows);
    int step = 1 + random.nextInt(3);
    int count = 1 + random.nextInt(5 * lanes);
    A spread = numbers(kernels, random, 2 + (count - 1) * step + 1);
    A gathered = numbers(kernels, random, 7 + count + 1);
    kernels.gather(spread, 2, step, gathered, 7, count);
    return new Object[] {dense, gathered};
  }

  /** Rows of sums from panels, with a residual or without. */
  private static <A> Object[] sumsInPanels(TileKernels<A> kernels, int lanes, Random random) {
    int n = 1 + random.nextInt(5 * lanes);
    int rows = 1 + random.nextInt(20);
    int between = random.nextInt(3);
    A plain = numbers(kernels, random, rows * n);
    int panel = Math.min(kernels.panel(), n);
    int step = rows * panel + between;
    A sums = kernels.newArray(2 + ((n - 1) / panel + 1) * step);
    for (int r = 0; r < rows; r++) {
      for (int j = 0; j < n; j++) {
        int at = 2 + r * panel + j / panel * step + j % panel;
        kernels.gather(plain, r * n + j, 1, sums, at, 1);
      }
    }
    int yRow = n + random.nextInt(3);
    A residual = numbers(kernels, random, 3 + rows * yRow);
    A alone = numbers(kernels, random, 3 + rows * yRow);
    A added = numbers(kernels, random, 3 + rows * yRow);
    kernels.writeSums(sums, 2, panel, step, null, alone, 3, yRow, n, rows);
    kernels.writeSums(sums, 2, panel, step, residual, added, 3, yRow, n, rows);
    // A residual may be what the sums replace.
    kernels.writeSums(sums, 2, panel, step, residual, residual, 3, yRow, n, rows);
    return new Object[] {alone, added, residual};
  }

  private static final double[] SPECIAL = {
    0.0, -0.0, 1, -1, Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY
  };

  /** Returns numbers, many of them special ones. */
  private static <A> A special(TileKernels<A> kernels, Random random, int length) {
    A result = numbers(kernels, random, length);
    for (int i = 0; i < length; i++) {
      if (random.nextBoolean()) {
        kernels.fill(result, i, i + 1, SPECIAL[random.nextInt(SPECIAL.length)]);
      }
    }
    return result;
  }

  private static <A> Object[] clamped(TileKernels<A> kernels, int lanes, Random random) {
    double[][] bounds = {
      {0.0, Double.POSITIVE_INFINITY},
      {0.0, 6},
      {-1, 1},
      {-0.5, 0.0},
      {-1, -0.0},
      {-0.0, 1},
      {1, 1},
      {Double.NEGATIVE_INFINITY, 1}
    };
    int n = random.nextInt(7 * lanes);
    Object[] results = new Object[bounds.length];
    for (int i = 0; i < bounds.length; i++) {
      A y = special(kernels, random, 3 + n + 2);
      kernels.clamp(y, 3, n, bounds[i][0], bounds[i][1]);
      results[i] = y;
    }
    return results;
  }

  private static <A> Object[] largest(TileKernels<A> kernels, int lanes, Random random) {
    int n = 1 + random.nextInt(5 * lanes);
    int rows = 1 + random.nextInt(4);
    // Rows may overlap.
    int step = random.nextInt(n + 2);
    A x = special(kernels, random, 3 + (rows - 1) * step + n);
    A y = numbers(kernels, random, 2 + n + 1);
    kernels.largest(x, 3, step, rows, y, 2, kernels.newArray(2 + n + 1), n);
    return new Object[] {y};
  }

  private static <A> Object[] transforms(TileKernels<A> kernels, int lanes, Random random) {
    int side = random.nextBoolean() ? 4 : 6;
    int size = side == 6 && random.nextBoolean() ? 4 : 2;
    int overlap = side - size;
    int beyond = (overlap + size - 1) / size;
    int n = 1 + random.nextInt(40);
    int rows = 1 + random.nextInt(4);
    int tiles = n * rows;
    int pitch = size * (n + beyond) + random.nextInt(3);
    TileKernels.Scratch scratch = kernels.newScratch();
    A source = numbers(kernels, random, 3 + (rows * size + overlap) * pitch + size * lanes);
    int step = (rows + beyond) * n + 2 * lanes;
    A parts = kernels.newArray(size * side * step);
    kernels.layOutTiles(size, side, source, 3, pitch, parts, 0, step, n, rows * size + overlap);
    int vStep = tiles + lanes;
    A v = kernels.newArray(side * side * vStep);
    kernels.winogradInput(
        size, side, parts, 0, step, n, v, 0, vStep, kernels.panel(), 0, tiles, scratch);
    clearBehind(kernels, v, side * side, vStep, tiles);
    A panels = kernels.newArray(side * side * vStep);
    int panel = Math.min(kernels.panel(), vStep);
    int panelStep = panel + 7;
    int first = random.nextInt(lanes);
    int panelsStep = (vStep / panel + 1) * panelStep;
    A inPanels = kernels.newArray(side * side * panelsStep + lanes);
    kernels.winogradInput(
        size, side, parts, 0, step, n, inPanels, 0, panelsStep, panelStep, first, tiles, scratch);
    for (int k = 0; k < side * side; k++) {
      for (int t = 0; t < tiles; t++) {
        int place = first + t;
        int from = k * panelsStep + place / panel * panelStep + place % panel;
        kernels.gather(inPanels, from, 1, panels, k * vStep + t, 1);
      }
    }
    A bias = numbers(kernels, random, 3);
    A y = kernels.newArray(size * size * step);
    boolean finite =
        kernels.winogradOutput(
            size, side, v, 0, vStep, kernels.panel(), bias, 2, y, step, tiles, scratch);
    int width = size * n - random.nextInt(size);
    int height = rows * size - random.nextInt(size);
    int apart = width + random.nextInt(2);
    A target = numbers(kernels, random, 5 + height * (width + 1));
    kernels.interleave(size, y, 0, step, n, target, 5, apart, width, height);
    for (int i = 0; i < size; i++) {
      // What the last row of tiles sees goes on behind it.
      int length = (rows + (overlap - i + size - 1) / size) * n;
      for (int c = 0; c < side; c++) {
        int at = (i * side + c) * step;
        kernels.clear(parts, at + length, at + step);
      }
    }
    clearBehind(kernels, y, size * size, step, tiles);
    return new Object[] {parts, v, panels, y, target, new boolean[] {finite}};
  }

  /** Sums of 4 numbers a tile, transformed along one side. */
  private static <A> Object[] lines(TileKernels<A> kernels, int lanes, Random random) {
    int n = 1 + random.nextInt(100);
    int step = n + lanes + random.nextInt(5);
    A sums = numbers(kernels, random, 4 * step);
    A bias = numbers(kernels, random, 3);
    A y = kernels.newArray(2 * step);
    TileKernels.Scratch scratch = kernels.newScratch();
    boolean finite =
        kernels.winogradLine(sums, 0, step, kernels.panel(), bias, 1, y, step, n, scratch);
    clearBehind(kernels, y, 2, step, n);
    return new Object[] {y, new boolean[] {finite}};
  }

  /** Rows put end to end into panels, in which what belongs to other rows lies side by side. */
  private static <A> Object[] combinations(TileKernels<A> kernels, int lanes, Random random) {
    int n = 1 + random.nextInt(40);
    int rows = 1 + random.nextInt(6);
    int pitch = n + random.nextInt(5);
    int count = 1 + random.nextInt(6);
    int reach = 20;
    A source = numbers(kernels, random, reach + rows * pitch + lanes);
    int[] first = new int[count];
    int[] second = new int[count];
    int[] sign = new int[count];
    int[] to = new int[count];
    int panel = Math.min(kernels.panel(), rows * n);
    for (int k = 0; k < count; k++) {
      first[k] = random.nextInt(reach);
      second[k] = random.nextInt(reach);
      sign[k] = random.nextInt(3) - 1;
      to[k] = 5 + k * panel;
    }
    int panelStep = count * panel + lanes;
    int most = rows * (2 * n + 2);
    int[] runFrom = new int[most];
    int[] runTo = new int[most];
    int[] length = new int[most];
    int runs = 0;
    for (int i = 0; i < rows * n; i += length[runs++]) {
      runFrom[runs] = i / n * pitch + i % n;
      runTo[runs] = i / panel * panelStep + i % panel;
      int widest = Math.min(kernels.lanes(), panel - i % panel);
      length[runs] = Math.min(n - i % n, widest);
    }
    A target = kernels.newArray(5 + (rows * n / panel + 1) * panelStep);
    kernels.combine(source, first, second, sign, runFrom, target, to, runTo, length, runs);
    A plain = kernels.newArray(count * rows * n);
    for (int k = 0; k < count; k++) {
      for (int i = 0; i < rows * n; i++) {
        int from = to[k] + i / panel * panelStep + i % panel;
        kernels.gather(target, from, 1, plain, k * rows * n + i, 1);
      }
    }
    return new Object[] {plain};
  }

  /** What stands behind each part is anybody's. */
  private static <A> void clearBehind(
      TileKernels<A> kernels, A array, int parts, int step, int length) {
    for (int part = 0; part < parts; part++) {
      kernels.clear(array, part * step + length, (part + 1) * step);
    }
  }

  @Test
  void somethingNotFiniteIsSeen() {
    somethingNotFiniteIsSeen(new PortableFloatKernels());
    somethingNotFiniteIsSeen(new SimdFloatKernels());
    somethingNotFiniteIsSeen(new PortableDoubleKernels());
    somethingNotFiniteIsSeen(new SimdDoubleKernels());
  }

  private static <A> void somethingNotFiniteIsSeen(TileKernels<A> kernels) {
    for (int[] scheme : new int[][] {{2, 4}, {4, 6}, {2, 6}}) {
      int size = scheme[0];
      int side = scheme[1];
      int numbers = side * side;
      for (double bad : new double[] {Double.NaN, Double.POSITIVE_INFINITY}) {
        int n = 21;
        int step = n + TileKernels.SLACK;
        A sums = kernels.newArray(numbers * step);
        A y = kernels.newArray(size * size * step);
        A bias = kernels.newArray(1);
        TileKernels.Scratch scratch = kernels.newScratch();
        assertTrue(
            kernels.winogradOutput(
                size, side, sums, 0, step, kernels.panel(), bias, 0, y, step, n, scratch));
        set(sums, step + n - 1, bad);
        assertFalse(
            kernels.winogradOutput(
                size, side, sums, 0, step, kernels.panel(), bias, 0, y, step, n, scratch));
      }
    }
  }

  @Test
  void somethingNotFiniteIsSeenInLines() {
    somethingNotFiniteIsSeenInLines(new PortableFloatKernels());
    somethingNotFiniteIsSeenInLines(new SimdFloatKernels());
    somethingNotFiniteIsSeenInLines(new PortableDoubleKernels());
    somethingNotFiniteIsSeenInLines(new SimdDoubleKernels());
  }

  private static <A> void somethingNotFiniteIsSeenInLines(TileKernels<A> kernels) {
    for (double bad : new double[] {Double.NaN, Double.POSITIVE_INFINITY}) {
      int n = 21;
      int step = n + TileKernels.SLACK;
      A sums = kernels.newArray(4 * step);
      A y = kernels.newArray(2 * step);
      A bias = kernels.newArray(1);
      TileKernels.Scratch scratch = kernels.newScratch();
      assertTrue(
          kernels.winogradLine(sums, 0, step, kernels.panel(), bias, 0, y, step, n, scratch));
      set(sums, 3 * step + n - 1, bad);
      assertFalse(
          kernels.winogradLine(sums, 0, step, kernels.panel(), bias, 0, y, step, n, scratch));
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
