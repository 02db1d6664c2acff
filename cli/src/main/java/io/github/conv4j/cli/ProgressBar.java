package io.github.conv4j.cli;

import java.io.PrintWriter;

/** One line on a terminal that is drawn again and again, and is gone in the end. */
final class ProgressBar {
  private static final int CELLS = 30;
  // A line that a narrow terminal breaks could not be cleared.
  private static final int LONGEST_LABEL = 30;
  private static final String CLEAR = "\r\033[K";

  private final PrintWriter terminal;
  private final int total;
  private final boolean shown;

  /**
   * Makes a bar that is not drawn yet.
   *
   * @param terminal where to draw
   * @param total how many steps there are
   * @param shown whether to draw at all
   */
  ProgressBar(PrintWriter terminal, int total, boolean shown) {
    this.terminal = terminal;
    this.total = total;
    this.shown = shown;
  }

  /**
   * Draws the bar.
   *
   * @param done how many steps are done
   * @param label what is being done
   */
  void draw(int done, String label) {
    if (shown) {
      int cells = (int) ((long) CELLS * done / total);
      String name =
          label.length() <= LONGEST_LABEL
              ? label
              : "..." + label.substring(label.length() - LONGEST_LABEL + 3);
      terminal.print(
          CLEAR
              + ("[" + "#".repeat(cells) + ".".repeat(CELLS - cells) + "] ")
              + (done + "/" + total + " " + name));
      terminal.flush();
    }
  }

  /** Removes the bar, so that something else can be said; the next {@link #draw} brings it back. */
  void clear() {
    if (shown) {
      terminal.print(CLEAR);
      terminal.flush();
    }
  }
}
