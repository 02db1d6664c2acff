package io.github.conv4j.io;

import io.github.conv4j.Tensor;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads and writes {@code .safetensors} files of named tensors.
 *
 * <p>These elements become float32, exactly: BOOL, integers of 8 and 16 bits, F16, BF16 and F32.
 * These become float64: integers of 32 bits and F64, exactly; integers of 64 bits, rounded to
 * nearest. Complex numbers and floats of 8 bits and less are listed, but not read.
 *
 * <p>A file is refused, as the format demands, where two tensors have one name, where the tensors
 * overlap or leave a gap, and where one has more or fewer bytes than its shape needs.
 */
public final class Safetensors {
  private Safetensors() {}

  // ---- reading

  /**
   * Reads all tensors.
   *
   * @return the tensors by their names, in the order of the file's header; unmodifiable
   * @throws IOException if the file cannot be read, is not a safetensors file, holds elements of
   *     another kind, or needs more memory than there is; the message says which tensor
   */
  public static Map<String, Tensor> read(Path path) throws IOException {
    try (TensorFile file = open(path)) {
      return file.readAll();
    }
  }

  /**
   * Reads one tensor; only this one has to be readable.
   *
   * @throws IOException if there is no such tensor, or as {@link #read(Path)} does
   */
  public static Tensor read(Path path, String name) throws IOException {
    try (TensorFile file = open(path)) {
      return file.read(name);
    }
  }

  /**
   * Reads what the file says of its tensors, and no elements.
   *
   * @return the headers by the tensors' names, in the order of the file's header; unmodifiable
   * @throws IOException if the file cannot be read or is not a safetensors file
   */
  public static Map<String, TensorHeader> readHeaders(Path path) throws IOException {
    try (TensorFile file = open(path)) {
      return file.headers();
    }
  }

  /**
   * Reads the texts that the file carries beside its tensors, such as {@code format: pt}.
   *
   * @return the texts by their keys; empty if there are none; unmodifiable
   * @throws IOException if the file cannot be read or is not a safetensors file
   */
  public static Map<String, String> readMetadata(Path path) throws IOException {
    try (FileChannel channel = channel(path)) {
      return Collections.unmodifiableMap(header(path, channel).metadata());
    } catch (IOException | OutOfMemoryError e) {
      throw Failure.of(path.toString(), e);
    }
  }

  /**
   * Opens a file, so that its tensors can be read one after the other.
   *
   * @throws IOException if the file cannot be read or is not a safetensors file
   */
  public static TensorFile open(Path path) throws IOException {
    String name = path.toString();
    FileChannel channel = null;
    boolean opened = false;
    try {
      channel = channel(path);
      FileChannel file = channel;
      SafetensorsHeader header = header(path, channel);
      Map<String, TensorHeader> headers = new LinkedHashMap<>();
      header.tensors().forEach((tensor, entry) -> headers.put(tensor, entry.header()));
      opened = true;
      return new TensorFile(name, headers, tensor -> read(name, header, tensor, file), file);
    } catch (IOException | OutOfMemoryError e) {
      throw Failure.of(name, e);
    } finally {
      if (channel != null && !opened) {
        channel.close();
      }
    }
  }

  private static FileChannel channel(Path path) throws IOException {
    Failure.refuseFolder(path);
    if (Files.exists(path) && !Files.isRegularFile(path)) {
      throw Failure.of(
          path.toString(), "a safetensors file has to be a regular file, it is not read in order");
    }
    return FileChannel.open(path);
  }

  private static SafetensorsHeader header(Path path, FileChannel channel) throws IOException {
    return SafetensorsHeader.read(
        new BufferedInputStream(Channels.newInputStream(channel)), channel.size(), path.toString());
  }

  private static Tensor read(
      String file, SafetensorsHeader header, String tensor, FileChannel channel)
      throws IOException {
    SafetensorsHeader.Entry entry = header.tensors().get(tensor);
    String name = SafetensorsHeader.tensorName(file, tensor);
    ElementType type = ElementType.ofSafetensors(entry.dtype());
    if (type == null) {
      throw Failure.of(
          name,
          "dtype "
              + entry.dtype()
              + " cannot be read, only BOOL, integers, F16, BF16, F32 and F64 can");
    }
    Tensor result = ElementType.allocate(name, entry.shape(), type.dtype());
    channel.position(header.dataOffset() + entry.begin());
    InputStream in = Channels.newInputStream(channel);
    if (type.read(in, ByteOrder.LITTLE_ENDIAN, result) < entry.end() - entry.begin()) {
      throw Failure.of(name, "the file ends within its data");
    }
    return result;
  }

  // ---- writing

  /**
   * Writes a file without metadata, as {@link #write(Path, Map, Map)} does.
   *
   * @throws IOException if the file cannot be written
   * @throws IllegalArgumentException as the other method does
   */
  public static void write(Path path, Map<String, Tensor> tensors) throws IOException {
    write(path, tensors, Map.of());
  }

  /**
   * Writes a file, whole or not at all: F32 and F64, byte for byte what the {@code safetensors} of
   * Python writes, which puts F64 first and sorts by name.
   *
   * @param tensors the tensors by their names
   * @param metadata texts by their keys, written in the map's order; {@code format: pt} is what
   *     PyTorch's users put there
   * @throws IOException if the file cannot be written
   * @throws IllegalArgumentException if a tensor is called {@code __metadata__}, a text has half of
   *     a surrogate pair, or the header is longer than the 100,000,000 bytes that the format allows
   */
  public static void write(Path path, Map<String, Tensor> tensors, Map<String, String> metadata)
      throws IOException {
    SafetensorsHeader.checkNames(tensors);
    List<String> names = SafetensorsHeader.order(tensors);
    byte[] header = SafetensorsHeader.bytes(names, tensors, metadata);
    AtomicFile.write(
        path,
        out -> {
          out.write(header);
          for (String name : names) {
            ElementType.write(out, tensors.get(name));
          }
        });
  }
}
