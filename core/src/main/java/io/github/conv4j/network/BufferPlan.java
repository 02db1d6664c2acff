package io.github.conv4j.network;

import io.github.conv4j.operator.Reshape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Which buffer each value of a network lies in: values whose lives do not meet share one.
 *
 * <p>The operations are gone through in order. A new value takes the smallest free buffer that
 * holds it, else the largest free one, which grows, else a new one; its buffer is free again after
 * the last operation that takes it. An operation that may overwrite its first input does so if
 * nobody takes that later, and a reshaped value is the same buffer under another shape. Input and
 * output of the network are the caller's tensors.
 */
final class BufferPlan {
  /** The number of a value that is the caller's tensor. */
  static final int CALLERS = -1;

  private final Map<Graph.Value, Integer> places = new HashMap<>();
  private final List<Integer> lengths = new ArrayList<>();

  BufferPlan(Graph graph) {
    Map<Graph.Value, Integer> lastUse = new HashMap<>();
    List<Graph.Node> nodes = graph.nodes();
    for (int i = 0; i < nodes.size(); i++) {
      for (Graph.Value value : nodes.get(i).inputs()) {
        lastUse.put(value, i);
      }
    }
    int[] freeAt = new int[nodes.size()];
    places.put(graph.input(), CALLERS);
    places.put(graph.output(), CALLERS);
    for (int i = 0; i < nodes.size(); i++) {
      Graph.Node node = nodes.get(i);
      Graph.Value first = node.inputs().get(0);
      int last = lastUse.getOrDefault(node.output(), i);
      if (places.containsKey(node.output())) {
        continue;
      }
      int place = places.get(first);
      boolean view = node.operator() instanceof Reshape;
      boolean over = view || (node.operator().mayOverwrite() && freeAt[Math.max(place, 0)] == i);
      if (place == CALLERS || !over) {
        place = free(freeAt, i, node.output().shape().numel());
      }
      places.put(node.output(), place);
      freeAt[place] = Math.max(freeAt[place], last);
    }
  }

  /** Returns a buffer that is free from an operation on, and makes it long enough. */
  private int free(int[] freeAt, int node, int length) {
    int best = -1;
    for (int b = 0; b < lengths.size(); b++) {
      if (freeAt[b] < node && (best < 0 || fitsBetter(lengths.get(b), lengths.get(best), length))) {
        best = b;
      }
    }
    if (best < 0) {
      lengths.add(length);
      return lengths.size() - 1;
    }
    lengths.set(best, Math.max(lengths.get(best), length));
    return best;
  }

  private static boolean fitsBetter(int a, int b, int length) {
    return a >= length ? b < length || a < b : b < length && a > b;
  }

  /** Returns the number of a value's buffer, or {@link #CALLERS}. */
  int place(Graph.Value value) {
    return places.get(value);
  }

  /** Returns the elements of each buffer. */
  int[] lengths() {
    return lengths.stream().mapToInt(Integer::intValue).toArray();
  }

  /** Returns the elements of all buffers. */
  long total() {
    return Arrays.stream(lengths()).asLongStream().sum();
  }
}
