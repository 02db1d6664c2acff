package io.github.conv4j.engine.conv;

/** How the taps of one side of a kernel fall on every stride-th row or column. */
final class Phases {
  /** For each tap, which of the sequences it reads. */
  final int[] phase;

  /** For each tap, how far into the sequence it begins. */
  final int[] shift;

  /** For each sequence, its first row or column. */
  final int[] start;

  /** How many sequences are read. */
  final int count;

  /** The largest shift. */
  final int reach;

  Phases(int kernel, int dilation, int stride) {
    phase = new int[kernel];
    shift = new int[kernel];
    int[] starts = new int[kernel];
    int found = 0;
    for (int k = 0; k < kernel; k++) {
      int position = k * dilation;
      int first = position % stride;
      int known = 0;
      while (known < found && starts[known] != first) {
        known++;
      }
      if (known == found) {
        starts[found++] = first;
      }
      phase[k] = known;
      shift[k] = position / stride;
    }
    start = starts;
    count = found;
    reach = shift[kernel - 1];
  }
}
