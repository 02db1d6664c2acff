package io.github.conv4j.explain;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.conv4j.DType;
import io.github.conv4j.PaddingMode;
import io.github.conv4j.Shape;
import io.github.conv4j.Tensor;
import io.github.conv4j.nn.functional.Conv2dGeometry;
import io.github.conv4j.nn.functional.Conv2dOptions;
import io.github.conv4j.nn.functional.Functional;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class OutputElementTest {
  private static final Conv2dOptions DEFAULTS = Conv2dOptions.defaults();

  static Stream<Arguments> problems() {
    return Stream.of(
        Arguments.of("plain", Shape.of(2, 3, 5, 6), Shape.of(4, 3, 3, 2), DEFAULTS),
        Arguments.of("unbatched", Shape.of(3, 5, 6), Shape.of(4, 3, 1, 1), DEFAULTS),
        Arguments.of(
            "all options",
            Shape.of(2, 6, 4, 4),
            Shape.of(4, 3, 2, 2),
            DEFAULTS.stride(2, 1).padding(1, 3).dilation(2, 3).groups(2)),
        Arguments.of(
            "depthwise", Shape.of(1, 3, 5, 5), Shape.of(6, 1, 3, 3), DEFAULTS.groups(3).padding(1)),
        Arguments.of(
            "same, even kernel",
            Shape.of(1, 2, 5, 4),
            Shape.of(2, 2, 2, 4),
            DEFAULTS.padding("same")),
        Arguments.of(
            "reflect",
            Shape.of(1, 2, 5, 4),
            Shape.of(2, 2, 3, 3),
            DEFAULTS.padding(2, 3).paddingMode(PaddingMode.REFLECT)),
        Arguments.of(
            "replicate",
            Shape.of(1, 2, 2, 2),
            Shape.of(2, 2, 3, 3),
            DEFAULTS.padding(5).dilation(2).paddingMode(PaddingMode.REPLICATE)),
        Arguments.of(
            "circular",
            Shape.of(1, 2, 3, 4),
            Shape.of(2, 2, 3, 3),
            DEFAULTS.padding(3, 4).stride(2).paddingMode(PaddingMode.CIRCULAR)),
        Arguments.of(
            "cut off",
            Shape.of(1, 1, 6, 6),
            Shape.of(1, 1, 2, 2),
            DEFAULTS.padding(-1, -2).paddingMode(PaddingMode.REPLICATE)));
  }

  /** Returns small whole numbers, whose sums are exact in any order. */
  private static Tensor numbers(Shape shape, DType dtype, int step) {
    Tensor tensor = Tensor.zeros(shape, dtype);
    double[] values = new double[tensor.numel()];
    for (int i = 0; i < values.length; i++) {
      values[i] = i * step % 19 - 9;
    }
    return Tensor.of(values, shape.toArray()).to(dtype);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("problems")
  void everyElementIsTheSumOfItsProducts(
      String name, Shape inputShape, Shape weightShape, Conv2dOptions options) {
    for (DType dtype : DType.values()) {
      Tensor input = numbers(inputShape, dtype, 7);
      Tensor weight = numbers(weightShape, dtype, 5);
      Tensor bias = numbers(Shape.of(weightShape.size(0)), dtype, 11);
      Tensor output = Functional.conv2d(input, weight, bias, options);
      int[] sizes = output.shape().toArray();
      for (int i = 0; i < output.numel(); i++) {
        int[] index = new int[sizes.length];
        for (int d = sizes.length - 1, rest = i; d >= 0; rest /= sizes[d], d--) {
          index[d] = rest % sizes[d];
        }
        OutputElement element = OutputElement.of(input, weight, bias, options, index);
        assertEquals(output.get(index), element.sum(), name);
        assertArrayEquals(index, element.index());
      }
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("problems")
  void tapsLieOnWhatThePaddedInputHolds(
      String name, Shape inputShape, Shape weightShape, Conv2dOptions options) {
    Tensor input = numbers(inputShape, DType.FLOAT32, 7);
    Tensor weight = numbers(weightShape, DType.FLOAT32, 5);
    Conv2dGeometry g = Conv2dGeometry.of(inputShape, weightShape, options);
    Tensor padded =
        input.pad(options.paddingMode(), g.padLeft(), g.padRight(), g.padTop(), g.padBottom());
    int[] index = new int[inputShape.rank()];
    index[index.length - 3] = g.outChannels() - 1;
    index[index.length - 2] = g.outHeight() - 1;
    index[index.length - 1] = g.outWidth() - 1;
    List<Tap> taps = OutputElement.of(input, weight, null, options, index).taps();
    assertEquals(g.taps(), taps.size());
    for (Tap tap : taps) {
      int[] place = new int[inputShape.rank()];
      place[place.length - 3] = tap.channel();
      place[place.length - 2] = tap.row() + g.padTop();
      place[place.length - 1] = tap.column() + g.padLeft();
      assertEquals(padded.get(place), tap.input(), name);
      boolean inside =
          tap.row() >= 0
              && tap.row() < g.inHeight()
              && tap.column() >= 0
              && tap.column() < g.inWidth();
      assertEquals(!inside, tap.inPadding(), name);
      boolean zeros = options.paddingMode() == PaddingMode.ZEROS;
      assertEquals(zeros && !inside, tap.onZero(), name);
    }
  }

  @Test
  void itsTextHasALineForEachProduct() {
    Tensor input = Tensor.arange(4).reshape(1, 2, 2);
    Tensor weight = Tensor.of(new float[] {1, 0.25f, Float.NaN, -1e-9f}, 1, 1, 2, 2);
    OutputElement element =
        OutputElement.of(input, weight, Tensor.full(2, 1), DEFAULTS.padding(1), 0, 1, 1);
    List<String> lines = element.toString().lines().map(String::strip).toList();
    assertEquals("y[0, 1, 1] = bias + 4 products = nan", lines.get(0));
    assertEquals("bias 2", lines.get(2).replaceAll(" +", " "));
    assertEquals("0 0 0 0 0 0 1 0 2", lines.get(3).replaceAll(" +", " "));
    assertEquals("0 0 1 0 1 1 0.25 0.25 2.25", lines.get(4).replaceAll(" +", " "));
    assertEquals("0 1 0 1 0 2 nan nan nan", lines.get(5).replaceAll(" +", " "));
    assertEquals("0 1 1 1 1 3 -1.000000e-09 -3.000000e-09 nan", lines.get(6).replaceAll(" +", " "));
    assertEquals(7, lines.size());
  }

  @Test
  void itsTextMarksThePadding() {
    Tensor input = Tensor.arange(9).reshape(1, 3, 3);
    Tensor weight = Tensor.full(1, 1, 1, 1, 1);
    String zeros = OutputElement.of(input, weight, null, DEFAULTS.padding(1), 0, 0, 0).toString();
    assertTrue(zeros.contains("  padding"), zeros);
    Conv2dOptions reflect = DEFAULTS.padding(1).paddingMode(PaddingMode.REFLECT);
    String mirrored = OutputElement.of(input, weight, null, reflect, 0, 0, 0).toString();
    assertTrue(mirrored.contains("  padding: x[1, 1]"), mirrored);
    String inside = OutputElement.of(input, weight, null, reflect, 0, 1, 1).toString();
    assertFalse(inside.contains("padding"), inside);
  }

  static Stream<int[]> places() {
    return Stream.of(
        new int[] {},
        new int[] {0},
        new int[] {0, 0, 0},
        new int[] {0, 0, 0, 0, 0},
        new int[] {1, 0, 0, 0},
        new int[] {0, 2, 0, 0},
        new int[] {0, 0, 4, 0},
        new int[] {0, 0, 0, -1});
  }

  @ParameterizedTest
  @MethodSource("places")
  void refusesPlacesThatAreNotThere(int[] place) {
    Tensor input = Tensor.zeros(1, 1, 4, 4);
    Tensor weight = Tensor.zeros(2, 1, 1, 1);
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class,
            () -> OutputElement.of(input, weight, null, DEFAULTS, place));
    assertTrue(
        e.getMessage()
            .startsWith(
                "expected the place of an element in an output of shape [1, 2, 4, 4], but got ["),
        e.getMessage());
  }

  @Test
  void refusesWhatConv2dRefuses() {
    Tensor input = Tensor.zeros(1, 3, 4, 4);
    Tensor weight = Tensor.zeros(2, 1, 1, 1);
    String expected =
        assertThrows(IllegalArgumentException.class, () -> Functional.conv2d(input, weight))
            .getMessage();
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class,
            () -> OutputElement.of(input, weight, null, DEFAULTS, 0, 0, 0, 0));
    assertEquals(expected, e.getMessage());
    assertThrows(
        IllegalArgumentException.class,
        () ->
            OutputElement.of(
                Tensor.zeros(1, 1, 4, 4), weight, Tensor.zeros(3), DEFAULTS, 0, 0, 0, 0));
  }
}
