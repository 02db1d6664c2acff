package io.github.conv4j.bench;

import com.google.gson.FieldNamingPolicy;
import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonParseException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * All that a comparison found, as its JSON file has it.
 *
 * @param date when it ended, in UTC
 * @param machine where it ran
 * @param java what conv4j ran on
 * @param backend conv4j's kernels, and why those
 * @param settings how it was measured
 * @param limits what the machine can do, for each number of threads
 * @param contenders who took part, and who could not, and why
 * @param layers what was computed
 * @param measurements how fast
 */
record Results(
    String date,
    Machine machine,
    Java java,
    String backend,
    Settings settings,
    List<MachineSpeed> limits,
    List<Entrant> contenders,
    List<Layer> layers,
    List<Measurement> measurements) {
  private static final Gson GSON =
      new GsonBuilder()
          .setFieldNamingPolicy(FieldNamingPolicy.LOWER_CASE_WITH_UNDERSCORES)
          .setPrettyPrinting()
          .create();

  /**
   * A computer.
   *
   * @param cpu its processor
   * @param processors how many
   * @param system the operating system
   * @param loadBefore how many processes wanted a processor when the measurement began: the load
   *     average of a minute, or null where the system does not tell
   */
  record Machine(String cpu, int processors, String system, Double loadBefore) {}

  /** A Java virtual machine. */
  record Java(String version, String vendor, String vm) {}

  /**
   * How was measured.
   *
   * @param launches how often every process was started anew
   * @param rounds in how many rounds of a launch everybody had a turn
   * @param roundMillis how long a turn took, about
   * @param warmMillis how long conv4j ran before the first round
   * @param threads the numbers of threads
   * @param seed of inputs and kernels
   * @param jvmOptions options of conv4j's JVM
   */
  record Settings(
      int launches,
      int rounds,
      int roundMillis,
      int warmMillis,
      List<Integer> threads,
      long seed,
      List<String> jvmOptions) {}

  /**
   * A contender.
   *
   * @param id as in the measurements
   * @param title as in the table
   * @param plainArrays whether it takes and gives plain NCHW arrays
   * @param version of its library, or null
   * @param missing why it could not take part, or null
   */
  record Entrant(String id, String title, boolean plainArrays, String version, String missing) {}

  /**
   * One layer by one contender.
   *
   * @param layer the layer's name
   * @param threads how many
   * @param contender its id
   * @param refused why the layer was not computed, or null; then all that follows is null
   * @param msMin the shortest call of all rounds and launches
   * @param msMedian the middle of the medians of all rounds
   * @param msMinByLaunch the shortest call of each launch
   * @param maxError the largest difference from the reference's output, relative to the largest
   *     output
   * @param tolerance what that may be
   */
  record Measurement(
      String layer,
      int threads,
      String contender,
      String refused,
      Double msMin,
      Double msMedian,
      List<Double> msMinByLaunch,
      Double maxError,
      Double tolerance) {
    static Measurement refused(Layer layer, int threads, Contender contender, String reason) {
      return new Measurement(
          layer.name(), threads, contender.id(), reason, null, null, null, null, null);
    }

    boolean disagrees() {
      // Not a number disagrees too.
      return maxError != null && !(maxError <= tolerance);
    }
  }

  /** Returns the measurement of a layer that was computed. */
  Optional<Measurement> find(Layer layer, int threads, Contender contender) {
    return measurements.stream()
        .filter(m -> m.layer().equals(layer.name()) && m.threads() == threads)
        .filter(m -> m.contender().equals(contender.id()) && m.refused() == null)
        .findFirst();
  }

  MachineSpeed limits(int threads) {
    return limits.stream().filter(l -> l.threads() == threads).findFirst().orElseThrow();
  }

  /** Returns whether somebody computed something else than the others. */
  boolean disagree() {
    return measurements.stream().anyMatch(Measurement::disagrees);
  }

  String toJson() {
    return GSON.toJson(this) + "\n";
  }

  /**
   * Reads what {@link #toJson} wrote.
   *
   * @throws IOException if the file cannot be read or is something else
   */
  static Results read(Path file) throws IOException {
    try {
      Results results = GSON.fromJson(Files.readString(file), Results.class);
      if (results == null || results.measurements == null) {
        throw new IOException(file + " is not a result of a comparison");
      }
      return results;
    } catch (JsonParseException e) {
      throw new IOException(file + " is not a result of a comparison: " + e.getMessage(), e);
    }
  }
}
