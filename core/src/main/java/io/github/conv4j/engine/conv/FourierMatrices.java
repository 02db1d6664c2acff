package io.github.conv4j.engine.conv;

/**
 * The matrices of {@link FourierConv}, row after row, in float64: cosines and sines, and which of
 * them are real and imaginary parts.
 */
final class FourierMatrices {
  private FourierMatrices() {}

  /** Returns the cosine of {@code 2 pi i / n}, the same on every machine. */
  static double cos(long i, int n) {
    // In quarters of the circle, of which there are whole ones.
    return quarters(4 * i + n, n);
  }

  /** Returns the sine of {@code 2 pi i / n}. */
  static double sin(long i, int n) {
    return quarters(4 * i, n);
  }

  /** Returns the sine of {@code i / n} quarters of the circle. */
  private static double quarters(long i, int n) {
    long quarter = Math.floorMod(Math.floorDiv(i, (long) n), 4L);
    double angle = Math.floorMod(i, (long) n) * (Math.PI / 2) / n;
    double value = quarter % 2 == 0 ? StrictMath.sin(angle) : StrictMath.cos(angle);
    return quarter < 2 ? value : -value;
  }

  /**
   * Real numbers along a row to half of their spectrum: rows {@code 2 k} and {@code 2 k + 1} give
   * the real and the imaginary part, columns are the numbers.
   */
  static double[] rowSpectrum(FourierTiles.Axis axis) {
    int half = axis.length() / 2 + 1;
    double[] m = new double[2 * half * axis.seen()];
    for (int k = 0; k < half; k++) {
      for (int i = 0; i < axis.seen(); i++) {
        m[2 * k * axis.seen() + i] = cos((long) k * i, axis.length());
        m[(2 * k + 1) * axis.seen() + i] = -sin((long) k * i, axis.length());
      }
    }
    return m;
  }

  /**
   * Complex numbers along a column to their spectrum. The columns of the matrix are first all real
   * parts, then the imaginary ones.
   *
   * @param part how many rows further the imaginary part is
   * @param step how many rows further the next frequency is
   */
  static double[] columnSpectrum(FourierTiles.Axis axis, int part, int step) {
    int n = axis.length();
    int seen = axis.seen();
    double[] m = new double[2 * n * 2 * seen];
    for (int k = 0; k < n; k++) {
      for (int i = 0; i < seen; i++) {
        double cos = cos((long) k * i, n);
        double sin = sin((long) k * i, n);
        int re = k * step * 2 * seen + i;
        int im = (k * step + part) * 2 * seen + i;
        m[re] = cos;
        m[re + seen] = sin;
        m[im] = -sin;
        m[im + seen] = cos;
      }
    }
    return m;
  }

  /** The way back: the rows are first all real parts. */
  static double[] columnOutputs(FourierTiles.Axis axis, int part, int step) {
    int n = axis.length();
    double[] m = new double[2 * axis.size() * 2 * n];
    for (int i = 0; i < axis.size(); i++) {
      for (int k = 0; k < n; k++) {
        double cos = cos((long) k * (i + axis.shift()), n);
        double sin = sin((long) k * (i + axis.shift()), n);
        int re = i * 2 * n + k * step;
        int im = (axis.size() + i) * 2 * n + k * step;
        m[re] = cos;
        m[re + part] = -sin;
        m[im] = sin;
        m[im + part] = cos;
      }
    }
    return m;
  }

  /** Half of the spectrum of a row, as {@link #rowSpectrum} leaves it, to the real outputs. */
  static double[] rowOutputs(FourierTiles.Axis axis) {
    int n = axis.length();
    int half = n / 2 + 1;
    double[] m = new double[axis.size() * 2 * half];
    for (int i = 0; i < axis.size(); i++) {
      for (int k = 0; k < half; k++) {
        // The other half is conjugate, and adds the same.
        double times = k == 0 || 2 * k == n ? 1 : 2;
        m[(i * half + k) * 2] = times * cos((long) k * (i + axis.shift()), n);
        m[(i * half + k) * 2 + 1] = -times * sin((long) k * (i + axis.shift()), n);
      }
    }
    return m;
  }
}
