package io.github.conv4j.bench;

import com.google.gson.Gson;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.conv4j.Tensor;
import io.github.conv4j.bench.Contender.Host;
import io.github.conv4j.io.Npy;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Everybody's processes, started once: measures layers in alternating rounds. */
final class Launch implements AutoCloseable {
  private static final String PYTHON_WORKER = "worker.py";
  private static final String MISSING = "missing: ";
  private static final int PEERS_WARM_SHARE = 4;

  /** What a contender did with a layer. */
  static final class Turns {
    final List<Timing> rounds = new ArrayList<>();
    String refused;
    double maxError = Double.NaN;

    double min() {
      return rounds.stream().mapToDouble(Timing::min).min().orElseThrow();
    }
  }

  private final Results.Settings settings;
  private final Map<Host, Child> children = new EnumMap<>(Host.class);
  private final Map<Host, JsonObject> about = new EnumMap<>(Host.class);
  private final Map<Contender, String> missing = new EnumMap<>(Contender.class);

  /**
   * Starts the processes.
   *
   * @param java the java command for conv4j
   * @param python the Python command
   * @param logs a folder for what the processes print as errors
   * @throws IOException if conv4j cannot be started; a peer that cannot is missing
   */
  Launch(String java, String python, Results.Settings settings, Path logs) throws IOException {
    this.settings = settings;
    Path script = logs.resolve(PYTHON_WORKER);
    try (InputStream in = Launch.class.getResourceAsStream(PYTHON_WORKER)) {
      Files.write(script, in.readAllBytes());
    }
    List<String> conv4j = new ArrayList<>(List.of(java, "--add-modules", "jdk.incubator.vector"));
    conv4j.addAll(settings.jvmOptions());
    conv4j.addAll(worker());
    List<String> ort = new ArrayList<>(List.of(java));
    ort.addAll(worker());
    try {
      start(Host.CONV4J, conv4j, logs);
      startPeer(Host.ORT, ort, logs);
      startPeer(Host.PYTHON, List.of(python, "-u", script.toString()), logs);
    } catch (IOException e) {
      close();
      throw e;
    }
  }

  private static List<String> worker() {
    return List.of("-cp", System.getProperty("java.class.path"), Worker.class.getName());
  }

  private void start(Host host, List<String> command, Path logs) throws IOException {
    Child child = Child.start(command, logs.resolve(host + ".log"));
    children.put(host, child);
    String answer = child.askFor("about " + host);
    about.put(host, JsonParser.parseString(answer).getAsJsonObject());
    for (Contender contender : Contender.values()) {
      if (contender.host() == host && version(contender).orElse(MISSING).startsWith(MISSING)) {
        missing.put(contender, version(contender).orElse(MISSING).substring(MISSING.length()));
      }
    }
  }

  private void startPeer(Host host, List<String> command, Path logs) {
    try {
      start(host, command, logs);
    } catch (IOException e) {
      lose(host, e);
    }
  }

  /** From now on nobody of this process takes part. */
  private void lose(Host host, IOException reason) {
    Child child = children.remove(host);
    if (child != null) {
      child.close();
    }
    for (Contender contender : Contender.values()) {
      if (contender.host() == host) {
        missing.putIfAbsent(contender, String.valueOf(reason.getMessage()));
      }
    }
  }

  private Optional<String> version(Contender contender) {
    return about(contender.host(), contender.id());
  }

  /** Returns what conv4j's process says about itself. */
  String about(String what) {
    return about(Host.CONV4J, what).orElseThrow();
  }

  private Optional<String> about(Host host, String what) {
    return Optional.ofNullable(about.get(host)).map(j -> j.get(what)).map(v -> v.getAsString());
  }

  /** Returns the contender with its version, or with the reason why it is missing. */
  Results.Entrant entrant(Contender contender) {
    String reason = missing.get(contender);
    return new Results.Entrant(
        contender.id(),
        contender.title(),
        contender.hasPlainArrays(),
        reason == null ? version(contender).orElseThrow() : null,
        reason);
  }

  /** Measures the machine, in conv4j's JVM. */
  MachineSpeed speed(int threads, int millis) throws IOException {
    String answer = children.get(Host.CONV4J).askFor("speed " + threads + " " + millis);
    return new Gson().fromJson(answer, MachineSpeed.class);
  }

  /**
   * Measures one layer or network.
   *
   * @param folder its numbers, and room for outputs
   * @param contenders who is to take part; those that are missing refuse
   * @return what each did
   * @throws IOException if conv4j's process has ended
   */
  Map<Contender, Turns> measure(int threads, Path folder, List<Contender> contenders)
      throws IOException {
    Map<Contender, Turns> turns = new EnumMap<>(Contender.class);
    for (Contender contender : contenders) {
      turns.put(contender, new Turns());
      ask(contender, turns, "prepare", threads + " " + folder);
    }
    Map<Contender, Integer> times = new EnumMap<>(Contender.class);
    for (Contender contender : ready(turns)) {
      int share = contender.isPeer() ? PEERS_WARM_SHARE : 1;
      ask(contender, turns, "warm", String.valueOf(settings.warmMillis() / share))
          .map(Timing::parse)
          .ifPresent(t -> times.put(contender, times(settings.roundMillis(), t.median())));
    }
    compareOutputs(turns, folder);
    for (int round = 0; round < settings.rounds(); round++) {
      List<Contender> order = ready(turns);
      // Nobody always follows the same one, or always begins.
      Collections.rotate(order, -round);
      for (Contender contender : order) {
        ask(contender, turns, "run", String.valueOf(times.get(contender)))
            .ifPresent(t -> turns.get(contender).rounds.add(Timing.parse(t)));
      }
    }
    for (Child child : children.values()) {
      child.askFor("release");
    }
    return turns;
  }

  /** Has PyTorch fill a folder that holds a network's description, see {@link NetworkData}. */
  void export(Path folder) throws IOException {
    Child child = children.get(Host.PYTHON);
    if (child == null) {
      throw new IOException("networks need PyTorch, which is missing: " + missing);
    }
    child.askFor("export " + folder);
  }

  /** Has one contender compute a few times; returns whether it could. */
  boolean compute(Contender contender, int threads, Path folder) throws IOException {
    Map<Contender, Turns> turns = new EnumMap<>(Contender.class);
    turns.put(contender, new Turns());
    ask(contender, turns, "prepare", threads + " " + folder);
    return turns.get(contender).refused == null && ask(contender, turns, "run", "3").isPresent();
  }

  /**
   * Returns the most bytes that a contender's process has had in memory: in a launch where only
   * that contender has computed.
   */
  long peakMemory(Contender contender) throws IOException {
    return Long.parseLong(children.get(contender.host()).askFor("memory"));
  }

  /** Returns how many calls of so many milliseconds fit into a turn: one at least. */
  static int times(int roundMillis, double callMillis) {
    return (int) Math.max(1, Math.min(1_000_000, Math.round(roundMillis / callMillis)));
  }

  /** Returns those that have not refused the layer. */
  private static List<Contender> ready(Map<Contender, Turns> turns) {
    List<Contender> ready = new ArrayList<>(turns.keySet());
    ready.removeIf(c -> turns.get(c).refused != null);
    return ready;
  }

  /** Asks a contender; one that refuses, or whose process ends, is out for this layer. */
  private Optional<String> ask(
      Contender contender, Map<Contender, Turns> turns, String request, String rest)
      throws IOException {
    Child child = children.get(contender.host());
    if (child == null) {
      turns.get(contender).refused = missing.get(contender);
      return Optional.empty();
    }
    try {
      Reply reply = child.ask(request + " " + contender.id() + " " + rest);
      if (reply.ok()) {
        return Optional.of(reply.text());
      }
      turns.get(contender).refused = reply.text();
    } catch (IOException e) {
      if (!contender.isPeer()) {
        throw e;
      }
      lose(contender.host(), e);
      turns.get(contender).refused = e.getMessage();
    }
    return Optional.empty();
  }

  /** Compares everybody with PyTorch, or where that is missing with the first of the others. */
  private void compareOutputs(Map<Contender, Turns> turns, Path folder) throws IOException {
    Path file = folder.resolve("y.npy");
    List<Contender> order = ready(turns);
    order.sort((a, b) -> Boolean.compare(b.isPeer(), a.isPeer()));
    Tensor reference = null;
    for (Contender contender : order) {
      if (ask(contender, turns, "output", file.toString()).isPresent()) {
        Tensor output = Npy.read(file);
        if (reference == null) {
          reference = output;
        }
        turns.get(contender).maxError = Agreement.maxError(output, reference);
      }
    }
  }

  @Override
  public void close() {
    children.values().forEach(Child::close);
    children.clear();
  }
}
