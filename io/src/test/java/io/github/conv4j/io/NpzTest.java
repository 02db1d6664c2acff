package io.github.conv4j.io;

import static io.github.conv4j.io.TestFiles.assertRefused;
import static io.github.conv4j.io.TestFiles.bits;
import static io.github.conv4j.io.TestFiles.random;
import static io.github.conv4j.io.TestFiles.readsOrRefuses;
import static io.github.conv4j.io.TestFiles.resource;
import static java.util.Map.entry;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import io.github.conv4j.DType;
import io.github.conv4j.Shape;
import io.github.conv4j.Tensor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TimeZone;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class NpzTest {
  private static final JsonObject EXPECTED = TestFiles.json("numpy/expected.json");
  private static final byte[] ARRAY =
      NpyTest.file(
          "{'descr': '<f4', 'fortran_order': False, 'shape': (2,)}",
          new byte[] {0, 0, 0, 0, 0, 0, 0, 0});

  @TempDir Path folder;

  // ---- what NumPy wrote

  static Stream<String> archives() {
    return EXPECTED.getAsJsonObject("archives").keySet().stream();
  }

  @ParameterizedTest
  @MethodSource("archives")
  void readsWhatNumpyWrote(String file) throws Exception {
    JsonObject expected = EXPECTED.getAsJsonObject("archives").getAsJsonObject(file);
    Path path = resource("numpy/" + file);
    Map<String, Tensor> tensors = Npz.read(path);
    Map<String, NpyHeader> headers = Npz.readHeaders(path);
    assertEquals(List.copyOf(expected.keySet()), List.copyOf(tensors.keySet()));
    assertEquals(List.copyOf(expected.keySet()), List.copyOf(headers.keySet()));
    for (String name : expected.keySet()) {
      NpyTest.assertMatches(expected.getAsJsonObject(name), tensors.get(name));
      NpyTest.assertMatches(expected.getAsJsonObject(name), headers.get(name));
      NpyTest.assertMatches(expected.getAsJsonObject(name), Npz.read(path, name));
    }
  }

  @Test
  void hasNumpyArchivesOfEveryType() {
    assertEquals(12, archives().count());
  }

  // ---- round trips

  private static Map<String, Tensor> tensors() {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    tensors.put("z", random(1, DType.FLOAT32, 2, 3));
    tensors.put("a/b.npy", random(2, DType.FLOAT64, 3, 4, 5));
    tensors.put("größe 世界", random(3, DType.FLOAT32, 0, 2));
    tensors.put("", random(4, DType.FLOAT64));
    return tensors;
  }

  @Test
  void roundTripKeepsNamesOrderAndBits() throws Exception {
    Path path = folder.resolve("a.npz");
    Npz.write(path, tensors());
    Map<String, Tensor> back = Npz.read(path);
    assertEquals(List.copyOf(tensors().keySet()), List.copyOf(back.keySet()));
    tensors()
        .forEach(
            (name, tensor) -> {
              assertEquals(tensor.shape(), back.get(name).shape());
              assertArrayEquals(bits(tensor), bits(back.get(name)));
            });
  }

  @Test
  void anArchiveMayBeEmpty() throws Exception {
    Path path = folder.resolve("a.npz");
    Npz.write(path, Map.of());
    assertEquals(Map.of(), Npz.read(path));
  }

  @Test
  void theSameTensorsGiveTheSameBytes() throws Exception {
    Path path = folder.resolve("a.npz");
    TimeZone zone = TimeZone.getDefault();
    byte[] first = null;
    try {
      for (String other : List.of("UTC", "Pacific/Kiritimati", "America/Los_Angeles")) {
        TimeZone.setDefault(TimeZone.getTimeZone(other));
        Npz.write(path, tensors());
        byte[] bytes = Files.readAllBytes(path);
        first = first == null ? bytes : first;
        assertArrayEquals(first, bytes, other);
      }
    } finally {
      TimeZone.setDefault(zone);
    }
  }

  @Test
  void refusesANameThatTheFormatCannotHold() {
    Path path = folder.resolve("a.npz");
    Map<String, Tensor> tensors = Map.of("x".repeat(70000), Tensor.zeros(1));
    assertThrows(IllegalArgumentException.class, () -> Npz.write(path, tensors));
    assertFalse(Files.exists(path));
  }

  // ---- hostile files

  @Test
  void refusesWhatIsNoArchive() throws Exception {
    Path missing = folder.resolve("missing.npz");
    assertRefused(missing, "no such file", () -> Npz.read(missing));
    assertRefused(folder, "folder", () -> Npz.read(folder));
    Path device = Path.of("/dev/null");
    assertRefused(device, "regular file", () -> Npz.read(device));
    Path path = folder.resolve("a.npz");
    Files.write(path, new byte[0]);
    assertRefused(path, () -> Npz.read(path));
    Files.write(path, ARRAY);
    assertRefused(path, () -> Npz.read(path));
  }

  @Test
  void refusesEntriesThatAreNoArrays() throws Exception {
    Path path = zip(entry("a.npy", ARRAY), entry("readme.txt", ARRAY));
    assertRefused(path, "entry 'readme.txt' is not an .npy array", () -> Npz.read(path));
    Path folderEntry = zip(entry("a/", new byte[0]));
    assertRefused(folderEntry, "entry 'a/' is not an .npy array", () -> Npz.read(folderEntry));
    Path text = zip(entry("a.npy", "hello, array".getBytes(StandardCharsets.UTF_8)));
    assertRefused(text, "array 'a': this is not a NumPy array", () -> Npz.read(text));
    Path empty = zip(entry("a.npy", new byte[0]));
    assertRefused(empty, "array 'a': the file is empty", () -> Npz.read(empty));
  }

  @Test
  void refusesTwoEntriesOfOneName() throws Exception {
    byte[] bytes = Files.readAllBytes(zip(entry("a.npy", ARRAY), entry("b.npy", ARRAY)));
    // ZipOutputStream writes no name twice, so the second is renamed in both of its places.
    String text = new String(bytes, StandardCharsets.ISO_8859_1).replace("b.npy", "a.npy");
    Path path = folder.resolve("two.npz");
    Files.write(path, text.getBytes(StandardCharsets.ISO_8859_1));
    assertRefused(path, "there are two arrays 'a'", () -> Npz.read(path));
    assertRefused(path, "there are two arrays 'a'", () -> Npz.readHeaders(path));
    assertRefused(path, "there are two arrays 'a'", () -> Npz.read(path, "a"));
  }

  @Test
  void readsOneArrayBesideOthersThatItCannot() throws Exception {
    byte[] complex =
        NpyTest.file("{'descr': '<c8', 'fortran_order': False, 'shape': (1,)}", new byte[8]);
    Path path = zip(entry("a.npy", ARRAY), entry("b.npy", complex));
    assertEquals(Shape.of(2), Npz.read(path, "a").shape());
    assertEquals("<c8", Npz.readHeaders(path).get("b").dtype());
    assertRefused(path, "array 'b': dtype '<c8'", () -> Npz.read(path, "b"));
    assertRefused(path, "array 'b': dtype '<c8'", () -> Npz.read(path));
    assertRefused(path, "there is no array 'c'", () -> Npz.read(path, "c"));
  }

  @Test
  void refusesArraysThatAreLongerOrShorterThanTheySay() throws Exception {
    for (int data : new int[] {0, 7, 9, 1000}) {
      byte[] array =
          NpyTest.file("{'descr': '<f4', 'fortran_order': False, 'shape': (2,)}", new byte[data]);
      Path path = zip(entry("a.npy", array));
      assertRefused(
          path, data < 8 ? "needs 8 bytes of data" : "follow the array", () -> Npz.read(path));
    }
  }

  @Test
  void refusesABombWhoseSizeTheArchiveConfirms() throws Exception {
    byte[] array =
        NpyTest.file(
            "{'descr': '<f8', 'fortran_order': False, 'shape': (2000000000,)}", new byte[8]);
    byte[] bytes = Files.readAllBytes(zip(entry("a.npy", array)));
    // The central directory claims all the 16 GB that its fields can: 4 GB less one byte.
    ByteBuffer zip = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    int central = zip.getInt(bytes.length - 6);
    zip.putInt(central + 24, 0xfffffffe);
    Path path = folder.resolve("bomb.npz");
    Files.write(path, bytes);
    assertRefused(path, "needs 16000000000 bytes", () -> Npz.read(path));
  }

  @Test
  void refusesAnArrayWithAWrongChecksum() throws Exception {
    Path path = folder.resolve("a.npz");
    Npz.write(path, Map.of("a", Tensor.arange(100)));
    byte[] bytes = Files.readAllBytes(path);
    bytes[300] ^= 1; // within the data
    Files.write(path, bytes);
    assertRefused(path, "array 'a': the data are damaged", () -> Npz.read(path));
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void refusesAFileCutAnywhere(boolean deflated) throws Exception {
    Path whole =
        deflated
            ? zip(entry("a.npy", ARRAY), entry("b.npy", ARRAY))
            : stored(Map.of("a", Tensor.arange(7)));
    Path cut = folder.resolve("cut.npz");
    TestFiles.truncations(
        Files.readAllBytes(whole),
        cut,
        length -> {
          assertRefused(cut, () -> Npz.read(cut));
          assertRefused(cut, () -> Npz.readHeaders(cut));
        });
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aDamagedFileGivesTheTensorsOrIsRefused(boolean deflated) throws Exception {
    Tensor tensor = Tensor.arange(7);
    ByteArrayOutputStream array = new ByteArrayOutputStream();
    Npy.write(array, tensor);
    Path whole = deflated ? zip(entry("a.npy", array.toByteArray())) : stored(Map.of("a", tensor));
    byte[] bytes = Files.readAllBytes(whole);
    Path path = folder.resolve("damaged.npz");
    Random random = new Random(11);
    int refused = 0;
    for (int at = 0; at < bytes.length; at++) {
      for (int i = 0; i < 8; i++) {
        byte[] damaged = bytes.clone();
        damaged[at] = (byte) random.nextInt();
        Files.write(path, damaged);
        String damage = "seed 11, byte " + at + " is " + damaged[at];
        boolean read =
            readsOrRefuses(
                path,
                damage,
                () -> {
                  // Names, times and padding may change; numbers may not.
                  Npz.read(path).values().forEach(t -> assertEquals(tensor, t));
                  return null;
                });
        refused += read ? 0 : 1;
      }
    }
    assertTrue(refused > bytes.length, refused + " of " + 8 * bytes.length + " were refused");
  }

  @Test
  void refusesAnEndRecordWithABillionEntries() throws Exception {
    Path whole = zip(entry("a.npy", ARRAY));
    byte[] bytes = Files.readAllBytes(whole);
    int end = bytes.length - 22;
    ByteBuffer old = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    int size = old.getInt(end + 12);
    int offset = old.getInt(end + 16);
    // APPNOTE.TXT, sections 4.3.14 to 4.3.16: zip64 end record, its locator, end record.
    ByteBuffer hostile =
        ByteBuffer.allocate(end + 56 + 20 + 22).order(ByteOrder.LITTLE_ENDIAN).put(bytes, 0, end);
    hostile.putInt(0x06064b50).putLong(44).putShort((short) 45).putShort((short) 45);
    hostile.putInt(0).putInt(0).putLong(1L << 30).putLong(1L << 30).putLong(size).putLong(offset);
    hostile.putInt(0x07064b50).putInt(0).putLong(end).putInt(1);
    hostile.putInt(0x06054b50).putInt(0).putInt(-1).putInt(-1).putInt(-1).putShort((short) 0);
    Path path = folder.resolve("hostile.npz");
    Files.write(path, hostile.array());
    assertRefused(path, () -> Npz.read(path));
  }

  // ---- helpers

  /** Writes a deflated archive. */
  @SafeVarargs
  private Path zip(Map.Entry<String, byte[]>... entries) throws IOException {
    Path path = Files.createTempFile(folder, "zip", ".npz");
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(path))) {
      for (Map.Entry<String, byte[]> entry : entries) {
        zip.putNextEntry(new ZipEntry(entry.getKey()));
        zip.write(entry.getValue());
      }
    }
    return path;
  }

  private Path stored(Map<String, Tensor> tensors) throws IOException {
    Path path = folder.resolve("whole.npz");
    Npz.write(path, tensors);
    return path;
  }
}
