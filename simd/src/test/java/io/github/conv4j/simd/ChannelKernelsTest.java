package io.github.conv4j.simd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.conv4j.kernel.ChannelKernels;
import io.github.conv4j.kernel.PortableDoubleKernels;
import io.github.conv4j.kernel.PortableFloatKernels;
import io.github.conv4j.kernel.TileKernels;
import java.lang.reflect.Array;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The kernels with channels in the lanes give the bits that their definitions ask for, and those of
 * the portable kernels with tiles in the lanes.
 */
final class ChannelKernelsTest {
  private static final int PROBLEMS = 100;

  /** Outputs of a tile, and inputs that it sees. */
  private static final int[][] SCHEMES = {{2, 4}, {4, 6}, {2, 6}};

  enum Kind {
    FLOAT32 {
      @Override
      void check(long seed) {
        new Checks<>(new SimdFloatKernels(), new FloatChannels(), new PortableFloatKernels(), seed)
            .all();
      }
    },
    FLOAT64 {
      @Override
      void check(long seed) {
        new Checks<>(
                new SimdDoubleKernels(), new DoubleChannels(), new PortableDoubleKernels(), seed)
            .all();
      }
    };

    abstract void check(long seed);
  }

  @ParameterizedTest
  @EnumSource
  void giveTheBitsOfTheirDefinition(Kind kind) {
    for (int seed = 0; seed < PROBLEMS; seed++) {
      kind.check(seed);
    }
  }

  private static final class Checks<A> {
    private final TileKernels<A> simd;
    private final TileKernels<A> portable;
    private final ChannelKernels<A> channels;
    private final ChannelKernels.Scratch scratch;
    private final Random random;
    private final int lanes;
    private final int panel;

    Checks(TileKernels<A> simd, ChannelKernels<A> channels, TileKernels<A> portable, long seed) {
      this.simd = simd;
      this.portable = portable;
      this.channels = channels;
      this.scratch = channels.newScratch();
      this.random = new Random(seed);
      this.lanes = simd.lanes();
      this.panel = simd.panel();
    }

    void all() {
      transposes();
      multiplies();
      for (int[] scheme : SCHEMES) {
        transformsInput(scheme[0], scheme[1]);
        transformsOutput(scheme[0], scheme[1]);
      }
    }

    private void transposes() {
      int n = 1 + random.nextInt(40);
      int rows = 1 + random.nextInt(40);
      int fromStep = n + random.nextInt(5);
      int toStep = rows + random.nextInt(5);
      int from = random.nextInt(4);
      int to = random.nextInt(4);
      A source = numbers(from + (rows - 1) * fromStep + n);
      A target = numbers(to + (n - 1) * toStep + rows);
      A expected = copy(target);
      for (int i = 0; i < n; i++) {
        for (int r = 0; r < rows; r++) {
          set(expected, to + i * toStep + r, get(source, from + r * fromStep + i));
        }
      }
      channels.transpose(source, from, fromStep, target, to, toStep, n, rows);
      assertSame(expected, target, 0, Array.getLength(target), "transposed " + n + " x " + rows);
    }

    private void multiplies() {
      int rows = 1 + random.nextInt(50);
      int taps = 1 + random.nextInt(60);
      int chunk = 1 + random.nextInt(taps);
      int first = random.nextInt(taps);
      int block = channels.blockRows(rows);
      int pBlock = (taps / lanes + 1) * lanes * block;
      int blocks = (rows - 1) / block + 1;
      int[] offsets = new int[taps];
      for (int t = 0; t < taps; t++) {
        offsets[t] = t / lanes * lanes * block + t % lanes;
      }
      A p = numbers(3 + blocks * pBlock);
      A q = numbers(2 + taps * panel);
      A y = numbers(1 + blocks * block * panel);
      A expected = copy(y);
      for (int from : new int[] {0, first}) {
        for (int r = 0; r < rows; r++) {
          int at = 3 + r / block * pBlock + r % block * lanes;
          for (int j = 0; j < panel; j++) {
            int o = 1 + r * panel + j;
            double total = from == 0 ? 0 : get(expected, o);
            for (int t = from; t < taps; t += chunk) {
              double part = 0;
              for (int c = t; c < Math.min(t + chunk, taps); c++) {
                part = fma(get(p, at + offsets[c]), get(q, 2 + c * panel + j), part);
              }
              total = rounded(total + part);
            }
            set(expected, o, total);
          }
        }
        channels.multiply(
            p, 3, pBlock, block, offsets, rows, q, 2, from, taps, chunk, y, 1, scratch);
      }
      assertSame(expected, y, 0, 1 + rows * panel, rows + " rows of " + taps + " taps");
    }

    private void transformsInput(int size, int side) {
      int n = 1 + random.nextInt(30);
      int columns = size * (n - 1) + side;
      int row = (columns + random.nextInt(3)) * lanes;
      A x = numbers(5 + side * row);
      int first = random.nextInt(4);
      int[] places = new int[first + n];
      for (int t = 0; t < places.length; t++) {
        places[t] = t * lanes + t / 3 * 7;
      }
      int vStep = places[places.length - 1] + lanes + random.nextInt(3);
      A v = numbers(1 + side * side * vStep);
      A expected = copy(v);
      // Where the tiles of one channel lie side by side, for the portable kernels.
      int step = n + (side - 1) / size + TileKernels.SLACK;
      for (int c = 0; c < lanes; c++) {
        A parts = portable.newArray(size * side * 3 * step);
        for (int i = 0; i < side; i++) {
          for (int j = 0; j < side; j++) {
            for (int t = 0; t < n; t++) {
              double number = get(x, 5 + i * row + (size * t + j) * lanes + c);
              set(parts, (i % size * side + j) * 3 * step + i / size * step + t, number);
            }
          }
        }
        A transformed = portable.newArray(side * side * step);
        TileKernels.Scratch memory = portable.newScratch();
        portable.winogradInput(
            size, side, parts, 0, 3 * step, step, transformed, 0, step, step, 0, n, memory);
        for (int k = 0; k < side * side; k++) {
          for (int t = 0; t < n; t++) {
            set(expected, 1 + k * vStep + places[first + t] + c, get(transformed, k * step + t));
          }
        }
      }
      channels.winogradInput(size, side, x, 5, row, v, 1, vStep, places, first, n, scratch);
      assertSame(expected, v, 0, Array.getLength(v), n + " tiles of " + side);
    }

    private void transformsOutput(int size, int side) {
      int n = 1 + random.nextInt(30);
      int mStep = n * panel + random.nextInt(3);
      A sums = numbers(2 + side * side * mStep);
      A bias = numbers(3 + panel);
      int yRow = n * size * panel + random.nextInt(3);
      A y = numbers(4 + size * yRow);
      A expected = copy(y);
      int step = n + TileKernels.SLACK;
      for (int c = 0; c < panel; c++) {
        A ofChannel = portable.newArray(side * side * step);
        for (int k = 0; k < side * side; k++) {
          simd.gather(sums, 2 + k * mStep + c, panel, ofChannel, k * step, n);
        }
        A outputs = portable.newArray(size * size * step);
        TileKernels.Scratch memory = portable.newScratch();
        portable.winogradOutput(
            size, side, ofChannel, 0, step, step, bias, 3 + c, outputs, step, n, memory);
        for (int k = 0; k < size * size; k++) {
          for (int t = 0; t < n; t++) {
            int o = 4 + k / size * yRow + (size * t + k % size) * panel + c;
            set(expected, o, get(outputs, k * step + t));
          }
        }
      }
      assertTrue(
          channels.winogradOutput(size, side, sums, 2, mStep, bias, 3, y, 4, yRow, n, scratch));
      assertSame(expected, y, 0, Array.getLength(y), n + " tiles of " + size);
      int bad = random.nextInt(side * side) * mStep + random.nextInt(n * panel);
      set(sums, 2 + bad, random.nextBoolean() ? Double.NaN : Double.POSITIVE_INFINITY);
      assertFalse(
          channels.winogradOutput(size, side, sums, 2, mStep, bias, 3, y, 4, yRow, n, scratch));
    }

    /** Numbers of very different size, so that another order of a sum would show. */
    private A numbers(int length) {
      A array = simd.newArray(length);
      for (int i = 0; i < length; i++) {
        set(array, i, random.nextGaussian() * Math.scalb(1.0, random.nextInt(40) - 20));
      }
      return array;
    }

    private A copy(A array) {
      A copy = simd.newArray(Array.getLength(array));
      simd.gather(array, 0, 1, copy, 0, Array.getLength(array));
      return copy;
    }

    private static double get(Object array, int i) {
      return Array.getDouble(array, i);
    }

    private static void set(Object array, int i, double value) {
      if (array instanceof float[] floats) {
        floats[i] = (float) value;
      } else {
        Array.setDouble(array, i, value);
      }
    }

    private boolean isSingle() {
      return simd instanceof SimdFloatKernels;
    }

    private double fma(double a, double b, double c) {
      return isSingle() ? Math.fma((float) a, (float) b, (float) c) : Math.fma(a, b, c);
    }

    private double rounded(double x) {
      return isSingle() ? (float) x : x;
    }

    private static void assertSame(Object expected, Object actual, int from, int to, String what) {
      for (int i = from; i < to; i++) {
        long wanted = Double.doubleToRawLongBits(get(expected, i));
        assertEquals(wanted, Double.doubleToRawLongBits(get(actual, i)), what + ", number " + i);
      }
    }
  }
}
