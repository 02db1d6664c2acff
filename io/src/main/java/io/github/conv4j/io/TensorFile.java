package io.github.conv4j.io;

import io.github.conv4j.Tensor;
import java.io.Closeable;
import java.io.IOException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * An open file of named tensors, each of which is read when it is asked for.
 *
 * <p>{@link Safetensors#open} and {@link TorchCheckpoint#open} give one. Not for several threads at
 * a time.
 */
public final class TensorFile implements Closeable {
  private final String name;
  private final Map<String, TensorHeader> headers;
  private final Reader reader;
  private final Closeable file;

  /** Reads one of the tensors. */
  interface Reader {
    Tensor read(String tensor) throws IOException;
  }

  /**
   * Makes one.
   *
   * @param name the file's name
   * @param headers the tensors by their names, in the file's order
   * @param file what to close
   */
  TensorFile(String name, Map<String, TensorHeader> headers, Reader reader, Closeable file) {
    this.name = name;
    this.headers = Collections.unmodifiableMap(headers);
    this.reader = reader;
    this.file = file;
  }

  /** Returns all tensors by their names, in the file's order; unmodifiable. */
  public Map<String, TensorHeader> headers() {
    return headers;
  }

  /**
   * Reads one tensor, into a storage of its own.
   *
   * @param tensor its name
   * @throws IOException if there is no such tensor, the file cannot be read or is damaged, the
   *     elements are of a kind that no tensor holds, or memory does not suffice
   */
  public Tensor read(String tensor) throws IOException {
    if (!headers.containsKey(tensor)) {
      throw Failure.of(name, "there is no tensor " + Failure.quote(tensor));
    }
    try {
      return reader.read(tensor);
    } catch (IOException | OutOfMemoryError e) {
      throw Failure.of(name, e);
    }
  }

  /** Reads all tensors; unmodifiable, in the file's order. */
  Map<String, Tensor> readAll() throws IOException {
    long bytes = 0;
    for (TensorHeader header : headers.values()) {
      bytes += header.bytes();
    }
    Failure.refuseLargerThanHeap(name, "all of its tensors", bytes);
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    for (String tensor : headers.keySet()) {
      tensors.put(tensor, read(tensor));
    }
    return Collections.unmodifiableMap(tensors);
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
