package io.github.conv4j.bench;

import io.github.conv4j.Accuracy;
import io.github.conv4j.Conv4j;
import io.github.conv4j.Tensor;
import io.github.conv4j.nn.Conv2d;

/** A layer in conv4j, through its public interface: the kernels are set once. */
final class Conv4jLayer implements Prepared {
  private final Conv2d conv;
  private final Tensor input;
  private final Tensor output;

  Conv4jLayer(LayerData data, Contender contender, int threads) {
    Conv4j.setThreads(threads);
    conv = create(data, contender);
    input = data.input();
    output = Tensor.zeros(data.layer().outputShape(), data.layer().type());
  }

  /** Returns conv4j's layer for this data. */
  static Conv2d create(LayerData data, Contender contender) {
    Layer layer = data.layer();
    Conv2d conv =
        Conv2d.builder(layer.cin(), layer.cout(), layer.kh(), layer.kw())
            .stride(layer.sh(), layer.sw())
            .padding(layer.ph(), layer.pw())
            .dilation(layer.dh(), layer.dw())
            .groups(layer.groups())
            .dtype(layer.type())
            .accuracy(accuracy(contender))
            .build();
    conv.setWeight(data.weight());
    conv.setBias(data.bias());
    return conv;
  }

  private static Accuracy accuracy(Contender contender) {
    return contender == Contender.CONV4J_FAST ? Accuracy.FAST : Accuracy.PYTORCH;
  }

  @Override
  public void run() {
    conv.forward(input, output);
  }

  @Override
  public Tensor output() {
    return output;
  }

  @Override
  public void close() {}
}
