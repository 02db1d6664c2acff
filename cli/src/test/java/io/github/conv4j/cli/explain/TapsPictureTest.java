package io.github.conv4j.cli.explain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.conv4j.Activation;
import io.github.conv4j.DType;
import io.github.conv4j.PaddingMode;
import io.github.conv4j.Shape;
import io.github.conv4j.Tensor;
import io.github.conv4j.nn.functional.Conv2dGeometry;
import io.github.conv4j.nn.functional.Conv2dOptions;
import io.github.conv4j.nn.functional.Functional;
import io.github.conv4j.random.Generator;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

class TapsPictureTest {
  private static final Conv2dOptions PLAIN = Conv2dOptions.defaults();

  /** Returns an image as a browser reads it; fails if it is not well-formed. */
  static Document parse(String svg) {
    try {
      return DocumentBuilderFactory.newInstance()
          .newDocumentBuilder()
          .parse(new InputSource(new StringReader(svg)));
    } catch (Exception e) {
      throw new AssertionError("not an image: " + svg, e);
    }
  }

  /** Returns all texts of an image. */
  static List<String> texts(String svg) {
    NodeList nodes = parse(svg).getElementsByTagName("text");
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < nodes.getLength(); i++) {
      texts.add(nodes.item(i).getTextContent());
    }
    return texts;
  }

  /** Everything lies within the image. */
  static void assertFits(String svg) {
    Element root = parse(svg).getDocumentElement();
    int width = Integer.parseInt(root.getAttribute("width"));
    int height = Integer.parseInt(root.getAttribute("height"));
    NodeList all = root.getElementsByTagName("*");
    for (int i = 0; i < all.getLength(); i++) {
      Element element = (Element) all.item(i);
      if (element.hasAttribute("x")) {
        int x = Integer.parseInt(element.getAttribute("x"));
        int y = Integer.parseInt(element.getAttribute("y"));
        boolean box = element.getTagName().equals("rect");
        int right = box ? x + Integer.parseInt(element.getAttribute("width")) : x;
        int bottom = box ? y + Integer.parseInt(element.getAttribute("height")) : y;
        assertTrue(x >= 0 && y >= 0 && right <= width && bottom <= height, svg);
      }
    }
  }

  private static Tensor counted(int... shape) {
    return Tensor.arange(Shape.of(shape).numel()).reshape(shape);
  }

  @Test
  void dilationTwoWithThreeTapsCoversFive() {
    Tensor weight = counted(1, 1, 3, 3);
    String svg =
        TapsPicture.of(counted(1, 1, 7, 7), weight, null, PLAIN.dilation(2), 0, 0, 1, 1).toSvg();
    List<String> texts = texts(svg);
    assertEquals(2, texts.stream().filter("3 taps cover 5"::equals).count());
    double sum = 0;
    for (int kh = 0; kh < 3; kh++) {
      for (int kw = 0; kw < 3; kw++) {
        sum += (kh * 3 + kw) * ((1 + 2 * kh) * 7 + 1 + 2 * kw);
        assertTrue(texts.contains("×" + (kh * 3 + kw)), svg);
      }
    }
    assertTrue(texts.contains("One output element: y[0, 0, 1, 1] = " + (int) sum), svg);
    assertTrue(
        texts.contains(
            "rows and columns of the output: floor((7 + 0 + 0 - 2×(3 - 1) - 1) / 1) + 1 = 3"),
        svg);
  }

  @Test
  void anyElementOfAnyConvolutionIsDrawn() {
    Tensor input = Tensor.randn(Generator.torch(0), Shape.of(2, 4, 6, 5), DType.FLOAT64);
    input.set(Double.NaN, 1, 2, 3, 4);
    input.set(Double.NEGATIVE_INFINITY, 1, 3, 0, 0);
    input.set(-1.5e-300, 0, 0, 1, 1);
    Tensor weight = Tensor.randn(Generator.torch(1), Shape.of(6, 2, 2, 3), DType.FLOAT64);
    Tensor bias = Tensor.randn(Generator.torch(2), Shape.of(6), DType.FLOAT64);
    Conv2dOptions grouped = PLAIN.groups(2).dilation(1, 2);
    List<Conv2dOptions> all = new ArrayList<>();
    for (PaddingMode mode : PaddingMode.values()) {
      all.add(grouped.padding("same").paddingMode(mode));
      all.add(grouped.padding(1, 2).stride(2, 1).paddingMode(mode));
    }
    all.add(grouped.padding(-1, 1).paddingMode(PaddingMode.REFLECT));
    for (Conv2dOptions options : all) {
      Conv2dGeometry g = Conv2dGeometry.of(input.shape(), weight.shape(), options);
      for (int oc = 0; oc < 6; oc += 5) {
        for (int oh = 0; oh < g.outHeight(); oh++) {
          for (int ow = 0; ow < g.outWidth(); ow++) {
            TapsPicture picture = TapsPicture.of(input, weight, bias, options, 1, oc, oh, ow);
            int other = g.firstChannel(oc) + 1;
            String svg = picture.channel(other).title("<&\"'>\u0000").toSvg();
            assertFits(svg);
            List<String> texts = texts(svg);
            assertTrue(texts.get(texts.size() - 2).startsWith("<&\"'>?: y[1, " + oc), svg);
            assertEquals(6, texts.stream().filter(t -> t.matches("×.+")).count(), svg);
            assertEquals(svg, picture.channel(other).title("<&\"'>\u0000").toSvg());
          }
        }
      }
    }
  }

  @Test
  void theNumbersAreThoseOfTheConvolution() {
    Tensor input = counted(3, 4, 4);
    Tensor weight = counted(2, 3, 2, 2);
    Tensor bias = Tensor.of(new float[] {5, -7}, 2);
    Conv2dOptions options = PLAIN.padding(1).activation(Activation.RELU);
    Tensor output = Functional.conv2d(input, weight, bias, options);
    List<String> texts = texts(TapsPicture.of(input, weight, bias, options, 1, 2, 3).toSvg());
    for (int oh = 0; oh < 5; oh++) {
      for (int ow = 0; ow < 5; ow++) {
        assertTrue(texts.contains(Integer.toString((int) output.get(1, oh, ow))));
      }
    }
    assertTrue(texts.stream().anyMatch(t -> t.startsWith("y[1, 2, 3] = -7 (bias) + ")), "" + texts);
    assertTrue(texts.stream().anyMatch(t -> t.contains("(the other channels)")), "" + texts);
  }

  @Test
  void theNumberOfAnActivationIsThatBeforeIt() {
    Tensor input = Tensor.full(-2, 1, 1, 1);
    Conv2dOptions options = PLAIN.activation(Activation.RELU);
    String svg = TapsPicture.of(input, Tensor.full(3, 1, 1, 1, 1), null, options, 0, 0, 0).toSvg();
    assertTrue(texts(svg).contains("y[0, 0, 0] = (-2)×3 = -6"), svg);
  }

  @Test
  void ofAnythingLargeAPartIsDrawn() {
    Tensor input = counted(1, 40, 50);
    for (int dilation : new int[] {1, 12}) {
      Conv2dOptions options = PLAIN.padding(3).dilation(dilation);
      Conv2dGeometry g = Conv2dGeometry.of(input.shape(), Shape.of(1, 1, 3, 3), options);
      int last = g.outHeight() - 1;
      for (int row : new int[] {0, last / 2, last}) {
        String svg = TapsPicture.of(input, counted(1, 1, 3, 3), null, options, 0, row, row).toSvg();
        assertFits(svg);
        assertEquals(20 * 20 * 2 + 9 + 20, parse(svg).getElementsByTagName("rect").getLength(), 40);
        assertTrue(texts(svg).contains("40 x 50, padded to 46 x 56, a part"), svg);
      }
    }
    String wide = TapsPicture.of(input, counted(1, 1, 1, 30), null, PLAIN, 0, 0, 0).toSvg();
    assertFits(wide);
    assertTrue(texts(wide).contains("1 x 30, a part"), wide);
    assertTrue(texts(wide).contains("y[0, 0, 0] = the 30 products = 8555"), wide);
  }

  @Test
  void nothingIsFetched() {
    String svg =
        TapsPicture.of(counted(1, 3, 3), counted(1, 1, 2, 2), null, PLAIN, 0, 0, 0).toSvg();
    assertFalse(svg.replace("http://www.w3.org/2000/svg", "").contains("http"), svg);
    assertFalse(svg.contains("url("), svg);
  }

  @Test
  void whatCannotBeDrawnIsRefused() {
    Tensor input = counted(2, 3, 3);
    Tensor weight = counted(2, 1, 2, 2);
    Conv2dOptions options = PLAIN.groups(2);
    TapsPicture picture = TapsPicture.of(input, weight, null, options, 1, 0, 0);
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> picture.channel(0));
    assertEquals(
        "expected one of the input channels 1 to 1 that output channel 1 sees, but got 0",
        e.getMessage());
    assertThrows(
        IllegalArgumentException.class,
        () -> TapsPicture.of(input, weight, null, options, 2, 0, 0));
  }

  @Test
  void numbersAreShort() {
    assertEquals("0", NumberText.cell(-0.0));
    assertEquals("123456", NumberText.cell(123456));
    assertEquals("1.23e6", NumberText.cell(1234567));
    assertEquals("1234567", NumberText.full(1234567));
    assertEquals("1.234568e7", NumberText.full(12345678));
    assertEquals("-1.235", NumberText.cell(-1.23456));
    assertEquals("0.1", NumberText.full(0.1f));
    assertEquals("10", NumberText.cell(9.99999));
    assertEquals("1.2e-7", NumberText.cell(1.2345e-7));
    assertEquals("-5e-324", NumberText.cell(-Double.MIN_VALUE));
    assertEquals("1.8e308", NumberText.full(Double.MAX_VALUE).replace("797693", "8"));
    assertEquals("nan", NumberText.cell(Double.NaN));
    assertEquals("-inf", NumberText.cell(Double.NEGATIVE_INFINITY));
  }
}
