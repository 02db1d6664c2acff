package io.github.conv4j.operator;

import io.github.conv4j.Shape;
import io.github.conv4j.Tensor;

/** The largest elements of windows that divide the input into as many as the output has. */
public final class AdaptiveMaxPool2dOperator extends Operator {
  private final int outHeight;
  private final int outWidth;

  /**
   * Makes the operation.
   *
   * @param outHeight the output's height, or a negative number for the input's
   * @param outWidth the output's width, likewise
   */
  public AdaptiveMaxPool2dOperator(int outHeight, int outWidth) {
    this.outHeight = outHeight;
    this.outWidth = outWidth;
  }

  @Override
  public String name() {
    return "adaptive_max_pool2d";
  }

  @Override
  public Shape outputShape(Shape... inputs) {
    return AdaptiveWindows.outputShape(name(), true, outHeight, outWidth, inputs[0]);
  }

  @Override
  public void run(Tensor[] inputs, Tensor output) {
    MaxPlaces.findAdaptive(inputs[0], output);
  }
}
