package io.github.conv4j.bench;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Array;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every kernel is called, computes what it is said to compute, and counts it; nothing is timed. */
class KernelBenchmarkTest {
  private final KernelBenchmark benchmark = new KernelBenchmark();
  private final KernelBenchmark.Work work = new KernelBenchmark.Work();

  @ParameterizedTest
  @CsvSource({"portable,float32", "portable,float64", "simd,float32", "simd,float64"})
  void multiply(String backend, String dtype) {
    var setting = new KernelBenchmark.Product();
    setting.shape = "5x7x9";
    prepare(setting, backend, dtype);
    assertComputed(5 * 9, 5 * 9, benchmark.multiply(setting, work));
    assertEquals(2e-9 * 5 * 7 * 9, work.gflop, 1e-15);
  }

  @ParameterizedTest
  @CsvSource({"portable,float32", "portable,float64", "simd,float32", "simd,float64"})
  void multiplyPanels(String backend, String dtype) {
    var setting = new KernelBenchmark.PanelProduct();
    // Whole panels of any width.
    setting.shape = "13x50x32";
    prepare(setting, backend, dtype);
    assertComputed(13 * 32, 13 * 32, benchmark.multiplyPanels(setting, work));
    assertEquals(2e-9 * 13 * 50 * 32, work.gflop, 1e-15);
  }

  @ParameterizedTest
  @CsvSource({"portable,float32", "portable,float64", "simd,float32", "simd,float64"})
  void filter(String backend, String dtype) {
    var setting = new KernelBenchmark.Filter();
    setting.shape = "2x4x5x3";
    prepare(setting, backend, dtype);
    assertComputed(2 * 4 * 5, 2 * 4 * 5, benchmark.filter(setting, work));
    assertEquals(2e-9 * 2 * 4 * 5 * 9, work.gflop, 1e-15);
  }

  @ParameterizedTest
  @CsvSource({
    "portable,float32,2,3,32", "portable,float64,2,3,32",
    "simd,float32,2,3,32", "simd,float64,2,3,32",
    "portable,float32,4,3,264", "portable,float64,4,3,264",
    "simd,float32,4,3,264", "simd,float64,4,3,264",
    "portable,float32,2,5,264", "portable,float64,2,5,264",
    "simd,float32,2,5,264", "simd,float64,2,5,264",
  })
  void winogradInput(String backend, String dtype, int size, int taps, int flop) {
    var setting = new KernelBenchmark.InputTransform();
    setting.size = size;
    setting.taps = taps;
    setting.tiles = 3;
    prepare(setting, backend, dtype);
    int products = setting.products();
    // Vectors may write behind the last tile.
    assertComputed(3 * products, 19 * products, benchmark.winogradInput(setting, work));
    assertEquals(3e-9 * flop, work.gflop, 1e-15);
  }

  @ParameterizedTest
  @CsvSource({
    "portable,float32,2,3,28", "portable,float64,2,3,28",
    "simd,float32,2,3,28", "simd,float64,2,3,28",
    "portable,float32,4,3,176", "portable,float64,4,3,176",
    "simd,float32,4,3,176", "simd,float64,4,3,176",
    "portable,float32,2,5,84", "portable,float64,2,5,84",
    "simd,float32,2,5,84", "simd,float64,2,5,84",
  })
  void winogradOutput(String backend, String dtype, int size, int taps, int flop) {
    var setting = new KernelBenchmark.OutputTransform();
    setting.size = size;
    setting.taps = taps;
    setting.tiles = 3;
    prepare(setting, backend, dtype);
    assertComputed(3 * size * size, 19 * size * size, benchmark.winogradOutput(setting, work));
    assertEquals(3e-9 * flop, work.gflop, 1e-15);
  }

  @Test
  void countsEveryCallAndLeavesTheSameResult() {
    var setting = new KernelBenchmark.Product();
    setting.shape = "2x3x4";
    prepare(setting, "portable", "float32");
    float[] once = ((float[]) benchmark.multiply(setting, work)).clone();
    assertArrayEquals(once, (float[]) benchmark.multiply(setting, work));
    assertEquals(2 * 2e-9 * 2 * 3 * 4, work.gflop, 1e-15);
  }

  @ParameterizedTest
  @CsvSource({
    "portable,float16,1x1x1",
    "cuda,float32,1x1x1",
    "simd,float32,1x1",
    "simd,float32,1x0x1",
    "simd,float32,129x1x1",
    "simd,float32,1x513x1",
    "simd,float32,axbxc",
  })
  void refusesWhatItCannotMeasure(String backend, String dtype, String shape) {
    var setting = new KernelBenchmark.Product();
    setting.shape = shape;
    assertThrows(IllegalArgumentException.class, () -> prepare(setting, backend, dtype));
  }

  private static void prepare(KernelBenchmark.Setting setting, String backend, String dtype) {
    setting.backend = backend;
    setting.dtype = dtype;
    setting.prepare();
  }

  /** Asserts that so many numbers of an array are not 0, and all are finite. */
  private static void assertComputed(int least, int most, Object array) {
    int computed = 0;
    for (int i = 0; i < Array.getLength(array); i++) {
      double number = Array.getDouble(array, i);
      assertTrue(Double.isFinite(number), "number " + i + " is " + number);
      computed += number != 0 ? 1 : 0;
    }
    assertTrue(least <= computed && computed <= most, computed + " of " + least + " computed");
  }
}
