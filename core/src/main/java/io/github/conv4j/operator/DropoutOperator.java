package io.github.conv4j.operator;

import io.github.conv4j.DType;
import io.github.conv4j.Shape;
import io.github.conv4j.Tensor;
import io.github.conv4j.random.Generator;
import java.util.Objects;

/**
 * Elements, or whole channels, made 0 at random and the others divided by the share that is left:
 * dropout in training. Each run draws other numbers.
 */
public final class DropoutOperator extends Operator {
  /** Random numbers drawn at a time. */
  private static final int BLOCK = 4096;

  private final double p;
  private final boolean channels;
  private final Generator generator;

  /**
   * Makes the operation.
   *
   * @param p how likely an element or a channel is dropped
   * @param channels whether whole channels are dropped
   * @param generator where the random numbers come from
   * @throws IllegalArgumentException if p is not within [0, 1]
   */
  public DropoutOperator(double p, boolean channels, Generator generator) {
    this.p = p;
    this.channels = channels;
    this.generator = Objects.requireNonNull(generator, "generator");
    if (!(p >= 0 && p <= 1)) {
      throw new IllegalArgumentException(name() + ": p must be within [0, 1], but got " + p);
    }
  }

  @Override
  public String name() {
    return channels ? "dropout2d" : "dropout";
  }

  @Override
  public Shape outputShape(Shape... inputs) {
    if (channels && inputs[0].rank() < 2) {
      throw new IllegalArgumentException(
          "dropout2d: expected an input (N, C, ...), but got " + inputs[0]);
    }
    return inputs[0];
  }

  @Override
  public boolean mayOverwrite() {
    return true;
  }

  @Override
  public void run(Tensor[] inputs, Tensor output) {
    int masks = channels ? output.size(0) * output.size(1) : output.numel();
    int n = output.numel() / masks;
    boolean single = output.dtype() == DType.FLOAT32;
    double scale = 1 / (1 - p);
    double[] uniform = new double[Math.min(masks, BLOCK)];
    for (int from = 0; from < masks; from += BLOCK) {
      // The last block draws more than it needs, so that there is one array.
      generator.uniform(uniform, 0, 1);
      for (int mask = from; mask < Math.min(masks, from + BLOCK); mask++) {
        double factor = uniform[mask - from] < p ? 0 : scale;
        int at = mask * n;
        if (single) {
          FloatLoops.multiply(inputs[0].floats(), (float) factor, output.floats(), at, n);
        } else {
          DoubleLoops.multiply(inputs[0].doubles(), factor, output.doubles(), at, n);
        }
      }
    }
  }
}
