package io.github.conv4j.io;

import io.github.conv4j.DType;
import io.github.conv4j.Tensor;
import java.awt.Transparency;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.Raster;
import java.awt.image.WritableRaster;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import javax.imageio.IIOImage;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/**
 * Reads and writes picture files as tensors of shape {@code (C, H, W)}; {@link Picture} says what
 * the values mean.
 *
 * <p>Read are PNG of all kinds, JPEG (grey, RGB, CMYK; turned as its Exif orientation asks), BMP
 * and GIF (the first frame as it is stored), by their content, whatever the file is called.
 * Palettes become RGB or RGBA, the plain grey one of a BMP becomes grey; CMYK becomes RGB without a
 * colour profile. Bytes after the picture are ignored.
 */
public final class Pictures {
  /** The largest side that the IJG's library (libjpeg, jmorecfg.h) takes. */
  private static final int JPEG_MAX_SIDE = 65500;

  private static final float JPEG_QUALITY = 0.95f;

  private Pictures() {}

  // ---- reading

  /**
   * Reads a picture; a pipe will do.
   *
   * @throws IOException if the file cannot be read, is not a picture in one of the formats, is
   *     truncated or visibly damaged, or needs more memory than there is; the message says which
   */
  public static Picture read(Path path) throws IOException {
    String name = path.toString();
    try {
      Failure.refuseFolder(path);
      Failure.refuseLargerThanHeap(name, "the file", Files.size(path));
      return decode(Files.readAllBytes(path), name);
    } catch (IOException | RuntimeException | OutOfMemoryError e) {
      throw Failure.of(name, e);
    }
  }

  /**
   * Decodes a picture.
   *
   * @param file all bytes of a file in one of the formats
   * @param name what the picture is called in messages
   * @throws IOException if this is not a picture in one of the formats, is truncated or visibly
   *     damaged, or needs more memory than there is; the message says which
   */
  public static Picture decode(byte[] file, String name) throws IOException {
    try {
      return new PictureDecoder(file, name).decode();
    } catch (IOException | RuntimeException | OutOfMemoryError e) {
      throw Failure.of(name, e);
    }
  }

  // ---- writing

  private enum Format {
    PNG,
    JPEG;

    static Format of(Path path) {
      String name = path.toString().toLowerCase(Locale.ROOT);
      if (name.endsWith(".png")) {
        return PNG;
      }
      if (name.endsWith(".jpg") || name.endsWith(".jpeg")) {
        return JPEG;
      }
      throw new IllegalArgumentException(
          "a picture file has to end in .png, .jpg or .jpeg, but got " + path);
    }
  }

  /**
   * Writes a picture, whole or not at all: a PNG or, at quality 95, a JPEG, by the extension.
   *
   * <p>Values are clamped to {@code [0, 1]}, NaN is written as 0, and rounded to the nearest of the
   * 256 or 65,536 levels; float64 is rounded to float32 before.
   *
   * @param path a name that ends in {@code .png}, {@code .jpg} or {@code .jpeg}
   * @param pixels a tensor of shape {@code (C, H, W)} as {@link Picture} describes
   * @param bits 8 or, in a PNG, 16
   * @throws IOException if the file cannot be written
   * @throws IllegalArgumentException if the extension is another one, the tensor is no picture or
   *     an empty one, or a JPEG is asked to hold alpha, 16 bits or a side over 65,500
   */
  public static void write(Path path, Tensor pixels, int bits) throws IOException {
    Format format = Format.of(path);
    Picture picture = new Picture(floats(pixels), bits);
    check(path, format, picture);
    BufferedImage image = image(picture);
    AtomicFile.write(path, out -> encode(format, image, out));
  }

  /**
   * Returns the bytes of a PNG of 8 bits, with values as {@link #write} takes them.
   *
   * @param pixels a tensor of shape {@code (C, H, W)} as {@link Picture} describes
   * @throws IllegalArgumentException if the tensor is no picture or an empty one
   */
  public static byte[] encodePng(Tensor pixels) {
    Picture picture = new Picture(floats(pixels), 8);
    checkPixels(picture);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      encode(Format.PNG, image(picture), bytes);
    } catch (IOException e) {
      throw new UncheckedIOException("an array takes all bytes", e);
    }
    return bytes.toByteArray();
  }

  private static Tensor floats(Tensor tensor) {
    return tensor.dtype() == DType.FLOAT32 ? tensor : tensor.to(DType.FLOAT32);
  }

  private static void check(Path path, Format format, Picture picture) {
    int channels = picture.pixels().size(0);
    int side = Math.max(picture.pixels().size(1), picture.pixels().size(2));
    checkPixels(picture);
    if (format == Format.JPEG) {
      String unfit =
          channels % 2 == 0
              ? "alpha"
              : picture.bits() == 16
                  ? "16 bits"
                  : side > JPEG_MAX_SIDE ? "a side of " + side + " pixels" : null;
      if (unfit != null) {
        throw new IllegalArgumentException(
            "a JPEG cannot hold " + unfit + ", write a PNG instead of " + path);
      }
    }
  }

  private static void checkPixels(Picture picture) {
    if (picture.pixels().numel() == 0) {
      throw new IllegalArgumentException(
          "a picture needs pixels, but got shape " + picture.pixels().shape());
    }
  }

  private static BufferedImage image(Picture picture) {
    int channels = picture.pixels().size(0);
    int height = picture.pixels().size(1);
    int width = picture.pixels().size(2);
    float[] pixels = picture.pixels().floats();
    int max = (1 << picture.bits()) - 1;
    int type = picture.bits() == 8 ? DataBuffer.TYPE_BYTE : DataBuffer.TYPE_USHORT;
    WritableRaster raster = Raster.createInterleavedRaster(type, width, height, channels, null);
    int[] row = new int[width * channels];
    for (int y = 0; y < height; y++) {
      for (int c = 0; c < channels; c++) {
        int from = (c * height + y) * width;
        for (int x = 0; x < width; x++) {
          row[x * channels + c] = level(pixels[from + x], max);
        }
      }
      raster.setPixels(0, y, width, 1, row);
    }
    boolean alpha = channels % 2 == 0;
    ComponentColorModel model =
        new ComponentColorModel(
            ColorSpace.getInstance(channels <= 2 ? ColorSpace.CS_GRAY : ColorSpace.CS_sRGB),
            alpha,
            false,
            alpha ? Transparency.TRANSLUCENT : Transparency.OPAQUE,
            type);
    return new BufferedImage(model, raster, false, null);
  }

  private static int level(float value, int max) {
    // The comparison is false for NaN.
    return value > 0 ? (int) Math.round(Math.min(value, 1.0) * max) : 0;
  }

  private static void encode(Format format, BufferedImage image, OutputStream out)
      throws IOException {
    ImageWriter writer = Codecs.writer(format.name());
    try (MemoryCacheImageOutputStream stream = new MemoryCacheImageOutputStream(out)) {
      writer.setOutput(stream);
      ImageWriteParam param = writer.getDefaultWriteParam();
      if (format == Format.JPEG) {
        param.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
        param.setCompressionQuality(JPEG_QUALITY);
      }
      writer.write(null, new IIOImage(image, null, null), param);
    } finally {
      writer.dispose();
    }
  }
}
