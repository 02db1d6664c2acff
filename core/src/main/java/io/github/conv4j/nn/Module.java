package io.github.conv4j.nn;

import io.github.conv4j.DType;
import io.github.conv4j.Shape;
import io.github.conv4j.Tensor;
import io.github.conv4j.network.Network;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A layer, or a network of layers: PyTorch's {@code torch.nn.Module}.
 *
 * <p>A network is a class that adds its layers under the names that they have in PyTorch, and says
 * in {@link #forward} what they do to an input:
 *
 * <pre>{@code
 * final class Net extends Module {
 *   private final Conv2d conv = add("conv", Conv2d.builder(1, 8, 3).padding(1).build());
 *   private final Linear fc = add("fc", new Linear(8 * 28 * 28, 10));
 *
 *   @Override
 *   public Tensor forward(Tensor x) {
 *     return fc.forward(Functional.relu(conv.forward(x)).flatten(1));
 *   }
 * }
 * }</pre>
 *
 * <p>Import the class by its name: {@code java.lang} has a {@code Module} too.
 *
 * <p>A layer is safe for use by many threads, and so is a network that keeps nothing between calls.
 * {@link #add} belongs into constructors.
 */
@SuppressWarnings("JavaLangClash") // It is what everybody who knows PyTorch looks for.
public abstract class Module {
  private final Map<String, Module> children = new LinkedHashMap<>();
  private volatile boolean training = true;

  /** Makes a module without children, in training mode as PyTorch's. */
  protected Module() {}

  // ---- what it computes

  /**
   * Returns what the module makes of an input.
   *
   * @param input see the module
   * @throws IllegalArgumentException if the input does not fit the module
   */
  public abstract Tensor forward(Tensor input);

  // ---- of what it is made

  /**
   * Adds a child.
   *
   * @param name its name in the state dict: no dot in it, and not a name that is taken
   * @return the child
   * @throws IllegalArgumentException if the name cannot be used, or the child is or contains this
   *     module
   */
  protected final <M extends Module> M add(String name, M child) {
    if (name.isEmpty() || name.indexOf('.') >= 0) {
      throw new IllegalArgumentException(
          getName() + ": expected a child's name without a dot, but got \"" + name + "\"");
    }
    boolean taken =
        children.containsKey(name)
            || ownParameters().containsKey(name)
            || ownBuffers().containsKey(name);
    if (taken) {
      throw new IllegalArgumentException(getName() + ": the name " + name + " is taken");
    }
    if (contains(child, this)) {
      throw new IllegalArgumentException(getName() + ": a module cannot contain itself");
    }
    children.put(name, child);
    return child;
  }

  private static boolean contains(Module tree, Module module) {
    return tree == module || tree.children.values().stream().anyMatch(c -> contains(c, module));
  }

  /** Returns the children by their names, in the order in which they were added. */
  public final Map<String, Module> namedChildren() {
    return Collections.unmodifiableMap(children);
  }

  /**
   * Returns the parameters that the module holds itself, not through children: the very tensors by
   * their names, in PyTorch's order. A class of your own that has parameters overrides this and
   * {@link #setOwn}.
   */
  protected Map<String, Tensor> ownParameters() {
    return Map.of();
  }

  /** Returns what else belongs into a state dict, such as running statistics; likewise. */
  protected Map<String, Tensor> ownBuffers() {
    return Map.of();
  }

  /**
   * Takes new values for parameters and buffers that the module holds itself.
   *
   * @param tensors for some of the names of {@link #ownParameters} and {@link #ownBuffers}, a
   *     tensor of the same shape and dtype that nobody changes from now on
   */
  protected void setOwn(Map<String, Tensor> tensors) {
    if (!tensors.isEmpty()) {
      throw new UnsupportedOperationException(getName() + " does not take " + tensors.keySet());
    }
  }

  /**
   * Replaces one of the parameters or buffers that the module holds itself by a copy of a tensor.
   *
   * @param name the name in {@link #ownParameters} or {@link #ownBuffers}
   * @param value of the same shape and dtype
   * @throws IllegalArgumentException if there is no such name, or shape or dtype are others;
   *     nothing is changed then
   */
  protected final void set(String name, Tensor value) {
    Tensor now = ownParameters().getOrDefault(name, ownBuffers().get(name));
    if (now == null) {
      throw new IllegalArgumentException(this + ": expected no " + name + ", the layer has none");
    }
    if (!value.shape().equals(now.shape()) || value.dtype() != now.dtype()) {
      throw new IllegalArgumentException(
          this
              + ": expected a "
              + name
              + " of shape "
              + now.shape()
              + " and dtype "
              + now.dtype()
              + ", but got shape "
              + value.shape()
              + " and dtype "
              + value.dtype());
    }
    setOwn(Map.of(name, value.copy()));
  }

  /** Returns copies of all parameters, by names such as {@code layer1.0.conv1.weight}. */
  public final Map<String, Tensor> namedParameters() {
    Map<String, Tensor> all = new LinkedHashMap<>();
    visit("", (prefix, module) -> copies(prefix, module.ownParameters(), all));
    return all;
  }

  /** Returns copies of all buffers, by names such as {@code bn1.running_mean}. */
  public final Map<String, Tensor> namedBuffers() {
    Map<String, Tensor> all = new LinkedHashMap<>();
    visit("", (prefix, module) -> copies(prefix, module.ownBuffers(), all));
    return all;
  }

  /** Returns copies of all parameters. */
  public final List<Tensor> parameters() {
    return new ArrayList<>(namedParameters().values());
  }

  /** Returns copies of all parameters and buffers by PyTorch's names, in PyTorch's order. */
  public final Map<String, Tensor> stateDict() {
    Map<String, Tensor> all = new LinkedHashMap<>();
    visit(
        "",
        (prefix, module) -> {
          copies(prefix, module.ownParameters(), all);
          copies(prefix, module.ownBuffers(), all);
        });
    return all;
  }

  private static void copies(String prefix, Map<String, Tensor> own, Map<String, Tensor> all) {
    own.forEach((name, tensor) -> all.put(prefix + name, tensor.copy()));
  }

  /** Something to do for each module of a tree. */
  private interface Visitor {
    void visit(String prefix, Module module);
  }

  private void visit(String prefix, Visitor visitor) {
    visitor.visit(prefix, this);
    children.forEach((name, child) -> child.visit(prefix + name + ".", visitor));
  }

  /**
   * Takes parameters and buffers; {@code loadStateDict(dict, true)}.
   *
   * @throws IllegalArgumentException if a key is missing, unexpected or of another shape
   */
  public final void loadStateDict(Map<String, Tensor> dict) {
    loadStateDict(dict, true);
  }

  /**
   * Takes parameters and buffers from a state dict; other dtypes are converted.
   *
   * @param dict tensors by PyTorch's names; they are copied
   * @param strict whether every key has to be there, and no other
   * @throws IllegalArgumentException if a tensor has another shape than its parameter, or, if
   *     strict, a key is missing or unexpected; all of them are listed, and nothing is changed
   */
  public final void loadStateDict(Map<String, Tensor> dict, boolean strict) {
    List<String> missing = new ArrayList<>();
    List<String> misshapen = new ArrayList<>();
    List<String> unexpected = new ArrayList<>(dict.keySet());
    Map<Module, Map<String, Tensor>> found = new LinkedHashMap<>();
    visit(
        "",
        (prefix, module) -> {
          Map<String, Tensor> own = new LinkedHashMap<>(module.ownParameters());
          own.putAll(module.ownBuffers());
          Map<String, Tensor> values = new LinkedHashMap<>();
          own.forEach(
              (name, tensor) -> {
                Tensor value = dict.get(prefix + name);
                unexpected.remove(prefix + name);
                if (value == null) {
                  missing.add(prefix + name);
                } else if (!value.shape().equals(tensor.shape())) {
                  misshapen.add(
                      prefix + name + " is " + value.shape() + " in place of " + tensor.shape());
                } else {
                  values.put(name, value.to(tensor.dtype()));
                }
              });
          found.put(module, values);
        });
    List<String> faults = new ArrayList<>();
    if (strict) {
      describe(faults, "missing keys", missing);
      describe(faults, "unexpected keys", unexpected);
    }
    describe(faults, "other shapes", misshapen);
    if (!faults.isEmpty()) {
      throw new IllegalArgumentException(
          getName() + ": cannot load this state dict: " + String.join("; ", faults));
    }
    found.forEach(Module::setOwn);
  }

  private static void describe(List<String> faults, String what, List<String> keys) {
    if (!keys.isEmpty()) {
      faults.add(what + ": " + String.join(", ", keys));
    }
  }

  // ---- ready to run

  /**
   * Makes the module ready for inputs of one shape: operations are fused where two can be computed
   * as one, and all buffers are planned.
   *
   * <p>What {@link #forward} does is followed once, without computing: its operations must be those
   * of modules, of {@code Functional} and of {@link Tensor}, and must not depend on the numbers.
   * The result works with the parameters of now; it does not follow later changes.
   *
   * @param input the shape, the batch included, such as (1, 3, 224, 224)
   * @throws IllegalArgumentException if the module, or one in it, is in training mode, such inputs
   *     do not fit, or something is done in between that cannot be followed
   */
  public final CompiledModule compile(int... input) {
    visit(
        "",
        (prefix, module) -> {
          if (module.training) {
            throw new IllegalArgumentException(
                getName()
                    + ": only a module in evaluation mode can be compiled; call eval() first");
          }
        });
    IdentityHashMap<Tensor, String> names = new IdentityHashMap<>();
    DType dtype = null;
    visit(
        "",
        (prefix, module) ->
            module
                .ownParameters()
                .values()
                .forEach(
                    tensor ->
                        names.put(
                            tensor,
                            prefix.isEmpty() ? "" : prefix.substring(0, prefix.length() - 1))));
    for (Tensor tensor : names.keySet()) {
      dtype = tensor.dtype();
    }
    return new CompiledModule(
        getName(),
        Network.of(
            getName(),
            this::forward,
            names,
            Shape.of(input),
            dtype == null ? DType.FLOAT32 : dtype));
  }

  /**
   * Returns what is computed for an input of this shape, operation by operation: output shapes,
   * parameters, multiply-adds, algorithms and scratch memory; {@code compile(input).explain()}.
   *
   * @throws IllegalArgumentException as {@link #compile} does
   */
  public String explain(int... input) {
    return compile(input).explain();
  }

  // ---- modes

  /** Returns whether the module is in training mode, as it is at first. */
  public final boolean isTraining() {
    return training;
  }

  /** Sets training mode or evaluation mode for the module and all that it contains. */
  public final void train(boolean mode) {
    visit("", (prefix, module) -> module.training = mode);
  }

  /** Sets training mode. */
  public final void train() {
    train(true);
  }

  /** Sets evaluation mode: batch norm uses its running statistics, dropout does nothing. */
  public final void eval() {
    train(false);
  }

  // ---- text

  /** Returns what PyTorch calls the module: the name of its class. */
  protected String getName() {
    return getClass().getSimpleName();
  }

  /** Returns what stands between the parentheses for a module without children: its options. */
  protected String extraRepr() {
    return "";
  }

  /** Returns what PyTorch prints for such a module. */
  @Override
  public String toString() {
    String extra = extraRepr();
    if (children.isEmpty()) {
      return getName() + "(" + extra + ")";
    }
    StringBuilder text = new StringBuilder(getName()).append("(\n");
    if (!extra.isEmpty()) {
      text.append("  ").append(extra).append('\n');
    }
    appendChildren(text);
    return text.append(')').toString();
  }

  private void appendChildren(StringBuilder text) {
    children.forEach(
        (name, child) ->
            text.append("  (")
                .append(name)
                .append("): ")
                .append(child.toString().replace("\n", "\n  "))
                .append('\n'));
  }
}
