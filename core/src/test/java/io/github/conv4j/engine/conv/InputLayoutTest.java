package io.github.conv4j.engine.conv;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.conv4j.DType;
import io.github.conv4j.PaddingMode;
import io.github.conv4j.engine.ConvProblem;
import io.github.conv4j.engine.EngineAlgorithms;
import io.github.conv4j.engine.conv.InputLayout.Kind;
import io.github.conv4j.kernel.PortableFloatKernels;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class InputLayoutTest {
  private static final int LANES = 16;
  private static final int MOST = 512;

  private static ConvProblem problem(
      int[] input, int[] weight, int stride, int[] pads, int dilation, int groups) {
    int[] strides = {stride, stride};
    int[] dilations = {dilation, dilation};
    return EngineAlgorithms.problem(
        DType.FLOAT32, input, weight, strides, pads, PaddingMode.ZEROS, dilations, groups, true);
  }

  private static InputLayout layout(ConvProblem p) {
    return new InputLayout(
        p,
        new Phases(p.kernelHeight(), p.dilationHeight(), p.strideHeight()),
        new Phases(p.kernelWidth(), p.dilationWidth(), p.strideWidth()),
        Tiling.chunk(p.taps()),
        LANES,
        MOST);
  }

  private static int[] pads(int vertical, int horizontal) {
    return new int[] {vertical, vertical, horizontal, horizontal};
  }

  @Test
  void shortRowsOfManyChannelsAreWrittenDownTapByTap() {
    ConvProblem p =
        problem(new int[] {192, 17, 17}, new int[] {192, 192, 1, 7}, 1, pads(0, 3), 1, 1);
    InputLayout layout = layout(p);
    assertEquals(Kind.PANEL, layout.kind);
    assertTrue(layout.shifted);
    assertEquals(1, layout.tiles);
    assertEquals(289, layout.tile);
  }

  @Test
  void longRowsAreMultipliedOneByOneInBandsForThreads() {
    ConvProblem p = problem(new int[] {3, 224, 224}, new int[] {64, 3, 7, 7}, 2, pads(3, 3), 1, 1);
    InputLayout layout = layout(p);
    assertEquals(Kind.ROWS, layout.kind);
    assertEquals(16, layout.tiles);
  }

  @Test
  void groupsOfFewChannelsShareZerosBetweenRows() {
    ConvProblem p =
        problem(new int[] {512, 14, 14}, new int[] {512, 16, 3, 3}, 1, pads(1, 1), 1, 32);
    InputLayout layout = layout(p);
    assertEquals(Kind.FLAT, layout.kind);
    assertEquals(15, layout.width);
    assertEquals(1, layout.tiles);
  }

  @Test
  void wideImagesStayWithinTheWorkspace() {
    ConvProblem p =
        problem(new int[] {40, 9, 60_000}, new int[] {2, 40, 3, 3}, 1, pads(1, 1), 1, 1);
    InputLayout layout = layout(p);
    assertTrue((long) layout.plane * layout.channels <= 1 << 19 || layout.kind == Kind.PANEL);
  }

  @Test
  void tilesAreEvenInNumberAndCoverThePixels() {
    for (int pixels = 1; pixels < 5000; pixels++) {
      int size = Tiling.pixels(pixels, MOST, LANES);
      int tiles = Tiling.count(pixels, size);
      assertTrue(size > 0 && size <= MOST && (long) tiles * size >= pixels, "pixels " + pixels);
      assertTrue(tiles == 1 || size % (2 * LANES) == 0, "pixels " + pixels);
    }
    assertEquals(224, Tiling.pixels(56 * 56, MOST, LANES));
  }

  @Test
  void aShiftedPlaneIsWhatItsRowsAre() {
    Random random = new Random(7);
    PortableFloatKernels kernels = new PortableFloatKernels();
    for (int round = 0; round < 3000; round++) {
      int height = 1 + random.nextInt(7);
      int width = 1 + random.nextInt(9);
      int kw = 1 + random.nextInt(4);
      int dilation = 1 + random.nextInt(3);
      // As many columns of padding as make the output as wide as the input.
      int left = random.nextInt((kw - 1) * dilation + 1);
      int right = (kw - 1) * dilation - left;
      int kh = 1 + random.nextInt(3);
      int top = random.nextInt(5);
      int bottom = Math.max(random.nextInt(5), (kh - 1) * dilation + 1 - height - top);
      ConvProblem p =
          problem(
              new int[] {2, height, width},
              new int[] {1, 2, kh, kw},
              1,
              new int[] {top, bottom, left, right},
              dilation,
              1);
      assertEquals(p.inWidth(), p.outWidth());
      InputRows<float[]> rows = new InputRows<>(p, kernels);
      float[] x = new float[3 * height * width];
      for (int i = 0; i < x.length; i++) {
        x[i] = 1 + i;
      }
      int pixels = p.outHeight() * width;
      int first = random.nextInt(pixels);
      int n = 1 + random.nextInt(pixels - first);
      int plane = random.nextInt(3);
      int dy = random.nextInt(kh) * dilation - top;
      int dx = random.nextInt(kw) * dilation - left;
      float[] expected = new float[n + 2];
      float[] actual = new float[n + 2];
      Arrays.fill(expected, -1);
      Arrays.fill(actual, -1);
      for (int j = 0; j < n; j++) {
        int oh = (first + j) / width;
        int ow = (first + j) % width;
        rows.copy(x, plane, oh + dy, ow + dx, 1, expected, 1 + j, 1);
      }
      rows.copyShifted(x, plane, dy, dx, first, n, actual, 1);
      assertArrayEquals(expected, actual, "round " + round + " " + p);
    }
  }
}
