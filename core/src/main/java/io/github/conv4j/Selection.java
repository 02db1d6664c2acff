package io.github.conv4j;

/**
 * Elements that were chosen from a tensor, and where they were along the dimension they were chosen
 * from: what {@code max} over a dimension and {@code topk} return. Immutable, but for the elements
 * of {@link #values}.
 */
public final class Selection {
  private final Tensor values;
  private final Indices indices;

  /**
   * Makes a selection.
   *
   * @param values the elements
   * @param indices the index of each, of the same shape
   */
  public Selection(Tensor values, Indices indices) {
    this.values = values;
    this.indices = indices;
  }

  /** Returns what stands for a selection while a network is compiled: without indices. */
  public static Selection traced(Tensor values) {
    return new Selection(values, null);
  }

  /** Returns the elements. */
  public Tensor values() {
    return values;
  }

  /**
   * Returns the index of each element along the dimension it was chosen from.
   *
   * @throws IllegalStateException while a network is compiled, when nothing is computed: a compiled
   *     network has no indices
   */
  public Indices indices() {
    if (indices == null) {
      throw new IllegalStateException("a network that asks for indices cannot be compiled");
    }
    return indices;
  }

  /** Returns values and indices as they print. */
  @Override
  public String toString() {
    return "values=" + values + ",\nindices=" + indices;
  }
}
