package io.github.conv4j.bench;

import io.github.conv4j.bench.Launch.Turns;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command {@code bench/compare}. */
@Command(
    name = "compare",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    subcommands = CompareNetworks.class,
    description = {
      "Measure conv4j side by side with PyTorch, ONNX Runtime and OpenCV.",
      "",
      "Everybody is a process of its own, gets the same numbers, and has turns in alternating "
          + "rounds. Prints a table, and writes it with a JSON file and plots. A peer that is not "
          + "installed is named.",
    })
final class Compare implements Callable<Integer> {
  private static final int DONE = 0;
  private static final int DISAGREE = 1;
  private static final int USAGE = 2;

  /** How long each limit of the machine is measured after it was last found to be higher. */
  private static final int SPEED_MILLIS = 400;

  @Spec private CommandSpec spec;

  @Option(
      names = "--layers",
      paramLabel = "FILE",
      description = "The layers, a JSON file as bench/layers.json, which is the default.")
  private Path layersFile;

  @Option(
      names = "--only",
      split = ",",
      paramLabel = "NAME",
      description = "Only layers whose name contains one of these.")
  private List<String> only = List.of();

  @Mixin private MeasuringOptions how;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description =
          "Where files go (default: docs/benchmarks; with --quick, --only or --jvm "
              + "bench/target/compare).")
  private Path out;

  @Option(
      names = "--redraw",
      paramLabel = "FILE",
      description = "Measure nothing: make tables and plots of this JSON file again.")
  private Path redraw;

  private Compare() {}

  /** Runs the command. */
  public static void main(String[] args) {
    CommandLine command = new CommandLine(new Compare());
    command.setExecutionExceptionHandler(
        (e, commandLine, parsed) -> {
          commandLine.getErr().println("compare: " + e.getMessage());
          return USAGE;
        });
    System.exit(command.execute(args));
  }

  @Override
  public Integer call() throws IOException {
    if (redraw != null) {
      Results results = Results.read(redraw);
      String name = redraw.getFileName().toString().replaceFirst("\\.json$", "");
      publish(results, folderOr(redraw.toAbsolutePath().getParent()).resolve(name));
      return results.disagree() ? DISAGREE : DONE;
    }
    List<Layer> layers = layers();
    List<Contender> contenders = how.contenders(Contender.peers());
    Results.Settings settings = how.settings();
    Path temporary = Files.createTempDirectory("conv4j-compare");
    try {
      Results results = new Measuring(settings, contenders, layers, temporary).run();
      Path root = Path.of(System.getProperty("conv4j.bench.root", "."));
      boolean partial = how.isQuick() || !only.isEmpty() || !settings.jvmOptions().isEmpty();
      Path folder = folderOr(root.resolve(partial ? "bench/target/compare" : "docs/benchmarks"));
      Path base = folder.resolve(name(results));
      Files.createDirectories(folder);
      Files.writeString(Path.of(base + ".json"), results.toJson());
      publish(results, base);
      return results.disagree() ? DISAGREE : DONE;
    } finally {
      delete(temporary);
    }
  }

  private Path folderOr(Path otherwise) {
    return out != null ? out : otherwise;
  }

  private List<Layer> layers() throws IOException {
    List<Layer> all = layersFile == null ? Layer.builtIn() : Layer.readAll(layersFile);
    List<Layer> chosen =
        all.stream()
            .filter(l -> only.isEmpty() || only.stream().anyMatch(l.name()::contains))
            .toList();
    if (chosen.isEmpty()) {
      throw usage("no layer's name contains " + String.join(" or ", only));
    }
    return chosen;
  }

  private ParameterException usage(String message) {
    return new ParameterException(spec.commandLine(), message);
  }

  /** Returns for instance {@code layers-jdk25}. */
  private String name(Results results) {
    String list =
        layersFile == null
            ? "layers"
            : layersFile.getFileName().toString().replaceFirst("\\.json$", "");
    return list + "-jdk" + results.java().version().split("[.+-]", 2)[0];
  }

  private void publish(Results results, Path base) throws IOException {
    String markdown = Report.markdown(results);
    Files.createDirectories(base.toAbsolutePath().getParent());
    Files.writeString(Path.of(base + ".md"), markdown);
    Plot.draw(results, base);
    spec.commandLine().getOut().println(markdown);
    spec.commandLine().getErr().println("compare: wrote " + base + ".*");
  }

  static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  /** One measurement of everything. */
  private final class Measuring {
    private final Results.Settings settings;
    private final List<Contender> contenders;
    private final List<Layer> layers;
    private final Path temporary;
    private final Map<Integer, MachineSpeed> limits = new LinkedHashMap<>();
    private final Map<Key, List<Turns>> turns = new LinkedHashMap<>();

    private record Key(Layer layer, int threads, Contender contender) {}

    Measuring(
        Results.Settings settings, List<Contender> contenders, List<Layer> layers, Path temporary) {
      this.settings = settings;
      this.contenders = contenders;
      this.layers = layers;
      this.temporary = temporary;
    }

    Results run() throws IOException {
      Results.Machine machine = MachineName.here();
      Results.Java version = null;
      String backend = null;
      List<Results.Entrant> entrants = null;
      for (int number = 1; number <= settings.launches(); number++) {
        try (Launch launch = how.launch(temporary)) {
          if (number == 1) {
            entrants = contenders.stream().map(launch::entrant).toList();
            entrants.stream()
                .filter(e -> e.missing() != null)
                .forEach(e -> say("%s is missing: %s", e.title(), e.missing()));
            backend = launch.about("backend");
            version =
                new Results.Java(launch.about("java"), launch.about("vendor"), launch.about("vm"));
          }
          measure(launch, number);
        }
      }
      return new Results(
          Instant.now().truncatedTo(ChronoUnit.SECONDS).toString(),
          machine,
          version,
          backend,
          settings,
          List.copyOf(limits.values()),
          entrants,
          layers,
          turns.entrySet().stream().map(e -> measurement(e.getKey(), e.getValue())).toList());
    }

    private void measure(Launch launch, int number) throws IOException {
      for (int t : settings.threads()) {
        limits.merge(t, launch.speed(t, SPEED_MILLIS), MachineSpeed::better);
        MachineSpeed limit = limits.get(t);
        say(
            "launch %d, threads %d: FMA %.0f GFLOP/s in float32, %.0f in float64; memory reads"
                + " %.1f GB/s, triad %.1f",
            number, t, limit.fmaFloat32(), limit.fmaFloat64(), limit.readGb(), limit.triadGb());
      }
      Path folder = temporary.resolve("layer");
      for (Layer layer : layers) {
        LayerData.random(layer, settings.seed()).write(folder);
        for (int t : settings.threads()) {
          Map<Contender, Turns> measured = launch.measure(t, folder, contenders);
          measured.forEach(
              (c, m) -> turns.computeIfAbsent(new Key(layer, t, c), k -> new ArrayList<>()).add(m));
          say("launch %d, threads %d, %s: %s", number, t, layer.name(), describe(measured));
        }
      }
    }

    private String describe(Map<Contender, Turns> measured) {
      List<String> parts = new ArrayList<>();
      measured.forEach(
          (c, m) -> {
            if (m.refused == null) {
              parts.add(String.format(Locale.ROOT, "%s %.3f", c.id(), m.min()));
            } else if (!c.isPeer()) {
              parts.add(c.id() + " refuses: " + m.refused);
            }
          });
      return String.join(", ", parts);
    }

    private Results.Measurement measurement(Key key, List<Turns> launched) {
      List<Turns> done = launched.stream().filter(t -> t.refused == null).toList();
      if (done.isEmpty()) {
        return Results.Measurement.refused(
            key.layer(), key.threads(), key.contender(), launched.get(0).refused);
      }
      List<Double> mins = done.stream().map(Turns::min).toList();
      double[] medians =
          done.stream().flatMap(t -> t.rounds.stream()).mapToDouble(Timing::median).toArray();
      return new Results.Measurement(
          key.layer().name(),
          key.threads(),
          key.contender().id(),
          null,
          mins.stream().min(Comparator.naturalOrder()).orElseThrow(),
          Timing.median(medians),
          mins,
          done.stream().mapToDouble(t -> t.maxError).reduce(0, Math::max),
          Agreement.tolerance(key.layer()));
    }

    private void say(String format, Object... values) {
      spec.commandLine().getErr().println(String.format(Locale.ROOT, format, values));
    }
  }
}
