package io.github.conv4j.engine;

import io.github.conv4j.Activation;
import java.util.Objects;

/**
 * What is done to a finished sum before it is an output element:
 *
 * <pre>
 * y = activation(bias + sum + residual)
 * </pre>
 *
 * <p>The bias is part of the sum; this is the rest, which {@link EpilogueKernels} computes.
 *
 * @param residual whether a tensor of the output's shape is added
 * @param activation the function of the result
 */
public record Epilogue(boolean residual, Activation activation) {
  /** Nothing is done. */
  public static final Epilogue NONE = new Epilogue(false, Activation.NONE);

  /** Refuses null. */
  public Epilogue {
    Objects.requireNonNull(activation, "activation");
  }

  /** Returns whether nothing is done. */
  public boolean isNone() {
    return equals(NONE);
  }

  /** Returns what is done in words, as {@code + residual, relu}. */
  @Override
  public String toString() {
    return residual ? "+ residual, " + activation : activation.toString();
  }
}
