package io.github.conv4j.operator;

import io.github.conv4j.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * The operations that a network goes through for one input, in their order: written down while it
 * computes, on the thread that asked for it.
 *
 * @param steps the operations
 * @param input what the network was given
 * @param output what it returned
 */
public record Trace(List<Step> steps, Tensor input, Tensor output) {
  private static final ThreadLocal<List<Step>> CURRENT = new ThreadLocal<>();

  /**
   * One operation.
   *
   * @param operator what was done
   * @param inputs to what
   * @param output with which result; tensors are told apart by identity
   */
  public record Step(Operator operator, List<Tensor> inputs, Tensor output) {}

  /**
   * Runs a network and writes down what it does.
   *
   * @throws IllegalStateException if the network itself asks for it, within
   */
  public static Trace of(UnaryOperator<Tensor> network, Tensor input) {
    if (CURRENT.get() != null) {
      throw new IllegalStateException("a network cannot be compiled while another one is");
    }
    List<Step> steps = new ArrayList<>();
    CURRENT.set(steps);
    try {
      return new Trace(steps, input, network.apply(input));
    } finally {
      CURRENT.remove();
    }
  }

  /** Returns whether this thread's operations are written down. */
  public static boolean isOn() {
    return CURRENT.get() != null;
  }

  /** Writes an operation down if this thread's are. */
  public static void record(Operator operator, Tensor output, Tensor... inputs) {
    List<Step> steps = CURRENT.get();
    if (steps != null) {
      steps.add(new Step(operator, List.of(inputs), output));
    }
  }
}
