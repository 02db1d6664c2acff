package io.github.conv4j.network;

import io.github.conv4j.Shape;
import io.github.conv4j.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The operations of a network as lines of a table. Not safe for use by many threads. */
final class NetworkTable {
  private final boolean timed;
  private final List<String[]> rows = new ArrayList<>();
  private long parameters;
  private long multiplyAdds;
  private long workspace;
  private double milliseconds;

  NetworkTable(boolean timed) {
    this.timed = timed;
    row(
        "layer",
        "operation",
        "output",
        "parameters",
        "multiply-adds",
        "algorithm",
        "workspace",
        "ms");
  }

  private void row(String... cells) {
    rows.add(cells);
  }

  void add(Graph.Node node, double time) {
    Shape[] inputs = node.inputShapes();
    long held = node.operator().parameters().stream().mapToLong(Tensor::numel).sum();
    long work = node.operator().multiplyAdds(inputs);
    long scratch = node.operator().workspaceBytes(inputs);
    row(
        node.label(),
        node.operator().description(),
        node.output().shape().toString(),
        count(held),
        count(work),
        node.operator().algorithm(inputs),
        count(scratch),
        milliseconds(time));
    parameters += held;
    multiplyAdds += work;
    workspace = Math.max(workspace, scratch);
    milliseconds += time;
  }

  private static String count(long n) {
    return n == 0 ? "" : String.format(Locale.ROOT, "%,d", n);
  }

  private static String milliseconds(double time) {
    return String.format(Locale.ROOT, "%.3f", time);
  }

  String text(long bufferBytes) {
    row(
        "total",
        "",
        "",
        count(parameters),
        count(multiplyAdds),
        "",
        count(workspace),
        milliseconds(milliseconds));
    int columns = timed ? 8 : 7;
    StringBuilder text = new StringBuilder();
    for (String[] cells : rows) {
      StringBuilder line = new StringBuilder();
      for (int c = 0; c < columns; c++) {
        int column = c;
        int width = rows.stream().mapToInt(r -> r[column].length()).max().orElse(0);
        boolean number = c == 3 || c == 4 || c >= 6;
        String gap = " ".repeat(width - cells[c].length());
        line.append(number ? gap + cells[c] : cells[c] + gap).append("  ");
      }
      text.append(line.toString().stripTrailing()).append(System.lineSeparator());
    }
    return text.append(
            String.format(
                Locale.ROOT,
                "buffers between the operations: %,d bytes for each call under way; workspace: for"
                    + " each thread, in bytes%n",
                bufferBytes))
        .toString();
  }
}
