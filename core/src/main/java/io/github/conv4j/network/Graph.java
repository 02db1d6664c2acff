package io.github.conv4j.network;

import io.github.conv4j.Shape;
import io.github.conv4j.Tensor;
import io.github.conv4j.operator.Operator;
import io.github.conv4j.operator.Reshape;
import io.github.conv4j.operator.Trace;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/**
 * What a network computes: operations in an order in which each finds its inputs computed, and the
 * values between them. Not safe for use by many threads.
 */
final class Graph {
  /** A tensor of the network: what one operation computes and others take. */
  static final class Value {
    private final Shape shape;

    Value(Shape shape) {
      this.shape = shape;
    }

    Shape shape() {
      return shape;
    }
  }

  /**
   * One operation.
   *
   * @param operator what is computed
   * @param inputs from what
   * @param output to what
   * @param label the names of the layers it stands for, as {@code "layer1.0.conv1"}
   */
  record Node(Operator operator, List<Value> inputs, Value output, String label) {
    Shape[] inputShapes() {
      return inputs.stream().map(Value::shape).toArray(Shape[]::new);
    }
  }

  private final List<Node> nodes;
  private final Value input;
  private final Value output;

  Graph(List<Node> nodes, Value input, Value output) {
    this.nodes = List.copyOf(nodes);
    this.input = input;
    this.output = output;
  }

  /**
   * Makes the graph of a trace, without the operations that the output does not need.
   *
   * @param network what messages call the network
   * @param names the names of layers by their parameters, which are told apart by identity
   * @throws IllegalArgumentException if an operation takes a tensor that the trace does not explain
   */
  static Graph of(String network, Trace trace, IdentityHashMap<Tensor, String> names) {
    IdentityHashMap<Tensor, Value> values = new IdentityHashMap<>();
    Value input = new Value(trace.input().shape());
    values.put(trace.input(), input);
    List<Node> nodes = new ArrayList<>();
    for (Trace.Step step : trace.steps()) {
      List<Value> inputs = new ArrayList<>();
      for (Tensor tensor : step.inputs()) {
        inputs.add(known(network, values, tensor, step.operator().name()));
      }
      Value output = new Value(step.output().shape());
      values.put(step.output(), output);
      String label =
          step.operator().parameters().stream()
              .map(names::get)
              .filter(name -> name != null)
              .findFirst()
              .orElse("");
      nodes.add(new Node(step.operator(), inputs, output, label));
    }
    Value output = known(network, values, trace.output(), "the network's result");
    return new Graph(nodes, input, output).pruned();
  }

  private static Value known(
      String network, IdentityHashMap<Tensor, Value> values, Tensor tensor, String taker) {
    Value value = values.get(tensor);
    if (value == null) {
      throw new IllegalArgumentException(
          network
              + ": cannot be compiled, as "
              + taker
              + " takes a tensor of shape "
              + tensor.shape()
              + " that comes neither from the input nor from an operation of a layer, of Functional"
              + " or of Tensor");
    }
    return value;
  }

  List<Node> nodes() {
    return nodes;
  }

  Value input() {
    return input;
  }

  Value output() {
    return output;
  }

  /** Returns how often a value is taken, by operations and as the result. */
  int uses(Value value) {
    int count = value == output ? 1 : 0;
    for (Node node : nodes) {
      for (Value taken : node.inputs()) {
        count += taken == value ? 1 : 0;
      }
    }
    return count;
  }

  /** Returns the operation that computes a value; null for the input. */
  Node producer(Value value) {
    for (Node node : nodes) {
      if (node.output() == value) {
        return node;
      }
    }
    return null;
  }

  /**
   * Returns the graph with one operation in place of two, the second of which takes the first's
   * output; at the place of the second.
   */
  Graph fused(Node first, Node second, Node both) {
    List<Node> changed = new ArrayList<>(nodes);
    changed.set(changed.indexOf(second), both);
    changed.remove(first);
    return new Graph(changed, input, output);
  }

  /** Returns a graph whose output is not its input: a copy, if it was. */
  Graph withOwnOutput() {
    if (output != input) {
      return this;
    }
    Value copy = new Value(input.shape());
    Node node = new Node(new Reshape(input.shape()), List.of(input), copy, "");
    return new Graph(List.of(node), input, copy);
  }

  private Graph pruned() {
    List<Node> needed = new ArrayList<>();
    Set<Value> taken = new HashSet<>();
    taken.add(output);
    for (int i = nodes.size() - 1; i >= 0; i--) {
      Node node = nodes.get(i);
      if (taken.contains(node.output())) {
        needed.add(0, node);
        taken.addAll(node.inputs());
      }
    }
    return new Graph(needed, input, output);
  }
}
