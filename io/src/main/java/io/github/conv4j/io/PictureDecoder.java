package io.github.conv4j.io;

import io.github.conv4j.DType;
import io.github.conv4j.Shape;
import io.github.conv4j.Tensor;
import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import javax.imageio.ImageReader;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * Decodes one picture with ImageIO.
 *
 * <p>Only rasters and palettes are looked at, never the colours of a {@code BufferedImage}: ImageIO
 * takes those through colour profiles, and a stored 128 would come out as another number. It also
 * reads CMYK and JPEGs with damaged profiles in no other way.
 */
final class PictureDecoder {
  /**
   * What libjpeg says when it makes up pixels. Stray bytes before the last marker are common and do
   * no harm.
   */
  private static final Pattern DAMAGE =
      Pattern.compile(
          "Inconsistent progression.*"
              + "|Corrupt JPEG data(?!: \\d+ extraneous bytes before marker 0xd9).*");

  private final byte[] file;
  private final String name;

  PictureDecoder(byte[] file, String name) {
    this.file = file;
    this.name = name;
  }

  Picture decode() throws IOException {
    String start = new String(file, 0, Math.min(8, file.length), StandardCharsets.ISO_8859_1);
    if (start.startsWith(PngChunks.SIGNATURE)) {
      return png(PngChunks.parse(file, name));
    }
    if (start.startsWith("\u00ff\u00d8\u00ff")) {
      return jpeg(JpegMarkers.parse(file, name));
    }
    if (start.startsWith("GIF87a") || start.startsWith("GIF89a")) {
      return image(decode("GIF", 3, PictureDecoder::gifImage));
    }
    if (start.startsWith("BM")) {
      return image(decode("BMP", 3, reader -> reader.read(0)));
    }
    throw Failure.of(
        name, file.length == 0 ? "the file is empty" : "this is no PNG, JPEG, BMP or GIF picture");
  }

  // ---- formats

  private Picture png(PngChunks chunks) throws IOException {
    BufferedImage image = decode("PNG", chunks.channels(), reader -> reader.read(0));
    int max = (1 << chunks.bitDepth()) - 1;
    if (chunks.colorType() != 0 || max >= 255) {
      return image(image);
    }
    Raster raster = image.getRaster();
    if (chunks.transparentGrey() < 0) {
      // ImageIO takes a grey of a few bits for a palette.
      requireBands(1, raster);
      return picture(raster, 1, new int[] {max}, samples -> samples);
    }
    // Here ImageIO widens the grey, compares it with the narrow one and finds nothing transparent.
    requireBands(2, raster);
    int transparent = chunks.transparentGrey() * 255 / max;
    return picture(raster, 1, new int[] {255, 255}, samples -> setAlpha(samples, transparent));
  }

  private Picture jpeg(JpegMarkers markers) throws IOException {
    int components = markers.components();
    if (components != 1 && components != 3 && components != 4) {
      throw Failure.of(name, "a JPEG with " + components + " components cannot be read");
    }
    int[] max = new int[Math.min(components, 3)];
    Arrays.fill(max, 255);
    Raster raster = decode("JPEG", max.length, PictureDecoder::jpegRaster);
    requireBands(components, raster);
    return picture(raster, markers.orientation(), max, samples -> toRgb(samples, markers));
  }

  private static Raster jpegRaster(ImageReader reader) throws IOException {
    List<String> warnings = new ArrayList<>();
    reader.addIIOReadWarningListener((source, warning) -> warnings.add(warning));
    Raster raster = reader.readRaster(0, null);
    for (String warning : warnings) {
      if (DAMAGE.matcher(warning).matches()) {
        throw new IOException(warning);
      }
    }
    return raster;
  }

  private static BufferedImage gifImage(ImageReader reader) throws IOException {
    Progress progress = new Progress();
    reader.addIIOReadProgressListener(progress);
    BufferedImage image = reader.read(0);
    if (progress.percent() < 100) {
      throw new EOFException();
    }
    return image;
  }

  private Picture image(BufferedImage image) throws IOException {
    Raster raster = image.getRaster();
    if (image.getColorModel() instanceof IndexColorModel palette) {
      int[] max = new int[palette.hasAlpha() ? 4 : 3];
      Arrays.fill(max, 255);
      return picture(raster, 1, max, samples -> lookUp(samples, palette, max.length));
    }
    int[] bits = raster.getSampleModel().getSampleSize();
    return picture(
        raster, 1, Arrays.stream(bits).map(b -> (1 << b) - 1).toArray(), samples -> samples);
  }

  /** Refuses a file whose damage ImageIO takes for something else than this class does. */
  private void requireBands(int expected, Raster raster) throws IOException {
    if (raster.getNumBands() != expected) {
      throw Failure.of(
          name,
          "the picture contradicts itself, with "
              + expected
              + " or "
              + raster.getNumBands()
              + " samples a pixel");
    }
  }

  // ---- ImageIO

  private interface Decoding<T> {
    T decode(ImageReader reader) throws IOException;
  }

  /** Decodes a picture that will have at least {@code channels} channels. */
  private <T> T decode(String format, int channels, Decoding<T> decoding) throws IOException {
    ImageReader reader = Codecs.reader(format);
    try (MemoryCacheImageInputStream in =
        new MemoryCacheImageInputStream(new ByteArrayInputStream(file))) {
      reader.setInput(in, true, true);
      Shape shape = shape(channels, reader.getHeight(0), reader.getWidth(0));
      Failure.refuseLargerThanHeap(
          name, "the picture of shape " + shape, (long) shape.numel() * DType.FLOAT32.bytes());
      return decoding.decode(reader);
    } catch (IOException | RuntimeException | OutOfMemoryError e) {
      // ImageIO meets some damage with an unchecked exception, or with a huge buffer.
      throw Failure.because(name, "the " + format + " cannot be decoded", e);
    } finally {
      reader.dispose();
    }
  }

  private Shape shape(int channels, int height, int width) throws IOException {
    try {
      return Shape.of(channels, height, width);
    } catch (IllegalArgumentException e) {
      throw Failure.of(name, "the picture is too large", e);
    }
  }

  // ---- samples

  /**
   * Returns the picture for a raster.
   *
   * @param orientation 1 to 8 by the Exif standard
   * @param max the largest sample of each channel
   * @param convert turns a row of the raster's samples into a row of the channels' samples; may do
   *     so in place
   */
  private Picture picture(Raster raster, int orientation, int[] max, UnaryOperator<int[]> convert)
      throws IOException {
    int width = raster.getWidth();
    int height = raster.getHeight();
    int channels = max.length;
    boolean transposed = orientation >= 5;
    boolean flipX = List.of(2, 3, 7, 8).contains(orientation);
    boolean flipY = List.of(3, 4, 6, 7).contains(orientation);
    int xStep = transposed ? height : 1;
    int yStep = transposed ? 1 : width;
    int origin = (flipX ? (width - 1) * xStep : 0) + (flipY ? (height - 1) * yStep : 0);
    Shape shape = shape(channels, transposed ? width : height, transposed ? height : width);
    Tensor tensor = ElementType.allocate(name, shape, DType.FLOAT32);
    float[] pixels = tensor.floats();
    int[] row = null;
    for (int y = 0; y < height; y++) {
      row = raster.getPixels(raster.getMinX(), raster.getMinY() + y, width, 1, row);
      int[] samples = convert.apply(row);
      for (int c = 0; c < channels; c++) {
        int to = c * width * height + origin + (flipY ? -y : y) * yStep;
        float scale = max[c];
        for (int x = 0; x < width; x++) {
          pixels[to + (flipX ? -x : x) * xStep] = samples[x * channels + c] / scale;
        }
      }
    }
    return new Picture(tensor, Arrays.stream(max).max().getAsInt() > 255 ? 16 : 8);
  }

  private static int[] lookUp(int[] indices, IndexColorModel palette, int channels) {
    int[] samples = new int[indices.length * channels];
    for (int i = 0; i < indices.length; i++) {
      int argb = palette.getRGB(indices[i]);
      int to = i * channels;
      samples[to] = (argb >> 16) & 0xff;
      samples[to + 1] = (argb >> 8) & 0xff;
      samples[to + 2] = argb & 0xff;
      if (channels == 4) {
        samples[to + 3] = argb >>> 24;
      }
    }
    return samples;
  }

  private static int[] setAlpha(int[] greyAlpha, int transparent) {
    for (int i = 0; i < greyAlpha.length; i += 2) {
      greyAlpha[i + 1] = greyAlpha[i] == transparent ? 0 : 255;
    }
    return greyAlpha;
  }

  /**
   * Turns JPEG samples into RGB or leaves the only component as it is.
   *
   * <p>Luminance and colour differences by ITU-T T.871, section 7. Four components are CMYK, stored
   * as Adobe's programs do: 255 is no ink. No ink of any kind is profiled: {@code R = C * K / 255}.
   */
  private static int[] toRgb(int[] samples, JpegMarkers markers) {
    int components = markers.components();
    if (components == 1) {
      return samples;
    }
    for (int from = 0, to = 0; from < samples.length; from += components, to += 3) {
      int r = samples[from];
      int g = samples[from + 1];
      int b = samples[from + 2];
      if (markers.luminance()) {
        double blueness = g - 128;
        double redness = b - 128;
        double luminance = r;
        r = level(luminance + 1.402 * redness);
        g = level(luminance - 0.344136 * blueness - 0.714136 * redness);
        b = level(luminance + 1.772 * blueness);
      }
      if (components == 4) {
        int k = samples[from + 3];
        // What the differences stand for is the complement of the stored inks.
        int flip = markers.luminance() ? 255 : 0;
        r = underBlack(r ^ flip, k);
        g = underBlack(g ^ flip, k);
        b = underBlack(b ^ flip, k);
      }
      samples[to] = r;
      samples[to + 1] = g;
      samples[to + 2] = b;
    }
    return samples;
  }

  private static int level(double value) {
    return (int) Math.max(0, Math.min(255, Math.floor(value + 0.5)));
  }

  private static int underBlack(int ink, int black) {
    return (ink * black + 127) / 255;
  }
}
