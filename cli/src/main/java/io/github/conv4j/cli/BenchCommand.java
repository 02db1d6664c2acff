package io.github.conv4j.cli;

import com.google.gson.FieldNamingPolicy;
import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import io.github.conv4j.Accuracy;
import io.github.conv4j.Conv4j;
import io.github.conv4j.DType;
import io.github.conv4j.cli.text.ErrorText;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
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
      "Each layer warms up until it gets no faster, for 2 seconds at most, and is then measured for "
          + "one, with one thread and with as many as there are processors, or as --threads says. "
          + "Times are those of one call, the best and the middle one of rounds of some 5 ms.",
      "",
      "GFLOP/s are 2 * taps * outputs / the best time. The last column compares them with the "
          + "fused multiply-adds that as many threads reach on numbers in the first-level cache; an "
          + "algorithm with fewer multiplications can pass 100 %%.",
    },
    footer = {
      "  conv4j bench",
      "  conv4j bench --only rn50,dw --threads 1 --accuracy fast",
      "  conv4j bench --layers mine.json --json",
    })
final class BenchCommand implements Callable<Integer> {
  private static final Gson GSON =
      new GsonBuilder()
          .setFieldNamingPolicy(FieldNamingPolicy.LOWER_CASE_WITH_UNDERSCORES)
          .setPrettyPrinting()
          .create();

  @Spec private CommandSpec spec;

  @ParentCommand private Conv4jCommand root;

  @Option(
      names = "--layers",
      paramLabel = "FILE",
      description =
          "A JSON list of objects, each with name, n, cin, h, w, cout, kh, kw, sh, sw, ph, pw, dh, "
              + "dw, groups and dtype: batch, input, kernels, stride, padding, dilation. Some 25 "
              + "layers of well-known networks if not given.")
  private Path file;

  @Option(
      names = "--only",
      split = ",",
      paramLabel = "NAME",
      description = "Only layers whose names contain one of these.")
  private List<String> only;

  @Option(
      names = "--accuracy",
      paramLabel = "ACCURACY",
      defaultValue = "pytorch",
      description = "pytorch, as exact as PyTorch (the default), or fast.")
  private Accuracy accuracy;

  @Option(names = "--json", description = "Print a JSON list and nothing else.")
  private boolean json;

  private List<BenchLayer> layers;
  private List<Integer> threads;
  private ProgressBar bar;

  @Override
  public Integer call() throws IOException {
    try {
      layers = choose(BenchLayer.read(file));
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
    int before = Conv4j.threads();
    threads = root.threadsGiven() ? List.of(before) : threadCounts();
    int columns = Integer.getInteger("conv4j.columns", 0);
    bar = new ProgressBar(spec.commandLine().getErr(), layers.size() * threads.size(), columns);
    try {
      return json ? runForJson() : runForTable();
    } finally {
      bar.clear();
      Conv4j.setThreads(before);
    }
  }

  private List<BenchLayer> choose(List<BenchLayer> all) {
    if (only == null) {
      return all;
    }
    if (only.contains("")) {
      throw new IllegalArgumentException("--only needs names, parted by single commas");
    }
    List<BenchLayer> chosen =
        all.stream().filter(layer -> only.stream().anyMatch(layer.name()::contains)).toList();
    if (chosen.isEmpty()) {
      throw new IllegalArgumentException("no layer's name contains " + String.join(" or ", only));
    }
    return chosen;
  }

  private static List<Integer> threadCounts() {
    return Stream.of(1, Runtime.getRuntime().availableProcessors()).distinct().toList();
  }

  private int runForJson() {
    List<BenchTimer.Result> results = new ArrayList<>();
    int code = measure((layer, result) -> results.add(result));
    bar.clear();
    spec.commandLine().getOut().println(GSON.toJson(results));
    return code;
  }

  private int runForTable() {
    PrintWriter out = spec.commandLine().getOut();
    // Asked first: it may be that the backend asked for cannot be had.
    String backend = Conv4j.backend() + ": " + Conv4j.backendReason();
    bar.draw(0, "multiply-adds alone");
    Map<DType, Map<Integer, Double>> peaks = new EnumMap<>(DType.class);
    for (BenchLayer layer : layers) {
      peaks.computeIfAbsent(layer.dtype(), this::measurePeaks);
    }
    bar.clear();
    out.println("backend  " + backend);
    peaks.forEach((dtype, speeds) -> out.println("peak     " + dtype + ": " + describe(speeds)));
    int width = layers.stream().mapToInt(layer -> layer.name().length()).max().orElse(0);
    String row = "%-" + width + "s  %-14s %7s %10s %10s %9s %6s%n";
    out.printf(row, "layer", "algorithm", "threads", "ms min", "ms median", "GFLOP/s", "% peak");
    out.flush();
    return measure(
        (layer, result) -> {
          double peak = peaks.get(layer.dtype()).get(result.threads());
          out.printf(
              row,
              result.name(),
              result.algorithm(),
              result.threads(),
              decimal(3, result.msMin()),
              decimal(3, result.msMedian()),
              decimal(1, result.gflops()),
              decimal(0, 100 * result.gflops() / peak));
          out.flush();
        });
  }

  private Map<Integer, Double> measurePeaks(DType dtype) {
    Map<Integer, Double> peaks = new LinkedHashMap<>();
    for (int count : threads) {
      Conv4j.setThreads(count);
      peaks.put(count, Conv4j.measurePeak(dtype));
    }
    return peaks;
  }

  /** Returns for instance {@code 200 GFLOP/s with 1 thread, 390 GFLOP/s with 2 threads}. */
  private static String describe(Map<Integer, Double> peaks) {
    List<String> parts = new ArrayList<>();
    peaks.forEach(
        (count, peak) ->
            parts.add(
                decimal(0, peak)
                    + " GFLOP/s with "
                    + count
                    + (count == 1 ? " thread" : " threads")));
    return String.join(", ", parts);
  }

  private static String decimal(int digits, double value) {
    return String.format(Locale.ROOT, "%." + digits + "f", value);
  }

  /** Measures all layers with all numbers of threads, and returns the exit code. */
  private int measure(BiConsumer<BenchLayer, BenchTimer.Result> results) {
    int code = Cli.DONE;
    int done = 0;
    for (BenchLayer layer : layers) {
      try {
        bar.draw(done, layer.name());
        BenchTimer timer = new BenchTimer(layer, accuracy);
        for (int i = 0; i < threads.size(); i++) {
          bar.draw(done + i, layer.name());
          BenchTimer.Result result = timer.measure(threads.get(i));
          bar.clear();
          results.accept(layer, result);
        }
      } catch (IllegalArgumentException | OutOfMemoryError e) {
        bar.clear();
        code = root.fail(layer.name() + ": " + ErrorText.of(e), e);
      }
      done += threads.size();
    }
    return code;
  }
}
