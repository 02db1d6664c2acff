package io.github.conv4j.bench;

import java.util.Arrays;

/**
 * How long calls took, in milliseconds.
 *
 * @param min the shortest
 * @param median the middle one
 */
record Timing(double min, double median) {
  /**
   * Returns the timing in a reply: two numbers.
   *
   * @throws IllegalArgumentException if the text is something else
   */
  static Timing parse(String text) {
    String[] words = text.split(" ", 3);
    if (words.length != 2) {
      throw new IllegalArgumentException("expected two times, but got '" + text + "'");
    }
    return new Timing(Double.parseDouble(words[0]), Double.parseDouble(words[1]));
  }

  static Timing ofNanos(long[] nanos) {
    double[] millis = Arrays.stream(nanos).mapToDouble(t -> t / 1e6).toArray();
    return new Timing(Arrays.stream(millis).min().orElseThrow(), median(millis));
  }

  /** Returns the middle value, or the mean of the two in the middle. */
  static double median(double... values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int half = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
  }

  /** Returns the text that {@link #parse} reads. */
  @Override
  public String toString() {
    return min + " " + median;
  }
}
