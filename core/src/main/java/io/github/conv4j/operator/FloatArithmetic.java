package io.github.conv4j.operator;

/**
 * Rows of float32 numbers added, subtracted, multiplied or divided, element by element; a step of 0
 * repeats a row's one number. Every loop is what the just-in-time compiler turns into vector
 * instructions, and rounds once an element, so that the bits are the same without.
 */
final class FloatArithmetic {
  private FloatArithmetic() {}

  /** Computes the elements {@code from .. to - 1} of an output of two inputs that are broadcast. */
  static void apply(
      Arithmetic op, Broadcast broadcast, float[] a, float[] b, float[] y, int from, int to) {
    int length = broadcast.length();
    int aStep = broadcast.aStep();
    int bStep = broadcast.bStep();
    for (int at = from; at < to; ) {
      int row = at / length;
      int first = at - row * length;
      int n = Math.min(length - first, to - at);
      int aAt = broadcast.aAt(row) + first * aStep;
      int bAt = broadcast.bAt(row) + first * bStep;
      apply(op, a, aAt, aStep, b, bAt, bStep, y, at, n);
      at += n;
    }
  }

  /**
   * Computes {@code y[yAt + i] = a[aAt + i * aStep] op b[bAt + i * bStep]} for {@code 0 <= i < n}.
   *
   * @param aStep 0 or 1
   * @param bStep 0 or 1, not 0 if the other is
   * @param y may be {@code a} if {@code yAt == aAt} and {@code aStep} is 1
   */
  static void apply(
      Arithmetic op,
      float[] a,
      int aAt,
      int aStep,
      float[] b,
      int bAt,
      int bStep,
      float[] y,
      int yAt,
      int n) {
    switch (op) {
      case ADD -> {
        if (aStep == 0) {
          add(b, bAt, a[aAt], y, yAt, n);
        } else if (bStep == 0) {
          add(a, aAt, b[bAt], y, yAt, n);
        } else {
          add(a, aAt, b, bAt, y, yAt, n);
        }
      }
      case SUB -> {
        if (aStep == 0) {
          sub(a[aAt], b, bAt, y, yAt, n);
        } else if (bStep == 0) {
          sub(a, aAt, b[bAt], y, yAt, n);
        } else {
          sub(a, aAt, b, bAt, y, yAt, n);
        }
      }
      case MUL -> {
        if (aStep == 0) {
          mul(b, bAt, a[aAt], y, yAt, n);
        } else if (bStep == 0) {
          mul(a, aAt, b[bAt], y, yAt, n);
        } else {
          mul(a, aAt, b, bAt, y, yAt, n);
        }
      }
      case DIV -> {
        if (aStep == 0) {
          div(a[aAt], b, bAt, y, yAt, n);
        } else if (bStep == 0) {
          div(a, aAt, b[bAt], y, yAt, n);
        } else {
          div(a, aAt, b, bAt, y, yAt, n);
        }
      }
    }
  }

  private static void add(float[] a, int aAt, float[] b, int bAt, float[] y, int yAt, int n) {
    for (int i = 0; i < n; i++) {
      y[yAt + i] = a[aAt + i] + b[bAt + i];
    }
  }

  private static void add(float[] a, int aAt, float b, float[] y, int yAt, int n) {
    for (int i = 0; i < n; i++) {
      y[yAt + i] = a[aAt + i] + b;
    }
  }

  private static void sub(float[] a, int aAt, float[] b, int bAt, float[] y, int yAt, int n) {
    for (int i = 0; i < n; i++) {
      y[yAt + i] = a[aAt + i] - b[bAt + i];
    }
  }

  private static void sub(float[] a, int aAt, float b, float[] y, int yAt, int n) {
    for (int i = 0; i < n; i++) {
      y[yAt + i] = a[aAt + i] - b;
    }
  }

  private static void sub(float a, float[] b, int bAt, float[] y, int yAt, int n) {
    for (int i = 0; i < n; i++) {
      y[yAt + i] = a - b[bAt + i];
    }
  }

  private static void mul(float[] a, int aAt, float[] b, int bAt, float[] y, int yAt, int n) {
    for (int i = 0; i < n; i++) {
      y[yAt + i] = a[aAt + i] * b[bAt + i];
    }
  }

  private static void mul(float[] a, int aAt, float b, float[] y, int yAt, int n) {
    for (int i = 0; i < n; i++) {
      y[yAt + i] = a[aAt + i] * b;
    }
  }

  private static void div(float[] a, int aAt, float[] b, int bAt, float[] y, int yAt, int n) {
    for (int i = 0; i < n; i++) {
      y[yAt + i] = a[aAt + i] / b[bAt + i];
    }
  }

  private static void div(float[] a, int aAt, float b, float[] y, int yAt, int n) {
    for (int i = 0; i < n; i++) {
      y[yAt + i] = a[aAt + i] / b;
    }
  }

  private static void div(float a, float[] b, int bAt, float[] y, int yAt, int n) {
    for (int i = 0; i < n; i++) {
      y[yAt + i] = a / b[bAt + i];
    }
  }
}
