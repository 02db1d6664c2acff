package io.github.conv4j.bench;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What a comparison of networks found.
 *
 * @param date when
 * @param machine where
 * @param java conv4j's JVM
 * @param backend conv4j's backend, and why
 * @param settings how was measured
 * @param contenders who took part, or is missing
 * @param networks what was measured
 * @param measurements how long it took
 */
record NetworkResults(
    String date,
    Results.Machine machine,
    Results.Java java,
    String backend,
    Results.Settings settings,
    List<Results.Entrant> contenders,
    List<NetworkCase> networks,
    List<Measurement> measurements) {
  /**
   * How far outputs may be apart, relative to the largest: the errors of some fifty layers of
   * float32 add up to far less, and a wrong layer makes more.
   */
  static final double TOLERANCE = 1e-3;

  private static final Gson GSON = new GsonBuilder().setPrettyPrinting().create();

  /**
   * One network by one contender.
   *
   * @param network its name
   * @param threads how many
   * @param contender its id
   * @param refused why it was not computed, or null; then all that follows is null
   * @param msMin the shortest call of all rounds and launches
   * @param msMedian the middle of the medians of all rounds
   * @param maxError the largest difference from the reference's output, relative to the largest
   * @param peakBytes the most memory of a process that computed nothing else
   */
  record Measurement(
      String network,
      int threads,
      String contender,
      String refused,
      Double msMin,
      Double msMedian,
      Double maxError,
      Long peakBytes) {
    boolean disagrees() {
      // Not a number disagrees too.
      return maxError != null && !(maxError <= TOLERANCE);
    }
  }

  /** Returns the measurement of a network that was computed. */
  Optional<Measurement> find(NetworkCase network, int threads, Contender contender) {
    return measurements.stream()
        .filter(m -> m.network().equals(network.name()) && m.threads() == threads)
        .filter(m -> m.contender().equals(contender.id()) && m.refused() == null)
        .findFirst();
  }

  /** Returns the fastest peer's measurement. */
  Optional<Measurement> bestPeer(NetworkCase network, int threads) {
    return Contender.peers().stream()
        .flatMap(peer -> find(network, threads, peer).stream())
        .min(Comparator.comparing(Measurement::msMin));
  }

  /** Returns the fastest peer's time / conv4j's. */
  OptionalDouble ratio(NetworkCase network, int threads, Contender conv4j) {
    Optional<Measurement> own = find(network, threads, conv4j);
    Optional<Measurement> peer = bestPeer(network, threads);
    return own.isPresent() && peer.isPresent()
        ? OptionalDouble.of(peer.get().msMin() / own.get().msMin())
        : OptionalDouble.empty();
  }

  boolean disagree() {
    return measurements.stream().anyMatch(Measurement::disagrees);
  }

  String toJson() {
    return GSON.toJson(this) + "\n";
  }
}
