package io.github.conv4j.operator;

import io.github.conv4j.DType;
import io.github.conv4j.Shape;
import io.github.conv4j.Tensor;
import io.github.conv4j.kernel.Backend;
import java.util.Arrays;

/**
 * Products of matrices, {@code torch.matmul}: of the last two dimensions, while those before are
 * broadcast. An input of rank 1 is a row on the left and a column on the right, and its dimension
 * is not in the output.
 *
 * <p>Where the right side has several columns, a sum is made of partial sums of up to {@value
 * #LONGEST_CHUNK} products, chains of fused multiply-adds, which are added up in turn. A single
 * column is multiplied in float64, which costs nothing where the memory decides the speed. Either
 * way the inner size alone fixes the order.
 */
public final class MatmulOperator extends Operator {
  /**
   * Products in a partial sum. PyTorch's products of a row and a matrix are more accurate than its
   * products of matrices; with 80, rows came out with up to 1.5 times its error.
   */
  private static final int LONGEST_CHUNK = 40;

  private final Shape a;
  private final Shape b;
  private final Shape output;
  private final DType dtype;
  private final Broadcast batches;
  private final int count;
  private final int m;
  private final int k;
  private final int n;
  private final int chunk;
  private final MatrixProduct<float[]> floats;
  private final MatrixProduct<double[]> doubles;

  /**
   * Makes the operation for inputs of these shapes.
   *
   * @throws IllegalArgumentException if they cannot be multiplied
   */
  public MatmulOperator(Shape a, Shape b, DType dtype) {
    this.a = a;
    this.b = b;
    this.dtype = dtype;
    if (a.rank() == 0 || b.rank() == 0) {
      throw new IllegalArgumentException(
          "matmul: expected tensors of rank 1 or more, but got ranks "
              + a.rank()
              + " and "
              + b.rank());
    }
    int inner = b.size(b.rank() == 1 ? 0 : -2);
    if (a.size(-1) != inner) {
      throw new IllegalArgumentException(
          "matmul: expected inner sizes that are equal, but got "
              + a.size(-1)
              + " and "
              + inner
              + " of shapes "
              + a
              + " and "
              + b);
    }
    this.k = inner;
    this.batches = new Broadcast("matmul", batch(a), batch(b));
    int rows = a.rank() == 1 ? 1 : a.size(-2);
    this.n = b.rank() == 1 ? 1 : b.size(-1);
    this.output = output(batches.output(), a, b);
    boolean empty = output.numel() == 0;
    // Products by one matrix are one product.
    boolean fold = !empty && batch(b).numel() == 1;
    this.count = empty ? 0 : fold ? 1 : batches.output().numel();
    this.m = fold ? output.numel() / n : rows;
    this.chunk = chunk(k);
    boolean small = empty || n == 1 || MatrixProduct.isSmall(m, k, n);
    boolean single = dtype == DType.FLOAT32;
    this.floats =
        small || !single ? null : new MatrixProduct<>(Backend.active().floats(), m, k, n, chunk);
    this.doubles =
        small || single ? null : new MatrixProduct<>(Backend.active().doubles(), m, k, n, chunk);
  }

  private static Shape batch(Shape shape) {
    return Shape.of(Arrays.copyOf(shape.toArray(), Math.max(0, shape.rank() - 2)));
  }

  private static Shape output(Shape batch, Shape a, Shape b) {
    long[] sizes = new long[batch.rank() + (a.rank() > 1 ? 1 : 0) + (b.rank() > 1 ? 1 : 0)];
    for (int d = 0; d < batch.rank(); d++) {
      sizes[d] = batch.size(d);
    }
    if (a.rank() > 1) {
      sizes[batch.rank()] = a.size(-2);
    }
    if (b.rank() > 1) {
      sizes[sizes.length - 1] = b.size(-1);
    }
    return Shape.of(sizes);
  }

  /** Returns how many products make a partial sum: about as many for each, an even number. */
  private static int chunk(int k) {
    if (k <= LONGEST_CHUNK) {
      return Math.max(1, k);
    }
    int chunks = (k - 1) / LONGEST_CHUNK + 1;
    int equal = (k - 1) / chunks + 1;
    return equal + equal % 2;
  }

  @Override
  public String name() {
    return "matmul";
  }

  @Override
  public Shape outputShape(Shape... inputs) {
    Dims.checkShape(name(), a, inputs[0]);
    Dims.checkShape(name(), b, inputs[1]);
    return output;
  }

  @Override
  public long multiplyAdds(Shape... inputs) {
    return (long) output.numel() * k;
  }

  @Override
  public void run(Tensor[] inputs, Tensor result) {
    if (n == 1) {
      multiplyColumns(inputs[0], inputs[1], result);
    } else if (dtype == DType.FLOAT32) {
      float[] x = inputs[0].floats();
      float[] z = inputs[1].floats();
      float[] y = result.floats();
      if (floats != null) {
        floats.run(x, z, y, count, this::aAt, this::bAt);
      } else {
        Blocks.run(
            count,
            (long) m * k * n,
            (from, to) -> {
              for (int i = from; i < to; i++) {
                FloatMatrices.multiply(x, aAt(i), z, bAt(i), y, i * m * n, m, k, n, chunk);
              }
            });
      }
    } else {
      double[] x = inputs[0].doubles();
      double[] z = inputs[1].doubles();
      double[] y = result.doubles();
      if (doubles != null) {
        doubles.run(x, z, y, count, this::aAt, this::bAt);
      } else {
        Blocks.run(
            count,
            (long) m * k * n,
            (from, to) -> {
              for (int i = from; i < to; i++) {
                DoubleMatrices.multiply(x, aAt(i), z, bAt(i), y, i * m * n, m, k, n, chunk);
              }
            });
      }
    }
  }

  private void multiplyColumns(Tensor left, Tensor right, Tensor result) {
    Blocks.run(
        result.numel(),
        k,
        (from, to) -> {
          for (int o = from; o < to; o++) {
            int xAt = aAt(o / m) + o % m * k;
            int zAt = bAt(o / m);
            if (dtype == DType.FLOAT32) {
              result.floats()[o] = FloatMatrices.dot(left.floats(), xAt, right.floats(), zAt, k);
            } else {
              result.doubles()[o] =
                  DoubleMatrices.dot(left.doubles(), xAt, right.doubles(), zAt, k);
            }
          }
        });
  }

  /** Returns where the left matrix of a product begins. */
  private int aAt(int product) {
    return count == 1 ? 0 : batches.aIndex(product) * m * k;
  }

  /** Returns where the right matrix of a product begins. */
  private int bAt(int product) {
    return count == 1 ? 0 : batches.bIndex(product) * k * n;
  }
}
