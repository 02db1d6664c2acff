package io.github.conv4j.operator;

import io.github.conv4j.engine.Parallel;

/** Splits loops over elements between threads, where there are enough of them. */
final class Work {
  /** Elements that a thread does at a time: some 10 microseconds of work. */
  private static final int GRAIN = 1 << 15;

  private Work() {}

  /** Something done for a range of items; the result does not depend on how they are split. */
  interface Range {
    void run(int from, int to);
  }

  /**
   * Does something for {@code 0 .. items - 1}.
   *
   * @param items how many
   * @param each about how many elements an item is
   */
  static void split(int items, long each, Range range) {
    long elements = items * Math.max(1, each);
    int perTask = (int) Math.max(1, GRAIN / Math.max(1, each));
    int tasks = (int) (((long) items + perTask - 1) / perTask);
    if (elements < 2L * GRAIN || tasks < 2) {
      range.run(0, items);
      return;
    }
    Parallel.run(
        tasks,
        tasks,
        work -> {
          for (int task = work.next(); task >= 0; task = work.next()) {
            int from = task * perTask;
            range.run(from, (int) Math.min(items, (long) from + perTask));
          }
        });
  }
}
