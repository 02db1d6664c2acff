package io.github.conv4j.operator;

import io.github.conv4j.Shape;
import io.github.conv4j.Tensor;
import java.util.List;

/**
 * One operation on tensors, its options and parameters in place: what a function of {@code
 * torch.nn.functional} computes. Immutable and safe for use by many threads.
 *
 * <p>{@link #apply} is how functions call it. A compiled network checks shapes once, and then calls
 * {@link #run} alone.
 */
public abstract class Operator {
  /** Returns PyTorch's name of the function, which error messages begin with. */
  public abstract String name();

  /**
   * Checks the shapes of the inputs and returns that of the output.
   *
   * @throws IllegalArgumentException if the inputs do not fit; one sentence that begins with {@link
   *     #name}, with what was expected and what was given
   */
  public abstract Shape outputShape(Shape... inputs);

  /**
   * Computes the output. Allocates nothing that grows with the tensors.
   *
   * @param inputs of shapes that {@link #outputShape} has taken, all of one dtype. Their arrays may
   *     be longer than they have elements, so that {@link Tensor#numel} tells how many count
   * @param output of that shape and dtype, on storage of its own, or on that of the input that it
   *     {@link #overwrites}; it holds anything before, and every element is written
   */
  public abstract void run(Tensor[] inputs, Tensor output);

  /**
   * Returns whether the output may take the place of the first input, which has the same shape:
   * each element is read before the output's element there is written, and not again.
   */
  public boolean mayOverwrite() {
    return false;
  }

  /**
   * Returns the input whose place the output may take, or -1 if there is none. Another one than the
   * first must be on storage that no other input shares.
   *
   * @param inputs the shapes of the inputs
   */
  public int overwrites(Shape... inputs) {
    return mayOverwrite() ? 0 : -1;
  }

  /** Returns what a table of a network calls it: its name, with what it was fused with. */
  public String description() {
    return name();
  }

  /** Returns the parameters, the very tensors of the layer; none for most operations. */
  public List<Tensor> parameters() {
    return List.of();
  }

  /**
   * Returns an operation that does the same for inputs of these shapes alone, and has worked out
   * all that they decide: for one that is called often.
   */
  public Operator prepare(Shape... inputs) {
    return this;
  }

  /** Returns how it is computed, in a word or two, for inputs of these shapes; may be empty. */
  public String algorithm(Shape... inputs) {
    return "";
  }

  /** Returns the bytes of scratch memory that each thread needs for inputs of these shapes. */
  public long workspaceBytes(Shape... inputs) {
    return 0;
  }

  /** Returns how many multiply-adds it takes; 0 where the memory counts. */
  public long multiplyAdds(Shape... inputs) {
    return 0;
  }

  /**
   * Computes the output in a new tensor.
   *
   * @throws IllegalArgumentException if the inputs do not fit
   */
  public final Tensor apply(Tensor... inputs) {
    Shape[] shapes = new Shape[inputs.length];
    for (int i = 0; i < inputs.length; i++) {
      shapes[i] = inputs[i].shape();
      if (inputs[i].dtype() != inputs[0].dtype()) {
        throw new IllegalArgumentException(
            name()
                + ": expected tensors of one dtype, but got "
                + inputs[0].dtype()
                + " and "
                + inputs[i].dtype());
      }
    }
    Shape shape = outputShape(shapes);
    if (Trace.isOn()) {
      return Trace.step(this, shape, inputs);
    }
    Tensor output = Tensor.zeros(shape, inputs[0].dtype());
    if (output.numel() > 0) {
      run(inputs, output);
    }
    return output;
  }
}
