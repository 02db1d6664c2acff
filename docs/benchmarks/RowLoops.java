import java.util.Arrays;
import java.util.Locale;

/**
 * Which loop bodies the just-in-time compiler turns into vector instructions: bodies of rows x taps
 * fused multiply-adds, as {@code PortableFloatKernels} has them, in GFLOP/s of one thread.
 *
 * <pre>java docs/benchmarks/RowLoops.java</pre>
 *
 * <p>Run it several times: on JDK 17 one body changes from launch to launch.
 */
public class RowLoops {
  private static final int N = 512;
  private static final int CALLS = 2000;
  private static final int ROUNDS = 40;

  private static final float[][] X = new float[8][N];
  private static final float[][] Y = new float[3][N];
  private static final float[] W = new float[8];

  public static void main(String[] args) {
    Arrays.fill(W, 0.01f);
    System.out.println("JDK " + Runtime.version());
    measure("1x1", 1, () -> oneByOne(X[0], W[0], Y[0], N));
    measure("1x3", 3, () -> oneByThree(X[0], X[1], X[2], W[0], W[1], W[2], Y[0], N));
    measure("1x6", 6, () -> oneBySix(X, W[0], W[1], W[2], W[3], W[4], W[5], Y[0], N));
    measure("1x8", 8, () -> oneByEight(X, W[0], W[1], W[2], W[3], W[4], W[5], W[6], W[7], Y[0], N));
    measure("2x1", 2, () -> twoByOne(X[0], W[0], W[1], Y[0], Y[1], N));
    measure("2x2", 4, () -> twoByTwo(X[0], X[1], W[0], W[1], W[2], W[3], Y[0], Y[1], N));
    measure("2x3", 6, () -> twoByThree(X, W[0], W[1], W[2], W[3], W[4], W[5], Y[0], Y[1], N));
    measure("3x2", 6, () -> threeByTwo(X, W[0], W[1], W[2], W[3], W[4], W[5], Y, N));
  }

  private static void measure(String body, int multiplyAdds, Runnable loop) {
    double best = Double.POSITIVE_INFINITY;
    for (int round = 0; round < ROUNDS; round++) {
      long start = System.nanoTime();
      for (int call = 0; call < CALLS; call++) {
        loop.run();
      }
      best = Math.min(best, (System.nanoTime() - start) / (double) CALLS);
    }
    System.out.printf(Locale.ROOT, "%s %5.1f GFLOP/s%n", body, 2.0 * multiplyAdds * N / best);
  }

  private static void oneByOne(float[] x, float a, float[] y, int n) {
    for (int j = 0; j < n; j++) {
      y[j] = Math.fma(a, x[j], y[j]);
    }
  }

  private static void oneByThree(
      float[] x0, float[] x1, float[] x2, float a, float b, float c, float[] y, int n) {
    for (int j = 0; j < n; j++) {
      y[j] = Math.fma(c, x2[j], Math.fma(b, x1[j], Math.fma(a, x0[j], y[j])));
    }
  }

  private static void oneBySix(
      float[][] x, float a, float b, float c, float d, float e, float f, float[] y, int n) {
    float[] x0 = x[0];
    float[] x1 = x[1];
    float[] x2 = x[2];
    float[] x3 = x[3];
    float[] x4 = x[4];
    float[] x5 = x[5];
    for (int j = 0; j < n; j++) {
      float half = Math.fma(c, x2[j], Math.fma(b, x1[j], Math.fma(a, x0[j], y[j])));
      y[j] = Math.fma(f, x5[j], Math.fma(e, x4[j], Math.fma(d, x3[j], half)));
    }
  }

  private static void oneByEight(
      float[][] x,
      float a,
      float b,
      float c,
      float d,
      float e,
      float f,
      float g,
      float h,
      float[] y,
      int n) {
    float[] x0 = x[0];
    float[] x1 = x[1];
    float[] x2 = x[2];
    float[] x3 = x[3];
    float[] x4 = x[4];
    float[] x5 = x[5];
    float[] x6 = x[6];
    float[] x7 = x[7];
    for (int j = 0; j < n; j++) {
      float half = Math.fma(d, x3[j], Math.fma(c, x2[j], Math.fma(b, x1[j], Math.fma(a, x0[j], y[j]))));
      y[j] = Math.fma(h, x7[j], Math.fma(g, x6[j], Math.fma(f, x5[j], Math.fma(e, x4[j], half))));
    }
  }

  private static void twoByOne(float[] x, float a, float b, float[] y0, float[] y1, int n) {
    for (int j = 0; j < n; j++) {
      float p = x[j];
      float s = y0[j];
      float t = y1[j];
      y0[j] = Math.fma(a, p, s);
      y1[j] = Math.fma(b, p, t);
    }
  }

  private static void twoByTwo(
      float[] x0, float[] x1, float a, float b, float c, float d, float[] y0, float[] y1, int n) {
    for (int j = 0; j < n; j++) {
      float p = x0[j];
      float q = x1[j];
      float s = y0[j];
      float t = y1[j];
      y0[j] = Math.fma(b, q, Math.fma(a, p, s));
      y1[j] = Math.fma(d, q, Math.fma(c, p, t));
    }
  }

  private static void twoByThree(
      float[][] x,
      float a,
      float b,
      float c,
      float d,
      float e,
      float f,
      float[] y0,
      float[] y1,
      int n) {
    float[] x0 = x[0];
    float[] x1 = x[1];
    float[] x2 = x[2];
    for (int j = 0; j < n; j++) {
      float p = x0[j];
      float q = x1[j];
      float r = x2[j];
      float s = y0[j];
      float t = y1[j];
      y0[j] = Math.fma(c, r, Math.fma(b, q, Math.fma(a, p, s)));
      y1[j] = Math.fma(f, r, Math.fma(e, q, Math.fma(d, p, t)));
    }
  }

  private static void threeByTwo(
      float[][] x, float a, float b, float c, float d, float e, float f, float[][] y, int n) {
    float[] x0 = x[0];
    float[] x1 = x[1];
    float[] y0 = y[0];
    float[] y1 = y[1];
    float[] y2 = y[2];
    for (int j = 0; j < n; j++) {
      float p = x0[j];
      float q = x1[j];
      float s = y0[j];
      float t = y1[j];
      float u = y2[j];
      y0[j] = Math.fma(b, q, Math.fma(a, p, s));
      y1[j] = Math.fma(d, q, Math.fma(c, p, t));
      y2[j] = Math.fma(f, q, Math.fma(e, p, u));
    }
  }
}
