package io.github.conv4j.bench;

import io.github.conv4j.Conv4j;
import io.github.conv4j.Tensor;
import io.github.conv4j.nn.Conv2d;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** One layer of {@code layers.json} after another, with either backend. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 3, jvmArgsAppend = "--add-modules=jdk.incubator.vector")
public class LayerBenchmark {
  private static final long SEED = 1;

  /** The layer's name; {@code -p layer=...} takes any of the file. */
  @Param({"rn50_64x64_3x3_56", "rn50_64x256_1x1_56", "mbv2_dw144_3x3_56", "gray_1x1_3x3_1024"})
  public String layer;

  /** The kernels that run. */
  @Param({"portable", "simd"})
  public String backend;

  /** How many threads share the work of a call. */
  @Param("1")
  public int threads;

  private Conv2d conv;
  private Tensor input;
  private Tensor output;

  /** Makes the layer ready. */
  @Setup
  public void prepare() {
    // Every combination has a JVM of its own, and this comes before conv4j's first use in it.
    System.setProperty("conv4j.backend", backend);
    Conv4j.setThreads(threads);
    Layer geometry =
        Layer.builtIn().stream()
            .filter(l -> l.name().equals(layer))
            .findFirst()
            .orElseThrow(() -> new IllegalArgumentException("no layer is called " + layer));
    LayerData data = LayerData.random(geometry, SEED);
    conv = Conv4jLayer.create(data, Contender.CONV4J);
    input = data.input();
    output = Tensor.zeros(geometry.outputShape(), geometry.type());
  }

  /** Computes the layer once. */
  @Benchmark
  public Tensor forward() {
    return conv.forward(input, output);
  }
}
