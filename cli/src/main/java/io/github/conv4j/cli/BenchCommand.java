package io.github.conv4j.cli;

import com.google.gson.GsonBuilder;
import io.github.conv4j.Accuracy;
import io.github.conv4j.Conv4j;
import io.github.conv4j.DType;
import io.github.conv4j.Tensor;
import io.github.conv4j.nn.Conv2d;
import io.github.conv4j.random.Generator;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** Measures how fast layers are on this machine. */
@Command(
    name = "bench",
    description = {
      "Measure how fast layers are on this machine.",
      "",
      "Each layer runs a second to warm up and a second to be measured, with one thread and with "
          + "as many as there are processors, or as --threads says. The last column compares with "
          + "how fast the kernels multiply and add when all numbers are in the first-level cache.",
    },
    footer = {
      "  conv4j bench",
      "  conv4j bench --only rn50 --threads 1 --accuracy fast",
      "  conv4j bench --layers mine.json --json",
    })
final class BenchCommand implements Callable<Integer> {
  private static final long WARM_UP_NANOS = 1_000_000_000;
  private static final long MEASURED_NANOS = 1_000_000_000;

  /** What is timed at once lasts at least so long, many times what reading the clock takes. */
  private static final long ROUND_NANOS = 5_000_000;

  @Spec private CommandSpec spec;

  @ParentCommand private Conv4jCommand root;

  @Option(
      names = "--layers",
      paramLabel = "FILE",
      description =
          "A JSON list of layers, each with name, n, cin, h, w, cout, kh, kw, sh, sw, ph, pw, dh, "
              + "dw, groups and dtype; some 25 layers of well-known networks if not given.")
  private Path file;

  @Option(
      names = "--only",
      split = ",",
      paramLabel = "NAME",
      description = "Only layers whose names contain one of these.")
  private List<String> only = List.of("");

  @Option(
      names = "--accuracy",
      paramLabel = "ACCURACY",
      defaultValue = "pytorch",
      description = "pytorch, as exact as PyTorch (the default), or fast.")
  private Accuracy accuracy;

  @Option(names = "--json", description = "Print a JSON list and nothing else.")
  private boolean json;

  /** One line of the result, by the names that the JSON has. */
  private record Result(
      String name,
      int threads,
      String accuracy,
      String algorithm,
      double ms_min,
      double ms_median,
      double gflops) {}

  @Override
  public Integer call() throws IOException {
    List<BenchLayer> layers;
    try {
      layers =
          BenchLayer.read(file).stream()
              .filter(layer -> only.stream().anyMatch(layer.name()::contains))
              .toList();
      if (layers.isEmpty()) {
        throw new IllegalArgumentException("no layer's name contains " + String.join(" or ", only));
      }
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
    int before = Conv4j.threads();
    try {
      return measureAll(layers);
    } finally {
      Conv4j.setThreads(before);
    }
  }

  private int measureAll(List<BenchLayer> layers) {
    int[] threads = root.threadsGiven() ? new int[] {Conv4j.threads()} : threadCounts();
    int columns = Integer.getInteger("conv4j.columns", 0);
    int steps = layers.size() * threads.length;
    ProgressBar bar = new ProgressBar(spec.commandLine().getErr(), steps, columns);
    bar.draw(0, "the kernels alone");
    Map<DType, Double> peaks = new EnumMap<>(DType.class);
    if (!json) {
      layers.forEach(layer -> peaks.computeIfAbsent(layer.type(), Conv4j::measurePeak));
    }
    PrintWriter out = spec.commandLine().getOut();
    List<Result> results = new ArrayList<>();
    int done = 0;
    int code = Cli.DONE;
    if (!json) {
      bar.clear();
      printHead(out, peaks, layers);
    }
    for (BenchLayer layer : layers) {
      for (int count : threads) {
        bar.draw(done++, layer.name());
        try {
          Result result = measure(layer, count);
          results.add(result);
          bar.clear();
          if (!json) {
            printLine(out, result, peaks.get(layer.type()), layers);
          }
        } catch (IllegalArgumentException | OutOfMemoryError e) {
          bar.clear();
          code = root.fail(layer.name() + ": " + ErrorText.of(e), e);
        }
      }
    }
    if (json) {
      out.println(new GsonBuilder().setPrettyPrinting().create().toJson(results));
    }
    return code;
  }

  private static int[] threadCounts() {
    int processors = Conv4j.threads();
    return processors == 1 ? new int[] {1} : new int[] {1, processors};
  }

  private Result measure(BenchLayer layer, int threads) {
    Conv4j.setThreads(threads);
    Conv2d conv = layer.layer(accuracy);
    Tensor x = Tensor.rand(Generator.torch(1), layer.input(), layer.type());
    Tensor y = conv.forward(x);
    long calls = 0;
    long start = System.nanoTime();
    long warm;
    do {
      conv.forward(x, y);
      calls++;
      warm = System.nanoTime() - start;
    } while (warm < WARM_UP_NANOS);
    int reps = (int) Math.max(1, ROUND_NANOS * calls / warm);
    List<Double> rounds = new ArrayList<>();
    long begin = System.nanoTime();
    do {
      long from = System.nanoTime();
      for (int i = 0; i < reps; i++) {
        conv.forward(x, y);
      }
      rounds.add((System.nanoTime() - from) / 1e6 / reps);
    } while (System.nanoTime() - begin < MEASURED_NANOS);
    double[] sorted = rounds.stream().mapToDouble(d -> d).sorted().toArray();
    double flops = 2.0 * y.numel() * conv.weight().numel() / layer.cout();
    return new Result(
        layer.name(),
        threads,
        accuracy.toString(),
        algorithm(conv.explain(layer.n(), layer.cin(), layer.h(), layer.w())),
        sorted[0],
        sorted[sorted.length / 2],
        flops / sorted[0] / 1e6);
  }

  private static String algorithm(String plan) {
    return Arrays.stream(plan.split("\\R"))
        .filter(line -> line.startsWith("algorithm"))
        .map(line -> line.substring("algorithm".length()).strip())
        .findFirst()
        .orElseThrow();
  }

  private static int nameWidth(List<BenchLayer> layers) {
    return layers.stream().mapToInt(layer -> layer.name().length()).max().orElse(0);
  }

  private static void printHead(
      PrintWriter out, Map<DType, Double> peaks, List<BenchLayer> layers) {
    peaks.forEach(
        (type, peak) ->
            out.printf(Locale.ROOT, "kernels alone, %s, 1 thread: %.0f GFLOP/s%n", type, peak));
    out.printf(
        Locale.ROOT,
        "%-" + nameWidth(layers) + "s  %-13s %7s %9s %9s %8s %7s%n",
        "layer",
        "algorithm",
        "threads",
        "ms min",
        "median",
        "GFLOP/s",
        "% peak");
    out.flush();
  }

  private static void printLine(
      PrintWriter out, Result result, double peak, List<BenchLayer> layers) {
    out.printf(
        Locale.ROOT,
        "%-" + nameWidth(layers) + "s  %-13s %7d %9.3f %9.3f %8.1f %7.0f%n",
        result.name(),
        result.algorithm(),
        result.threads(),
        result.ms_min(),
        result.ms_median(),
        result.gflops(),
        100 * result.gflops() / peak / result.threads());
    out.flush();
  }
}
