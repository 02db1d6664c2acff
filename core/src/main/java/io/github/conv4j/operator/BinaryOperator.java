package io.github.conv4j.operator;

import io.github.conv4j.DType;
import io.github.conv4j.Shape;
import io.github.conv4j.Tensor;
import java.util.Arrays;

/**
 * Sums, differences, products and quotients of the elements of two tensors, whose shapes are
 * broadcast as PyTorch does: counted from the last, two sizes are equal, or one of them is 1 or
 * missing, and that one is repeated.
 */
public final class BinaryOperator extends Operator {
  /** What is computed. */
  public enum Kind {
    /** Sums. */
    ADD,
    /** Differences. */
    SUB,
    /** Products. */
    MUL,
    /** Quotients. */
    DIV
  }

  private final Kind kind;

  /** Makes the operation. */
  public BinaryOperator(Kind kind) {
    this.kind = kind;
  }

  /** Returns what is computed. */
  public Kind kind() {
    return kind;
  }

  @Override
  public String name() {
    return kind.name().toLowerCase(java.util.Locale.ROOT);
  }

  @Override
  public Shape outputShape(Shape... inputs) {
    return broadcast(name(), inputs[0], inputs[1]);
  }

  /** Returns the shape to which two are broadcast. */
  static Shape broadcast(String name, Shape a, Shape b) {
    int rank = Math.max(a.rank(), b.rank());
    int[] sizes = new int[rank];
    for (int i = 1; i <= rank; i++) {
      int m = i <= a.rank() ? a.size(-i) : 1;
      int n = i <= b.rank() ? b.size(-i) : 1;
      if (m != n && m != 1 && n != 1) {
        throw new IllegalArgumentException(
            name
                + ": expected shapes that are equal, or 1, in each dimension, but got "
                + a
                + " and "
                + b);
      }
      sizes[rank - i] = m == 1 ? n : m;
    }
    return Shape.of(sizes);
  }

  @Override
  public void run(Tensor[] inputs, Tensor output) {
    Layout layout = new Layout(inputs[0].shape(), inputs[1].shape(), output.shape());
    Work.split(
        layout.runs(),
        layout.length,
        (from, to) -> {
          int[] at = new int[2];
          for (int run = from; run < to; run++) {
            layout.find(run, at);
            if (output.dtype() == DType.FLOAT32) {
              run(
                  layout,
                  inputs[0].floats(),
                  at[0],
                  inputs[1].floats(),
                  at[1],
                  output.floats(),
                  run * layout.length);
            } else {
              run(
                  layout,
                  inputs[0].doubles(),
                  at[0],
                  inputs[1].doubles(),
                  at[1],
                  output.doubles(),
                  run * layout.length);
            }
          }
        });
  }

  private void run(Layout layout, float[] x, int xAt, float[] z, int zAt, float[] y, int yAt) {
    int n = layout.length;
    if (layout.xRepeats) {
      switch (kind) {
        case ADD -> FloatLoops.add(z, zAt, x[xAt], y, yAt, n);
        case SUB -> FloatLoops.subFrom(x[xAt], z, zAt, y, yAt, n);
        case MUL -> FloatLoops.mul(z, zAt, x[xAt], y, yAt, n);
        case DIV -> FloatLoops.divInto(x[xAt], z, zAt, y, yAt, n);
      }
    } else if (layout.zRepeats) {
      switch (kind) {
        case ADD -> FloatLoops.add(x, xAt, z[zAt], y, yAt, n);
        case SUB -> FloatLoops.add(x, xAt, -z[zAt], y, yAt, n);
        case MUL -> FloatLoops.mul(x, xAt, z[zAt], y, yAt, n);
        case DIV -> FloatLoops.div(x, xAt, z[zAt], y, yAt, n);
      }
    } else {
      switch (kind) {
        case ADD -> FloatLoops.add(x, xAt, z, zAt, y, yAt, n);
        case SUB -> FloatLoops.sub(x, xAt, z, zAt, y, yAt, n);
        case MUL -> FloatLoops.mul(x, xAt, z, zAt, y, yAt, n);
        case DIV -> FloatLoops.div(x, xAt, z, zAt, y, yAt, n);
      }
    }
  }

  private void run(Layout layout, double[] x, int xAt, double[] z, int zAt, double[] y, int yAt) {
    int n = layout.length;
    if (layout.xRepeats) {
      switch (kind) {
        case ADD -> DoubleLoops.add(z, zAt, x[xAt], y, yAt, n);
        case SUB -> DoubleLoops.subFrom(x[xAt], z, zAt, y, yAt, n);
        case MUL -> DoubleLoops.mul(z, zAt, x[xAt], y, yAt, n);
        case DIV -> DoubleLoops.divInto(x[xAt], z, zAt, y, yAt, n);
      }
    } else if (layout.zRepeats) {
      switch (kind) {
        case ADD -> DoubleLoops.add(x, xAt, z[zAt], y, yAt, n);
        case SUB -> DoubleLoops.add(x, xAt, -z[zAt], y, yAt, n);
        case MUL -> DoubleLoops.mul(x, xAt, z[zAt], y, yAt, n);
        case DIV -> DoubleLoops.div(x, xAt, z[zAt], y, yAt, n);
      }
    } else {
      switch (kind) {
        case ADD -> DoubleLoops.add(x, xAt, z, zAt, y, yAt, n);
        case SUB -> DoubleLoops.sub(x, xAt, z, zAt, y, yAt, n);
        case MUL -> DoubleLoops.mul(x, xAt, z, zAt, y, yAt, n);
        case DIV -> DoubleLoops.div(x, xAt, z, zAt, y, yAt, n);
      }
    }
  }

  /** The output cut into runs within which each input either goes on or repeats one element. */
  private static final class Layout {
    private final int[] sizes;
    private final int[] xSteps;
    private final int[] zSteps;
    private final int length;
    private final boolean xRepeats;
    private final boolean zRepeats;

    Layout(Shape x, Shape z, Shape y) {
      int rank = y.rank();
      int[] xs = steps(x, rank);
      int[] zs = steps(z, rank);
      int inner = rank;
      int run = 1;
      boolean xr = false;
      boolean zr = false;
      while (inner > 0) {
        int size = y.size(inner - 1);
        boolean xFixed = size > 1 && xs[inner - 1] == 0;
        boolean zFixed = size > 1 && zs[inner - 1] == 0;
        if (run > 1 && size > 1 && (xFixed != xr || zFixed != zr)) {
          break;
        }
        if (size > 1) {
          xr = xFixed;
          zr = zFixed;
        }
        run *= size;
        inner--;
      }
      this.length = run;
      this.xRepeats = xr;
      this.zRepeats = zr;
      this.sizes = Arrays.copyOf(y.toArray(), inner);
      this.xSteps = Arrays.copyOf(xs, inner);
      this.zSteps = Arrays.copyOf(zs, inner);
    }

    /** Returns how far apart neighbours along each dimension lie; 0 where one is repeated. */
    private static int[] steps(Shape shape, int rank) {
      int[] steps = new int[rank];
      int step = 1;
      for (int i = 1; i <= shape.rank(); i++) {
        steps[rank - i] = shape.size(-i) == 1 ? 0 : step;
        step *= shape.size(-i);
      }
      return steps;
    }

    int runs() {
      int runs = 1;
      for (int size : sizes) {
        runs *= size;
      }
      return runs;
    }

    /** Finds where the inputs of a run begin. */
    void find(int run, int[] at) {
      at[0] = 0;
      at[1] = 0;
      for (int d = sizes.length - 1, rest = run; d >= 0; d--) {
        at[0] += rest % sizes[d] * xSteps[d];
        at[1] += rest % sizes[d] * zSteps[d];
        rest /= sizes[d];
      }
    }
  }
}
