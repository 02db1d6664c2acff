package io.github.conv4j.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.conv4j.bench.Launch.Turns;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LaunchTest {
  private static final Layer SMALL =
      new Layer("small", 1, 3, 8, 9, 4, 3, 3, 1, 1, 1, 1, 1, 1, 1, "float32");

  @TempDir private Path folder;

  @Test
  void measuresWithoutPython() throws IOException {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    Results.Settings settings = new Results.Settings(1, 2, 2, 4, List.of(1), 1, List.of());
    LayerData.random(SMALL, 1).write(folder);
    List<Contender> contenders = List.of(Contender.CONV4J, Contender.CONV4J_FAST, Contender.TORCH);
    try (Launch launch = new Launch(java, "no-such-python", settings, folder)) {
      assertNotNull(launch.entrant(Contender.CONV4J).version());
      String missing = launch.entrant(Contender.TORCH).missing();
      assertTrue(missing.contains("no-such-python"), missing);

      Map<Contender, Turns> turns = launch.measure(1, folder, contenders);
      assertNull(turns.get(Contender.CONV4J).refused);
      assertEquals(2, turns.get(Contender.CONV4J).rounds.size());
      assertEquals(0, turns.get(Contender.CONV4J).maxError, "it is compared with itself");
      assertTrue(turns.get(Contender.CONV4J).min() > 0);
      assertEquals(missing, turns.get(Contender.TORCH).refused);
    }
  }
}
