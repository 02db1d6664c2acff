package io.github.conv4j.network;

import io.github.conv4j.DType;
import io.github.conv4j.Shape;
import io.github.conv4j.Tensor;
import io.github.conv4j.engine.WorkspacePool;
import io.github.conv4j.operator.Operator;
import io.github.conv4j.operator.Reshape;
import io.github.conv4j.operator.Storage;
import io.github.conv4j.operator.Trace;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * A network ready to run for inputs of one shape. Immutable and safe for use by many threads: each
 * call has buffers of its own.
 */
public final class Network {
  private final Graph graph;
  private final DType dtype;
  private final BufferPlan buffers;
  private final int inputId;
  private final int outputId;
  private final List<Graph.Value> values = new ArrayList<>();
  private final List<Step> steps = new ArrayList<>();
  private final WorkspacePool<Workspace> pool = new WorkspacePool<>(Workspace::new);

  /** An operation for the shapes at hand, and which values it takes and gives. */
  private static final class Step {
    final Operator operator;
    final int[] inputs;
    final int output;

    Step(Operator operator, int[] inputs, int output) {
      this.operator = operator;
      this.inputs = inputs;
      this.output = output;
    }
  }

  private Network(Graph graph, DType dtype) {
    this.graph = graph;
    this.dtype = dtype;
    this.buffers = new BufferPlan(graph);
    Map<Graph.Value, Integer> ids = new HashMap<>();
    this.inputId = id(ids, graph.input());
    this.outputId = id(ids, graph.output());
    for (Graph.Node node : graph.nodes()) {
      int[] inputs = node.inputs().stream().mapToInt(value -> id(ids, value)).toArray();
      int output = id(ids, node.output());
      boolean nothingToDo =
          node.operator() instanceof Reshape
              && buffers.place(node.output()) != BufferPlan.CALLERS
              && buffers.place(node.output()) == buffers.place(node.inputs().get(0));
      if (!nothingToDo && node.output().shape().numel() > 0) {
        steps.add(new Step(node.operator().prepare(node.inputShapes()), inputs, output));
      }
    }
  }

  private int id(Map<Graph.Value, Integer> ids, Graph.Value value) {
    return ids.computeIfAbsent(
        value,
        v -> {
          values.add(v);
          return values.size() - 1;
        });
  }

  /**
   * Makes a network ready.
   *
   * @param name what messages call it
   * @param forward what it does to an input
   * @param names the names of its layers by their parameters, which are told apart by identity
   * @param input the shape of the inputs
   * @param dtype their type
   * @throws IllegalArgumentException if the shape does not fit the network, or the network does
   *     something that cannot be followed
   */
  public static Network of(
      String name,
      UnaryOperator<Tensor> forward,
      IdentityHashMap<Tensor, String> names,
      Shape input,
      DType dtype) {
    Graph graph = Graph.of(name, Trace.of(forward, input, dtype), names);
    return new Network(Fusion.fuse(graph).withOwnOutput(), dtype);
  }

  /** The values of one call: those in buffers stay, the caller's change. */
  private final class Workspace {
    private final Tensor[] tensors = new Tensor[values.size()];
    private final Tensor[][] inputs = new Tensor[steps.size()][];

    Workspace() {
      int[] lengths = buffers.lengths();
      Object[] arrays = new Object[lengths.length];
      for (int i = 0; i < arrays.length; i++) {
        Tensor storage = Tensor.zeros(Shape.of(lengths[i]), dtype);
        arrays[i] = dtype == DType.FLOAT32 ? storage.floats() : storage.doubles();
      }
      for (int i = 0; i < tensors.length; i++) {
        int place = buffers.place(values.get(i));
        if (place != BufferPlan.CALLERS) {
          tensors[i] = Storage.tensor(arrays[place], values.get(i).shape());
        }
      }
      for (int i = 0; i < inputs.length; i++) {
        inputs[i] = new Tensor[steps.get(i).inputs.length];
      }
    }

    void bind(Tensor input, Tensor output) {
      tensors[inputId] = input;
      tensors[outputId] = output;
      for (int i = 0; i < inputs.length; i++) {
        int[] ids = steps.get(i).inputs;
        for (int j = 0; j < ids.length; j++) {
          inputs[i][j] = tensors[ids[j]];
        }
      }
    }

    void run(int i) {
      Step step = steps.get(i);
      step.operator.run(inputs[i], tensors[step.output]);
    }
  }

  /** Returns the shape of the inputs. */
  public Shape inputShape() {
    return graph.input().shape();
  }

  /** Returns the shape of the outputs. */
  public Shape outputShape() {
    return graph.output().shape();
  }

  /** Returns the element type of inputs and outputs. */
  public DType dtype() {
    return dtype;
  }

  /** Returns the bytes of the buffers between layers, for each call that is under way. */
  public long bufferBytes() {
    return buffers.total() * dtype.bytes();
  }

  /**
   * Computes an output.
   *
   * @param input of the input's shape and dtype
   * @param output of the output's shape and dtype, on storage of its own
   */
  public void run(Tensor input, Tensor output) {
    Workspace workspace = pool.take();
    workspace.bind(input, output);
    for (int i = 0; i < steps.size(); i++) {
      workspace.run(i);
    }
    // Nothing of the caller's is kept.
    workspace.bind(null, null);
    pool.giveBack(workspace);
  }

  /** Returns the operations one by one, as a table, with the sums of its columns. */
  public String explain() {
    return explain(null);
  }

  /**
   * Returns the same with the shortest time of each operation in some runs.
   *
   * @param input of the input's shape and dtype
   */
  public String explain(Tensor input, int rounds) {
    double[] best = new double[steps.size()];
    Arrays.fill(best, Double.POSITIVE_INFINITY);
    Tensor output = Tensor.zeros(outputShape(), dtype);
    Workspace workspace = new Workspace();
    workspace.bind(input, output);
    for (int round = 0; round < rounds; round++) {
      for (int i = 0; i < best.length; i++) {
        long start = System.nanoTime();
        workspace.run(i);
        best[i] = Math.min(best[i], (System.nanoTime() - start) / 1e6);
      }
    }
    return explain(best);
  }

  private String explain(double[] milliseconds) {
    NetworkTable table = new NetworkTable(milliseconds != null);
    int step = 0;
    for (Graph.Node node : graph.nodes()) {
      boolean runs = step < steps.size() && values.get(steps.get(step).output) == node.output();
      double time = runs && milliseconds != null ? milliseconds[step] : 0;
      table.add(node, time);
      step += runs ? 1 : 0;
    }
    return table.text(bufferBytes());
  }
}
