package io.github.conv4j.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.Strictness;
import io.github.conv4j.Tensor;
import io.github.conv4j.io.Npy;
import io.github.conv4j.io.Npz;
import io.github.conv4j.io.Pictures;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class InspectCommandTest {
  @TempDir private Path folder;

  private Path array(String name, Tensor tensor) throws IOException {
    Path file = folder.resolve(name);
    Npy.write(file, tensor);
    return file;
  }

  /** Writes an array of 64-bit integers or whatever else has 8 bytes. */
  private Path longs(String name, String dtype, long... elements) throws IOException {
    String header =
        "{'descr': '" + dtype + "', 'fortran_order': False, 'shape': (" + elements.length + ",), }";
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.write(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, 118, 0});
    bytes.write(
        (header + " ".repeat(117 - header.length()) + "\n").getBytes(StandardCharsets.US_ASCII));
    ByteBuffer data = ByteBuffer.allocate(8 * elements.length).order(ByteOrder.LITTLE_ENDIAN);
    data.asLongBuffer().put(elements);
    bytes.write(data.array());
    return Files.write(folder.resolve(name), bytes.toByteArray());
  }

  private static JsonArray json(Object... files) {
    Object[] args = new Object[files.length + 2];
    args[0] = "inspect";
    args[1] = "--json";
    System.arraycopy(files, 0, args, 2, files.length);
    return new GsonBuilder()
        .setStrictness(Strictness.STRICT)
        .create()
        .fromJson(CommandLineRun.of(args).out(), JsonObject.class)
        .getAsJsonArray("files");
  }

  @Test
  void anArray() throws IOException {
    Path file = array("x.npy", Tensor.of(new double[] {-1.5, 2, 4}, 3));
    assertEquals(
        file + "\n  array  float64  [3]  min -1.50000  max 4  mean 1.50000\n",
        CommandLineRun.of("inspect", file).done());
  }

  @Test
  void theDtypeIsTheFiles() throws IOException {
    Path file = longs("long.npy", "<i8", 1, 2, 6);
    assertEquals(
        file + "\n  array  int64  [3]  min 1  max 6  mean 3\n",
        CommandLineRun.of("inspect", file).done());
  }

  @Test
  void anArchive() throws IOException {
    Path file = folder.resolve("case.npz");
    Map<String, Tensor> arrays = new LinkedHashMap<>();
    arrays.put("weight", Tensor.full(1, 2, 3, 4, 5));
    arrays.put("b", Tensor.zeros(0));
    Npz.write(file, arrays);
    assertEquals(
        file
            + "\n  weight  float32  [2, 3, 4, 5]  min 1  max 1  mean 1"
            + "\n  b       float32  [0]           no numbers\n",
        CommandLineRun.of("inspect", file).done());
  }

  @Test
  void aCheckpoint() {
    String out = CommandLineRun.of("inspect", checkpoint("training.pt")).done();
    assertTrue(out.contains("\n  state_dict/0.weight "), out);
    assertTrue(out.contains("\n  optimizer/state/5/exp_avg_sq "), out);
    String line =
        "  state_dict/1.num_batches_tracked  int64    []            min 1  max 1  mean 1\n";
    assertTrue(out.contains(line), out);
    assertTrue(out.contains("  losses/1                          float32  []  "), out);
    assertEquals(
        out.replace("training.pt", "training_old.pt"),
        CommandLineRun.of("inspect", checkpoint("training_old.pt")).done());
  }

  @Test
  void safetensors() {
    Path file = checkpoint("strange.safetensors");
    CommandLineRun run = CommandLineRun.of("inspect", file);
    assertEquals(
        file
            + "\n  c   C64      [2]  not readable"
            + "\n  f   float32  [2]  min 1  max 1  mean 1"
            + "\n  f8  F8_E5M2  [3]  not readable\n",
        run.out());
    assertEquals(Cli.FAILED, run.code());
    assertEquals(2, run.err().lines().count(), run.err());
    assertTrue(run.err().contains("tensor 'c': dtype C64 cannot be read"), run.err());
  }

  @Test
  void aCheckpointOfOtherThingsThanTensors() {
    Path file = checkpoint("refused_module.pt");
    CommandLineRun.of("inspect", file)
        .failed(file + ": it asks for 'torch.nn.modules.linear.Linear', but only tensors");
  }

  /** Returns a file that PyTorch or Python's safetensors wrote for the tests of io. */
  static Path checkpoint(String name) {
    return Path.of("..", "io", "src", "test", "resources", "checkpoints", name);
  }

  @Test
  void aPicture() throws IOException {
    Path file = folder.resolve("p.png");
    Pictures.write(file, Tensor.full(1, 4, 2, 3), 16);
    assertEquals(
        file
            + "  (3 x 2 pixels, RGB and alpha, 16 bits)\n"
            + "  picture  uint16  [4, 2, 3]  min 1  max 1  mean 1\n",
        CommandLineRun.of("inspect", file).done());
    JsonObject picture = json(file).get(0).getAsJsonObject().getAsJsonObject("picture");
    assertEquals("{\"width\":3,\"height\":2,\"channels\":4,\"bits\":16}", picture.toString());
  }

  @Test
  void whatIsNoNumber() throws IOException {
    double infinity = Double.POSITIVE_INFINITY;
    Path file = array("x.npy", Tensor.of(new double[] {Double.NaN, 1, infinity, 3}, 4));
    String text = CommandLineRun.of("inspect", file).done();
    assertTrue(text.endsWith("min 1  max Infinity  mean Infinity  NaNs 1\n"), text);
    Path none = array("none.npy", Tensor.full(Double.NaN, 2));
    assertTrue(CommandLineRun.of("inspect", none).done().endsWith("no numbers  NaNs 2\n"));
    assertEquals(
        "{\"name\":\"array\",\"dtype\":\"float64\",\"shape\":[4],"
            + "\"min\":1.0,\"max\":\"Infinity\",\"mean\":\"Infinity\",\"nans\":1}",
        tensor(json(file, none), 0).toString());
    assertTrue(tensor(json(file, none), 1).get("mean").isJsonNull());
  }

  private static JsonObject tensor(JsonArray files, int file) {
    return files.get(file).getAsJsonObject().getAsJsonArray("tensors").get(0).getAsJsonObject();
  }

  @Test
  void theMeanIsComputedInFloat64() throws IOException {
    Tensor tensor = Tensor.full(0.1f, 3_000_000);
    double mean = tensor(json(array("x.npy", tensor)), 0).get("mean").getAsDouble();
    assertEquals(0.1f, mean, 1e-9);
  }

  @Test
  void whatCannotBeReadIsNamed() throws IOException {
    Path complex = longs("complex.npy", "<c8", 1);
    Path good = array("x.npy", Tensor.zeros(1));
    CommandLineRun run = CommandLineRun.of("inspect", complex, folder.resolve("nix"), good);
    assertEquals(Cli.FAILED, run.code());
    assertEquals(2, run.err().lines().count(), run.err());
    assertTrue(run.err().startsWith("conv4j: " + complex + ": "), run.err());
    assertTrue(run.err().contains("nix: no such file or folder\n"), run.err());
    assertTrue(run.out().contains("  array  complex64  [1]  not readable\n"), run.out());
    assertTrue(run.out().endsWith("[1]  min 0  max 0  mean 0\n"), run.out());
    String error = tensor(json(complex), 0).get("error").getAsString();
    assertTrue(error.startsWith(complex + ": "), error);
  }

  @Test
  void arraysAreKnownByTheirFirstBytesToo() throws IOException {
    Path npy = Files.move(array("a.npy", Tensor.zeros(3)), folder.resolve("a"));
    Path npz = folder.resolve("b.npz");
    Npz.write(npz, Map.of("w", Tensor.zeros(2)));
    Path renamed = Files.move(npz, folder.resolve("b.zip"));
    String out = CommandLineRun.of("inspect", npy, renamed).done();
    assertTrue(out.contains("array  float32  [3]") && out.contains("w  float32  [2]"), out);
    for (String name : new String[] {"list.pt", "list_old.pt", "metadata.safetensors"}) {
      Path file = Files.copy(checkpoint(name), folder.resolve("of " + name + ".bin"));
      String text = CommandLineRun.of("inspect", file).done();
      assertTrue(
          text.contains(name.startsWith("list") ? "  1/0  float32  [1]" : "  0.bias "), text);
    }
  }

  @Test
  void aFileCannotSpeakToTheTerminal() throws IOException {
    Path file = folder.resolve("escape.npz");
    Map<String, Tensor> arrays = new LinkedHashMap<>();
    arrays.put("\033[31mred\nline", Tensor.zeros(1));
    arrays.put("", Tensor.zeros(1));
    Npz.write(file, arrays);
    String out = CommandLineRun.of("inspect", file).done();
    assertEquals(3, out.lines().count(), out);
    assertTrue(out.contains("?[31mred?line"), out);
    assertTrue(out.indexOf('\033') < 0, out);
  }
}
