package io.github.conv4j.io;

import io.github.conv4j.Tensor;

/**
 * Makes a picture the input of a network trained on ImageNet, as torchvision's {@code
 * transforms.Compose([Resize(256), CenterCrop(224), ToTensor(), Normalize(mean, std)])} does from a
 * picture of Pillow's: to the same bits where the file gives the same pixels.
 *
 * <pre>
 * 1. grey becomes red, green and blue alike; alpha is dropped; 16 bits are rounded to 8
 * 2. the shorter side becomes 256 pixels: bilinear with a filter as wide as the pixels that shrink
 *    into one, first along rows, then along columns, each rounded to 8 bits
 * 3. the 224x224 pixels in the middle are taken
 * 4. (value / 255 - mean[c]) / std[c]
 * </pre>
 *
 * <p>Source: Pillow's src/libImaging/Resample.c, for filter, fixed-point numbers and rounding.
 * Stateless and safe for use by many threads.
 */
public final class Preprocessing {
  private static final int SHORTER_SIDE = 256;

  /** Height and width of an input, in pixels. */
  public static final int SIDE = 224;

  private static final int COLOURS = 3;
  private static final float[] MEAN = {0.485f, 0.456f, 0.406f};
  private static final float[] STD = {0.229f, 0.224f, 0.225f};

  /** The longest side that a picture may be enlarged to. */
  private static final int LONGEST_SIDE = 1 << 16;

  /** Bits behind the point of a filter's weights. */
  private static final int PRECISION = 22;

  private Preprocessing() {}

  /**
   * Returns the input of a network for a picture.
   *
   * @param picture a picture of any size
   * @return float32 {@code (3, 224, 224)}
   * @throws IllegalArgumentException if the picture is so narrow that it would become longer than
   *     65,536 pixels
   */
  public static Tensor imagenet(Picture picture) {
    Tensor pixels = picture.pixels();
    int height = pixels.size(1);
    int width = pixels.size(2);
    boolean wide = width > height;
    long longer =
        (long) ((double) SHORTER_SIDE * Math.max(width, height) / Math.min(width, height));
    if (longer > LONGEST_SIDE) {
      throw new IllegalArgumentException(
          "a picture of " + width + "x" + height + " pixels is too narrow to be recognised");
    }
    int newHeight = wide ? SHORTER_SIDE : (int) longer;
    int newWidth = wide ? (int) longer : SHORTER_SIDE;
    // Only what the crop keeps is computed.
    Filter across = new Filter(width, newWidth, middle(newWidth));
    Filter down = new Filter(height, newHeight, middle(newHeight));
    float[] result = new float[COLOURS * SIDE * SIDE];
    for (int c = 0; c < COLOURS; c++) {
      int plane = pixels.size(0) < COLOURS ? 0 : c;
      byte[] rows =
          across.rows(levels(pixels.floats(), plane * height * width, height * width), height);
      byte[] crop = down.columns(rows);
      for (int i = 0; i < crop.length; i++) {
        float value = (crop[i] & 0xff) / 255f;
        result[c * SIDE * SIDE + i] = (value - MEAN[c]) / STD[c];
      }
    }
    return Tensor.wrap(result, COLOURS, SIDE, SIDE);
  }

  /** Returns where the crop begins: half of what is cut off, a half rounded to the even number. */
  private static int middle(int size) {
    return (int) Math.rint((size - SIDE) / 2.0);
  }

  private static byte[] levels(float[] pixels, int from, int count) {
    byte[] levels = new byte[count];
    for (int i = 0; i < count; i++) {
      levels[i] = (byte) Math.round(pixels[from + i] * 255f);
    }
    return levels;
  }

  /** The weights with which the pixels of a side become those of another one, within the crop. */
  private static final class Filter {
    private final int size;
    private final int[] first = new int[SIDE];
    private final int[][] weights = new int[SIDE][];

    Filter(int size, int newSize, int cropFrom) {
      this.size = size;
      double scale = (double) size / newSize;
      double reach = Math.max(scale, 1);
      for (int i = 0; i < SIDE; i++) {
        double centre = (i + cropFrom + 0.5) * scale;
        first[i] = Math.max(0, (int) (centre - reach + 0.5));
        int end = Math.min(size, (int) (centre + reach + 0.5));
        double[] exact = new double[end - first[i]];
        double sum = 0;
        for (int j = 0; j < exact.length; j++) {
          double distance = Math.abs((j + first[i] - centre + 0.5) * (1 / reach));
          exact[j] = distance < 1 ? 1 - distance : 0;
          sum += exact[j];
        }
        weights[i] = new int[exact.length];
        for (int j = 0; j < exact.length; j++) {
          double weight = sum == 0 ? exact[j] : exact[j] * (1 / sum);
          weights[i][j] = (int) (0.5 + weight * (1 << PRECISION));
        }
      }
    }

    /** Filters each row. */
    byte[] rows(byte[] pixels, int height) {
      byte[] out = new byte[height * SIDE];
      for (int y = 0; y < height; y++) {
        for (int i = 0; i < SIDE; i++) {
          out[y * SIDE + i] = filtered(pixels, y * size + first[i], 1, weights[i]);
        }
      }
      return out;
    }

    /** Filters each column of rows of the crop's width. */
    byte[] columns(byte[] pixels) {
      byte[] out = new byte[SIDE * SIDE];
      for (int i = 0; i < SIDE; i++) {
        for (int x = 0; x < SIDE; x++) {
          out[i * SIDE + x] = filtered(pixels, first[i] * SIDE + x, SIDE, weights[i]);
        }
      }
      return out;
    }

    private static byte filtered(byte[] pixels, int from, int step, int[] weights) {
      int sum = 1 << (PRECISION - 1);
      for (int j = 0; j < weights.length; j++) {
        sum += (pixels[from + j * step] & 0xff) * weights[j];
      }
      return (byte) Math.max(0, Math.min(255, sum >> PRECISION));
    }
  }
}
