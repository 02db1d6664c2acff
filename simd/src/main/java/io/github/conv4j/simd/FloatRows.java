package io.github.conv4j.simd;

import java.util.function.IntPredicate;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * Copies rows of float32 numbers, parts them into their every so many columns, and back.
 *
 * <p>No method here takes a vector or returns one: the compiler does not inline even a small method
 * that was compiled by itself before, and then vectors come and go as objects.
 */
final class FloatRows {
  private static final VectorSpecies<Float> S = FloatVector.SPECIES_PREFERRED;
  private static final int L = S.length();

  /** Lane t holds 2 t or 2 t + 1 of two vectors laid end to end: of the first for t < L / 2. */
  private static final VectorShuffle<Float> EVEN = VectorShuffle.fromOp(S, t -> 2 * t % L);

  private static final VectorShuffle<Float> ODD = VectorShuffle.fromOp(S, t -> (2 * t + 1) % L);

  /** Lane t holds lane t / 2. */
  private static final VectorShuffle<Float> TWICE = VectorShuffle.fromOp(S, t -> t / 2);

  private static final VectorMask<Float> SECOND_HALF = mask(t -> t >= L / 2);
  private static final VectorMask<Float> ODD_LANES = mask(t -> t % 2 == 1);

  private static VectorMask<Float> mask(IntPredicate lanes) {
    boolean[] bits = new boolean[L];
    for (int t = 0; t < L; t++) {
      bits[t] = lanes.test(t);
    }
    return VectorMask.fromArray(S, bits, 0);
  }

  private FloatRows() {}

  static void copyRows(
      float[] source, int from, int fromStep, float[] target, int to, int toStep, int n, int rows) {
    FloatVector zero = FloatVector.zero(S);
    for (int r = 0; r < rows; r++) {
      int a = from + r * fromStep;
      int b = to + r * toStep;
      int whole = (n + L - 1) / L * L;
      if (a + whole <= source.length) {
        for (int i = 0; i < n; i += L) {
          FloatVector.fromArray(S, source, a + i).intoArray(target, b + i);
        }
      } else {
        System.arraycopy(source, a, target, b, n);
      }
      // Over what the last vector brought along.
      zero.intoArray(target, b + n);
    }
  }

  static void moveRows(
      float[] source, int from, int fromStep, float[] target, int to, int toStep, int n, int rows) {
    if (n >= L) {
      moveVectors(source, from, fromStep, target, to, toStep, n, rows);
      return;
    }
    int done = 0;
    if (toStep == n) {
      // What a vector writes too much, the next rows write over.
      int fit = rows - (L - 1) / n;
      while (fit > 0 && from + (fit - 1) * fromStep + L > source.length) {
        fit--;
      }
      for (; done < fit; done++) {
        FloatVector.fromArray(S, source, from + done * fromStep).intoArray(target, to + done * n);
      }
    }
    moveColumns(
        source,
        from + done * fromStep,
        fromStep,
        target,
        to + done * toStep,
        toStep,
        n,
        rows - done);
  }

  private static void moveVectors(
      float[] source, int from, int fromStep, float[] target, int to, int toStep, int n, int rows) {
    for (int r = 0; r < rows; r++) {
      int a = from + r * fromStep;
      int b = to + r * toStep;
      // The last vector begins earlier.
      for (int i = 0; i < n; i += L) {
        int column = Math.min(i, n - L);
        FloatVector.fromArray(S, source, a + column).intoArray(target, b + column);
      }
    }
  }

  /** Writes sums to their rows; a panel is two vectors. */
  static void writeSums(
      float[] sums, int at, int row, int step, float[] y, int yAt, int yRow, int n, int rows) {
    int whole = n / (2 * L) * 2 * L;
    int rest = n - whole;
    int last = at + n / (2 * L) * step;
    for (int r = 0; r < rows; r++) {
      int a = at + r * row;
      int b = yAt + r * yRow;
      for (int j = 0; j < whole; j += 2 * L) {
        FloatVector.fromArray(S, sums, a).intoArray(y, b + j);
        FloatVector.fromArray(S, sums, a + L).intoArray(y, b + j + L);
        a += step;
      }
      a = last + r * row;
      b += whole;
      if (rest >= L) {
        FloatVector.fromArray(S, sums, a).intoArray(y, b);
        FloatVector.fromArray(S, sums, a + rest - L).intoArray(y, b + rest - L);
      } else {
        for (int i = 0; i < rest; i++) {
          y[b + i] = sums[a + i];
        }
      }
    }
  }

  /** Writes sums to their rows and adds a residual, which may be what they replace. */
  static void writeSums(
      float[] sums,
      int at,
      int row,
      int step,
      float[] residual,
      float[] y,
      int yAt,
      int yRow,
      int n,
      int rows) {
    int vectors = n / L;
    for (int r = 0; r < rows; r++) {
      int b = yAt + r * yRow;
      for (int v = 0; v < vectors; v++) {
        int a = at + r * row + v / 2 * step + v % 2 * L;
        FloatVector.fromArray(S, sums, a)
            .add(FloatVector.fromArray(S, residual, b))
            .intoArray(y, b);
        b += L;
      }
      int a = at + r * row + vectors / 2 * step + vectors % 2 * L;
      for (int i = 0; i < n % L; i++) {
        y[b + i] = sums[a + i] + residual[b + i];
      }
    }
  }

  /** Copies few columns one after the other: a loop over many rows starts less often. */
  private static void moveColumns(
      float[] source, int from, int fromStep, float[] target, int to, int toStep, int n, int rows) {
    for (int i = 0; i < n; i++) {
      for (int r = 0; r < rows; r++) {
        target[to + i + r * toStep] = source[from + i + r * fromStep];
      }
    }
  }

  /** Copies every second number. */
  static void gather2(float[] source, int from, float[] target, int to, int n) {
    // Vectors also read the number behind the last one.
    int whole = from + 2 * n <= source.length ? n : n - 1;
    int done = 0;
    if (whole >= L) {
      for (int i = 0; i < whole; i += L) {
        int t = Math.min(i, whole - L);
        FloatVector a = FloatVector.fromArray(S, source, from + 2 * t);
        FloatVector b = FloatVector.fromArray(S, source, from + 2 * t + L);
        a.rearrange(EVEN).blend(b.rearrange(EVEN), SECOND_HALF).intoArray(target, to + t);
      }
      done = whole;
    }
    for (int i = done; i < n; i++) {
      target[to + i] = source[from + 2 * i];
    }
  }

  /** Parts a row into its even and its odd columns. */
  private static void deinterleave2(
      float[] source, int from, float[] target, int to, int step, int n) {
    for (int t = 0; t < n; t += L) {
      FloatVector a = FloatVector.fromArray(S, source, from + 2 * t);
      FloatVector b = FloatVector.fromArray(S, source, from + 2 * t + L);
      FloatVector even = a.rearrange(EVEN).blend(b.rearrange(EVEN), SECOND_HALF);
      FloatVector odd = a.rearrange(ODD).blend(b.rearrange(ODD), SECOND_HALF);
      even.intoArray(target, to + t);
      odd.intoArray(target, to + step + t);
    }
  }

  /** Every fourth columns are every second ones, parted again. */
  private static void deinterleave4(
      float[] source, int from, float[] target, int to, int step, int n) {
    for (int t = 0; t < n; t += L) {
      FloatVector a = FloatVector.fromArray(S, source, from + 4 * t);
      FloatVector b = FloatVector.fromArray(S, source, from + 4 * t + L);
      FloatVector c = FloatVector.fromArray(S, source, from + 4 * t + 2 * L);
      FloatVector d = FloatVector.fromArray(S, source, from + 4 * t + 3 * L);
      FloatVector ab = a.rearrange(EVEN).blend(b.rearrange(EVEN), SECOND_HALF);
      FloatVector cd = c.rearrange(EVEN).blend(d.rearrange(EVEN), SECOND_HALF);
      FloatVector first = ab.rearrange(EVEN).blend(cd.rearrange(EVEN), SECOND_HALF);
      FloatVector third = ab.rearrange(ODD).blend(cd.rearrange(ODD), SECOND_HALF);
      FloatVector oddAb = a.rearrange(ODD).blend(b.rearrange(ODD), SECOND_HALF);
      FloatVector oddCd = c.rearrange(ODD).blend(d.rearrange(ODD), SECOND_HALF);
      FloatVector second = oddAb.rearrange(EVEN).blend(oddCd.rearrange(EVEN), SECOND_HALF);
      FloatVector fourth = oddAb.rearrange(ODD).blend(oddCd.rearrange(ODD), SECOND_HALF);
      first.intoArray(target, to + t);
      second.intoArray(target, to + step + t);
      third.intoArray(target, to + 2 * step + t);
      fourth.intoArray(target, to + 3 * step + t);
    }
  }

  static void layOutTiles(
      int size,
      int side,
      float[] source,
      int from,
      int fromStep,
      float[] target,
      int to,
      int step,
      int n,
      int rows) {
    for (int r = 0; r < rows; r++) {
      int at = from + r * fromStep;
      int first = to + r % size * side * step + r / size * n;
      if (size == 2) {
        deinterleave2(source, at, target, first, step, n);
      } else {
        deinterleave4(source, at, target, first, step, n);
      }
    }
    // What tiles overlap by are the first columns of the next one; behind a row there is none.
    for (int i = 0; i < size; i++) {
      int length = (rows - i + size - 1) / size * n;
      for (int c = size; c < side; c++) {
        int base = to + (i * side + c) * step;
        int next = base - size * step + 1;
        for (int t = 0; t < length; t += L) {
          FloatVector.fromArray(S, target, next + t).intoArray(target, base + t);
        }
        for (int r = i; r < rows; r += size) {
          target[base + (r / size + 1) * n - 1] = source[from + r * fromStep + size * n + c - size];
        }
      }
    }
  }

  static void interleave(
      int size,
      float[] source,
      int from,
      int step,
      int pitch,
      float[] target,
      int to,
      int toStep,
      int n,
      int rows) {
    // The last vector of a row begins earlier, where that is the beginning of a tile. Vectors
    // shorter than a tile are not worth the trouble.
    int last = n < L || L < size ? -1 : (n - L) / size * size;
    for (int r = 0; r < rows; r++) {
      int a = from + r % size * size * step + r / size * pitch;
      int b = to + r * toStep;
      int done = 0;
      if (last >= 0) {
        done = last + L;
        interleaveRow(size, source, a, step, target, b, last);
      } else if (toStep == n && L >= size && (rows - r) * n >= L) {
        // What a vector writes too much, the next rows write over.
        done = n;
        interleaveRow(size, source, a, step, target, b, 0);
      }
      for (int i = done; i < n; i++) {
        target[b + i] = source[a + i % size * step + i / size];
      }
    }
  }

  private static void interleaveRow(
      int size, float[] source, int from, int step, float[] target, int to, int last) {
    if (size == 2) {
      interleave2(source, from, step, target, to, last);
    } else {
      interleave4(source, from, step, target, to, last);
    }
  }

  /** Writes vectors up to and with that which begins at {@code last}. */
  private static void interleave2(
      float[] source, int from, int step, float[] target, int to, int last) {
    for (int i = 0; i < last + L; i += L) {
      int at = Math.min(i, last);
      int t = from + at / 2;
      FloatVector a = FloatVector.fromArray(S, source, t);
      FloatVector b = FloatVector.fromArray(S, source, t + step);
      FloatVector ab = a.rearrange(TWICE).blend(b.rearrange(TWICE), ODD_LANES);
      ab.intoArray(target, to + at);
    }
  }

  private static void interleave4(
      float[] source, int from, int step, float[] target, int to, int last) {
    for (int i = 0; i < last + L; i += L) {
      int at = Math.min(i, last);
      int t = from + at / 4;
      FloatVector a = FloatVector.fromArray(S, source, t);
      FloatVector b = FloatVector.fromArray(S, source, t + step);
      FloatVector c = FloatVector.fromArray(S, source, t + 2 * step);
      FloatVector d = FloatVector.fromArray(S, source, t + 3 * step);
      FloatVector ac = a.rearrange(TWICE).blend(c.rearrange(TWICE), ODD_LANES);
      FloatVector bd = b.rearrange(TWICE).blend(d.rearrange(TWICE), ODD_LANES);
      FloatVector all = ac.rearrange(TWICE).blend(bd.rearrange(TWICE), ODD_LANES);
      all.intoArray(target, to + at);
    }
  }
}
