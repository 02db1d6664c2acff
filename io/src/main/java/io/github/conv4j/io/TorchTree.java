package io.github.conv4j.io;

import io.github.conv4j.Tensor;
import io.github.conv4j.io.TorchPickle.Stored;
import io.github.conv4j.io.TorchPickle.TorchDtype;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What a checkpoint holds: tensors, texts, numbers and so on, in dictionaries and lists.
 *
 * <p>A pickle can put one list into another many times, or into itself: a few bytes can stand for a
 * tree of any size. So the tree is measured before anybody walks through it.
 */
final class TorchTree {
  private static final int MOST_LEVELS = 100;

  /** How many values may appear more than once. Optimizers share some texts and numbers. */
  private static final long MOST_REPETITIONS = 1_000_000;

  private static final int MOST_KEYS_SHOWN = 20;

  /** Where training scripts put a state dict. */
  private static final List<String> USUAL_KEYS = List.of("state_dict", "model", "model_state_dict");

  private final String name;
  private final Object root;

  /** The size of a container with all that is in it. */
  private record Extent(int levels, long values) {}

  /** Reads a tensor. */
  interface Reader {
    Tensor read(Stored tensor) throws IOException;
  }

  /**
   * Measures a tree.
   *
   * @param name the file's name
   * @param root what {@link TorchPickle} gave
   * @throws IOException if there are other values, or far more than the pickle has
   */
  TorchTree(String name, Object root) throws IOException {
    this.name = name;
    this.root = root;
    IdentityHashMap<Object, Extent> known = new IdentityHashMap<>();
    Extent extent = measure(root, 1, known);
    long stored = 1;
    for (Object container : known.keySet()) {
      stored += values(container).size();
    }
    if (extent.values - MOST_REPETITIONS > stored) {
      throw Failure.of(name, "its pickle repeats its values until they are " + extent.values);
    }
  }

  private Extent measure(Object value, int level, IdentityHashMap<Object, Extent> known)
      throws IOException {
    if (values(value) == null) {
      checkPlain(value);
      return new Extent(1, 1);
    }
    if (known.containsKey(value)) {
      Extent extent = known.get(value);
      if (extent == null) {
        throw Failure.of(name, "its pickle has a list or dictionary that holds itself");
      }
      checkLevels(level + extent.levels);
      return extent;
    }
    checkLevels(level);
    known.put(value, null);
    int levels = 0;
    long count = 1;
    for (Object child : values(value)) {
      Extent extent = measure(child, level + 1, known);
      levels = Math.max(levels, extent.levels);
      count = Math.min(count + extent.values, Long.MAX_VALUE / 2);
    }
    Extent extent = new Extent(levels + 1, count);
    known.put(value, extent);
    return extent;
  }

  private void checkLevels(int levels) throws IOException {
    if (levels > MOST_LEVELS) {
      throw Failure.of(name, "its values are nested more than " + MOST_LEVELS + " deep");
    }
  }

  /** Returns what is in a container, or null if this is none. */
  private static Collection<?> values(Object value) {
    if (value instanceof Map<?, ?> map) {
      return map.values();
    }
    return value instanceof Object[] tuple
        ? Arrays.asList(tuple)
        : value instanceof Collection<?> collection ? collection : null;
  }

  private void checkPlain(Object value) throws IOException {
    if (value != null
        && !(value instanceof Number
            || value instanceof String
            || value instanceof Boolean
            || value instanceof Stored
            || value instanceof TorchDtype)) {
      throw Failure.of(name, "it has something that is neither a tensor nor a plain value");
    }
  }

  // ---- tensors

  /** Returns all tensors by the way to them, {@code optimizer/state/0/exp_avg}. */
  Map<String, Stored> tensors() throws IOException {
    Map<String, Stored> tensors = new LinkedHashMap<>();
    if (root instanceof Stored tensor) {
      tensors.put("tensor", tensor);
    } else {
      addTensors("", root, tensors);
    }
    return tensors;
  }

  private void addTensors(String way, Object value, Map<String, Stored> to) throws IOException {
    if (value instanceof Map<?, ?> map) {
      for (Map.Entry<?, ?> entry : map.entrySet()) {
        addTensor(way + entry.getKey(), entry.getValue(), to);
      }
    } else if (values(value) != null) {
      int index = 0;
      for (Object child : values(value)) {
        addTensor(way + index, child, to);
        index++;
      }
    }
  }

  private void addTensor(String way, Object value, Map<String, Stored> to) throws IOException {
    if (!(value instanceof Stored tensor)) {
      addTensors(way + "/", value, to);
    } else if (to.put(way, tensor) != null) {
      throw Failure.of(name, "two tensors are called " + Failure.quote(way));
    }
  }

  /**
   * Returns the tensors of the state dict.
   *
   * @param key where it is, with a slash between the keys of nested dictionaries; or null to look
   *     at the top, then at the usual keys
   */
  Map<String, Stored> stateDict(String key) throws IOException {
    if (key != null) {
      return stateDict(find(key), "under " + Failure.quote(key));
    }
    if (!(root instanceof Map<?, ?> top)) {
      return stateDict(root, "at the top");
    }
    List<String> found =
        USUAL_KEYS.stream().filter(usual -> top.get(usual) instanceof Map).toList();
    if (found.size() == 1) {
      return stateDict(top.get(found.get(0)), "under " + Failure.quote(found.get(0)));
    }
    if (found.size() > 1) {
      throw Failure.of(name, "give the key of the state dict: there are " + keys(found));
    }
    boolean nested = top.values().stream().anyMatch(value -> value instanceof Map);
    if (nested) {
      throw Failure.of(
          name,
          "no state dict at the top nor under "
              + keys(USUAL_KEYS)
              + ": give its key (there are "
              + keys(top.keySet())
              + ")");
    }
    return stateDict(top, "at the top");
  }

  private Object find(String key) throws IOException {
    if (root instanceof Map<?, ?> map && map.containsKey(key)) {
      return map.get(key);
    }
    Object value = root;
    for (String step : key.split("/", -1)) {
      Object container = value;
      Map<?, ?> map = container instanceof Map<?, ?> found ? found : Map.of();
      // A key may be a number.
      value =
          map.entrySet().stream()
              .filter(entry -> String.valueOf(entry.getKey()).equals(step))
              .findFirst()
              .orElseThrow(
                  () ->
                      Failure.of(
                          name,
                          "there is no key "
                              + Failure.quote(step)
                              + ", only "
                              + keys(map.keySet())))
              .getValue();
    }
    return value;
  }

  private Map<String, Stored> stateDict(Object value, String where) throws IOException {
    if (!(value instanceof Map<?, ?> map)) {
      throw Failure.of(name, "there is no dictionary of tensors " + where);
    }
    Map<String, Stored> tensors = new LinkedHashMap<>();
    for (Map.Entry<?, ?> entry : map.entrySet()) {
      if (!(entry.getKey() instanceof String key) || !(entry.getValue() instanceof Stored tensor)) {
        throw Failure.of(
            name,
            "the dictionary "
                + where
                + " is no state dict: its entry "
                + Failure.quote(String.valueOf(entry.getKey()))
                + " is not a tensor with a name (its keys are "
                + keys(map.keySet())
                + ")");
      }
      tensors.put(key, tensor);
    }
    return tensors;
  }

  private static String keys(Collection<?> keys) {
    if (keys.isEmpty()) {
      return "none";
    }
    return keys.stream()
            .limit(MOST_KEYS_SHOWN)
            .map(key -> Failure.quote(String.valueOf(key)))
            .collect(Collectors.joining(", "))
        + (keys.size() > MOST_KEYS_SHOWN
            ? " and " + (keys.size() - MOST_KEYS_SHOWN) + " more"
            : "");
  }

  // ---- values

  /** Returns all of it as what {@link TorchCheckpoint#read} describes. */
  Object values(Reader reader) throws IOException {
    return new Converter(reader).convert(root);
  }

  private static final class Converter {
    private final Reader reader;
    private final Map<Stored, Tensor> tensors = new HashMap<>();

    Converter(Reader reader) {
      this.reader = reader;
    }

    Object convert(Object value) throws IOException {
      if (value instanceof Stored stored) {
        Tensor tensor = tensors.get(stored);
        if (tensor == null) {
          tensor = reader.read(stored);
          tensors.put(stored, tensor);
        }
        return tensor;
      }
      if (value instanceof Map<?, ?> map) {
        Map<Object, Object> copy = new LinkedHashMap<>();
        for (Map.Entry<?, ?> entry : map.entrySet()) {
          copy.put(entry.getKey(), convert(entry.getValue()));
        }
        return Collections.unmodifiableMap(copy);
      }
      if (values(value) != null) {
        List<Object> copy = new ArrayList<>();
        for (Object child : values(value)) {
          copy.add(convert(child));
        }
        return Collections.unmodifiableList(copy);
      }
      if (value instanceof TorchDtype) {
        return value.toString();
      }
      return value instanceof Integer number ? Long.valueOf(number) : value;
    }
  }
}
