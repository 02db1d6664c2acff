package io.github.conv4j.io;

import static io.github.conv4j.io.TestFiles.assertRefused;
import static io.github.conv4j.io.TestFiles.bits;
import static io.github.conv4j.io.TestFiles.random;
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
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class NpyTest {
  private static final JsonObject EXPECTED = TestFiles.json("numpy/expected.json");

  @TempDir Path folder;

  // ---- what NumPy wrote

  static Stream<String> arrays() {
    return EXPECTED.getAsJsonObject("arrays").keySet().stream();
  }

  @ParameterizedTest
  @MethodSource("arrays")
  void readsWhatNumpyWrote(String file) throws Exception {
    JsonObject expected = EXPECTED.getAsJsonObject("arrays").getAsJsonObject(file);
    Path path = resource("numpy/" + file);
    assertMatches(expected, Npy.readHeader(path));
    assertMatches(expected, Npy.read(path));
  }

  static void assertMatches(JsonObject expected, Tensor actual) {
    assertEquals(expected.get("shape").toString(), actual.shape().toString().replace(" ", ""));
    assertEquals(expected.get("dtype").getAsString(), actual.dtype().toString());
    assertEquals(expected.get("data").getAsString(), HexFormat.of().formatHex(bits(actual)));
  }

  static void assertMatches(JsonObject expected, NpyHeader actual) {
    assertEquals(expected.get("shape").toString(), actual.shape().toString().replace(" ", ""));
    assertEquals(expected.get("descr").getAsString(), actual.dtype());
    assertEquals(expected.get("fortran").getAsBoolean(), actual.fortranOrder());
  }

  @Test
  void hasNumpyFilesOfEveryTypeAndOrder() {
    long wide = 2 * 2 * Stream.of("i2", "i4", "i8", "u2", "u4", "u8", "f2", "f4", "f8").count();
    long narrow = 2 * Stream.of("b1", "i1", "u1").count();
    long versions = 2;
    assertEquals(wide + narrow + versions, arrays().count());
  }

  static Stream<String> refused() {
    return EXPECTED.getAsJsonObject("refused").keySet().stream();
  }

  @ParameterizedTest
  @MethodSource("refused")
  void refusesOtherElementTypes(String kind) throws Exception {
    Path path = resource("numpy/refused_" + kind + ".npy");
    String dtype = Npy.readHeader(path).dtype();
    if (!kind.startsWith("structured")) {
      assertEquals(
          EXPECTED.getAsJsonObject("refused").get(kind).getAsString(), dtype, "the header's dtype");
    }
    assertRefused(path, "dtype '" + dtype + "' cannot be read", () -> Npy.read(path));
  }

  @Test
  void readsEveryHalf() throws Exception {
    ByteBuffer halves = ByteBuffer.allocate(2 << 16).order(ByteOrder.LITTLE_ENDIAN);
    for (int half = 0; half < 1 << 16; half++) {
      halves.putShort((short) half);
    }
    Tensor tensor =
        read(file("{'descr': '<f2', 'fortran_order': False, 'shape': (65536,), }", halves.array()));
    ByteBuffer floats = ByteBuffer.allocate(4 << 16);
    for (float value : tensor.floats()) {
      floats.putInt(Float.floatToIntBits(value));
    }
    assertEquals(
        EXPECTED.get("sha256OfAllHalves").getAsString(),
        HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(floats.array())));
  }

  // ---- what is written

  @ParameterizedTest
  @ValueSource(strings = {"f4_little_C.npy", "f8_little_C.npy"})
  void writesByteForByteWhatNumpyWrote(String file) throws Exception {
    Path numpy = resource("numpy/" + file);
    Path copy = folder.resolve("copy.npy");
    Npy.write(copy, Npy.read(numpy));
    assertArrayEquals(Files.readAllBytes(numpy), Files.readAllBytes(copy));
  }

  @ParameterizedTest
  @CsvSource({"0", "1", "2", "3", "4", "5", "6", "7"})
  void roundTripKeepsEveryBit(int seed) throws Exception {
    int[][] shapes = {
      {}, {1}, {0}, {3, 0, 2}, {17, 19}, {2, 3, 4, 5, 6}, {40000}, {1, 1, 1, 1, 1, 1, 1, 3}
    };
    for (DType dtype : DType.values()) {
      Tensor tensor = random(seed, dtype, shapes[seed]);
      Path path = folder.resolve("a.npy");
      Npy.write(path, tensor);
      assertEquals(0, Npy.readHeader(path).dataOffset() % 64);
      assertEquals(Npy.size(tensor), Files.size(path));
      Tensor back = Npy.read(path);
      assertEquals(tensor.shape(), back.shape());
      assertArrayEquals(bits(tensor), bits(back));
    }
  }

  @Test
  void streamsHoldOneArrayAfterTheOther() throws Exception {
    Tensor first = random(1, DType.FLOAT32, 3, 5);
    Tensor second = random(2, DType.FLOAT64, 40001);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Npy.write(out, first);
    Npy.write(out, second);
    InputStream in = new ByteArrayInputStream(out.toByteArray());
    assertArrayEquals(bits(first), bits(Npy.read(in, "stream")));
    assertArrayEquals(bits(second), bits(Npy.read(in, "stream")));
    assertRefused("stream", "the file is empty", () -> Npy.read(in, "stream"));
  }

  @Test
  void refusesAShapeWhoseTextIsTooLong() {
    int[] sizes = new int[30000];
    Arrays.fill(sizes, 1);
    Tensor tensor = Tensor.zeros(sizes);
    Path path = folder.resolve("a.npy");
    assertThrows(IllegalArgumentException.class, () -> Npy.write(path, tensor));
    assertFalse(Files.exists(path));
  }

  // ---- headers

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3)}   \n",
        "{'shape':(2,3,),'fortran_order':False,'descr':'<f4'}",
        "  {  \"fortran_order\" : False , \"shape\" : ( 2L , 3L ) , \"descr\" : \"<f4\" , } \n",
        "{'descr': '<f4',\n 'fortran_order': False,\n\t'shape': (2L, 3L)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (00002, 3), }"
      })
  void toleratesSpacingAndOrder(String header) throws Exception {
    Tensor tensor = read(file(header, new byte[24]));
    assertEquals(Shape.of(2, 3), tensor.shape());
  }

  @ParameterizedTest
  @CsvSource(
      delimiterString = " -> ",
      quoteCharacter = '`',
      value = {
        "x -> no '{'",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3) -> no '}'",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }x -> after the dictionary",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), 'x': 1} -> unknown or repeated key 'x'",
        "{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (2, 3)} -> repeated key 'descr'",
        "{'descr': '<f4', 'fortran_order': False} -> not all of the keys",
        "{} -> not all of the keys",
        "{'descr': '<f4' 'fortran_order': False, 'shape': (2, 3)} -> no '}'",
        "{'descr': '<f4', , 'fortran_order': False, 'shape': (2, 3)} -> other than a string",
        "{'descr': '<f4', 'fortran_order': 0, 'shape': (2, 3)} -> neither True nor False",
        "{'descr': '<f4', 'fortran_order': False, 'shape': [2, 3]} -> no '('",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (6)} -> not a tuple",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2 3)} -> without commas",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (,)} -> not a number",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (-2, -3)} -> not a number of 0 or more",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2.0, 3)} -> without commas",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2, None)} -> not a number",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3 -> no end",
        "{'descr': 3, 'fortran_order': False, 'shape': (2, 3)} -> other than a string",
        "{'descr': '<f4\\x', 'fortran_order': False, 'shape': (2, 3)} -> backslash",
        "{'descr': '<f4, 'fortran_order: False, shape: (2, 3)} -> no '}'",
        "{'descr': [('a', '<f4'), 'fortran_order': False, 'shape': (2, 3)} -> no end",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1099511627776,)} -> number of elements over",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (65536, 65536)} -> number of elements over",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (4294967296, 4294967296)} -> number of elements over",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (18446744073709551618, 3)} -> number of elements over",
        "{'descr': '<f8', 'fortran_order': False, 'shape': (2147483647,)} -> needs 17179869176 bytes",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (7,)} -> needs 28 bytes of data, but there are only 24",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (5,)} -> 4 bytes follow",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (0, 3)} -> 24 bytes follow",
        "{'descr': 'f4', 'fortran_order': False, 'shape': (2, 3)} -> dtype 'f4'",
        "{'descr': '|f4', 'fortran_order': False, 'shape': (2, 3)} -> dtype '|f4'",
        "{'descr': '=f4', 'fortran_order': False, 'shape': (2, 3)} -> dtype '=f4'",
        "{'descr': '<F4', 'fortran_order': False, 'shape': (2, 3)} -> dtype '<F4'",
        "{'descr': '<f3', 'fortran_order': False, 'shape': (2, 3)} -> dtype '<f3'",
        "{'descr': '', 'fortran_order': False, 'shape': (2, 3)} -> dtype ''",
      })
  void refusesHeaders(String header, String fragment) throws Exception {
    Path path = folder.resolve("bad.npy");
    Files.write(path, file(header, new byte[24]));
    assertRefused(path, fragment, () -> Npy.read(path));
  }

  @Test
  void refusesControlCodesInMessages() throws Exception {
    Path path = folder.resolve("bad.npy");
    Files.write(
        path,
        file(
            "{'descr': '\u001b[2J\n"
                + "x".repeat(200)
                + "', 'fortran_order': False, 'shape': ()}"));
    String message = assertRefused(path, () -> Npy.read(path));
    assertFalse(message.contains("\u001b"));
    assertTrue(message.length() < path.toString().length() + 200, message);
  }

  @Test
  void refusesVersionsAndLengths() throws Exception {
    byte[] good = file("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }", new byte[24]);
    for (int version : new int[] {0, 4, 255}) {
      byte[] bad = good.clone();
      bad[6] = (byte) version;
      refuse(bad, "version " + version + ".0 of the npy format is not known");
    }
    byte[] minor = good.clone();
    minor[7] = 1;
    refuse(minor, "version 1.1 of the npy format is not known");
    byte[] huge = good.clone();
    huge[6] = 2; // a length of four bytes
    Arrays.fill(huge, 8, 12, (byte) 0xff);
    refuse(huge, "the header has 4294967295 bytes, more than the 65535 allowed");
    byte[] empty = good.clone();
    Arrays.fill(empty, 8, 10, (byte) 0);
    refuse(empty, "the file ends within the header");
    refuse("PK\3\4, an archive".getBytes(StandardCharsets.ISO_8859_1), "not a NumPy array");
  }

  private void refuse(byte[] bytes, String fragment) throws IOException {
    Path path = folder.resolve("bad.npy");
    Files.write(path, bytes);
    assertRefused(path, fragment, () -> Npy.read(path));
    assertRefused("in", fragment, () -> Npy.read(new ByteArrayInputStream(bytes), "in"));
  }

  // ---- hostile files

  @ParameterizedTest
  @ValueSource(strings = {"f4_little_C.npy", "u2_big_F.npy", "version_2.npy"})
  void refusesAFileCutAnywhere(String file) throws Exception {
    byte[] whole = Files.readAllBytes(resource("numpy/" + file));
    Path cut = folder.resolve("cut.npy");
    TestFiles.truncations(
        whole,
        cut,
        length -> {
          assertRefused(cut, () -> Npy.read(cut));
          byte[] start = Arrays.copyOf(whole, length);
          assertRefused("in", () -> Npy.read(new ByteArrayInputStream(start), "in"));
        });
  }

  @Test
  void aDamagedHeaderGivesATensorOrIsRefused() throws Exception {
    byte[] whole = Files.readAllBytes(resource("numpy/f4_little_C.npy"));
    Path path = folder.resolve("damaged.npy");
    Random random = new Random(7);
    int refused = 0;
    for (int at = 0; at < 128; at++) {
      for (int i = 0; i < 20; i++) {
        byte[] damaged = whole.clone();
        damaged[at] = (byte) random.nextInt();
        Files.write(path, damaged);
        String damage = "seed 7, byte " + at + " is " + damaged[at];
        refused += readsOrRefuses(path, damage, () -> Npy.read(path)) ? 0 : 1;
        readsOrRefuses("in", damage, () -> Npy.read(new ByteArrayInputStream(damaged), "in"));
      }
    }
    assertTrue(refused > 1000, refused + " of 2560 were refused");
  }

  @Test
  void anArrayLargerThanTheHeapIsRefused() {
    byte[] bytes = file("{'descr': '<f8', 'fortran_order': False, 'shape': (2147483647,)}");
    assertRefused(
        "in",
        "needs 17179869176 bytes, the heap may grow to",
        () -> Npy.read(new ByteArrayInputStream(bytes), "in"));
  }

  @Test
  void anArrayThatTheHeapHasNoRoomForIsRefused() {
    // It would fit an empty heap, but none is empty.
    long elements = Runtime.getRuntime().maxMemory() / 8;
    byte[] bytes = file("{'descr': '<i8', 'fortran_order': True, 'shape': (" + elements + ", 1)}");
    assertRefused("in", "not enough memory", () -> Npy.read(new ByteArrayInputStream(bytes), "in"));
  }

  @Test
  void refusesWhatIsNoFile() {
    Path missing = folder.resolve("missing.npy");
    assertRefused(missing, "no such file", () -> Npy.read(missing));
    assertRefused(missing, "no such file", () -> Npy.readHeader(missing));
    assertRefused(folder, "folder", () -> Npy.read(folder));
  }

  // ---- helpers

  private static Tensor read(byte[] file) throws IOException {
    return Npy.read(new ByteArrayInputStream(file), "in");
  }

  /** Returns a file of version 1.0 with any header text. */
  static byte[] file(String header, byte... data) {
    byte[] text = header.getBytes(StandardCharsets.ISO_8859_1);
    return ByteBuffer.allocate(10 + text.length + data.length)
        .order(ByteOrder.LITTLE_ENDIAN)
        .put(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0})
        .putShort((short) text.length)
        .put(text)
        .put(data)
        .array();
  }
}
