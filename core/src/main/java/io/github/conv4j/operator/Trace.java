package io.github.conv4j.operator;

import io.github.conv4j.DType;
import io.github.conv4j.Shape;
import io.github.conv4j.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * The operations that a network goes through, in their order: written down, and not computed, while
 * its {@code forward} runs on the thread that asked for it.
 *
 * @param steps the operations
 * @param input what the network was given; its elements are 0
 * @param output what it returned
 */
public record Trace(List<Step> steps, Tensor input, Tensor output) {
  private static final ThreadLocal<Recording> CURRENT = new ThreadLocal<>();

  /**
   * One operation.
   *
   * @param operator what was done
   * @param inputs to what
   * @param output with which result; tensors are told apart by identity
   */
  public record Step(Operator operator, List<Tensor> inputs, Tensor output) {}

  /** The steps so far, and the array that all their outputs share, as nobody reads those. */
  private static final class Recording {
    private final List<Step> steps = new ArrayList<>();
    private float[] floats = {};
    private double[] doubles = {};

    Tensor blank(Shape shape, DType dtype) {
      int numel = shape.numel();
      if (dtype == DType.FLOAT32) {
        floats = numel > floats.length ? new float[numel] : floats;
        return Storage.tensor(floats, shape);
      }
      doubles = numel > doubles.length ? new double[numel] : doubles;
      return Storage.tensor(doubles, shape);
    }
  }

  /**
   * Runs a network and writes down what it does.
   *
   * @throws IllegalStateException if it is called by a network that is being run so
   */
  public static Trace of(UnaryOperator<Tensor> network, Shape input, DType dtype) {
    if (isOn()) {
      throw new IllegalStateException("a network cannot be compiled while another one is");
    }
    Recording recording = new Recording();
    CURRENT.set(recording);
    try {
      Tensor x = recording.blank(input, dtype);
      return new Trace(recording.steps, x, network.apply(x));
    } finally {
      CURRENT.remove();
    }
  }

  /** Returns whether this thread's operations are written down. */
  public static boolean isOn() {
    return CURRENT.get() != null;
  }

  /**
   * Writes an operation down while {@link #isOn}.
   *
   * @param operator what is done
   * @param shape the output's
   * @param inputs to what
   * @return a tensor that stands for the output
   */
  public static Tensor step(Operator operator, Shape shape, Tensor... inputs) {
    Recording recording = CURRENT.get();
    Tensor output = recording.blank(shape, inputs[0].dtype());
    recording.steps.add(new Step(operator, List.of(inputs), output));
    return output;
  }
}
