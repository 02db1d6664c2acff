package io.github.conv4j.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;

/**
 * What has to be known of a PNG besides its pixels.
 *
 * @param colorType 0 grey, 2 RGB, 3 palette, 4 grey and alpha, 6 RGBA
 * @param bitDepth bits of a sample or palette index
 * @param transparentGrey the sample of a grey picture that stands for transparent, or -1
 */
record PngChunks(int colorType, int bitDepth, int transparentGrey) {
  /** The first bytes, as Latin-1 characters. */
  static final String SIGNATURE = "\u0089PNG\r\n\u001a\n";

  /** Length, type and checksum. */
  private static final int FRAME = 12;

  private static final int HEADER_LENGTH = 13;

  /** No data are compressed further by deflate (zlib Technical Details, "Maximum Compression"). */
  private static final double MAX_COMPRESSION = 1032;

  /**
   * Walks over all chunks and compares their checksums, which ImageIO does not: a damaged picture
   * would show.
   *
   * <p>The format: PNG specification, section 5 (structure) and 11 (chunks).
   */
  static PngChunks parse(byte[] file, String name) throws IOException {
    ByteBuffer in = ByteBuffer.wrap(file).position(SIGNATURE.length());
    PngChunks header = null;
    int transparentGrey = -1;
    double pixels = 0;
    long compressed = 0;
    String type = "";
    while (!type.equals("IEND")) {
      if (in.remaining() < FRAME) {
        throw Failure.of(name, "the PNG is truncated");
      }
      int length = in.getInt();
      if (length < 0 || length > in.remaining() - 8) {
        throw Failure.of(name, "the PNG is truncated, or the length of a chunk is damaged");
      }
      int start = in.position();
      int data = start + 4;
      type = new String(file, start, 4, StandardCharsets.ISO_8859_1);
      CRC32 checksum = new CRC32();
      checksum.update(file, start, 4 + length);
      if ((int) checksum.getValue() != in.getInt(data + length)) {
        throw Failure.of(
            name, "chunk " + Failure.quote(type) + " of the PNG is damaged, its checksum is wrong");
      }
      if ((header == null) != (type.equals("IHDR") && length == HEADER_LENGTH)) {
        throw Failure.of(name, "the PNG does not begin with one header");
      }
      if (header == null) {
        header = new PngChunks(in.get(data + 9), in.get(data + 8), -1);
        pixels = (double) in.getInt(data) * in.getInt(data + 4);
      } else if (type.equals("IDAT")) {
        compressed += length;
      } else if (type.equals("tRNS") && header.colorType == 0 && length == 2) {
        // Of fewer bits than 16 only the lowest count.
        transparentGrey = in.getShort(data) & ((1 << header.bitDepth) - 1);
      }
      in.position(data + length + 4);
    }
    // Or a few bytes could ask for gigabytes, only to be found too few.
    if (pixels * header.samples() * header.bitDepth / 8 > compressed * MAX_COMPRESSION) {
      throw Failure.of(name, "the PNG holds too few data for its size");
    }
    return new PngChunks(header.colorType, header.bitDepth, transparentGrey);
  }

  private int samples() {
    return colorType == 3 ? 1 : channels();
  }

  /** Returns how many channels the picture has at least; transparency may add one. */
  int channels() {
    return switch (colorType) {
      case 0 -> 1;
      case 4 -> 2;
      case 6 -> 4;
      default -> 3;
    };
  }
}
