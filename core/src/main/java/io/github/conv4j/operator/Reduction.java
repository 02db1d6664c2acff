package io.github.conv4j.operator;

import io.github.conv4j.Shape;
import java.util.Arrays;

/**
 * Which elements of an input come together in one of the output, where some dimensions are reduced
 * to one element. Immutable.
 *
 * <p>Neighbouring dimensions that are both reduced, or both kept, are taken as one. If the last one
 * left is reduced, an output element is made of runs of neighbours; if it is kept, of single
 * elements, and as many outputs as it is long, the columns, are made of neighbours of these.
 */
final class Reduction {
  private final Shape input;
  private final Shape output;
  private final long count;
  private final int run;
  private final int columns;
  // Of the kept and of the reduced dimensions, but for columns and run, the last one first.
  private int kept;
  private int reduced;
  private final int[] keptSizes;
  private final int[] keptSteps;
  private final int[] reducedSizes;
  private final int[] reducedSteps;

  /**
   * Plans a reduction.
   *
   * @param dims the dimensions to reduce; negative counts from the last; none are all
   * @param keepDim whether they stay, with size 1
   * @throws IllegalArgumentException if there is no such dimension, or one is named twice
   */
  Reduction(String name, Shape input, int[] dims, boolean keepDim) {
    this.input = input;
    boolean[] mask = mask(name, input, dims);
    int rank = input.rank();
    int[] sizes = input.toArray();
    int rest = 0;
    long together = 1;
    int[] left = new int[rank];
    for (int d = 0; d < rank; d++) {
      together *= mask[d] ? sizes[d] : 1;
      if (!mask[d] || keepDim) {
        left[rest++] = mask[d] ? 1 : sizes[d];
      }
    }
    this.output = Shape.of(Arrays.copyOf(left, rest));
    this.count = together;
    this.keptSizes = new int[rank];
    this.keptSteps = new int[rank];
    this.reducedSizes = new int[rank];
    this.reducedSteps = new int[rank];
    int lastRun = 1;
    int lastColumns = 1;
    int step = 1;
    int d = input.numel() == 0 ? -1 : rank - 1;
    while (d >= 0) {
      boolean reduce = mask[d];
      int size = 1;
      int first = step;
      // Dimensions of size 1 are of either kind.
      while (d >= 0 && (mask[d] == reduce || sizes[d] == 1)) {
        size *= sizes[d];
        step *= sizes[d--];
      }
      if (size == 1) {
        continue;
      }
      if (first == 1) {
        lastRun = reduce ? size : 1;
        lastColumns = reduce ? 1 : size;
      } else if (reduce) {
        reducedSizes[reduced] = size;
        reducedSteps[reduced++] = first;
      } else {
        keptSizes[kept] = size;
        keptSteps[kept++] = first;
      }
    }
    this.run = lastRun;
    this.columns = lastColumns;
  }

  private static boolean[] mask(String name, Shape input, int[] dims) {
    boolean[] mask = new boolean[input.rank()];
    Arrays.fill(mask, dims.length == 0);
    int seen = 0;
    for (int dim : dims) {
      int index = Dims.check(name, dim, input.rank());
      if (input.rank() == 0 ? seen++ > 0 : mask[index]) {
        throw new IllegalArgumentException(
            name
                + ": expected every dimension at most once, but got dim "
                + index
                + " again in "
                + Arrays.toString(dims));
      }
      if (input.rank() > 0) {
        mask[index] = true;
      }
    }
    return mask;
  }

  /** Returns the input's shape. */
  Shape input() {
    return input;
  }

  /** Returns the output's shape. */
  Shape output() {
    return output;
  }

  /** Returns how many elements come together in one. */
  long count() {
    return count;
  }

  /** Returns how many neighbours come together at a time; 1 if there are columns. */
  int run() {
    return run;
  }

  /** Returns how many neighbours of an output are made of neighbours of what it is made of. */
  int columns() {
    return columns;
  }

  /** Returns where the input of an output begins, that of the first column. */
  int outputAt(int output) {
    return at(output / columns, kept, keptSizes, keptSteps);
  }

  /** Returns how many runs, or single elements if there are columns, make an output. */
  int runs() {
    int runs = count == 0 ? 0 : 1;
    for (int d = 0; d < reduced; d++) {
      runs *= reducedSizes[d];
    }
    return runs;
  }

  /** Returns how far a run is behind the first. */
  int runAt(int run) {
    return reduced == 1 ? run * reducedSteps[0] : at(run, reduced, reducedSizes, reducedSteps);
  }

  private static int at(int index, int rank, int[] sizes, int[] steps) {
    int at = 0;
    int rest = index;
    for (int d = 0; d < rank; d++) {
      at += rest % sizes[d] * steps[d];
      rest /= sizes[d];
    }
    return at;
  }
}
