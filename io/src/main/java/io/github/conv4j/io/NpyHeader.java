package io.github.conv4j.io;

import io.github.conv4j.Shape;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * What an {@code .npy} array says of itself.
 *
 * @param dtype NumPy's code of the element type, such as {@code <f4}; for a structured type, which
 *     {@link Npy} does not read, the list that describes it
 * @param fortranOrder whether the first dimension varies fastest
 * @param shape the sizes
 * @param dataOffset how many bytes come before the first element
 */
public record NpyHeader(String dtype, boolean fortranOrder, Shape shape, int dataOffset) {
  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};

  /** All that version 1.0 can hold; NumPy itself reads no more than 10,000 bytes by default. */
  private static final int MAX_LENGTH = 0xffff;

  /** NumPy starts the data at a multiple of this. */
  private static final int ALIGNMENT = 64;

  /**
   * NumPy leaves room for the first size to become this long, so that a file can be appended to.
   */
  private static final int ROOM_FOR_FIRST_SIZE = 21;

  /**
   * Reads a header, after which the stream stands at the first element.
   *
   * <p>The format: numpy/lib/format.py, "Format Version 1.0" and after.
   */
  static NpyHeader read(InputStream in, String name) throws IOException {
    byte[] start = in.readNBytes(MAGIC.length + 2);
    if (start.length == 0) {
      throw Failure.of(name, "the file is empty");
    }
    if (!Arrays.equals(MAGIC, Arrays.copyOf(start, MAGIC.length))) {
      throw Failure.of(name, "this is not a NumPy array, which begins with \\x93NUMPY");
    }
    if (start.length < MAGIC.length + 2) {
      throw endsWithin(name);
    }
    int major = start[MAGIC.length] & 0xff;
    int minor = start[MAGIC.length + 1] & 0xff;
    if (major < 1 || major > 3 || minor != 0) {
      throw Failure.of(name, "version " + major + "." + minor + " of the npy format is not known");
    }
    int digits = major == 1 ? 2 : 4;
    byte[] field = Arrays.copyOf(in.readNBytes(digits), 4);
    long length =
        Integer.toUnsignedLong(ByteBuffer.wrap(field).order(ByteOrder.LITTLE_ENDIAN).getInt());
    if (length > MAX_LENGTH) {
      throw Failure.of(
          name, "the header has " + length + " bytes, more than the " + MAX_LENGTH + " allowed");
    }
    byte[] text = in.readNBytes((int) length);
    // An end within the length field also ends here, since a header is never empty.
    if (text.length < length || length == 0) {
      throw endsWithin(name);
    }
    return new HeaderParser(
            name,
            new String(text, major < 3 ? StandardCharsets.ISO_8859_1 : StandardCharsets.UTF_8))
        .parse(start.length + digits + (int) length);
  }

  private static IOException endsWithin(String name) {
    return Failure.of(name, "the file ends within the header");
  }

  /** Returns the header of version 1.0 that NumPy writes for such an array in C order. */
  static byte[] bytes(String dtype, Shape shape) {
    int[] sizes = shape.toArray();
    StringBuilder text = new StringBuilder("{'descr': '").append(dtype);
    text.append("', 'fortran_order': False, 'shape': (");
    for (int i = 0; i < sizes.length; i++) {
      text.append(i == 0 ? "" : ", ").append(sizes[i]);
    }
    text.append(sizes.length == 1 ? ",), }" : "), }");
    if (sizes.length > 0) {
      text.append(" ".repeat(ROOM_FOR_FIRST_SIZE - Integer.toString(sizes[0]).length()));
    }
    int before = MAGIC.length + 4;
    int end = before + text.length() + 1;
    text.append(" ".repeat(Math.floorMod(-end, ALIGNMENT))).append('\n');
    if (text.length() > MAX_LENGTH) {
      throw new IllegalArgumentException(
          "an .npy header cannot hold the " + sizes.length + " sizes of this tensor");
    }
    ByteBuffer header = ByteBuffer.allocate(before + text.length()).order(ByteOrder.LITTLE_ENDIAN);
    header.put(MAGIC).put((byte) 1).put((byte) 0).putShort((short) text.length());
    header.put(text.toString().getBytes(StandardCharsets.ISO_8859_1));
    return header.array();
  }
}
