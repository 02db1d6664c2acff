package io.github.conv4j.engine.conv;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.conv4j.Accuracy;
import io.github.conv4j.Conv4j;
import io.github.conv4j.DType;
import io.github.conv4j.PaddingMode;
import io.github.conv4j.Shape;
import io.github.conv4j.Tensor;
import io.github.conv4j.engine.ConvAlgorithm;
import io.github.conv4j.engine.ConvProblem;
import io.github.conv4j.engine.Epilogue;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every algorithm against {@link ReferenceConv}, and against itself under other circumstances. */
class ConvAlgorithmsTest {
  private static final long SEED = 20260101;
  private static final int GUARD = 17;

  private final int threadsBefore = Conv4j.threads();

  @AfterEach
  void restoreThreads() {
    Conv4j.setThreads(threadsBefore);
  }

  /** An algorithm and a problem for it; the seed makes the numbers. */
  record Case(ConvAlgorithm algorithm, ConvProblem problem, int batch, long seed) {
    Tensor input() {
      return random(1, batch, problem.inChannels(), problem.inHeight(), problem.inWidth());
    }

    Tensor weight() {
      return random(
          2,
          problem.outChannels(),
          problem.channelsPerGroup(),
          problem.kernelHeight(),
          problem.kernelWidth());
    }

    Tensor bias() {
      return problem.bias() ? random(3, problem.outChannels()) : null;
    }

    Tensor output() {
      return Tensor.full(
          Double.NaN,
          Shape.of(batch, problem.outChannels(), problem.outHeight(), problem.outWidth()),
          problem.dtype());
    }

    private Tensor random(int salt, int... shape) {
      Random random = new Random(seed * 31 + salt);
      Tensor tensor = Tensor.zeros(Shape.of(shape), problem.dtype());
      for (int i = 0; i < tensor.numel(); i++) {
        if (problem.dtype() == DType.FLOAT32) {
          tensor.floats()[i] = (float) random.nextGaussian();
        } else {
          tensor.doubles()[i] = random.nextGaussian();
        }
      }
      return tensor;
    }

    @Override
    public String toString() {
      return algorithm.name() + " batch " + batch + " seed " + seed + " " + problem;
    }
  }

  static List<Case> cases() {
    List<Case> cases = new ArrayList<>();
    Random random = new Random(SEED);
    while (cases.size() < 400) {
      ConvProblem problem = problem(random);
      if (problem == null) {
        continue;
      }
      long seed = random.nextInt(1 << 20);
      int batch = 1 + random.nextInt(3);
      for (ConvAlgorithm algorithm :
          List.of(
              new PointwiseConv(), new WinogradConv(2), new WinogradConv(4), new DirectConv())) {
        if (algorithm.declines(problem).isEmpty()) {
          cases.add(new Case(algorithm, problem, batch, seed));
        }
      }
    }
    return cases;
  }

  /** Returns a random problem, with sizes that no tile or block divides; null if it is none. */
  private static ConvProblem problem(Random random) {
    int[] perGroup = {1, 1, 2, 3, 5, 17, 19, 23, 37};
    int groups = random.nextInt(3) == 0 ? 1 + random.nextInt(4) : 1;
    int outPerGroup = random.nextInt(20) == 0 ? 131 : perGroup[random.nextInt(perGroup.length)];
    PaddingMode mode = oneOf(random, PaddingMode.values());
    int height = 1 + random.nextInt(20);
    int width = 1 + random.nextInt(random.nextInt(4) == 0 ? 140 : 40);
    int least = mode == PaddingMode.ZEROS ? 0 : -1;
    ConvProblem problem =
        new ConvProblem(
            oneOf(random, DType.values()),
            groups * perGroup[random.nextInt(perGroup.length)],
            height,
            width,
            groups * outPerGroup,
            1 + random.nextInt(5),
            1 + random.nextInt(5),
            1 + random.nextInt(3),
            1 + random.nextInt(3),
            least + random.nextInt(5),
            least + random.nextInt(5),
            least + random.nextInt(5),
            least + random.nextInt(5),
            mode,
            1 + random.nextInt(3),
            1 + random.nextInt(3),
            groups,
            random.nextBoolean(),
            Accuracy.PYTORCH,
            Epilogue.NONE);
    return fits(problem) ? problem : null;
  }

  private static <T> T oneOf(Random random, T[] values) {
    return List.of(values).get(random.nextInt(values.length));
  }

  private static boolean fits(ConvProblem p) {
    int most =
        switch (p.paddingMode()) {
          case REFLECT -> Math.min(p.inHeight(), p.inWidth()) - 1;
          case CIRCULAR -> Math.min(p.inHeight(), p.inWidth());
          default -> Integer.MAX_VALUE;
        };
    int padding =
        Math.max(Math.max(p.padTop(), p.padBottom()), Math.max(p.padLeft(), p.padRight()));
    return padding <= most
        && p.inHeight() + p.padTop() + p.padBottom()
            >= ConvProblem.extent(p.kernelHeight(), p.dilationHeight())
        && p.inWidth() + p.padLeft() + p.padRight()
            >= ConvProblem.extent(p.kernelWidth(), p.dilationWidth());
  }

  @ParameterizedTest
  @MethodSource("cases")
  void agreesWithTheReference(Case c) {
    Tensor expected = c.output();
    new ReferenceConv()
        .prepare(c.problem(), c.weight(), c.bias())
        .run(c.input(), c.batch(), null, expected);
    Tensor input = c.input();
    Tensor weight = c.weight();
    Tensor actual = c.output();

    c.algorithm().prepare(c.problem(), weight, c.bias()).run(input, c.batch(), null, actual);

    assertEquals(c.input(), input, "the input was changed");
    assertEquals(c.weight(), weight, "the weight was changed");
    // The bound on a sum of k products: k * eps * sum |w| |x|, plus one rounding of the result.
    Tensor magnitude = c.output();
    new ReferenceConv()
        .prepare(c.problem(), absolute(c.weight()), c.bias() == null ? null : absolute(c.bias()))
        .run(absolute(c.input()), c.batch(), null, magnitude);
    double eps = c.problem().dtype() == DType.FLOAT32 ? 0x1p-24 : 0x1p-53;
    double[] e = expected.toDoubleArray();
    double[] a = actual.toDoubleArray();
    double[] m = magnitude.toDoubleArray();
    for (int i = 0; i < e.length; i++) {
      double bound = (c.problem().taps() + 3) * eps * m[i];
      assertTrue(
          Math.abs(a[i] - e[i]) <= bound,
          "element " + i + ": got " + a[i] + ", expected " + e[i] + ", bound " + bound);
    }
  }

  private static Tensor absolute(Tensor tensor) {
    Tensor copy = tensor.to(DType.FLOAT64);
    for (int i = 0; i < copy.numel(); i++) {
      copy.doubles()[i] = Math.abs(copy.doubles()[i]);
    }
    return copy.to(tensor.dtype());
  }

  @ParameterizedTest
  @MethodSource("cases")
  void givesTheSameBitsForAnyThreadsAndBatch(Case c) {
    ConvAlgorithm.Runner runner = c.algorithm().prepare(c.problem(), c.weight(), c.bias());
    Conv4j.setThreads(1);
    Tensor together = c.output();
    runner.run(c.input(), c.batch(), null, together);

    for (int threads : new int[] {2, 3, 7}) {
      Conv4j.setThreads(threads);
      Tensor again = c.output();
      runner.run(c.input(), c.batch(), null, again);
      assertEquals(together, again, threads + " threads");
    }
    for (int n = 0; n < c.batch(); n++) {
      Tensor alone = Tensor.zeros(together.narrow(0, n, 1).shape(), c.problem().dtype());
      runner.run(c.input().narrow(0, n, 1), 1, null, alone);
      assertEquals(together.narrow(0, n, 1), alone, "image " + n + " alone");
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void writesNothingBeyondItsOutput(Case c) {
    Tensor output = c.output();
    int images = output.numel() / c.batch();
    int room = (GUARD + images - 1) / images;
    // Runs on the first images of a larger output: those behind must keep what they hold.
    Tensor larger =
        Tensor.full(
            42,
            Shape.of(c.batch() + room, output.size(1), output.size(2), output.size(3)),
            c.problem().dtype());
    c.algorithm()
        .prepare(c.problem(), c.weight(), c.bias())
        .run(c.input(), c.batch(), null, larger);
    Tensor behind = larger.narrow(0, c.batch(), room);
    assertEquals(Tensor.full(42, behind.shape(), behind.dtype()), behind);
  }
}
