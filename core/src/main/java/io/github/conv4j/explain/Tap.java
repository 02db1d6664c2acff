package io.github.conv4j.explain;

/**
 * One product of an output element: a tap of the kernel, and what it lies on.
 *
 * @param channel the input channel
 * @param kernelRow the tap's row in the kernel, kh
 * @param kernelColumn the tap's column in the kernel, kw
 * @param row the input's row under the tap; negative or beyond the height in the padding
 * @param column the input's column under the tap; negative or beyond the width in the padding
 * @param sourceRow the input's row whose number lies there; -1 for a zero of the padding
 * @param sourceColumn the input's column whose number lies there; -1 for a zero of the padding
 * @param input the number under the tap
 * @param weight the tap's own number
 */
public record Tap(
    int channel,
    int kernelRow,
    int kernelColumn,
    int row,
    int column,
    int sourceRow,
    int sourceColumn,
    double input,
    double weight) {

  /** Returns the product: for float32 exactly, as float64 has room for all its digits. */
  public double product() {
    return weight * input;
  }

  /** Returns whether the tap lies outside the input. */
  public boolean inPadding() {
    return onZero() || row != sourceRow || column != sourceColumn;
  }

  /** Returns whether the tap lies on a zero that the padding brought. */
  public boolean onZero() {
    return sourceRow < 0 || sourceColumn < 0;
  }
}
