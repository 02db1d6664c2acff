package io.github.conv4j.io;

import io.github.conv4j.DType;
import io.github.conv4j.Shape;
import io.github.conv4j.Tensor;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Reads and writes NumPy's {@code .npy} files, one array each.
 *
 * <p>Versions 1.0, 2.0 and 3.0 are read, little- and big-endian, C and Fortran order. These
 * elements become float32, exactly: bool, integers of 8 and 16 bits, float16, float32. These become
 * float64: integers of 32 bits and float64, exactly; integers of 64 bits, rounded to nearest.
 * Complex numbers, strings, dates, objects (which NumPy pickles) and structured types are refused.
 *
 * <p>Unlike NumPy, a file with bytes after the array is refused: either its header lies, and the
 * tensor would be wrong, or a second array would be lost.
 */
public final class Npy {
  /** The length of a stream that does not tell it. */
  static final long UNKNOWN = -1;

  private Npy() {}

  // ---- reading

  /**
   * Reads a file; a pipe will do.
   *
   * @throws IOException if the file cannot be read, is not an {@code .npy} file, holds elements of
   *     another kind, is damaged, or needs more memory than there is; the message says which
   */
  public static Tensor read(Path path) throws IOException {
    String name = path.toString();
    try (InputStream in = open(path)) {
      Tensor tensor = read(in, name, Files.isRegularFile(path) ? Files.size(path) : UNKNOWN);
      refuseMore(in, name);
      return tensor;
    } catch (IOException e) {
      throw Failure.of(name, e);
    }
  }

  /**
   * Reads one array and leaves the stream, which stays open, right behind it.
   *
   * @param in where the array begins; not buffered any further
   * @param name what to call the stream in messages
   * @throws IOException as {@link #read(Path)} does
   */
  public static Tensor read(InputStream in, String name) throws IOException {
    try {
      return read(in, name, UNKNOWN);
    } catch (IOException e) {
      throw Failure.of(name, e);
    }
  }

  /**
   * Reads the header alone; the array may be of any kind and size that a {@link Shape} can say.
   *
   * @throws IOException if the file cannot be read or is not an {@code .npy} file
   */
  public static NpyHeader readHeader(Path path) throws IOException {
    String name = path.toString();
    try (InputStream in = open(path)) {
      return NpyHeader.read(in, name);
    } catch (IOException e) {
      throw Failure.of(name, e);
    }
  }

  private static InputStream open(Path path) throws IOException {
    Failure.refuseFolder(path);
    return Files.newInputStream(path);
  }

  /** Reads one array of a stream that is {@code length} bytes long, or {@link #UNKNOWN}. */
  static Tensor read(InputStream in, String name, long length) throws IOException {
    NpyHeader header = NpyHeader.read(in, name);
    Shape shape = header.shape();
    ElementType type = ElementType.ofNpy(header.dtype(), name);
    long needed = (long) shape.numel() * type.bytes();
    long present = length - header.dataOffset();
    // Before anything is allocated: a header of a few bytes can ask for any amount of memory.
    if (length != UNKNOWN && present < needed) {
      throw tooShort(name, shape, needed, present);
    }
    if (length != UNKNOWN && present > needed) {
      throw Failure.of(name, (present - needed) + " bytes follow the array of shape " + shape);
    }
    Tensor tensor = ElementType.allocate(name, shape, type.dtype());
    ByteOrder order = ElementType.order(header.dtype());
    long done;
    if (header.fortranOrder()) {
      FortranOrder fortran = new FortranOrder(shape);
      done =
          type.read(in, order, shape.numel(), (chunk, at) -> scatter(chunk, type, fortran, tensor));
    } else {
      done = type.read(in, order, tensor);
    }
    if (done < needed) {
      throw tooShort(name, shape, needed, done);
    }
    return tensor;
  }

  private static IOException tooShort(String name, Shape shape, long needed, long present) {
    return Failure.of(
        name,
        "the array of shape "
            + shape
            + " needs "
            + needed
            + " bytes of data, but there are only "
            + Math.max(present, 0));
  }

  private static void scatter(
      ByteBuffer chunk, ElementType type, FortranOrder order, Tensor tensor) {
    if (type.dtype() == DType.FLOAT32) {
      float[] to = tensor.floats();
      while (chunk.hasRemaining()) {
        to[order.next()] = (float) type.next(chunk);
      }
    } else {
      double[] to = tensor.doubles();
      while (chunk.hasRemaining()) {
        to[order.next()] = type.next(chunk);
      }
    }
  }

  static void refuseMore(InputStream in, String name) throws IOException {
    if (in.read() >= 0) {
      throw Failure.of(name, "more bytes follow the array");
    }
  }

  // ---- writing

  /**
   * Writes a file, whole or not at all: {@code <f4} or {@code <f8}, version 1.0, C order, byte for
   * byte what NumPy writes.
   *
   * @throws IOException if the file cannot be written
   * @throws IllegalArgumentException if the shape has so many dimensions that its text does not fit
   *     the header
   */
  public static void write(Path path, Tensor tensor) throws IOException {
    AtomicFile.write(path, out -> write(out, tensor));
  }

  /**
   * Writes one array to a stream, which stays open, in pieces of 64 KiB.
   *
   * @throws IOException if the stream throws it
   * @throws IllegalArgumentException as {@link #write(Path, Tensor)} does
   */
  public static void write(OutputStream out, Tensor tensor) throws IOException {
    out.write(header(tensor));
    ElementType.write(out, tensor);
  }

  /** Returns how many bytes {@link #write(OutputStream, Tensor)} writes. */
  static long size(Tensor tensor) {
    return header(tensor).length + (long) tensor.numel() * tensor.dtype().bytes();
  }

  private static byte[] header(Tensor tensor) {
    return NpyHeader.bytes(tensor.dtype() == DType.FLOAT32 ? "<f4" : "<f8", tensor.shape());
  }

  /** Gives the row-major offset of one element after the other in Fortran order. */
  private static final class FortranOrder {
    private final int[] sizes;
    private final int[] strides;
    private final int[] index;
    private int offset;

    FortranOrder(Shape shape) {
      sizes = shape.toArray();
      index = new int[sizes.length];
      strides = new int[sizes.length];
      int stride = 1;
      for (int dim = sizes.length - 1; dim >= 0; dim--) {
        strides[dim] = stride;
        stride *= sizes[dim];
      }
    }

    int next() {
      int next = offset;
      for (int dim = 0; dim < sizes.length; dim++) {
        offset += strides[dim];
        if (++index[dim] < sizes[dim]) {
          break;
        }
        offset -= strides[dim] * sizes[dim];
        index[dim] = 0;
      }
      return next;
    }
  }
}
