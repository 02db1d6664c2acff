package io.github.conv4j.simd;

import io.github.conv4j.kernel.ChannelKernels;
import io.github.conv4j.kernel.FloatArrays;
import jdk.incubator.vector.FloatVector;

/**
 * The float32 kernels on the Vector API: {@link FloatProducts}, {@link FloatFilters}, {@link
 * FloatPlanes}, {@link FloatRows}, {@link FloatWinograd}, {@link FloatLinear} and {@link
 * FloatChannels}.
 */
public final class SimdFloatKernels extends FloatArrays {
  private static final ChannelKernels<float[]> CHANNELS = new FloatChannels();

  /** Pixels in a call: few enough to share an image between threads. */
  private static final int TILE = 512;

  @Override
  public Scratch newScratch() {
    return new FloatScratch();
  }

  @Override
  public int lanes() {
    return FloatVector.SPECIES_PREFERRED.length();
  }

  @Override
  public int tile() {
    return TILE;
  }

  @Override
  public int packedLength(int rows, int taps) {
    return FloatProducts.packedLength(rows, taps);
  }

  @Override
  public void pack(float[] w, int at, int rows, int taps, float[] packed, int packedAt) {
    FloatProducts.pack(w, at, rows, taps, packed, packedAt);
  }

  @Override
  public ChannelKernels<float[]> channels() {
    return FloatChannels.PAY ? CHANNELS : null;
  }

  @Override
  public int panel() {
    return FloatProducts.PANEL;
  }

  @Override
  public void multiplyPanels(
      float[] p,
      int pAt,
      int taps,
      int rows,
      float[] q,
      int qAt,
      int qPanel,
      int[] qo,
      int from,
      int to,
      int chunk,
      float[] start,
      int startAt,
      float[] y,
      int yAt,
      int yRow,
      int yPanel,
      int n,
      Scratch scratch) {
    FloatProducts.multiply(
        p,
        pAt,
        taps,
        rows,
        q,
        qAt,
        qPanel,
        qo,
        from,
        to,
        chunk,
        start,
        startAt,
        y,
        yAt,
        yRow,
        yPanel,
        n,
        (FloatScratch) scratch);
  }

  @Override
  public void copyPlanes(
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
    FloatFilters.copyPlanes(
        source, from, fromStep, fromPlane, target, to, toStep, toPlane, n, rows, planes);
  }

  @Override
  public void partPlanes(
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
    FloatFilters.partPlanes(
        source, from, fromStep, fromPlane, target, even, odd, toStep, toPlane, n, rows, planes);
  }

  @Override
  public void filter(
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
      Scratch scratch) {
    FloatFilters.filter(
        x,
        at,
        plane,
        rowStep,
        offsets,
        chunk,
        w,
        bias,
        channel,
        channels,
        y,
        yAt,
        yRow,
        n,
        rows,
        (FloatScratch) scratch);
  }

  @Override
  public void gather(float[] source, int from, int step, float[] target, int to, int n) {
    if (step == 2) {
      FloatRows.gather2(source, from, target, to, n);
    } else {
      super.gather(source, from, step, target, to, n);
    }
  }

  @Override
  public int filterPlanes(
      float[] x,
      int at,
      int height,
      int width,
      int stride,
      float[] w,
      float[] bias,
      int channel,
      int planes,
      float[] y,
      int yAt,
      int yPlane,
      int n,
      int first,
      int rows,
      int end) {
    return FloatPlanes.filter3x3(
        x, at, height, width, stride, w, bias, channel, planes, y, yAt, yPlane, n, first, rows,
        end);
  }

  @Override
  public void copyRows(
      float[] source, int from, int fromStep, float[] target, int to, int toStep, int n, int rows) {
    FloatRows.copyRows(source, from, fromStep, target, to, toStep, n, rows);
  }

  @Override
  public void moveRows(
      float[] source, int from, int fromStep, float[] target, int to, int toStep, int n, int rows) {
    FloatRows.moveRows(source, from, fromStep, target, to, toStep, n, rows);
  }

  @Override
  public void fetch(float[] source, int from, int step, int n, int rows, Scratch scratch) {
    ((FloatScratch) scratch).fetched = FloatElements.fetch(source, from, step, n, rows);
  }

  @Override
  public void clamp(float[] y, int at, int n, double low, double high) {
    FloatElements.clamp(y, at, n, (float) low, (float) high);
  }

  @Override
  public void largest(
      float[] x, int at, int step, int rows, float[] y, int yAt, float[] spare, int n) {
    FloatElements.largest(x, at, step, rows, y, yAt, n);
  }

  @Override
  public void writeSums(
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
    if (residual == null) {
      FloatRows.writeSums(sums, at, row, step, y, yAt, yRow, n, rows);
    } else {
      FloatRows.writeSums(sums, at, row, step, residual, y, yAt, yRow, n, rows);
    }
  }

  @Override
  public void layOutTiles(
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
    FloatRows.layOutTiles(size, side, source, from, fromStep, target, to, step, n, rows);
  }

  @Override
  public void interleave(
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
    FloatRows.interleave(size, source, from, step, pitch, target, to, toStep, n, rows);
  }

  @Override
  public void winogradInput(
      int size,
      int side,
      float[] parts,
      int at,
      int step,
      int pitch,
      float[] v,
      int vAt,
      int vStep,
      int vPanel,
      int first,
      int n,
      Scratch scratch) {
    FloatWinograd.winogradInput(
        size,
        side,
        parts,
        at,
        step,
        pitch,
        v,
        vAt,
        vStep,
        vPanel,
        first,
        n,
        (FloatScratch) scratch);
  }

  @Override
  public boolean winogradOutput(
      int size,
      int side,
      float[] sums,
      int at,
      int mStep,
      int mPanel,
      float[] bias,
      int channel,
      float[] y,
      int step,
      int n,
      Scratch scratch) {
    return FloatWinograd.winogradOutput(
        size, side, sums, at, mStep, mPanel, bias, channel, y, step, n, (FloatScratch) scratch);
  }

  @Override
  public void combine(
      float[] source,
      int[] first,
      int[] second,
      int[] sign,
      int[] runFrom,
      float[] target,
      int[] to,
      int[] runTo,
      int[] length,
      int runs) {
    FloatWinograd.combine(source, first, second, sign, runFrom, target, to, runTo, runs);
  }

  @Override
  public boolean winogradLine(
      float[] sums,
      int at,
      int mStep,
      int mPanel,
      float[] bias,
      int channel,
      float[] y,
      int step,
      int n,
      Scratch scratch) {
    return FloatWinograd.winogradLine(
        sums, at, mStep, mPanel, bias, channel, y, step, n, (FloatScratch) scratch);
  }

  @Override
  public void addRowProducts(
      float[] w,
      int wAt,
      int wRow,
      int rows,
      float[] x,
      int xAt,
      int xRow,
      int inputs,
      int n,
      float[] totals) {
    FloatLinear.addRowProducts(w, wAt, wRow, rows, x, xAt, xRow, inputs, n, totals);
  }
}
