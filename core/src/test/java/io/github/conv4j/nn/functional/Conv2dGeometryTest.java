package io.github.conv4j.nn.functional;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.conv4j.PaddingMode;
import io.github.conv4j.Shape;
import io.github.conv4j.Tensor;
import org.junit.jupiter.api.Test;

class Conv2dGeometryTest {
  private static final Conv2dOptions ALL =
      Conv2dOptions.defaults().stride(2, 1).padding(1, 3).dilation(2, 3).groups(2);

  @Test
  void saysWhereAConvolutionReadsAndWrites() {
    Conv2dGeometry g = Conv2dGeometry.of(Shape.of(5, 6, 4, 4), Shape.of(4, 3, 2, 2), ALL);
    assertEquals(Shape.of(5, 4, 2, 7), g.outputShape());
    assertEquals(5, g.batch());
    assertEquals(3, g.fieldHeight());
    assertEquals(4, g.fieldWidth());
    assertEquals(12, g.taps());
    assertEquals(5 * 4 * 2 * 7 * 12, g.multiplyAdds());
    assertEquals(0, g.group(1));
    assertEquals(1, g.group(2));
    assertEquals(3, g.firstChannel(3));
    assertEquals(-1, g.row(0, 0));
    assertEquals(3, g.row(1, 1));
    assertEquals(-3, g.column(0, 0));
    assertEquals(6, g.column(6, 1));
    assertEquals(-1, g.sourceRow(-1));
    assertEquals(3, g.sourceRow(3));
  }

  @Test
  void anOddRowOfPaddingSameComesBelow() {
    Conv2dGeometry g =
        Conv2dGeometry.of(
            Shape.of(1, 5, 5), Shape.of(1, 1, 4, 3), Conv2dOptions.defaults().padding("same"));
    assertEquals(1, g.padTop());
    assertEquals(2, g.padBottom());
    assertEquals(1, g.padLeft());
    assertEquals(1, g.padRight());
    assertEquals(Shape.of(1, 5, 5), g.outputShape());
    assertEquals(1, g.batch());
  }

  @Test
  void paddingShowsRowsOfTheInput() {
    Conv2dOptions reflect = Conv2dOptions.defaults().padding(2).paddingMode(PaddingMode.REFLECT);
    Conv2dGeometry g = Conv2dGeometry.of(Shape.of(1, 4, 5), Shape.of(1, 1, 1, 1), reflect);
    assertEquals(2, g.sourceRow(-2));
    assertEquals(2, g.sourceRow(4));
    assertEquals(3, g.sourceColumn(5));
  }

  @Test
  void needsNoMemoryForLargeWeights() {
    Shape weight = Shape.of(1 << 15, 1 << 15, 1, 1);
    Conv2dGeometry g =
        Conv2dGeometry.of(Shape.of(0, 1 << 15, 9, 9), weight, Conv2dOptions.defaults());
    assertEquals(Shape.of(0, 1 << 15, 9, 9), g.outputShape());
    assertEquals(0, g.multiplyAdds());
  }

  @Test
  void agreesWithConv2dOnTheOutputsShape() {
    Tensor input = Tensor.zeros(2, 6, 4, 4);
    Tensor weight = Tensor.zeros(4, 3, 2, 2);
    assertEquals(
        Functional.conv2d(input, weight, null, ALL).shape(),
        Conv2dGeometry.of(input.shape(), weight.shape(), ALL).outputShape());
  }
}
