package io.github.conv4j.simd;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * Kernels of channels by themselves. With one channel there is little to multiply for each number
 * that is loaded, so a number serves all the output rows that need it.
 */
final class FloatFilters {
  private static final VectorSpecies<Float> S = FloatVector.SPECIES_PREFERRED;
  private static final int L = S.length();

  /** Lane t holds 2 t or 2 t + 1 of two vectors laid end to end: of the first for t < L / 2. */
  private static final VectorShuffle<Float> EVEN = VectorShuffle.fromOp(S, t -> 2 * t % L);

  private static final VectorShuffle<Float> ODD = VectorShuffle.fromOp(S, t -> (2 * t + 1) % L);

  private static final VectorMask<Float> SECOND_HALF = S.indexInRange(0, L / 2).not();

  private FloatFilters() {}

  static void copyPlanes(
      float[] source,
      int from,
      int fromStep,
      int fromPlane,
      float[] target,
      int to,
      int toStep,
      int toPlane,
      int n,
      int rows,
      int planes) {
    int first = 0;
    if (n == fromStep && n < toStep && 2 * toStep <= L) {
      first = spreadPlanes(source, from, fromPlane, target, to, toStep, toPlane, n, rows, planes);
    }
    int last = (n - 1) / L * L;
    VectorMask<Float> outside = S.indexInRange(last, n).not();
    for (int c = first; c < planes; c++) {
      for (int r = 0; r < rows; r++) {
        int a = from + c * fromPlane + r * fromStep;
        int b = to + c * toPlane + r * toStep;
        if (a + last + L > source.length) {
          System.arraycopy(source, a, target, b, n);
          continue;
        }
        for (int i = 0; i < last; i += L) {
          FloatVector.fromArray(S, source, a + i).intoArray(target, b + i);
        }
        FloatVector.fromArray(S, source, a + last).blend(0, outside).intoArray(target, b + last);
      }
    }
  }

  /**
   * Copies planes of rows so short that a vector takes several.
   *
   * @return how many planes were copied: those behind which there are numbers enough to be read
   */
  private static int spreadPlanes(
      float[] source,
      int from,
      int fromPlane,
      float[] target,
      int to,
      int toStep,
      int toPlane,
      int n,
      int rows,
      int planes) {
    VectorShuffle<Float> spread = ShortRows.SPREAD[toStep][n];
    VectorMask<Float> inside = ShortRows.INSIDE[toStep][n];
    int together = L / toStep;
    int lastRows = (rows - 1) % together + 1;
    VectorMask<Float> lastInside = inside.and(S.indexInRange(0, lastRows * toStep));
    int whole = rows - lastRows;
    FloatVector zero = FloatVector.zero(S);
    for (int c = 0; c < planes; c++) {
      int a = from + c * fromPlane;
      int b = to + c * toPlane;
      if (a + whole * n + L > source.length) {
        return c;
      }
      for (int r = 0; r < whole; r += together) {
        FloatVector x = FloatVector.fromArray(S, source, a + r * n).rearrange(spread);
        zero.blend(x, inside).intoArray(target, b + r * toStep);
      }
      FloatVector x = FloatVector.fromArray(S, source, a + whole * n).rearrange(spread);
      zero.blend(x, lastInside).intoArray(target, b + whole * toStep);
    }
    return planes;
  }

  static void partPlanes(
      float[] source,
      int from,
      int fromStep,
      int fromPlane,
      float[] target,
      int even,
      int odd,
      int toStep,
      int toPlane,
      int n,
      int rows,
      int planes) {
    // Where the last vector of even columns begins, and of odd ones.
    int last = (n - 1) / 2 / L * L;
    VectorMask<Float> outsideEven = S.indexInRange(last, (n + 1) / 2).not();
    VectorMask<Float> outsideOdd = S.indexInRange(last, n / 2).not();
    for (int c = 0; c < planes; c++) {
      for (int r = 0; r < rows; r++) {
        int a = from + c * fromPlane + r * fromStep;
        int b = c * toPlane + r * toStep;
        if (a + 2 * last + 2 * L > source.length) {
          for (int i = 0; i < n; i++) {
            target[(i % 2 == 0 ? even : odd) + b + i / 2] = source[a + i];
          }
          continue;
        }
        for (int i = 0; i < last; i += L) {
          FloatVector p = FloatVector.fromArray(S, source, a + 2 * i);
          FloatVector q = FloatVector.fromArray(S, source, a + 2 * i + L);
          p.rearrange(EVEN).blend(q.rearrange(EVEN), SECOND_HALF).intoArray(target, even + b + i);
          p.rearrange(ODD).blend(q.rearrange(ODD), SECOND_HALF).intoArray(target, odd + b + i);
        }
        FloatVector p = FloatVector.fromArray(S, source, a + 2 * last);
        FloatVector q = FloatVector.fromArray(S, source, a + 2 * last + L);
        p.rearrange(EVEN)
            .blend(q.rearrange(EVEN), SECOND_HALF)
            .blend(0, outsideEven)
            .intoArray(target, even + b + last);
        p.rearrange(ODD)
            .blend(q.rearrange(ODD), SECOND_HALF)
            .blend(0, outsideOdd)
            .intoArray(target, odd + b + last);
      }
    }
  }

  static void filter(
      float[] x,
      int at,
      int plane,
      int rowStep,
      int[] offsets,
      int chunk,
      float[] w,
      float[] bias,
      int channel,
      int channels,
      float[] y,
      int yAt,
      int yRow,
      int n,
      int rows,
      FloatScratch scratch) {
    int yPlane = rows * yRow;
    if (n >= L) {
      filterWide(
          x, at, plane, rowStep, offsets, chunk, w, bias, channel, channels, y, yAt, yPlane, yRow,
          n, rows);
      return;
    }
    // Rows shorter than a vector: each is written with what follows it, and the next over that.
    int behind = Math.min(channels, (L - 1) / (rows * n) + 1);
    int safe = yRow == n ? channels - behind : 0;
    if (n <= rowStep && 2 * rowStep <= L && chunk >= offsets.length) {
      filterShort(x, at, plane, rowStep, offsets, w, bias, channel, safe, y, yAt, n, rows);
    } else {
      filterWide(
          x, at, plane, rowStep, offsets, chunk, w, bias, channel, safe, y, yAt, yPlane, yRow, L,
          rows);
    }
    int end = yAt + channels * yPlane;
    float[] tile = scratch.tile;
    for (int i = safe * rows; i < channels * rows; ) {
      int c = i / rows;
      int row = i % rows;
      int tall = Math.min(4, rows - row);
      int from = at + c * plane + row * rowStep;
      int to = yAt + i * yRow;
      if (yRow == n && to + (tall - 1) * n + L <= end) {
        filterWide(
            x,
            from,
            plane,
            rowStep,
            offsets,
            chunk,
            w,
            bias,
            channel + c,
            1,
            y,
            to,
            yPlane,
            n,
            L,
            tall);
      } else {
        filterWide(
            x,
            from,
            plane,
            rowStep,
            offsets,
            chunk,
            w,
            bias,
            channel + c,
            1,
            tile,
            0,
            0,
            L,
            L,
            tall);
        for (int r = 0; r < tall; r++) {
          for (int j = 0; j < n; j++) {
            y[to + r * yRow + j] = tile[r * L + j];
          }
        }
      }
      i += tall;
    }
  }

  /** Where the numbers of short rows lie, several rows in a vector. */
  static final class ShortRows {
    /** [step][n]: from rows of n, end to end, to rows of n that are step apart. */
    static final VectorShuffle<Float>[][] SPREAD = shuffles(true);

    /** The same way back. */
    static final VectorShuffle<Float>[][] GATHER = shuffles(false);

    /** The lanes of rows that are step apart. */
    static final VectorMask<Float>[][] INSIDE = masks();

    @SuppressWarnings({"unchecked", "rawtypes"})
    private static VectorShuffle<Float>[][] shuffles(boolean spread) {
      VectorShuffle<Float>[][] result = new VectorShuffle[L / 2 + 1][L / 2 + 1];
      for (int step = 1; step <= L / 2; step++) {
        for (int n = 1; n <= step; n++) {
          int from = spread ? step : n;
          int to = spread ? n : step;
          result[step][n] = VectorShuffle.fromOp(S, i -> (i / from * to + i % from) % L);
        }
      }
      return result;
    }

    @SuppressWarnings({"unchecked", "rawtypes"})
    private static VectorMask<Float>[][] masks() {
      VectorMask<Float>[][] result = new VectorMask[L / 2 + 1][L / 2 + 1];
      for (int step = 1; step <= L / 2; step++) {
        for (int n = 1; n <= step; n++) {
          boolean[] inside = new boolean[L];
          for (int i = 0; i < L; i++) {
            inside[i] = i % step < n;
          }
          result[step][n] = VectorMask.fromArray(S, inside, 0);
        }
      }
      return result;
    }
  }

  /** Filters rows so short that a vector takes several; what follows them is written over. */
  private static void filterShort(
      float[] x,
      int at,
      int plane,
      int rowStep,
      int[] offsets,
      float[] w,
      float[] bias,
      int channel,
      int channels,
      float[] y,
      int yAt,
      int n,
      int rows) {
    if (offsets.length == 9) {
      filterShort9(x, at, plane, rowStep, offsets, w, bias, channel, channels, y, yAt, n, rows);
      return;
    }
    VectorShuffle<Float> gather = ShortRows.GATHER[rowStep][n];
    int taps = offsets.length;
    for (int c = 0; c < channels; c++) {
      int k = (channel + c) * taps;
      float b = bias[channel + c];
      for (int r = 0; r < rows; r += L / rowStep) {
        int i = at + c * plane + r * rowStep;
        FloatVector s = FloatVector.zero(S);
        for (int t = 0; t < taps; t++) {
          FloatVector f = FloatVector.broadcast(S, w[k + t]);
          s = f.fma(FloatVector.fromArray(S, x, i + offsets[t]), s);
        }
        FloatVector.broadcast(S, b).add(s).rearrange(gather).intoArray(y, yAt + (c * rows + r) * n);
      }
    }
  }

  /** Does so with 9 taps, whose weights stay in registers. */
  private static void filterShort9(
      float[] x,
      int at,
      int plane,
      int rowStep,
      int[] o,
      float[] w,
      float[] bias,
      int channel,
      int channels,
      float[] y,
      int yAt,
      int n,
      int rows) {
    VectorShuffle<Float> gather = ShortRows.GATHER[rowStep][n];
    int together = L / rowStep;
    int o0 = o[0];
    int o1 = o[1];
    int o2 = o[2];
    int o3 = o[3];
    int o4 = o[4];
    int o5 = o[5];
    int o6 = o[6];
    int o7 = o[7];
    int o8 = o[8];
    for (int c = 0; c < channels; c++) {
      int k = (channel + c) * 9;
      FloatVector b = FloatVector.broadcast(S, bias[channel + c]);
      FloatVector w0 = FloatVector.broadcast(S, w[k]);
      FloatVector w1 = FloatVector.broadcast(S, w[k + 1]);
      FloatVector w2 = FloatVector.broadcast(S, w[k + 2]);
      FloatVector w3 = FloatVector.broadcast(S, w[k + 3]);
      FloatVector w4 = FloatVector.broadcast(S, w[k + 4]);
      FloatVector w5 = FloatVector.broadcast(S, w[k + 5]);
      FloatVector w6 = FloatVector.broadcast(S, w[k + 6]);
      FloatVector w7 = FloatVector.broadcast(S, w[k + 7]);
      FloatVector w8 = FloatVector.broadcast(S, w[k + 8]);
      for (int r = 0; r < rows; r += together) {
        int i = at + c * plane + r * rowStep;
        FloatVector s = FloatVector.zero(S);
        s = w0.fma(FloatVector.fromArray(S, x, i + o0), s);
        s = w1.fma(FloatVector.fromArray(S, x, i + o1), s);
        s = w2.fma(FloatVector.fromArray(S, x, i + o2), s);
        s = w3.fma(FloatVector.fromArray(S, x, i + o3), s);
        s = w4.fma(FloatVector.fromArray(S, x, i + o4), s);
        s = w5.fma(FloatVector.fromArray(S, x, i + o5), s);
        s = w6.fma(FloatVector.fromArray(S, x, i + o6), s);
        s = w7.fma(FloatVector.fromArray(S, x, i + o7), s);
        s = w8.fma(FloatVector.fromArray(S, x, i + o8), s);
        b.add(s).rearrange(gather).intoArray(y, yAt + (c * rows + r) * n);
      }
    }
  }

  /**
   * Filters rows of at least one vector. The last vector of a row begins earlier, like the last
   * rows.
   */
  private static void filterWide(
      float[] x,
      int at,
      int plane,
      int rowStep,
      int[] offsets,
      int chunk,
      float[] w,
      float[] bias,
      int channel,
      int channels,
      float[] y,
      int yAt,
      int yPlane,
      int yRow,
      int n,
      int rows) {
    boolean whole = chunk >= offsets.length;
    if (offsets.length == 9 && whole) {
      if (rows >= 4 && isSquare(offsets, 3, rowStep)) {
        slide3x3(
            x, at, plane, rowStep, offsets, w, bias, channel, channels, y, yAt, yPlane, yRow, n,
            rows);
      } else {
        taps9(
            x, at, plane, rowStep, offsets, w, bias, channel, channels, y, yAt, yPlane, yRow, n,
            rows);
      }
      return;
    }
    if (offsets.length == 25 && whole) {
      if (rows >= 4 && isSquare(offsets, 5, rowStep)) {
        slide5x5(
            x, at, plane, rowStep, offsets, w, bias, channel, channels, y, yAt, yPlane, yRow, n,
            rows);
      } else {
        taps25(
            x, at, plane, rowStep, offsets, w, bias, channel, channels, y, yAt, yPlane, yRow, n,
            rows);
      }
      return;
    }
    int tall = rows < 4 ? 1 : 4;
    for (int c = 0; c < channels; c++) {
      int k = (channel + c) * offsets.length;
      for (int r = 0; r < rows; r += tall) {
        int row = Math.min(r, rows - tall);
        for (int j = 0; j < n; j += L) {
          int column = Math.min(j, n - L);
          int i = at + c * plane + row * rowStep + column;
          int to = yAt + c * yPlane + row * yRow + column;
          for (int h = 0; h < tall; h++) {
            FloatVector.broadcast(S, bias[channel + c]).intoArray(y, to + h * yRow);
          }
          for (int t = 0; t < offsets.length; t += chunk) {
            int end = Math.min(t + chunk, offsets.length);
            if (tall == 4) {
              add4x1(x, i, rowStep, offsets, t, end, w, k, y, to, yRow);
            } else {
              add1x1(x, i, offsets, t, end, w, k, y, to);
            }
          }
        }
      }
    }
  }

  /** Returns whether each row of taps lies one input row below the one before. */
  private static boolean isSquare(int[] offsets, int side, int rowStep) {
    for (int t = side; t < offsets.length; t++) {
      if (offsets[t] - offsets[t - side] != rowStep) {
        return false;
      }
    }
    return true;
  }

  /** A kernel of 3x3 on neighbouring rows, 4 at a time: each number loaded serves all of them. */
  private static void slide3x3(
      float[] x,
      int at,
      int plane,
      int rowStep,
      int[] o,
      float[] w,
      float[] bias,
      int channel,
      int channels,
      float[] y,
      int yAt,
      int yPlane,
      int yRow,
      int n,
      int rows) {
    int o0 = o[0];
    int o1 = o[1];
    int o2 = o[2];
    for (int c = 0; c < channels; c++) {
      int k = (channel + c) * 9;
      float b = bias[channel + c];
      FloatVector w0 = FloatVector.broadcast(S, w[k + 0]);
      FloatVector w1 = FloatVector.broadcast(S, w[k + 1]);
      FloatVector w2 = FloatVector.broadcast(S, w[k + 2]);
      FloatVector w3 = FloatVector.broadcast(S, w[k + 3]);
      FloatVector w4 = FloatVector.broadcast(S, w[k + 4]);
      FloatVector w5 = FloatVector.broadcast(S, w[k + 5]);
      FloatVector w6 = FloatVector.broadcast(S, w[k + 6]);
      FloatVector w7 = FloatVector.broadcast(S, w[k + 7]);
      FloatVector w8 = FloatVector.broadcast(S, w[k + 8]);
      for (int r = 0; r < rows; r += 4) {
        int row = Math.min(r, rows - 4);
        for (int j = 0; j < n; j += L) {
          int column = Math.min(j, n - L);
          int i = at + c * plane + row * rowStep + column;
          FloatVector s0 = FloatVector.zero(S);
          FloatVector s1 = FloatVector.zero(S);
          FloatVector s2 = FloatVector.zero(S);
          FloatVector s3 = FloatVector.zero(S);
          FloatVector x00 = FloatVector.fromArray(S, x, i + o0);
          s0 = w0.fma(x00, s0);
          FloatVector x01 = FloatVector.fromArray(S, x, i + o1);
          s0 = w1.fma(x01, s0);
          FloatVector x02 = FloatVector.fromArray(S, x, i + o2);
          s0 = w2.fma(x02, s0);
          i += rowStep;
          FloatVector x10 = FloatVector.fromArray(S, x, i + o0);
          s0 = w3.fma(x10, s0);
          s1 = w0.fma(x10, s1);
          FloatVector x11 = FloatVector.fromArray(S, x, i + o1);
          s0 = w4.fma(x11, s0);
          s1 = w1.fma(x11, s1);
          FloatVector x12 = FloatVector.fromArray(S, x, i + o2);
          s0 = w5.fma(x12, s0);
          s1 = w2.fma(x12, s1);
          i += rowStep;
          FloatVector x20 = FloatVector.fromArray(S, x, i + o0);
          s0 = w6.fma(x20, s0);
          s1 = w3.fma(x20, s1);
          s2 = w0.fma(x20, s2);
          FloatVector x21 = FloatVector.fromArray(S, x, i + o1);
          s0 = w7.fma(x21, s0);
          s1 = w4.fma(x21, s1);
          s2 = w1.fma(x21, s2);
          FloatVector x22 = FloatVector.fromArray(S, x, i + o2);
          s0 = w8.fma(x22, s0);
          s1 = w5.fma(x22, s1);
          s2 = w2.fma(x22, s2);
          i += rowStep;
          FloatVector x30 = FloatVector.fromArray(S, x, i + o0);
          s1 = w6.fma(x30, s1);
          s2 = w3.fma(x30, s2);
          s3 = w0.fma(x30, s3);
          FloatVector x31 = FloatVector.fromArray(S, x, i + o1);
          s1 = w7.fma(x31, s1);
          s2 = w4.fma(x31, s2);
          s3 = w1.fma(x31, s3);
          FloatVector x32 = FloatVector.fromArray(S, x, i + o2);
          s1 = w8.fma(x32, s1);
          s2 = w5.fma(x32, s2);
          s3 = w2.fma(x32, s3);
          i += rowStep;
          FloatVector x40 = FloatVector.fromArray(S, x, i + o0);
          s2 = w6.fma(x40, s2);
          s3 = w3.fma(x40, s3);
          FloatVector x41 = FloatVector.fromArray(S, x, i + o1);
          s2 = w7.fma(x41, s2);
          s3 = w4.fma(x41, s3);
          FloatVector x42 = FloatVector.fromArray(S, x, i + o2);
          s2 = w8.fma(x42, s2);
          s3 = w5.fma(x42, s3);
          i += rowStep;
          FloatVector x50 = FloatVector.fromArray(S, x, i + o0);
          s3 = w6.fma(x50, s3);
          FloatVector x51 = FloatVector.fromArray(S, x, i + o1);
          s3 = w7.fma(x51, s3);
          FloatVector x52 = FloatVector.fromArray(S, x, i + o2);
          s3 = w8.fma(x52, s3);
          int to = yAt + c * yPlane + row * yRow + column;
          s0.add(b).intoArray(y, to);
          s1.add(b).intoArray(y, to + yRow);
          s2.add(b).intoArray(y, to + 2 * yRow);
          s3.add(b).intoArray(y, to + 3 * yRow);
        }
      }
    }
  }

  /** A kernel of 5x5 on neighbouring rows, 4 at a time. */
  private static void slide5x5(
      float[] x,
      int at,
      int plane,
      int rowStep,
      int[] o,
      float[] w,
      float[] bias,
      int channel,
      int channels,
      float[] y,
      int yAt,
      int yPlane,
      int yRow,
      int n,
      int rows) {
    int o0 = o[0];
    int o1 = o[1];
    int o2 = o[2];
    int o3 = o[3];
    int o4 = o[4];
    for (int c = 0; c < channels; c++) {
      int k = (channel + c) * 25;
      float b = bias[channel + c];
      for (int r = 0; r < rows; r += 4) {
        int row = Math.min(r, rows - 4);
        for (int j = 0; j < n; j += L) {
          int column = Math.min(j, n - L);
          int i = at + c * plane + row * rowStep + column;
          FloatVector s0 = FloatVector.zero(S);
          FloatVector s1 = FloatVector.zero(S);
          FloatVector s2 = FloatVector.zero(S);
          FloatVector s3 = FloatVector.zero(S);
          FloatVector w0 = FloatVector.broadcast(S, w[k + 0]);
          FloatVector w1 = FloatVector.broadcast(S, w[k + 1]);
          FloatVector w2 = FloatVector.broadcast(S, w[k + 2]);
          FloatVector w3 = FloatVector.broadcast(S, w[k + 3]);
          FloatVector w4 = FloatVector.broadcast(S, w[k + 4]);
          FloatVector x00 = FloatVector.fromArray(S, x, i + o0);
          s0 = w0.fma(x00, s0);
          FloatVector x01 = FloatVector.fromArray(S, x, i + o1);
          s0 = w1.fma(x01, s0);
          FloatVector x02 = FloatVector.fromArray(S, x, i + o2);
          s0 = w2.fma(x02, s0);
          FloatVector x03 = FloatVector.fromArray(S, x, i + o3);
          s0 = w3.fma(x03, s0);
          FloatVector x04 = FloatVector.fromArray(S, x, i + o4);
          s0 = w4.fma(x04, s0);
          FloatVector x10 = FloatVector.fromArray(S, x, i + rowStep + o0);
          s1 = w0.fma(x10, s1);
          FloatVector x11 = FloatVector.fromArray(S, x, i + rowStep + o1);
          s1 = w1.fma(x11, s1);
          FloatVector x12 = FloatVector.fromArray(S, x, i + rowStep + o2);
          s1 = w2.fma(x12, s1);
          FloatVector x13 = FloatVector.fromArray(S, x, i + rowStep + o3);
          s1 = w3.fma(x13, s1);
          FloatVector x14 = FloatVector.fromArray(S, x, i + rowStep + o4);
          s1 = w4.fma(x14, s1);
          FloatVector x20 = FloatVector.fromArray(S, x, i + 2 * rowStep + o0);
          s2 = w0.fma(x20, s2);
          FloatVector x21 = FloatVector.fromArray(S, x, i + 2 * rowStep + o1);
          s2 = w1.fma(x21, s2);
          FloatVector x22 = FloatVector.fromArray(S, x, i + 2 * rowStep + o2);
          s2 = w2.fma(x22, s2);
          FloatVector x23 = FloatVector.fromArray(S, x, i + 2 * rowStep + o3);
          s2 = w3.fma(x23, s2);
          FloatVector x24 = FloatVector.fromArray(S, x, i + 2 * rowStep + o4);
          s2 = w4.fma(x24, s2);
          FloatVector x30 = FloatVector.fromArray(S, x, i + 3 * rowStep + o0);
          s3 = w0.fma(x30, s3);
          FloatVector x31 = FloatVector.fromArray(S, x, i + 3 * rowStep + o1);
          s3 = w1.fma(x31, s3);
          FloatVector x32 = FloatVector.fromArray(S, x, i + 3 * rowStep + o2);
          s3 = w2.fma(x32, s3);
          FloatVector x33 = FloatVector.fromArray(S, x, i + 3 * rowStep + o3);
          s3 = w3.fma(x33, s3);
          FloatVector x34 = FloatVector.fromArray(S, x, i + 3 * rowStep + o4);
          s3 = w4.fma(x34, s3);
          FloatVector w5 = FloatVector.broadcast(S, w[k + 5]);
          FloatVector w6 = FloatVector.broadcast(S, w[k + 6]);
          FloatVector w7 = FloatVector.broadcast(S, w[k + 7]);
          FloatVector w8 = FloatVector.broadcast(S, w[k + 8]);
          FloatVector w9 = FloatVector.broadcast(S, w[k + 9]);
          s0 = w5.fma(x10, s0);
          s0 = w6.fma(x11, s0);
          s0 = w7.fma(x12, s0);
          s0 = w8.fma(x13, s0);
          s0 = w9.fma(x14, s0);
          s1 = w5.fma(x20, s1);
          s1 = w6.fma(x21, s1);
          s1 = w7.fma(x22, s1);
          s1 = w8.fma(x23, s1);
          s1 = w9.fma(x24, s1);
          s2 = w5.fma(x30, s2);
          s2 = w6.fma(x31, s2);
          s2 = w7.fma(x32, s2);
          s2 = w8.fma(x33, s2);
          s2 = w9.fma(x34, s2);
          FloatVector x40 = FloatVector.fromArray(S, x, i + 4 * rowStep + o0);
          s3 = w5.fma(x40, s3);
          FloatVector x41 = FloatVector.fromArray(S, x, i + 4 * rowStep + o1);
          s3 = w6.fma(x41, s3);
          FloatVector x42 = FloatVector.fromArray(S, x, i + 4 * rowStep + o2);
          s3 = w7.fma(x42, s3);
          FloatVector x43 = FloatVector.fromArray(S, x, i + 4 * rowStep + o3);
          s3 = w8.fma(x43, s3);
          FloatVector x44 = FloatVector.fromArray(S, x, i + 4 * rowStep + o4);
          s3 = w9.fma(x44, s3);
          FloatVector w10 = FloatVector.broadcast(S, w[k + 10]);
          FloatVector w11 = FloatVector.broadcast(S, w[k + 11]);
          FloatVector w12 = FloatVector.broadcast(S, w[k + 12]);
          FloatVector w13 = FloatVector.broadcast(S, w[k + 13]);
          FloatVector w14 = FloatVector.broadcast(S, w[k + 14]);
          s0 = w10.fma(x20, s0);
          s0 = w11.fma(x21, s0);
          s0 = w12.fma(x22, s0);
          s0 = w13.fma(x23, s0);
          s0 = w14.fma(x24, s0);
          s1 = w10.fma(x30, s1);
          s1 = w11.fma(x31, s1);
          s1 = w12.fma(x32, s1);
          s1 = w13.fma(x33, s1);
          s1 = w14.fma(x34, s1);
          s2 = w10.fma(x40, s2);
          s2 = w11.fma(x41, s2);
          s2 = w12.fma(x42, s2);
          s2 = w13.fma(x43, s2);
          s2 = w14.fma(x44, s2);
          FloatVector x50 = FloatVector.fromArray(S, x, i + 5 * rowStep + o0);
          s3 = w10.fma(x50, s3);
          FloatVector x51 = FloatVector.fromArray(S, x, i + 5 * rowStep + o1);
          s3 = w11.fma(x51, s3);
          FloatVector x52 = FloatVector.fromArray(S, x, i + 5 * rowStep + o2);
          s3 = w12.fma(x52, s3);
          FloatVector x53 = FloatVector.fromArray(S, x, i + 5 * rowStep + o3);
          s3 = w13.fma(x53, s3);
          FloatVector x54 = FloatVector.fromArray(S, x, i + 5 * rowStep + o4);
          s3 = w14.fma(x54, s3);
          FloatVector w15 = FloatVector.broadcast(S, w[k + 15]);
          FloatVector w16 = FloatVector.broadcast(S, w[k + 16]);
          FloatVector w17 = FloatVector.broadcast(S, w[k + 17]);
          FloatVector w18 = FloatVector.broadcast(S, w[k + 18]);
          FloatVector w19 = FloatVector.broadcast(S, w[k + 19]);
          s0 = w15.fma(x30, s0);
          s0 = w16.fma(x31, s0);
          s0 = w17.fma(x32, s0);
          s0 = w18.fma(x33, s0);
          s0 = w19.fma(x34, s0);
          s1 = w15.fma(x40, s1);
          s1 = w16.fma(x41, s1);
          s1 = w17.fma(x42, s1);
          s1 = w18.fma(x43, s1);
          s1 = w19.fma(x44, s1);
          s2 = w15.fma(x50, s2);
          s2 = w16.fma(x51, s2);
          s2 = w17.fma(x52, s2);
          s2 = w18.fma(x53, s2);
          s2 = w19.fma(x54, s2);
          FloatVector x60 = FloatVector.fromArray(S, x, i + 6 * rowStep + o0);
          s3 = w15.fma(x60, s3);
          FloatVector x61 = FloatVector.fromArray(S, x, i + 6 * rowStep + o1);
          s3 = w16.fma(x61, s3);
          FloatVector x62 = FloatVector.fromArray(S, x, i + 6 * rowStep + o2);
          s3 = w17.fma(x62, s3);
          FloatVector x63 = FloatVector.fromArray(S, x, i + 6 * rowStep + o3);
          s3 = w18.fma(x63, s3);
          FloatVector x64 = FloatVector.fromArray(S, x, i + 6 * rowStep + o4);
          s3 = w19.fma(x64, s3);
          FloatVector w20 = FloatVector.broadcast(S, w[k + 20]);
          FloatVector w21 = FloatVector.broadcast(S, w[k + 21]);
          FloatVector w22 = FloatVector.broadcast(S, w[k + 22]);
          FloatVector w23 = FloatVector.broadcast(S, w[k + 23]);
          FloatVector w24 = FloatVector.broadcast(S, w[k + 24]);
          s0 = w20.fma(x40, s0);
          s0 = w21.fma(x41, s0);
          s0 = w22.fma(x42, s0);
          s0 = w23.fma(x43, s0);
          s0 = w24.fma(x44, s0);
          s1 = w20.fma(x50, s1);
          s1 = w21.fma(x51, s1);
          s1 = w22.fma(x52, s1);
          s1 = w23.fma(x53, s1);
          s1 = w24.fma(x54, s1);
          s2 = w20.fma(x60, s2);
          s2 = w21.fma(x61, s2);
          s2 = w22.fma(x62, s2);
          s2 = w23.fma(x63, s2);
          s2 = w24.fma(x64, s2);
          FloatVector x70 = FloatVector.fromArray(S, x, i + 7 * rowStep + o0);
          s3 = w20.fma(x70, s3);
          FloatVector x71 = FloatVector.fromArray(S, x, i + 7 * rowStep + o1);
          s3 = w21.fma(x71, s3);
          FloatVector x72 = FloatVector.fromArray(S, x, i + 7 * rowStep + o2);
          s3 = w22.fma(x72, s3);
          FloatVector x73 = FloatVector.fromArray(S, x, i + 7 * rowStep + o3);
          s3 = w23.fma(x73, s3);
          FloatVector x74 = FloatVector.fromArray(S, x, i + 7 * rowStep + o4);
          s3 = w24.fma(x74, s3);
          int to = yAt + c * yPlane + row * yRow + column;
          s0.add(b).intoArray(y, to);
          s1.add(b).intoArray(y, to + yRow);
          s2.add(b).intoArray(y, to + 2 * yRow);
          s3.add(b).intoArray(y, to + 3 * yRow);
        }
      }
    }
  }

  /** 9 taps anywhere: their weights stay in registers. */
  private static void taps9(
      float[] x,
      int at,
      int plane,
      int rowStep,
      int[] o,
      float[] w,
      float[] bias,
      int channel,
      int channels,
      float[] y,
      int yAt,
      int yPlane,
      int yRow,
      int n,
      int rows) {
    for (int c = 0; c < channels; c++) {
      int k = (channel + c) * 9;
      float b = bias[channel + c];
      FloatVector w0 = FloatVector.broadcast(S, w[k + 0]);
      FloatVector w1 = FloatVector.broadcast(S, w[k + 1]);
      FloatVector w2 = FloatVector.broadcast(S, w[k + 2]);
      FloatVector w3 = FloatVector.broadcast(S, w[k + 3]);
      FloatVector w4 = FloatVector.broadcast(S, w[k + 4]);
      FloatVector w5 = FloatVector.broadcast(S, w[k + 5]);
      FloatVector w6 = FloatVector.broadcast(S, w[k + 6]);
      FloatVector w7 = FloatVector.broadcast(S, w[k + 7]);
      FloatVector w8 = FloatVector.broadcast(S, w[k + 8]);
      for (int r = 0; r < rows; r++) {
        for (int j = 0; j < n; j += L) {
          int column = Math.min(j, n - L);
          int i = at + c * plane + r * rowStep + column;
          FloatVector s = FloatVector.zero(S);
          s = w0.fma(FloatVector.fromArray(S, x, i + o[0]), s);
          s = w1.fma(FloatVector.fromArray(S, x, i + o[1]), s);
          s = w2.fma(FloatVector.fromArray(S, x, i + o[2]), s);
          s = w3.fma(FloatVector.fromArray(S, x, i + o[3]), s);
          s = w4.fma(FloatVector.fromArray(S, x, i + o[4]), s);
          s = w5.fma(FloatVector.fromArray(S, x, i + o[5]), s);
          s = w6.fma(FloatVector.fromArray(S, x, i + o[6]), s);
          s = w7.fma(FloatVector.fromArray(S, x, i + o[7]), s);
          s = w8.fma(FloatVector.fromArray(S, x, i + o[8]), s);
          s.add(b).intoArray(y, yAt + c * yPlane + r * yRow + column);
        }
      }
    }
  }

  /** 25 taps anywhere: their weights stay in registers. */
  private static void taps25(
      float[] x,
      int at,
      int plane,
      int rowStep,
      int[] o,
      float[] w,
      float[] bias,
      int channel,
      int channels,
      float[] y,
      int yAt,
      int yPlane,
      int yRow,
      int n,
      int rows) {
    for (int c = 0; c < channels; c++) {
      int k = (channel + c) * 25;
      float b = bias[channel + c];
      FloatVector w0 = FloatVector.broadcast(S, w[k + 0]);
      FloatVector w1 = FloatVector.broadcast(S, w[k + 1]);
      FloatVector w2 = FloatVector.broadcast(S, w[k + 2]);
      FloatVector w3 = FloatVector.broadcast(S, w[k + 3]);
      FloatVector w4 = FloatVector.broadcast(S, w[k + 4]);
      FloatVector w5 = FloatVector.broadcast(S, w[k + 5]);
      FloatVector w6 = FloatVector.broadcast(S, w[k + 6]);
      FloatVector w7 = FloatVector.broadcast(S, w[k + 7]);
      FloatVector w8 = FloatVector.broadcast(S, w[k + 8]);
      FloatVector w9 = FloatVector.broadcast(S, w[k + 9]);
      FloatVector w10 = FloatVector.broadcast(S, w[k + 10]);
      FloatVector w11 = FloatVector.broadcast(S, w[k + 11]);
      FloatVector w12 = FloatVector.broadcast(S, w[k + 12]);
      FloatVector w13 = FloatVector.broadcast(S, w[k + 13]);
      FloatVector w14 = FloatVector.broadcast(S, w[k + 14]);
      FloatVector w15 = FloatVector.broadcast(S, w[k + 15]);
      FloatVector w16 = FloatVector.broadcast(S, w[k + 16]);
      FloatVector w17 = FloatVector.broadcast(S, w[k + 17]);
      FloatVector w18 = FloatVector.broadcast(S, w[k + 18]);
      FloatVector w19 = FloatVector.broadcast(S, w[k + 19]);
      FloatVector w20 = FloatVector.broadcast(S, w[k + 20]);
      FloatVector w21 = FloatVector.broadcast(S, w[k + 21]);
      FloatVector w22 = FloatVector.broadcast(S, w[k + 22]);
      FloatVector w23 = FloatVector.broadcast(S, w[k + 23]);
      FloatVector w24 = FloatVector.broadcast(S, w[k + 24]);
      for (int r = 0; r < rows; r++) {
        for (int j = 0; j < n; j += L) {
          int column = Math.min(j, n - L);
          int i = at + c * plane + r * rowStep + column;
          FloatVector s = FloatVector.zero(S);
          s = w0.fma(FloatVector.fromArray(S, x, i + o[0]), s);
          s = w1.fma(FloatVector.fromArray(S, x, i + o[1]), s);
          s = w2.fma(FloatVector.fromArray(S, x, i + o[2]), s);
          s = w3.fma(FloatVector.fromArray(S, x, i + o[3]), s);
          s = w4.fma(FloatVector.fromArray(S, x, i + o[4]), s);
          s = w5.fma(FloatVector.fromArray(S, x, i + o[5]), s);
          s = w6.fma(FloatVector.fromArray(S, x, i + o[6]), s);
          s = w7.fma(FloatVector.fromArray(S, x, i + o[7]), s);
          s = w8.fma(FloatVector.fromArray(S, x, i + o[8]), s);
          s = w9.fma(FloatVector.fromArray(S, x, i + o[9]), s);
          s = w10.fma(FloatVector.fromArray(S, x, i + o[10]), s);
          s = w11.fma(FloatVector.fromArray(S, x, i + o[11]), s);
          s = w12.fma(FloatVector.fromArray(S, x, i + o[12]), s);
          s = w13.fma(FloatVector.fromArray(S, x, i + o[13]), s);
          s = w14.fma(FloatVector.fromArray(S, x, i + o[14]), s);
          s = w15.fma(FloatVector.fromArray(S, x, i + o[15]), s);
          s = w16.fma(FloatVector.fromArray(S, x, i + o[16]), s);
          s = w17.fma(FloatVector.fromArray(S, x, i + o[17]), s);
          s = w18.fma(FloatVector.fromArray(S, x, i + o[18]), s);
          s = w19.fma(FloatVector.fromArray(S, x, i + o[19]), s);
          s = w20.fma(FloatVector.fromArray(S, x, i + o[20]), s);
          s = w21.fma(FloatVector.fromArray(S, x, i + o[21]), s);
          s = w22.fma(FloatVector.fromArray(S, x, i + o[22]), s);
          s = w23.fma(FloatVector.fromArray(S, x, i + o[23]), s);
          s = w24.fma(FloatVector.fromArray(S, x, i + o[24]), s);
          s.add(b).intoArray(y, yAt + c * yPlane + r * yRow + column);
        }
      }
    }
  }

  /** Adds a partial sum to 4 rows of outputs. */
  private static void add4x1(
      float[] x,
      int at,
      int rowStep,
      int[] offsets,
      int from,
      int end,
      float[] w,
      int k,
      float[] y,
      int to,
      int yRow) {
    FloatVector s0 = FloatVector.zero(S);
    FloatVector s1 = FloatVector.zero(S);
    FloatVector s2 = FloatVector.zero(S);
    FloatVector s3 = FloatVector.zero(S);
    for (int t = from; t < end; t++) {
      int i = at + offsets[t];
      FloatVector f = FloatVector.broadcast(S, w[k + t]);
      s0 = f.fma(FloatVector.fromArray(S, x, i), s0);
      s1 = f.fma(FloatVector.fromArray(S, x, i + rowStep), s1);
      s2 = f.fma(FloatVector.fromArray(S, x, i + 2 * rowStep), s2);
      s3 = f.fma(FloatVector.fromArray(S, x, i + 3 * rowStep), s3);
    }
    s0 = s0.add(FloatVector.fromArray(S, y, to));
    s1 = s1.add(FloatVector.fromArray(S, y, to + yRow));
    s2 = s2.add(FloatVector.fromArray(S, y, to + 2 * yRow));
    s3 = s3.add(FloatVector.fromArray(S, y, to + 3 * yRow));
    // Rows shorter than a vector overlap: all is read before anything is written.
    s0.intoArray(y, to);
    s1.intoArray(y, to + yRow);
    s2.intoArray(y, to + 2 * yRow);
    s3.intoArray(y, to + 3 * yRow);
  }

  /** Does so for one row of outputs. */
  private static void add1x1(
      float[] x, int at, int[] offsets, int from, int end, float[] w, int k, float[] y, int to) {
    FloatVector s = FloatVector.zero(S);
    for (int t = from; t < end; t++) {
      FloatVector f = FloatVector.broadcast(S, w[k + t]);
      s = f.fma(FloatVector.fromArray(S, x, at + offsets[t]), s);
    }
    s.add(FloatVector.fromArray(S, y, to)).intoArray(y, to);
  }
}
