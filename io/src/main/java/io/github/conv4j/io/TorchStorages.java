package io.github.conv4j.io;

import io.github.conv4j.DType;
import io.github.conv4j.Shape;
import io.github.conv4j.Tensor;
import io.github.conv4j.io.TorchPickle.Storage;
import io.github.conv4j.io.TorchPickle.Stored;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteOrder;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

/**
 * The storages of a checkpoint, and the tensors that look at them.
 *
 * <p>A storage is read whole, so that its checksum can be checked. One that several tensors look at
 * is kept while there is room.
 */
abstract class TorchStorages implements Closeable {
  /** The part of the heap that kept storages may take. */
  private static final int KEPT_PART = 4;

  private final String name;
  private final Map<View, Integer> users = new HashMap<>();
  private final Map<View, Tensor> kept = new HashMap<>();
  private long room = Runtime.getRuntime().maxMemory() / KEPT_PART;

  /** A storage as elements of one type. */
  private record View(Storage storage, ElementType type) {}

  TorchStorages(String name) {
    this.name = name;
  }

  /** Returns what the pickle holds. */
  abstract Object root();

  /** Reads something of a storage's bytes. */
  interface Content {
    /**
     * Reads.
     *
     * @param in the bytes of the storage alone
     * @param order the order of the bytes of each element
     */
    void readFrom(InputStream in, ByteOrder order) throws IOException;
  }

  /** Hands all bytes of a storage to {@code content}, and checks them where there is a checksum. */
  abstract void read(Storage storage, Content content) throws IOException;

  /** Returns whether reading a storage can take far longer than its part of the file is long. */
  abstract boolean isCompressed(Storage storage);

  /** Tells which tensors will be read, perhaps. */
  void expect(Collection<Stored> tensors) {
    for (Stored tensor : tensors) {
      users.merge(view(tensor), 1, Integer::sum);
    }
  }

  private static View view(Stored tensor) {
    return new View(tensor.storage(), tensor.type());
  }

  /** Reads a tensor into a storage of its own. */
  Tensor read(Stored stored) throws IOException {
    View view = view(stored);
    boolean shared = users.getOrDefault(view, 0) > 1;
    if (stored.shape().numel() == 0) {
      return Tensor.zeros(stored.shape(), stored.type().dtype());
    }
    Tensor elements = kept.get(view);
    if (elements == null) {
      long bytes = view.storage.bytes() / view.type.bytes() * view.type.dtype().bytes();
      if (shared && bytes > room && isCompressed(view.storage)) {
        throw Failure.of(
            name, "a compressed storage is too large to be kept for all of its tensors");
      }
      elements = read(view);
      if (shared && bytes <= room) {
        room -= bytes;
        kept.put(view, elements);
      }
    }
    return take(stored, elements, shared);
  }

  private Tensor read(View view) throws IOException {
    ElementType type = view.type;
    long count = view.storage.bytes() / type.bytes();
    if (count > Shape.MAX_ELEMENTS) {
      throw Failure.of(name, "a storage of " + count + " elements has over " + Shape.MAX_ELEMENTS);
    }
    Tensor elements = ElementType.allocate(name, Shape.of(new long[] {count}), type.dtype());
    read(
        view.storage,
        (in, order) -> {
          long needed = count * type.bytes();
          long got = type.read(in, order, elements);
          if (got < needed) {
            throw Failure.of(
                name,
                "storage "
                    + Failure.quote(view.storage.key())
                    + " needs "
                    + view.storage.bytes()
                    + " bytes of data, but there are only "
                    + got);
          }
          // A storage of bytes may have a few more than its elements need.
          in.skipNBytes(view.storage.bytes() - needed);
        });
    return elements;
  }

  /** Returns the elements of a tensor, a copy if others look at the same storage. */
  private Tensor take(Stored stored, Tensor elements, boolean shared) throws IOException {
    int[] sizes = stored.shape().toArray();
    boolean whole =
        isRowMajor(sizes, stored.strides()) && elements.numel() == stored.shape().numel();
    if (whole && !shared) {
      return elements.reshape(sizes);
    }
    Tensor tensor = ElementType.allocate(name, stored.shape(), stored.type().dtype());
    if (isRowMajor(sizes, stored.strides())) {
      Object from = storage(elements);
      System.arraycopy(from, (int) stored.offset(), storage(tensor), 0, tensor.numel());
    } else {
      gather(elements, (int) stored.offset(), sizes, stored.strides(), tensor);
    }
    return tensor;
  }

  private static Object storage(Tensor tensor) {
    return tensor.dtype() == DType.FLOAT32 ? tensor.floats() : tensor.doubles();
  }

  private static boolean isRowMajor(int[] sizes, long[] strides) {
    long stride = 1;
    for (int dim = sizes.length - 1; dim >= 0; dim--) {
      if (sizes[dim] > 1 && strides[dim] != stride) {
        return false;
      }
      stride *= sizes[dim];
    }
    return true;
  }

  private static void gather(Tensor from, int offset, int[] sizes, long[] strides, Tensor to) {
    int[] index = new int[sizes.length];
    boolean single = to.dtype() == DType.FLOAT32;
    int at = offset;
    for (int i = 0; i < to.numel(); i++) {
      if (single) {
        to.floats()[i] = from.floats()[at];
      } else {
        to.doubles()[i] = from.doubles()[at];
      }
      for (int dim = sizes.length - 1; dim >= 0; dim--) {
        if (++index[dim] < sizes[dim]) {
          at += (int) strides[dim];
          break;
        }
        // All fits an int, since the last element lies within an array.
        at -= (int) ((sizes[dim] - 1) * strides[dim]);
        index[dim] = 0;
      }
    }
  }
}
