package io.github.conv4j.nn;

import io.github.conv4j.Tensor;
import io.github.conv4j.nn.functional.Functional;
import io.github.conv4j.random.Generator;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;

/**
 * In training mode, makes elements 0 at random and divides the others by the share that is left; in
 * evaluation mode, returns its input: PyTorch's {@code torch.nn.Dropout}.
 *
 * <p>Safe for use by many threads, which share one sequence of random numbers. They are not those
 * that PyTorch draws for dropout.
 */
public final class Dropout extends Module {
  private final double p;
  private final boolean inplace;
  private final Generator generator;

  /** Makes a layer that drops half of the elements. */
  public Dropout() {
    this(0.5);
  }

  /**
   * Makes a layer.
   *
   * @param p how likely an element is dropped
   * @throws IllegalArgumentException if it is not within [0, 1]
   */
  public Dropout(double p) {
    this(p, false);
  }

  /**
   * Makes a layer.
   *
   * @param p how likely an element is dropped
   * @param inplace shown when it is printed, as PyTorch does; the input is never changed
   * @throws IllegalArgumentException if p is not within [0, 1]
   */
  public Dropout(double p, boolean inplace) {
    this(p, inplace, Generator.torch(ThreadLocalRandom.current().nextLong()));
  }

  /**
   * Makes a layer that draws what it drops from a generator.
   *
   * @param p how likely an element is dropped
   * @param inplace shown when it is printed, as PyTorch does; the input is never changed
   * @param generator where the random numbers come from
   * @throws IllegalArgumentException if p is not within [0, 1]
   */
  public Dropout(double p, boolean inplace, Generator generator) {
    if (!(p >= 0 && p <= 1)) {
      throw new IllegalArgumentException("Dropout: p must be within [0, 1], but got " + p);
    }
    this.p = p;
    this.inplace = inplace;
    this.generator = Objects.requireNonNull(generator, "generator");
  }

  /**
   * Returns the input itself in evaluation mode; a new tensor in training mode.
   *
   * @param input of any shape
   */
  @Override
  public Tensor forward(Tensor input) {
    return Functional.dropout(input, p, isTraining(), generator);
  }

  @Override
  protected String extraRepr() {
    return "p=" + Repr.of(p) + ", inplace=" + Repr.of(inplace);
  }
}
