package io.github.conv4j.engine.conv;

import io.github.conv4j.engine.ConvProblem;
import io.github.conv4j.engine.Parallel;
import io.github.conv4j.kernel.TileKernels;

/** How work is cut: sums into chunks, images into tiles, tiles among threads. */
final class Tiling {
  /**
   * Products in one partial sum: few enough for PyTorch's accuracy ({@code AccuracyTest} measures
   * up to 4,800 products), and so many that adding up the partial sums costs little.
   */
  private static final int CHUNK = 144;

  /**
   * Multiply-adds for each thread. They take some 20 to 50 microseconds, about what waking a thread
   * does.
   */
  private static final long WORK_PER_THREAD = 2_000_000;

  /** The same where a thread is awake and looks out for work, as between layers of a network. */
  private static final long WORK_WHEN_AWAKE = 500_000;

  /** Multiply-adds that take about as long as fetching or writing a number, or less. */
  private static final int WORK_PER_NUMBER = 8;

  private Tiling() {}

  static int ceilDiv(int a, int b) {
    return (a - 1) / b + 1;
  }

  static long roundUp(long a, int b) {
    return (a + b - 1) / b * b;
  }

  /**
   * Returns how many products make one partial sum of a sum of {@code taps} products: all partial
   * sums are about equally long, and up to a ninth longer than {@value #CHUNK} if that saves one.
   */
  static int chunk(int taps) {
    return chunk(taps, CHUNK + CHUNK / 9);
  }

  /**
   * Returns the length of about equal partial sums of at most so many products. It is even, as
   * {@link TileKernels#multiply} asks for, unless there is only one.
   */
  static int chunk(int taps, int most) {
    int chunk = ceilDiv(taps, ceilDiv(taps, most));
    return chunk == taps ? chunk : chunk + chunk % 2;
  }

  /** Returns into how many tiles pixels are cut. */
  static int count(int pixels, int most) {
    return pixels == 0 ? 0 : ceilDiv(pixels, most);
  }

  /**
   * Returns a number of parts, or one more: few parts that two threads share should be even in
   * number.
   */
  static int even(int parts) {
    return parts > 1 && parts < 16 ? parts + parts % 2 : parts;
  }

  /**
   * Returns the size of tiles of at most so many pixels: whole pairs of vectors if there are
   * several tiles, and such that two threads have about the same to do.
   */
  static int pixels(int pixels, int most, int lanes) {
    if (pixels <= most) {
      return pixels;
    }
    int least = ceilDiv(pixels, most);
    int highest = least < 16 ? 2 * least : least;
    int best = 0;
    long bestShare = Long.MAX_VALUE;
    for (int tiles = least; tiles <= highest; tiles++) {
      int size = (int) roundUp(ceilDiv(pixels, tiles), 2 * lanes);
      long share = Math.min(pixels, ceilDiv(ceilDiv(pixels, size), 2) * (long) size);
      // A smaller tile has to be worth it.
      if (share < bestShare - bestShare / 64) {
        best = size;
        bestShare = share;
      }
    }
    return best;
  }

  /** Returns how many threads a batch is worth. */
  static int threads(int batch, ConvProblem p) {
    long inputs = (long) p.inChannels() * p.inHeight() * p.inWidth();
    long outputs = (long) p.outChannels() * p.outHeight() * p.outWidth();
    long work = Math.max(p.multiplyAdds(), (inputs + outputs) * WORK_PER_NUMBER);
    long share = Parallel.isAwake() ? WORK_WHEN_AWAKE : WORK_PER_THREAD;
    return (int) Math.min(1 + batch * work / share, Integer.MAX_VALUE);
  }
}
