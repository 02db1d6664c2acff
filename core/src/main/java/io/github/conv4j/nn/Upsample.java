package io.github.conv4j.nn;

import io.github.conv4j.Tensor;
import io.github.conv4j.operator.InterpolateOperator;

/**
 * Pictures of another size: PyTorch's {@code torch.nn.Upsample}.
 *
 * <pre>{@code
 * Upsample up = Upsample.builder().scaleFactor(2).mode("bilinear").build();
 * }</pre>
 *
 * <p>Immutable and safe for use by many threads.
 */
public final class Upsample extends Module {
  private final InterpolateOperator operator;
  private final String extra;

  private Upsample(InterpolateOperator operator, String extra) {
    this.operator = operator;
    this.extra = extra;
  }

  /** Begins a layer of mode nearest; it needs a size or a scale factor. */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Returns the picture in its new size.
   *
   * @param input {@code (N, C, H, W)}
   * @return {@code (N, C, OH, OW)}, with sizes rounded down for a scale factor
   * @throws IllegalArgumentException if the input or the output has no elements but for the batch
   */
  @Override
  public Tensor forward(Tensor input) {
    return operator.apply(input);
  }

  @Override
  protected String extraRepr() {
    return extra;
  }

  /** The arguments of a layer to be. Not safe for use by many threads. */
  public static final class Builder {
    private int height;
    private int width;
    private double scaleHeight;
    private double scaleWidth;
    private String given = "";
    private String mode = "nearest";
    private boolean alignCorners;

    private Builder() {}

    /** Sets the output's height and width. */
    public Builder size(int both) {
      size(both, both);
      given = "size=" + both;
      return this;
    }

    /** Sets the output's height and width. */
    public Builder size(int outHeight, int outWidth) {
      height = outHeight;
      width = outWidth;
      given = "size=(" + outHeight + ", " + outWidth + ")";
      return this;
    }

    /** Sets how many times as high and wide the output is. */
    public Builder scaleFactor(double both) {
      scaleFactor(both, both);
      given = "scale_factor=" + both;
      return this;
    }

    /** Sets how many times as high, and as wide, the output is. */
    public Builder scaleFactor(double factorHeight, double factorWidth) {
      scaleHeight = factorHeight;
      scaleWidth = factorWidth;
      given = "scale_factor=(" + factorHeight + ", " + factorWidth + ")";
      return this;
    }

    /** Sets how to interpolate: nearest, nearest-exact, bilinear or bicubic. */
    public Builder mode(String name) {
      mode = name;
      return this;
    }

    /** Sets whether the outermost pixels keep their places; false at first. */
    public Builder alignCorners(boolean wanted) {
      alignCorners = wanted;
      return this;
    }

    /**
     * Returns the layer.
     *
     * @throws IllegalArgumentException if not exactly one of size and scale factor is set, one is
     *     not positive, or corners are aligned in another mode than bilinear and bicubic
     */
    public Upsample build() {
      boolean sized = height != 0 || width != 0;
      boolean scaled = scaleHeight != 0 || scaleWidth != 0;
      if (sized == scaled) {
        throw new IllegalArgumentException(
            "Upsample: expected either a size or a scale factor, but got "
                + (sized ? "both" : "none"));
      }
      InterpolateOperator.Mode how = InterpolateOperator.Mode.of(mode);
      InterpolateOperator operator =
          sized
              ? InterpolateOperator.toSize(how, alignCorners, height, width)
              : InterpolateOperator.byFactor(how, alignCorners, scaleHeight, scaleWidth);
      return new Upsample(operator, given + ", mode='" + mode + "'");
    }
  }
}
