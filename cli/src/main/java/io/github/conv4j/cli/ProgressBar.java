package io.github.conv4j.cli;

import java.io.PrintWriter;

/**
 * One line on a terminal that is drawn again and again, and is gone in the end, even if that comes
 * early: with Ctrl-C, say.
 */
final class ProgressBar {
  private static final int CELLS = 30;
  private static final int LONGEST_LABEL = 30;
  private static final String CLEAR = "\r\033[K";

  private final PrintWriter terminal;
  private final int total;
  private final int columns;
  private boolean hooked;
  private boolean visible;
  private boolean ended;

  /**
   * Makes a bar that is not drawn yet.
   *
   * @param terminal where to draw
   * @param total how many steps there are
   * @param columns how wide the terminal is; 0 if nothing should be drawn
   */
  ProgressBar(PrintWriter terminal, int total, int columns) {
    this.terminal = terminal;
    this.total = total;
    this.columns = columns;
  }

  /**
   * Draws the bar.
   *
   * @param done how many steps are done
   * @param label what is being done
   */
  synchronized void draw(int done, String label) {
    if (columns > 0 && !hooked) {
      hooked = true;
      hook();
    }
    if (columns > 0 && !ended) {
      int cells = (int) ((long) CELLS * done / total);
      String name =
          label.length() <= LONGEST_LABEL
              ? label
              : "..." + label.substring(label.length() - LONGEST_LABEL + 3);
      String bar = "[" + "#".repeat(cells) + ".".repeat(CELLS - cells) + "] ";
      String line = bar + done + "/" + total + " " + name;
      // A line that the terminal breaks could not be cleared.
      terminal.print(CLEAR + line.substring(0, Math.min(line.length(), columns - 1)));
      terminal.flush();
      visible = true;
    }
  }

  private void hook() {
    try {
      Runtime.getRuntime().addShutdownHook(new Thread(this::end));
    } catch (IllegalStateException e) {
      // The virtual machine is ending already.
      ended = true;
    }
  }

  /** Removes the bar, so that something else can be said; the next {@link #draw} brings it back. */
  synchronized void clear() {
    if (visible) {
      visible = false;
      terminal.print(CLEAR);
      terminal.flush();
    }
  }

  /** Removes the bar for good. */
  private synchronized void end() {
    clear();
    ended = true;
  }
}
