package io.github.conv4j.engine.conv;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.conv4j.Activation;
import io.github.conv4j.Conv4j;
import io.github.conv4j.DType;
import io.github.conv4j.Tensor;
import io.github.conv4j.engine.ConvAlgorithm;
import io.github.conv4j.engine.ConvPlan;
import io.github.conv4j.engine.ConvProblem;
import io.github.conv4j.engine.Epilogue;
import io.github.conv4j.engine.EpilogueKernels;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * In every algorithm, the fused epilogue gives the very bits of an epilogue on the whole output
 * afterwards.
 */
class EpilogueConvTest {
  private static final List<Activation> ACTIVATIONS =
      List.of(
          Activation.NONE,
          Activation.RELU,
          Activation.RELU6,
          Activation.clamp(-0.5, 0.5),
          Activation.SILU,
          Activation.HARDSWISH);

  private final int threadsBefore = Conv4j.threads();

  @AfterEach
  void restoreThreads() {
    Conv4j.setThreads(threadsBefore);
  }

  static List<ConvAlgorithmsTest.Case> cases() {
    List<ConvAlgorithmsTest.Case> cases = new ArrayList<>(ConvAlgorithmsTest.cases());
    ConvAlgorithmsTest.Case first = cases.get(0);
    cases.add(
        new ConvAlgorithmsTest.Case(
            new ReferenceConv(), first.problem(), first.batch(), first.seed()));
    return cases;
  }

  private static Epilogue epilogue(ConvAlgorithmsTest.Case c) {
    Random random = new Random(c.seed());
    return new Epilogue(random.nextInt(4) > 0, ACTIVATIONS.get(random.nextInt(ACTIVATIONS.size())));
  }

  private static Tensor residual(ConvAlgorithmsTest.Case c) {
    Tensor residual = c.output();
    Random random = new Random(c.seed() + 1);
    for (int i = 0; i < residual.numel(); i++) {
      if (residual.dtype() == DType.FLOAT32) {
        residual.floats()[i] = (float) random.nextGaussian();
      } else {
        residual.doubles()[i] = random.nextGaussian();
      }
    }
    return residual;
  }

  private static ConvProblem with(Epilogue epilogue, ConvProblem p) {
    return new ConvProblem(
        p.dtype(),
        p.inChannels(),
        p.inHeight(),
        p.inWidth(),
        p.outChannels(),
        p.kernelHeight(),
        p.kernelWidth(),
        p.strideHeight(),
        p.strideWidth(),
        p.padTop(),
        p.padBottom(),
        p.padLeft(),
        p.padRight(),
        p.paddingMode(),
        p.dilationHeight(),
        p.dilationWidth(),
        p.groups(),
        p.bias(),
        p.accuracy(),
        epilogue);
  }

  /** Returns the convolution alone, and the epilogue on all of it. */
  private static Tensor expected(ConvAlgorithmsTest.Case c, Epilogue epilogue, Tensor residual) {
    Tensor y = c.output();
    c.algorithm()
        .prepare(with(Epilogue.NONE, c.problem()), c.weight(), c.bias())
        .run(c.input(), c.batch(), null, y);
    if (y.dtype() == DType.FLOAT32) {
      EpilogueKernels.floats(epilogue)
          .apply(y.floats(), 0, y.numel(), residual == null ? null : residual.floats(), 0);
    } else {
      EpilogueKernels.doubles(epilogue)
          .apply(y.doubles(), 0, y.numel(), residual == null ? null : residual.doubles(), 0);
    }
    return y;
  }

  @ParameterizedTest
  @MethodSource("cases")
  void fusedIsTheSameAsAfterwards(ConvAlgorithmsTest.Case c) {
    Epilogue epilogue = epilogue(c);
    Tensor residual = epilogue.residual() ? residual(c) : null;
    Tensor expected = expected(c, epilogue, residual);
    ConvAlgorithm.Runner runner =
        c.algorithm().prepare(with(epilogue, c.problem()), c.weight(), c.bias());
    for (int threads : new int[] {1, 3}) {
      Conv4j.setThreads(threads);
      Tensor actual = c.output();
      runner.run(c.input(), c.batch(), residual, actual);
      assertEquals(expected, actual, epilogue + " with " + threads + " threads");
    }
    if (residual != null) {
      assertEquals(residual(c), residual, "the residual was changed");
      ConvPlan plan =
          new ConvPlan(with(epilogue, c.problem()), c.algorithm().name(), List.of(), runner);
      plan.run(c.input(), c.batch(), residual, residual);
      assertEquals(expected, residual, epilogue + " in place");
    }
  }

  /** Sets the output to zero before it looks at the residual. */
  private static final class Hasty implements ConvAlgorithm.Runner {
    @Override
    public void run(Tensor input, int batch, Tensor residual, Tensor output) {
      output.floats()[0] = 0;
      output.floats()[0] += residual.floats()[0];
    }

    @Override
    public String tiles() {
      return "none";
    }

    @Override
    public long workspaceBytes() {
      return 0;
    }
  }

  @Test
  void theResidualSurvivesAnAlgorithmThatWritesTooSoon() {
    ConvPlan plan =
        new ConvPlan(ConvAlgorithmsTest.cases().get(0).problem(), "hasty", List.of(), new Hasty());
    Tensor both = Tensor.full(3, 1);
    plan.run(Tensor.zeros(1), 1, both, both);
    assertEquals(Tensor.full(3, 1), both);
  }
}
