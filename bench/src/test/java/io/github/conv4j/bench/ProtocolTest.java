package io.github.conv4j.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.conv4j.io.Npy;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProtocolTest {
  private static final Layer SMALL =
      new Layer("small", 1, 3, 8, 9, 4, 3, 3, 1, 1, 1, 1, 1, 1, 1, "float32");

  @TempDir private Path folder;

  @Test
  void repliesAreLines() {
    assertEquals(Optional.of(new Reply(true, "1.5 2.5")), Reply.parse("ok 1.5 2.5"));
    assertEquals(Optional.of(new Reply(true, "")), Reply.parse("ok"));
    assertEquals(Optional.of(new Reply(false, "no such layer")), Reply.parse("no no such layer"));
    assertEquals(Optional.empty(), Reply.parse("WARNING: a library says something"));
    assertEquals(Optional.empty(), Reply.parse(""));
    assertEquals("ok 1.5 2.5", Reply.ok("1.5 2.5").toString());
    assertEquals("ok", Reply.ok("").toString());
  }

  @Test
  void refusalIsOneLine() {
    assertEquals("no first", Reply.no(new IOException("first\nsecond")).toString());
    assertTrue(Reply.no(new IllegalStateException()).text().contains("IllegalStateException"));
  }

  @Test
  void timingsAreTwoNumbers() {
    assertEquals(new Timing(0.25, 1e-3), Timing.parse(new Timing(0.25, 1e-3).toString()));
    assertThrows(IllegalArgumentException.class, () -> Timing.parse("1"));
    assertThrows(IllegalArgumentException.class, () -> Timing.parse("1 2 3"));
    assertThrows(IllegalArgumentException.class, () -> Timing.parse("1 a"));
  }

  @Test
  void timingHasShortestAndMiddle() {
    assertEquals(new Timing(1, 3), Timing.ofNanos(new long[] {5_000_000, 1_000_000, 3_000_000}));
    assertEquals(2.5, Timing.median(4, 1, 3, 2));
    assertEquals(7, Timing.median(7));
  }

  @Test
  void turnsHaveAsManyCallsAsFit() {
    assertEquals(50, Launch.times(100, 2));
    assertEquals(1, Launch.times(100, 180));
    assertEquals(1_000_000, Launch.times(100, 1e-9));
  }

  @Test
  void workerComputesALayer() throws IOException {
    LayerData data = LayerData.random(SMALL, 7);
    data.write(folder);
    Worker worker = new Worker();
    assertEquals(Reply.ok(""), worker.answer("prepare conv4j 1 " + folder));
    assertTrue(Timing.parse(worker.answer("warm conv4j 1").text()).min() > 0);
    assertTrue(Timing.parse(worker.answer("run conv4j 3").text()).median() > 0);
    Path output = folder.resolve("y.npy");
    assertEquals(Reply.ok(""), worker.answer("output conv4j " + output));
    assertEquals(
        Conv4jLayer.create(data, Contender.CONV4J).forward(data.input()), Npy.read(output));
    assertEquals(Reply.ok(""), worker.answer("release"));
    assertFalse(worker.answer("run conv4j 1").ok());
  }

  @Test
  void workerRefusesWhatItCannotDo() {
    Worker worker = new Worker();
    assertFalse(worker.answer("dance").ok());
    assertFalse(worker.answer("prepare nobody 1 x").ok());
    assertFalse(worker.answer("prepare conv4j 1 " + folder.resolve("nowhere")).ok());
  }
}
