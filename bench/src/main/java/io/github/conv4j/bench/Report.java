package io.github.conv4j.bench;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;

/** The tables of a comparison, as Markdown that can be read as it is. */
final class Report extends Markdown {
  private final Results results;

  private Report(Results results) {
    this.results = results;
  }

  static String markdown(Results results) {
    Report report = new Report(results);
    report.head();
    for (int threads : results.settings().threads()) {
      for (Contender conv4j : List.of(Contender.CONV4J, Contender.CONV4J_FAST)) {
        List<Row> rows = Row.of(results, threads, conv4j);
        if (!rows.isEmpty()) {
          report.layers(threads, conv4j, rows);
          report.classes(conv4j, rows);
        }
      }
    }
    report.refusals();
    report.disagreements();
    return report.text();
  }

  private void head() {
    Results.Machine machine = results.machine();
    Results.Settings settings = results.settings();
    line("# conv4j and its peers");
    line(NONE);
    line("- %s, %d processors, %s", machine.cpu(), machine.processors(), machine.system());
    if (machine.loadBefore() != null) {
      line("- load average before the measurement: %.1f", machine.loadBefore());
    }
    line(
        "- Java %s, %s, %s; conv4j's backend: %s",
        results.java().version(), results.java().vendor(), results.java().vm(), results.backend());
    if (!settings.jvmOptions().isEmpty()) {
      line("- conv4j's JVM had the options `%s`", String.join(" ", settings.jvmOptions()));
    }
    line(
        "- %s; %s of %s, in which each had turns of some %d ms",
        results.date(),
        settings.launches() + (settings.launches() == 1 ? " launch" : " launches"),
        count(settings.rounds(), "round"),
        settings.roundMillis());
    for (Results.Entrant entrant : results.contenders()) {
      String state =
          entrant.missing() == null ? entrant.version() : "MISSING: " + entrant.missing();
      String layout = entrant.plainArrays() ? NONE : ", in a layout of its own";
      line("- %s %s%s", entrant.title(), state, layout);
    }
    line(NONE);
    List<List<String>> table = new ArrayList<>();
    table.add(
        List.of(
            "threads", "FMA float32, GFLOP/s", "FMA float64", "memory read, GB/s", "triad, GB/s"));
    for (MachineSpeed limit : results.limits()) {
      table.add(
          List.of(
              String.valueOf(limit.threads()),
              format("%.0f", limit.fmaFloat32()),
              format("%.0f", limit.fmaFloat64()),
              format("%.1f", limit.readGb()),
              format("%.1f", limit.triadGb())));
    }
    table(table);
  }

  private void layers(int threads, Contender conv4j, List<Row> rows) {
    line(NONE);
    line("## %s, %s", conv4j.title(), count(threads, "thread"));
    line(NONE);
    line("Shortest calls in ms. The best peer with plain arrays is marked *, the best of all **.");
    line(NONE);
    List<Contender> peers =
        Contender.peers().stream()
            .filter(p -> rows.stream().anyMatch(r -> r.peers().containsKey(p)))
            .toList();
    List<List<String>> table = new ArrayList<>();
    List<String> titles = new ArrayList<>(List.of("layer", "GFLOP"));
    peers.forEach(p -> titles.add(p.title()));
    titles.addAll(
        List.of(conv4j.title(), "median", "GFLOP/s", "% of peak", "ratio plain", "ratio any"));
    table.add(titles);
    for (Row row : rows) {
      List<String> cells = new ArrayList<>();
      cells.add(row.layer().name());
      cells.add(format("%.3f", row.layer().flops() / 1e9));
      for (Contender peer : peers) {
        cells.add(peerCell(row, peer));
      }
      cells.add(format("%.3f", row.own().msMin()));
      cells.add(format("%.3f", row.own().msMedian()));
      cells.add(format("%.1f", row.gflops()));
      cells.add(format("%.0f", row.percentOfPeak()));
      cells.add(ratio(row.plainRatio()));
      cells.add(ratio(row.anyRatio()));
      table.add(cells);
    }
    table(table);
  }

  private static String peerCell(Row row, Contender peer) {
    Results.Measurement measurement = row.peers().get(peer);
    if (measurement == null) {
      return NONE;
    }
    String mark = NONE;
    if (row.bestPeer().orElse(null) == peer) {
      mark = " **";
    } else if (row.bestPlainPeer().orElse(null) == peer) {
      mark = " *";
    }
    // Markdown takes bare stars for emphasis.
    return format("%.3f", measurement.msMin()) + mark.replace("*", "\\*");
  }

  private void classes(Contender conv4j, List<Row> rows) {
    line(NONE);
    List<List<String>> table = new ArrayList<>();
    table.add(
        List.of(
            "class",
            "layers",
            "ratio plain",
            "floor",
            "reached",
            "lowest plain",
            "ratio any",
            "lowest any"));
    for (LayerClass kind : LayerClass.values()) {
      List<Row> members = rows.stream().filter(r -> r.layer().layerClass() == kind).toList();
      if (!members.isEmpty()) {
        table.add(summary(kind.title(), members, kind.floor(conv4j), kind));
      }
    }
    table.add(summary("all", rows, OptionalDouble.of(LayerClass.floorOfAll(conv4j)), null));
    table(table);
  }

  private static List<String> summary(
      String title, List<Row> rows, OptionalDouble floor, LayerClass kind) {
    OptionalDouble plain = Row.geometricMean(rows, Row::plainRatio);
    return List.of(
        title,
        String.valueOf(rows.size()),
        ratio(plain),
        ratio(floor),
        reached(plain, floor, rows, kind),
        lowest(rows, Row::plainRatio),
        ratio(Row.geometricMean(rows, Row::anyRatio)),
        lowest(rows, Row::anyRatio));
  }

  private static String reached(
      OptionalDouble mean, OptionalDouble floor, List<Row> rows, LayerClass kind) {
    if (mean.isEmpty() || floor.isEmpty()) {
      return NONE;
    }
    boolean enough = mean.getAsDouble() >= floor.getAsDouble();
    boolean none =
        kind != LayerClass.DENSE
            || rows.stream().allMatch(r -> r.plainRatio().orElse(1) >= LayerClass.DENSE_LOWEST);
    return enough && none ? "yes" : "no";
  }

  private static String lowest(List<Row> rows, Function<Row, OptionalDouble> ratio) {
    return rows.stream()
        .filter(r -> ratio.apply(r).isPresent())
        .min(Comparator.comparing(r -> ratio.apply(r).getAsDouble()))
        .map(r -> ratio(ratio.apply(r)) + " " + r.layer().name())
        .orElse(NONE);
  }

  /** Says which layers a contender that is there did not compute, and why. */
  private void refusals() {
    Map<String, Set<String>> layers = new LinkedHashMap<>();
    for (Results.Entrant entrant : results.contenders()) {
      results.measurements().stream()
          .filter(m -> m.contender().equals(entrant.id()) && m.refused() != null)
          .filter(m -> entrant.missing() == null)
          .forEach(
              m ->
                  layers
                      .computeIfAbsent(entrant.title() + ": " + m.refused(), k -> new TreeSet<>())
                      .add(m.layer()));
    }
    if (!layers.isEmpty()) {
      line(NONE);
      line("Not computed:");
      line(NONE);
      layers.forEach((reason, names) -> line("- %s: %s", reason, String.join(", ", names)));
    }
  }

  private void disagreements() {
    List<Results.Measurement> wrong =
        results.measurements().stream().filter(Results.Measurement::disagrees).toList();
    double largest =
        results.measurements().stream()
            .filter(m -> m.maxError() != null)
            .mapToDouble(m -> m.maxError() / m.tolerance())
            .max()
            .orElse(0);
    line(NONE);
    if (wrong.isEmpty()) {
      line("All outputs agree; the largest difference is %.2f of the tolerance.", largest);
    }
    for (Results.Measurement m : wrong) {
      line(
          "DISAGREES: %s on %s with %s: %.2g, tolerated %.2g",
          m.contender(), m.layer(), count(m.threads(), "thread"), m.maxError(), m.tolerance());
    }
  }

  private static String ratio(OptionalDouble value) {
    return value.isPresent() ? format("%.2f", value.getAsDouble()) : NONE;
  }
}
