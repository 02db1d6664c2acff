package io.github.conv4j.operator;

import io.github.conv4j.Activation;
import io.github.conv4j.DType;
import io.github.conv4j.Shape;
import io.github.conv4j.Tensor;
import io.github.conv4j.engine.Epilogue;
import io.github.conv4j.engine.EpilogueKernels;

/** An activation that convolutions can do on their way; here it is done by itself. */
public final class ActivationOperator extends Operator {
  private final String name;
  private final Activation activation;
  private final EpilogueKernels<float[]> floats;
  private final EpilogueKernels<double[]> doubles;

  /**
   * Makes the operation.
   *
   * @param name PyTorch's name of the function
   * @param activation what is done to each element
   */
  public ActivationOperator(String name, Activation activation) {
    this.name = name;
    this.activation = activation;
    Epilogue epilogue = new Epilogue(false, activation);
    this.floats = EpilogueKernels.floats(epilogue);
    this.doubles = EpilogueKernels.doubles(epilogue);
  }

  /** Returns what is done to each element. */
  public Activation activation() {
    return activation;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Shape outputShape(Shape... inputs) {
    return inputs[0];
  }

  @Override
  public boolean mayOverwrite() {
    return true;
  }

  @Override
  public void run(Tensor[] inputs, Tensor output) {
    Tensor input = inputs[0];
    boolean copies = !input.sharesStorage(output);
    Blocks.run(
        output.numel(),
        1,
        (from, to) -> {
          int n = to - from;
          if (output.dtype() == DType.FLOAT32) {
            if (copies) {
              System.arraycopy(input.floats(), from, output.floats(), from, n);
            }
            floats.apply(output.floats(), from, n, null, 0);
          } else {
            if (copies) {
              System.arraycopy(input.doubles(), from, output.doubles(), from, n);
            }
            doubles.apply(output.doubles(), from, n, null, 0);
          }
        });
  }
}
