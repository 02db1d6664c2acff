import io.github.conv4j.Activation;
import io.github.conv4j.engine.Epilogue;
import io.github.conv4j.engine.EpilogueKernels;
import java.util.Arrays;
import java.util.Locale;
import java.util.Random;

/**
 * How fast the loops of the epilogue are, in GB/s of output written by one thread, on rows of 4096
 * elements in the cache; and how far SiLU in float32 is from the truth.
 *
 * <pre>mvn -q compile; java -cp core/target/classes docs/benchmarks/EpilogueLoops.java</pre>
 *
 * <p>Behind the file, {@code errors} measures the error in place of the speed.
 */
public class EpilogueLoops {
  private static final int N = 4096;
  private static final int CALLS = 40;
  private static final int ROUNDS = 600;

  /** Every so-many-th float is tried; prime to the powers of two. */
  private static final int STEP = 7;

  public static void main(String[] args) {
    System.out.println("JDK " + Runtime.version());
    if (Arrays.asList(args).contains("errors")) {
      printErrors();
      return;
    }
    print("add", Activation.NONE, true);
    print("relu", Activation.RELU, false);
    print("relu6", Activation.RELU6, false);
    print("clamp", Activation.clamp(-1, 1), false);
    print("clamp to -0", Activation.clamp(-1, -0.0), false);
    print("hardswish", Activation.HARDSWISH, false);
    print("silu", Activation.SILU, false);
  }

  private static void print(String name, Activation activation, boolean adds) {
    Random random = new Random(1);
    double[] doubles = random.doubles(N, -8, 8).toArray();
    float[] floats = new float[N];
    for (int i = 0; i < N; i++) {
      floats[i] = (float) doubles[i];
    }
    Epilogue epilogue = new Epilogue(adds, activation);
    EpilogueKernels<float[]> single = EpilogueKernels.floats(epilogue);
    EpilogueKernels<double[]> wide = EpilogueKernels.doubles(epilogue);
    float[] y = new float[N];
    double[] z = new double[N];
    double bestSingle = Double.POSITIVE_INFINITY;
    double bestWide = Double.POSITIVE_INFINITY;
    for (int round = 0; round < ROUNDS; round++) {
      long nanos = 0;
      for (int call = 0; call < CALLS; call++) {
        System.arraycopy(floats, 0, y, 0, N);
        long start = System.nanoTime();
        single.apply(y, 0, N, adds ? floats : null, 0);
        nanos += System.nanoTime() - start;
      }
      bestSingle = Math.min(bestSingle, nanos / (double) CALLS);
      nanos = 0;
      for (int call = 0; call < CALLS; call++) {
        System.arraycopy(doubles, 0, z, 0, N);
        long start = System.nanoTime();
        wide.apply(z, 0, N, adds ? doubles : null, 0);
        nanos += System.nanoTime() - start;
      }
      bestWide = Math.min(bestWide, nanos / (double) CALLS);
    }
    System.out.printf(
        Locale.ROOT,
        "%-12s float32 %5.1f  float64 %5.1f GB/s%n",
        name,
        4 * N / bestSingle,
        8 * N / bestWide);
  }

  private static void printErrors() {
    EpilogueKernels<float[]> silu = EpilogueKernels.floats(new Epilogue(false, Activation.SILU));
    float[] x = new float[N];
    float[] y = new float[N];
    double worst = 0;
    long count = 0;
    for (int sign = 0; sign < 2; sign++) {
      int last = Float.floatToIntBits(sign == 0 ? 200f : 88.72283f);
      for (int bits = 0; bits <= last; ) {
        int n = 0;
        for (; n < N && bits <= last; n++, bits += STEP) {
          x[n] = sign == 0 ? Float.intBitsToFloat(bits) : -Float.intBitsToFloat(bits);
        }
        System.arraycopy(x, 0, y, 0, n);
        silu.apply(y, 0, n, null, 0);
        for (int i = 0; i < n; i++) {
          double truth = x[i] / (1 + Math.exp(-(double) x[i]));
          worst = Math.max(worst, Math.abs(y[i] - truth) / Math.ulp((float) truth));
        }
        count += n;
      }
    }
    System.out.printf(
        Locale.ROOT, "silu: %.2f units in the last place at most, of %,d floats%n", worst, count);
  }
}
