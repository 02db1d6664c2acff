package io.github.conv4j.simd;

import io.github.conv4j.kernel.ChannelKernels;
import io.github.conv4j.kernel.DoubleArrays;
import jdk.incubator.vector.DoubleVector;

/**
 * The float64 kernels on the Vector API: {@link DoubleProducts}, {@link DoubleFilters}, {@link
 * DoublePlanes}, {@link DoubleRows}, {@link DoubleWinograd}, {@link DoubleLinear} and {@link
 * DoubleChannels}.
 */
public final class SimdDoubleKernels extends DoubleArrays {
  private static final ChannelKernels<double[]> CHANNELS = new DoubleChannels();

  /** Pixels in a call: few enough to share an image between threads. */
  private static final int TILE = 512;

  @Override
  public Scratch newScratch() {
    return new DoubleScratch();
  }

  @Override
  public int lanes() {
    return DoubleVector.SPECIES_PREFERRED.length();
  }

  @Override
  public int tile() {
    return TILE;
  }

  @Override
  public int packedLength(int rows, int taps) {
    return DoubleProducts.packedLength(rows, taps);
  }

  @Override
  public void pack(double[] w, int at, int rows, int taps, double[] packed, int packedAt) {
    DoubleProducts.pack(w, at, rows, taps, packed, packedAt);
  }

  @Override
  public ChannelKernels<double[]> channels() {
    return DoubleChannels.PAY ? CHANNELS : null;
  }

  @Override
  public int panel() {
    return DoubleProducts.PANEL;
  }

  @Override
  public void multiplyPanels(
      double[] p,
      int pAt,
      int taps,
      int rows,
      double[] q,
      int qAt,
      int qPanel,
      int[] qo,
      int from,
      int to,
      int chunk,
      double[] start,
      int startAt,
      double[] y,
      int yAt,
      int yRow,
      int yPanel,
      int n,
      Scratch scratch) {
    DoubleProducts.multiply(
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
        (DoubleScratch) scratch);
  }

  @Override
  public void copyPlanes(
      double[] source,
      int from,
      int fromStep,
      int fromPlane,
      double[] target,
      int to,
      int toStep,
      int toPlane,
      int n,
      int rows,
      int planes) {
    DoubleFilters.copyPlanes(
        source, from, fromStep, fromPlane, target, to, toStep, toPlane, n, rows, planes);
  }

  @Override
  public void partPlanes(
      double[] source,
      int from,
      int fromStep,
      int fromPlane,
      double[] target,
      int even,
      int odd,
      int toStep,
      int toPlane,
      int n,
      int rows,
      int planes) {
    DoubleFilters.partPlanes(
        source, from, fromStep, fromPlane, target, even, odd, toStep, toPlane, n, rows, planes);
  }

  @Override
  public void filter(
      double[] x,
      int at,
      int plane,
      int rowStep,
      int[] offsets,
      int chunk,
      double[] w,
      double[] bias,
      int channel,
      int channels,
      double[] y,
      int yAt,
      int yRow,
      int n,
      int rows,
      Scratch scratch) {
    DoubleFilters.filter(
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
        (DoubleScratch) scratch);
  }

  @Override
  public void gather(double[] source, int from, int step, double[] target, int to, int n) {
    if (step == 2) {
      DoubleRows.gather2(source, from, target, to, n);
    } else {
      super.gather(source, from, step, target, to, n);
    }
  }

  @Override
  public int filterPlanes(
      double[] x,
      int at,
      int height,
      int width,
      int stride,
      double[] w,
      double[] bias,
      int channel,
      int planes,
      double[] y,
      int yAt,
      int yPlane,
      int n,
      int first,
      int rows,
      int end) {
    return DoublePlanes.filter3x3(
        x, at, height, width, stride, w, bias, channel, planes, y, yAt, yPlane, n, first, rows,
        end);
  }

  @Override
  public void copyRows(
      double[] source,
      int from,
      int fromStep,
      double[] target,
      int to,
      int toStep,
      int n,
      int rows) {
    DoubleRows.copyRows(source, from, fromStep, target, to, toStep, n, rows);
  }

  @Override
  public void moveRows(
      double[] source,
      int from,
      int fromStep,
      double[] target,
      int to,
      int toStep,
      int n,
      int rows) {
    DoubleRows.moveRows(source, from, fromStep, target, to, toStep, n, rows);
  }

  @Override
  public void fetch(double[] source, int from, int step, int n, int rows, Scratch scratch) {
    ((DoubleScratch) scratch).fetched = DoubleElements.fetch(source, from, step, n, rows);
  }

  @Override
  public void clamp(double[] y, int at, int n, double low, double high) {
    DoubleElements.clamp(y, at, n, low, high);
  }

  @Override
  public void largest(
      double[] x, int at, int step, int rows, double[] y, int yAt, double[] spare, int n) {
    DoubleElements.largest(x, at, step, rows, y, yAt, n);
  }

  @Override
  public void writeSums(
      double[] sums,
      int at,
      int row,
      int step,
      double[] residual,
      double[] y,
      int yAt,
      int yRow,
      int n,
      int rows) {
    if (residual == null) {
      DoubleRows.writeSums(sums, at, row, step, y, yAt, yRow, n, rows);
    } else {
      DoubleRows.writeSums(sums, at, row, step, residual, y, yAt, yRow, n, rows);
    }
  }

  @Override
  public void layOutTiles(
      int size,
      int side,
      double[] source,
      int from,
      int fromStep,
      double[] target,
      int to,
      int step,
      int n,
      int rows) {
    DoubleRows.layOutTiles(size, side, source, from, fromStep, target, to, step, n, rows);
  }

  @Override
  public void interleave(
      int size,
      double[] source,
      int from,
      int step,
      int pitch,
      double[] target,
      int to,
      int toStep,
      int n,
      int rows) {
    DoubleRows.interleave(size, source, from, step, pitch, target, to, toStep, n, rows);
  }

  @Override
  public void winogradInput(
      int size,
      int side,
      double[] parts,
      int at,
      int step,
      int pitch,
      double[] v,
      int vAt,
      int vStep,
      int vPanel,
      int first,
      int n,
      Scratch scratch) {
    DoubleWinograd.winogradInput(
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
        (DoubleScratch) scratch);
  }

  @Override
  public boolean winogradOutput(
      int size,
      int side,
      double[] sums,
      int at,
      int mStep,
      int mPanel,
      double[] bias,
      int channel,
      double[] y,
      int step,
      int n,
      Scratch scratch) {
    return DoubleWinograd.winogradOutput(
        size, side, sums, at, mStep, mPanel, bias, channel, y, step, n, (DoubleScratch) scratch);
  }

  @Override
  public void combine(
      double[] source,
      int[] first,
      int[] second,
      int[] sign,
      int[] runFrom,
      double[] target,
      int[] to,
      int[] runTo,
      int[] length,
      int runs) {
    DoubleWinograd.combine(source, first, second, sign, runFrom, target, to, runTo, runs);
  }

  @Override
  public boolean winogradLine(
      double[] sums,
      int at,
      int mStep,
      int mPanel,
      double[] bias,
      int channel,
      double[] y,
      int step,
      int n,
      Scratch scratch) {
    return DoubleWinograd.winogradLine(
        sums, at, mStep, mPanel, bias, channel, y, step, n, (DoubleScratch) scratch);
  }

  @Override
  public void addRowProducts(
      double[] w,
      int wAt,
      int wRow,
      int rows,
      double[] x,
      int xAt,
      int xRow,
      int inputs,
      int n,
      double[] totals) {
    DoubleLinear.addRowProducts(w, wAt, wRow, rows, x, xAt, xRow, inputs, n, totals);
  }
}
