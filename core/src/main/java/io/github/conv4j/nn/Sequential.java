package io.github.conv4j.nn;

import io.github.conv4j.Tensor;
import java.util.Map;

/**
 * Modules in a chain, each taking what the one before it returns: PyTorch's {@code
 * torch.nn.Sequential}.
 *
 * <pre>{@code
 * Module net = new Sequential(
 *     Conv2d.builder(1, 8, 3).padding(1).build(),
 *     new ReLU(),
 *     new MaxPool2d(2));
 * }</pre>
 *
 * <p>An empty one returns its input. Safe for use by many threads.
 */
// A subclass sees children added before its own constructor has run, which is what it asks for.
@SuppressWarnings("this-escape")
public class Sequential extends Module {
  /**
   * Makes a chain of modules that are named 0, 1, ..
   *
   * @param modules the modules, first to last; one may stand in several places
   */
  public Sequential(Module... modules) {
    for (int i = 0; i < modules.length; i++) {
      add(Integer.toString(i), modules[i]);
    }
  }

  /**
   * Makes a chain of modules by names.
   *
   * @param modules the modules by their names, in the map's order: take a {@link
   *     java.util.LinkedHashMap}
   * @throws IllegalArgumentException if a name is empty or holds a dot
   */
  public Sequential(Map<String, Module> modules) {
    modules.forEach(this::add);
  }

  @Override
  public Tensor forward(Tensor input) {
    Tensor x = input;
    for (Module module : namedChildren().values()) {
      x = module.forward(x);
    }
    return x;
  }
}
