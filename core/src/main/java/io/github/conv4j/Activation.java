package io.github.conv4j;

import java.util.Objects;

/**
 * What is done to each element of a convolution's output before it is stored, as PyTorch's
 * functions of these names do it. Immutable; two are equal if they are the same function.
 *
 * <pre>
 * NONE           x
 * RELU           max(x, 0)
 * RELU6          min(max(x, 0), 6)
 * clamp(lo, hi)  min(max(x, lo), hi)           torch.nn.functional.hardtanh
 * SILU           x / (1 + exp(-x))
 * HARDSWISH      x * min(max(x + 3, 0), 6) / 6
 * </pre>
 *
 * <p>A NaN stays one, and a zero between the bounds of a clamp keeps its sign: RELU of -0 is -0.
 * SILU and HARDSWISH of minus infinity are NaN. All but SILU give PyTorch's very bits. SILU is
 * within 2 units in the last place of the formula, which is 0 where exp(-x) is more than the
 * largest number.
 */
public final class Activation {
  /** The functions there are. */
  public enum Kind {
    /** {@link Activation#NONE}. */
    NONE,
    /** {@link Activation#RELU}, {@link Activation#RELU6} and {@link Activation#clamp}. */
    CLAMP,
    /** {@link Activation#SILU}. */
    SILU,
    /** {@link Activation#HARDSWISH}. */
    HARDSWISH
  }

  /** Nothing is done. */
  public static final Activation NONE = new Activation(Kind.NONE, 0, 0);

  /** Negative numbers become 0: {@code clamp(0, infinity)}. */
  public static final Activation RELU = clamp(0, Double.POSITIVE_INFINITY);

  /** {@code clamp(0, 6)}. */
  public static final Activation RELU6 = clamp(0, 6);

  /** The sigmoid linear unit, also called swish. */
  public static final Activation SILU = new Activation(Kind.SILU, 0, 0);

  /** A piecewise stand-in for {@link #SILU}. */
  public static final Activation HARDSWISH = new Activation(Kind.HARDSWISH, 0, 0);

  private final Kind kind;
  private final double low;
  private final double high;

  private Activation(Kind kind, double low, double high) {
    this.kind = kind;
    this.low = low;
    this.high = high;
  }

  /**
   * Returns the function that brings what lies outside two bounds to the nearer one.
   *
   * @param low the lower bound; float32 rounds it
   * @param high the upper bound; float32 rounds it
   * @throws IllegalArgumentException if not {@code low <= high}, or a bound is NaN
   */
  public static Activation clamp(double low, double high) {
    if (!(low <= high)) {
      throw new IllegalArgumentException(
          "clamp needs low <= high, but got low " + low + " and high " + high);
    }
    return new Activation(Kind.CLAMP, low, high);
  }

  /** Returns which function it is. */
  public Kind kind() {
    return kind;
  }

  /** Returns the lower bound of a clamp; 0 for the other functions. */
  public double low() {
    return low;
  }

  /** Returns the upper bound of a clamp; 0 for the other functions. */
  public double high() {
    return high;
  }

  /** Returns whether the other is the same function; bounds of 0 and -0 are two. */
  @Override
  public boolean equals(Object other) {
    return other instanceof Activation activation
        && kind == activation.kind
        && Double.compare(low, activation.low) == 0
        && Double.compare(high, activation.high) == 0;
  }

  @Override
  public int hashCode() {
    return Objects.hash(kind, low, high);
  }

  /** Returns its name, as {@code relu6} or {@code clamp(-1.0, 1.0)}. */
  @Override
  public String toString() {
    return switch (kind) {
      case NONE -> "none";
      case SILU -> "silu";
      case HARDSWISH -> "hardswish";
      case CLAMP ->
          equals(RELU) ? "relu" : equals(RELU6) ? "relu6" : "clamp(" + low + ", " + high + ")";
    };
  }
}
