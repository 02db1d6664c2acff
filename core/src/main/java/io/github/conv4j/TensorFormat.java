package io.github.conv4j;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Arrays;
import java.util.function.IntToDoubleFunction;

/**
 * Writes a tensor as PyTorch 2.13 prints it with its default options (the rules are those of {@code
 * torch/_tensor_str.py}).
 *
 * <p>One notation serves the whole tensor and is chosen by the finite elements other than zero:
 * scientific with four decimals if they span more than a factor 1000 or leave {@code [1e-4, 1e8]};
 * else, if all are integers, their digits and a point; else four decimals. Elements are set flush
 * right to the widest of these. A tensor of more than 1000 elements shows the first and last three
 * of every dimension; only those are ever looked at. Whole numbers, as indices are, have a notation
 * of their own, digits without a point.
 */
final class TensorFormat {
  private static final int DECIMALS = 4;
  private static final int MOST_IN_FULL = 1000;
  private static final int EDGE = 3;
  private static final int LINE_WIDTH = 80;
  private static final String PREFIX = "tensor(";

  private enum Notation {
    DIGITS,
    INTEGER,
    FIXED,
    SCIENTIFIC
  }

  private final Shape shape;
  private final IntToDoubleFunction elements;
  private final boolean summarized;
  // The elements that are shown, in row-major order, and how far they have been gathered or laid
  // out: the two walks over them take the same way.
  private final double[] shown;
  private final String[] texts;
  private int next;
  private int perLine;

  private TensorFormat(Shape shape, IntToDoubleFunction elements) {
    this.shape = shape;
    this.elements = elements;
    this.summarized = shape.numel() > MOST_IN_FULL;
    int count = 1;
    for (int dim = 0; dim < shape.rank(); dim++) {
      count *= abridged(dim) ? 2 * EDGE : shape.size(dim);
    }
    this.shown = new double[count];
    this.texts = new String[count];
  }

  static String format(Tensor tensor) {
    StringBuilder out = new StringBuilder(PREFIX);
    if (tensor.numel() == 0) {
      empty(out, tensor.shape());
    } else {
      TensorFormat format = new TensorFormat(tensor.shape(), tensor::at);
      format.gather(0, 0);
      format.body(out, format.notation());
    }
    if (tensor.dtype() != DType.FLOAT32) {
      suffix(out, "dtype=torch." + tensor.dtype());
    }
    return out.append(')').toString();
  }

  /** Writes whole numbers as PyTorch prints them in an int64 tensor. */
  static String format(Shape shape, int[] values) {
    StringBuilder out = new StringBuilder(PREFIX);
    if (values.length == 0) {
      empty(out, shape);
      suffix(out, "dtype=torch.int64");
    } else {
      TensorFormat format = new TensorFormat(shape, i -> values[i]);
      format.gather(0, 0);
      format.body(out, Notation.DIGITS);
    }
    return out.append(')').toString();
  }

  private static void empty(StringBuilder out, Shape shape) {
    out.append("[]");
    if (shape.rank() != 1) {
      suffix(out, "size=" + shape.toString().replace('[', '(').replace(']', ')'));
    }
  }

  private static void suffix(StringBuilder out, String suffix) {
    // Two more than the line holds, as PyTorch counts.
    int lineLength = out.length() - out.lastIndexOf("\n") + 1;
    boolean fits = lineLength + 2 + suffix.length() <= LINE_WIDTH;
    out.append(fits ? ", " : ",\n" + " ".repeat(PREFIX.length())).append(suffix);
  }

  private void body(StringBuilder out, Notation notation) {
    int width = 1;
    for (int i = 0; i < shown.length; i++) {
      texts[i] = text(shown[i], notation);
      if (notation == Notation.DIGITS || decides(shown[i])) {
        width = Math.max(width, texts[i].length());
      }
    }
    for (int i = 0; i < texts.length; i++) {
      // Zeros and what is not finite may stand out: they have no say in the width.
      texts[i] = " ".repeat(Math.max(0, width - texts[i].length())) + texts[i];
    }
    int columns = LINE_WIDTH - PREFIX.length() - (shape.rank() - 1);
    perLine = Math.max(1, columns / (width + ", ".length()));
    next = 0;
    lay(out, 0);
  }

  /** Whether the middle of a dimension is left out. */
  private boolean abridged(int dim) {
    return summarized && shape.size(dim) > 2 * EDGE;
  }

  private void gather(int dim, int offset) {
    if (dim == shape.rank()) {
      shown[next++] = elements.applyAsDouble(offset);
      return;
    }
    int size = shape.size(dim);
    for (int i = 0; i < size; i++) {
      if (i == EDGE && abridged(dim)) {
        i = size - EDGE;
      }
      gather(dim + 1, offset * size + i);
    }
  }

  /** Whether an element has a say in the notation and in the width. */
  private static boolean decides(double value) {
    return Double.isFinite(value) && value != 0;
  }

  private Notation notation() {
    double[] magnitudes =
        Arrays.stream(shown).filter(TensorFormat::decides).map(Math::abs).toArray();
    if (magnitudes.length == 0) {
      return Notation.INTEGER;
    }
    double min = Arrays.stream(magnitudes).min().getAsDouble();
    double max = Arrays.stream(magnitudes).max().getAsDouble();
    // In double whatever the dtype: float32 elements are compared with the double 1e-4.
    if (max / min > 1000 || max > 1e8 || min < 1e-4) {
      return Notation.SCIENTIFIC;
    }
    boolean integers = Arrays.stream(magnitudes).allMatch(value -> value == Math.rint(value));
    return integers ? Notation.INTEGER : Notation.FIXED;
  }

  private static String text(double value, Notation notation) {
    if (Double.isNaN(value)) {
      return "nan";
    }
    String sign = Math.copySign(1, value) < 0 ? "-" : "";
    if (Double.isInfinite(value)) {
      return sign + "inf";
    }
    // Python rounds the exact binary value, ties to even; String.format does not.
    BigDecimal magnitude = new BigDecimal(Math.abs(value));
    return sign
        + switch (notation) {
          case DIGITS -> magnitude.toPlainString();
          case INTEGER -> magnitude.toPlainString() + ".";
          case FIXED -> magnitude.setScale(DECIMALS, RoundingMode.HALF_EVEN).toPlainString();
          case SCIENTIFIC -> scientific(magnitude);
        };
  }

  private static String scientific(BigDecimal magnitude) {
    BigDecimal rounded = magnitude.round(new MathContext(1 + DECIMALS, RoundingMode.HALF_EVEN));
    int exponent = rounded.precision() - rounded.scale() - 1;
    String digits = rounded.movePointLeft(exponent).setScale(DECIMALS).toPlainString();
    int size = Math.abs(exponent);
    return digits + (exponent < 0 ? "e-" : "e+") + (size < 10 ? "0" : "") + size;
  }

  /** Writes the next elements as the brackets of one dimension and of those within it. */
  private void lay(StringBuilder out, int dim) {
    int inner = shape.rank() - dim - 1;
    if (inner < 0) {
      out.append(texts[next++]);
      return;
    }
    String newLine = "\n".repeat(Math.max(1, inner)) + " ".repeat(PREFIX.length() + dim + 1);
    int entries = abridged(dim) ? 2 * EDGE + 1 : shape.size(dim);
    out.append('[');
    for (int i = 0; i < entries; i++) {
      if (i > 0) {
        out.append(',').append(inner > 0 || i % perLine == 0 ? newLine : " ");
      }
      if (i == EDGE && abridged(dim)) {
        out.append(inner > 0 ? "..." : " ...");
      } else {
        lay(out, dim + 1);
      }
    }
    out.append(']');
  }
}
