import io.github.conv4j.Conv4j;
import io.github.conv4j.DType;
import io.github.conv4j.Tensor;
import io.github.conv4j.nn.Conv2d;
import io.github.conv4j.random.Generator;
import java.util.Locale;

/**
 * What a multiply-add costs on a processor without an instruction for it: in {@code Math.fma}, and
 * in a convolution of 64 to 64 channels, 1x1, on 28x28, of one thread. (Larger kernels may do with
 * fewer multiply-adds than they have.)
 *
 * <pre>
 * java -XX:-UseFMA -cp core/target/classes docs/benchmarks/NoFma.java
 * java -cp core/target/classes -Dconv4j.backend=portable docs/benchmarks/NoFma.java
 * </pre>
 */
public class NoFma {
  private static final int CHANNELS = 64;
  private static final int SIZE = 28;
  private static final int ROUNDS = 200;
  private static final int CALLS = 2000;

  public static void main(String[] args) {
    Conv4j.setThreads(1);
    for (DType dtype : DType.values()) {
      Tensor x = Tensor.randn(Generator.torch(1), 1, CHANNELS, SIZE, SIZE).to(dtype);
      Conv2d conv =
          Conv2d.builder(CHANNELS, CHANNELS, 1)
              .dtype(dtype)
              .generator(Generator.torch(2))
              .build();
      double calls = best(() -> chain(x)) / CALLS;
      double products = best(() -> conv.forward(x)) / ((double) x.numel() * CHANNELS);
      System.out.printf(
          Locale.ROOT,
          "JDK %s, %s: %.2f ns a call of Math.fma, %.2f ns a multiply-add of the convolution%n",
          Runtime.version(),
          dtype,
          calls,
          products);
    }
  }

  private static double best(Runnable work) {
    double best = Double.POSITIVE_INFINITY;
    for (int round = 0; round < ROUNDS; round++) {
      long start = System.nanoTime();
      work.run();
      best = Math.min(best, System.nanoTime() - start);
    }
    return best;
  }

  private static void chain(Tensor x) {
    double sum = 0;
    if (x.dtype() == DType.FLOAT32) {
      float part = 0;
      for (int i = 0; i < CALLS; i++) {
        part = Math.fma(x.floats()[i], x.floats()[i + 1], part);
      }
      sum = part;
    } else {
      for (int i = 0; i < CALLS; i++) {
        sum = Math.fma(x.doubles()[i], x.doubles()[i + 1], sum);
      }
    }
    if (sum == 0) {
      throw new AssertionError();
    }
  }
}
