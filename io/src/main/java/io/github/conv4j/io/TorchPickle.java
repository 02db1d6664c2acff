package io.github.conv4j.io;

import io.github.conv4j.Shape;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import net.razorvine.pickle.IObjectConstructor;
import net.razorvine.pickle.Opcodes;
import net.razorvine.pickle.PickleUtils;
import net.razorvine.pickle.UnpickleStack;
import net.razorvine.pickle.Unpickler;

/**
 * Takes a pickle of {@code torch.save} apart, and nothing else of Python's.
 *
 * <p>A pickle is a program for a machine with a stack, and may ask for any class. This one knows
 * the few names that tensors and plain values need, makes of each a Java object of its own, and
 * refuses all others by name. It never hands a name to the library, whose table of classes is
 * shared by the whole virtual machine, and no object has a method called that a file names.
 *
 * <p>The instructions are those that {@code torch.save} writes with protocols 2 to 5. What they
 * make is counted before it is made: lengths against what is left of the stream, memory against an
 * eighth of the heap.
 *
 * <p>Afterwards a dictionary is a {@link LinkedHashMap}, a list an {@link ArrayList}, a tuple an
 * array, a set a {@link LinkedHashSet}; there are {@link Stored} tensors, {@link Storage}s, and
 * objects that are no values at all, which {@link TorchTree} refuses.
 *
 * <p>The instructions: Python's {@code pickletools.py}; the classes: PyTorch's {@code
 * torch/_weights_only_unpickler.py} and {@code torch/_utils.py}.
 */
final class TorchPickle extends Unpickler {
  /** More than any instruction makes besides its text: an object, its place, its memo. */
  private static final int MEMORY_FOR_AN_INSTRUCTION = 64;

  /** The part of the heap for that; whoever measures and copies the values needs as much again. */
  private static final int MEMORY_PART = 8;

  /** Longer than any class name. */
  private static final int LONGEST_LINE = 1024;

  private final String name;
  private final Input in;
  private final Map<String, Storage> storages;
  private long memory = Runtime.getRuntime().maxMemory() / MEMORY_PART;

  /**
   * A storage: the elements that tensors look at.
   *
   * @param key its name in the file
   * @param type the type of its elements, or null if they are bytes that tensors give a type
   * @param count how many elements it has, or bytes
   */
  record Storage(String key, ElementType type, long count) {
    long bytes() {
      return type == null ? count : count * type.bytes();
    }
  }

  /**
   * A tensor that lies in a storage.
   *
   * @param offset the first element
   * @param strides how far apart neighbours of each dimension are, in elements
   */
  @SuppressWarnings("ArrayRecordComponent") // equal is only what is the same
  record Stored(Storage storage, ElementType type, long offset, Shape shape, long[] strides) {
    TensorHeader header() {
      return new TensorHeader(type.label(), shape);
    }

    @Override
    public boolean equals(Object other) {
      return this == other;
    }

    @Override
    public int hashCode() {
      return System.identityHashCode(this);
    }
  }

  /** A {@code torch.dtype}. */
  record TorchDtype(ElementType type) {
    @Override
    public String toString() {
      return "torch." + type.label();
    }
  }

  /** A class of storages, whose elements are bytes where {@code type} is null. */
  private record StorageClass(ElementType type) {}

  /** A stream that knows how much of it is left, and says so when it ends. */
  static final class Input extends InputStream {
    private final InputStream in;
    private long left;

    Input(InputStream in, long length) {
      this.in = in;
      left = length;
    }

    long left() {
      return left;
    }

    @Override
    public int read() throws IOException {
      int next = left == 0 ? -1 : in.read();
      if (next < 0) {
        throw new EOFException();
      }
      left--;
      return next;
    }

    @Override
    public int read(byte[] to, int offset, int length) throws IOException {
      if (length == 0) {
        return 0;
      }
      int got = left == 0 ? -1 : in.read(to, offset, (int) Math.min(length, left));
      if (got < 0) {
        throw new EOFException();
      }
      left -= got;
      return got;
    }
  }

  /**
   * Makes one that reads one pickle after the other.
   *
   * @param storages where to put the storages that the pickle speaks of, by their keys
   */
  TorchPickle(String name, Input in, Map<String, Storage> storages) {
    this.name = name;
    this.in = in;
    this.storages = storages;
  }

  /** Reads the next pickle and leaves the stream right behind it. */
  Object next() throws IOException {
    stack = new UnpickleStack();
    memo = new HashMap<>();
    input = in;
    try {
      while (true) {
        Object value = dispatch((short) in.read());
        if (value != NO_RETURN_VALUE) {
          return value;
        }
      }
    } catch (EOFException e) {
      throw Failure.of(name, "the file ends within its pickle", e);
    } catch (Refusal e) {
      throw e.reason;
    } catch (RuntimeException e) {
      // The library meets instructions out of place with whatever their mistakes lead to.
      throw Failure.of(name, "its pickle is damaged: an instruction does not fit", e);
    }
  }

  // ---- instructions

  @Override
  protected Object dispatch(short key) throws IOException {
    take(MEMORY_FOR_AN_INSTRUCTION);
    switch (key) {
      case Opcodes.STOP -> {
        if (stack.size() != 1) {
          throw Failure.of(name, "its pickle ends with " + stack.size() + " values instead of one");
        }
        return super.dispatch(key);
      }
      case Opcodes.PROTO,
          Opcodes.MARK,
          Opcodes.POP,
          Opcodes.NONE,
          Opcodes.NEWTRUE,
          Opcodes.NEWFALSE,
          Opcodes.BININT,
          Opcodes.BININT1,
          Opcodes.BININT2,
          Opcodes.BINFLOAT,
          Opcodes.EMPTY_TUPLE,
          Opcodes.TUPLE,
          Opcodes.TUPLE1,
          Opcodes.TUPLE2,
          Opcodes.TUPLE3,
          Opcodes.EMPTY_LIST,
          Opcodes.REDUCE,
          Opcodes.BINPERSID,
          Opcodes.BINGET,
          Opcodes.LONG_BINGET,
          Opcodes.BINPUT,
          Opcodes.LONG_BINPUT,
          Opcodes.MEMOIZE,
          Opcodes.FRAME,
          // These have at most 255 bytes.
          Opcodes.LONG1,
          Opcodes.SHORT_BINSTRING -> {
        return super.dispatch(key);
      }
      case Opcodes.BINSTRING -> stack.add(latin1(length(4)));
      case Opcodes.SHORT_BINUNICODE -> stack.add(utf8(length(1)));
      case Opcodes.BINUNICODE -> stack.add(utf8(length(4)));
      case Opcodes.BINUNICODE8 -> stack.add(utf8(length(8)));
      case Opcodes.APPEND -> {
        Object value = stack.pop();
        list(stack.peek()).add(value);
      }
      case Opcodes.APPENDS -> {
        List<Object> values = stack.pop_all_since_marker();
        list(stack.peek()).addAll(values);
      }
      case Opcodes.EMPTY_DICT -> stack.add(new LinkedHashMap<>(0));
      case Opcodes.SETITEM -> {
        Object value = stack.pop();
        Object entry = stack.pop();
        put(dictionary(stack.peek()), entry, value);
      }
      case Opcodes.SETITEMS -> {
        List<Object> entries = stack.pop_all_since_marker();
        Map<Object, Object> to = dictionary(stack.peek());
        for (int i = 0; i < entries.size(); i += 2) {
          put(to, entries.get(i), entries.get(i + 1));
        }
      }
      case Opcodes.EMPTY_SET -> stack.add(new LinkedHashSet<>(0));
      case Opcodes.ADDITEMS -> {
        List<Object> values = stack.pop_all_since_marker();
        addAll(set(stack.peek()), values);
      }
      case Opcodes.FROZENSET -> {
        List<Object> values = stack.pop_all_since_marker();
        stack.add(addAll(new LinkedHashSet<>(), values));
      }
      case Opcodes.GLOBAL -> {
        String module = line();
        stack.add(global(module, line()));
      }
      case Opcodes.STACK_GLOBAL -> {
        String attribute = (String) stack.pop();
        stack.add(global((String) stack.pop(), attribute));
      }
      case Opcodes.BUILD -> {
        // The attributes of an OrderedDict, a module's versions for instance: nothing needs them.
        dictionary(stack.pop());
        dictionary(stack.peek());
      }
      default ->
          throw Failure.of(
              name,
              "its pickle has an instruction "
                  + String.format("0x%02x", key)
                  + " that torch.save does not write");
    }
    return NO_RETURN_VALUE;
  }

  /** Takes bytes off what may still be used. */
  private void take(long bytes) throws IOException {
    memory -= bytes;
    if (memory < 0) {
      throw Failure.of(
          name, "its pickle needs more than an eighth of the heap: start Java with a larger -Xmx");
    }
  }

  /** Reads a length that the rest of the stream and of the memory have room for. */
  private int length(int digits) throws IOException {
    byte[] bytes = PickleUtils.readbytes(input, digits);
    long length = 0;
    for (int i = digits - 1; i >= 0; i--) {
      length = (length << 8) | (bytes[i] & 0xff);
    }
    if (length < 0 || length > in.left()) {
      throw new EOFException();
    }
    // The bytes, and the text.
    take(2 * length);
    return Math.toIntExact(length);
  }

  private String utf8(int length) throws IOException {
    byte[] bytes = PickleUtils.readbytes(input, length);
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw Failure.of(name, "its pickle has a text that is not UTF-8", e);
    }
  }

  private String latin1(int length) throws IOException {
    return new String(PickleUtils.readbytes(input, length), StandardCharsets.ISO_8859_1);
  }

  private String line() throws IOException {
    StringBuilder line = new StringBuilder();
    for (int c = in.read(); c != '\n'; c = in.read()) {
      if (line.length() == LONGEST_LINE) {
        throw Failure.of(name, "its pickle has a class name without an end");
      }
      line.append((char) c);
    }
    return line.toString();
  }

  @SuppressWarnings("unchecked") // whatever is on the stack came from here
  private static List<Object> list(Object value) {
    return (ArrayList<Object>) value;
  }

  @SuppressWarnings("unchecked")
  private static Map<Object, Object> dictionary(Object value) {
    return (LinkedHashMap<Object, Object>) Objects.requireNonNull(value);
  }

  @SuppressWarnings("unchecked")
  private static Set<Object> set(Object value) {
    return (LinkedHashSet<Object>) Objects.requireNonNull(value);
  }

  private Set<Object> addAll(Set<Object> set, List<?> values) throws IOException {
    for (Object value : values) {
      checkHashable(value);
      set.add(value);
    }
    return set;
  }

  private void put(Map<Object, Object> to, Object key, Object value) throws IOException {
    checkHashable(key);
    // Python knows one type of integers.
    Object entry = key instanceof Integer number ? Long.valueOf(number) : key;
    if (to.containsKey(entry)) {
      throw Failure.of(
          name,
          "its pickle puts the key "
              + Failure.quote(String.valueOf(key))
              + " into a dictionary twice");
    }
    to.put(entry, value);
  }

  /** Refuses what takes long to compare: a few tuples in each other can hold billions of others. */
  private void checkHashable(Object value) throws IOException {
    if (value != null
        && !(value instanceof String || value instanceof Number || value instanceof Boolean)) {
      throw Failure.of(
          name, "its pickle has a key of a dictionary or set that is neither text nor number");
    }
  }

  // ---- classes

  /** Returns what stands for a class or another name of a Python module, or refuses it. */
  private Object global(String module, String attribute) throws IOException {
    IObjectConstructor function =
        switch (module + "." + attribute) {
          case "collections.OrderedDict" -> this::orderedDict;
          case "collections.Counter" -> args -> single(args, LinkedHashMap.class);
          case "builtins.set", "builtins.frozenset" -> this::newSet;
          case "__builtin__.set", "__builtin__.frozenset" -> this::newSet;
          case "torch.Size" -> args -> single(args, Object[].class);
          case "torch._utils._rebuild_tensor_v2" -> args -> tensor(args, 6, null);
          case "torch._utils._rebuild_tensor_v3" ->
              args -> tensor(args, 7, ((TorchDtype) args[6]).type);
          case "torch._utils._rebuild_parameter" -> args -> (Stored) args[0];
          default -> null;
        };
    if (function != null) {
      return function;
    }
    if (module.equals("torch.storage") && attribute.equals("UntypedStorage")) {
      return new StorageClass(null);
    }
    for (ElementType type : ElementType.values()) {
      if (module.equals("torch") && attribute.equals(type.label())) {
        return new TorchDtype(type);
      }
      if (module.equals("torch") && attribute.equals(type.storage())) {
        return new StorageClass(type);
      }
    }
    throw Failure.of(
        name,
        "it asks for "
            + Failure.quote(module + "." + attribute)
            + ", but only tensors and plain values are read: save them alone, as in"
            + " torch.save(model.state_dict(), path)");
  }

  private static <T> T single(Object[] args, Class<T> type) {
    if (args.length != 1) {
      throw new IllegalArgumentException();
    }
    return type.cast(args[0]);
  }

  /** Hands an IOException through the library, which knows none here. */
  private static final class Refusal extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final IOException reason;

    Refusal(IOException reason) {
      super(reason);
      this.reason = reason;
    }
  }

  private Object orderedDict(Object[] args) {
    Map<Object, Object> made = new LinkedHashMap<>();
    if (args.length > 0) {
      // Python 2 hands the entries to the constructor.
      for (Object pair : single(args, ArrayList.class)) {
        List<Object> entry = list(pair);
        refusing(() -> put(made, entry.get(0), entry.get(1)));
      }
    }
    return made;
  }

  private Object newSet(Object[] args) {
    Set<Object> made = new LinkedHashSet<>();
    refusing(() -> addAll(made, list(single(args, ArrayList.class))));
    return made;
  }

  private interface Check {
    void run() throws IOException;
  }

  private static void refusing(Check check) {
    try {
      check.run();
    } catch (IOException e) {
      throw new Refusal(e);
    }
  }

  // ---- tensors

  /** Makes the storage of a persistent id: ('storage', its class, key, device, elements). */
  @Override
  protected Object persistentLoad(Object pid) {
    Object[] parts = (Object[]) pid;
    Storage[] made = new Storage[1];
    refusing(() -> made[0] = storage(parts));
    return made[0];
  }

  private Storage storage(Object[] parts) throws IOException {
    boolean old = parts.length == 6 && parts[5] == null;
    if ((parts.length != 5 && !old) || !parts[0].equals("storage")) {
      throw Failure.of(name, "its pickle refers to something other than a storage as a whole");
    }
    ElementType type = ((StorageClass) parts[1]).type;
    long count = integer(parts[4]);
    int bytes = type == null ? 1 : type.bytes();
    if (count < 0 || count > Long.MAX_VALUE / bytes) {
      throw Failure.of(name, "a storage cannot have " + count + " elements");
    }
    Storage storage = new Storage((String) parts[2], type, count);
    Storage before = storages.putIfAbsent(storage.key, storage);
    if (before != null && !before.equals(storage)) {
      throw Failure.of(
          name, "its pickle speaks in two ways of the storage " + Failure.quote(storage.key));
    }
    return storage;
  }

  private static long integer(Object value) {
    // Not a float, and no integer of more bits.
    return value instanceof Integer number ? number : (Long) value;
  }

  /**
   * Makes a tensor of (storage, offset, sizes, strides, requires_grad, hooks), in version 3 with a
   * dtype behind them, and perhaps a dictionary of what else there is to know.
   */
  private Stored tensor(Object[] args, int required, ElementType given) {
    Stored[] made = new Stored[1];
    refusing(
        () -> {
          if (args.length > required + 1
              || (args.length == required + 1
                  && args[required] != null
                  && !dictionary(args[required]).isEmpty())) {
            throw Failure.of(
                name,
                "a tensor is a conjugate or negative view, which PyTorch computes on reading");
          }
          made[0] = tensor((Storage) args[0], given, integer(args[1]), args[2], args[3]);
        });
    return made[0];
  }

  private Stored tensor(
      Storage storage, ElementType given, long offset, Object sizes, Object strides)
      throws IOException {
    ElementType type = given == null ? storage.type : given;
    if (type == null || (storage.type != null && storage.type != type)) {
      throw Failure.of(name, "a tensor and its storage are of different types");
    }
    long[] size = integers(sizes);
    long[] stride = integers(strides);
    Shape shape;
    if (size.length > TensorHeader.MOST_DIMENSIONS) {
      throw Failure.of(
          name,
          "a tensor has "
              + size.length
              + " dimensions, more than the "
              + TensorHeader.MOST_DIMENSIONS
              + " of PyTorch");
    }
    try {
      shape = Shape.of(size);
    } catch (IllegalArgumentException e) {
      throw Failure.of(
          name,
          "a tensor has a size that is negative, or a number of elements over "
              + Shape.MAX_ELEMENTS,
          e);
    }
    if (stride.length != size.length || !isWithin(storage, type, offset, size, stride)) {
      throw Failure.of(name, "a tensor of shape " + shape + " does not lie within its storage");
    }
    return new Stored(storage, type, offset, shape, stride);
  }

  private static boolean isWithin(
      Storage storage, ElementType type, long offset, long[] sizes, long[] strides) {
    if (offset < 0) {
      return false;
    }
    long last = offset;
    boolean empty = false;
    for (int dim = 0; dim < sizes.length; dim++) {
      // PyTorch has no negative strides.
      if (strides[dim] < 0) {
        return false;
      }
      empty |= sizes[dim] == 0;
      long steps = Math.max(sizes[dim] - 1, 0);
      if (steps > 0 && strides[dim] > (Long.MAX_VALUE - last) / steps) {
        return false;
      }
      last += steps * strides[dim];
    }
    return empty || last < storage.bytes() / type.bytes();
  }

  private static long[] integers(Object tuple) {
    Object[] values = (Object[]) tuple;
    long[] numbers = new long[values.length];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = integer(values[i]);
    }
    return numbers;
  }
}
