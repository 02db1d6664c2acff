package io.github.conv4j.engine.conv;

import io.github.conv4j.Shape;
import io.github.conv4j.Tensor;
import io.github.conv4j.engine.ConvAlgorithm.Runner;
import io.github.conv4j.engine.ConvProblem;
import java.util.concurrent.atomic.AtomicIntegerArray;

/**
 * Computes images again, by {@link DirectConv}, whose results through a transform are not finite.
 * Safe for use by many threads.
 *
 * @param <A> the array type
 */
final class ComputedAgain<A> {
  private final ConvProblem p;
  private final Types<A> types;
  private final Tensor weight;
  private final Tensor bias;
  private volatile Runner direct;

  ComputedAgain(ConvProblem problem, Types<A> types, Tensor weight, Tensor bias) {
    this.p = problem;
    this.types = types;
    this.weight = weight;
    this.bias = bias;
  }

  /** Computes the images again whose mark is not 0. */
  void run(AtomicIntegerArray spoilt, Tensor input, Tensor residual, Tensor output) {
    for (int image = 0; image < spoilt.length(); image++) {
      if (spoilt.get(image) != 0) {
        run(input, image, residual, output);
      }
    }
  }

  private void run(Tensor input, int image, Tensor residual, Tensor output) {
    Runner runner = direct;
    if (runner == null) {
      runner = new DirectConv().prepare(p, weight, bias);
      direct = runner;
    }
    Tensor y = slice(output, image);
    runner.run(slice(input, image), 1, residual == null ? null : slice(residual, image), y);
    System.arraycopy(types.array(y), 0, types.array(output), image * y.numel(), y.numel());
  }

  /** Returns a copy of one image. */
  private Tensor slice(Tensor batch, int image) {
    int numel = batch.size(-3) * batch.size(-2) * batch.size(-1);
    Tensor copy =
        Tensor.zeros(Shape.of(1, batch.size(-3), batch.size(-2), batch.size(-1)), batch.dtype());
    System.arraycopy(types.array(batch), image * numel, types.array(copy), 0, numel);
    return copy;
  }
}
