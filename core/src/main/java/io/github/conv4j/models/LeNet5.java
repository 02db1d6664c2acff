package io.github.conv4j.models;

import io.github.conv4j.Tensor;
import io.github.conv4j.nn.Conv2d;
import io.github.conv4j.nn.Linear;
import io.github.conv4j.nn.Module;
import io.github.conv4j.nn.functional.Functional;

/**
 * LeNet-5 in today's form, that of PyTorch's tutorial: two 5x5 convolutions of 6 and 16 channels,
 * each with ReLU and 2x2 max-pooling, and fully connected layers of 120, 84 and 10, with ReLU in
 * between. (That of 1998 has tanh, average pooling with weights, and radial basis functions.)
 *
 * <p>Source: Y. LeCun, L. Bottou, Y. Bengio, P. Haffner, Gradient-based learning applied to
 * document recognition, 1998. Safe for use by many threads.
 */
public final class LeNet5 extends Module {
  private final Conv2d conv1;
  private final Conv2d conv2;
  private final Linear fc1;
  private final Linear fc2;
  private final Linear fc3;

  private LeNet5(ModelOptions options) {
    options.check("LeNet5");
    Layers layers = new Layers(options);
    conv1 = add("conv1", layers.conv(1, 6, 5).build());
    conv2 = add("conv2", layers.conv(6, 16, 5).build());
    fc1 = add("fc1", layers.linear(16 * 5 * 5, 120));
    fc2 = add("fc2", layers.linear(120, 84));
    fc3 = add("fc3", layers.linear(84, options.get("numClasses", 10)));
  }

  /** Returns the network for 10 classes. */
  public static LeNet5 lenet5() {
    return lenet5(ModelOptions.defaults());
  }

  /** Returns the network; it has no options of its own. */
  public static LeNet5 lenet5(ModelOptions options) {
    return new LeNet5(options);
  }

  /**
   * Returns the logits.
   *
   * @param input {@code (N, 1, 32, 32)}
   * @return {@code (N, numClasses)}
   * @throws IllegalArgumentException if the input has another shape or dtype
   */
  @Override
  public Tensor forward(Tensor input) {
    Tensor x = Functional.maxPool2d(Functional.relu(conv1.forward(input)), 2);
    x = Functional.maxPool2d(Functional.relu(conv2.forward(x)), 2);
    x = Functional.relu(fc1.forward(x.flatten(1)));
    return fc3.forward(Functional.relu(fc2.forward(x)));
  }
}
