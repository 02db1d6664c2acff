package io.github.conv4j.operator;

/**
 * An operation on rows of float32 numbers, element by element, each rounded once, so that the bits
 * do not depend on how a loop is compiled.
 *
 * <p>The just-in-time compiler makes vector instructions of the loops at the same index, which is
 * what they all have where the input has the output's shape. Of those at different indices it makes
 * none, as it cannot tell that the arrays are different ones; but for division, the memory is as
 * slow as they are.
 *
 * <p>A class for each operation, and not a switch: all loops compiled into one method are more than
 * the compiler has patience for, and it left the last ones scalar.
 */
abstract class FloatArithmetic {
  /** Computes {@code y[yAt + i] = a[aAt + i] op b[bAt + i]} for {@code 0 <= i < n}. */
  abstract void rows(float[] a, int aAt, float[] b, int bAt, float[] y, int yAt, int n);

  /** Computes {@code y[yAt + i] = a[aAt + i] op b} for {@code 0 <= i < n}. */
  abstract void rowAndNumber(float[] a, int aAt, float b, float[] y, int yAt, int n);

  /** Computes {@code y[yAt + i] = a op b[bAt + i]} for {@code 0 <= i < n}. */
  abstract void numberAndRow(float a, float[] b, int bAt, float[] y, int yAt, int n);

  /** Returns the operation. */
  static FloatArithmetic of(Arithmetic arithmetic) {
    return switch (arithmetic) {
      case ADD -> new Add();
      case SUB -> new Sub();
      case MUL -> new Mul();
      case DIV -> new Div();
    };
  }

  /** Computes the elements {@code from .. to - 1} of an output of two inputs that are broadcast. */
  final void apply(Broadcast broadcast, float[] a, float[] b, float[] y, int from, int to) {
    int length = broadcast.length();
    int aStep = broadcast.aStep();
    int bStep = broadcast.bStep();
    int at = from;
    while (at < to) {
      int row = at / length;
      int first = at - row * length;
      int aAt = broadcast.aAt(row) + first * aStep;
      int bAt = broadcast.bAt(row) + first * bStep;
      // Further rows follow at regular distances, up to the end of the dimension around them.
      for (int rows = broadcast.rowsFrom(row); rows > 0 && at < to; rows--) {
        int n = Math.min(length - first, to - at);
        if (aStep == 0) {
          numberAndRow(a[aAt], b, bAt, y, at, n);
        } else if (bStep == 0) {
          rowAndNumber(a, aAt, b[bAt], y, at, n);
        } else {
          rows(a, aAt, b, bAt, y, at, n);
        }
        at += n;
        aAt += broadcast.aRow() - first * aStep;
        bAt += broadcast.bRow() - first * bStep;
        first = 0;
      }
    }
  }

  /** Sums. */
  private static final class Add extends FloatArithmetic {
    @Override
    void rows(float[] a, int aAt, float[] b, int bAt, float[] y, int yAt, int n) {
      if (aAt == yAt && bAt == yAt) {
        for (int i = yAt; i < yAt + n; i++) {
          y[i] = a[i] + b[i];
        }
      } else {
        for (int i = 0; i < n; i++) {
          y[yAt + i] = a[aAt + i] + b[bAt + i];
        }
      }
    }

    @Override
    void rowAndNumber(float[] a, int aAt, float b, float[] y, int yAt, int n) {
      if (aAt == yAt) {
        for (int i = yAt; i < yAt + n; i++) {
          y[i] = a[i] + b;
        }
      } else {
        for (int i = 0; i < n; i++) {
          y[yAt + i] = a[aAt + i] + b;
        }
      }
    }

    @Override
    void numberAndRow(float a, float[] b, int bAt, float[] y, int yAt, int n) {
      rowAndNumber(b, bAt, a, y, yAt, n);
    }
  }

  /** Differences. */
  private static final class Sub extends FloatArithmetic {
    @Override
    void rows(float[] a, int aAt, float[] b, int bAt, float[] y, int yAt, int n) {
      if (aAt == yAt && bAt == yAt) {
        for (int i = yAt; i < yAt + n; i++) {
          y[i] = a[i] - b[i];
        }
      } else {
        for (int i = 0; i < n; i++) {
          y[yAt + i] = a[aAt + i] - b[bAt + i];
        }
      }
    }

    @Override
    void rowAndNumber(float[] a, int aAt, float b, float[] y, int yAt, int n) {
      if (aAt == yAt) {
        for (int i = yAt; i < yAt + n; i++) {
          y[i] = a[i] - b;
        }
      } else {
        for (int i = 0; i < n; i++) {
          y[yAt + i] = a[aAt + i] - b;
        }
      }
    }

    @Override
    void numberAndRow(float a, float[] b, int bAt, float[] y, int yAt, int n) {
      if (bAt == yAt) {
        for (int i = yAt; i < yAt + n; i++) {
          y[i] = a - b[i];
        }
      } else {
        for (int i = 0; i < n; i++) {
          y[yAt + i] = a - b[bAt + i];
        }
      }
    }
  }

  /** Products. */
  private static final class Mul extends FloatArithmetic {
    @Override
    void rows(float[] a, int aAt, float[] b, int bAt, float[] y, int yAt, int n) {
      if (aAt == yAt && bAt == yAt) {
        for (int i = yAt; i < yAt + n; i++) {
          y[i] = a[i] * b[i];
        }
      } else {
        for (int i = 0; i < n; i++) {
          y[yAt + i] = a[aAt + i] * b[bAt + i];
        }
      }
    }

    @Override
    void rowAndNumber(float[] a, int aAt, float b, float[] y, int yAt, int n) {
      if (aAt == yAt) {
        for (int i = yAt; i < yAt + n; i++) {
          y[i] = a[i] * b;
        }
      } else {
        for (int i = 0; i < n; i++) {
          y[yAt + i] = a[aAt + i] * b;
        }
      }
    }

    @Override
    void numberAndRow(float a, float[] b, int bAt, float[] y, int yAt, int n) {
      rowAndNumber(b, bAt, a, y, yAt, n);
    }
  }

  /** Quotients. */
  private static final class Div extends FloatArithmetic {
    @Override
    void rows(float[] a, int aAt, float[] b, int bAt, float[] y, int yAt, int n) {
      if (aAt == yAt && bAt == yAt) {
        for (int i = yAt; i < yAt + n; i++) {
          y[i] = a[i] / b[i];
        }
      } else {
        for (int i = 0; i < n; i++) {
          y[yAt + i] = a[aAt + i] / b[bAt + i];
        }
      }
    }

    @Override
    void rowAndNumber(float[] a, int aAt, float b, float[] y, int yAt, int n) {
      if (aAt == yAt) {
        for (int i = yAt; i < yAt + n; i++) {
          y[i] = a[i] / b;
        }
      } else {
        for (int i = 0; i < n; i++) {
          y[yAt + i] = a[aAt + i] / b;
        }
      }
    }

    @Override
    void numberAndRow(float a, float[] b, int bAt, float[] y, int yAt, int n) {
      if (bAt == yAt) {
        for (int i = yAt; i < yAt + n; i++) {
          y[i] = a / b[i];
        }
      } else {
        for (int i = 0; i < n; i++) {
          y[yAt + i] = a / b[bAt + i];
        }
      }
    }
  }
}
