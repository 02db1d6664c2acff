package io.github.conv4j.operator;

import io.github.conv4j.engine.Parallel;

/** Shares the elements of an output between threads, where there are enough of them. */
final class Blocks {
  /** Elements that a thread takes at a time: some ten microseconds' work. */
  private static final int BLOCK = 1 << 15;

  /** As many blocks are worth waking a thread. */
  private static final int WORTH_SHARING = 3;

  private Blocks() {}

  /** What is done with a part of the elements; it must not matter which parts there are. */
  interface Range {
    /** Computes the elements {@code from .. to - 1}. */
    void run(int from, int to);
  }

  /** Computes the elements {@code 0 .. count - 1}. */
  static void run(int count, Range range) {
    run(count, 1, range);
  }

  /**
   * Computes the elements {@code 0 .. count - 1}.
   *
   * @param each how many numbers are read or written for one
   */
  static void run(int count, long each, Range range) {
    int block = (int) Math.max(1, BLOCK / Math.max(1, each));
    int blocks = count / block + (count % block == 0 ? 0 : 1);
    if (blocks < 2 || count * Math.max(1, each) < (long) WORTH_SHARING * BLOCK) {
      if (count > 0) {
        range.run(0, count);
      }
      return;
    }
    Parallel.run(
        blocks,
        blocks,
        tasks -> {
          for (int task = tasks.next(); task >= 0; task = tasks.next()) {
            int from = task * block;
            range.run(from, from + Math.min(block, count - from));
          }
        });
  }
}
