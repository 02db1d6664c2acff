package io.github.conv4j.bench;

import io.github.conv4j.bench.Launch.Turns;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.knowm.xchart.CategoryChart;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command {@code bench/compare networks}. */
@Command(
    name = "networks",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Measure whole networks in conv4j side by side with PyTorch and ONNX Runtime.",
      "",
      "PyTorch and torchvision make each network with random weights; everybody gets the same, "
          + "and has turns in alternating rounds. The memory is measured in processes of their "
          + "own. Prints a table, and writes it with a JSON file and a plot.",
    })
final class CompareNetworks implements Callable<Integer> {
  private static final int DONE = 0;
  private static final int DISAGREE = 1;
  private static final int PLOT_WIDTH = 1100;
  private static final List<Contender> PEERS =
      List.of(Contender.TORCH, Contender.TORCH_FROZEN, Contender.ORT_PYTHON, Contender.ORT_JAVA);

  @Spec private CommandSpec spec;

  @Option(
      names = "--only",
      split = ",",
      paramLabel = "NAME",
      description = "Only networks whose name contains one of these.")
  private List<String> only = List.of();

  @Mixin private MeasuringOptions how;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description =
          "Where files go (default: docs/benchmarks; with --quick, --only or --jvm "
              + "bench/target/compare).")
  private Path out;

  private final Map<Key, List<Turns>> turns = new LinkedHashMap<>();
  private final Map<Key, Long> memory = new LinkedHashMap<>();
  private List<Results.Entrant> entrants;
  private Results.Java java;
  private String backend;

  private record Key(NetworkCase network, int threads, Contender contender) {}

  @Override
  public Integer call() throws IOException {
    List<NetworkCase> networks =
        NetworkCase.all().stream()
            .filter(n -> only.isEmpty() || only.stream().anyMatch(n.name()::contains))
            .toList();
    if (networks.isEmpty()) {
      throw new ParameterException(
          spec.commandLine(), "no network's name contains " + String.join(" or ", only));
    }
    Results.Settings settings = how.settings();
    List<Contender> contenders = how.contenders(PEERS);
    Results.Machine machine = MachineName.here();
    Path temporary = Files.createTempDirectory("conv4j-networks");
    try {
      measure(networks, contenders, settings, temporary);
    } finally {
      Compare.delete(temporary);
    }
    NetworkResults results =
        new NetworkResults(
            Instant.now().truncatedTo(ChronoUnit.SECONDS).toString(),
            machine,
            java,
            backend,
            settings,
            entrants,
            networks,
            turns.entrySet().stream().map(e -> measurement(e.getKey(), e.getValue())).toList());
    publish(results);
    return results.disagree() ? DISAGREE : DONE;
  }

  private void measure(
      List<NetworkCase> networks,
      List<Contender> contenders,
      Results.Settings settings,
      Path temporary)
      throws IOException {
    for (NetworkCase network : networks) {
      Path folder = temporary.resolve(network.model() + network.batch());
      NetworkData.begin(folder, network, settings.seed());
      try (Launch launch = how.launch(temporary)) {
        launch.export(folder);
      }
      for (int number = 1; number <= settings.launches(); number++) {
        try (Launch launch = how.launch(temporary)) {
          introduce(launch, contenders);
          for (int t : settings.threads()) {
            Map<Contender, Turns> measured = launch.measure(t, folder, contenders);
            measured.forEach(
                (c, m) ->
                    turns.computeIfAbsent(new Key(network, t, c), k -> new ArrayList<>()).add(m));
            say("launch %d, %s, threads %d: %s", number, network.name(), t, describe(measured));
          }
        }
      }
      measureMemory(network, contenders, settings, temporary, folder);
      Compare.delete(folder);
    }
  }

  private void introduce(Launch launch, List<Contender> contenders) {
    if (entrants == null) {
      entrants = contenders.stream().map(launch::entrant).toList();
      entrants.stream()
          .filter(e -> e.missing() != null)
          .forEach(e -> say("%s is missing: %s", e.title(), e.missing()));
      java = new Results.Java(launch.about("java"), launch.about("vendor"), launch.about("vm"));
      backend = launch.about("backend");
    }
  }

  private void measureMemory(
      NetworkCase network,
      List<Contender> contenders,
      Results.Settings settings,
      Path temporary,
      Path folder)
      throws IOException {
    int threads = settings.threads().get(settings.threads().size() - 1);
    for (Contender contender : contenders) {
      try (Launch launch = how.launch(temporary)) {
        if (launch.compute(contender, threads, folder)) {
          long bytes = launch.peakMemory(contender);
          settings.threads().forEach(t -> memory.put(new Key(network, t, contender), bytes));
        }
      }
    }
  }

  private static String describe(Map<Contender, Turns> measured) {
    List<String> parts = new ArrayList<>();
    measured.forEach(
        (c, m) ->
            parts.add(
                m.refused == null
                    ? String.format(Locale.ROOT, "%s %.2f", c.id(), m.min())
                    : c.id() + " refuses: " + m.refused));
    return String.join(", ", parts);
  }

  private NetworkResults.Measurement measurement(Key key, List<Turns> launched) {
    String network = key.network().name();
    String id = key.contender().id();
    List<Turns> done = launched.stream().filter(t -> t.refused == null).toList();
    if (done.isEmpty()) {
      String reason = launched.get(0).refused;
      return new NetworkResults.Measurement(
          network, key.threads(), id, reason, null, null, null, null);
    }
    double[] medians =
        done.stream().flatMap(t -> t.rounds.stream()).mapToDouble(Timing::median).toArray();
    return new NetworkResults.Measurement(
        network,
        key.threads(),
        id,
        null,
        done.stream().mapToDouble(Turns::min).min().orElseThrow(),
        Timing.median(medians),
        done.stream().mapToDouble(t -> t.maxError).reduce(0, Math::max),
        memory.get(key));
  }

  private void publish(NetworkResults results) throws IOException {
    Path root = Path.of(System.getProperty("conv4j.bench.root", "."));
    boolean partial =
        how.isQuick() || !only.isEmpty() || !results.settings().jvmOptions().isEmpty();
    Path folder =
        out != null ? out : root.resolve(partial ? "bench/target/compare" : "docs/benchmarks");
    Files.createDirectories(folder);
    String base =
        folder.resolve("networks-jdk" + results.java().version().split("[.+-]", 2)[0]).toString();
    String markdown = NetworkReport.markdown(results);
    Files.writeString(Path.of(base + ".json"), results.toJson());
    Files.writeString(Path.of(base + ".md"), markdown);
    Plot.save(chart(results), base);
    spec.commandLine().getOut().println(markdown);
    spec.commandLine().getErr().println("compare: wrote " + base + ".*");
  }

  private static CategoryChart chart(NetworkResults results) {
    CategoryChart chart = Plot.chart("Best peer: its time / conv4j's", PLOT_WIDTH, 0);
    List<String> names = results.networks().stream().map(NetworkCase::name).toList();
    for (Contender conv4j : List.of(Contender.CONV4J, Contender.CONV4J_FAST)) {
      for (int threads : results.settings().threads()) {
        List<Double> bars =
            results.networks().stream()
                .map(n -> results.ratio(n, threads, conv4j).orElse(0))
                .toList();
        if (bars.stream().anyMatch(b -> b > 0)) {
          chart.addSeries(Plot.label(conv4j, threads), names, bars);
        }
      }
    }
    return chart;
  }

  private void say(String format, Object... values) {
    spec.commandLine().getErr().println(String.format(Locale.ROOT, format, values));
  }
}
