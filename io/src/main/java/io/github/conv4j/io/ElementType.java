package io.github.conv4j.io;

import io.github.conv4j.DType;
import io.github.conv4j.Shape;
import io.github.conv4j.Tensor;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The element types of files that fit into a tensor.
 *
 * <p>What float32 holds exactly becomes float32, the rest float64: exactly again, but for 64-bit
 * integers, which are rounded to nearest.
 */
enum ElementType {
  BOOL("bool", "b1", "BOOL", "BoolStorage", 1, DType.FLOAT32),
  INT8("int8", "i1", "I8", "CharStorage", 1, DType.FLOAT32),
  INT16("int16", "i2", "I16", "ShortStorage", 2, DType.FLOAT32),
  INT32("int32", "i4", "I32", "IntStorage", 4, DType.FLOAT64),
  INT64("int64", "i8", "I64", "LongStorage", 8, DType.FLOAT64),
  UINT8("uint8", "u1", "U8", "ByteStorage", 1, DType.FLOAT32),
  UINT16("uint16", "u2", "U16", null, 2, DType.FLOAT32),
  UINT32("uint32", "u4", "U32", null, 4, DType.FLOAT64),
  UINT64("uint64", "u8", "U64", null, 8, DType.FLOAT64),
  FLOAT16("float16", "f2", "F16", "HalfStorage", 2, DType.FLOAT32),
  BFLOAT16("bfloat16", null, "BF16", "BFloat16Storage", 2, DType.FLOAT32),
  FLOAT32("float32", "f4", "F32", "FloatStorage", 4, DType.FLOAT32),
  FLOAT64("float64", "f8", "F64", "DoubleStorage", 8, DType.FLOAT64);

  private static final int CHUNK = 1 << 16;

  private final String label;
  private final String npy;
  private final String safetensors;
  private final String storage;
  private final int bytes;
  private final DType dtype;

  ElementType(
      String label, String npy, String safetensors, String storage, int bytes, DType dtype) {
    this.label = label;
    this.npy = npy;
    this.safetensors = safetensors;
    this.storage = storage;
    this.bytes = bytes;
    this.dtype = dtype;
  }

  // ---- names

  /** Returns the type that NumPy's {@code code}, such as {@code <f4}, stands for. */
  static ElementType ofNpy(String code, String name) throws IOException {
    for (ElementType type : values()) {
      String orders = type.bytes == 1 ? "|<>" : "<>";
      if (code.length() == 3
          && code.substring(1).equals(type.npy)
          && orders.indexOf(code.charAt(0)) >= 0) {
        return type;
      }
    }
    throw Failure.of(
        name,
        "dtype "
            + Failure.quote(code)
            + " cannot be read, only bool, integers and float16 to float64 can");
  }

  static ByteOrder order(String code) {
    return code.charAt(0) == '>' ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
  }

  /** Returns the type that safetensors calls so, such as {@code F32}, or null. */
  static ElementType ofSafetensors(String code) {
    for (ElementType type : values()) {
      if (type.safetensors.equals(code)) {
        return type;
      }
    }
    return null;
  }

  /** Returns the type that a tensor has in files that are written. */
  static ElementType of(DType dtype) {
    return dtype == DType.FLOAT32 ? FLOAT32 : FLOAT64;
  }

  /** Returns PyTorch's and NumPy's name: {@code float32}. */
  String label() {
    return label;
  }

  /** Returns the name in safetensors: {@code F32}. */
  String safetensors() {
    return safetensors;
  }

  /** Returns PyTorch's class of such a storage, {@code FloatStorage}, or null if it has none. */
  String storage() {
    return storage;
  }

  /** Returns the size of one element in the file. */
  int bytes() {
    return bytes;
  }

  /** Returns the type of the tensor. */
  DType dtype() {
    return dtype;
  }

  // ---- elements

  /** What to do with a piece of a file. */
  interface Piece {
    /**
     * Takes over some elements.
     *
     * @param chunk the elements in the file's order of bytes
     * @param at how many came before
     */
    void take(ByteBuffer chunk, int at);
  }

  /**
   * Reads elements in pieces of 64 KiB.
   *
   * @return how many bytes were read: fewer than asked for if the stream ends too early
   */
  long read(InputStream in, ByteOrder order, int count, Piece piece) throws IOException {
    long needed = (long) count * bytes;
    ByteBuffer chunk = ByteBuffer.allocate((int) Math.min(CHUNK, needed)).order(order);
    long done = 0;
    while (done < needed) {
      chunk.clear().limit((int) Math.min(CHUNK, needed - done));
      int got = in.readNBytes(chunk.array(), 0, chunk.limit());
      if (got < chunk.limit()) {
        return done + got;
      }
      piece.take(chunk, (int) (done / bytes));
      done += got;
    }
    return done;
  }

  /** Reads all elements of a tensor of this type's dtype; the rest as the other method does. */
  long read(InputStream in, ByteOrder order, Tensor tensor) throws IOException {
    return read(in, order, tensor.numel(), (chunk, at) -> copy(chunk, tensor, at));
  }

  /** Copies all elements of {@code chunk} to those of the tensor from {@code at} on. */
  private void copy(ByteBuffer chunk, Tensor tensor, int at) {
    int count = chunk.limit() / bytes;
    // The two usual types in one go; it also keeps every bit of a NaN.
    if (this == FLOAT32) {
      chunk.asFloatBuffer().get(tensor.floats(), at, count);
    } else if (this == FLOAT64) {
      chunk.asDoubleBuffer().get(tensor.doubles(), at, count);
    } else if (dtype == DType.FLOAT32) {
      float[] to = tensor.floats();
      for (int i = at; i < at + count; i++) {
        to[i] = (float) next(chunk);
      }
    } else {
      double[] to = tensor.doubles();
      for (int i = at; i < at + count; i++) {
        to[i] = next(chunk);
      }
    }
  }

  /** Takes the next element off {@code in}; exact but for 64-bit integers, which are rounded. */
  double next(ByteBuffer in) {
    return switch (this) {
      case BOOL -> in.get() == 0 ? 0 : 1;
      case INT8 -> in.get();
      case INT16 -> in.getShort();
      case INT32 -> in.getInt();
      case INT64 -> in.getLong();
      case UINT8 -> Byte.toUnsignedInt(in.get());
      case UINT16 -> Short.toUnsignedInt(in.getShort());
      case UINT32 -> Integer.toUnsignedLong(in.getInt());
      case UINT64 -> unsignedToDouble(in.getLong());
      case FLOAT16 -> halfToFloat(in.getShort());
      case BFLOAT16 -> Float.intBitsToFloat(in.getShort() << 16); // the upper half of a float
      case FLOAT32 -> in.getFloat();
      case FLOAT64 -> in.getDouble();
    };
  }

  private static double unsignedToDouble(long value) {
    // Halved, it fits a long; keeping the lost bit lets the conversion round as it should.
    return value >= 0 ? value : (double) ((value >>> 1) | (value & 1)) * 2;
  }

  /** IEEE 754 binary16: 1 bit of sign, 5 of exponent with bias 15, 10 of fraction. */
  private static float halfToFloat(short half) {
    int sign = (half & 0x8000) << 16;
    int exponent = (half >> 10) & 0x1f;
    int fraction = half & 0x3ff;
    if (exponent == 0) {
      float subnormal = fraction * 0x1p-24f;
      return sign == 0 ? subnormal : -subnormal;
    }
    // 127 - 15 more; infinity and NaN have the largest exponent of either format.
    int wide = exponent == 0x1f ? 0xff : exponent + 112;
    return Float.intBitsToFloat(sign | (wide << 23) | (fraction << 13));
  }

  // ---- writing

  /** Writes the elements of a tensor in row-major order, little-endian, in pieces of 64 KiB. */
  static void write(OutputStream out, Tensor tensor) throws IOException {
    int size = tensor.dtype().bytes();
    int most = CHUNK / size;
    ByteBuffer chunk =
        ByteBuffer.allocate(Math.min(most, tensor.numel()) * size).order(ByteOrder.LITTLE_ENDIAN);
    int count;
    for (int at = 0; at < tensor.numel(); at += count) {
      count = Math.min(most, tensor.numel() - at);
      if (tensor.dtype() == DType.FLOAT32) {
        chunk.asFloatBuffer().put(tensor.floats(), at, count);
      } else {
        chunk.asDoubleBuffer().put(tensor.doubles(), at, count);
      }
      out.write(chunk.array(), 0, count * size);
    }
  }

  /** Returns zeros, or refuses if memory does not suffice. */
  static Tensor allocate(String name, Shape shape, DType dtype) throws IOException {
    String what = "the tensor of shape " + shape;
    Failure.refuseLargerThanHeap(name, what, (long) shape.numel() * dtype.bytes());
    try {
      return Tensor.zeros(shape, dtype);
    } catch (OutOfMemoryError e) {
      throw Failure.of(name, e);
    }
  }
}
