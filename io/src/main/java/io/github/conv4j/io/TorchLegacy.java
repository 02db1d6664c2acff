package io.github.conv4j.io;

import io.github.conv4j.io.TorchPickle.Storage;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A checkpoint as PyTorch wrote it before version 1.6, and still does on demand: five pickles (a
 * magic number, the version, what the machine was like, the values, the storages' keys), then the
 * storages, each as its number of elements and the elements, little-endian on any machine.
 *
 * <p>The format: {@code _legacy_save} in PyTorch's {@code torch/serialization.py}.
 */
final class TorchLegacy extends TorchStorages {
  private static final BigInteger MAGIC = new BigInteger("1950a86a20f9469cfc6c", 16);
  private static final long VERSION = 1001;

  private final FileChannel channel;
  private final Map<Storage, Long> positions = new HashMap<>();
  private final Object root;

  /** Opens a file, reads its pickles and finds its storages. */
  static TorchLegacy open(Path path) throws IOException {
    FileChannel channel = FileChannel.open(path);
    boolean opened = false;
    try {
      TorchLegacy storages = new TorchLegacy(path.toString(), channel);
      opened = true;
      return storages;
    } finally {
      if (!opened) {
        channel.close();
      }
    }
  }

  private TorchLegacy(String name, FileChannel channel) throws IOException {
    super(name);
    this.channel = channel;
    long length = channel.size();
    TorchPickle.Input in =
        new TorchPickle.Input(
            new BufferedInputStream(Channels.newInputStream(channel), 1 << 16), length);
    Map<String, Storage> storages = new LinkedHashMap<>();
    TorchPickle pickle = new TorchPickle(name, in, storages);
    if (!MAGIC.equals(pickle.next())) {
      throw Failure.of(name, "this is a pickle, but none of torch.save");
    }
    if (!(pickle.next() instanceof Number version) || version.longValue() != VERSION) {
      throw Failure.of(name, "it has another version of PyTorch's old format than " + VERSION);
    }
    // Sizes of C's integers and an order of bytes: PyTorch itself does not look at them.
    pickle.next();
    root = pickle.next();
    Object keys = pickle.next();
    long position = length - in.left();
    if (!(keys instanceof List<?> list)) {
      throw Failure.of(name, "it has no list of its storages");
    }
    for (Object key : list) {
      Storage storage = key instanceof String text ? storages.remove(text) : null;
      if (storage == null) {
        throw Failure.of(name, "its list of storages does not fit its pickle");
      }
      position += Long.BYTES;
      if (position > length || storage.bytes() > length - position) {
        throw Failure.of(
            name,
            "storage "
                + Failure.quote(storage.key())
                + " needs "
                + storage.bytes()
                + " bytes of data, but the file has only "
                + Math.max(length - position, 0));
      }
      if (count(position - Long.BYTES) != storage.count()) {
        throw Failure.of(
            name,
            "the size of storage " + Failure.quote(storage.key()) + " does not fit its pickle");
      }
      positions.put(storage, position);
      position += storage.bytes();
    }
    if (!storages.isEmpty()) {
      throw Failure.of(
          name, "there is no storage " + Failure.quote(storages.keySet().iterator().next()));
    }
    if (position < length) {
      throw Failure.of(name, (length - position) + " bytes follow the last storage");
    }
  }

  private long count(long position) throws IOException {
    ByteBuffer count = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    while (count.hasRemaining()) {
      if (channel.read(count, position + count.position()) < 0) {
        throw new EOFException();
      }
    }
    return count.getLong(0);
  }

  @Override
  Object root() {
    return root;
  }

  @Override
  void read(Storage storage, Content content) throws IOException {
    channel.position(positions.get(storage));
    content.readFrom(Channels.newInputStream(channel), ByteOrder.LITTLE_ENDIAN);
  }

  @Override
  boolean isCompressed(Storage storage) {
    return false;
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
