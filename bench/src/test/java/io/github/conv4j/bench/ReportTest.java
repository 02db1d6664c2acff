package io.github.conv4j.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.conv4j.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportTest {
  private static final Layer DENSE =
      new Layer("dense", 1, 64, 56, 56, 64, 3, 3, 1, 1, 1, 1, 1, 1, 1, "float32");
  private static final Layer GRAY =
      new Layer("gray", 1, 1, 100, 100, 1, 3, 3, 1, 1, 1, 1, 1, 1, 1, "float32");

  @TempDir private Path folder;

  @Test
  void ratiosAreTheBestPeersTimeByOurs() {
    List<Row> rows = Row.of(results(1e-7), 1, Contender.CONV4J);
    Row dense = rows.get(0);
    assertEquals(Optional.of(Contender.ORT_JAVA), dense.bestPlainPeer());
    assertEquals(Optional.of(Contender.TORCH_NHWC), dense.bestPeer());
    assertEquals(3, dense.plainRatio().orElseThrow(), 1e-12);
    assertEquals(0.5, dense.anyRatio().orElseThrow(), 1e-12);
    assertEquals(DENSE.flops() / 2e-3 / 1e9, dense.gflops(), 1e-9);
    assertEquals(dense.gflops(), dense.percentOfPeak(), 1e-9);
    Row gray = rows.get(1);
    assertEquals(Optional.of(Contender.TORCH_NHWC), gray.bestPlainPeer(), "one channel is plain");
    assertEquals(12, gray.plainRatio().orElseThrow(), 1e-12);
    assertEquals(6, Row.geometricMean(rows, Row::plainRatio).orElseThrow(), 1e-12);
  }

  @Test
  void withoutPeersThereIsNoRatio() {
    Row row = new Row(DENSE, measured(DENSE, Contender.CONV4J, 1, 0), Map.of(), limits());
    assertTrue(row.plainRatio().isEmpty());
    assertTrue(row.anyRatio().isEmpty());
    assertTrue(Row.geometricMean(List.of(row), Row::plainRatio).isEmpty());
  }

  @Test
  void floorsAreThoseOfTheClass() {
    assertEquals(OptionalDouble.of(1.8), LayerClass.DENSE_3X3.floor(Contender.CONV4J));
    assertEquals(OptionalDouble.of(2.7), LayerClass.DENSE_3X3.floor(Contender.CONV4J_FAST));
    assertTrue(LayerClass.FLOAT64.floor(Contender.CONV4J_FAST).isEmpty());
  }

  @Test
  void tableNamesEverybody() {
    String table = Report.markdown(results(1e-7));
    assertTrue(table.contains("- OpenCV MISSING: no module\n"), table);
    assertTrue(table.contains("- ONNX Runtime: does not want to: dense, gray\n"), table);
    assertTrue(table.contains("| dense | 0.231 |"), table);
    assertTrue(table.contains("6.000 \\* |"), table);
    assertTrue(table.contains("1.000 \\*\\* |"), table);
    assertTrue(
        table.contains(
            "| 3x3 stride 1, 64 channels or more |      1 |        3.00 |  1.80 |     yes"),
        table);
    assertTrue(table.contains("All outputs agree"), table);
    assertFalse(table.contains("conv4j FAST, 1 thread"), table);
  }

  @Test
  void disagreementIsTold() {
    Results results = results(Double.NaN);
    assertTrue(results.disagree());
    assertTrue(Report.markdown(results).contains("DISAGREES: conv4j on dense with 1 thread"));
    assertFalse(results(1e-7).disagree());
  }

  @Test
  void errorIsRelativeToTheLargestOutput() {
    Tensor expected = Tensor.of(new float[] {-8, 1, 0}, 3);
    assertEquals(0.25, Agreement.maxError(Tensor.of(new float[] {-6, 1, 1}, 3), expected));
    assertTrue(
        Double.isNaN(Agreement.maxError(Tensor.of(new float[] {-8, Float.NaN, 0}, 3), expected)));
    assertThrows(
        IllegalArgumentException.class,
        () -> Agreement.maxError(Tensor.of(new float[] {1}, 1), expected));
    assertEquals(24 * 8 * Math.pow(2, -24), Agreement.tolerance(DENSE), 1e-20);
  }

  @Test
  void jsonKeepsEverything() throws IOException {
    Results results = results(1e-7);
    Path file = folder.resolve("layers.json");
    Files.writeString(file, results.toJson());
    assertEquals(results, Results.read(file));
    Files.writeString(file, "[]");
    assertThrows(IOException.class, () -> Results.read(file));
    Files.writeString(file, "{}");
    assertThrows(IOException.class, () -> Results.read(file));
  }

  @Test
  void plotHasBarsForEachNumberOfThreads() {
    var chart = Plot.chart(results(1e-7), "ratios", Row::plainRatio);
    assertEquals(List.of("conv4j, 1 thread"), List.copyOf(chart.getSeriesMap().keySet()));
  }

  @Test
  void drawingHasNoMoreDigitsThanCanBeSeen() {
    assertEquals(
        "<path d=\"M-4.78,5.90 L0.5,12\" v=\"1.0\"/>",
        Plot.roundNumbers("<path d=\"M-4.78125,5.899 L0.5,12\" v=\"1.0\"/>"));
  }

  private static Results results(double error) {
    return new Results(
        "2026-01-01T00:00:00Z",
        new Results.Machine("a processor", 2, "an OS", 0.5),
        new Results.Java("25", "a vendor", "a VM"),
        "portable: asked for",
        new Results.Settings(1, 1, 1, 1, List.of(1), 1, List.of()),
        List.of(limits()),
        List.of(
            entrant(Contender.CONV4J, null),
            entrant(Contender.ORT_PYTHON, null),
            entrant(Contender.ORT_JAVA, null),
            entrant(Contender.OPENCV, "no module"),
            entrant(Contender.TORCH_NHWC, null)),
        List.of(DENSE, GRAY),
        List.of(
            measured(DENSE, Contender.CONV4J, 2, error),
            measured(DENSE, Contender.TORCH, 7, 0),
            measured(DENSE, Contender.ORT_JAVA, 6, 0),
            measured(DENSE, Contender.TORCH_NHWC, 1, 0),
            Results.Measurement.refused(DENSE, 1, Contender.ORT_PYTHON, "does not want to"),
            Results.Measurement.refused(GRAY, 1, Contender.ORT_PYTHON, "does not want to"),
            measured(GRAY, Contender.CONV4J, 0.5, 0),
            measured(GRAY, Contender.TORCH, 8, 0),
            measured(GRAY, Contender.TORCH_NHWC, 6, 0)));
  }

  private static MachineSpeed limits() {
    return new MachineSpeed(1, 100, 50, 20, 15, 512);
  }

  private static Results.Entrant entrant(Contender contender, String missing) {
    return new Results.Entrant(
        contender.id(),
        contender.title(),
        contender.hasPlainArrays(),
        missing == null ? "1.0" : null,
        missing);
  }

  private static Results.Measurement measured(
      Layer layer, Contender contender, double millis, double error) {
    return new Results.Measurement(
        layer.name(), 1, contender.id(), null, millis, millis, List.of(millis), error, 1e-6);
  }
}
