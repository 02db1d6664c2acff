package io.github.conv4j.nn;

import io.github.conv4j.Shape;
import io.github.conv4j.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;

/** The shapes of a state dict, without the copies that the state dict itself is made of. */
public final class StateShapes {
  private StateShapes() {}

  /** Returns the shapes by the keys of {@link Module#stateDict}, in its order. */
  public static Map<String, Shape> of(Module module) {
    Map<String, Shape> shapes = new LinkedHashMap<>();
    collect("", module, shapes);
    return shapes;
  }

  private static void collect(String prefix, Module module, Map<String, Shape> shapes) {
    Map<String, Tensor> own = new LinkedHashMap<>(module.ownParameters());
    own.putAll(module.ownBuffers());
    own.forEach((name, tensor) -> shapes.put(prefix + name, tensor.shape()));
    module.namedChildren().forEach((name, child) -> collect(prefix + name + ".", child, shapes));
  }
}
