package io.github.conv4j.io;

import io.github.conv4j.io.TorchPickle.Storage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * A checkpoint as PyTorch writes it since version 1.6: a zip archive with the pickle in {@code
 * data.pkl}, each storage in {@code data/} under its key, and the order of bytes in {@code
 * byteorder}, all in one folder of any name.
 *
 * <p>PyTorch stores all entries uncompressed; deflated ones are read as well. A checksum of 0 is
 * none: PyTorch writes that if it is told to compute none.
 */
final class TorchZip extends TorchStorages {
  private static final int LONGEST_WORD = 64;

  /** More than enough for a million tensors. */
  private static final int LONGEST_PICKLE = 1 << 30;

  private final String name;
  private final ZipFile zip;
  private final Map<String, ZipEntry> entries = new HashMap<>();
  private final String folder;
  private final ByteOrder order;
  private final Object root;

  /** Opens an archive, reads its pickle and looks whether all storages are there. */
  static TorchZip open(Path path) throws IOException {
    String name = path.toString();
    ZipFile zip;
    try {
      zip = new ZipFile(path.toFile());
    } catch (IOException | RuntimeException | OutOfMemoryError e) {
      // The zip library meets some damage with an unchecked exception, or with a huge table.
      throw Failure.of(name, e);
    }
    boolean opened = false;
    try {
      TorchZip storages = new TorchZip(name, zip, Files.size(path));
      opened = true;
      return storages;
    } catch (RuntimeException e) {
      throw Failure.of(name, e);
    } finally {
      if (!opened) {
        zip.close();
      }
    }
  }

  private TorchZip(String name, ZipFile zip, long length) throws IOException {
    super(name);
    this.name = name;
    this.zip = zip;
    folder = readEntries(length);
    if (!entries.containsKey(folder + "data.pkl")) {
      throw Failure.of(name, "this zip archive is no checkpoint of PyTorch's: it has no data.pkl");
    }
    if (entries.containsKey(folder + "constants.pkl")) {
      throw Failure.of(
          name,
          "this is a program of torch.jit.save, not a checkpoint: write one with"
              + " torch.save(model.state_dict(), path)");
    }
    order = readOrder();
    long most = Math.min(Runtime.getRuntime().maxMemory() / 4, LONGEST_PICKLE);
    byte[] pickle = bytes("data.pkl", most);
    Map<String, Storage> storages = new LinkedHashMap<>();
    TorchPickle.Input in = new TorchPickle.Input(new ByteArrayInputStream(pickle), pickle.length);
    root = new TorchPickle(name, in, storages).next();
    if (in.left() > 0) {
      throw Failure.of(name, in.left() + " bytes follow the pickle");
    }
    for (Storage storage : storages.values()) {
      checkSize(storage);
    }
  }

  /** Finds the entries and returns the name of their folder. */
  private String readEntries(long length) throws IOException {
    long total = 0;
    String first = null;
    Iterator<? extends ZipEntry> all = zip.entries().asIterator();
    while (all.hasNext()) {
      ZipEntry entry = all.next();
      first = first == null ? entry.getName() : first;
      if (entries.put(entry.getName(), entry) != null) {
        throw Failure.of(name, "there are two entries " + Failure.quote(entry.getName()));
      }
      total += entry.getCompressedSize();
      if (total > length) {
        throw Failure.of(name, "its entries overlap: they have more bytes than the file");
      }
    }
    return first == null ? "" : first.substring(0, first.indexOf('/') + 1);
  }

  private ByteOrder readOrder() throws IOException {
    if (!entries.containsKey(folder + "byteorder")) {
      return ByteOrder.LITTLE_ENDIAN; // as before PyTorch 2.1
    }
    String word = new String(bytes("byteorder", LONGEST_WORD), StandardCharsets.ISO_8859_1);
    return switch (word) {
      case "little" -> ByteOrder.LITTLE_ENDIAN;
      case "big" -> ByteOrder.BIG_ENDIAN;
      default -> throw Failure.of(name, "its byteorder is " + Failure.quote(word));
    };
  }

  private byte[] bytes(String file, long most) throws IOException {
    ZipEntry entry = entries.get(folder + file);
    if (entry.getSize() > most) {
      throw Failure.of(
          name, file + " has " + entry.getSize() + " bytes, more than the " + most + " allowed");
    }
    byte[][] bytes = new byte[1][];
    int size = (int) entry.getSize();
    read(
        entry,
        in -> {
          bytes[0] = in.readNBytes(size);
          if (bytes[0].length < size) {
            throw Failure.of(name, "the file ends within " + file);
          }
        });
    return bytes[0];
  }

  private void checkSize(Storage storage) throws IOException {
    ZipEntry entry = entry(storage);
    if (entry == null) {
      throw Failure.of(name, "there is no storage " + Failure.quote(storage.key()));
    }
    if (entry.getSize() != storage.bytes()) {
      throw Failure.of(
          name,
          "storage "
              + Failure.quote(storage.key())
              + " needs "
              + storage.bytes()
              + " bytes of data, but its entry has "
              + entry.getSize());
    }
  }

  private ZipEntry entry(Storage storage) {
    return entries.get(folder + "data/" + storage.key());
  }

  private interface Reader {
    void readFrom(InputStream in) throws IOException;
  }

  private void read(ZipEntry entry, Reader reader) throws IOException {
    CRC32 checksum = new CRC32();
    try (InputStream in = new CheckedInputStream(zip.getInputStream(entry), checksum)) {
      reader.readFrom(in);
      if (in.read() >= 0) {
        throw Failure.of(
            name, "entry " + Failure.quote(entry.getName()) + " is longer than the archive says");
      }
    } catch (RuntimeException e) {
      throw Failure.of(name, e); // the zip library again
    }
    if (entry.getCrc() != 0 && checksum.getValue() != entry.getCrc()) {
      throw Failure.of(
          name, "entry " + Failure.quote(entry.getName()) + " is damaged, its checksum is wrong");
    }
  }

  @Override
  Object root() {
    return root;
  }

  @Override
  void read(Storage storage, Content content) throws IOException {
    read(entry(storage), in -> content.readFrom(in, order));
  }

  @Override
  boolean isCompressed(Storage storage) {
    return entry(storage).getMethod() != ZipEntry.STORED;
  }

  @Override
  public void close() throws IOException {
    zip.close();
  }
}
