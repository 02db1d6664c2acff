package io.github.conv4j.browser;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.conv4j.DType;
import io.github.conv4j.PaddingMode;
import io.github.conv4j.Shape;
import io.github.conv4j.Tensor;
import io.github.conv4j.cli.filter.PictureFilter;
import io.github.conv4j.cli.filter.Presets;
import io.github.conv4j.cli.text.Pair;
import io.github.conv4j.io.Pictures;
import io.github.conv4j.nn.Conv2d;
import io.github.conv4j.nn.functional.Conv2dOptions;
import io.github.conv4j.nn.functional.Functional;
import io.github.conv4j.random.Generator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import jdk.jshell.JShell;
import jdk.jshell.Snippet;
import jdk.jshell.SnippetEvent;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.interactions.Actions;

/** What the explore page does when it is used. */
class ExploreIT extends BrowserTest {
  private static final String[] ALL = {
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
    "3"
  };

  // ---- numbers

  private static Conv2d layer(Generator random, Map<String, String> settings) {
    Pair kernel = Pair.parse(settings.getOrDefault("kernel_size", "3"));
    Pair stride = Pair.parse(settings.getOrDefault("stride", "1"));
    Pair dilation = Pair.parse(settings.getOrDefault("dilation", "1"));
    return Conv2d.builder(
            Integer.parseInt(settings.getOrDefault("in_channels", "1")),
            Integer.parseInt(settings.getOrDefault("out_channels", "1")),
            kernel.height(),
            kernel.width())
        .stride(stride.height(), stride.width())
        .padding(Pair.parsePadding(settings.getOrDefault("padding", "0")))
        .dilation(dilation.height(), dilation.width())
        .groups(Integer.parseInt(settings.getOrDefault("groups", "1")))
        .bias(Boolean.parseBoolean(settings.getOrDefault("bias", "false")))
        .paddingMode(PaddingMode.of(settings.getOrDefault("padding_mode", "zeros")))
        .dtype(DType.of(settings.getOrDefault("dtype", "float32")))
        .generator(random)
        .build();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "seed=1",
        "stride=2,3 height=9 width=11",
        "padding=2 padding_mode=zeros",
        "padding=2,3 padding_mode=reflect",
        "padding=4 padding_mode=replicate",
        "padding=1,5 padding_mode=circular",
        "padding=same kernel_size=4,2",
        "padding=valid dilation=2,3",
        "in_channels=4 out_channels=6 groups=2 bias=true",
        "in_channels=3 out_channels=6 groups=3 bias=true seed=-7",
        "dtype=float64 in_channels=2 bias=true",
        "kernel_size=1 in_channels=5 out_channels=2 height=3 width=2",
      })
  void theNumbersAreThoseOfTheLibrary(String line) {
    Map<String, String> settings = new HashMap<>(Map.of("input", "random", "weight", "random"));
    for (String part : line.split(" ", -1)) {
      settings.put(part.split("=", -1)[0], part.split("=", -1)[1]);
    }
    open(
        settings.entrySet().stream()
            .flatMap(entry -> List.of(entry.getKey(), entry.getValue()).stream())
            .toArray(String[]::new));
    Generator random = Generator.torch(Long.parseLong(settings.getOrDefault("seed", "0")));
    Conv2d layer = layer(random, settings);
    Shape shape =
        Shape.of(
            layer.inChannels(),
            Integer.parseInt(settings.getOrDefault("height", "8")),
            Integer.parseInt(settings.getOrDefault("width", "8")));
    Tensor x = Tensor.rand(random, shape, layer.dtype());
    Tensor y = layer.forward(x);
    assertEquals(layer.toString(), text("repr"));
    assertArrayEquals(y.toDoubleArray(), shown(layer.dtype(), "#output-stage td:not(.corner)"));
    Tensor seen = layer.weight().narrow(0, 0, 1).copy();
    double[] kernels = shown(layer.dtype(), "#kernel-stage td:not(.corner)");
    for (int i = 0; i < seen.numel(); i++) {
      assertEquals(seen.toDoubleArray()[i], kernels[i]);
    }
    // Without its padding, the input is that of the library.
    double[] inside = shown(layer.dtype(), "#input-stage td:not(.corner):not(.padding)");
    assertArrayEquals(x.toDoubleArray(), inside);
  }

  private static double[] shown(DType dtype, String selector) {
    double[] numbers = doubles(selector);
    if (dtype == DType.FLOAT32) {
      for (int i = 0; i < numbers.length; i++) {
        numbers[i] = (float) numbers[i];
      }
    }
    return numbers;
  }

  @Test
  void thePaddingShowsTheValuesThatItTakes() {
    for (PaddingMode mode : PaddingMode.values()) {
      open("padding", "2,3", "padding_mode", mode.toString(), "input", "counting", "height", "5");
      Tensor padded = Tensor.arange(40).reshape(1, 5, 8).pad(mode, 3, 3, 2, 2);
      assertArrayEquals(padded.floats(), floats("input-stage"), mode.toString());
      long marked = browser.findElements(By.cssSelector("#input-stage td.padding")).size();
      assertEquals(9 * 14 - 40, marked);
    }
  }

  @Test
  void theProductsAddUp() {
    open(ALL);
    byId("last").click();
    settle();
    await("the last element", () -> text("sum").startsWith("y[3, 1, 6] = bias "));
    List<WebElement> rows = browser.findElements(By.cssSelector(".products tbody tr"));
    assertEquals(1 + 3 * 2 * 2, rows.size());
    double[] numbers = doubles(".products tbody td[title]");
    double sum = (float) numbers[0];
    int padded = 0;
    for (int i = 1; i < rows.size(); i++) {
      int at = 1 + 4 * (i - 1);
      // Plus 0: the page writes no minus before a zero.
      double product = (double) (float) numbers[at] * (float) numbers[at + 1] + 0.0;
      assertEquals(product, numbers[at + 2], 0);
      sum += product;
      assertEquals(sum, numbers[at + 3], 0);
      padded += rows.get(i).getText().contains("padding") ? 1 : 0;
    }
    assertTrue(padded > 0, "taps in the padding are marked");
    float[] output = floats("output-stage");
    assertEquals(output[output.length - 1], sum, 1e-6);
    assertTrue(text("sum").replace('−', '-').endsWith(" = " + output[output.length - 1]));
  }

  // ---- controls

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "in_channels  | 3         | Conv2d(3, 1, kernel_size=(3, 3), stride=(1, 1), bias=False)",
        "out_channels | 2         | Conv2d(1, 2, kernel_size=(3, 3), stride=(1, 1), bias=False)",
        "kernel_size  | 2,4       | Conv2d(1, 1, kernel_size=(2, 4), stride=(1, 1), bias=False)",
        "stride       | 2,1       | Conv2d(1, 1, kernel_size=(3, 3), stride=(2, 1), bias=False)",
        "padding      | same      | Conv2d(1, 1, kernel_size=(3, 3), stride=(1, 1), padding=same,"
            + " bias=False)",
        "dilation     | 2         | Conv2d(1, 1, kernel_size=(3, 3), stride=(1, 1),"
            + " dilation=(2, 2), bias=False)",
        "bias         | true      | Conv2d(1, 1, kernel_size=(3, 3), stride=(1, 1))",
        "padding_mode | circular  | Conv2d(1, 1, kernel_size=(3, 3), stride=(1, 1), bias=False,"
            + " padding_mode=circular)",
      })
  void everyArgumentOfTheLayerHasAControl(String name, String value, String expected) {
    open();
    set(name, value);
    assertEquals(expected, text("repr"));
  }

  @Test
  void groupsHaveAControl() {
    open("in_channels", "4", "out_channels", "2");
    set("groups", "2");
    assertTrue(text("repr").contains("groups=2"));
    assertEquals(2, browser.findElements(By.cssSelector("#input-stage table.unseen")).size());
    assertTrue(
        find(By.cssSelector(".wires"))
            .getDomAttribute("aria-label")
            .startsWith("output channel 0 sees input channels 0 to 1"));
    // The wires' ends choose a channel.
    browser.findElements(By.cssSelector(".wires .choice")).get(1).click();
    settle();
    assertEquals("y[1, 0, 0]", text("place"));
    assertTrue(
        find(By.cssSelector(".wires"))
            .getDomAttribute("aria-label")
            .startsWith("output channel 1 sees input channels 2 to 3"));
  }

  @Test
  void theNumbersHaveControls() {
    open();
    set("height", "5");
    set("width", "6");
    assertEquals(30, floats("input-stage").length);
    set("input", "counting");
    assertEquals(29, floats("input-stage")[29]);
    set("weight", "gaussian");
    assertEquals("5", control("kernel_size").getDomProperty("value"));
    assertArrayEquals(Presets.get("gaussian").get(0).floats(), floats("kernel-stage"));
    set("kernel_size", "2");
    assertEquals("random", control("weight").getDomProperty("value"));
    float[] before = floats("kernel-stage");
    set("seed", "9");
    assertNotEquals(before[0], floats("kernel-stage")[0]);
    set("dtype", "float64");
    assertTrue(text("explanation").contains("as float64"));
    byId("reset").click();
    await(
        "the first settings",
        () -> text("repr").equals("Conv2d(1, 1, kernel_size=(3, 3), stride=(1, 1), bias=False)"));
    settle();
    assertEquals(64, floats("input-stage").length);
  }

  @Test
  void activationAndPoolingShowWhatComesNext() {
    open("weight", "sobel-x");
    set("activation", "relu");
    set("pooling", "max");
    set("pooling_size", "2,3");
    Tensor output = Tensor.of(floats("output-stage"), 1, 6, 6);
    Tensor activated = Functional.relu(output);
    double[] shown = doubles("#views td:not(.corner)");
    for (int i = 0; i < 36; i++) {
      assertEquals(activated.floats()[i], (float) shown[i]);
    }
    assertEquals(36 + 6, shown.length);
    float most = 0;
    for (int r = 0; r < 2; r++) {
      for (int c = 0; c < 3; c++) {
        most = Math.max(most, (float) activated.get(0, r, c));
      }
    }
    assertEquals(most, (float) shown[36]);
    // A pooled number shows where it comes from.
    List<WebElement> cells = browser.findElements(By.cssSelector("#views td[role=gridcell]"));
    new Actions(browser).moveToElement(cells.get(36)).perform();
    assertEquals(6, browser.findElements(By.cssSelector("#output-stage td.hot")).size());
  }

  @Test
  void everyExampleWorks() {
    open();
    List<?> names =
        (List<?>)
            browser.executeScript(
                "return [...document.getElementById('preset').options].map(o => o.value)");
    assertTrue(names.size() > 10, names::toString);
    for (Object name : names.subList(1, names.size())) {
      browser.executeScript(
          "const preset = document.getElementById('preset'); preset.value = arguments[0];"
              + "preset.dispatchEvent(new Event('change', {bubbles: true}))",
          name);
      settle();
      assertEquals("", text("error"), name.toString());
      assertTrue(text("sum").startsWith("y[0, 0, 0] = "), name.toString());
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "kernel_size | 9  | conv2d: expected a padded input no smaller than the dilated kernel",
        "groups      | 2  | in_channels must be a multiple of groups, but got 1 and groups 2",
        "stride      | 0  | stride must be 1 or more",
        "padding     | x  | padding: expected a whole number, or two as in 2,1, but got 'x'",
        "in_channels | 99 | in_channels must be at most 12 here",
        "dilation    | 4  | no smaller than the dilated kernel (9, 9), but got (8, 8)",
      })
  void whatIsIllegalIsSaidInWords(String name, String value, String sentence) {
    open();
    String before = text("sum");
    set(name, value);
    WebElement error = byId("error");
    await("the sentence", () -> error.isDisplayed());
    assertTrue(error.getText().contains(sentence), error::getText);
    assertEquals("alert", error.getDomAttribute("role"));
    set(name, control(name).getDomAttribute("value"));
    await("no sentence", () -> !error.isDisplayed());
    assertEquals(before, text("sum"));
  }

  // ---- pointing, stepping, playing

  private static WebElement cell(String stage, int index) {
    return browser.findElements(By.cssSelector("#" + stage + " td[role=gridcell]")).get(index);
  }

  private static long count(String selector) {
    return browser.findElements(By.cssSelector(selector)).size();
  }

  @Test
  void pointingShowsAndClickingKeeps() {
    open("dilation", "2");
    new Actions(browser).moveToElement(cell("output-stage", 5)).perform();
    await("the element", () -> text("sum").startsWith("y[0, 1, 1] = 9 products"));
    assertEquals(9, count("#input-stage td.tap"));
    // Why dilation 2 with a kernel of 3 covers 5 pixels: 9 taps, and 16 others between them.
    assertEquals(16, count("#input-stage td.gap"));
    new Actions(browser).moveToElement(find(By.tagName("h1"))).perform();
    await("the chosen element again", () -> text("sum").startsWith("y[0, 0, 0]"));
    cell("output-stage", 10).click();
    new Actions(browser).moveToElement(find(By.tagName("h1"))).perform();
    await("the clicked element", () -> text("sum").startsWith("y[0, 2, 2]"));
    assertEquals(1, count("#output-stage td.chosen"));
  }

  @Test
  void aProductIsMarkedEverywhere() {
    open("in_channels", "2", "dilation", "2");
    WebElement row = browser.findElements(By.cssSelector(".products tbody tr")).get(13);
    new Actions(browser).moveToElement(row).perform();
    assertEquals(1, count("#kernel-stage td.hot"));
    WebElement hot = find(By.cssSelector("#input-stage td.hot"));
    assertTrue(hot.getDomAttribute("aria-label").startsWith("input 1, 2, 2: "));
    assertEquals(1, count("#input-stage td.hot"));
    new Actions(browser).moveToElement(cell("kernel-stage", 0)).perform();
    assertTrue(
        find(By.cssSelector("#input-stage td.hot"))
            .getDomAttribute("aria-label")
            .startsWith("input 0, 0, 0: "));
    // Between the taps there is nothing to mark.
    new Actions(browser).moveToElement(cell("input-stage", 1)).perform();
    assertEquals(0, count("#input-stage td.hot"));
  }

  @Test
  void steppingGoesThroughAllElements() {
    open("out_channels", "2", "height", "4", "width", "4");
    String[] places = {"y[0, 0, 1]", "y[0, 1, 0]", "y[0, 1, 1]", "y[1, 0, 0]"};
    for (String place : places) {
      byId("forward").click();
      assertEquals(place, text("place"));
    }
    byId("back").click();
    assertEquals("y[0, 1, 1]", text("place"));
    byId("last").click();
    assertEquals("y[1, 1, 1]", text("place"));
    byId("forward").click();
    assertEquals("y[0, 0, 0]", text("place"));
    byId("first").click();
    assertEquals("y[0, 0, 0]", text("place"));
    settle();
  }

  @Test
  void itPlaysAndPauses() {
    open();
    browser.executeScript(
        "const speed = document.getElementById('speed'); speed.value = 20;"
            + "speed.dispatchEvent(new Event('input'))");
    WebElement play = byId("play");
    play.click();
    assertEquals("Pause", play.getDomAttribute("aria-label"));
    await("the second row", () -> text("place").startsWith("y[0, 1"));
    play.click();
    assertEquals("Play", play.getDomAttribute("aria-label"));
    String place = text("place");
    settle();
    browser.executeAsyncScript("setTimeout(arguments[0], 300)");
    assertEquals(place, text("place"));
  }

  // ---- keyboard

  @Test
  void theKeyboardReachesEverything() {
    open("bias", "true", "activation", "relu");
    find(By.tagName("body")).sendKeys("");
    browser.executeScript("document.activeElement.blur()");
    StringBuilder order = new StringBuilder();
    for (int i = 0; i < 70; i++) {
      browser.switchTo().activeElement().sendKeys(Keys.TAB);
      String name =
          (String)
              browser.executeScript(
                  "const a = document.activeElement; return a.name || a.id || a.className ||"
                      + " a.closest('section')?.id || a.tagName");
      order.append(name).append(' ');
      if (name.equals("file")) {
        break;
      }
    }
    String all = order.toString();
    String[] expected = {
      "skip",
      "preset",
      "in_channels",
      "out_channels",
      "kernel_size",
      "stride",
      "padding",
      "dilation",
      "groups",
      "padding_mode",
      "dtype",
      "bias",
      "height",
      "width",
      "input",
      "weight",
      "seed",
      "paint",
      "ink",
      "activation",
      "pooling",
      "pooling_size",
      "reset",
      "link",
      "svg",
      "png",
      "first",
      "back",
      "play",
      "forward",
      "last",
      "speed",
      "products",
      "snippet",
      "file"
    };
    int at = -1;
    for (String name : expected) {
      int next = all.indexOf(name + " ", at + 1);
      assertTrue(next > at, () -> name + " does not come in turn: " + all);
      at = next;
    }
    for (String stage : List.of("input-stage", "kernel-stage", "output-stage")) {
      assertEquals(
          stage.equals("kernel-stage") ? 2 : 1,
          count("#" + stage + " td[tabindex='0']"),
          "one stop in each grid");
    }
  }

  @Test
  void arrowsWalkThroughTheOutput() {
    open();
    WebElement first = cell("output-stage", 0);
    browser.executeScript("arguments[0].focus()", first);
    Map<Keys, String> places =
        Map.of(Keys.ARROW_RIGHT, "y[0, 0, 1]", Keys.ARROW_DOWN, "y[0, 1, 0]");
    for (Map.Entry<Keys, String> place : places.entrySet()) {
      browser.executeScript("arguments[0].focus()", first);
      browser.switchTo().activeElement().sendKeys(place.getKey());
      assertEquals(place.getValue(), text("place"));
    }
    browser.switchTo().activeElement().sendKeys(Keys.END);
    browser.switchTo().activeElement().sendKeys(Keys.PAGE_DOWN);
    assertEquals("y[0, 5, 5]", text("place"));
    browser.switchTo().activeElement().sendKeys(Keys.ARROW_DOWN, Keys.ARROW_RIGHT);
    assertEquals("y[0, 5, 5]", text("place"));
    browser.switchTo().activeElement().sendKeys(Keys.HOME);
    browser.switchTo().activeElement().sendKeys(Keys.PAGE_UP);
    assertEquals("y[0, 0, 0]", text("place"));
    browser.switchTo().activeElement().sendKeys("n");
    assertEquals("y[0, 0, 1]", text("place"));
    browser.switchTo().activeElement().sendKeys("p");
    assertEquals("y[0, 0, 0]", text("place"));
    browser.switchTo().activeElement().sendKeys(" ");
    assertEquals("Pause", byId("play").getDomAttribute("aria-label"));
    browser.switchTo().activeElement().sendKeys(" ");
    assertEquals("Play", byId("play").getDomAttribute("aria-label"));
    settle();
  }

  // ---- editing

  @Test
  void numbersAreTypedIn() {
    open("bias", "true");
    browser.executeScript("arguments[0].focus()", cell("input-stage", 9));
    browser.switchTo().activeElement().sendKeys("-");
    browser.switchTo().activeElement().sendKeys("2.5", Keys.ENTER);
    await("the number", () -> floats("input-stage")[9] == -2.5f);
    settle();
    WebElement focused = browser.switchTo().activeElement();
    assertEquals("input 0, 1, 1: −2.5", focused.getDomAttribute("aria-label"));
    focused.sendKeys(Keys.ENTER);
    browser.switchTo().activeElement().sendKeys("7", Keys.ESCAPE);
    assertEquals(-2.5f, floats("input-stage")[9]);
    new Actions(browser).doubleClick(cell("kernel-stage", 4)).perform();
    browser.switchTo().activeElement().sendKeys(Keys.chord(Keys.CONTROL, "a"), "3", Keys.ENTER);
    await("the weight", () -> floats("kernel-stage")[4] == 3);
    settle();
    browser.executeScript("arguments[0].focus()", cell("kernel-stage", 9));
    browser.switchTo().activeElement().sendKeys(Keys.F2);
    browser.switchTo().activeElement().sendKeys(Keys.chord(Keys.CONTROL, "a"), "0.5", Keys.ENTER);
    await("the bias", () -> floats("kernel-stage")[9] == 0.5f);
    settle();
    browser.executeScript("arguments[0].focus()", cell("input-stage", 0));
    browser.switchTo().activeElement().sendKeys(Keys.ENTER);
    browser.switchTo().activeElement().sendKeys(Keys.chord(Keys.CONTROL, "a"), "words", Keys.ENTER);
    assertEquals(0, floats("input-stage")[0]);
    browser.switchTo().activeElement().sendKeys(Keys.ENTER);
    browser.switchTo().activeElement().sendKeys(Keys.chord(Keys.CONTROL, "a"), "NaN", Keys.ENTER);
    await("not a number", () -> Float.isNaN(floats("output-stage")[0]));
    settle();
    assertEquals("your own", control("input").findElement(By.className("own")).getText());
    Tensor x = Tensor.of(floats("input-stage"), 1, 8, 8);
    float[] kernels = floats("kernel-stage");
    Tensor w = Tensor.of(Arrays.copyOf(kernels, 9), 1, 1, 3, 3);
    Tensor b = Tensor.of(new float[] {kernels[9]}, 1);
    Tensor y = Functional.conv2d(x, w, b, Conv2dOptions.defaults());
    assertArrayEquals(y.floats(), floats("output-stage"));
  }

  @Test
  void theInputIsDrawnOn() {
    open("input", "zeros");
    byId("paint").click();
    byId("ink").clear();
    byId("ink").sendKeys("4");
    new Actions(browser)
        .moveToElement(cell("input-stage", 16))
        .clickAndHold()
        .moveByOffset(40, 0)
        .moveByOffset(40, 0)
        .moveByOffset(0, 32)
        .release()
        .perform();
    await("four cells of ink", () -> sum(floats("input-stage")) == 16);
    settle();
    assertEquals(4, floats("input-stage")[16]);
    new Actions(browser).moveToElement(cell("input-stage", 40)).perform();
    settle();
    assertEquals(16, sum(floats("input-stage")), "nothing is drawn without a button");
  }

  private static double sum(float[] numbers) {
    double sum = 0;
    for (float number : numbers) {
      sum += number;
    }
    return sum;
  }

  // ---- links, code, files

  @Test
  void aLinkHoldsTheSettings() {
    open(ALL);
    set("activation", "tanh");
    byId("last").click();
    settle();
    String address = browser.getCurrentUrl();
    String sum = text("sum");
    String views = text("views");
    browser.get("about:blank");
    browser.get(address);
    settle();
    assertEquals(sum, text("sum"));
    assertEquals(views, text("views"));
    assertEquals("y[3, 1, 6]", text("place"));
    assertEquals("2,1", control("stride").getDomProperty("value"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "input=%3Cimg%20src%3Dx%20onerror%3D%22window.bad%3D1%22%3E",
        "kernel_size=%3Cscript%3Ewindow.bad%3D1%3C/script%3E",
        "weight=__proto__&stride=constructor",
        "__proto__=1&constructor=2&toString=3",
        "at=99,-1,x",
        "%E0%A4%A",
      })
  void aHostileLinkDoesNoHarm(String hash) {
    openHash(hash);
    assertNull(browser.executeScript("return window.bad"));
    assertEquals(0, count("img"));
    byId("reset").click();
    await("a picture again", () -> text("sum").startsWith("y[0, 0, 0] = 9 products"));
    assertFalse(byId("error").isDisplayed());
    settle();
  }

  @Test
  void theCodeGivesTheSameNumbers() {
    for (String[] settings : List.of(ALL, new String[] {"weight", "sobel-x", "padding", "same"})) {
      open(settings);
      List<WebElement> code = browser.findElements(By.cssSelector("#explanation .snippet"));
      String python = code.get(0).getText();
      assertTrue(python.contains("import torch"), python);
      try (JShell shell = JShell.builder().executionEngine("local").build()) {
        for (String type : List.of("*", "nn.*", "nn.functional.*", "random.Generator")) {
          shell.eval("import io.github.conv4j." + type + ";");
        }
        for (String line : code.get(1).getText().split("\n", -1)) {
          SnippetEvent event = shell.eval(line).get(0);
          assertEquals(Snippet.Status.VALID, event.status(), line);
          assertNull(event.exception(), line);
        }
        String numbers = shell.eval("java.util.Arrays.toString(y.floats())").get(0).value();
        assertEquals('"' + Arrays.toString(floats("output-stage")) + '"', numbers);
      }
    }
  }

  @Test
  void codeAndLinkAreCopied() {
    open();
    for (String permission : List.of("clipboard-read", "clipboard-write")) {
      browser.setPermission(permission, "granted");
    }
    List<WebElement> buttons = browser.findElements(By.cssSelector("#explanation button"));
    assertEquals(2, buttons.size());
    for (int i = 0; i < 2; i++) {
      buttons.get(i).click();
      int which = i;
      await("copied", () -> buttons.get(which).getText().equals("Copied"));
      assertEquals(
          browser.findElements(By.cssSelector("#explanation .snippet")).get(i).getText(),
          clipboard());
    }
    byId("link").click();
    await("copied", () -> text("status").equals("the link is copied"));
    assertEquals(browser.getCurrentUrl(), clipboard());
  }

  private static String clipboard() {
    return (String)
        browser.executeAsyncScript(
            "const done = arguments[0]; navigator.clipboard.readText().then(done, e => done('' + e))");
  }

  @Test
  void theDrawingIsSaved() throws IOException {
    Path downloads = Files.createDirectories(folder.resolve("downloads"));
    browser.executeCdpCommand(
        "Browser.setDownloadBehavior",
        Map.of("behavior", "allow", "downloadPath", downloads.toString()));
    open("padding", "1");
    byId("svg").click();
    Path svg = downloads.resolve("convolution.svg");
    await("the SVG", () -> Files.exists(svg));
    assertTrue(Files.readString(svg).contains("y[0, 0, 0]"));
    byId("png").click();
    Path png = downloads.resolve("convolution.png");
    await("the PNG", () -> Files.exists(png));
    Tensor pixels = Pictures.read(png).pixels();
    assertTrue(pixels.size(1) > 400 && pixels.size(2) > 800, () -> pixels.shape().toString());
  }

  // ---- pictures

  private static Path picture() throws IOException {
    Path file = folder.resolve("noise.png");
    Pictures.write(file, Tensor.rand(Generator.torch(1), 3, 20, 30), 8);
    return file;
  }

  private static void assertFiltered(Path file) throws IOException {
    await("the picture", () -> text("picture-status").equals("noise.png is filtered"));
    String data =
        (String)
            browser.executeScript(
                "const image = document.querySelectorAll('.pictures img')[1];"
                    + "const canvas = document.createElement('canvas');"
                    + "canvas.width = image.naturalWidth; canvas.height = image.naturalHeight;"
                    + "canvas.getContext('2d').drawImage(image, 0, 0);"
                    + "return canvas.toDataURL('image/png').split(',')[1]");
    Tensor got = Pictures.decode(Base64.getDecoder().decode(data), "canvas").pixels();
    Tensor expected =
        new PictureFilter(
                Presets.get("sobel-x"), new Pair(2, 2), new Pair(1, 1), PaddingMode.REPLICATE)
            .apply(Pictures.read(file).pixels());
    Tensor stored = Pictures.decode(Pictures.encodePng(expected), "stored").pixels();
    assertEquals(stored, got.narrow(0, 0, 3).copy());
  }

  @Test
  void aChosenPictureIsFiltered() throws IOException {
    open("weight", "sobel-x", "stride", "2", "padding_mode", "replicate");
    byId("file").sendKeys(picture().toString());
    assertFiltered(picture());
    set("weight", "box");
    await(
        "the other kernel",
        () ->
            text("picture-status").equals("noise.png is filtered") && count(".pictures img") == 2);
  }

  @Test
  void aDroppedPictureIsFiltered() throws IOException {
    open("weight", "sobel-x", "stride", "2", "padding_mode", "replicate");
    drop(Files.readAllBytes(picture()), "noise.png", "image/png");
    assertFiltered(picture());
  }

  private static void drop(byte[] bytes, String name, String type) {
    browser.executeScript(
        "const bytes = Uint8Array.from(atob(arguments[0]), c => c.charCodeAt(0));"
            + "const data = new DataTransfer();"
            + "data.items.add(new File([bytes], arguments[1], {type: arguments[2]}));"
            + "for (const kind of ['dragover', 'drop']) document.querySelector('main')"
            + ".dispatchEvent(new DragEvent(kind, {dataTransfer: data, bubbles: true,"
            + " cancelable: true}))",
        Base64.getEncoder().encodeToString(bytes),
        name,
        type);
  }

  @Test
  void whatIsNoPictureIsNamed() {
    open();
    drop(new byte[] {1, 2, 3}, "notes.txt", "text/plain");
    await(
        "a sentence",
        () ->
            text("picture-status").equals("notes.txt is not a picture that the browser can read"));
  }
}
