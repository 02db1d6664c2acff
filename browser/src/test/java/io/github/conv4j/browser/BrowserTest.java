package io.github.conv4j.browser;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.conv4j.cli.explore.ExplorePage;
import io.github.conv4j.cli.explore.LoopbackServer;
import java.io.File;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.logging.Level;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.By;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;
import org.openqa.selenium.support.ui.WebDriverWait;

/**
 * A browser and a server for the tests of a class. After each test the browser must have had
 * nothing to complain of, and asked nobody but the server.
 */
abstract class BrowserTest {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  @TempDir static Path folder;

  static LoopbackServer server;
  static ChromeDriver browser;

  @BeforeAll
  static void start() throws IOException {
    server =
        LoopbackServer.start(
            0,
            ExplorePage.routes(),
            failure -> {
              throw new AssertionError(failure);
            });
    ChromeOptions options = new ChromeOptions();
    options.setBinary(find("chromium"));
    options.addArguments(
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--disable-dev-shm-usage",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--window-size=1280,1000",
        "--user-data-dir=" + Files.createDirectory(folder.resolve("profile")));
    LoggingPreferences logs = new LoggingPreferences();
    logs.enable(LogType.BROWSER, Level.ALL);
    logs.enable(LogType.PERFORMANCE, Level.ALL);
    options.setCapability("goog:loggingPrefs", logs);
    ChromeDriverService service =
        new ChromeDriverService.Builder()
            .usingDriverExecutable(find("chromedriver"))
            .usingAnyFreePort()
            .build();
    browser = new ChromeDriver(service, options);
  }

  /** Returns a program of the path. */
  private static File find(String program) {
    return Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
        .map(part -> new File(part, program))
        .filter(File::canExecute)
        .findFirst()
        .orElseThrow(
            () ->
                new AssertionError(
                    program
                        + " is not on the PATH: install Chromium and ChromeDriver, Debian's packages"
                        + " chromium and chromium-driver"));
  }

  @AfterAll
  static void stop() {
    if (browser != null) {
      browser.quit();
    }
    if (server != null) {
      server.close();
    }
  }

  @AfterEach
  void nothingWentWrong() {
    List<LogEntry> complaints =
        new ArrayList<>(browser.manage().logs().get(LogType.BROWSER).getAll());
    complaints.removeIf(entry -> entry.getLevel().intValue() < Level.WARNING.intValue());
    assertEquals(List.of(), complaints);
    for (LogEntry entry : browser.manage().logs().get(LogType.PERFORMANCE).getAll()) {
      JsonObject message =
          JsonParser.parseString(entry.getMessage()).getAsJsonObject().getAsJsonObject("message");
      if (message.get("method").getAsString().equals("Network.requestWillBeSent")) {
        String address =
            message.getAsJsonObject("params").getAsJsonObject("request").get("url").getAsString();
        assertTrue(
            address.startsWith(server.address())
                || address.startsWith("data:")
                || address.startsWith("blob:" + server.address())
                || address.startsWith("file://" + folder)
                // The browser's own first page.
                || address.startsWith("chrome"),
            () -> "a request to " + address);
      }
    }
  }

  // ---- pages

  /** Opens the page with settings, given as names and texts, in a tab that has seen nothing. */
  static void open(String... namesAndTexts) {
    StringBuilder hash = new StringBuilder();
    for (int i = 0; i < namesAndTexts.length; i += 2) {
      hash.append(hash.isEmpty() ? "" : "&")
          .append(namesAndTexts[i])
          .append('=')
          .append(URLEncoder.encode(namesAndTexts[i + 1], StandardCharsets.UTF_8));
    }
    openHash(hash.toString());
  }

  static void openHash(String hash) {
    browser.get("about:blank");
    browser.get(server.address() + "#" + hash);
    settle();
  }

  /** Waits until everything that was asked for is shown. */
  static void settle() {
    await(
        "the page to settle",
        () ->
            "true"
                .equals(
                    browser.executeScript(
                        "return String(document.readyState === 'complete' && !!document"
                            + ".querySelector('#view[aria-busy=false]')"
                            + " && !document.querySelector('[aria-busy=true]'))")));
  }

  static void await(String what, BooleanSupplier condition) {
    new WebDriverWait(browser, PATIENCE, Duration.ofMillis(20))
        .withMessage(what)
        .until(driver -> condition.getAsBoolean());
  }

  static WebElement find(By by) {
    return browser.findElement(by);
  }

  static WebElement byId(String id) {
    return browser.findElement(By.id(id));
  }

  static WebElement control(String name) {
    return browser.findElement(By.name(name));
  }

  static String text(String id) {
    return (String)
        browser.executeScript("return document.getElementById(arguments[0]).textContent", id);
  }

  /** Gives a control a value as a user does, and waits for what comes of it. */
  static void set(String name, String value) {
    WebElement control = control(name);
    switch (control.getTagName()) {
      case "select" ->
          browser.executeScript(
              "arguments[0].value = arguments[1];"
                  + "arguments[0].dispatchEvent(new Event('input', {bubbles: true}))",
              control,
              value);
      default -> {
        if ("checkbox".equals(control.getDomProperty("type"))) {
          if (control.isSelected() != Boolean.parseBoolean(value)) {
            control.click();
          }
        } else {
          control.clear();
          control.sendKeys(value);
        }
      }
    }
    await(name + " in the link or the default", () -> linkHas(name, value));
    settle();
  }

  private static boolean linkHas(String name, String value) {
    return (boolean)
        browser.executeScript(
            "const control = document.getElementsByName(arguments[0])[0];"
                + "const first = {input: 'digit', weight: 'box'}[arguments[0]]"
                + " ?? (control.type === 'checkbox' ? 'false'"
                + " : control.defaultValue ?? control.options[0].value);"
                + "const link = new URLSearchParams(location.hash.slice(1));"
                + "return (link.get(arguments[0]) ?? first) === arguments[1]",
            name,
            value);
  }

  /** Returns the numbers of a stage's grids, row after row, with all their digits. */
  static float[] floats(String stage) {
    double[] doubles = doubles("#" + stage + " td:not(.corner)");
    float[] floats = new float[doubles.length];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) doubles[i];
    }
    return floats;
  }

  /** Returns the numbers of all cells of a kind, with all their digits. */
  static double[] doubles(String selector) {
    List<?> titles =
        (List<?>)
            browser.executeScript(
                "return [...document.querySelectorAll(arguments[0])].map(cell => cell.title)",
                selector);
    return titles.stream()
        .mapToDouble(title -> Double.parseDouble(title.toString().replace('−', '-')))
        .toArray();
  }

  /** Makes the window so wide, and dark or light. */
  static void look(int width, String scheme) {
    browser.executeCdpCommand(
        "Emulation.setDeviceMetricsOverride",
        Map.of("width", width, "height", 1000, "deviceScaleFactor", 1, "mobile", false));
    browser.executeCdpCommand(
        "Emulation.setEmulatedMedia",
        Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", scheme))));
  }
}
