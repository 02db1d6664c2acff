package io.github.conv4j.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The tables of a comparison of networks. */
final class NetworkReport extends Markdown {
  private static final double MIB = 1 << 20;

  private final NetworkResults results;

  private NetworkReport(NetworkResults results) {
    this.results = results;
  }

  static String markdown(NetworkResults results) {
    NetworkReport report = new NetworkReport(results);
    report.head();
    for (int threads : results.settings().threads()) {
      report.times(threads);
    }
    report.memory();
    report.refusals();
    report.disagreements();
    return report.text();
  }

  private void head() {
    line("# Networks in conv4j and its peers");
    line(NONE);
    line(
        "- %s, %d processors, %s",
        results.machine().cpu(), results.machine().processors(), results.machine().system());
    if (results.machine().loadBefore() != null) {
      line("- load average before the measurement: %.1f", results.machine().loadBefore());
    }
    line(
        "- Java %s, %s, %s; conv4j's backend: %s",
        results.java().version(), results.java().vendor(), results.java().vm(), results.backend());
    line(
        "- %s; %s of %s for each network, in which each had turns of some %d ms",
        results.date(),
        results.settings().launches() == 1
            ? "1 launch"
            : results.settings().launches() + " launches",
        count(results.settings().rounds(), "round"),
        results.settings().roundMillis());
    for (Results.Entrant entrant : results.contenders()) {
      line(
          "- %s %s",
          entrant.title(),
          entrant.missing() == null ? entrant.version() : "MISSING: " + entrant.missing());
    }
    line("- pictures of 3x224x224, random weights and batch norm statistics");
  }

  private List<Contender> contenders() {
    return results.contenders().stream().map(e -> Contender.of(e.id())).toList();
  }

  private void times(int threads) {
    line(NONE);
    line("## %s", count(threads, "thread"));
    line(NONE);
    line("Shortest calls in ms. The best peer is marked *; ratios are its time / conv4j's.");
    line(NONE);
    List<List<String>> table = new ArrayList<>();
    List<String> titles = new ArrayList<>(List.of("network"));
    contenders().forEach(c -> titles.add(c.title()));
    contenders().stream()
        .filter(c -> !c.isPeer())
        .forEach(c -> titles.addAll(List.of("ratio " + c.title(), "floor")));
    table.add(titles);
    for (NetworkCase network : results.networks()) {
      List<String> cells = new ArrayList<>(List.of(network.name()));
      Optional<NetworkResults.Measurement> best = results.bestPeer(network, threads);
      for (Contender contender : contenders()) {
        cells.add(
            results
                .find(network, threads, contender)
                .map(m -> format("%.2f", m.msMin()) + (best.equals(Optional.of(m)) ? " \\*" : NONE))
                .orElse(NONE));
      }
      for (Contender contender : contenders()) {
        if (!contender.isPeer()) {
          cells.add(
              results.ratio(network, threads, contender).stream()
                  .mapToObj(r -> format("%.2f", r))
                  .findFirst()
                  .orElse(NONE));
          cells.add(format("%.2f", network.floor(contender)));
        }
      }
      table.add(cells);
    }
    table(table);
  }

  private void memory() {
    int threads = results.settings().threads().get(results.settings().threads().size() - 1);
    line(NONE);
    line("## Memory");
    line(NONE);
    line(
        "The most memory of a process that computed nothing else, in MiB, all libraries included.");
    line(NONE);
    List<List<String>> table = new ArrayList<>();
    List<String> titles = new ArrayList<>(List.of("network"));
    contenders().forEach(c -> titles.add(c.title()));
    table.add(titles);
    for (NetworkCase network : results.networks()) {
      List<String> cells = new ArrayList<>(List.of(network.name()));
      for (Contender contender : contenders()) {
        cells.add(
            results
                .find(network, threads, contender)
                .filter(m -> m.peakBytes() != null)
                .map(m -> format("%.0f", m.peakBytes() / MIB))
                .orElse(NONE));
      }
      table.add(cells);
    }
    table(table);
  }

  private void refusals() {
    results.measurements().stream()
        .filter(m -> m.refused() != null)
        .forEach(
            m -> {
              line(NONE);
              line(
                  "Not computed by %s: %s with %s: %s",
                  m.contender(), m.network(), count(m.threads(), "thread"), m.refused());
            });
  }

  private void disagreements() {
    line(NONE);
    double largest =
        results.measurements().stream()
            .filter(m -> m.maxError() != null)
            .mapToDouble(NetworkResults.Measurement::maxError)
            .max()
            .orElse(0);
    if (!results.disagree()) {
      line("All outputs agree; the largest difference is %.2g of the largest output.", largest);
    }
    results.measurements().stream()
        .filter(NetworkResults.Measurement::disagrees)
        .forEach(
            m ->
                line(
                    "DISAGREES: %s on %s with %s: %.2g",
                    m.contender(), m.network(), count(m.threads(), "thread"), m.maxError()));
  }
}
