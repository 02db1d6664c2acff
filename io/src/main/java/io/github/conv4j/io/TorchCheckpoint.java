package io.github.conv4j.io;

import io.github.conv4j.Tensor;
import io.github.conv4j.io.TorchPickle.Stored;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * Reads the tensors of PyTorch's {@code .pt} and {@code .pth} files, as {@code torch.save} writes
 * them: today's zip archives and the format from before PyTorch 1.6.
 *
 * <pre>{@code
 * torch.save(model.state_dict(), "model.pt")                                   # Python
 * Map<String, Tensor> weights = TorchCheckpoint.stateDict(Path.of("model.pt")); // Java
 * }</pre>
 *
 * <p>Such a file is a pickle, which can ask Python for any class and call it. Here nothing of a
 * file is ever run: tensors, parameters, dictionaries, counters, lists, tuples, sets, texts,
 * numbers, {@code torch.Size} and {@code torch.dtype} are known, and a file that asks for anything
 * else, a whole {@code nn.Module} for instance, is refused with the name of what it asks for.
 *
 * <p>These elements become float32, exactly: bool, integers of 8 and 16 bits, float16, bfloat16 and
 * float32. These become float64: integers of 32 bits and float64, exactly; integers of 64 bits,
 * rounded to nearest. Every tensor has a storage of its own afterwards, in row-major order, also
 * where PyTorch's shared one, or looked at it with strides. Devices are forgotten.
 */
public final class TorchCheckpoint {
  private static final int FIRST_BYTE_OF_PICKLE = 0x80;

  private TorchCheckpoint() {}

  /**
   * Reads the state dict: the whole file if it is a dictionary of tensors, else the dictionary
   * under {@code state_dict}, {@code model} or {@code model_state_dict}, where training scripts put
   * it.
   *
   * @return the tensors by their names, in the dictionary's order; unmodifiable
   * @throws IOException if the file cannot be read, is no such checkpoint, asks for a class, is
   *     damaged, needs more memory than there is, or has no state dict there; the message then
   *     lists the keys that there are
   */
  public static Map<String, Tensor> stateDict(Path path) throws IOException {
    try (TensorFile file = openStateDict(path)) {
      return file.readAll();
    }
  }

  /**
   * Reads a state dict.
   *
   * @param key the key under which it is, with slashes between the keys of nested dictionaries:
   *     {@code ema} or {@code models/generator}
   * @return the tensors by their names, in the dictionary's order; unmodifiable
   * @throws IOException as {@link #stateDict(Path)} does
   */
  public static Map<String, Tensor> stateDict(Path path, String key) throws IOException {
    try (TensorFile file = openStateDict(path, key)) {
      return file.readAll();
    }
  }

  /**
   * Reads everything.
   *
   * @return a {@link Tensor}; a {@code Map} with keys that are texts, numbers, Booleans or null; a
   *     {@code List} for a list, tuple, set or {@code torch.Size}; a {@code String}, for a {@code
   *     torch.dtype} its name such as {@code torch.float32}; a {@code Long}, or {@code BigInteger}
   *     beyond 64 bits; a {@code Double}; a {@code Boolean}; or null. Maps and lists are
   *     unmodifiable. A tensor that the file has in two places is one and the same in both
   * @throws IOException as {@link #stateDict(Path)} does
   */
  public static Object read(Path path) throws IOException {
    String name = path.toString();
    try (TorchStorages storages = storages(path)) {
      TorchTree tree = new TorchTree(name, storages.root());
      Map<String, Stored> tensors = tree.tensors();
      storages.expect(tensors.values());
      checkMemory(name, tensors);
      return tree.values(storages::read);
    } catch (IOException | OutOfMemoryError e) {
      throw Failure.of(name, e);
    }
  }

  /**
   * Reads what the file says of all of its tensors, and no elements.
   *
   * @return the headers by the ways to the tensors, as {@link #open} names them; unmodifiable
   * @throws IOException as {@link #stateDict(Path)} does, but for tensors too large for the memory
   */
  public static Map<String, TensorHeader> readHeaders(Path path) throws IOException {
    try (TensorFile file = open(path)) {
      return file.headers();
    }
  }

  /**
   * Opens a file, so that all of its tensors can be read one after the other.
   *
   * <p>A tensor's name is the way to it: its key in the file's dictionary, with slashes between the
   * keys of nested dictionaries and the numbers of elements of lists, {@code
   * optimizer/state/0/exp_avg}. A file that is one tensor calls it {@code tensor}.
   *
   * @throws IOException as {@link #readHeaders} does
   */
  public static TensorFile open(Path path) throws IOException {
    return open(path, TorchTree::tensors);
  }

  /**
   * Opens a file, so that the tensors of its state dict can be read one after the other.
   *
   * @throws IOException as {@link #stateDict(Path)} does, but for tensors too large for the memory
   */
  public static TensorFile openStateDict(Path path) throws IOException {
    return open(path, tree -> tree.stateDict(null));
  }

  /**
   * Opens a file, so that the tensors of a state dict can be read one after the other.
   *
   * @param key where it is, as {@link #stateDict(Path, String)} has it
   * @throws IOException as {@link #stateDict(Path)} does, but for tensors too large for the memory
   */
  public static TensorFile openStateDict(Path path, String key) throws IOException {
    return open(path, tree -> tree.stateDict(key));
  }

  /** Chooses tensors of a tree. */
  private interface Choice {
    Map<String, Stored> of(TorchTree tree) throws IOException;
  }

  private static TensorFile open(Path path, Choice choice) throws IOException {
    String name = path.toString();
    TorchStorages storages = null;
    boolean opened = false;
    try {
      storages = storages(path);
      Map<String, Stored> tensors = choice.of(new TorchTree(name, storages.root()));
      storages.expect(tensors.values());
      Map<String, TensorHeader> headers = new LinkedHashMap<>();
      tensors.forEach((tensor, stored) -> headers.put(tensor, stored.header()));
      TorchStorages open = storages;
      TensorFile file =
          new TensorFile(name, headers, tensor -> open.read(tensors.get(tensor)), open);
      opened = true;
      return file;
    } catch (IOException | OutOfMemoryError e) {
      throw Failure.of(name, e);
    } finally {
      if (storages != null && !opened) {
        storages.close();
      }
    }
  }

  private static TorchStorages storages(Path path) throws IOException {
    String name = path.toString();
    Failure.refuseFolder(path);
    if (Files.exists(path) && !Files.isRegularFile(path)) {
      throw Failure.of(name, "a checkpoint has to be a regular file, it is not read in order");
    }
    byte[] first;
    try (InputStream in = Files.newInputStream(path)) {
      first = in.readNBytes(2);
    }
    if (first.length == 0) {
      throw Failure.of(name, "the file is empty");
    }
    if (first.length == 2 && first[0] == 'P' && first[1] == 'K') {
      return TorchZip.open(path);
    }
    if (Byte.toUnsignedInt(first[0]) == FIRST_BYTE_OF_PICKLE) {
      return TorchLegacy.open(path);
    }
    throw Failure.of(name, "this is no file of torch.save: neither a zip archive nor a pickle");
  }

  private static void checkMemory(String name, Map<String, Stored> tensors) throws IOException {
    long bytes = 0;
    for (Stored tensor : Set.copyOf(tensors.values())) {
      bytes += tensor.header().bytes();
    }
    Failure.refuseLargerThanHeap(name, "all of its tensors", bytes);
  }
}
