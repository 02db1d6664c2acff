package io.github.conv4j.network;

import io.github.conv4j.Activation;
import io.github.conv4j.DType;
import io.github.conv4j.Shape;
import io.github.conv4j.Tensor;
import io.github.conv4j.nn.functional.Conv2dOperator;
import io.github.conv4j.nn.functional.Conv2dOptions;
import io.github.conv4j.nn.functional.PreparedConv2d;
import io.github.conv4j.operator.ActivationOperator;
import io.github.conv4j.operator.AddOperator;
import io.github.conv4j.operator.BatchNorm2dOperator;
import java.util.List;
import java.util.stream.Stream;

/**
 * Operations that a convolution can do on its way, put into it, where nobody else takes what lies
 * between:
 *
 * <pre>
 * conv, batch norm    a convolution with other weights
 * conv, add           the other summand becomes the residual
 * conv, activation    the epilogue of the convolution
 * </pre>
 *
 * <p>Bias, residual and activation come out as they do one by one, to the bit. Batch norm
 * multiplies the weights in float64, and the results differ from those of two steps by rounding.
 */
final class Fusion {
  private Fusion() {}

  /** Returns a graph that computes the same with fewer operations. */
  static Graph fuse(Graph graph) {
    Graph now = graph;
    for (Graph next = step(now); next != now; next = step(now)) {
      now = next;
    }
    return now;
  }

  /** Returns the graph after one fusion, or the graph itself if there is none left. */
  private static Graph step(Graph graph) {
    for (Graph.Node second : graph.nodes()) {
      for (int i = second.inputs().size() - 1; i >= 0; i--) {
        Graph.Value between = second.inputs().get(i);
        Graph.Node first = graph.producer(between);
        if (first != null
            && first.operator() instanceof Conv2dOperator conv
            && graph.uses(between) == 1) {
          Graph.Node both = fused(first, conv.conv(), second, i);
          if (both != null) {
            return graph.fused(first, second, both);
          }
        }
      }
    }
    return graph;
  }

  /** Returns a convolution and what follows it as one operation, or null if they cannot be. */
  private static Graph.Node fused(
      Graph.Node first, PreparedConv2d conv, Graph.Node second, int input) {
    if (!conv.options().activation().equals(Activation.NONE)) {
      return null;
    }
    boolean plain = first.inputs().size() == 1;
    if (plain && second.operator() instanceof BatchNorm2dOperator norm) {
      return node(first, second, folded(conv, norm), first.inputs());
    }
    if (second.operator() instanceof ActivationOperator activation) {
      Conv2dOptions options = conv.options().activation(activation.activation());
      return node(first, second, copy(conv, conv.weight(), conv.bias(), options), first.inputs());
    }
    if (plain && second.operator() instanceof AddOperator) {
      Graph.Value other = second.inputs().get(1 - input);
      if (other.shape().equals(first.output().shape())) {
        return node(first, second, conv, List.of(first.inputs().get(0), other));
      }
    }
    return null;
  }

  private static Graph.Node node(
      Graph.Node first, Graph.Node second, PreparedConv2d conv, List<Graph.Value> inputs) {
    String label =
        Stream.of(first.label(), second.label()).filter(s -> !s.isEmpty()).toList().stream()
            .reduce((a, b) -> a + " + " + b)
            .orElse("");
    return new Graph.Node(new Conv2dOperator(conv), inputs, second.output(), label);
  }

  private static PreparedConv2d copy(
      PreparedConv2d conv, Tensor weight, Tensor bias, Conv2dOptions options) {
    return new PreparedConv2d(conv.layer(), weight, bias, options);
  }

  /**
   * Returns the convolution whose output is that of another one after batch norm:
   *
   * <pre>
   * scale[oc]  = gamma[oc] / sqrt(variance[oc] + eps)
   * weight'    = weight[oc] * scale[oc]
   * bias'      = (bias[oc] - mean[oc]) * scale[oc] + beta[oc]
   * </pre>
   */
  private static PreparedConv2d folded(PreparedConv2d conv, BatchNorm2dOperator norm) {
    double[] weight = conv.weight().toDoubleArray();
    int channels = conv.weight().size(0);
    double[] bias = conv.bias() == null ? new double[channels] : conv.bias().toDoubleArray();
    int taps = channels == 0 ? 0 : weight.length / channels;
    for (int oc = 0; oc < channels; oc++) {
      double scale = norm.scale(oc);
      for (int t = 0; t < taps; t++) {
        weight[oc * taps + t] *= scale;
      }
      bias[oc] = norm.shift(oc) + bias[oc] * scale;
    }
    DType dtype = conv.weight().dtype();
    return copy(
        conv,
        tensor(weight, conv.weight().shape(), dtype),
        tensor(bias, Shape.of(channels), dtype),
        conv.options());
  }

  private static Tensor tensor(double[] values, Shape shape, DType dtype) {
    Tensor exact = Tensor.wrap(values, shape.toArray());
    return dtype == DType.FLOAT64 ? exact : exact.to(dtype);
  }
}
