package io.github.conv4j.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The options of all comparisons: who takes part, how often and how long. */
final class MeasuringOptions {
  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

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

  /** Returns what the options say. */
  Results.Settings settings() {
    return new Results.Settings(
        choose(launches, 1, 3),
        choose(rounds, 4, 10),
        choose(roundMillis, 50, 100),
        choose(warmMillis, 800, 2000),
        threads,
        seed,
        jvmOptions);
  }

  /** Returns whether rough figures will do. */
  boolean isQuick() {
    return quick;
  }

  /** Starts everybody's processes, see {@link Launch}. */
  Launch launch(Path logs) throws IOException {
    String java = javaHome.resolve("bin").resolve("java").toString();
    return new Launch(java, python, settings(), logs);
  }

  private int choose(Integer given, int forQuick, int otherwise) {
    int value = given != null ? given : quick ? forQuick : otherwise;
    if (value < 1) {
      throw usage("rounds, launches and times are 1 or more");
    }
    return value;
  }

  /** Returns who takes part: conv4j with the accuracies asked for, and these peers. */
  List<Contender> contenders(List<Contender> peers) {
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
    contenders.addAll(peers);
    return contenders.stream().distinct().sorted().toList();
  }

  private ParameterException usage(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
