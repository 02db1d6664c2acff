package io.github.conv4j.cli.filter;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.conv4j.PaddingMode;
import io.github.conv4j.Shape;
import io.github.conv4j.Tensor;
import io.github.conv4j.cli.text.Pair;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class PictureFilterTest {
  private static final Pair ONE = new Pair(1, 1);

  /** Returns numbers within [0, 1] in steps of 1/64, so that sums of products are exact. */
  private static Tensor picture(int... shape) {
    Random random = new Random(5);
    Tensor picture = Tensor.zeros(shape);
    for (int i = 0; i < picture.numel(); i++) {
      picture.floats()[i] = random.nextInt(65) / 64f;
    }
    return picture;
  }

  private static Tensor filter(String preset, Tensor picture) {
    return new PictureFilter(Presets.get(preset), ONE, ONE, PaddingMode.REPLICATE).apply(picture);
  }

  /** One output pixel by the definition, with repeated edges. */
  private static float pixel(Tensor plane, int c, Tensor kernel, int y, int x, Pair dilation) {
    int top = (kernel.size(0) - 1) * dilation.height() / 2;
    int left = (kernel.size(1) - 1) * dilation.width() / 2;
    double sum = 0;
    for (int h = 0; h < kernel.size(0); h++) {
      for (int w = 0; w < kernel.size(1); w++) {
        int row = Math.min(Math.max(y + h * dilation.height() - top, 0), plane.size(1) - 1);
        int column = Math.min(Math.max(x + w * dilation.width() - left, 0), plane.size(2) - 1);
        sum += kernel.get(h, w) * plane.get(c, row, column);
      }
    }
    return (float) sum;
  }

  @ParameterizedTest
  @CsvSource({
    "1, 1, 1, 1, 1, 1",
    "3, 3, 1, 1, 1, 1",
    "2, 2, 1, 1, 1, 1",
    "4, 1, 1, 1, 1, 1",
    "1, 6, 1, 1, 1, 1",
    "2, 5, 1, 1, 3, 2",
    "4, 2, 1, 1, 1, 3",
    "3, 3, 2, 1, 1, 1",
    "2, 3, 3, 2, 2, 1",
    "5, 4, 20, 20, 1, 1",
    "9, 9, 1, 1, 4, 4"
  })
  void isTheDefinition(int kh, int kw, int sh, int sw, int dh, int dw) {
    Tensor picture = picture(3, 7, 9);
    Tensor kernel = Tensor.zeros(kh, kw);
    for (int i = 0; i < kernel.numel(); i++) {
      kernel.floats()[i] = i % 7 - 3;
    }
    Pair dilation = new Pair(dh, dw);
    Tensor result =
        new PictureFilter(List.of(kernel), new Pair(sh, sw), dilation, PaddingMode.REPLICATE)
            .apply(picture);
    Tensor expected = Tensor.zeros(3, (7 + sh - 1) / sh, (9 + sw - 1) / sw);
    for (int c = 0; c < 3; c++) {
      for (int y = 0; y < expected.size(1); y++) {
        for (int x = 0; x < expected.size(2); x++) {
          expected.set(pixel(picture, c, kernel, y * sh, x * sw, dilation), c, y, x);
        }
      }
    }
    assertEquals(expected.shape(), result.shape());
    assertArrayEquals(expected.floats(), result.floats());
  }

  @ParameterizedTest
  @CsvSource({"ZEROS, 0", "REFLECT, 0.5", "REPLICATE, 0.25", "CIRCULAR, 0.75"})
  void everyPaddingMode(PaddingMode mode, float beyond) {
    // This kernel fetches the left neighbour: at the left edge, what lies beyond.
    Tensor left = KernelMatrix.parse("[[1,0,0]]");
    Tensor picture = Tensor.of(new float[] {0.25f, 0.5f, 0.75f}, 1, 1, 3);
    Tensor result = new PictureFilter(List.of(left), ONE, ONE, mode).apply(picture);
    assertArrayEquals(new float[] {beyond, 0.25f, 0.5f}, result.floats());
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 4})
  void alphaIsThinnedOutAndNotConvolved(int channels) {
    Tensor picture = picture(channels, 5, 6);
    Tensor result =
        new PictureFilter(Presets.get("sobel-x"), new Pair(2, 3), ONE, PaddingMode.ZEROS)
            .apply(picture);
    assertEquals(Shape.of(channels, 3, 2), result.shape());
    assertEquals(
        picture.narrow(0, channels - 1, 1).slice(1, 0, 5, 2).slice(2, 0, 6, 3),
        result.narrow(0, channels - 1, 1));
    Tensor opaque =
        new PictureFilter(Presets.get("sobel-x"), new Pair(2, 3), ONE, PaddingMode.ZEROS)
            .apply(picture.narrow(0, 0, channels - 1));
    assertEquals(opaque, result.narrow(0, 0, channels - 1));
  }

  @ParameterizedTest
  @CsvSource({
    "identity, 1",
    "box, 1",
    "gaussian, 1",
    "sharpen, 1",
    "emboss, 1",
    "motion-blur, 1",
    "laplacian, 0",
    "sobel-x, 0",
    "sobel-y, 0",
    "sobel, 0"
  })
  void presetsOnOneColour(String preset, float share) {
    Tensor result = filter(preset, Tensor.full(0.5, 3, 6, 6));
    for (float value : result.floats()) {
      assertEquals(0.5f * share, value, 1e-6f);
    }
  }

  @Test
  void presetsOnOnePoint() {
    Tensor point = Tensor.zeros(1, 11, 11);
    point.set(1, 0, 5, 5);
    // The kernel is not flipped, so a point shows it upside down and mirrored.
    assertEquals(1 / 9.0, filter("box", point).get(0, 4, 6), 1e-7);
    assertEquals(0, filter("box", point).get(0, 3, 5));
    assertEquals(36 / 256.0, filter("gaussian", point).get(0, 5, 5));
    assertEquals(4 / 256.0, filter("gaussian", point).get(0, 4, 7));
    assertEquals(5, filter("sharpen", point).get(0, 5, 5));
    assertEquals(-1, filter("sharpen", point).get(0, 4, 5));
    assertEquals(-4, filter("laplacian", point).get(0, 5, 5));
    assertEquals(1, filter("laplacian", point).get(0, 5, 6));
    assertEquals(-2, filter("emboss", point).get(0, 6, 6));
    assertEquals(2, filter("emboss", point).get(0, 4, 4));
    assertEquals(1 / 9.0, filter("motion-blur", point).get(0, 1, 1), 1e-7);
    assertEquals(1 / 9.0, filter("motion-blur", point).get(0, 9, 9), 1e-7);
    assertEquals(0, filter("motion-blur", point).get(0, 9, 1));
  }

  @Test
  void sobelIsTheLengthOfTheGradient() {
    Tensor picture = picture(1, 8, 8);
    Tensor x = filter("sobel-x", picture);
    Tensor y = filter("sobel-y", picture);
    Tensor length = filter("sobel", picture);
    for (int i = 0; i < length.numel(); i++) {
      assertEquals(
          Math.hypot(x.floats()[i], y.floats()[i]), length.floats()[i], 1e-6, "element " + i);
    }
    Tensor edge = Tensor.of(new float[] {0, 0, 1, 1, 0, 0, 1, 1}, 1, 2, 4);
    assertArrayEquals(new float[] {0, 4, 4, 0, 0, 4, 4, 0}, filter("sobel-x", edge).floats());
    assertArrayEquals(new float[8], filter("sobel-y", edge).floats());
  }

  @Test
  void thePictureIsNotChanged() {
    Tensor picture = picture(3, 4, 4);
    Tensor before = picture.copy();
    filter("sobel", picture);
    filter("identity", picture).floats()[0] = 9;
    assertEquals(before, picture);
  }

  @Test
  void tooLargeOrTooSmall() {
    Tensor picture = picture(1, 3, 3);
    PictureFilter reflect =
        new PictureFilter(Presets.get("motion-blur"), ONE, ONE, PaddingMode.REFLECT);
    assertThrows(IllegalArgumentException.class, () -> reflect.apply(picture));
    PictureFilter wide =
        new PictureFilter(
            Presets.get("box"), ONE, new Pair(1, Integer.MAX_VALUE), PaddingMode.ZEROS);
    assertThrows(IllegalArgumentException.class, () -> wide.apply(picture));
  }
}
