package io.github.conv4j.browser;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.conv4j.PaddingMode;
import io.github.conv4j.Tensor;
import io.github.conv4j.cli.explain.Explanation;
import io.github.conv4j.cli.explore.StandalonePage;
import io.github.conv4j.explain.OutputElement;
import io.github.conv4j.explain.Tap;
import io.github.conv4j.nn.functional.Conv2dOptions;
import io.github.conv4j.nn.functional.Functional;
import io.github.conv4j.random.Generator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.By;

/** The page that explain writes, opened as a file. */
class StandaloneIT extends BrowserTest {
  private static final Explanation WORDS =
      new Explanation(
          "a title", List.of(new Explanation.Section("Sizes", List.of("<b>one</b>", "two"))));

  private static void openFile(String page) throws IOException {
    Path file = Files.createTempFile(folder, "page", ".html");
    Files.writeString(file, page);
    browser.get(file.toUri().toString());
  }

  @Test
  void itsProductsAreThoseOfTheLibrary() throws IOException {
    Generator random = Generator.torch(4);
    Tensor x = Tensor.randn(random, 4, 5, 6);
    Tensor w = Tensor.randn(random, 6, 2, 3, 2);
    Tensor b = Tensor.randn(random, 6);
    Conv2dOptions options =
        Conv2dOptions.defaults()
            .padding(2, 1)
            .stride(2, 1)
            .dilation(1, 2)
            .groups(2)
            .paddingMode(PaddingMode.REFLECT);
    Tensor y = Functional.conv2d(x, w, b, options);
    openFile(StandalonePage.of(WORDS, x, w, b, options, new int[] {4, 1, 2}));
    assertArrayEquals(y.floats(), floats("output-stage"));
    assertEquals("y[4, 1, 2]", text("place"));
    for (int step = 0; step < 10; step++) {
      String place = text("place");
      String[] index = place.substring(2, place.length() - 1).split(", ", -1);
      int[] at = new int[3];
      for (int i = 0; i < 3; i++) {
        at[i] = Integer.parseInt(index[i]);
      }
      await("the products", () -> text("sum").startsWith(place));
      double[] numbers = doubles(".products tbody td[title]");
      List<Tap> taps = OutputElement.of(x, w, b, options, at).taps();
      assertEquals(1 + 4 * taps.size(), numbers.length);
      double sum = b.get(at[0]);
      for (int i = 0; i < taps.size(); i++) {
        sum += taps.get(i).product();
        assertEquals(taps.get(i).product() + 0.0, numbers[3 + 4 * i], 0);
        assertEquals(sum, numbers[4 + 4 * i], 0);
      }
      byId("forward").click();
    }
  }

  @Test
  void wordsStayWords() throws IOException {
    openFile(StandalonePage.of(WORDS, "There is no drawing."));
    assertEquals("a title", text("repr"));
    assertEquals("There is no drawing.", byId("note").getText());
    assertEquals("<b>one</b>\ntwo", find(By.cssSelector("#explanation pre")).getText());
    assertTrue(browser.findElements(By.tagName("b")).isEmpty());
  }
}
