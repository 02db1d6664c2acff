package io.github.conv4j.operator;

import io.github.conv4j.Shape;
import io.github.conv4j.Tensor;
import io.github.conv4j.engine.WorkspacePool;

/**
 * exp(x) divided by the sum of exp(x) along one dimension, or the logarithm of that. Computed in
 * float64, after the largest number has been subtracted.
 */
public final class SoftmaxOperator extends Operator {
  private static final int BLOCK = DoubleFunctions.BLOCK;

  /** As many simple operations an element takes. */
  private static final int COST = 8;

  private static final WorkspacePool<Columns> COLUMNS = new WorkspacePool<>(Columns::new);

  private final int dim;
  private final boolean logarithm;

  /** What is known of some neighbouring columns. */
  private static final class Columns {
    private final double[] x = new double[BLOCK];
    private final double[] most = new double[BLOCK];
    private final double[] sum = new double[BLOCK];
  }

  /**
   * Makes the operation.
   *
   * @param dim the dimension; negative counts from the last
   * @param logarithm whether the logarithm is wanted
   */
  public SoftmaxOperator(int dim, boolean logarithm) {
    this.dim = dim;
    this.logarithm = logarithm;
  }

  @Override
  public String name() {
    return logarithm ? "log_softmax" : "softmax";
  }

  @Override
  public Shape outputShape(Shape... inputs) {
    // As in PyTorch, rank 0 has one dimension here.
    int last = Math.max(inputs[0].rank(), 1) - 1;
    if (dim < -last - 1 || dim > last) {
      throw new IllegalArgumentException(
          name()
              + ": expected a dim within ["
              + (-last - 1)
              + ", "
              + last
              + "] for an input of shape "
              + inputs[0]
              + ", but got "
              + dim);
    }
    return inputs[0];
  }

  @Override
  public void run(Tensor[] inputs, Tensor output) {
    Shape shape = output.shape();
    int rank = shape.rank();
    int size = rank == 0 ? 1 : shape.size(dim);
    int inner = 1;
    for (int d = (dim < 0 ? dim + rank : dim) + 1; d < rank; d++) {
      inner *= shape.size(d);
    }
    if (inner == 1) {
      Blocks.run(
          output.numel() / size,
          (long) COST * size,
          (from, to) -> {
            Columns columns = COLUMNS.take();
            for (int row = from; row < to; row++) {
              row(inputs[0], output, row * size, size, columns.x);
            }
            COLUMNS.giveBack(columns);
          });
      return;
    }
    int step = inner;
    int blocks = (inner - 1) / BLOCK + 1;
    Blocks.run(
        output.numel() / (size * inner) * blocks,
        (long) COST * size * Math.min(inner, BLOCK),
        (from, to) -> {
          Columns columns = COLUMNS.take();
          for (int part = from; part < to; part++) {
            int first = part % blocks * BLOCK;
            int at = part / blocks * size * step + first;
            columns(inputs[0], output, at, size, step, Math.min(BLOCK, step - first), columns);
          }
          COLUMNS.giveBack(columns);
        });
  }

  /** Neighbours in a row. */
  private void row(Tensor input, Tensor output, int at, int size, double[] x) {
    double most = Double.NEGATIVE_INFINITY;
    for (int i = 0; i < size; i += BLOCK) {
      int n = Math.min(BLOCK, size - i);
      Wide.read(input, at + i, x, n);
      most = Math.max(most, largest(x, n));
    }
    double sum = 0;
    for (int i = 0; i < size; i += BLOCK) {
      int n = Math.min(BLOCK, size - i);
      Wide.read(input, at + i, x, n);
      subtract(x, most, n);
      DoubleFunctions.expOfNegative(x, x, n);
      sum += Sums.sum(x, 0, n);
      if (!logarithm) {
        Wide.write(x, output, at + i, n);
      }
    }
    double log = logarithm ? StrictMath.log(sum) : 0;
    for (int i = 0; i < size; i += BLOCK) {
      int n = Math.min(BLOCK, size - i);
      Wide.read(logarithm ? input : output, at + i, x, n);
      if (logarithm) {
        subtract(x, most, n);
        subtract(x, log, n);
      } else {
        for (int k = 0; k < n; k++) {
          x[k] /= sum;
        }
      }
      Wide.write(x, output, at + i, n);
    }
  }

  /** Four at a time, as each comparison waits for the one before. */
  private static double largest(double[] x, int n) {
    double a = Double.NEGATIVE_INFINITY;
    double b = Double.NEGATIVE_INFINITY;
    double c = Double.NEGATIVE_INFINITY;
    double d = Double.NEGATIVE_INFINITY;
    int k = 0;
    for (; k < n - 3; k += 4) {
      a = Math.max(a, x[k]);
      b = Math.max(b, x[k + 1]);
      c = Math.max(c, x[k + 2]);
      d = Math.max(d, x[k + 3]);
    }
    for (; k < n; k++) {
      a = Math.max(a, x[k]);
    }
    return Math.max(Math.max(a, b), Math.max(c, d));
  }

  private static void subtract(double[] x, double number, int n) {
    for (int k = 0; k < n; k++) {
      x[k] -= number;
    }
  }

  /** Neighbouring columns. */
  private void columns(
      Tensor input, Tensor output, int at, int size, int step, int n, Columns columns) {
    double[] x = columns.x;
    double[] most = columns.most;
    double[] sum = columns.sum;
    for (int i = 0; i < size; i++) {
      Wide.read(input, at + i * step, x, n);
      for (int k = 0; k < n; k++) {
        most[k] = i == 0 ? x[k] : Math.max(most[k], x[k]);
        sum[k] = 0;
      }
    }
    for (int i = 0; i < size; i++) {
      Wide.read(input, at + i * step, x, n);
      subtract(x, most, n);
      DoubleFunctions.expOfNegative(x, x, n);
      for (int k = 0; k < n; k++) {
        sum[k] += x[k];
      }
      if (!logarithm) {
        Wide.write(x, output, at + i * step, n);
      }
    }
    if (logarithm) {
      for (int k = 0; k < n; k++) {
        sum[k] = StrictMath.log(sum[k]);
      }
    }
    for (int i = 0; i < size; i++) {
      Wide.read(logarithm ? input : output, at + i * step, x, n);
      if (logarithm) {
        subtract(x, most, n);
        subtract(x, sum, n);
      } else {
        for (int k = 0; k < n; k++) {
          x[k] /= sum[k];
        }
      }
      Wide.write(x, output, at + i * step, n);
    }
  }

  private static void subtract(double[] x, double[] numbers, int n) {
    for (int k = 0; k < n; k++) {
      x[k] -= numbers[k];
    }
  }
}
