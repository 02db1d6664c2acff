package io.github.conv4j.operator;

/**
 * Sums in one order, which only their length fixes: eight partial sums in float64, element i going
 * to sum i % 8, which are added in pairs at last, then the last elements past a multiple of eight.
 * Eight chains keep the adders busy, and as float64 holds the partial sums, a sum of float32 is as
 * good as exact.
 */
final class Sums {
  private Sums() {}

  /** Returns the sum of {@code a[at .. at + n)}. */
  static double sum(float[] a, int at, int n) {
    double s0 = 0;
    double s1 = 0;
    double s2 = 0;
    double s3 = 0;
    double s4 = 0;
    double s5 = 0;
    double s6 = 0;
    double s7 = 0;
    int whole = at + (n & -8);
    for (int i = at; i < whole; i += 8) {
      s0 += a[i];
      s1 += a[i + 1];
      s2 += a[i + 2];
      s3 += a[i + 3];
      s4 += a[i + 4];
      s5 += a[i + 5];
      s6 += a[i + 6];
      s7 += a[i + 7];
    }
    double total = ((s0 + s4) + (s2 + s6)) + ((s1 + s5) + (s3 + s7));
    double rest = 0;
    for (int i = whole; i < at + n; i++) {
      rest += a[i];
    }
    return total + rest;
  }

  /** Returns the sum of {@code a[at .. at + n)}. */
  static double sum(double[] a, int at, int n) {
    double s0 = 0;
    double s1 = 0;
    double s2 = 0;
    double s3 = 0;
    double s4 = 0;
    double s5 = 0;
    double s6 = 0;
    double s7 = 0;
    int whole = at + (n & -8);
    for (int i = at; i < whole; i += 8) {
      s0 += a[i];
      s1 += a[i + 1];
      s2 += a[i + 2];
      s3 += a[i + 3];
      s4 += a[i + 4];
      s5 += a[i + 5];
      s6 += a[i + 6];
      s7 += a[i + 7];
    }
    double total = ((s0 + s4) + (s2 + s6)) + ((s1 + s5) + (s3 + s7));
    double rest = 0;
    for (int i = whole; i < at + n; i++) {
      rest += a[i];
    }
    return total + rest;
  }

  /** Returns the sum of {@code (x - centre)^2} for {@code x} of {@code a[at .. at + n)}. */
  static double squares(float[] a, int at, int n, double centre) {
    double s0 = 0;
    double s1 = 0;
    double s2 = 0;
    double s3 = 0;
    double s4 = 0;
    double s5 = 0;
    double s6 = 0;
    double s7 = 0;
    int whole = at + (n & -8);
    for (int i = at; i < whole; i += 8) {
      s0 += square(a[i] - centre);
      s1 += square(a[i + 1] - centre);
      s2 += square(a[i + 2] - centre);
      s3 += square(a[i + 3] - centre);
      s4 += square(a[i + 4] - centre);
      s5 += square(a[i + 5] - centre);
      s6 += square(a[i + 6] - centre);
      s7 += square(a[i + 7] - centre);
    }
    double total = ((s0 + s4) + (s2 + s6)) + ((s1 + s5) + (s3 + s7));
    double rest = 0;
    for (int i = whole; i < at + n; i++) {
      rest += square(a[i] - centre);
    }
    return total + rest;
  }

  /** Returns the sum of {@code (x - centre)^2} for {@code x} of {@code a[at .. at + n)}. */
  static double squares(double[] a, int at, int n, double centre) {
    double s0 = 0;
    double s1 = 0;
    double s2 = 0;
    double s3 = 0;
    double s4 = 0;
    double s5 = 0;
    double s6 = 0;
    double s7 = 0;
    int whole = at + (n & -8);
    for (int i = at; i < whole; i += 8) {
      s0 += square(a[i] - centre);
      s1 += square(a[i + 1] - centre);
      s2 += square(a[i + 2] - centre);
      s3 += square(a[i + 3] - centre);
      s4 += square(a[i + 4] - centre);
      s5 += square(a[i + 5] - centre);
      s6 += square(a[i + 6] - centre);
      s7 += square(a[i + 7] - centre);
    }
    double total = ((s0 + s4) + (s2 + s6)) + ((s1 + s5) + (s3 + s7));
    double rest = 0;
    for (int i = whole; i < at + n; i++) {
      rest += square(a[i] - centre);
    }
    return total + rest;
  }

  private static double square(double x) {
    return x * x;
  }
}
