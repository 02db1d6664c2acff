package io.github.conv4j.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** What has to be known of a JPEG besides its samples. The format: ITU-T T.81, annex B. */
final class JpegMarkers {
  private static final int START_OF_FRAME = 0xc0;
  private static final int HUFFMAN_TABLE = 0xc4;
  private static final int EXTENSION = 0xc8;
  private static final int ARITHMETIC_TABLE = 0xcc;
  private static final int RESTART = 0xd0;
  private static final int END_OF_IMAGE = 0xd9;
  private static final int APP0 = 0xe0;
  private static final int APP1 = 0xe1;
  private static final int APP14 = 0xee;

  private static final int TAG_ORIENTATION = 0x112;
  private static final int TYPE_SHORT = 3;
  private static final int FIELD_BYTES = 12;

  private int components;
  private String componentIds = "";
  private boolean jfif;
  private int adobeTransform = -1;
  private int orientation;

  private JpegMarkers() {}

  /**
   * Walks over all markers up to the end of the image. A file without this end is truncated;
   * ImageIO would fill up with grey what is missing.
   */
  static JpegMarkers parse(byte[] file, String name) throws IOException {
    JpegMarkers markers = new JpegMarkers();
    ByteBuffer in = ByteBuffer.wrap(file).position(2);
    int marker;
    while ((marker = nextMarker(in)) != END_OF_IMAGE) {
      int length = in.remaining() < 2 ? 0 : Short.toUnsignedInt(in.getShort()) - 2;
      if (marker < 0 || length < 0 || length > in.remaining()) {
        throw Failure.of(name, "the JPEG is truncated");
      }
      markers.take(marker, in.slice(in.position(), length));
      in.position(in.position() + length);
    }
    return markers;
  }

  /** Moves behind the next marker that begins a segment and returns it, or -1 at the end. */
  private static int nextMarker(ByteBuffer in) {
    int previous = 0;
    while (in.hasRemaining()) {
      int b = Byte.toUnsignedInt(in.get());
      // Within the data, 0xff is followed by 0 or by a restart, before a marker by itself.
      boolean data = b <= 1 || b == 0xff || (b >= RESTART && b < RESTART + 8);
      if (previous == 0xff && !data) {
        return b;
      }
      previous = b;
    }
    return -1;
  }

  private void take(int marker, ByteBuffer segment) {
    if (marker == APP0) {
      jfif |= startsWith(segment, "JFIF\0");
    } else if (marker == APP14 && startsWith(segment, "Adobe") && segment.limit() >= 12) {
      adobeTransform = Byte.toUnsignedInt(segment.get(11));
    } else if (marker == APP1 && startsWith(segment, "Exif\0\0") && orientation == 0) {
      orientation = orientation(segment.slice(6, segment.limit() - 6));
    } else if (marker >= START_OF_FRAME
        && marker < RESTART
        && marker != HUFFMAN_TABLE
        && marker != EXTENSION
        && marker != ARITHMETIC_TABLE
        && segment.limit() >= 6) {
      components = segment.get(5);
      StringBuilder ids = new StringBuilder();
      for (int at = 6; at + 3 <= segment.limit(); at += 3) {
        ids.append((char) segment.get(at));
      }
      componentIds = ids.toString();
    }
  }

  private static boolean startsWith(ByteBuffer segment, String text) {
    byte[] start = text.getBytes(StandardCharsets.ISO_8859_1);
    return segment.limit() >= start.length
        && segment.slice(0, start.length).equals(ByteBuffer.wrap(start));
  }

  /**
   * Returns the orientation that an Exif segment states, or 1, as it is stored, if it states none
   * or is damaged, as cameras' segments often are.
   *
   * <p>The format: TIFF 6.0, section 2; the tag: Exif 2.3, section 4.6.4.
   */
  private static int orientation(ByteBuffer tiff) {
    try {
      tiff.order(tiff.get(0) == 'I' ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
      int directory = tiff.getInt(4);
      int fields = Short.toUnsignedInt(tiff.getShort(directory));
      for (int i = 0; i < fields; i++) {
        int field = directory + 2 + i * FIELD_BYTES;
        if (tiff.getShort(field) == TAG_ORIENTATION && tiff.getShort(field + 2) == TYPE_SHORT) {
          int value = tiff.getShort(field + 8);
          return value >= 1 && value <= 8 ? value : 1;
        }
      }
    } catch (IndexOutOfBoundsException e) {
      return 1;
    }
    return 1;
  }

  /** Returns how many samples a pixel has in the file. */
  int components() {
    return components;
  }

  /** Returns how to turn the picture for viewing, 1 to 8 by the Exif standard. */
  int orientation() {
    return Math.max(orientation, 1);
  }

  /**
   * Returns whether the first three samples are luminance and colour differences, by the rules of
   * the IJG's library (libjpeg, jdapimin.c), which most files were tried with.
   */
  boolean luminance() {
    if (components != 3) {
      return components == 4 && adobeTransform == 2;
    }
    return jfif || (adobeTransform >= 0 ? adobeTransform != 0 : !componentIds.equals("RGB"));
  }
}
