package io.github.conv4j.engine.conv;

import io.github.conv4j.PaddingMode;
import io.github.conv4j.engine.ConvProblem;

/**
 * How the input of a direct convolution is laid out for the product, and how an image is cut: the
 * cheapest of the ways that {@link DirectConv} describes, by an estimate of the work. Immutable.
 */
final class InputLayout {
  /** The ways. */
  enum Kind {
    /** A strip, multiplied one output row at a time. */
    ROWS,
    /** A strip, multiplied at once with what falls between its rows. */
    FLAT,
    /** One row for each tap. */
    PANEL
  }

  /** The most numbers in a strip. */
  private static final int MAX_STRIP = 1 << 19;

  /** Numbers of a strip, and sums, that stay in the second-level cache beside kernels. */
  private static final int NEAR_STRIP = 1 << 16;

  private static final int NEAR_SUMS = 1 << 17;

  /** Bands that an image should have at least: threads share them. */
  private static final int LEAST_BANDS = 16;

  // What takes how long, in cycles; for copies of one vector's worth.

  private static final double MULTIPLY_ADD = 0.5;
  private static final double COPY = 3;
  private static final double GATHER = 8;
  private static final double CALL = 100;

  private final ConvProblem p;
  private final int lanes;
  private final int span;
  private final Phases phasesH;
  private final Phases phasesW;

  /** The way. */
  final Kind kind;

  /** Whether a strip's rows are input rows as they are, between zeros. */
  final boolean plain;

  /** Whether the rows of a panel are the planes of the input, shifted. */
  final boolean shifted;

  /** Units of one image, for each of which the input is laid out: bands of rows, or pixels. */
  final int tiles;

  /** Rows, or pixels with a panel, of a tile. */
  final int tile;

  /** From one row of a strip to the next, or of a panel. */
  final int width;

  /** Input rows in each phase of a strip. */
  final int rows;

  /** From one channel of a strip to the next. */
  final int plane;

  /** Channels in a strip. */
  final int channels;

  /**
   * Chooses.
   *
   * @param p the problem
   * @param span taps for which the input is laid out at a time
   * @param lanes pixels that are computed at a time
   * @param most pixels that a call should have
   */
  InputLayout(ConvProblem p, Phases phasesH, Phases phasesW, int span, int lanes, int most) {
    this.p = p;
    this.lanes = lanes;
    this.span = span;
    this.phasesH = phasesH;
    this.phasesW = phasesW;
    boolean side = p.strideHeight() == 1 && p.strideWidth() == 1;
    boolean zeros = p.paddingMode() == PaddingMode.ZEROS;
    long wide = (long) p.outWidth() + phasesW.reach;
    // Zeros on the right of a row serve as those on the left of the next.
    long needed = Math.max((long) p.padLeft() + p.inWidth(), p.outWidth());
    long shared = Math.max(needed, wide - p.padLeft());
    this.plain = side && zeros && shared <= wide;
    this.shifted = side && zeros && p.outWidth() == p.inWidth();
    this.channels =
        Math.min(p.channelsPerGroup(), (span - 1) / (p.kernelHeight() * p.kernelWidth()) + 2);
    long pitch = plain ? shared : wide;

    int outHeight = Math.max(1, p.outHeight());
    int flatBand = band(pitch <= most ? (int) (most / pitch) : 1);
    int near = (int) Math.min(outHeight, nearRows(pitch));
    int rowsBand = band(Math.max(flatBand, Math.min(near, Tiling.ceilDiv(outHeight, LEAST_BANDS))));
    double flat =
        pitch <= most && strip(pitch, flatBand) <= MAX_STRIP
            ? flatWork(pitch, flatBand)
            : Double.POSITIVE_INFINITY;
    double single =
        strip(pitch, rowsBand) <= MAX_STRIP ? rowsWork(pitch, rowsBand) : Double.POSITIVE_INFINITY;
    double panel = panelWork();
    if (panel < Math.min(flat, single) || Math.min(flat, single) == Double.POSITIVE_INFINITY) {
      this.kind = Kind.PANEL;
      // An empty batch, which is explained but never run, may have images of any size.
      int pixels = (int) Math.min((long) p.outHeight() * p.outWidth(), Integer.MAX_VALUE);
      int size = Tiling.pixels(pixels, most, lanes);
      this.tiles = Tiling.count(pixels, size);
      this.tile = size;
      this.width = size;
      this.rows = 0;
      this.plane = size;
    } else {
      this.kind = flat <= single ? Kind.FLAT : Kind.ROWS;
      this.tile = kind == Kind.FLAT ? flatBand : rowsBand;
      this.tiles = p.outHeight() == 0 ? 0 : Tiling.ceilDiv(p.outHeight(), tile);
      this.width = (int) pitch;
      this.rows = tile + phasesH.reach;
      this.plane = (int) planeLength(pitch, tile);
    }
  }

  /** Returns whether sums can grow in the output: nothing falls between two rows. */
  boolean inPlace() {
    return kind != Kind.FLAT || width == p.outWidth();
  }

  /** Returns for each tap where the first pixel's number lies in what is laid out. */
  int[] offsets() {
    int[] result = new int[p.taps()];
    int kernelArea = p.kernelHeight() * p.kernelWidth();
    for (int t = 0; t < p.taps(); t++) {
      if (kind == Kind.PANEL) {
        result[t] = t % span * width;
        continue;
      }
      int firstChannel = t / span * span / kernelArea;
      int kh = t / p.kernelWidth() % p.kernelHeight();
      int kw = t % p.kernelWidth();
      int phase = phasesH.phase[kh] * phasesW.count + phasesW.phase[kw];
      result[t] =
          (t / kernelArea - firstChannel) * plane
              + (phase * rows + phasesH.shift[kh]) * width
              + phasesW.shift[kw];
    }
    return result;
  }

  /** Returns how many rows bands of at most so many have when all have about the same. */
  private int band(int most) {
    int outHeight = Math.max(1, p.outHeight());
    int bands = Tiling.even(Tiling.ceilDiv(outHeight, Math.min(most, outHeight)));
    return Tiling.ceilDiv(outHeight, Math.min(bands, outHeight));
  }

  /** Returns how many output rows a band may have whose strip and sums stay near. */
  private long nearRows(long pitch) {
    long perRow = pitch * phasesH.count * phasesW.count * channels;
    long sums = (long) groupOut() * Math.max(1, p.outWidth());
    return Math.max(1, Math.min(NEAR_STRIP / perRow - phasesH.reach, NEAR_SUMS / sums));
  }

  private long planeLength(long pitch, int band) {
    long overhang = (long) p.outWidth() + phasesW.reach - pitch;
    long length = ((long) band + phasesH.reach) * pitch * phasesH.count * phasesW.count;
    return Tiling.roundUp(length + overhang, 16) + 16;
  }

  private long strip(long pitch, int band) {
    return planeLength(pitch, band) * channels;
  }

  private int groupOut() {
    return p.outChannels() / p.groups();
  }

  private double vectors(double n) {
    return Math.ceil(n / lanes);
  }

  /** Returns the work of multiplying so many vectors of pixels in so many calls a span. */
  private double multiplyWork(double vectors, double calls) {
    double spans = Math.ceil((double) p.taps() / span);
    return vectors * p.taps() * groupOut() * MULTIPLY_ADD + calls * spans * CALL;
  }

  private double stripWork(long pitch, int band) {
    double bands = Math.ceil((double) p.outHeight() / band);
    double lines = bands * (band + phasesH.reach) * phasesH.count * phasesW.count;
    double copy = plain ? COPY : GATHER;
    return p.channelsPerGroup() * lines * (vectors((double) pitch) * copy + (plain ? 0 : CALL / 4));
  }

  private double flatWork(long pitch, int band) {
    double bands = Math.ceil((double) p.outHeight() / band);
    double pixels = bands * vectors((band - 1.0) * (double) pitch + p.outWidth());
    double copies =
        pitch == p.outWidth() ? 0 : groupOut() * p.outHeight() * vectors(p.outWidth()) * COPY;
    return multiplyWork(pixels, bands) + copies + stripWork(pitch, band);
  }

  private double rowsWork(long pitch, int band) {
    double rowVectors = p.outHeight() * vectors(p.outWidth());
    return multiplyWork(rowVectors, p.outHeight()) + stripWork(pitch, band);
  }

  private double panelWork() {
    double pixels = vectors((double) p.outHeight() * p.outWidth());
    double fill =
        shifted
            ? pixels * COPY + CALL
            : p.outHeight() * (vectors(p.outWidth()) * GATHER + CALL / 4);
    return multiplyWork(pixels, 1) + p.taps() * fill;
  }
}
