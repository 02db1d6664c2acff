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
 * the last operation that takes it. An operation that may overwrite an input does so if nobody
 * takes that later, and a reshaped value is the same buffer under another shape. Input and output
 * of the network are the caller's tensors.
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
      int last = lastUse.getOrDefault(node.output(), i);
      if (places.containsKey(node.output())) {
        continue;
      }
      int place = overwritten(node, freeAt, i);
      if (place == CALLERS) {
        place = free(freeAt, i, node.output().shape().numel());
      }
      places.put(node.output(), place);
      freeAt[place] = Math.max(freeAt[place], last);
    }
  }

  /**
   * Returns the buffer of an input that the output may take the place of, or {@link #CALLERS} if
   * there is none.
   */
  private int overwritten(Graph.Node node, int[] freeAt, int i) {
    if (node.operator() instanceof Reshape) {
      return places.get(node.inputs().get(0));
    }
    int input = node.operator().overwrites(node.inputShapes());
    int place = input < 0 ? CALLERS : places.get(node.inputs().get(input));
    if (place == CALLERS || freeAt[place] != i) {
      return CALLERS;
    }
    for (int j = 0; j < node.inputs().size(); j++) {
      if (input > 0 && j != input && places.get(node.inputs().get(j)) == place) {
        return CALLERS;
      }
    }
    return place;
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
