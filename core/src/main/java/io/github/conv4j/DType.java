package io.github.conv4j;

/** The element types a {@link Tensor} can hold. */
public enum DType {
  /** IEEE 754 binary32, Java's {@code float}, PyTorch's {@code torch.float32}. */
  FLOAT32("float32", 4, 1.3e-6, 1e-5),
  /** IEEE 754 binary64, Java's {@code double}, PyTorch's {@code torch.float64}. */
  FLOAT64("float64", 8, 1e-7, 1e-7);

  private final String label;
  private final int bytes;
  private final double rtol;
  private final double atol;

  DType(String label, int bytes, double rtol, double atol) {
    this.label = label;
    this.bytes = bytes;
    this.rtol = rtol;
    this.atol = atol;
  }

  /** Returns the size of one element in bytes. */
  public int bytes() {
    return bytes;
  }

  /**
   * Returns the relative tolerance that {@code torch.testing.assert_close} uses for this type when
   * none is given.
   */
  public double rtol() {
    return rtol;
  }

  /**
   * Returns the absolute tolerance that {@code torch.testing.assert_close} uses for this type when
   * none is given.
   */
  public double atol() {
    return atol;
  }

  /** Returns the number of this type nearest to {@code value}. */
  double round(double value) {
    return this == FLOAT32 ? (float) value : value;
  }

  /**
   * Returns the type with PyTorch's or NumPy's name for it.
   *
   * @throws IllegalArgumentException if {@code name} is neither {@code float32} nor {@code float64}
   */
  public static DType of(String name) {
    for (DType dtype : values()) {
      if (dtype.label.equals(name)) {
        return dtype;
      }
    }
    throw new IllegalArgumentException("dtype must be float32 or float64, but got '" + name + "'");
  }

  /** Returns the name without a prefix: {@code float32} or {@code float64}. */
  @Override
  public String toString() {
    return label;
  }
}
