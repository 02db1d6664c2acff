package io.github.conv4j.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.conv4j.Tensor;
import io.github.conv4j.io.Npy;
import io.github.conv4j.io.Npz;
import io.github.conv4j.nn.Conv2d;
import io.github.conv4j.random.Generator;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import jdk.jshell.JShell;
import jdk.jshell.Snippet;
import jdk.jshell.SnippetEvent;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ExplainCommandTest {
  private static final String LAYER =
      "--shape 1,6,4,4 --out-channels 4 --kernel-size 2 --groups 2 --stride 2,1 --padding 1,3"
          + " --dilation 2,3 ";

  private static final Tensor INPUT = Tensor.arange(1, 33, 1).reshape(1, 2, 4, 4);
  private static final Tensor WEIGHT =
      Tensor.of(new float[] {1, -2, 3, 0, 2, 1, -1, 1}, 2, 1, 2, 2);
  private static final Tensor BIAS = Tensor.of(new float[] {10, -10}, 2);

  @TempDir private Path folder;

  @BeforeEach
  void makeFiles() throws IOException {
    Npy.write(folder.resolve("x.npy"), INPUT);
    Npy.write(folder.resolve("w.npy"), WEIGHT);
    Npy.write(folder.resolve("b.npy"), BIAS);
    Npz.write(folder.resolve("c.npz"), Map.of("input", INPUT, "weight", WEIGHT));
  }

  private CommandLineRun explain(String line) {
    String text = "explain " + line.replace("@", folder + "/");
    return CommandLineRun.of((Object[]) text.strip().split(" +"));
  }

  /** Returns the lines under a heading. */
  private static List<String> section(String text, String heading) {
    List<String> lines = text.lines().toList();
    int first = lines.indexOf(heading) + 1;
    assertTrue(first > 0, text);
    int end = first;
    while (end < lines.size() && !lines.get(end).isEmpty()) {
      end++;
    }
    return lines.subList(first, end).stream().map(String::strip).toList();
  }

  @Test
  void explainsALayer() {
    String text = explain(LAYER).done();
    assertTrue(text.startsWith("conv2d: [1, 6, 4, 4] -> [1, 4, 2, 7]\n"), text);
    assertEquals(
        List.of(
            "OH = floor((H + pad_top + pad_bottom - dilation_h * (KH - 1) - 1) / stride_h) + 1",
            "= floor((4 + 1 + 1 - 2 * (2 - 1) - 1) / 2) + 1 = floor(3 / 2) + 1 = 2",
            "OW = floor((W + pad_left + pad_right - dilation_w * (KW - 1) - 1) / stride_w) + 1",
            "= floor((4 + 3 + 3 - 3 * (2 - 1) - 1) / 1) + 1 = floor(6 / 1) + 1 = 7"),
        section(text, "Output size"));
    assertEquals(
        List.of(
            "one output element sees 3 rows and 4 columns: dilation * (kernel - 1) + 1 = "
                + "2 * (2 - 1) + 1 and 3 * (2 - 1) + 1",
            "taps lie on 4 elements of that window, in 3 input channels",
            "output row oh sees input rows 2 * oh - 1 to 2 * oh + 1",
            "output column ow sees input columns ow - 3 to ow"),
        section(text, "Receptive field"));
    assertEquals(
        List.of(
            "group 0: input channels 0 to 2 -> output channels 0 to 1",
            "group 1: input channels 3 to 5 -> output channels 2 to 3"),
        section(text, "Channels"));
    assertEquals(
        List.of(
            "products      12 in each output element: 3 channels * 2 rows * 2 columns",
            "multiply-adds 672: the products of 56 output elements",
            "parameters    52: 48 weights and 4 biases",
            "bytes         384 of input, 208 of parameters, 224 of output, as float32"),
        section(text, "Work"));
    assertEquals(
        List.of(
            "import torch",
            "torch.manual_seed(0)",
            "conv = torch.nn.Conv2d(6, 4, 2, stride=(2, 1), padding=(1, 3), dilation=(2, 3),"
                + " groups=2)",
            "x = torch.rand(1, 6, 4, 4)",
            "y = conv(x)"),
        section(text, "In PyTorch"));
    List<String> plan = section(text, "Plan");
    assertTrue(plan.contains("algorithm      direct"), text);
    assertTrue(plan.contains("declined       winograd-taps: there is a dilation"), text);
    assertTrue(plan.stream().anyMatch(l -> l.startsWith("tiles          1 of up to 2")), text);
    assertTrue(plan.stream().anyMatch(l -> l.startsWith("workspace      ")), text);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "3,5,5 | 3 | 1 | --groups 3      | depthwise: each input channel is filtered on its own,"
            + " by 1 kernel",
        "1,5,5 | 1 | 1 | --no-bias       | the one output channel sees the one input channel",
        "8,5,5 | 2 | 1 | --padding same  | each of 2 output channels sees all 8 input channels",
        "40,5,5| 40| 1 | --groups 20     | group 19: input channels 38 to 39 -> output channels 38"
            + " to 39",
      })
  void saysWhichChannelsAreWired(
      String shape, String out, String kernel, String more, String expected) {
    String text =
        explain(
                "--shape "
                    + shape
                    + " --out-channels "
                    + out
                    + " --kernel-size "
                    + kernel
                    + " "
                    + more)
            .done();
    assertTrue(section(text, "Channels").contains(expected), text);
  }

  @Test
  void showsEveryProductOfAnElement() {
    String text = explain(LAYER + "--at 0,1,0,2").done();
    Generator random = Generator.torch(0);
    Conv2d conv =
        Conv2d.builder(6, 4, 2)
            .stride(2, 1)
            .padding(1, 3)
            .dilation(2, 3)
            .groups(2)
            .generator(random)
            .build();
    float expected = (float) conv.forward(Tensor.rand(random, 1, 6, 4, 4)).get(0, 1, 0, 2);
    List<String> lines = section(text, "Element [0, 1, 0, 2]");
    assertEquals(12 + 4, lines.size());
    assertEquals(9, lines.stream().filter(l -> l.endsWith("  padding")).count());
    String last = lines.get(lines.size() - 1);
    assertTrue(last.startsWith("the engine gives " + expected + " in float32, "), last);
    double away = Double.parseDouble(last.replaceAll(".*, (\\S+) away.*", "$1"));
    assertTrue(away < 1e-8, last);
  }

  @Test
  void takesArraysAsConv2dDoes() {
    String files = "--input @x.npy --weight @w.npy --bias @b.npy --groups 2 ";
    // 10 + 1 * 1 - 2 * 2 + 3 * 5 + 0 * 6
    assertTrue(explain(files + "--at 0,0,0,0").done().contains("bias + 4 products = 22\n"));
    String one = explain("--input @c.npz --groups 2 --dtype float64 --at 0,1,2,2").done();
    assertTrue(one.contains("products = "), one);
    assertTrue(one.contains("['input']).to(torch.float64)"), one);
  }

  @Test
  void itsJavaGivesTheSameNumber() {
    String layer = explain(LAYER + "--at 0,1,0,2").done();
    assertEquals(engine(layer), evaluate(layer, "(float) y.get(0, 1, 0, 2)"));
    String files =
        explain(
                "--input @x.npy --weight @w.npy --bias @b.npy --groups 2 --padding 1,2"
                    + " --padding-mode reflect --stride 2 --at 0,1,1,2")
            .done();
    assertEquals(engine(files), evaluate(files, "(float) y.get(0, 1, 1, 2)"));
    String wide = explain("--input @c.npz --groups 2 --dtype float64 --at 0,1,1,2").done();
    assertEquals(engine(wide), evaluate(wide, "y.get(0, 1, 1, 2)"));
  }

  private static String engine(String text) {
    Matcher matcher = Pattern.compile("the engine gives (\\S+) in").matcher(text);
    assertTrue(matcher.find(), text);
    return matcher.group(1);
  }

  private static String evaluate(String text, String expression) {
    try (JShell shell = JShell.builder().executionEngine("local").build()) {
      for (String type : List.of("*", "io.*", "nn.*", "nn.functional.*", "random.Generator")) {
        shell.eval("import io.github.conv4j." + type + ";");
      }
      shell.eval("import java.nio.file.Path;");
      for (String line : section(text, "In Java")) {
        evaluate(shell, line);
      }
      String value = evaluate(shell, expression);
      assertNotNull(value);
      return value;
    }
  }

  private static String evaluate(JShell shell, String line) {
    List<SnippetEvent> events = shell.eval(line);
    assertEquals(Snippet.Status.VALID, events.get(0).status(), line);
    assertEquals(null, events.get(0).exception(), line);
    return events.get(0).value();
  }

  @Test
  void writesAPageThatNeedsNothing() throws IOException {
    Path page = folder.resolve("page.html");
    explain(LAYER + "--at 0,1,0,2 --html " + page).done();
    String html = Files.readString(page);
    // Nothing is fetched: only names of XML's vocabularies look like addresses.
    String rest = html.replace("http://www.w3.org/2000/svg", "");
    assertFalse(rest.matches("(?s).*(https?:|//[a-z]|src=|@import|url\\().*"), "an address");
    assertFalse(html.contains("{{"), "a place that was not filled");
    JsonObject data = data(html);
    assertEquals("[1,0,2]", data.get("at").toString());
    JsonObject scene = data.getAsJsonObject("scene");
    Generator random = Generator.torch(0);
    Conv2d conv =
        Conv2d.builder(6, 4, 2)
            .stride(2, 1)
            .padding(1, 3)
            .dilation(2, 3)
            .groups(2)
            .generator(random)
            .build();
    Tensor x = Tensor.rand(random, 1, 6, 4, 4);
    assertNumbers(x, scene.getAsJsonArray("input"));
    assertNumbers(conv.weight(), scene.getAsJsonArray("weight"));
    assertNumbers(conv.forward(x), scene.getAsJsonArray("output"));
  }

  private static JsonObject data(String html) {
    Matcher matcher = Pattern.compile("id=\"data\">(.*?)</script>", Pattern.DOTALL).matcher(html);
    assertTrue(matcher.find());
    return JsonParser.parseString(matcher.group(1)).getAsJsonObject();
  }

  private static void assertNumbers(Tensor expected, JsonArray numbers) {
    assertEquals(expected.numel(), numbers.size());
    int i = 0;
    for (JsonElement number : numbers) {
      assertEquals(expected.floats()[i++], number.getAsFloat());
    }
  }

  @Test
  void largeProblemsAreExplainedWithoutADrawing() throws IOException {
    Path page = folder.resolve("page.html");
    explain("--shape 64,56,56 --out-channels 64 --kernel-size 3 --html " + page).done();
    JsonObject data = data(Files.readString(page));
    assertFalse(data.has("scene"));
    assertTrue(
        data.get("note").getAsString().contains("424,192 numbers"), data.get("note")::toString);
    explain("--shape 0,2,5,5 --out-channels 1 --kernel-size 3 --html " + page).done();
    assertTrue(data(Files.readString(page)).get("note").getAsString().contains("batch is empty"));
  }

  @Test
  void aNameOfAFileCannotEndThePagesScript() throws IOException {
    Path odd = Files.createDirectory(folder.resolve("<script>alert(1)<"));
    Npy.write(odd.resolve("x.npy"), INPUT);
    Path page = folder.resolve("page.html");
    CommandLineRun.of(
            "explain",
            "--input",
            odd.resolve("x.npy"),
            "--weight",
            folder.resolve("w.npy"),
            "--groups",
            "2",
            "--html",
            page)
        .done();
    String html = Files.readString(page);
    assertFalse(html.contains("<script>alert"));
    assertTrue(data(html).get("explanation").toString().contains("<script>alert(1)<"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "''                                              | give --shape, --out-channels and",
        "--shape 1,2,3 --out-channels 1                  | give --shape, --out-channels and",
        "--shape 1,2 --out-channels 1 --kernel-size 1    | --shape needs three or four numbers",
        "--shape 1,x,2 --out-channels 1 --kernel-size 1  | is not an int",
        "--shape 1,2,2 --out-channels 1 --kernel-size 1 --weight @w.npy | need --input, not --shape",
        "--input @x.npy                                  | there is no weight",
        "--input @x.npy --weight @w.npy --seed 1         | describe a layer without arrays",
      })
  void refusesCommandLinesWithoutSense(String line, String sentence) {
    explain(line).misused(sentence);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--shape 1,3,4,4 --out-channels 2 --kernel-size 9               | dilated kernel (9, 9)",
        "--shape 3,4,4 --out-channels 2 --kernel-size 1 --groups 2      | groups",
        "--shape 3,4,4 --out-channels 2 --kernel-size 1 --at 0,0,4      | shape [2, 4, 4], but got",
        "--shape 3,4,4 --out-channels 2 --kernel-size 1 --at 0          | shape [2, 4, 4], but got",
        "--shape 3,-4,4 --out-channels 2 --kernel-size 1                | sizes of 0 or more",
        "--shape 3,65536,65536 --out-channels 2 --kernel-size 1         | at most 2147483647",
        "--input @x.npy --weight @w.npy                                 | expected 1 input channels",
        "--input @x.npy --weight @w.npy --groups 2 --html @nix/p.html   | no such file or folder",
      })
  void saysWhatCannotBeExplained(String line, String sentence) {
    CommandLineRun run = explain(line);
    run.failed(sentence);
    assertEquals("", run.out());
  }

  @Test
  void aPageThatCannotBeWrittenLeavesTheOldOne() throws IOException {
    Path page = folder.resolve("page.html");
    Files.writeString(page, "old");
    explain("--shape 3,4,4 --out-channels 2 --kernel-size 9 --html " + page).failed("kernel");
    assertEquals("old", Files.readString(page, StandardCharsets.UTF_8));
    assertEquals(5, Arrays.asList(folder.toFile().list()).size());
  }
}
