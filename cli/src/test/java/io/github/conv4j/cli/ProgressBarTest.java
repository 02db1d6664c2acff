package io.github.conv4j.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

final class ProgressBarTest {
  private final StringWriter terminal = new StringWriter();

  @Test
  void drawsAndClearsOneLine() {
    ProgressBar bar = new ProgressBar(new PrintWriter(terminal), 4, 80);
    bar.draw(1, "a.png");
    bar.draw(4, "folder/with/a/long/name/picture.png");
    bar.clear();
    assertEquals(
        "\r\033[K[#######.......................] 1/4 a.png"
            + "\r\033[K[##############################] 4/4 ...ith/a/long/name/picture.png"
            + "\r\033[K",
        terminal.toString());
  }

  @Test
  void clearsOnlyWhatIsDrawn() {
    ProgressBar bar = new ProgressBar(new PrintWriter(terminal), 4, 80);
    bar.clear();
    assertEquals("", terminal.toString());
    bar.draw(1, "a.png");
    bar.clear();
    String drawn = terminal.toString();
    bar.clear();
    assertEquals(drawn, terminal.toString(), "what stands there now may be somebody else's");
  }

  @Test
  void isSilentWhereItIsNotShown() {
    ProgressBar bar = new ProgressBar(new PrintWriter(terminal), 4, 0);
    bar.draw(1, "a.png");
    bar.clear();
    assertEquals("", terminal.toString());
  }

  @Test
  void isCutToANarrowTerminal() {
    new ProgressBar(new PrintWriter(terminal), 4, 20).draw(2, "a.png");
    assertEquals("\r\033[K[###############...", terminal.toString());
  }
}
