package io.github.conv4j.bench;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Markdown that can be read as it is, line by line. */
class Markdown {
  static final String NONE = "";

  private final StringBuilder out = new StringBuilder();

  /** Returns what has been written. */
  final String text() {
    return out.toString();
  }

  static String count(int number, String thing) {
    return number + " " + thing + (number == 1 ? NONE : "s");
  }

  static String format(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }

  final void line(String format, Object... values) {
    out.append(values.length == 0 ? format : format(format, values)).append('\n');
  }

  /** Appends a table whose columns are as wide as their widest cell; the first row is the head. */
  final void table(List<List<String>> rows) {
    int[] widths = new int[rows.get(0).size()];
    for (List<String> row : rows) {
      for (int c = 0; c < widths.length; c++) {
        widths[c] = Math.max(widths[c], row.get(c).length());
      }
    }
    tableRow(rows.get(0), widths);
    // Text to the left, numbers to the right.
    List<String> rules =
        Arrays.stream(widths)
            .mapToObj(w -> "-".repeat(Math.max(2, w) - 1) + ":")
            .collect(Collectors.toList());
    rules.set(0, "-".repeat(widths[0]));
    tableRow(rules, widths);
    rows.subList(1, rows.size()).forEach(row -> tableRow(row, widths));
  }

  private void tableRow(List<String> cells, int[] widths) {
    for (int c = 0; c < widths.length; c++) {
      String pad = " ".repeat(widths[c] - Math.min(widths[c], cells.get(c).length()));
      out.append("| ").append(c == 0 ? cells.get(c) + pad : pad + cells.get(c)).append(' ');
    }
    out.append("|\n");
  }
}
