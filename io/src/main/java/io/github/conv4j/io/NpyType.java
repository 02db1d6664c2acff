package io.github.conv4j.io;

import io.github.conv4j.DType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Locale;

/** The element types of NumPy that fit into a tensor, by NumPy's code without the byte order. */
enum NpyType {
  B1(1, DType.FLOAT32),
  I1(1, DType.FLOAT32),
  I2(2, DType.FLOAT32),
  I4(4, DType.FLOAT64),
  I8(8, DType.FLOAT64),
  U1(1, DType.FLOAT32),
  U2(2, DType.FLOAT32),
  U4(4, DType.FLOAT64),
  U8(8, DType.FLOAT64),
  F2(2, DType.FLOAT32),
  F4(4, DType.FLOAT32),
  F8(8, DType.FLOAT64);

  private final int bytes;
  private final DType dtype;

  NpyType(int bytes, DType dtype) {
    this.bytes = bytes;
    this.dtype = dtype;
  }

  /** Returns the type that {@code code}, such as {@code <f4}, stands for. */
  static NpyType of(String code, String name) throws IOException {
    for (NpyType type : values()) {
      String orders = type.bytes == 1 ? "|<>" : "<>";
      if (code.length() == 3
          && code.endsWith(type.name().toLowerCase(Locale.ROOT))
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

  /** Returns the size of one element in the file. */
  int bytes() {
    return bytes;
  }

  /** Returns the type of the tensor. */
  DType dtype() {
    return dtype;
  }

  /** Takes the next element off {@code in}; exact but for 64-bit integers, which are rounded. */
  double next(ByteBuffer in) {
    return switch (this) {
      case B1 -> in.get() == 0 ? 0 : 1;
      case I1 -> in.get();
      case I2 -> in.getShort();
      case I4 -> in.getInt();
      case I8 -> in.getLong();
      case U1 -> Byte.toUnsignedInt(in.get());
      case U2 -> Short.toUnsignedInt(in.getShort());
      case U4 -> Integer.toUnsignedLong(in.getInt());
      case U8 -> unsignedToDouble(in.getLong());
      case F2 -> halfToFloat(in.getShort());
      case F4 -> in.getFloat();
      case F8 -> in.getDouble();
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
}
