package io.github.conv4j.engine.conv;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.conv4j.Conv4j;
import io.github.conv4j.DType;
import io.github.conv4j.PaddingMode;
import io.github.conv4j.Shape;
import io.github.conv4j.Tensor;
import io.github.conv4j.engine.ConvAlgorithm;
import io.github.conv4j.engine.ConvProblem;
import io.github.conv4j.engine.EngineAlgorithms;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every algorithm against {@link ReferenceConv}, and against itself under other circumstances, on
 * random problems that it takes, whether or not the planner would choose it.
 */
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
    for (int made = 0; made < 530; ) {
      ConvProblem exact = Kind.values()[made % Kind.values().length].problem(random);
      if (!fits(exact)) {
        continue;
      }
      ConvProblem problem = random.nextInt(2) == 0 ? EngineAlgorithms.fast(exact) : exact;
      made++;
      long seed = random.nextInt(1 << 20);
      int batch = 1 + random.nextInt(3);
      for (ConvAlgorithm algorithm : EngineAlgorithms.taking(problem)) {
        if (algorithm != EngineAlgorithms.reference()) {
          cases.add(new Case(algorithm, problem, batch, seed));
        }
      }
    }
    return cases;
  }

  /** Kinds of random problems, with sizes that no tile or block divides. */
  private enum Kind {
    /** All settings at random. */
    ANY {
      @Override
      ConvProblem problem(Random random) {
        int groups = random.nextInt(3) == 0 ? 1 + random.nextInt(4) : 1;
        int in = oneOf(random, 1, 1, 2, 3, 5, 17, 19, 23, 37);
        int out = random.nextInt(20) == 0 ? 131 : oneOf(random, 1, 1, 2, 3, 5, 17, 19, 23, 37);
        int[] kernel = {1 + random.nextInt(5), 1 + random.nextInt(5)};
        int[] stride = {1 + random.nextInt(3), 1 + random.nextInt(3)};
        int[] dilation = {1 + random.nextInt(3), 1 + random.nextInt(3)};
        return make(random, groups, in, out, kernel, stride, dilation, 40);
      }
    },
    /** Many channels, 3x3, side by side: the home of Winograd's algorithm. */
    DENSE_3X3 {
      @Override
      ConvProblem problem(Random random) {
        int in = oneOf(random, 16, 17, 33, 35, 48, 64, 70);
        int out = oneOf(random, 16, 19, 33, 37, 48, 65);
        return make(
            random,
            1,
            in,
            out,
            new int[] {3, 3},
            ONE,
            random.nextInt(4) == 0 ? new int[] {2, 2} : ONE,
            24);
      }
    },
    /** The same of 5x5, which it takes under FAST alone. */
    DENSE_5X5 {
      @Override
      ConvProblem problem(Random random) {
        int in = oneOf(random, 16, 17, 33, 48, 70);
        int out = oneOf(random, 16, 19, 33, 48, 65);
        int[] dilation = random.nextInt(4) == 0 ? new int[] {2, 2} : ONE;
        int groups = random.nextInt(6) == 0 ? 2 : 1;
        return EngineAlgorithms.fast(
            make(random, groups, in, out, new int[] {5, 5}, ONE, dilation, 24));
      }
    },
    /** Other sizes, and stride 2, which it takes by groups of taps. */
    DENSE_TAPS {
      @Override
      ConvProblem problem(Random random) {
        int in = oneOf(random, 16, 17, 33, 48, 70);
        int out = oneOf(random, 16, 19, 33, 48, 65);
        int[] kernel =
            switch (random.nextInt(4)) {
              case 0 -> new int[] {1, 2 + random.nextInt(7)};
              case 1 -> new int[] {2 + random.nextInt(7), 1};
              default -> new int[] {2 + random.nextInt(4), 2 + random.nextInt(4)};
            };
        int down = kernel[0] == 1 ? 1 : 1 + random.nextInt(2);
        int across = kernel[1] == 1 ? 1 : 1 + random.nextInt(2);
        int groups = random.nextInt(6) == 0 ? 2 : 1;
        return make(random, groups, in, out, kernel, new int[] {down, across}, ONE, 40);
      }
    },
    POINTWISE {
      @Override
      ConvProblem problem(Random random) {
        int in = oneOf(random, 3, 16, 23, 64, 150, 290);
        int out = oneOf(random, 1, 8, 16, 33, 64, 130);
        int[] stride = random.nextInt(4) == 0 ? new int[] {2, 2} : ONE;
        return make(random, 1, in, out, ONE, stride, ONE, 24);
      }
    },
    GROUPED {
      @Override
      ConvProblem problem(Random random) {
        int side = oneOf(random, 1, 3, 3, 5);
        int step = 1 + random.nextInt(2);
        int in = oneOf(random, 2, 4, 5, 8, 16, 17);
        int out = oneOf(random, 1, 2, 4, 8, 9, 16);
        int[] kernel = {side, side};
        return make(
            random, 2 + random.nextInt(7), in, out, kernel, new int[] {step, step}, ONE, 24);
      }
    },
    DEPTHWISE {
      @Override
      ConvProblem problem(Random random) {
        int side = oneOf(random, 2, 3, 3, 5, 5, 7);
        int[] kernel = {side, random.nextInt(4) == 0 ? 1 + random.nextInt(6) : side};
        int step = 1 + random.nextInt(2);
        int[] stride = random.nextInt(6) == 0 ? new int[] {3, 1} : new int[] {step, step};
        int[] dilation = random.nextInt(3) == 0 ? new int[] {2, 1 + random.nextInt(3)} : ONE;
        int out = oneOf(random, 1, 1, 1, 2, 3);
        int widest = random.nextInt(3) == 0 ? 9 : 70;
        return make(random, 1 + random.nextInt(40), 1, out, kernel, stride, dilation, widest);
      }
    },
    /** Kernels of half an image, dense and depthwise: the home of Fourier transforms. */
    LARGE {
      @Override
      ConvProblem problem(Random random) {
        boolean depthwise = random.nextBoolean();
        int groups = depthwise ? oneOf(random, 1, 5, 32, 37, 70) : 1;
        int in = depthwise ? 1 : oneOf(random, 1, 2, 7, 17);
        int out = depthwise ? 1 : oneOf(random, 1, 3, 9, 67);
        int height = oneOf(random, 7, 8, 11, 13, 32);
        int[] kernel = {height, random.nextInt(3) == 0 ? oneOf(random, 7, 10, 31) : height};
        return make(random, groups, in, out, kernel, ONE, ONE, 80);
      }
    },
    /** Few channels and long rows. */
    PICTURE {
      @Override
      ConvProblem problem(Random random) {
        int in = 1 + random.nextInt(4);
        int out = oneOf(random, 1, 1, 3, 4, 16, 21);
        int side = oneOf(random, 2, 3, 3, 5, 7);
        int step = oneOf(random, 1, 1, 2);
        return make(random, 1, in, out, new int[] {side, side}, new int[] {step, step}, ONE, 150);
      }
    };

    private static final int[] ONE = {1, 1};
    private static final List<PaddingMode> MODES = List.of(PaddingMode.values());

    /** Returns a random problem, perhaps one whose sizes do not fit together. */
    abstract ConvProblem problem(Random random);

    private static ConvProblem make(
        Random random,
        int groups,
        int inPerGroup,
        int outPerGroup,
        int[] kernel,
        int[] stride,
        int[] dilation,
        int widest) {
      DType dtype = random.nextInt(3) == 0 ? DType.FLOAT64 : DType.FLOAT32;
      PaddingMode mode =
          random.nextBoolean() ? PaddingMode.ZEROS : MODES.get(random.nextInt(MODES.size()));
      int least = mode == PaddingMode.ZEROS ? 0 : -1;
      int most = Math.max(kernel[0], kernel[1]) + 1;
      int[] pads = new int[4];
      // Kernels of one tap mostly come without padding.
      int same = most == 2 ? 0 : random.nextInt(most);
      boolean even = random.nextBoolean();
      for (int i = 0; i < 4; i++) {
        pads[i] = even ? same : least + random.nextInt(most);
      }
      int[] input = {
        groups * inPerGroup,
        1 + random.nextInt(20),
        1 + random.nextInt(random.nextInt(4) == 0 ? widest : Math.min(widest, 40))
      };
      int[] weight = {groups * outPerGroup, inPerGroup, kernel[0], kernel[1]};
      boolean bias = random.nextBoolean();
      return EngineAlgorithms.problem(
          dtype, input, weight, stride, pads, mode, dilation, groups, bias);
    }

    private static int oneOf(Random random, int... values) {
      return values[random.nextInt(values.length)];
    }
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

  @Test
  void everyAlgorithmHasCases() {
    for (ConvAlgorithm algorithm : EngineAlgorithms.all()) {
      long count = cases().stream().filter(c -> c.algorithm() == algorithm).count();
      assertTrue(
          algorithm == EngineAlgorithms.reference() || count >= 15,
          algorithm.name() + " takes " + count + " cases: add a kind of problem that it takes");
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void agreesWithTheReference(Case c) {
    Tensor expected = c.output();
    EngineAlgorithms.run(
        EngineAlgorithms.reference(), c.problem(), c.weight(), c.bias(), c.input(), expected);
    Tensor input = c.input();
    Tensor weight = c.weight();
    Tensor actual = c.output();

    EngineAlgorithms.run(c.algorithm(), c.problem(), weight, c.bias(), input, actual);

    assertEquals(c.input(), input, "the input was changed");
    assertEquals(c.weight(), weight, "the weight was changed");
    double[] e = expected.toDoubleArray();
    double[] a = actual.toDoubleArray();
    double[] bounds = bounds(c);
    for (int i = 0; i < e.length; i++) {
      assertTrue(
          Math.abs(a[i] - e[i]) <= bounds[i],
          "element " + i + ": got " + a[i] + ", expected " + e[i] + ", bound " + bounds[i]);
    }
  }

  /**
   * Returns how far each element may lie from the reference. A sum of k products may be wrong by k
   * * eps * sum |w| |x|, plus a few roundings of partial sums and of the result. Winograd's tiles
   * and Fourier transforms have bounds of their own, to which comes that of the reference, which in
   * float32 is one rounding.
   */
  private static double[] bounds(Case c) {
    Tensor magnitude = c.output();
    EngineAlgorithms.run(
        EngineAlgorithms.reference(),
        c.problem(),
        absolute(c.weight()),
        c.bias() == null ? null : absolute(c.bias()),
        absolute(c.input()),
        magnitude);
    boolean single = c.problem().dtype() == DType.FLOAT32;
    double eps = single ? 0x1p-24 : 0x1p-53;
    double[] direct = magnitude.toDoubleArray();
    WinogradBound winograd =
        switch (c.algorithm().name()) {
          case "winograd-2x2" -> new WinogradBound(2, 3, c.problem());
          case "winograd-4x4" -> new WinogradBound(4, 3, c.problem());
          case "winograd-2x2-5x5" -> new WinogradBound(2, 5, c.problem());
          default -> null;
        };
    if (c.algorithm().name().equals("fourier")) {
      return FourierBound.bounds(c, direct, eps);
    }
    if (c.algorithm().name().equals("winograd-taps")) {
      TapGroupsBound taps = new TapGroupsBound(c.problem());
      return bounds(c, direct, taps.magnitudes(c.input(), c.weight(), c.bias()), taps.roundings());
    }
    if (winograd == null) {
      return Arrays.stream(direct).map(m -> (c.problem().taps() + 3) * eps * m).toArray();
    }
    double[] magnitudes = winograd.magnitudes(c.input(), c.weight(), c.bias());
    return bounds(c, direct, magnitudes, winograd.roundings());
  }

  private static double[] bounds(Case c, double[] direct, double[] magnitudes, int roundings) {
    boolean single = c.problem().dtype() == DType.FLOAT32;
    double eps = single ? 0x1p-24 : 0x1p-53;
    int reference = single ? 1 : c.problem().taps() + 1;
    double[] bounds = new double[magnitudes.length];
    for (int i = 0; i < bounds.length; i++) {
      bounds[i] = (roundings * magnitudes[i] + reference * direct[i]) * eps;
    }
    return bounds;
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
    EngineAlgorithms.run(runner, c.input(), together);

    for (int threads : new int[] {2, 3, 7}) {
      Conv4j.setThreads(threads);
      Tensor again = c.output();
      EngineAlgorithms.run(runner, c.input(), again);
      assertEquals(together, again, threads + " threads");
    }
    for (int n = 0; n < c.batch(); n++) {
      Tensor alone = Tensor.zeros(together.narrow(0, n, 1).shape(), c.problem().dtype());
      EngineAlgorithms.run(runner, c.input().narrow(0, n, 1), alone);
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
    EngineAlgorithms.run(c.algorithm(), c.problem(), c.weight(), c.bias(), c.input(), larger);
    Tensor behind = larger.narrow(0, c.batch(), room);
    assertEquals(Tensor.full(42, behind.shape(), behind.dtype()), behind);
  }
}
