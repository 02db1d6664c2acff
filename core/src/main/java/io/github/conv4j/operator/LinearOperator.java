package io.github.conv4j.operator;

import io.github.conv4j.DType;
import io.github.conv4j.Shape;
import io.github.conv4j.Tensor;
import io.github.conv4j.engine.WorkspacePool;
import io.github.conv4j.kernel.Backend;
import io.github.conv4j.kernel.TileKernels;
import java.util.List;

/**
 * Each row of the input times each row of the weight, {@code y = x W' + bias}.
 *
 * <p>The order of a product's sums is fixed by its length ({@link TileKernels#addRowProducts}). The
 * weights stay as they are, and each is fetched from memory once for {@value #INPUTS} rows of the
 * input: for one row, memory decides the speed.
 */
public final class LinearOperator extends Operator {
  /** Rows of the input at a time: with a chunk of each, they stay in the first-level cache. */
  private static final int INPUTS = 16;

  /** Rows of the weight for several rows of the input. */
  private static final int ROWS = 16;

  /** Rows of the weight for one row of the input: as many streams through memory. */
  private static final int STREAMS = 4;

  private static final WorkspacePool<float[]> FLOATS =
      new WorkspacePool<>(() -> new float[ROWS * INPUTS * TileKernels.ROW_LANES]);
  private static final WorkspacePool<double[]> DOUBLES =
      new WorkspacePool<>(() -> new double[ROWS * INPUTS * TileKernels.ROW_LANES]);

  private final Tensor weight;
  private final Tensor bias;

  /**
   * Makes the operation.
   *
   * @param weight {@code (out_features, in_features)}
   * @param bias {@code (out_features)}, or null
   * @throws IllegalArgumentException if they do not fit each other
   */
  public LinearOperator(Tensor weight, Tensor bias) {
    if (weight.rank() != 2) {
      throw new IllegalArgumentException(
          "linear: expected a weight (out_features, in_features), but got shape " + weight.shape());
    }
    if (bias != null && !bias.shape().equals(Shape.of(weight.size(0)))) {
      throw new IllegalArgumentException(
          "linear: expected a bias of shape ["
              + weight.size(0)
              + "], but got shape "
              + bias.shape());
    }
    if (bias != null && bias.dtype() != weight.dtype()) {
      throw new IllegalArgumentException(
          "linear: expected tensors of one dtype, but got "
              + weight.dtype()
              + " and "
              + bias.dtype());
    }
    this.weight = weight;
    this.bias = bias;
  }

  /** Returns the weight, {@code (out_features, in_features)}. */
  public Tensor weight() {
    return weight;
  }

  /** Returns the bias, {@code (out_features)}, or null. */
  public Tensor bias() {
    return bias;
  }

  @Override
  public String name() {
    return "linear";
  }

  @Override
  public List<Tensor> parameters() {
    return bias == null ? List.of(weight) : List.of(weight, bias);
  }

  @Override
  public long multiplyAdds(Shape... inputs) {
    return (long) inputs[0].numel() * weight.size(0);
  }

  @Override
  public Shape outputShape(Shape... inputs) {
    Shape input = inputs[0];
    if (input.rank() == 0 || input.size(-1) != weight.size(1)) {
      throw new IllegalArgumentException(
          "linear: expected an input (..., " + weight.size(1) + "), but got shape " + input);
    }
    int[] sizes = input.toArray();
    sizes[sizes.length - 1] = weight.size(0);
    return Shape.of(sizes);
  }

  @Override
  public void run(Tensor[] inputs, Tensor output) {
    Tensor input = inputs[0];
    if (input.dtype() != weight.dtype()) {
      throw new IllegalArgumentException(
          "linear: expected an input of dtype " + weight.dtype() + ", but got " + input.dtype());
    }
    Backend backend = Backend.active();
    if (output.dtype() == DType.FLOAT32) {
      float[] shifts = bias == null ? null : bias.floats();
      run(
          new Operands<>(
              backend.floats(), FLOATS, weight.floats(), shifts, input.floats(), output.floats()),
          output.numel() / weight.size(0));
    } else {
      double[] shifts = bias == null ? null : bias.doubles();
      run(
          new Operands<>(
              backend.doubles(),
              DOUBLES,
              weight.doubles(),
              shifts,
              input.doubles(),
              output.doubles()),
          output.numel() / weight.size(0));
    }
  }

  private record Operands<A>(
      TileKernels<A> kernels, WorkspacePool<A> workspaces, A weight, A bias, A x, A y) {}

  private <A> void run(Operands<A> operands, int inputs) {
    int outputs = weight.size(0);
    int rows = inputs == 1 ? STREAMS : ROWS;
    int blocks = (outputs + rows - 1) / rows;
    Blocks.run(
        blocks,
        (long) rows * weight.size(1) * inputs,
        (from, to) -> {
          A totals = operands.workspaces.take();
          for (int block = from; block < to; block++) {
            int first = block * rows;
            for (int i = 0; i < inputs; i += INPUTS) {
              int count = Math.min(INPUTS, inputs - i);
              multiply(operands, first, Math.min(rows, outputs - first), i, count, totals);
            }
          }
          operands.workspaces.giveBack(totals);
        });
  }

  private <A> void multiply(
      Operands<A> operands, int row, int rows, int input, int inputs, A totals) {
    TileKernels<A> kernels = operands.kernels;
    A w = operands.weight;
    A x = operands.x;
    int features = weight.size(1);
    int outputs = weight.size(0);
    int rest = features % TileKernels.ROW_LANES;
    int whole = features - rest;
    int wAt = row * features;
    int xAt = input * features;
    kernels.addRowProducts(w, wAt, features, rows, x, xAt, features, inputs, whole, totals);
    kernels.finishRowProducts(
        w,
        wAt + whole,
        features,
        rows,
        x,
        xAt + whole,
        features,
        inputs,
        rest,
        totals,
        operands.bias,
        row,
        operands.y,
        input * outputs + row,
        outputs);
  }
}
