package io.github.conv4j.cli.explain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class GroupsPictureTest {
  private static int wires(String svg) {
    return TapsPictureTest.parse(svg).getElementsByTagName("path").getLength();
  }

  @Test
  void eachOutputIsWiredToTheInputsOfItsGroup() {
    String svg = GroupsPicture.of(4, 6, 2).toSvg();
    TapsPictureTest.assertFits(svg);
    assertEquals(6 * 2, wires(svg));
    assertTrue(
        svg.contains(
            "2 groups: each of the 6 kernels is 2 channels deep."
                + " Input channels 0 to 1 feed output channels 0 to 2."
                + " Input channels 2 to 3 feed output channels 3 to 5."),
        svg);
  }

  @Test
  void channelsOfAGroupShareABoxWhereThereAreMany() {
    String svg = GroupsPicture.of(64, 128, 4).title("<a>").toSvg();
    TapsPictureTest.assertFits(svg);
    assertEquals(4, wires(svg));
    List<String> texts = TapsPictureTest.texts(svg);
    assertTrue(texts.contains("channels 16 to 31"), svg);
    assertTrue(texts.contains("channels 96 to 127"), svg);
    assertTrue(texts.contains("<a>"), svg);
  }

  @Test
  void ofManyGroupsSomeAreDrawn() {
    String svg = GroupsPicture.of(512, 1024, 512).toSvg();
    TapsPictureTest.assertFits(svg);
    List<String> texts = TapsPictureTest.texts(svg);
    assertTrue(texts.contains("channel 511"), svg);
    assertTrue(texts.contains("channels 1022 to 1023"), svg);
    assertEquals(2, texts.stream().filter("and so on"::equals).count());
    assertEquals(7, wires(svg));
  }

  @Test
  void groupsDivideTheChannels() {
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> GroupsPicture.of(4, 6, 4));
    assertEquals(
        "expected channels, and groups that divide them, but got 4 input channels, 6 output"
            + " channels and 4 groups",
        e.getMessage());
  }
}
