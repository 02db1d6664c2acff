package io.github.conv4j.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonObject;
import com.google.gson.Strictness;
import io.github.conv4j.DType;
import io.github.conv4j.Tensor;
import io.github.conv4j.io.Npy;
import io.github.conv4j.io.Npz;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class Conv2dCommandTest {
  private static final Gson JSON = new GsonBuilder().setStrictness(Strictness.STRICT).create();

  // x = torch.arange(1., 33).reshape(1, 2, 4, 4)
  // w = torch.tensor([1., -2, 3, 0, 2, 1, -1, 1]).reshape(2, 1, 2, 2)
  // b = torch.tensor([10., -10])
  private static final Tensor INPUT = Tensor.arange(1, 33, 1).reshape(1, 2, 4, 4);
  private static final Tensor WEIGHT =
      Tensor.of(new float[] {1, -2, 3, 0, 2, 1, -1, 1}, 2, 1, 2, 2);
  private static final Tensor BIAS = Tensor.of(new float[] {10, -10}, 2);
  // y = F.conv2d(x, w, b, stride=(2, 1), padding=(1, 0), dilation=(1, 2), groups=2), PyTorch 2.13
  private static final Tensor OUTPUT =
      Tensor.of(new float[] {13, 16, 28, 30, -7, -8, -8, -8, 57, 60, 79, 82}, 1, 2, 3, 2);
  private static final String OPTIONS = " --stride 2,1 --padding 1,0 --dilation 1,2 --groups 2 ";

  @TempDir private Path folder;

  @BeforeEach
  void makeFiles() throws IOException {
    Npy.write(folder.resolve("x.npy"), INPUT);
    Npy.write(folder.resolve("w.npy"), WEIGHT);
    Npy.write(folder.resolve("b.npy"), BIAS);
    Npy.write(folder.resolve("y.npy"), OUTPUT);
    Npy.write(folder.resolve("off.npy"), changed(1000));
    Npy.write(folder.resolve("w64.npy"), WEIGHT.to(DType.FLOAT64));
  }

  private static Tensor changed(double element) {
    Tensor changed = OUTPUT.copy();
    changed.set(element, 0, 1, 2, 0);
    return changed;
  }

  private CommandLineRun conv2d(String line) {
    String text = "conv2d " + line.replace("@", folder + "/");
    return CommandLineRun.of((Object[]) text.strip().split(" +"));
  }

  private CommandLineRun files(String more) {
    return conv2d("--input @x.npy --weight @w.npy --bias @b.npy" + OPTIONS + more);
  }

  private static JsonObject json(String text) {
    assertEquals(text.length() - 1, text.indexOf('\n'), "one line");
    return JSON.fromJson(text, JsonObject.class);
  }

  @Test
  void printsTheTensor() {
    assertEquals(OUTPUT + "\n", files("").done());
  }

  @Test
  void writesTheTensor() throws IOException {
    assertEquals("", files("-o @o.npy").done());
    assertEquals(OUTPUT, Npy.read(folder.resolve("o.npy")));
  }

  @Test
  void everyPaddingAndMode() throws IOException {
    Npy.write(folder.resolve("row.npy"), Tensor.of(new float[] {1, 2, 3}, 1, 1, 3));
    Npy.write(folder.resolve("left.npy"), Tensor.of(new float[] {1, 0, 0}, 1, 1, 1, 3));
    Map<String, float[]> cases = new LinkedHashMap<>();
    cases.put("", new float[] {1});
    cases.put("--padding valid", new float[] {1});
    cases.put("--padding same", new float[] {0, 1, 2});
    cases.put("--padding 0,1", new float[] {0, 1, 2});
    cases.put("--padding 0,1 --padding-mode zeros", new float[] {0, 1, 2});
    cases.put("--padding 0,1 --padding-mode reflect", new float[] {2, 1, 2});
    cases.put("--padding 0,1 --padding-mode replicate", new float[] {1, 1, 2});
    cases.put("--padding same --padding-mode circular", new float[] {3, 1, 2});
    for (Map.Entry<String, float[]> entry : cases.entrySet()) {
      conv2d("--input @row.npy --weight @left.npy -o @o.npy " + entry.getKey()).done();
      float[] expected = entry.getValue();
      assertEquals(
          Tensor.of(expected, 1, 1, expected.length),
          Npy.read(folder.resolve("o.npy")),
          entry.getKey());
    }
  }

  @Test
  void closeToTheExpected() {
    String out = files("--expect @y.npy").done();
    assertTrue(out.startsWith(OUTPUT + "\nclose: all 12 elements agree"), out);
    assertTrue(files("--expect @y.npy -o @o.npy").done().startsWith("close: "));
    // |79 - 1000| <= 0.95 * 1000
    assertTrue(files("--expect @off.npy --rtol 0.95 -o @o.npy").done().startsWith("close: "));
    assertTrue(files("--expect @off.npy --atol 921 -o @o.npy").done().startsWith("close: "));
  }

  @Test
  void notCloseNamesTheWorstElement() {
    CommandLineRun run = files("--expect @off.npy -o @o.npy");
    assertEquals(Cli.FAILED, run.code());
    assertEquals("", run.err());
    assertTrue(
        run.out()
            .startsWith(
                "not close: 1 of 12 elements differ;"
                    + " worst at [0, 1, 2, 0]: got 79.0, expected 1000.0;"),
        run.out());
    assertTrue(Files.exists(folder.resolve("o.npy")), "the output itself is sound");
  }

  @Test
  void anotherShapeIsNotClose() {
    CommandLineRun run = files("--expect @x.npy -o @o.npy");
    assertEquals(Cli.FAILED, run.code());
    assertEquals(
        "not close: the output has shape [1, 2, 3, 2], expected [1, 2, 4, 4]\n", run.out());
    JsonObject expect = json(files("--expect @x.npy --json").out()).getAsJsonObject("expect");
    assertFalse(expect.get("close").getAsBoolean());
  }

  @Test
  void anArchiveHoldsAll() throws IOException {
    Path archive = folder.resolve("case.npz");
    Map<String, Tensor> arrays = new LinkedHashMap<>();
    arrays.put("input", INPUT);
    arrays.put("weight", WEIGHT);
    arrays.put("bias", BIAS);
    Npz.write(archive, arrays);
    assertEquals(OUTPUT + "\n", conv2d("--input @case.npz" + OPTIONS).done());
    arrays.put("output", OUTPUT);
    Npz.write(archive, arrays);
    String out = conv2d("--input @case.npz" + OPTIONS).done();
    assertTrue(out.startsWith(OUTPUT + "\nclose: "), out);
    // Options come first.
    assertEquals(Cli.FAILED, conv2d("--input @case.npz --expect @off.npy" + OPTIONS).code());
    arrays.put("output", changed(1000));
    arrays.put("bias", Tensor.zeros(2));
    arrays.put("weight", Tensor.zeros(2, 1, 2, 2));
    Npz.write(archive, arrays);
    assertEquals(Cli.FAILED, conv2d("--input @case.npz" + OPTIONS).code());
    conv2d("--input @case.npz --weight @w.npy --bias @b.npy --expect @y.npy" + OPTIONS).done();
  }

  @Test
  void anArchiveMayHoldOtherThings() throws IOException {
    Npz.write(folder.resolve("case.npz"), Map.of("input", INPUT, "other", BIAS));
    conv2d("--input @case.npz --weight @w.npy --bias @b.npy --expect @y.npy" + OPTIONS).done();
    conv2d("--input @case.npz" + OPTIONS).misused("there is no weight");
    Npz.write(folder.resolve("case.npz"), Map.of("other", BIAS));
    conv2d("--input @case.npz --weight @w.npy").failed("there is no array 'input'");
  }

  @Test
  void dtypesAreNotMixedUnlessCast() throws IOException {
    conv2d("--input @x.npy --weight @w64.npy" + OPTIONS).failed("(--dtype casts all arrays)");
    conv2d("--input @x.npy --weight @w64.npy -o @o.npy --dtype float64" + OPTIONS).done();
    assertEquals(DType.FLOAT64, Npy.read(folder.resolve("o.npy")).dtype());
    conv2d(
            "--input @x.npy --weight @w64.npy --bias @b.npy --expect @y.npy --dtype float32"
                + OPTIONS)
        .done();
    Npy.write(folder.resolve("y64.npy"), OUTPUT.to(DType.FLOAT64));
    files("--expect @y64.npy").failed("(--dtype casts all arrays)");
  }

  @Test
  void jsonHasItAll() {
    JsonObject object = json(files("--json -o @o.npy --expect @off.npy").out());
    assertEquals("[1,2,3,2]", object.get("shape").toString());
    assertEquals("float32", object.get("dtype").getAsString());
    assertEquals(-8, object.get("min").getAsDouble());
    assertEquals(82, object.get("max").getAsDouble());
    assertEquals(334 / 12.0, object.get("mean").getAsDouble(), 1e-12);
    assertEquals(folder.resolve("o.npy").toString(), object.get("file").getAsString());
    assertTrue(object.get("milliseconds").getAsDouble() > 0);
    assertTrue(object.get("explain").toString().contains("algorithm"), object.toString());
    JsonObject expect = object.getAsJsonObject("expect");
    assertFalse(expect.get("close").getAsBoolean());
    assertEquals(1, expect.get("mismatched").getAsInt());
    assertEquals(12, expect.get("elements").getAsInt());
    assertEquals(921, expect.get("max_abs_difference").getAsDouble());
    assertEquals("[0,1,2,0]", expect.get("worst_index").toString());
    assertEquals(79, expect.get("actual").getAsDouble());
    assertEquals(1000, expect.get("expected").getAsDouble());
    assertEquals(1.3e-6, expect.get("rtol").getAsDouble());
    assertEquals(1e-5, expect.get("atol").getAsDouble());
  }

  @Test
  void jsonIsValidWithoutNumbers() throws IOException {
    Npy.write(folder.resolve("nan.npy"), changed(Double.NaN));
    JsonObject object = json(files("--json --expect @nan.npy").out());
    assertEquals("NaN", object.getAsJsonObject("expect").get("expected").getAsString());
    Npy.write(folder.resolve("b.npy"), Tensor.of(new float[] {0, Float.POSITIVE_INFINITY}, 2));
    assertEquals("Infinity", json(files("--json").done()).get("max").getAsString());
    Npy.write(folder.resolve("none.npy"), Tensor.zeros(0, 2, 4, 4));
    object = json(conv2d("--input @none.npy --weight @w.npy --json" + OPTIONS).done());
    assertTrue(object.get("mean").isJsonNull());
  }
}
