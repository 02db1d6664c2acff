package io.github.conv4j.cli.explore;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.conv4j.DType;
import io.github.conv4j.PaddingMode;
import io.github.conv4j.Shape;
import io.github.conv4j.Tensor;
import io.github.conv4j.cli.filter.Presets;
import io.github.conv4j.io.Pictures;
import io.github.conv4j.nn.Conv2d;
import io.github.conv4j.nn.functional.Conv2dOptions;
import io.github.conv4j.nn.functional.Functional;
import io.github.conv4j.random.Generator;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProblemTest {
  private static JsonObject settings(String... namesAndTexts) {
    JsonObject json = new JsonObject();
    for (int i = 0; i < namesAndTexts.length; i += 2) {
      json.addProperty(namesAndTexts[i], namesAndTexts[i + 1]);
    }
    return json;
  }

  private static Problem problem(String... namesAndTexts) {
    return new Problem(Settings.parse(settings(namesAndTexts), Set.of()));
  }

  private static float[] floats(JsonElement numbers) {
    JsonArray array = numbers.getAsJsonArray();
    float[] floats = new float[array.size()];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = array.get(i).getAsFloat();
    }
    return floats;
  }

  @Test
  void computesWhatALayerOfThatSeedDoes() {
    JsonObject scene =
        problem(
                "in_channels",
                "6",
                "out_channels",
                "4",
                "groups",
                "2",
                "kernel_size",
                "2",
                "stride",
                "2,1",
                "padding",
                "1,3",
                "dilation",
                "2,3",
                "bias",
                "true",
                "height",
                "4",
                "width",
                "4",
                "input",
                "random",
                "weight",
                "random",
                "seed",
                "5")
            .scene();
    Generator random = Generator.torch(5);
    Conv2d conv =
        Conv2d.builder(6, 4, 2)
            .stride(2, 1)
            .padding(1, 3)
            .dilation(2, 3)
            .groups(2)
            .generator(random)
            .build();
    Tensor x = Tensor.rand(random, 6, 4, 4);
    assertArrayEquals(x.floats(), floats(scene.get("input")));
    assertArrayEquals(conv.weight().floats(), floats(scene.get("weight")));
    assertArrayEquals(conv.bias().orElseThrow().floats(), floats(scene.get("bias")));
    assertArrayEquals(conv.forward(x).floats(), floats(scene.get("output")));
    assertEquals(conv.toString(), scene.get("repr").getAsString());
  }

  @Test
  void takesNumbersAndNames() {
    JsonObject scene =
        problem(
                "height",
                "2",
                "width",
                "3",
                "input",
                "1,2,-3,NaN,-Infinity,1e-3",
                "kernel_size",
                "1,2",
                "weight",
                "0.5,0.25",
                "dtype",
                "float64",
                "bias",
                "true",
                "biases",
                "7")
            .scene();
    assertEquals("[1.0,2.0,-3.0,\"NaN\",\"-Infinity\",0.001]", scene.get("input").toString());
    assertEquals("[0.5,0.25]", scene.get("weight").toString());
    assertEquals("[8.0,7.25,\"NaN\",\"-Infinity\"]", scene.get("output").toString());
    JsonObject sobel = problem("weight", "sobel-x", "in_channels", "2").scene();
    float[] kernel = Presets.get("sobel-x").get(0).floats();
    float[] weight = floats(sobel.get("weight"));
    for (int i = 0; i < weight.length; i++) {
      assertEquals(kernel[i % 9], weight[i]);
    }
    assertEquals(
        "[0.0,1.0,0.0,0.0,0.0,0.0]",
        problem("weight", "identity", "kernel_size", "2,3").scene().get("weight").toString());
  }

  @Test
  void everyInputThatIsOfferedFillsItsShape() {
    for (JsonElement name : Problem.choices().getAsJsonArray("input")) {
      for (int side : new int[] {1, 5, 24}) {
        String size = Integer.toString(side);
        JsonObject scene =
            problem(
                    "in_channels",
                    "2",
                    "height",
                    size,
                    "width",
                    "3",
                    "kernel_size",
                    "1",
                    "input",
                    name.getAsString())
                .scene();
        assertEquals(2 * side * 3, scene.getAsJsonArray("input").size(), name.getAsString());
      }
    }
  }

  @Test
  void everyKernelThatIsOfferedHasTheSizeThatIsSaid() {
    JsonObject kernels = Problem.choices().getAsJsonObject("weight");
    for (String name : kernels.keySet()) {
      String size = kernels.get(name).getAsString();
      JsonObject scene =
          problem(
                  "height",
                  "12",
                  "width",
                  "12",
                  "weight",
                  name,
                  "kernel_size",
                  size.isEmpty() ? "3" : size)
              .scene();
      assertFalse(scene.getAsJsonArray("output").isEmpty(), name);
    }
    assertFalse(kernels.has("sobel"), "two kernels are no kernel");
  }

  @Test
  void everyActivationIsThatOfTheLibrary() {
    Tensor x = Tensor.arange(-4, 5, 1).reshape(1, 3, 3);
    String numbers = "-4,-3,-2,-1,0,1,2,3,4";
    Tensor gelu = Functional.gelu(x);
    for (JsonElement name : Problem.choices().getAsJsonArray("activation")) {
      JsonArray views =
          problem(
                  "height",
                  "3",
                  "width",
                  "3",
                  "kernel_size",
                  "1",
                  "weight",
                  "1",
                  "input",
                  numbers,
                  "activation",
                  name.getAsString())
              .scene()
              .getAsJsonArray("views");
      if (name.getAsString().equals("none")) {
        assertTrue(views.isEmpty());
      } else {
        assertEquals(9, views.get(0).getAsJsonObject().getAsJsonArray("numbers").size());
      }
      if (name.getAsString().equals("gelu")) {
        assertArrayEquals(gelu.floats(), floats(views.get(0).getAsJsonObject().get("numbers")));
      }
    }
  }

  @Test
  void poolsWhatWasActivated() {
    JsonArray views =
        problem(
                "height",
                "2",
                "width",
                "4",
                "kernel_size",
                "1",
                "weight",
                "1",
                "input",
                "-1,-2,3,4,-3,-4,5,-6",
                "activation",
                "relu",
                "pooling",
                "max")
            .scene()
            .getAsJsonArray("views");
    assertEquals(2, views.size());
    assertEquals("[0.0,5.0]", views.get(1).getAsJsonObject().get("numbers").toString());
    assertEquals(
        "max_pool2d(relu(output))", views.get(1).getAsJsonObject().get("title").getAsString());
  }

  @Test
  void takesAnElementApart() {
    JsonObject element =
        problem(
                "height",
                "2",
                "width",
                "2",
                "kernel_size",
                "2",
                "padding",
                "1",
                "weight",
                "1,2,3,4",
                "input",
                "5,6,7,8",
                "bias",
                "true",
                "biases",
                "0.5",
                "at",
                "0,0,1")
            .element();
    assertEquals(4, element.getAsJsonArray("taps").size());
    assertEquals(
        "[0,1,0,0,0,0,0,5.0,3.0,15.0,15.5]", element.getAsJsonArray("taps").get(2).toString());
    // 0.5 + 3 * 5 + 4 * 6
    assertEquals(39.5, element.get("sum").getAsDouble());
    assertEquals(39.5, element.get("value").getAsDouble());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "in_channels  | 13      | in_channels must be at most 12 here",
        "in_channels  | 0       | there is nothing to draw",
        "in_channels  | -1      | in_channels must be 0 or more",
        "out_channels | 0       | out_channels must be 1 or more",
        "out_channels | x       | out_channels must be a whole number, but got 'x'",
        "height       | 2147483648 | height must be a whole number",
        "height       | 25      | height must be at most 24 here",
        "width        | 0       | there is nothing to draw",
        "kernel_size  | 9       | dilated kernel (9, 9)",
        "kernel_size  | 12      | kernel_size must be at most 11 here",
        "kernel_size  | 0       | kernel_size must be 1 or more",
        "kernel_size  | 1,2,3   | kernel_size: expected a whole number",
        "stride       | 0       | stride must be 1 or more",
        "stride       | 2147483647 | stride must be at most 24",
        "padding      | -1      | padding must be 0 or more",
        "padding      | most    | padding: expected a whole number",
        "dilation     | 0       | dilation must be 1 or more",
        "groups       | 2       | in_channels must be a multiple of groups",
        "groups       | 0       | groups must be 1 or more",
        "bias         | yes     | bias must be one of true, false",
        "padding_mode | mirror  | padding_mode must be zeros, reflect",
        "dtype        | int8    | dtype must be float32 or float64",
        "seed         | a       | seed must be a whole number",
        "input        | cat     | input must be numbers or one of digit",
        "input        | 1,2     | input needs 64 numbers",
        "weight       | sobel   | weight must be numbers, random, or one of identity",
        "weight       | gaussian| the kernel gaussian needs kernel_size 5,5",
        "weight       | 1,2,3,4,5,6,7,8,x | weight needs numbers, but got 'x'",
        "activation   | swish   | activation must be one of none, relu",
        "pooling      | min     | pooling must be one of none, max, avg",
        "colour       | red     | there is no setting 'colour'",
      })
  void saysInWordsWhatIsWrong(String name, String text, String sentence) {
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> problem(name, text).scene());
    assertTrue(e.getMessage().contains(sentence), e.getMessage());
    assertEquals(1, e.getMessage().lines().count());
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "0,0", "0,0,0,0", "0,0,99", "-1,0,0", "a,b,c", ""})
  void saysWhichElementsThereAre(String at) {
    assertThrows(IllegalArgumentException.class, () -> problem("at", at).element());
  }

  @Test
  void reflectionsLargerThanTheInputAreRefused() {
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class,
            () -> problem("padding", "8", "padding_mode", "reflect"));
    assertTrue(e.getMessage().contains("reflect padding must be smaller"), e.getMessage());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "null",
        "[]",
        "1",
        "\"a\"",
        "{",
        "{\"seed\":1}",
        "{\"seed\":null}",
        "{\"seed\":[]}",
        "{seed:'1'}",
        "{\"a\":\"b\"}"
      })
  void refusesWhatIsNoSettings(String body) {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    assertThrows(
        IllegalArgumentException.class, () -> Settings.parse(Settings.object(bytes), Set.of()));
  }

  @Test
  void refusesDeepNesting() {
    byte[] body = ("{\"input\":" + "[".repeat(500_000)).getBytes(StandardCharsets.UTF_8);
    assertThrows(IllegalArgumentException.class, () -> Settings.object(body));
  }

  @Test
  void refusesLongTexts() {
    assertThrows(
        IllegalArgumentException.class, () -> problem("input", "1,".repeat(1 << 18) + "1"));
  }

  // ---- pictures

  private static byte[] body(JsonObject json) {
    return json.toString().getBytes(StandardCharsets.UTF_8);
  }

  private static Reply filter(JsonObject json) throws IOException {
    Reply reply = ExplorePage.routes().get("/api/picture").handler().handle(body(json));
    if (reply.contentType().equals("application/json")) {
      String text = new String(reply.body(), StandardCharsets.UTF_8);
      String sentence = JsonParser.parseString(text).getAsJsonObject().get("error").getAsString();
      throw new IllegalArgumentException(sentence);
    }
    return reply;
  }

  @Test
  void filtersAPicture() throws IOException {
    Tensor picture = Tensor.rand(Generator.torch(1), 3, 9, 8);
    byte[] png = Pictures.encodePng(picture);
    JsonObject json = settings("weight", "gaussian", "kernel_size", "5", "stride", "2");
    json.addProperty("picture", Base64.getEncoder().encodeToString(png));
    Reply reply = filter(json);
    assertEquals("image/png", reply.contentType());
    Tensor stored = Pictures.decode(png, "png").pixels();
    Tensor gaussian = Presets.get("gaussian").get(0);
    Tensor weight = Tensor.stack(0, gaussian, gaussian, gaussian).unsqueeze(1);
    Tensor expected =
        Functional.conv2d(
            stored,
            weight,
            null,
            Conv2dOptions.defaults().padding(2).stride(2).groups(3).paddingMode(PaddingMode.ZEROS));
    Tensor got = Pictures.decode(reply.body(), "reply").pixels();
    assertEquals(Shape.of(3, 5, 4), got.shape());
    assertTrue(got.allClose(expected, 0, 0.5 / 255 + 1e-6), () -> got.compare(expected).toString());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "?", "AAAA", "iVBORw0KGgo="})
  void refusesWhatIsNoPng(String text) {
    JsonObject json = settings();
    json.addProperty("picture", text);
    assertThrows(IllegalArgumentException.class, () -> filter(json));
  }

  @Test
  void refusesPicturesThatSayTheyAreHuge() {
    byte[] png = Pictures.encodePng(Tensor.zeros(1, 2, 2));
    png[16] = 0x7f;
    JsonObject json = settings();
    json.addProperty("picture", Base64.getEncoder().encodeToString(png));
    IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> filter(json));
    assertTrue(e.getMessage().contains("at most 4194304 pixels"), e.getMessage());
  }

  @Test
  void refusesTruncatedPictures() {
    byte[] png = Pictures.encodePng(Tensor.rand(Generator.torch(1), 3, 20, 20));
    for (int length : new int[] {24, 40, png.length / 2, png.length - 13}) {
      JsonObject json = settings();
      byte[] part = Arrays.copyOf(png, length);
      json.addProperty("picture", Base64.getEncoder().encodeToString(part));
      IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> filter(json));
      assertTrue(e.getMessage().startsWith("the picture: "), e.getMessage());
    }
  }

  @Test
  void aPictureIsNeeded() {
    assertThrows(IllegalArgumentException.class, () -> filter(settings()));
  }

  @Test
  void float64IsShownWithAllItsDigits() {
    JsonObject scene = problem("dtype", "float64", "weight", "box").scene();
    assertEquals(1.0 / 9, Tensor.full(1.0 / 9, Shape.of(1), DType.FLOAT64).item(), 0);
    assertTrue(scene.get("weight").toString().startsWith("[0.111111"), "a ninth");
  }
}
