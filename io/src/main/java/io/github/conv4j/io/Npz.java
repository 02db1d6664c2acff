package io.github.conv4j.io;

import io.github.conv4j.Tensor;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Predicate;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.CheckedOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/**
 * Reads and writes NumPy's {@code .npz} files: zip archives of named {@code .npy} arrays, which
 * {@link Npy} describes.
 *
 * <p>An archive with two entries of one name, or with one that is not an {@code .npy} array, is
 * refused. So is an array whose bytes do not have the checksum that the archive states.
 */
public final class Npz {
  private static final String SUFFIX = ".npy";

  /** Any fixed time will do; at the zip format's first, 1980-01-01, Java adds the time zone. */
  private static final LocalDateTime TIMESTAMP = LocalDateTime.of(1980, 2, 1, 0, 0);

  private Npz() {}

  // ---- reading

  private interface EntryReader<T> {
    T read(InputStream in, String name, long length) throws IOException;
  }

  /**
   * Reads all arrays, stored or deflated.
   *
   * @return the tensors by their names, without the suffix {@code .npy}, in the file's order;
   *     unmodifiable
   * @throws IOException if the file cannot be read, is not an {@code .npz} file, is damaged, or
   *     needs more memory than there is; the message says which array
   */
  public static Map<String, Tensor> read(Path path) throws IOException {
    return read(path, name -> true, Npz::readTensor);
  }

  /**
   * Reads one array; only this one has to be readable.
   *
   * @param name its name without the suffix {@code .npy}
   * @throws IOException if there is no such array, or as {@link #read(Path)} does
   */
  public static Tensor read(Path path, String name) throws IOException {
    Tensor tensor = read(path, name::equals, Npz::readTensor).get(name);
    if (tensor == null) {
      throw Failure.of(path.toString(), "there is no array " + Failure.quote(name));
    }
    return tensor;
  }

  /**
   * Reads all headers, of arrays of any kind.
   *
   * @return the headers by the arrays' names, in the file's order; unmodifiable
   * @throws IOException if the file cannot be read or is not an {@code .npz} file
   */
  public static Map<String, NpyHeader> readHeaders(Path path) throws IOException {
    return read(path, name -> true, (in, name, length) -> NpyHeader.read(in, name));
  }

  private static Tensor readTensor(InputStream in, String name, long length) throws IOException {
    Tensor tensor = Npy.read(in, name, length);
    Npy.refuseMore(in, name);
    return tensor;
  }

  private static <T> Map<String, T> read(Path path, Predicate<String> wanted, EntryReader<T> reader)
      throws IOException {
    String name = path.toString();
    Failure.refuseFolder(path);
    if (Files.exists(path) && !Files.isRegularFile(path)) {
      throw Failure.of(name, "an .npz has to be a regular file, since it is not read in order");
    }
    Map<String, T> arrays = new LinkedHashMap<>();
    try (ZipFile zip = new ZipFile(path.toFile())) {
      Iterator<? extends ZipEntry> entries = zip.entries().asIterator();
      while (entries.hasNext()) {
        ZipEntry entry = entries.next();
        String key = key(entry, name);
        if (arrays.containsKey(key)) {
          throw Failure.of(name, "there are two arrays " + Failure.quote(key));
        }
        if (wanted.test(key)) {
          String shown = name + ": array " + Failure.quote(key);
          arrays.put(key, read(zip, entry, shown, reader));
        }
      }
    } catch (IOException | RuntimeException | OutOfMemoryError e) {
      // The zip library meets some damage with an unchecked exception, or with a huge table.
      throw Failure.of(name, e);
    }
    return Collections.unmodifiableMap(arrays);
  }

  private static String key(ZipEntry entry, String name) throws IOException {
    String file = entry.getName();
    if (!file.endsWith(SUFFIX)) {
      throw Failure.of(name, "entry " + Failure.quote(file) + " is not an .npy array");
    }
    return file.substring(0, file.length() - SUFFIX.length());
  }

  private static <T> T read(ZipFile zip, ZipEntry entry, String name, EntryReader<T> reader)
      throws IOException {
    CRC32 checksum = new CRC32();
    try (InputStream in = new CheckedInputStream(zip.getInputStream(entry), checksum)) {
      T array = reader.read(in, name, entry.getSize());
      // ZipFile itself leaves the checksum to others. A header alone has none.
      if (array instanceof Tensor && checksum.getValue() != entry.getCrc()) {
        throw Failure.of(name, "the data are damaged, their checksum is wrong");
      }
      return array;
    } catch (IOException | RuntimeException e) {
      throw Failure.of(name, e);
    }
  }

  // ---- writing

  /**
   * Writes a file, whole or not at all: not compressed, as {@code numpy.savez} does. The same
   * tensors in the same order give the same bytes at any time and place.
   *
   * @param tensors the tensors by their names, without the suffix {@code .npy}
   * @throws IOException if the file cannot be written
   * @throws IllegalArgumentException if a name is longer than the 65,535 bytes of the zip format,
   *     or a shape does not fit its header
   */
  public static void write(Path path, Map<String, Tensor> tensors) throws IOException {
    AtomicFile.write(
        path,
        out -> {
          try (ZipOutputStream zip = new ZipOutputStream(out)) {
            zip.setMethod(ZipOutputStream.STORED);
            for (Map.Entry<String, Tensor> entry : tensors.entrySet()) {
              write(zip, entry.getKey() + SUFFIX, entry.getValue());
            }
          }
        });
  }

  private static void write(ZipOutputStream zip, String name, Tensor tensor) throws IOException {
    // An uncompressed entry states its checksum first, so the bytes are made twice.
    CheckedOutputStream checked =
        new CheckedOutputStream(OutputStream.nullOutputStream(), new CRC32());
    Npy.write(checked, tensor);
    ZipEntry entry = new ZipEntry(name);
    entry.setTimeLocal(TIMESTAMP);
    entry.setSize(Npy.size(tensor));
    entry.setCrc(checked.getChecksum().getValue());
    zip.putNextEntry(entry);
    Npy.write(zip, tensor);
    zip.closeEntry();
  }
}
