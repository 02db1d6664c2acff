package io.github.conv4j.bench;

import ai.onnxruntime.OrtException;
import com.google.gson.Gson;
import com.google.gson.JsonObject;
import io.github.conv4j.Conv4j;
import io.github.conv4j.Tensor;
import io.github.conv4j.io.Npy;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;

/**
 * A child process that holds contenders which run on a JVM. It reads requests, a line each, and
 * answers each with a {@link Reply}; {@code worker.py} answers the same.
 *
 * <pre>
 * about                                   versions, as JSON
 * speed THREADS MILLIS                    what this machine can do, as JSON; see SpeedMeter
 * prepare CONTENDER THREADS FOLDER        make a layer ready: a folder of {@link LayerData} or {@link NetworkData}
 * warm CONTENDER MILLIS                   run for that long; the shortest and the middle time, in ms
 * run CONTENDER TIMES                     run so many times; the same
 * output CONTENDER FILE                   write what the last run computed, as .npy
 * memory                                  the most bytes that the process has had in memory
 * release                                 drop all layers
 * </pre>
 */
final class Worker {
  private static final int MOST_WARM_CALLS = 1_000_000;

  private final Map<Contender, Prepared> layers = new EnumMap<>(Contender.class);

  /** Answers until there are no more requests. */
  public static void main(String[] args) throws IOException {
    Worker worker = new Worker();
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      out.println(worker.answer(line));
    }
    // ONNX Runtime has threads of its own.
    System.exit(0);
  }

  // Whatever goes wrong in a peer's library is an answer too: a machine may lack a native library.
  Reply answer(String line) {
    try {
      return Reply.ok(handle(line));
    } catch (IOException | OrtException | RuntimeException | LinkageError e) {
      return Reply.no(e);
    }
  }

  private String handle(String line) throws IOException, OrtException {
    String[] words = line.split(" ", 4);
    return switch (words[0]) {
      case "about" -> about(Contender.Host.valueOf(words[1]));
      case "speed" -> {
        int threads = Integer.parseInt(words[1]);
        yield new Gson().toJson(SpeedMeter.measure(threads, Integer.parseInt(words[2])));
      }
      case "prepare" -> {
        prepare(Contender.of(words[1]), Integer.parseInt(words[2]), Path.of(words[3]));
        yield "";
      }
      case "warm" -> warm(Contender.of(words[1]), Integer.parseInt(words[2])).toString();
      case "run" -> run(Contender.of(words[1]), Integer.parseInt(words[2])).toString();
      case "output" -> {
        Npy.write(Path.of(line.split(" ", 3)[2]), layers.get(Contender.of(words[1])).output());
        yield "";
      }
      case "memory" -> String.valueOf(peakMemory());
      case "release" -> {
        release();
        yield "";
      }
      default -> throw new IllegalArgumentException("no request is called '" + words[0] + "'");
    };
  }

  private static String about(Contender.Host host) {
    JsonObject json = new JsonObject();
    if (host == Contender.Host.ORT) {
      json.addProperty(Contender.ORT_JAVA.id(), OrtLayer.version());
    } else {
      json.addProperty(Contender.CONV4J.id(), Conv4j.version());
      json.addProperty(Contender.CONV4J_FAST.id(), Conv4j.version());
      json.addProperty("backend", Conv4j.backend() + ": " + Conv4j.backendReason());
      json.addProperty("java", Runtime.version().toString());
      json.addProperty("vendor", System.getProperty("java.vendor"));
      json.addProperty("vm", System.getProperty("java.vm.name"));
    }
    return json.toString();
  }

  private void prepare(Contender contender, int threads, Path folder)
      throws IOException, OrtException {
    Prepared layer =
        NetworkData.isIn(folder)
            ? network(contender, threads, folder)
            : layer(contender, threads, folder);
    layers.put(contender, layer);
    // A layer that cannot be computed is refused now, not in the middle of the rounds.
    layer.run();
  }

  private static Prepared layer(Contender contender, int threads, Path folder)
      throws IOException, OrtException {
    LayerData data = LayerData.read(folder);
    if (contender != Contender.ORT_JAVA) {
      return new Conv4jLayer(data, contender, threads);
    }
    Tensor output = Tensor.zeros(data.layer().outputShape(), data.layer().type());
    return new OrtLayer(folder.resolve(LayerData.MODEL), data.input(), output, threads);
  }

  private static Prepared network(Contender contender, int threads, Path folder)
      throws IOException, OrtException {
    NetworkData data = NetworkData.read(folder);
    return contender == Contender.ORT_JAVA
        ? new OrtLayer(data.model(), data.input(), data.newOutput(), threads)
        : new Conv4jNetwork(data, contender, threads);
  }

  /** Returns what Linux calls VmHWM: the largest resident set so far. */
  private static long peakMemory() throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
      if (line.startsWith("VmHWM:")) {
        return Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024;
      }
    }
    throw new IOException("the system does not tell how much memory a process has had");
  }

  private Timing warm(Contender contender, int millis) throws OrtException {
    Prepared layer = layers.get(contender);
    long[] nanos = new long[MOST_WARM_CALLS];
    int calls = 0;
    long end = System.nanoTime() + millis * 1_000_000L;
    do {
      nanos[calls++] = time(layer);
    } while (System.nanoTime() < end && calls < MOST_WARM_CALLS);
    return Timing.ofNanos(Arrays.copyOf(nanos, calls));
  }

  private Timing run(Contender contender, int times) throws OrtException {
    Prepared layer = layers.get(contender);
    // Others have had the caches and the processors in the meantime.
    layer.run();
    long[] nanos = new long[times];
    for (int i = 0; i < times; i++) {
      nanos[i] = time(layer);
    }
    return Timing.ofNanos(nanos);
  }

  private static long time(Prepared layer) throws OrtException {
    long start = System.nanoTime();
    layer.run();
    return System.nanoTime() - start;
  }

  private void release() throws OrtException {
    for (Prepared layer : layers.values()) {
      layer.close();
    }
    layers.clear();
    // The heap of the next layer should not be this one's rubbish.
    System.gc();
  }
}
