package io.github.conv4j.io;

import static io.github.conv4j.io.TestFiles.assertRefused;
import static io.github.conv4j.io.TestFiles.bits;
import static io.github.conv4j.io.TestFiles.random;
import static io.github.conv4j.io.TestFiles.readsOrRefuses;
import static io.github.conv4j.io.TestFiles.resource;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import io.github.conv4j.DType;
import io.github.conv4j.Shape;
import io.github.conv4j.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SafetensorsTest {
  private static final JsonObject EXPECTED = TestFiles.json("checkpoints/expected.json");

  @TempDir Path folder;

  // ---- what Python wrote

  /** Checks tensors and headers against what PyTorch says. */
  static void assertMatches(
      JsonObject expected, Map<String, TensorHeader> headers, Map<String, Tensor> tensors) {
    assertEquals(expected.keySet(), headers.keySet());
    assertEquals(List.copyOf(headers.keySet()), List.copyOf(tensors.keySet()));
    for (String name : expected.keySet()) {
      JsonObject tensor = expected.getAsJsonObject(name);
      assertEquals(tensor.get("dtype").getAsString(), headers.get(name).dtype(), name);
      String shape = tensor.get("shape").toString();
      assertEquals(shape, headers.get(name).shape().toString().replace(" ", ""), name);
      assertEquals(shape, tensors.get(name).shape().toString().replace(" ", ""), name);
      assertEquals(tensor.get("tensor").getAsString(), tensors.get(name).dtype().toString(), name);
      String data = tensor.get("data").getAsString();
      assertEquals(data, HexFormat.of().formatHex(bits(tensors.get(name))), name);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"types", "names", "metadata", "empty"})
  void readsWhatPythonWrote(String name) throws Exception {
    JsonObject expected = EXPECTED.getAsJsonObject("files").getAsJsonObject(name + ".safetensors");
    Path path = resource("checkpoints/" + name + ".safetensors");
    Map<String, TensorHeader> headers = Safetensors.readHeaders(path);
    assertMatches(expected, headers, Safetensors.read(path));
    for (String tensor : expected.keySet()) {
      assertEquals(headers.get(tensor).shape(), Safetensors.read(path, tensor).shape());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"names", "metadata", "empty"})
  void writesThePythonsBytes(String name) throws Exception {
    Path path = resource("checkpoints/" + name + ".safetensors");
    Path written = folder.resolve("written.safetensors");
    Safetensors.write(written, Safetensors.read(path), Safetensors.readMetadata(path));
    assertArrayEquals(Files.readAllBytes(path), Files.readAllBytes(written));
  }

  @Test
  void listsWhatItCannotRead() throws Exception {
    Path path = resource("checkpoints/strange.safetensors");
    Map<String, TensorHeader> headers = Safetensors.readHeaders(path);
    assertEquals("F8_E5M2", headers.get("f8").dtype());
    assertEquals(Shape.of(3), headers.get("f8").shape());
    assertEquals("C64", headers.get("c").dtype());
    assertEquals(Tensor.full(1, 2), Safetensors.read(path, "f"));
    assertRefused(path, "tensor 'f8': dtype F8_E5M2 cannot", () -> Safetensors.read(path, "f8"));
    assertRefused(path, "dtype C64 cannot be read", () -> Safetensors.read(path));
    assertRefused(path, "there is no tensor 'x'", () -> Safetensors.read(path, "x"));
  }

  @Test
  void readsMetadata() throws Exception {
    assertEquals(
        Map.of("format", "pt"),
        Safetensors.readMetadata(resource("checkpoints/metadata.safetensors")));
    assertEquals(Map.of(), Safetensors.readMetadata(resource("checkpoints/names.safetensors")));
  }

  // ---- round trips

  private static Map<String, Tensor> tensors() {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    tensors.put("z", random(1, DType.FLOAT32, 2, 3));
    tensors.put("a/b", random(2, DType.FLOAT64, 3, 40, 500));
    tensors.put("größe 世界", random(3, DType.FLOAT32, 0, 2));
    tensors.put("", random(4, DType.FLOAT64));
    tensors.put("y", random(5, DType.FLOAT32, 77777));
    return tensors;
  }

  @Test
  void roundTripKeepsNamesAndBits() throws Exception {
    Path path = folder.resolve("a.safetensors");
    Map<String, String> metadata = new LinkedHashMap<>();
    metadata.put("z", "größe\n\"");
    metadata.put("a", "");
    Safetensors.write(path, tensors(), metadata);
    Map<String, Tensor> back = Safetensors.read(path);
    assertEquals(List.of("", "a/b", "größe 世界", "y", "z"), sorted(back));
    assertEquals(metadata, Safetensors.readMetadata(path));
    tensors()
        .forEach(
            (name, tensor) -> {
              assertEquals(tensor.shape(), back.get(name).shape());
              assertArrayEquals(bits(tensor), bits(back.get(name)));
            });
  }

  private static List<String> sorted(Map<String, Tensor> tensors) {
    return tensors.keySet().stream().sorted().toList();
  }

  @Test
  void refusesToWriteWhatTheFormatCannotHold() {
    Path path = folder.resolve("a.safetensors");
    Tensor one = Tensor.zeros(1);
    for (String name : List.of("__metadata__", "half \ud800")) {
      assertThrows(
          IllegalArgumentException.class, () -> Safetensors.write(path, Map.of(name, one)));
    }
    Map<String, String> metadata = Map.of("a", "x".repeat(100_000_001));
    assertThrows(
        IllegalArgumentException.class, () -> Safetensors.write(path, Map.of("x", one), metadata));
    assertEquals(0, folder.toFile().list().length);
  }

  // ---- damage

  private Path file(String header, int data) throws IOException {
    return file(header.getBytes(StandardCharsets.UTF_8), data);
  }

  private Path file(byte[] header, int data) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(8 + header.length + data).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putLong(header.length).put(header);
    return Files.write(folder.resolve("x.safetensors"), bytes.array());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          []                                                               | 0 | does not begin with a brace
          {                                                                | 0 | not the JSON of a safetensors file
          {}x                                                              | 0 | not the JSON of a safetensors file
          {}{}                                                             | 0 | not the JSON of a safetensors file
          {'a':1}                                                          | 0 | not the JSON of a safetensors file
          {"a":1}                                                          | 0 | not the JSON of a safetensors file
          {"a":[]}                                                         | 0 | not the JSON of a safetensors file
          {"a":{}}                                                         | 0 | tensor 'a': not all of the keys
          {"a":{"dtype":"F32","shape":[1]}}                                | 4 | not all of the keys
          {"a":{"dtype":"F32","dtype":"F32","shape":[1],"data_offsets":[0,4]}} | 4 | unknown or repeated key 'dtype'
          {"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"x":1}}     | 4 | unknown or repeated key 'x'
          {"a":{"dtype":"F33","shape":[1],"data_offsets":[0,4]}}           | 4 | dtype 'F33' is not known
          {"a":{"dtype":null,"shape":[1],"data_offsets":[0,4]}}            | 4 | dtype is not a text
          {"a":{"dtype":"F32","shape":4,"data_offsets":[0,4]}}             | 4 | shape is not a list
          {"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}          | 4 | shape is not a list of whole numbers
          {"a":{"dtype":"F32","shape":[1.0],"data_offsets":[0,4]}}         | 4 | shape is not a list of whole numbers
          {"a":{"dtype":"F32","shape":["1"],"data_offsets":[0,4]}}         | 4 | shape is not a list of whole numbers
          {"a":{"dtype":"F32","shape":[1e0],"data_offsets":[0,4]}}         | 4 | shape is not a list of whole numbers
          {"a":{"dtype":"F32","shape":[01],"data_offsets":[0,4]}}          | 4 | header
          {"a":{"dtype":"F32","shape":[99999999999999999999],"data_offsets":[0,4]}} | 4 | of at most 63 bits
          {"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]}} | 0 | a number of elements over
          {"a":{"dtype":"F32","shape":[65536,65536],"data_offsets":[0,0]}} | 0 | a number of elements over
          {"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}           | 4 | F32 of shape [2] needs 8 bytes of data, but data_offsets give it 4
          {"a":{"dtype":"F32","shape":[1],"data_offsets":[0,8]}}           | 8 | needs 4 bytes of data, but data_offsets give it 8
          {"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}           | 4 | must be a begin and an end, but are [4, 0]
          {"a":{"dtype":"F32","shape":[1],"data_offsets":[0]}}             | 4 | must be a begin and an end
          {"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4,8]}}         | 4 | must be a begin and an end
          {"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}           | 3 | take 4 bytes of data, but the file has 3
          {"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}           | 5 | take 4 bytes of data, but the file has 5
          {"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}           | 8 | begins at byte 4 of the data, but the tensor before it ends at 0
          {"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}} | 4 | begins at byte 0
          {"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}} | 8 | tensor 'b': it begins at byte 4
          {"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[8,12]}} | 12 | begins at byte 8
          {"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}} | 8 | there are two tensors 'a'
          {"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"\\u0061":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}} | 8 | there are two tensors 'a'
          {"a":{"dtype":"F4","shape":[3],"data_offsets":[0,1]}}            | 1 | its 12 bits do not fill whole bytes
          {"__metadata__":{"a":1}}                                         | 0 | __metadata__ is not a text
          {"__metadata__":{"a":"1","a":"2"}}                               | 0 | has the key 'a' twice
          {"__metadata__":{},"__metadata__":{}}                            | 0 | two entries __metadata__
          {"__metadata__":[]}                                              | 0 | not the JSON of a safetensors file
          {"a":NaN}                                                        | 0 | not the JSON of a safetensors file
          {"a\u0001":{}}                                                   | 0 | header
          """)
  void refusesWhatTheFormatForbids(String header, int data, String fragment) throws Exception {
    Path path = file(header, data);
    assertRefused(path, fragment, () -> Safetensors.readHeaders(path));
    assertRefused(path, fragment, () -> Safetensors.read(path));
  }

  @Test
  void refusesTextThatIsNotUtf8() throws Exception {
    byte[] header = "{\"__metadata__\":{\"a\":\"\u00e9\"}}".getBytes(StandardCharsets.ISO_8859_1);
    Path path = file(header, 0);
    assertRefused(path, "not the JSON of a safetensors file", () -> Safetensors.read(path));
  }

  @Test
  void refusesDeepNesting() throws Exception {
    Path path = file("{\"a\":" + "[".repeat(1_000_000), 0);
    assertRefused(path, "not the JSON", () -> Safetensors.read(path));
    String dimensions = "1" + ",1".repeat(100_000);
    Path many =
        file("{\"a\":{\"dtype\":\"U8\",\"shape\":[" + dimensions + "],\"data_offsets\":[0,1]}}", 1);
    assertRefused(many, "100001 dimensions, more than the 64", () -> Safetensors.read(many));
  }

  @ParameterizedTest
  @ValueSource(longs = {100_000_001, -1, Long.MAX_VALUE, Long.MIN_VALUE})
  void refusesAHugeHeader(long length) throws Exception {
    ByteBuffer bytes = ByteBuffer.allocate(100).order(ByteOrder.LITTLE_ENDIAN).putLong(length);
    Path path = Files.write(folder.resolve("x.safetensors"), bytes.array());
    assertRefused(path, "at most 100000000 are allowed", () -> Safetensors.read(path));
  }

  @Test
  void refusesAHeaderThatTheFileDoesNotHave() throws Exception {
    ByteBuffer bytes = ByteBuffer.allocate(100).order(ByteOrder.LITTLE_ENDIAN).putLong(93);
    Path path = Files.write(folder.resolve("x.safetensors"), bytes.array());
    assertRefused(path, "needs 93 bytes, but there are only 92", () -> Safetensors.read(path));
  }

  @Test
  void aPaddedHeaderIsFine() throws Exception {
    String header = "{ \"a\" : {\"shape\":[1], \"data_offsets\":[0,4],\n\"dtype\":\"F32\"} }   ";
    assertEquals(Map.of("a", Tensor.zeros(1)), Safetensors.read(file(header, 4)));
  }

  @Test
  void refusesFoldersAndMissingFiles() {
    assertRefused(folder, "this is a folder", () -> Safetensors.read(folder));
    Path missing = folder.resolve("nix");
    assertRefused(missing, "no such file or folder", () -> Safetensors.readHeaders(missing));
  }

  @Test
  void refusesAFileCutAnywhere() throws Exception {
    Path whole = folder.resolve("whole.safetensors");
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    tensors.put("a", Tensor.arange(7));
    tensors.put("b", Tensor.zeros(Shape.of(3), DType.FLOAT64));
    Safetensors.write(whole, tensors, Map.of("format", "pt"));
    Path cut = folder.resolve("cut.safetensors");
    TestFiles.truncations(
        Files.readAllBytes(whole),
        cut,
        length -> {
          assertRefused(cut, () -> Safetensors.read(cut));
          assertRefused(cut, () -> Safetensors.readHeaders(cut));
        });
  }

  @Test
  void aDamagedFileGivesTensorsOrIsRefused() throws Exception {
    byte[] bytes = Files.readAllBytes(resource("checkpoints/metadata.safetensors"));
    int data = 8 + (int) ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong();
    Path path = folder.resolve("damaged.safetensors");
    Random random = new Random(12);
    int refused = 0;
    for (int at = 0; at < data; at++) {
      for (int i = 0; i < 6; i++) {
        byte[] damaged = bytes.clone();
        damaged[at] = (byte) random.nextInt();
        Files.write(path, damaged);
        String damage = "seed 12, byte " + at + " is " + damaged[at];
        refused += readsOrRefuses(path, damage, () -> Safetensors.read(path)) ? 0 : 1;
      }
    }
    assertTrue(refused > data, refused + " of " + 6 * data + " were refused");
  }

  @Test
  void manyTensorsAreRead() throws Exception {
    StringBuilder header = new StringBuilder();
    int count = 20_000;
    for (int i = 0; i < count; i++) {
      header.append(i == 0 ? "{" : ",").append('"').append(i);
      header.append("\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[");
      header.append(i).append(',').append(i + 1).append("]}");
    }
    Path path = file(header.append('}').toString(), count);
    assertEquals(count, Safetensors.read(path).size());
  }
}
