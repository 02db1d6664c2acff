package io.github.conv4j.operator;

import io.github.conv4j.DType;
import io.github.conv4j.Shape;
import io.github.conv4j.Tensor;
import java.util.Arrays;

/**
 * The dimensions of a tensor in another order.
 *
 * <p>Dimensions that stay neighbours are taken as one. If the last one stays the last, what is left
 * to do is to copy runs; else each plane of the output's last dimension and the input's last one is
 * transposed, tile by tile, so that what is fetched of the input is used while it is in the cache.
 */
public final class PermuteOperator extends Operator {
  /** Side of a tile: some cache lines. */
  private static final int TILE = 32;

  private final Shape input;
  private final Shape output;
  // Of the output's dimensions, as far as they are left, the last one first: how many elements, and
  // how far apart they are in the input and in the output.
  private final int rank;
  private final int[] sizes;
  private final int[] from;
  private final int[] to;

  /** Which of these is the input's last dimension; 0 if the runs are only copied. */
  private final int inputLast;

  /**
   * Makes the operation for inputs of one shape.
   *
   * @param order the input's dimension for each of the output's; negative counts from the last
   * @throws IllegalArgumentException if that is not every dimension once
   */
  public PermuteOperator(Shape input, int... order) {
    this("permute", input, order);
  }

  private PermuteOperator(String name, Shape input, int[] order) {
    this.input = input;
    int dims = input.rank();
    int[] dim = checked(name, input, order);
    int[] permuted = new int[dims];
    for (int d = 0; d < dims; d++) {
      permuted[d] = input.size(dim[d]);
    }
    this.output = Shape.of(permuted);
    this.sizes = new int[Math.max(dims, 1)];
    this.from = new int[Math.max(dims, 1)];
    this.to = new int[Math.max(dims, 1)];
    int left = 0;
    if (input.numel() > 0) {
      int step = 1;
      for (int d = dims - 1; d >= 0; d--) {
        if (permuted[d] > 1) {
          left = take(left, permuted[d], Dims.product(input, dim[d] + 1, dims), step);
          step *= permuted[d];
        }
      }
    }
    this.rank = left == 0 ? take(0, 1, 1, 1) : left;
    int last = 0;
    while (from[last] != 1) {
      last++;
    }
    this.inputLast = last;
  }

  /** Returns the operation that swaps two dimensions. */
  public static PermuteOperator transpose(Shape input, int dim0, int dim1) {
    int a = Dims.check("transpose", dim0, input.rank());
    int b = Dims.check("transpose", dim1, input.rank());
    int[] order = new int[input.rank()];
    Arrays.setAll(order, d -> d == a ? b : d == b ? a : d);
    return new PermuteOperator("transpose", input, order);
  }

  private static int[] checked(String name, Shape input, int[] order) {
    if (order.length != input.rank()) {
      throw new IllegalArgumentException(
          name
              + ": expected "
              + input.rank()
              + " dimensions for shape "
              + input
              + ", but got "
              + order.length);
    }
    int[] dims = new int[order.length];
    boolean[] seen = new boolean[order.length];
    for (int d = 0; d < order.length; d++) {
      dims[d] = Dims.check(name, order[d], input.rank());
      if (seen[dims[d]]) {
        throw new IllegalArgumentException(
            name + ": expected every dimension once, but got " + Arrays.toString(order));
      }
      seen[dims[d]] = true;
    }
    return dims;
  }

  /** Takes in the next dimension outwards; returns how many are then left. */
  private int take(int left, int size, int fromStep, int toStep) {
    int last = left - 1;
    if (left > 0 && fromStep == from[last] * sizes[last]) {
      sizes[last] *= size;
      return left;
    }
    sizes[left] = size;
    from[left] = fromStep;
    to[left] = toStep;
    return left + 1;
  }

  @Override
  public String name() {
    return "permute";
  }

  @Override
  public Shape outputShape(Shape... inputs) {
    Dims.checkShape(name(), input, inputs[0]);
    return output;
  }

  @Override
  public void run(Tensor[] inputs, Tensor result) {
    boolean single = result.dtype() == DType.FLOAT32;
    Object x = single ? inputs[0].floats() : inputs[0].doubles();
    Object y = single ? result.floats() : result.doubles();
    int n = sizes[0];
    if (inputLast == 0) {
      Blocks.run(
          result.numel() / n,
          n,
          (first, end) -> {
            for (int row = first; row < end; row++) {
              System.arraycopy(x, offset(row, from), y, row * n, n);
            }
          });
      return;
    }
    int strips = (sizes[inputLast] - 1) / TILE + 1;
    int planes = result.numel() / (n * sizes[inputLast]);
    Blocks.run(
        planes * strips,
        (long) n * TILE,
        (first, end) -> {
          for (int task = first; task < end; task++) {
            int column = task % strips * TILE;
            int columns = Math.min(TILE, sizes[inputLast] - column);
            int xAt = offset(task / strips, from) + column;
            int yAt = offset(task / strips, to) + column * to[inputLast];
            if (single) {
              transpose(inputs[0].floats(), xAt, result.floats(), yAt, columns);
            } else {
              transpose(inputs[0].doubles(), xAt, result.doubles(), yAt, columns);
            }
          }
        });
  }

  /** Returns where a plane begins, or a row if there are no planes. */
  private int offset(int plane, int[] steps) {
    int at = 0;
    int rest = plane;
    for (int d = 1; d < rank; d++) {
      if (d != inputLast) {
        at += rest % sizes[d] * steps[d];
        rest /= sizes[d];
      }
    }
    return at;
  }

  private void transpose(float[] x, int xAt, float[] y, int yAt, int columns) {
    int xStep = from[0];
    int yStep = to[inputLast];
    for (int row = 0; row < sizes[0]; row += TILE) {
      int rows = Math.min(TILE, sizes[0] - row);
      for (int c = 0; c < columns; c++) {
        int source = xAt + row * xStep + c;
        int target = yAt + c * yStep + row;
        for (int r = 0; r < rows; r++) {
          y[target + r] = x[source + r * xStep];
        }
      }
    }
  }

  private void transpose(double[] x, int xAt, double[] y, int yAt, int columns) {
    int xStep = from[0];
    int yStep = to[inputLast];
    for (int row = 0; row < sizes[0]; row += TILE) {
      int rows = Math.min(TILE, sizes[0] - row);
      for (int c = 0; c < columns; c++) {
        int source = xAt + row * xStep + c;
        int target = yAt + c * yStep + row;
        for (int r = 0; r < rows; r++) {
          y[target + r] = x[source + r * xStep];
        }
      }
    }
  }
}
