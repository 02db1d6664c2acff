package io.github.conv4j.nn;

import io.github.conv4j.DType;
import io.github.conv4j.Shape;
import io.github.conv4j.Tensor;
import io.github.conv4j.network.Network;

/**
 * A module made ready for inputs of one shape, see {@link Module#compile}: batch norm is folded
 * into the convolution before it; bias, residual and activation are part of it; the buffers between
 * the operations are planned once.
 *
 * <pre>{@code
 * CompiledModule net = model.compile(1, 3, 224, 224);
 * Tensor logits = net.forward(picture);
 * }</pre>
 *
 * <p>{@link #forward(Tensor, Tensor)} allocates no tensor after its first call. The result is the
 * module's within the rounding error of the folded batch norms, and the same bits for any number of
 * threads. Immutable and safe for use by many threads; each call under way has buffers of its own.
 */
public final class CompiledModule {
  private static final int TIMED_ROUNDS = 10;

  private final String name;
  private final Network network;

  CompiledModule(String name, Network network) {
    this.name = name;
    this.network = network;
  }

  /** Returns the shape of the inputs, the batch included. */
  public Shape inputShape() {
    return network.inputShape();
  }

  /** Returns the shape of the outputs. */
  public Shape outputShape() {
    return network.outputShape();
  }

  /** Returns the type of inputs and outputs. */
  public DType dtype() {
    return network.dtype();
  }

  /** Returns the bytes of the buffers between the operations, for each call under way. */
  public long bufferBytes() {
    return network.bufferBytes();
  }

  /**
   * Returns the output for an input.
   *
   * @param input of {@link #inputShape} and {@link #dtype}
   * @return a new tensor of {@link #outputShape}
   * @throws IllegalArgumentException if the input has another shape or dtype
   */
  public Tensor forward(Tensor input) {
    check("an input", input, inputShape());
    Tensor output = Tensor.zeros(outputShape(), dtype());
    network.run(input, output);
    return output;
  }

  /**
   * Writes the output for an input over a tensor and returns that.
   *
   * @param input of {@link #inputShape} and {@link #dtype}
   * @param output of {@link #outputShape} and {@link #dtype}, on storage of its own
   * @throws IllegalArgumentException if a tensor has another shape or dtype, or they share storage;
   *     the output is then unchanged
   */
  public Tensor forward(Tensor input, Tensor output) {
    check("an input", input, inputShape());
    check("an output", output, outputShape());
    if (output.sharesStorage(input)) {
      throw new IllegalArgumentException(
          name + ": expected an output with storage of its own, but it shares that of the input");
    }
    network.run(input, output);
    return output;
  }

  private void check(String what, Tensor tensor, Shape shape) {
    if (!tensor.shape().equals(shape)) {
      throw new IllegalArgumentException(
          name
              + ": compiled for "
              + what
              + " of shape "
              + shape
              + ", but got "
              + tensor.shape()
              + "; compile the module for that shape too");
    }
    if (tensor.dtype() != dtype()) {
      throw new IllegalArgumentException(
          name + ": expected " + what + " of dtype " + dtype() + ", but got " + tensor.dtype());
    }
  }

  /**
   * Returns what is computed, operation by operation, as a table: layer, output shape, parameters,
   * multiply-adds, algorithm and scratch memory.
   */
  public String explain() {
    return network.explain();
  }

  /**
   * Returns the same with the shortest time of each operation in ten runs, in milliseconds.
   *
   * @param input of {@link #inputShape} and {@link #dtype}
   * @throws IllegalArgumentException if the input has another shape or dtype
   */
  public String explain(Tensor input) {
    check("an input", input, inputShape());
    return network.explain(input, TIMED_ROUNDS);
  }

  /** Returns the name of the module's class and the shapes. */
  @Override
  public String toString() {
    return name + " compiled for " + inputShape() + " -> " + outputShape();
  }
}
