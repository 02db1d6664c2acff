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
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command {@code bench/compare}. */
@Command(
    name = "compare",
    mixinStandardHelpOptions = true,
    sortOptions = false,
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

  @Option(
      names = "--threads",
      split = ",",
      paramLabel = "N",
      description = "Numbers of threads (default: 1,2).")
  private List<Integer> threads = List.of(1, 2);

  @Option(
      names = "--accuracy",
      split = ",",
      paramLabel = "NAME",
      description = "conv4j's accuracies: pytorch, fast, or both (default: pytorch).")
  private List<String> accuracies = List.of("pytorch");

  @Option(
      names = "--launches",
      paramLabel = "N",
      description = "Start all processes so many times (default: 3).")
  private Integer launches;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      description = "Rounds for each layer in each launch (default: 10).")
  private Integer rounds;

  @Option(
      names = "--round-ms",
      paramLabel = "MS",
      description = "How long a turn takes, about (default: 100).")
  private Integer roundMillis;

  @Option(
      names = "--warm-up",
      paramLabel = "MS",
      description =
          "How long conv4j runs before the first round, and peers a quarter of it "
              + "(default: 2000).")
  private Integer warmMillis;

  @Option(
      names = "--quick",
      description = "Rough figures soon: one launch, 4 rounds of 50 ms, 800 ms to warm up.")
  private boolean quick;

  @Option(
      names = "--java",
      paramLabel = "HOME",
      description = "The JDK for conv4j (default: the one that runs this).")
  private Path javaHome = Path.of(System.getProperty("java.home"));

  @Option(
      names = "--jvm",
      paramLabel = "OPTION",
      description = "An option for conv4j's JVM, such as --jvm=-Dconv4j.backend=portable.")
  private List<String> jvmOptions = List.of();

  @Option(
      names = "--python",
      paramLabel = "COMMAND",
      description = "The Python that has the peers (default: python3).")
  private String python = "python3";

  @Option(names = "--seed", paramLabel = "N", description = "Of inputs and kernels (default: 1).")
  private long seed = 1;

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
    List<Contender> contenders = contenders();
    Results.Settings settings =
        new Results.Settings(
            choose(launches, 1, 3),
            choose(rounds, 4, 10),
            choose(roundMillis, 50, 100),
            choose(warmMillis, 800, 2000),
            threads,
            seed,
            jvmOptions);
    Path temporary = Files.createTempDirectory("conv4j-compare");
    try {
      Results results = new Measuring(settings, contenders, layers, temporary).run();
      Path root = Path.of(System.getProperty("conv4j.bench.root", "."));
      boolean partial = quick || !only.isEmpty() || !jvmOptions.isEmpty();
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

  private int choose(Integer given, int forQuick, int otherwise) {
    int value = given != null ? given : quick ? forQuick : otherwise;
    if (value < 1) {
      throw usage("rounds, launches and times are 1 or more");
    }
    return value;
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

  private List<Contender> contenders() {
    if (threads.stream().anyMatch(t -> t < 1)) {
      throw usage("threads are 1 or more");
    }
    List<Contender> contenders = new ArrayList<>();
    for (String accuracy : accuracies) {
      contenders.add(
          switch (accuracy) {
            case "pytorch" -> Contender.CONV4J;
            case "fast" -> Contender.CONV4J_FAST;
            default -> throw usage("--accuracy is pytorch or fast, not " + accuracy);
          });
    }
    contenders.addAll(Contender.peers());
    return contenders.stream().distinct().sorted().toList();
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

  private static void delete(Path folder) throws IOException {
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
      String java = javaHome.resolve("bin").resolve("java").toString();
      Results.Machine machine = MachineName.here();
      Results.Java version = null;
      String backend = null;
      List<Results.Entrant> entrants = null;
      for (int number = 1; number <= settings.launches(); number++) {
        try (Launch launch = new Launch(java, python, settings, temporary)) {
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
          Map<Contender, Turns> measured = launch.measure(layer, t, folder, contenders);
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
