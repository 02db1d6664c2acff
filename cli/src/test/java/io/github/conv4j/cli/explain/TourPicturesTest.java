package io.github.conv4j.cli.explain;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The pictures of the tour are those that {@link TourPictures} draws, to the byte. With {@code
 * -Dconv4j.tour.pictures=FOLDER} they are drawn anew into a folder first.
 */
class TourPicturesTest {
  private static final String ANEW = "conv4j.tour.pictures";

  private static final Path FOLDER = Path.of("..", "docs", "pictures", "how-convolution-works");

  @Test
  void thePicturesAreWhatIsDrawn() throws IOException {
    Map<String, String> drawn = TourPictures.draw();
    String anew = System.getProperty(ANEW);
    if (anew != null) {
      for (Map.Entry<String, String> picture : drawn.entrySet()) {
        Files.createDirectories(Path.of(anew));
        Files.writeString(Path.of(anew).resolve(picture.getKey()), picture.getValue());
      }
    }
    Map<String, String> committed = new TreeMap<>();
    try (Stream<Path> files = Files.list(FOLDER)) {
      for (Path file : files.toList()) {
        String text = Files.readString(file);
        committed.put(file.getFileName().toString(), text.replace("\r\n", "\n"));
      }
    }
    assertEquals(new TreeSet<>(drawn.keySet()), committed.keySet());
    drawn.forEach((name, svg) -> assertEquals(svg, committed.get(name), name));
  }
}
