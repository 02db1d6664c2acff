package io.github.conv4j.io;

import static io.github.conv4j.io.TestFiles.assertRefused;
import static io.github.conv4j.io.TestFiles.readsOrRefuses;
import static io.github.conv4j.io.TestFiles.resource;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import io.github.conv4j.DType;
import io.github.conv4j.Shape;
import io.github.conv4j.Tensor;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class PicturesTest {
  private static final JsonObject EXPECTED =
      TestFiles.json("pictures/expected.json").getAsJsonObject("pictures");

  @TempDir Path folder;

  // ---- what others wrote

  static Stream<String> pictures() {
    return EXPECTED.keySet().stream();
  }

  @ParameterizedTest
  @MethodSource("pictures")
  void readsWhatOthersWrote(String file) throws Exception {
    JsonObject expected = EXPECTED.getAsJsonObject(file);
    Picture picture = Pictures.read(resource("pictures/" + file));
    assertEquals(
        expected.get("shape").toString(), picture.pixels().shape().toString().replace(" ", ""));
    assertEquals(expected.get("bits").getAsInt(), picture.bits());
    ByteBuffer samples =
        ByteBuffer.wrap(HexFormat.of().parseHex(expected.get("samples").getAsString()));
    int tolerance = expected.get("tolerance").getAsInt();
    boolean wide = picture.bits() == 16;
    float max = wide ? 65535 : 255;
    for (float value : picture.pixels().floats()) {
      int sample = wide ? Short.toUnsignedInt(samples.getShort()) : samples.get() & 0xff;
      if (tolerance == 0) {
        assertEquals(sample / max, value);
      } else {
        assertEquals(sample, Math.round(value * max), tolerance);
      }
    }
    assertFalse(samples.hasRemaining());
  }

  @Test
  void hasPicturesOfEveryKind() {
    for (String kind : new String[] {"grey", "rgb", "palette"}) {
      long pngs = pictures().filter(f -> f.matches(kind + "\\d.*png")).count();
      assertEquals(kind.equals("grey") ? 20 : kind.equals("rgb") ? 8 : 16, pngs, kind);
    }
    assertEquals(8, pictures().filter(f -> f.matches("(grey_alpha|rgba)\\d.*png")).count());
    assertEquals(16, pictures().filter(f -> f.matches("exif_[1-8]_(big|little).jpg")).count());
  }

  @Test
  void aMidGreyIsTheSampleThatIsStored() throws Exception {
    Path path = folder.resolve("grey.png");
    BufferedImage image = new BufferedImage(2, 1, BufferedImage.TYPE_BYTE_GRAY);
    image.getRaster().setSample(0, 0, 0, 128);
    assertTrue(ImageIO.write(image, "png", path.toFile()));
    assertEquals(Tensor.of(new float[] {128 / 255f, 0}, 1, 1, 2), Pictures.read(path).pixels());
  }

  @ParameterizedTest
  @CsvSource({"BI_RGB, 1", "BI_RGB, 4", "BI_RGB, 8", "BI_RLE8, 8"})
  void readsBmpsWithPalettes(String compression, int bits) throws Exception {
    BufferedImage image = palette(bits);
    Path path = folder.resolve("a.bmp");
    Files.write(path, bmp(image, compression));
    assertShows(image, Pictures.read(path));
  }

  @ParameterizedTest
  @ValueSource(
      ints = {
        BufferedImage.TYPE_USHORT_555_RGB,
        BufferedImage.TYPE_USHORT_565_RGB,
        BufferedImage.TYPE_3BYTE_BGR,
        BufferedImage.TYPE_INT_RGB
      })
  void readsBmpsOfPackedPixels(int type) throws Exception {
    BufferedImage image = new BufferedImage(13, 9, type);
    Random random = new Random(type);
    for (int i = 0; i < 13 * 9; i++) {
      image.setRGB(i % 13, i / 13, random.nextInt());
    }
    Path path = folder.resolve("a.bmp");
    boolean fields = type == BufferedImage.TYPE_USHORT_565_RGB;
    Files.write(path, bmp(image, fields ? "BI_BITFIELDS" : "BI_RGB"));
    assertShows(image, Pictures.read(path));
  }

  /** Checks a picture against the samples, or the palette's colours, of what was drawn. */
  private static void assertShows(BufferedImage image, Picture picture) {
    int width = image.getWidth();
    int height = image.getHeight();
    assertEquals(Shape.of(3, height, width), picture.pixels().shape());
    assertEquals(8, picture.bits());
    boolean palette = image.getRaster().getNumBands() == 1;
    for (int i = 0; i < 3 * width * height; i++) {
      int x = i % width;
      int y = i / width % height;
      int c = i / (width * height);
      int sample =
          palette
              ? image.getRGB(x, y) >> (16 - 8 * c) & 0xff
              : image.getRaster().getSample(x, y, c);
      int max = palette ? 255 : (1 << image.getSampleModel().getSampleSize(c)) - 1;
      assertEquals(sample / (float) max, picture.pixels().floats()[i], "offset " + i);
    }
  }

  private static BufferedImage palette(int bits) {
    int colors = 1 << bits;
    Random random = new Random(bits);
    byte[] reds = new byte[colors];
    byte[] greens = new byte[colors];
    byte[] blues = new byte[colors];
    random.nextBytes(reds);
    random.nextBytes(greens);
    random.nextBytes(blues);
    BufferedImage image =
        new BufferedImage(
            13,
            9,
            bits == 8 ? BufferedImage.TYPE_BYTE_INDEXED : BufferedImage.TYPE_BYTE_BINARY,
            new java.awt.image.IndexColorModel(bits, colors, reds, greens, blues));
    for (int i = 0; i < 13 * 9; i++) {
      image.getRaster().setSample(i % 13, i / 13, 0, (i % 13 / 2 + i / 13) * 7 % colors);
    }
    return image;
  }

  private static byte[] bmp(BufferedImage image, String compression) throws IOException {
    ImageWriter writer = Codecs.writer("BMP");
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (MemoryCacheImageOutputStream out = new MemoryCacheImageOutputStream(bytes)) {
      writer.setOutput(out);
      ImageWriteParam param = writer.getDefaultWriteParam();
      param.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
      param.setCompressionType(compression);
      writer.write(null, new IIOImage(image, null, null), param);
    }
    return bytes.toByteArray();
  }

  // ---- what is written

  @ParameterizedTest
  @CsvSource({"1, 8", "1, 16", "2, 8", "2, 16", "3, 8", "3, 16", "4, 8", "4, 16"})
  void pngsKeepEverySample(int channels, int bits) throws Exception {
    int max = (1 << bits) - 1;
    Random random = new Random(channels * 100L + bits);
    Tensor pixels = Tensor.zeros(channels, 37, 53);
    for (int i = 0; i < pixels.numel(); i++) {
      pixels.floats()[i] = random.nextInt(max + 1) / (float) max;
    }
    Path path = folder.resolve("a.png");
    Pictures.write(path, pixels, bits);
    assertEquals(new Picture(pixels, bits), Pictures.read(path));
    Pictures.write(path, pixels.to(DType.FLOAT64), bits);
    assertEquals(new Picture(pixels, bits), Pictures.read(path));
  }

  @Test
  void pngsKeepEveryLevelOf16Bits() throws Exception {
    Tensor pixels = Tensor.zeros(1, 256, 256);
    for (int i = 0; i < pixels.numel(); i++) {
      pixels.floats()[i] = i / 65535f;
    }
    Path path = folder.resolve("a.png");
    Pictures.write(path, pixels, 16);
    assertEquals(new Picture(pixels, 16), Pictures.read(path));
  }

  @Test
  void clampsAndRounds() throws Exception {
    float level = 1 / 255f;
    float[] values = {
      -1,
      -0.0f,
      Float.NEGATIVE_INFINITY,
      Float.NaN,
      0.49f * level,
      0.51f * level,
      1.49f * level,
      254.49f * level,
      254.51f * level,
      1,
      1.0001f,
      1e30f,
      Float.POSITIVE_INFINITY
    };
    int[] levels = {0, 0, 0, 0, 0, 1, 1, 254, 255, 255, 255, 255, 255};
    Path path = folder.resolve("a.png");
    Pictures.write(path, Tensor.of(values, 1, 1, values.length), 8);
    float[] written = Pictures.read(path).pixels().floats();
    for (int i = 0; i < levels.length; i++) {
      assertEquals(levels[i], Math.round(written[i] * 255), "value " + values[i]);
    }
  }

  @ParameterizedTest
  @CsvSource({"1, a.jpg", "3, a.jpg", "3, a.JPEG"})
  void jpegsComeCloseOnSmoothPictures(int channels, String name) throws Exception {
    Tensor pixels = Tensor.zeros(channels, 40, 50);
    for (int c = 0; c < channels; c++) {
      for (int y = 0; y < 40; y++) {
        for (int x = 0; x < 50; x++) {
          pixels.set(0.2 + 0.006 * (c == 1 ? 50 - x : x) + 0.005 * y, c, y, x);
        }
      }
    }
    Path path = folder.resolve(name);
    Pictures.write(path, pixels, 8);
    assertEquals(0xff, Files.readAllBytes(path)[0] & 0xff);
    Picture back = Pictures.read(path);
    assertEquals(8, back.bits());
    assertEquals(pixels.shape(), back.pixels().shape());
    assertTrue(
        back.pixels().allClose(pixels, 0, 4 / 255.0),
        () -> back.pixels().compare(pixels).toString());
  }

  @Test
  void refusesToWriteWhatTheFormatCannotHold() {
    assertCannotWrite("a.jpg", Tensor.zeros(4, 2, 2), 8, "a JPEG cannot hold alpha, write a PNG");
    assertCannotWrite("a.jpg", Tensor.zeros(2, 2, 2), 8, "a JPEG cannot hold alpha, write a PNG");
    assertCannotWrite("a.jpeg", Tensor.zeros(3, 2, 2), 16, "a JPEG cannot hold 16 bits");
    assertCannotWrite("a.jpg", Tensor.zeros(1, 1, 65501), 8, "a side of 65501 pixels");
    assertCannotWrite("a.gif", Tensor.zeros(1, 2, 2), 8, "has to end in .png, .jpg or .jpeg");
    assertCannotWrite("png", Tensor.zeros(1, 2, 2), 8, "has to end in .png, .jpg or .jpeg");
    assertCannotWrite("a.png", Tensor.zeros(2, 2), 8, "shape (C, H, W)");
    assertCannotWrite("a.png", Tensor.zeros(5, 2, 2), 8, "1 to 4 channels");
    assertCannotWrite("a.png", Tensor.zeros(0, 2, 2), 8, "1 to 4 channels");
    assertCannotWrite("a.png", Tensor.zeros(1, 0, 2), 8, "needs pixels");
    assertCannotWrite("a.png", Tensor.zeros(1, 2, 2), 12, "8 or 16 bits");
  }

  private void assertCannotWrite(String name, Tensor pixels, int bits, String fragment) {
    Path path = folder.resolve(name);
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> Pictures.write(path, pixels, bits));
    assertTrue(e.getMessage().contains(fragment), e.getMessage());
    assertFalse(Files.exists(path));
  }

  @Test
  void theSamePictureGivesTheSameBytes() throws Exception {
    Tensor pixels = Tensor.arange(0, 1, 1.0 / 300).reshape(3, 10, 10);
    for (String name : new String[] {"a.png", "a.jpg"}) {
      Pictures.write(folder.resolve(name), pixels, 8);
      Pictures.write(folder.resolve("b" + name), pixels, 8);
      assertArrayEquals(
          Files.readAllBytes(folder.resolve(name)), Files.readAllBytes(folder.resolve("b" + name)));
    }
  }

  // ---- hostile files

  @Test
  void refusesWhatIsNoPicture() throws Exception {
    Path missing = folder.resolve("missing.png");
    assertRefused(missing, "no such file", () -> Pictures.read(missing));
    assertRefused(folder, "folder", () -> Pictures.read(folder));
    Path path = folder.resolve("a.png");
    Files.write(path, new byte[0]);
    assertRefused(path, "the file is empty", () -> Pictures.read(path));
    Files.writeString(path, "hello");
    assertRefused(path, "no PNG, JPEG, BMP or GIF", () -> Pictures.read(path));
    Files.writeString(path, "B");
    assertRefused(path, "no PNG, JPEG, BMP or GIF", () -> Pictures.read(path));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "rgb8.png",
        "palette4_transparent_interlaced.png",
        "grey16_interlaced.png",
        "grey.jpg",
        "rgb_420.jpg",
        "progressive.jpg",
        "cmyk.jpg",
        "exif_6_big.jpg"
      })
  void refusesAFileCutAnywhere(String file) throws Exception {
    byte[] whole = Files.readAllBytes(resource("pictures/" + file));
    Path cut = folder.resolve("cut");
    TestFiles.truncations(whole, cut, length -> assertRefused(cut, () -> Pictures.read(cut)));
  }

  @ParameterizedTest
  @CsvSource({"still.gif, 3", "transparent.gif, 3", "rgb24.bmp, 1", "palette8.bmp, 3"})
  void refusesAFileCutBeforeItsLastPixel(String file, int after) throws Exception {
    byte[] whole = Files.readAllBytes(resource("pictures/" + file));
    // After the last pixel come an empty block and the trailer (GIF), or padding (BMP).
    byte[] pixels = Arrays.copyOf(whole, whole.length - after);
    Path cut = folder.resolve("cut");
    TestFiles.truncations(pixels, cut, length -> assertRefused(cut, () -> Pictures.read(cut)));
  }

  @Test
  void refusesAGifWhoseDataEndBeforeThePicture() throws Exception {
    byte[] whole = Files.readAllBytes(resource("pictures/still.gif"));
    int block = new String(whole, StandardCharsets.ISO_8859_1).lastIndexOf(",\0\0\0\0") + 11;
    Path path = folder.resolve("short.gif");
    for (int length = 0; length < whole[block] - 3; length++) {
      byte[] end = {0, ';'}; // an empty block and the trailer
      ByteBuffer gif = ByteBuffer.allocate(block + 1 + length + end.length);
      gif.put(whole, 0, block).put((byte) length).put(whole, block + 1, length).put(end);
      Files.write(path, gif.array());
      assertRefused(path, "the GIF cannot be decoded", () -> Pictures.read(path));
    }
  }

  @Test
  void refusesARunLengthEncodedBmpCutAnywhere() throws Exception {
    Path cut = folder.resolve("cut");
    TestFiles.Truncation refused = length -> assertRefused(cut, () -> Pictures.read(cut));
    TestFiles.truncations(bmp(palette(8), "BI_RLE8"), cut, refused);
    TestFiles.truncations(Files.readAllBytes(resource("pictures/rle4.bmp")), cut, refused);
  }

  @Test
  void refusesAJpegWhoseDataEndBeforeThePicture() throws Exception {
    for (String file : new String[] {"grey.jpg", "rgb_420.jpg", "cmyk.jpg", "progressive.jpg"}) {
      byte[] whole = Files.readAllBytes(resource("pictures/" + file));
      byte[] cut = Arrays.copyOf(whole, whole.length - 60);
      cut[cut.length - 2] = (byte) 0xff;
      cut[cut.length - 1] = (byte) 0xd9; // there is an end, but too early
      Path path = folder.resolve("cut.jpg");
      Files.write(path, cut);
      assertRefused(
          path, "the JPEG cannot be decoded: Corrupt JPEG data", () -> Pictures.read(path));
    }
  }

  @Test
  void refusesAJpegThatLostARestart() throws Exception {
    byte[] whole = Files.readAllBytes(resource("pictures/restarts.jpg"));
    String text = new String(whole, StandardCharsets.ISO_8859_1);
    String lost = text.replaceFirst("\u00ff\u00d1", "");
    assertEquals(text.length() - 2, lost.length());
    Path path = folder.resolve("lost.jpg");
    Files.write(path, lost.getBytes(StandardCharsets.ISO_8859_1));
    assertRefused(path, "Corrupt JPEG data", () -> Pictures.read(path));
  }

  @Test
  void refusesPicturesLargerThanTheirDataOrATensorOrTheHeap() throws Exception {
    byte[] png = Files.readAllBytes(resource("pictures/rgb8.png"));
    ByteBuffer.wrap(png).putInt(16, 60000).putInt(20, 60000);
    Path path = folder.resolve("huge");
    Files.write(path, withChecksum(png, 12));
    assertRefused(path, "too few data", () -> Pictures.read(path));

    byte[] jpeg = Files.readAllBytes(resource("pictures/rgb_444.jpg"));
    int frame = new String(jpeg, StandardCharsets.ISO_8859_1).indexOf("\u00ff\u00c0");
    ByteBuffer.wrap(jpeg).putShort(frame + 5, (short) 65000).putShort(frame + 7, (short) 65000);
    Files.write(path, jpeg);
    assertRefused(path, "too large", () -> Pictures.read(path));
    ByteBuffer.wrap(jpeg).putShort(frame + 5, (short) 12000).putShort(frame + 7, (short) 16000);
    Files.write(path, jpeg);
    assertRefused(path, "needs 2304000000 bytes, the heap may", () -> Pictures.read(path));

    byte[] bmp = Files.readAllBytes(resource("pictures/rgb24.bmp"));
    ByteBuffer.wrap(bmp).order(ByteOrder.LITTLE_ENDIAN).putInt(18, 30000).putInt(22, 30000);
    Files.write(path, bmp);
    assertRefused(path, "cannot be decoded", () -> Pictures.read(path));

    byte[] gif = Files.readAllBytes(resource("pictures/still.gif"));
    int image = new String(gif, StandardCharsets.ISO_8859_1).lastIndexOf(",\0\0\0\0");
    ByteBuffer.wrap(gif).putInt(image + 5, -1);
    Files.write(path, gif);
    assertRefused(path, "too large", () -> Pictures.read(path));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "rgb8.png",
        "palette2_transparent.png",
        "grey4_transparent_interlaced.png",
        "rgb_420.jpg",
        "exif_6_little.jpg",
        "progressive.jpg",
        "ycck.jpg",
        "profile_damaged.jpg",
        "rgb24.bmp",
        "black_white.bmp",
        "transparent.gif"
      })
  void aDamagedFileGivesAPictureOrIsRefused(String file) throws Exception {
    byte[] whole = Files.readAllBytes(resource("pictures/" + file));
    Random random = new Random(13);
    Path path = folder.resolve("damaged");
    for (int at = 0; at < Math.min(whole.length, 1000); at++) {
      for (int i = 0; i < 2; i++) {
        byte[] damaged = whole.clone();
        damaged[at] = (byte) random.nextInt();
        Files.write(path, damaged);
        String damage = "seed 13, byte " + at + " is " + damaged[at];
        boolean read = readsOrRefuses(path, damage, () -> Pictures.read(path));
        if (file.endsWith("png")) {
          assertEquals(damaged[at] == whole[at], read, damage);
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "rgb8.png",
        "palette2_transparent.png",
        "grey4_transparent_interlaced.png",
        "rgba16.png"
      })
  void aPngDamagedBelowItsChecksumsGivesAPictureOrIsRefused(String file) throws Exception {
    byte[] whole = Files.readAllBytes(resource("pictures/" + file));
    Random random = new Random(17);
    Path path = folder.resolve("damaged");
    int chunk = 8;
    while (chunk < whole.length) {
      int length = ByteBuffer.wrap(whole).getInt(chunk);
      for (int at = chunk + 4; at < chunk + 8 + length; at++) {
        for (int i = 0; i < 10; i++) {
          byte[] damaged = whole.clone();
          damaged[at] = (byte) random.nextInt();
          Files.write(path, withChecksum(damaged, chunk + 4));
          readsOrRefuses(
              path, "seed 17, byte " + at + " is " + damaged[at], () -> Pictures.read(path));
        }
      }
      chunk += 12 + length;
    }
  }

  @Test
  void takesOnlyTheLowBitsOfATransparentGrey() throws Exception {
    byte[] png = Files.readAllBytes(resource("pictures/grey4_transparent.png"));
    int type = new String(png, StandardCharsets.ISO_8859_1).indexOf("tRNS");
    ByteBuffer.wrap(png).putShort(type + 4, (short) (png[type + 5] | 0xfff0));
    Path path = folder.resolve("a.png");
    Files.write(path, withChecksum(png, type));
    assertEquals(Pictures.read(resource("pictures/grey4_transparent.png")), Pictures.read(path));

    String late = new String(png, StandardCharsets.ISO_8859_1);
    String chunk = late.substring(type - 4, type + 10);
    late = late.replace(chunk, "").replace("\0\0\0\0IEND", chunk + "\0\0\0\0IEND");
    Files.write(path, late.getBytes(StandardCharsets.ISO_8859_1));
    assertRefused(path, "contradicts itself", () -> Pictures.read(path));
  }

  /** Mends the checksum of the chunk of a PNG whose type is at an offset. */
  private static byte[] withChecksum(byte[] png, int type) {
    ByteBuffer bytes = ByteBuffer.wrap(png);
    int length = bytes.getInt(type - 4);
    CRC32 checksum = new CRC32();
    checksum.update(png, type, 4 + length);
    bytes.putInt(type + 4 + length, (int) checksum.getValue());
    return png;
  }
}
