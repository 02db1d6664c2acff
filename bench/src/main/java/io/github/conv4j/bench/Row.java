package io.github.conv4j.bench;

import io.github.conv4j.DType;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * A line of the table: one layer, one number of threads, conv4j with one accuracy and all peers.
 *
 * @param layer the layer
 * @param own conv4j's measurement
 * @param peers the measurements of those peers that computed the layer
 * @param limits what so many threads can do
 */
record Row(
    Layer layer,
    Results.Measurement own,
    Map<Contender, Results.Measurement> peers,
    MachineSpeed limits) {
  /** Returns the rows of a table: the layers that conv4j computed. */
  static List<Row> of(Results results, int threads, Contender conv4j) {
    return results.layers().stream()
        .flatMap(
            layer ->
                results
                    .find(layer, threads, conv4j)
                    .map(
                        own ->
                            new Row(
                                layer,
                                own,
                                peers(results, layer, threads),
                                results.limits(threads)))
                    .stream())
        .toList();
  }

  private static Map<Contender, Results.Measurement> peers(
      Results results, Layer layer, int threads) {
    Map<Contender, Results.Measurement> peers = new EnumMap<>(Contender.class);
    for (Contender peer : Contender.peers()) {
      results.find(layer, threads, peer).ifPresent(m -> peers.put(peer, m));
    }
    return peers;
  }

  double gflops() {
    return layer.flops() / own.msMin() / 1e6;
  }

  double percentOfPeak() {
    boolean wide = layer.type() == DType.FLOAT64;
    return 100 * gflops() / (wide ? limits.fmaFloat64() : limits.fmaFloat32());
  }

  /** Returns the fastest peer that takes and gives plain NCHW arrays. */
  Optional<Contender> bestPlainPeer() {
    return best(c -> c.takesPlainArrays(layer));
  }

  /** Returns the fastest peer in whatever layout. */
  Optional<Contender> bestPeer() {
    return best(c -> true);
  }

  private Optional<Contender> best(Predicate<Contender> allowed) {
    return peers.keySet().stream()
        .filter(allowed)
        .min(Comparator.comparing(c -> peers.get(c).msMin()));
  }

  /** Returns the fastest plain peer's time / conv4j's. */
  OptionalDouble plainRatio() {
    return ratio(bestPlainPeer());
  }

  /** Returns the fastest peer's time / conv4j's. */
  OptionalDouble anyRatio() {
    return ratio(bestPeer());
  }

  private OptionalDouble ratio(Optional<Contender> peer) {
    return peer.isPresent()
        ? OptionalDouble.of(peers.get(peer.get()).msMin() / own.msMin())
        : OptionalDouble.empty();
  }

  /** Returns the geometric mean of what the rows have of this, if any has it. */
  static OptionalDouble geometricMean(List<Row> rows, Function<Row, OptionalDouble> ratio) {
    OptionalDouble meanLog =
        rows.stream()
            .map(ratio)
            .filter(OptionalDouble::isPresent)
            .mapToDouble(r -> Math.log(r.getAsDouble()))
            .average();
    return meanLog.isPresent()
        ? OptionalDouble.of(Math.exp(meanLog.getAsDouble()))
        : OptionalDouble.empty();
  }
}
