package io.github.conv4j.browser;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;

/** Whether everybody can use the explore page: with a screen reader, at night, on a telephone. */
class LookIT extends BrowserTest {
  private static final String[] RICH = {
    "in_channels", "4", "out_channels", "2", "groups", "2", "padding", "2", "padding_mode",
    "reflect", "dilation", "2", "bias", "true", "weight", "random", "activation", "relu",
    "pooling", "max"
  };

  /**
   * Lists texts whose contrast with what is behind them is less than 4.5, as WCAG 2.2 (success
   * criterion 1.4.3) computes it. Where a pattern is behind, the worst of its colours counts.
   */
  private static final String LOW_CONTRAST =
      """
      const canvas = document.createElement('canvas');
      canvas.width = canvas.height = 1;
      const pen = canvas.getContext('2d', {willReadFrequently: true});
      const rgba = (colour) => {
        pen.clearRect(0, 0, 1, 1);
        pen.fillStyle = colour;
        pen.fillRect(0, 0, 1, 1);
        return [...pen.getImageData(0, 0, 1, 1).data];
      };
      const light = (c) => {
        const [r, g, b] = c.map((v) => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
      };
      const behind = (element) => {
        for (let e = element; e; e = e.parentElement) {
          const style = getComputedStyle(e);
          if (style.backgroundImage !== 'none') {
            return style.backgroundImage.match(/(rgba?|color|oklab)\\([^)]*\\)/g).map(rgba);
          }
          const colour = rgba(style.backgroundColor);
          if (colour[3] === 255) {
            return [colour];
          }
        }
        return [[255, 255, 255, 255]];
      };
      const low = [];
      let texts = 0;
      const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
      for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        const element = node.parentElement;
        if (!node.data.trim() || !element.checkVisibility() || element.closest('.stale, svg, script, option, datalist')) {
          continue;
        }
        texts++;
        const style = getComputedStyle(element);
        const ink = light(rgba(style.color));
        for (const back of behind(element)) {
          const paper = light(back);
          const contrast = (Math.max(ink, paper) + 0.05) / (Math.min(ink, paper) + 0.05);
          if (contrast < 4.5) {
            low.push(`${element.tagName}.${element.className} "${node.data.trim().slice(0, 20)}" ${contrast.toFixed(2)}`);
          }
        }
      }
      return [texts, [...new Set(low)].slice(0, 10)];
      """;

  /** Lists what can be used but has no name for a screen reader. */
  private static final String NAMELESS =
      """
      const all = document.querySelectorAll('button, input, select, a, [role=img], [role=region], [role=gridcell], table');
      return [...all].filter((e) => {
        const labels = e.labels && [...e.labels].map((l) => l.textContent.trim()).join('');
        const named = e.getAttribute('aria-label') || labels || e.textContent.trim() || e.title;
        return !named;
      }).map((e) => e.outerHTML.slice(0, 80));
      """;

  @AfterEach
  void lookAsBefore() {
    browser.executeCdpCommand("Emulation.clearDeviceMetricsOverride", Map.of());
    browser.executeCdpCommand("Emulation.setEmulatedMedia", Map.of("features", List.of()));
  }

  @ParameterizedTest
  @CsvSource({"light, 1280", "dark, 1280", "light, 360", "dark, 360"})
  void everyTextStandsOut(String scheme, int width) {
    look(width, scheme);
    open(RICH);
    List<?> result = (List<?>) browser.executeScript(LOW_CONTRAST);
    assertTrue((Long) result.get(0) > 500, () -> "texts: " + result.get(0));
    assertEquals(List.of(), result.get(1));
    set("padding", "9");
    await("a sentence", () -> byId("error").isDisplayed());
    assertEquals(List.of(), ((List<?>) browser.executeScript(LOW_CONTRAST)).get(1));
  }

  @Test
  void theThemesDiffer() {
    look(1280, "light");
    open();
    String day = byId("view").findElement(By.xpath("/html/body")).getCssValue("background-color");
    look(1280, "dark");
    String night = find(By.tagName("body")).getCssValue("background-color");
    assertTrue(!day.equals(night), day);
  }

  @ParameterizedTest
  @CsvSource({"360", "760", "1280"})
  void nothingIsCutOff(int width) {
    look(width, "light");
    for (String[] settings :
        List.of(RICH, new String[] {"height", "24", "width", "24", "padding", "12"})) {
      open(settings);
      Long wide = (Long) browser.executeScript("return document.documentElement.scrollWidth");
      assertTrue(wide <= width, () -> "the page is " + wide + " wide");
      // What is wider than its box can be scrolled to.
      List<?> cut =
          (List<?>)
              browser.executeScript(
                  "return [...document.querySelectorAll('body *')].filter(e =>"
                      + " e.scrollWidth > e.clientWidth + 2 && e.clientWidth > 0"
                      + " && getComputedStyle(e).overflowX === 'hidden')"
                      + ".map(e => e.outerHTML.slice(0, 80))");
      assertEquals(List.of(), cut);
      List<?> outside =
          (List<?>)
              browser.executeScript(
                  "return [...document.querySelectorAll('button, input, select, h1, h3, label')]"
                      + ".filter(e => e.checkVisibility() && e.id !== 'file')"
                      + ".filter(e => { const b = e.getBoundingClientRect();"
                      + " return b.right > innerWidth + 1 || b.left < -1; })"
                      + ".map(e => e.outerHTML.slice(0, 80))");
      assertEquals(List.of(), outside);
    }
  }

  @Test
  void everythingHasAName() {
    open(RICH);
    assertEquals(List.of(), browser.executeScript(NAMELESS));
    assertEquals("en", find(By.tagName("html")).getDomAttribute("lang"));
  }

  @Test
  void whatAScreenReaderIsTold() {
    open(RICH);
    for (WebElement grid : browser.findElements(By.cssSelector("#output-stage table"))) {
      assertEquals("grid", grid.getAriaRole());
      assertTrue(!grid.findElement(By.tagName("caption")).getText().isEmpty());
    }
    assertEquals("polite", byId("sum").getDomAttribute("aria-live"));
    byId("play").click();
    // Several sentences a second would be noise.
    assertEquals("off", byId("sum").getDomAttribute("aria-live"));
    byId("play").click();
    assertEquals("polite", byId("sum").getDomAttribute("aria-live"));
    settle();
    String label = find(By.cssSelector("#input-stage td.padding")).getDomAttribute("aria-label");
    assertTrue(label.matches("input 0, -2, -2: .*, padding from 2, 2"), label);
  }

  @Test
  void theFocusIsSeen() {
    open();
    for (String selector : List.of("#play", "[name=stride]", "#output-stage td[tabindex='0']")) {
      WebElement element = find(By.cssSelector(selector));
      // Focus is shown where the keyboard is used.
      browser.switchTo().activeElement().sendKeys(Keys.TAB);
      browser.executeScript("arguments[0].focus()", element);
      assertTrue(!element.getCssValue("outline-style").equals("none"), selector);
    }
  }
}
