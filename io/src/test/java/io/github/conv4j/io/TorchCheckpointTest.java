package io.github.conv4j.io;

import static io.github.conv4j.io.TestFiles.assertRefused;
import static io.github.conv4j.io.TestFiles.readsOrRefuses;
import static io.github.conv4j.io.TestFiles.resource;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import io.github.conv4j.Shape;
import io.github.conv4j.Tensor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import net.razorvine.pickle.Unpickler;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class TorchCheckpointTest {
  private static final JsonObject EXPECTED = TestFiles.json("checkpoints/expected.json");

  @TempDir Path folder;

  // ---- what PyTorch wrote

  static Stream<String> files() {
    return EXPECTED.getAsJsonObject("files").keySet().stream().filter(f -> f.endsWith(".pt"));
  }

  private static Path file(String name) {
    return resource("checkpoints/" + name);
  }

  @ParameterizedTest
  @MethodSource("files")
  void readsWhatPyTorchWrote(String name) throws Exception {
    JsonObject expected = EXPECTED.getAsJsonObject("files").getAsJsonObject(name);
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    try (TensorFile file = TorchCheckpoint.open(file(name))) {
      for (String tensor : file.headers().keySet()) {
        tensors.put(tensor, file.read(tensor));
      }
      assertRefused(file(name), "there is no tensor 'nix'", () -> file.read("nix"));
    }
    SafetensorsTest.assertMatches(expected, TorchCheckpoint.readHeaders(file(name)), tensors);
  }

  @Test
  void hasCheckpointsOfBothFormats() {
    assertEquals(9, files().filter(name -> name.endsWith("_old.pt")).count());
    assertEquals(14, files().filter(name -> !name.endsWith("_old.pt")).count());
  }

  @ParameterizedTest
  @ValueSource(strings = {"types", "types_old", "views", "views_old", "empty", "empty_old"})
  void aStateDictAtTheTop(String name) throws Exception {
    JsonObject expected = EXPECTED.getAsJsonObject("files").getAsJsonObject(name + ".pt");
    Map<String, Tensor> tensors = TorchCheckpoint.stateDict(file(name + ".pt"));
    assertEquals(List.copyOf(expected.keySet()), List.copyOf(tensors.keySet()));
    SafetensorsTest.assertMatches(
        expected, TorchCheckpoint.readHeaders(file(name + ".pt")), tensors);
  }

  @ParameterizedTest
  @ValueSource(strings = {"training", "training_old", "protocol_3", "protocol_5"})
  void aWholeTrainingCheckpoint(String name) throws Exception {
    Path path = file(name + ".pt");
    JsonObject expected = EXPECTED.getAsJsonObject("stateDict");
    for (Map<String, Tensor> tensors :
        List.of(TorchCheckpoint.stateDict(path), TorchCheckpoint.stateDict(path, "state_dict"))) {
      try (TensorFile file = TorchCheckpoint.openStateDict(path)) {
        SafetensorsTest.assertMatches(expected, file.headers(), tensors);
      }
    }
    assertRefused(
        path,
        "there is no key 'nix', only 'epoch', 'state_dict', 'optimizer', 'best'",
        () -> TorchCheckpoint.stateDict(path, "nix"));
    assertRefused(
        path,
        "there is no dictionary of tensors under 'best'",
        () -> TorchCheckpoint.stateDict(path, "best"));
    assertRefused(
        path,
        "under 'optimizer' is no state dict: its entry 'state'",
        () -> TorchCheckpoint.stateDict(path, "optimizer"));
    Map<String, Tensor> step = TorchCheckpoint.stateDict(path, "optimizer/state/0");
    assertEquals(List.of("step", "exp_avg", "exp_avg_sq"), List.copyOf(step.keySet()));
    assertEquals(Tensor.scalar(1), step.get("step"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"training", "training_old", "protocol_3", "protocol_4", "protocol_5"})
  @SuppressWarnings("unchecked")
  void theWholeTree(String name) throws Exception {
    Map<Object, Object> tree = (Map<Object, Object>) TorchCheckpoint.read(file(name + ".pt"));
    assertEquals(3L, tree.get("epoch"));
    assertEquals(0.5, tree.get("best"));
    assertEquals("seven", tree.get(7L));
    Map<Object, Object> config = (Map<Object, Object>) tree.get("config");
    assertEquals(List.of(1L, List.of(2L, 3L)), config.get("sizes"));
    assertEquals("größe 世界 🙂", config.get("name"));
    assertTrue(config.containsKey("none") && config.get("none") == null);
    assertEquals(List.of(true), config.get("flags"));
    assertEquals(BigInteger.ONE.shiftLeft(64), config.get("seed"));
    assertEquals(-(1L << 40), config.get("minus"));
    assertEquals(Map.of(30L, 1L, 60L, 2L), config.get("milestones"));
    assertEquals(List.of(2L, 3L), config.get("shape"));
    assertEquals("torch.float16", config.get("dtype"));
    assertEquals(List.of(1.5, Tensor.scalar(0.25)), tree.get("losses"));
  }

  @Test
  @SuppressWarnings("unchecked")
  void aTensorInTwoPlacesIsOne() throws Exception {
    Map<Object, Object> tree = (Map<Object, Object>) TorchCheckpoint.read(file("views.pt"));
    assertSame(tree.get("base"), tree.get("same"));
    assertEquals(tree.get("base"), tree.get("detached"));
    Map<String, Tensor> dict = TorchCheckpoint.stateDict(file("views.pt"));
    Tensor base = dict.get("base");
    for (String name : dict.keySet()) {
      assertFalse(!name.equals("base") && base.sharesStorage(dict.get(name)), name);
    }
  }

  @Test
  void aSingleTensorHasNoStateDict() {
    Path path = file("tensor.pt");
    assertRefused(path, "no dictionary of tensors at the top", () -> stateDict(path));
  }

  private static Map<String, Tensor> stateDict(Path path) throws IOException {
    return TorchCheckpoint.stateDict(path);
  }

  // ---- what is refused

  static Stream<String> refused() {
    return EXPECTED.getAsJsonObject("refused").keySet().stream();
  }

  @ParameterizedTest
  @MethodSource("refused")
  void refusesByName(String name) {
    String fragment = EXPECTED.getAsJsonObject("refused").get(name).getAsString();
    assertRefused(file(name), fragment, () -> TorchCheckpoint.read(file(name)));
    assertRefused(file(name), fragment, () -> TorchCheckpoint.stateDict(file(name)));
    assertRefused(file(name), fragment, () -> TorchCheckpoint.readHeaders(file(name)));
  }

  @Test
  void saysWhatToDoAboutAModule() {
    Path path = file("refused_module.pt");
    assertRefused(path, "torch.save(model.state_dict(), path)", () -> stateDict(path));
  }

  @Test
  void refusesWhatIsNoCheckpoint() throws Exception {
    Path path = folder.resolve("x.pt");
    Files.write(path, new byte[0]);
    assertRefused(path, "the file is empty", () -> stateDict(path));
    Files.writeString(path, "hello");
    assertRefused(path, "neither a zip archive nor a pickle", () -> stateDict(path));
    Files.write(path, new byte[] {(byte) 0x80, 2, 'N', '.'});
    assertRefused(path, "a pickle, but none of torch.save", () -> stateDict(path));
    assertRefused(folder, "this is a folder", () -> stateDict(folder));
    Path missing = folder.resolve("nix.pt");
    assertRefused(missing, "no such file or folder", () -> stateDict(missing));
    Npz.write(path, Map.of("a", Tensor.zeros(1)));
    assertRefused(path, "it has no data.pkl", () -> stateDict(path));
  }

  // ---- pickles made by hand

  /** Writes pickles an instruction at a time. */
  private static final class Pickle {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    Pickle() {
      bytes(0x80, 2);
    }

    Pickle bytes(int... bytes) {
      for (int b : bytes) {
        out.write(b);
      }
      return this;
    }

    Pickle op(String ops) {
      out.writeBytes(ops.getBytes(StandardCharsets.ISO_8859_1));
      return this;
    }

    Pickle text(String text) {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      return op("X").number(bytes.length).raw(bytes);
    }

    Pickle raw(byte[] bytes) {
      out.writeBytes(bytes);
      return this;
    }

    Pickle number(int value) {
      return raw(ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(value).array());
    }

    Pickle integer(long value) {
      byte[] bytes = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(value).array();
      return bytes(0x8a, 8).raw(bytes);
    }

    Pickle tuple(long... values) {
      op("(");
      for (long value : values) {
        integer(value);
      }
      return op("t");
    }

    Pickle storage(String type, String key, long count) {
      op("(").text("storage").op("ctorch\n" + type + "\n").text(key).text("cpu");
      return integer(count).op("tQ");
    }

    Pickle tensor(String key, long count, long offset, long[] sizes, long[] strides) {
      op("ctorch._utils\n_rebuild_tensor_v2\n(").storage("FloatStorage", key, count);
      integer(offset).tuple(sizes).tuple(strides);
      return bytes(0x89).op("ccollections\nOrderedDict\n)RtR");
    }

    byte[] end() {
      return op(".").out.toByteArray();
    }
  }

  private static long[] longs(long... values) {
    return values;
  }

  /** Writes an archive as torch.save does, but for what the arguments say. */
  private Path archive(byte[] pickle, Map<String, byte[]> more) throws IOException {
    Path path = folder.resolve("hand.pt");
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(path))) {
      zip.setMethod(ZipOutputStream.STORED);
      put(zip, "hand/data.pkl", pickle);
      for (Map.Entry<String, byte[]> entry : more.entrySet()) {
        put(zip, "hand/" + entry.getKey(), entry.getValue());
      }
    }
    return path;
  }

  private static void put(ZipOutputStream zip, String name, byte[] bytes) throws IOException {
    ZipEntry entry = new ZipEntry(name);
    CRC32 checksum = new CRC32();
    checksum.update(bytes);
    entry.setCrc(checksum.getValue());
    entry.setSize(bytes.length);
    zip.putNextEntry(entry);
    zip.write(bytes);
  }

  private Path archive(byte[] pickle) throws IOException {
    return archive(pickle, Map.of("data/0", new byte[24]));
  }

  private void assertPickleRefused(String fragment, Pickle pickle) throws IOException {
    Path path = archive(pickle.end());
    assertTimeoutPreemptively(
        Duration.ofMinutes(2),
        () -> {
          assertRefused(path, fragment, () -> TorchCheckpoint.read(path));
          assertRefused(path, fragment, () -> TorchCheckpoint.open(path));
        });
  }

  @Test
  void aPickleMadeByHand() throws Exception {
    Pickle pickle = new Pickle().op("}").text("w");
    pickle.tensor("0", 6, 1, longs(2, 2), longs(3, 1)).op("s");
    byte[] data = new byte[24];
    for (int i = 0; i < 6; i++) {
      ByteBuffer.wrap(data).order(ByteOrder.LITTLE_ENDIAN).putFloat(4 * i, i);
    }
    Path path = archive(pickle.end(), Map.of("data/0", data));
    Tensor expected = Tensor.of(new float[] {1, 2, 4, 5}, 2, 2);
    assertEquals(Map.of("w", expected), TorchCheckpoint.stateDict(path));
  }

  @Test
  void anOrderedDictOfPython2() throws Exception {
    Pickle entries = new Pickle().op("ccollections\nOrderedDict\n]");
    entries.op("(](U\1b").tensor("0", 6, 0, longs(6), longs(1)).op("e");
    entries.op("](U\1a").tensor("0", 6, 5, longs(1), longs(1)).op("ee").bytes(0x85).op("R");
    Map<String, Tensor> dict = TorchCheckpoint.stateDict(archive(entries.end()));
    assertEquals(List.of("b", "a"), List.copyOf(dict.keySet()));
    assertEquals(Shape.of(6), dict.get("b").shape());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "os\nsystem",
        "posix\nsystem",
        "builtins\neval",
        "__builtin__\ngetattr",
        "java.lang\nRuntime",
        "decimal\nDecimal",
        "datetime\ndatetime",
        "builtins\nbytearray",
        "builtins\nKeyboardInterrupt",
        "exceptions\nStandardError",
        "array\narray",
        "operator\nattrgetter",
        "copy_reg\n_reconstructor",
        "builtins\ncomplex",
        "torch\nload",
        "torch\ncomplex64",
        "torch.jit\nload",
        "torch._utils\n_rebuild_qtensor",
      })
  void refusesEveryOtherClass(String name) throws Exception {
    String shown = "it asks for '" + name.replace('\n', '.') + "'";
    Pickle call = new Pickle().op("c" + name + "\n").text("x").bytes(0x85).op("R");
    assertPickleRefused(shown, call);
    String[] parts = name.split("\n", -1);
    assertPickleRefused(shown, new Pickle().text(parts[0]).text(parts[1]).bytes(0x93).op(")R"));
    // Other instructions that make objects.
    assertPickleRefused("instruction 0x69", new Pickle().op("(i" + name + "\n"));
    assertRefused(
        archive(new Pickle().op("(c" + name + "\no").end()),
        shown,
        () -> TorchCheckpoint.read(folder.resolve("hand.pt")));
  }

  @Test
  void isNotReachedByConstructorsThatOthersRegister() throws Exception {
    AtomicBoolean called = new AtomicBoolean();
    for (String module : List.of("collections", "os")) {
      Unpickler.registerConstructor(
          module,
          module.equals("os") ? "system" : "OrderedDict",
          args -> {
            called.set(true);
            return null;
          });
    }
    assertPickleRefused("it asks for 'os.system'", new Pickle().op("cos\nsystem\n)R"));
    assertPickleRefused("instruction 0x69", new Pickle().op("(ios\nsystem\n"));
    assertEquals(6, TorchCheckpoint.stateDict(file("model_old.pt")).size() - 3);
    assertFalse(called.get());
  }

  @ParameterizedTest
  @ValueSource(
      ints = {
        'P', 'i', 'o', 'I', 'L', 'F', 'S', 'V', 'd', 'l', '1', '2', 'p', 'g', 0x81, 0x82, 0x83,
        0x84, 0x8b, 0x8e, 0x92, 0x96, 0x97, 0x98, 0x00, 0xff
      })
  void refusesInstructionsThatTorchDoesNotWrite(int op) throws Exception {
    assertPickleRefused("an instruction 0x", new Pickle().op("N}(").bytes(op, 1, 1, 1, 1, 1, 1));
  }

  @Test
  void refusesInstructionsOutOfPlace() throws Exception {
    for (String ops :
        List.of(
            "0",
            "t",
            "a",
            "e",
            "s",
            "u",
            "R",
            "b",
            "Q",
            "}a",
            "]s",
            "(N",
            "NR",
            "N)R",
            "N(Nu",
            "}(Nu",
            "]N(e0000",
            "h\7",
            "j\1\1\1\1",
            "NNb",
            "}Nb",
            "(\205",
            "NQ",
            ")Q",
            "Uu",
            "K",
            "ctorch\nSize\n)R",
            "ctorch\nSize\nK\1\205R",
            "ccollections\nOrderedDict\nN\205R",
            "c__builtin__\nset\n)R",
            "(NNNNNtQ",
            "]}b")) {
      Path path = archive(new Pickle().op(ops).end());
      assertRefused(path, () -> TorchCheckpoint.read(path));
    }
    assertPickleRefused("neither a tensor nor a plain value", new Pickle().op("("));
    assertPickleRefused("neither a tensor nor", new Pickle().op("ctorch\nSize\n"));
    assertPickleRefused(
        "neither a tensor nor a plain value", new Pickle().storage("FloatStorage", "0", 6));
  }

  @Test
  void refusesTensorsThatDoNotLieWithinTheirStorage() throws Exception {
    String outside = "does not lie within its storage";
    for (long[][] view :
        new long[][][] {
          {{0}, {7}, {1}},
          {{1}, {6}, {1}},
          {{6}, {1}, {1}},
          {{-1}, {1}, {1}},
          {{5}, {2}, {-1}},
          {{0}, {2, 3}, {4, 1}},
          {{0}, {2}, {1, 1}},
          {{0}, {2}, {}},
          {{0}, {}, {1}},
          {{6}, {}, {}},
          {{0}, {2}, {Long.MAX_VALUE}},
          {{Long.MAX_VALUE}, {2}, {1}},
          {{1}, {3}, {Long.MAX_VALUE / 2}},
          {{0}, {2, 2}, {Long.MAX_VALUE, Long.MAX_VALUE}},
          {{Long.MIN_VALUE}, {1}, {1}}
        }) {
      assertPickleRefused(outside, new Pickle().tensor("0", 6, view[0][0], view[1], view[2]));
    }
    for (long[] sizes :
        new long[][] {
          {-1}, {Long.MAX_VALUE}, {1L << 32, 1L << 32}, {65536, 65536}, {Long.MIN_VALUE}
        }) {
      long[] strides = new long[sizes.length];
      assertPickleRefused(
          "or a number of elements over", new Pickle().tensor("0", 6, 0, sizes, strides));
    }
    long[] many = new long[65];
    Arrays.fill(many, 1);
    assertPickleRefused("65 dimensions", new Pickle().tensor("0", 6, 0, many, many));
    // Nothing is needed for nothing.
    Path empty = archive(new Pickle().tensor("0", 6, 99, longs(0, 5), longs(77, 77)).end());
    assertEquals(Tensor.zeros(0, 5), TorchCheckpoint.read(empty));
  }

  @Test
  void refusesStoragesThatDoNotFit() throws Exception {
    long[] one = {1};
    assertPickleRefused(
        "needs 20 bytes of data, but its entry has 24", new Pickle().tensor("0", 5, 0, one, one));
    assertPickleRefused(
        "needs 28 bytes of data, but its entry has 24", new Pickle().tensor("0", 7, 0, one, one));
    assertPickleRefused("there is no storage '1'", new Pickle().tensor("1", 6, 0, one, one));
    assertPickleRefused(
        "there is no storage '../data/0'", new Pickle().tensor("../data/0", 6, 0, one, one));
    assertPickleRefused("cannot have -1 elements", new Pickle().tensor("0", -1, 0, one, one));
    assertPickleRefused(
        "cannot have " + Long.MAX_VALUE, new Pickle().tensor("0", Long.MAX_VALUE, 0, one, one));
    assertPickleRefused(
        "in two ways of the storage '0'",
        new Pickle()
            .op("]")
            .tensor("0", 6, 0, one, one)
            .op("a")
            .tensor("0", 5, 0, one, one)
            .op("a"));
  }

  @Test
  void refusesATensorLargerThanTheHeap() throws Exception {
    // A file of a few bytes can expand one element to any size.
    long[] sizes = {1 << 20, 1 << 10};
    Path path = archive(new Pickle().tensor("0", 6, 0, sizes, longs(0, 0)).end());
    assertRefused(path, "needs 4294967296 bytes", () -> TorchCheckpoint.read(path));
    try (TensorFile file = TorchCheckpoint.open(path)) {
      assertRefused(path, "needs 4294967296 bytes", () -> file.read("tensor"));
    }
    Pickle many = new Pickle().op("](");
    for (int i = 0; i < 40; i++) {
      many.tensor("0", 6, 0, longs(1 << 12, 1 << 10), longs(0, 0));
    }
    Path all = archive(many.op("e").end());
    assertRefused(all, "all of its tensors needs 671088640 bytes", () -> TorchCheckpoint.read(all));
  }

  @Test
  void refusesKeysThatTakeLongToCompare() throws Exception {
    // Each list holds the one before twice: its hash code would take 2^100 steps.
    Pickle pickle = new Pickle().op("]q\0");
    for (int i = 0; i < 100; i++) {
      pickle.op("](").bytes('h', i, 'h', i).op("eq").bytes(i + 1);
    }
    byte[] lists = pickle.out.toByteArray();
    String refusal = "a key of a dictionary or set that is neither text nor number";
    assertPickleRefused(refusal, new Pickle().raw(lists).op("}h\144Ns"));
    assertPickleRefused(refusal, new Pickle().raw(lists).op("c__builtin__\nset\n](h\144e\205R"));
    assertPickleRefused(
        "repeats its values until they are",
        new Pickle().op("(").raw(Arrays.copyOf(lists, 5 + 40 * 9)).op("t"));
    assertPickleRefused("twice", new Pickle().op("}(K\1NK\1Nu"));
    assertPickleRefused("'1' into a dictionary twice", new Pickle().op("}(K\1N\212\1\1Nu"));
  }

  @Test
  void refusesWhatHoldsItselfAndWhatIsDeep() throws Exception {
    assertPickleRefused("holds itself", new Pickle().op("]q\0h\0a"));
    assertPickleRefused("holds itself", new Pickle().op("}q\0U\1ah\0s"));
    assertPickleRefused("more than 100 deep", new Pickle().op("]".repeat(101) + "a".repeat(100)));
    assertPickleRefused("more than 100 deep", new Pickle().op("N" + "\205".repeat(1_000_000)));
    // Found again lower down, where it is too deep.
    String seventy = "]".repeat(70) + "a".repeat(69);
    assertPickleRefused(
        "more than 100 deep",
        new Pickle().op("](" + seventy + "q\0" + "]".repeat(40) + "h\0" + "a".repeat(40) + "e"));
    Path path = archive(new Pickle().op("]".repeat(100) + "a".repeat(99)).end());
    assertTrue(TorchCheckpoint.read(path) instanceof List);
  }

  @Test
  void refusesLengthsThatTheFileDoesNotHave() throws Exception {
    String end = "the file ends within its pickle";
    for (String op :
        List.of(
            "X\377\377\377\177",
            "X\377\377\377\377",
            "T\377\377\377\177",
            "\215\0\0\0\0\1\0\0\0",
            "\215\377\377\377\377\377\377\377\377",
            "\214\377",
            "U\377",
            "\212\377",
            "ctorch")) {
      assertPickleRefused(end, new Pickle().op(op));
    }
    assertPickleRefused("a class name without an end", new Pickle().op("c" + "x".repeat(5000)));
    assertPickleRefused("not UTF-8", new Pickle().op("U\1aX\1\0\0\0\377"));
  }

  @Test
  void refusesAPickleThatNeedsTheWholeHeap() throws Exception {
    byte[] many = new byte[6_000_000];
    Arrays.fill(many, (byte) '}');
    assertPickleRefused("needs more than an eighth of the heap", new Pickle().raw(many));
    // As many lists as there are one after the other, each with one element more.
    assertPickleRefused(
        "needs more than an eighth of the heap", new Pickle().op("]" + "(Ne".repeat(2_000_000)));
  }

  @Test
  void aLongListIsReadInNoTime() throws Exception {
    Path path = archive(new Pickle().op("]" + "(Ne".repeat(300_000)).end());
    assertTimeoutPreemptively(
        Duration.ofMinutes(2),
        () -> assertEquals(300_000, ((List<?>) TorchCheckpoint.read(path)).size()));
  }

  // ---- archives made by hand

  @Test
  void refusesArchivesThatPyTorchDoesNotWrite() throws Exception {
    byte[] pickle = new Pickle().tensor("0", 6, 0, longs(6), longs(1)).end();
    byte[] data = new byte[24];
    Path path = archive(pickle, Map.of("data/0", data, "byteorder", new byte[] {'x'}));
    assertRefused(path, "its byteorder is 'x'", () -> TorchCheckpoint.read(path));
    archive(pickle, Map.of("data/0", data, "byteorder", new byte[100]));
    assertRefused(path, "byteorder has 100 bytes, more than", () -> TorchCheckpoint.read(path));
    archive(Arrays.copyOf(pickle, pickle.length + 1), Map.of("data/0", data));
    assertRefused(path, "1 bytes follow the pickle", () -> TorchCheckpoint.read(path));
    byte[] bytes = Files.readAllBytes(archive(pickle, Map.of("data/0", data)));
    // The storage under the pickle's name.
    byte[] twice =
        new String(bytes, StandardCharsets.ISO_8859_1)
            .replace("hand/data/0", "hand/data.p")
            .replace("hand/data.pkl", "hand/data.p" + "kl")
            .getBytes(StandardCharsets.ISO_8859_1);
    Files.write(path, twice);
    assertRefused(path, "there is no storage '0'", () -> TorchCheckpoint.read(path));
  }

  @Test
  void refusesEntriesThatOverlap() throws Exception {
    // Two entries of the archive's list are one and the same piece of the file.
    byte[] pickle =
        new Pickle()
            .op("](")
            .tensor("0", 2500, 0, longs(2500), longs(1))
            .tensor("1", 2500, 0, longs(2500), longs(1))
            .op("e")
            .end();
    Map<String, byte[]> data = new LinkedHashMap<>();
    data.put("data/0", new byte[10_000]);
    data.put("data/1", new byte[10_000]);
    byte[] bytes = Files.readAllBytes(archive(pickle, data));
    ByteBuffer zip = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    int central = zip.getInt(bytes.length - 6);
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    int first = text.indexOf("hand/data/0", central) - 46;
    int second = text.indexOf("hand/data/1", central) - 46;
    int from = zip.getInt(second + 42);
    // Leaves out the second storage, and lets its entry point to the first.
    ByteBuffer hostile =
        ByteBuffer.allocate(bytes.length - (central - from)).order(ByteOrder.LITTLE_ENDIAN);
    zip.putInt(second + 42, zip.getInt(first + 42));
    hostile.put(bytes, 0, from).put(bytes, central, bytes.length - central);
    hostile.putInt(hostile.capacity() - 6, from);
    Path path = Files.write(folder.resolve("overlap.pt"), hostile.array());
    assertRefused(path, "its entries overlap", () -> TorchCheckpoint.read(path));
  }

  @Test
  void refusesABomb() throws Exception {
    // 400 MB of zeros in 400 KB, for one number.
    Path path = folder.resolve("bomb.pt");
    byte[] pickle = new Pickle().tensor("0", 1, 0, longs(1), longs(1)).end();
    byte[] zeros = new byte[1 << 20];
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(path))) {
      zip.putNextEntry(new ZipEntry("b/data.pkl"));
      zip.write(pickle);
      zip.putNextEntry(new ZipEntry("b/data/0"));
      for (int i = 0; i < 400; i++) {
        zip.write(zeros);
      }
    }
    assertRefused(path, "but its entry has 419430400", () -> TorchCheckpoint.read(path));
    // The archive's list can lie.
    byte[] bytes = Files.readAllBytes(path);
    ByteBuffer zip = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    int central = zip.getInt(bytes.length - 6);
    int entry = new String(bytes, StandardCharsets.ISO_8859_1).indexOf("b/data/0", central) - 46;
    zip.putInt(entry + 24, 4);
    Files.write(path, bytes);
    assertRefused(path, () -> TorchCheckpoint.read(path));
  }

  @Test
  void refusesACompressedStorageTooLargeToKeep() throws Exception {
    Path path = folder.resolve("bomb.pt");
    int count = 40 << 20;
    Pickle pickle = new Pickle().op("](");
    for (int i = 0; i < 1000; i++) {
      pickle.tensor("0", count, i, longs(1), longs(1));
    }
    byte[] zeros = new byte[1 << 20];
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(path))) {
      zip.putNextEntry(new ZipEntry("b/data.pkl"));
      zip.write(pickle.op("e").end());
      zip.putNextEntry(new ZipEntry("b/data/0"));
      for (int i = 0; i < count / zeros.length * 4; i++) {
        zip.write(zeros);
      }
    }
    assertRefused(path, "too large to be kept", () -> TorchCheckpoint.read(path));
  }

  // ---- damage

  @ParameterizedTest
  @ValueSource(
      strings = {
        "model.pt",
        "model_old.pt",
        "list.pt",
        "list_old.pt",
        "deflated.pt",
        "protocol_4_old.pt",
        "no_checksums.pt"
      })
  void refusesAFileCutAnywhere(String name) throws Exception {
    Path cut = folder.resolve("cut.pt");
    TestFiles.truncations(
        Files.readAllBytes(file(name)),
        cut,
        length -> {
          assertRefused(cut, () -> TorchCheckpoint.read(cut));
          assertRefused(cut, () -> TorchCheckpoint.open(cut));
        });
  }

  @Test
  void anArchiveDamagedSomewhereGivesTheSameTensorsOrIsRefused() throws Exception {
    for (String name : List.of("model.pt", "deflated.pt")) {
      Map<String, Tensor> tensors = TorchCheckpoint.stateDict(file(name));
      assertDamage(name, 13, read -> assertTrue(tensors.values().containsAll(read.values())));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"model_old.pt", "training_old.pt", "no_checksums.pt", "views_old.pt"})
  void aDamagedFileIsReadOrRefused(String name) throws Exception {
    // Without checksums, nobody can know.
    assertDamage(name, 14, read -> {});
  }

  private interface Check {
    void of(Map<String, Tensor> tensors);
  }

  private void assertDamage(String name, int seed, Check check) throws IOException {
    byte[] bytes = Files.readAllBytes(file(name));
    Path path = folder.resolve("damaged.pt");
    Random random = new Random(seed);
    int refused = 0;
    for (int at = 0; at < bytes.length; at++) {
      byte[] damaged = bytes.clone();
      damaged[at] = (byte) (bytes[at] ^ (1 + random.nextInt(255)));
      Files.write(path, damaged);
      String damage = name + ", seed " + seed + ", byte " + at + " is " + damaged[at];
      boolean read =
          readsOrRefuses(
              path,
              damage,
              () -> {
                try (TensorFile file = TorchCheckpoint.open(path)) {
                  check.of(file.readAll());
                }
                return null;
              });
      refused += read ? 0 : 1;
    }
    assertTrue(refused > bytes.length / 8, refused + " of " + bytes.length + " were refused");
  }

  @Test
  void randomPicklesAreReadOrRefused() throws Exception {
    // Instructions that exist, in any order, so that they get further than random bytes do.
    byte[] ops =
        "(.0NQRXTU]}abceshjqrtuGJKM)\200\205\206\207\210\211\212\214\215\223\224\225"
            .getBytes(StandardCharsets.ISO_8859_1);
    Random random = new Random(15);
    for (int round = 0; round < 2000; round++) {
      Pickle pickle = new Pickle().op("(]q\0}q\1N");
      for (int i = random.nextInt(40); i > 0; i--) {
        pickle.bytes(ops[random.nextInt(ops.length)]);
        if (random.nextInt(3) == 0) {
          pickle.bytes(random.nextInt(3));
        }
      }
      Path path = archive(pickle.op("t").end());
      readsOrRefuses(path, "seed 15, round " + round, () -> TorchCheckpoint.read(path));
    }
  }

  // ---- the old format

  @Test
  void refusesOldFilesWhoseStoragesDoNotFit() throws Exception {
    byte[] bytes = Files.readAllBytes(file("list_old.pt"));
    Path path = folder.resolve("x.pt");
    Files.write(path, Arrays.copyOf(bytes, bytes.length + 1));
    assertRefused(path, "1 bytes follow the last storage", () -> TorchCheckpoint.read(path));
    byte[] size = bytes.clone();
    size[bytes.length - 12]++; // of the last storage, which has one element
    Files.write(path, size);
    assertRefused(path, "does not fit its pickle", () -> TorchCheckpoint.read(path));
    byte[] magic = bytes.clone();
    magic[5] ^= 1;
    Files.write(path, magic);
    assertRefused(path, "a pickle, but none of torch.save", () -> TorchCheckpoint.read(path));
    byte[] version = bytes.clone();
    version[18] ^= 1;
    Files.write(path, version);
    assertRefused(path, "another version", () -> TorchCheckpoint.read(path));
  }
}
