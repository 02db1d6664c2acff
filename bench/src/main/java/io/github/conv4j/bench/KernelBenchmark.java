package io.github.conv4j.bench;

import io.github.conv4j.DType;
import io.github.conv4j.Shape;
import io.github.conv4j.Tensor;
import io.github.conv4j.kernel.KernelProvider;
import io.github.conv4j.kernel.PortableDoubleKernels;
import io.github.conv4j.kernel.PortableFloatKernels;
import io.github.conv4j.kernel.TileKernels;
import io.github.conv4j.random.Generator;
import java.util.Arrays;
import java.util.ServiceLoader;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import org.openjdk.jmh.annotations.AuxCounters;
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

/**
 * One kernel of {@link TileKernels} after another, with either backend and either element type.
 *
 * <p>The result named {@code gflop} is what a kernel does in a second, in GFLOP/s; one fused
 * multiply-add is two operations. So it can be put beside the peak that {@link MachineSpeed} has.
 * Only operations on pixels and tiles asked for count, not what fills up a vector.
 *
 * <p>A call always meets the same arrays, so that they are in the first-level cache if they fit.
 */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Fork(value = 3, jvmArgsAppend = "--add-modules=jdk.incubator.vector")
public class KernelBenchmark {
  private static final long SEED = 1;

  /** What has been computed; JMH divides it by the time. */
  @State(Scope.Thread)
  @AuxCounters(AuxCounters.Type.OPERATIONS)
  public static class Work {
    /** Operations, in thousands of millions. */
    public double gflop;
  }

  /**
   * A kernel with its arguments.
   *
   * @param kernel calls it; any number of calls leave the same result
   * @param result the array that it writes
   * @param flop the operations of a call
   */
  private record Call(Runnable kernel, Object result, long flop) {}

  /** What the settings of all kernels have in common. */
  @State(Scope.Thread)
  public abstract static class Setting {
    /** Whose kernels run. */
    @Param({"portable", "simd"})
    public String backend;

    /** The element type. */
    @Param({"float32", "float64"})
    public String dtype;

    private Call call;
    private double gflop;

    /** Makes the arguments. */
    @Setup
    public void prepare() {
      boolean portable = backend.equals("portable");
      Generator generator = Generator.torch(SEED);
      call =
          switch (dtype) {
            case "float32" ->
                prepare(
                    portable ? new PortableFloatKernels() : provider(backend).floats(),
                    n -> Tensor.randn(generator, Shape.of(n), DType.FLOAT32).floats());
            case "float64" ->
                prepare(
                    portable ? new PortableDoubleKernels() : provider(backend).doubles(),
                    n -> Tensor.randn(generator, Shape.of(n), DType.FLOAT64).doubles());
            default -> throw new IllegalArgumentException("no kernels are for " + dtype);
          };
      gflop = call.flop() * 1e-9;
    }

    /**
     * Makes the arguments for an element type.
     *
     * @param numbers makes arrays of numbers from N(0, 1)
     */
    abstract <A> Call prepare(TileKernels<A> kernels, IntFunction<A> numbers);

    final Object run(Work work) {
      call.kernel().run();
      work.gflop += gflop;
      return call.result();
    }

    /** Returns kernels that are not core's own, not those of the backend that runs by default. */
    private static KernelProvider provider(String backend) {
      for (KernelProvider provider : ServiceLoader.load(KernelProvider.class)) {
        if (provider.name().equals(backend)) {
          provider
              .refusal()
              .ifPresent(
                  refusal -> {
                    throw new IllegalStateException(backend + " cannot run: " + refusal);
                  });
          return provider;
        }
      }
      throw new IllegalArgumentException("no backend is called " + backend);
    }
  }

  /** A product of packed kernels and rows of pixels, as the direct algorithm has it. */
  public static class Product extends Setting {
    /** Partial sums have as many taps at most, as {@code Tiling} in core makes them. */
    private static final int CHUNK = 144;

    /** Taps whose pixels overlap: those of a kernel's row. */
    private static final int ROW_TAPS = 3;

    /** Rows of kernels, taps and pixels; small, as in a layer, and such that vectors are left. */
    @Param({"24x72x64", "128x144x512", "17x63x49"})
    public String shape;

    @Override
    <A> Call prepare(TileKernels<A> kernels, IntFunction<A> numbers) {
      int[] sizes = sizes(shape, "rows x taps x pixels", 3);
      int rows = sizes[0];
      int taps = sizes[1];
      int pixels = sizes[2];
      int pitch = pixels + ROW_TAPS - 1;
      int[] offsets = new int[taps];
      for (int t = 0; t < taps; t++) {
        offsets[t] = t / ROW_TAPS * pitch + t % ROW_TAPS;
      }
      A packed = packed(kernels, numbers, rows, taps);
      A q = numbers.apply((taps / ROW_TAPS + 1) * pitch);
      A start = numbers.apply(rows);
      // An odd number of cache lines of float32: rows a power of 2 apart compete for few sets.
      int yRow = (pixels + 31) / 32 * 32 + 16;
      A y = kernels.newArray(rows * yRow);
      TileKernels.Scratch scratch = kernels.newScratch();
      int chunk = Math.min(CHUNK, taps);
      return new Call(
          () ->
              kernels.multiply(
                  packed, 0, taps, rows, q, 0, offsets, 0, taps, chunk, start, 0, y, 0, yRow,
                  pixels, scratch),
          y,
          2L * rows * taps * pixels);
    }
  }

  /** One of Winograd's products: what the taps meet, and the sums, lie in panels. */
  public static class PanelProduct extends Setting {
    /** Partial sums have as many taps at most, as {@code WinogradConv} in core makes them. */
    private static final int CHUNK = 48;

    /** Output channels, input channels and tiles; small, and as in a layer. */
    @Param({"24x48x64", "120x96x96"})
    public String shape;

    @Override
    <A> Call prepare(TileKernels<A> kernels, IntFunction<A> numbers) {
      int[] sizes = sizes(shape, "rows x taps x tiles", 3);
      int rows = sizes[0];
      int taps = sizes[1];
      int tiles = sizes[2];
      int panel = Math.min(kernels.panel(), tiles);
      int panels = (tiles - 1) / panel + 1;
      int[] offsets = new int[taps];
      for (int t = 0; t < taps; t++) {
        offsets[t] = t * panel;
      }
      A packed = packed(kernels, numbers, rows, taps);
      A v = numbers.apply(panels * taps * panel);
      A start = numbers.apply(rows);
      A m = kernels.newArray(panels * rows * panel);
      TileKernels.Scratch scratch = kernels.newScratch();
      int chunk = Math.min(CHUNK, taps);
      return new Call(
          () ->
              kernels.multiplyPanels(
                  packed,
                  0,
                  taps,
                  rows,
                  v,
                  0,
                  taps * panel,
                  offsets,
                  0,
                  taps,
                  chunk,
                  start,
                  0,
                  m,
                  0,
                  panel,
                  rows * panel,
                  tiles,
                  scratch),
          m,
          2L * rows * taps * tiles);
    }
  }

  /** A filter of padded channels, each with its own kernel, with stride 1. */
  public static class Filter extends Setting {
    /** Channels, rows and columns of the output, and both sides of the kernels. */
    @Param({"1x14x56x3", "1x14x56x5", "8x7x7x3"})
    public String shape;

    @Override
    <A> Call prepare(TileKernels<A> kernels, IntFunction<A> numbers) {
      int[] sizes = sizes(shape, "channels x rows x columns x side", 4);
      int channels = sizes[0];
      int rows = sizes[1];
      int columns = sizes[2];
      int side = sizes[3];
      int pitch = columns + side - 1;
      int plane = (rows + side - 1) * pitch;
      int[] offsets = new int[side * side];
      for (int t = 0; t < offsets.length; t++) {
        offsets[t] = t / side * pitch + t % side;
      }
      A x = numbers.apply(channels * plane + 2 * TileKernels.SLACK);
      A w = numbers.apply(channels * offsets.length);
      A bias = numbers.apply(channels);
      A y = kernels.newArray(channels * rows * columns);
      TileKernels.Scratch scratch = kernels.newScratch();
      return new Call(
          () ->
              kernels.filter(
                  x,
                  0,
                  plane,
                  pitch,
                  offsets,
                  Math.min(offsets.length, 144),
                  w,
                  bias,
                  0,
                  channels,
                  y,
                  0,
                  columns,
                  columns,
                  rows,
                  scratch),
          y,
          2L * channels * rows * columns * offsets.length);
    }
  }

  /** What Winograd's transforms have in common: a row of tiles of one channel. */
  public abstract static class Transform extends Setting {
    /** Outputs of a tile, in either direction. */
    @Param({"2", "4"})
    public int size;

    /** Rows and columns of the kernel; 5 only goes with tiles of 2. */
    @Param("3")
    public int taps;

    /** How many tiles. */
    @Param("64")
    public int tiles;

    /** Returns how many numbers a tile has between the transforms. */
    final int products() {
      return side() * side();
    }

    /** Returns how many inputs a tile sees, in either direction. */
    final int side() {
      return size + taps - 1;
    }
  }

  /** Winograd's transform of the input, {@code V = B' d B}. */
  public static class InputTransform extends Transform {
    @Override
    <A> Call prepare(TileKernels<A> kernels, IntFunction<A> numbers) {
      // Rows of the next tiles, which a tile sees too, lie behind the others.
      int step = (side() + size - 1) / size * tiles + TileKernels.SLACK;
      int vStep = tiles + TileKernels.SLACK;
      A parts = numbers.apply(size * side() * step);
      A v = kernels.newArray(products() * vStep);
      TileKernels.Scratch scratch = kernels.newScratch();
      // 8 vectors of 4 numbers by 4 operations, or 12 of 6 by 22: see the matrices.
      long flop = side() == 4 ? 8 * 4 : 12 * 22;
      return new Call(
          () ->
              kernels.winogradInput(
                  size,
                  side(),
                  parts,
                  0,
                  step,
                  tiles,
                  v,
                  0,
                  vStep,
                  kernels.panel(),
                  0,
                  tiles,
                  scratch),
          v,
          flop * tiles);
    }
  }

  /** Winograd's transform of the sums, {@code y = A' m A}, and the bias. */
  public static class OutputTransform extends Transform {
    @Override
    <A> Call prepare(TileKernels<A> kernels, IntFunction<A> numbers) {
      int step = tiles + TileKernels.SLACK;
      A sums = numbers.apply(products() * step);
      A bias = numbers.apply(1);
      A y = kernels.newArray(size * size * step);
      TileKernels.Scratch scratch = kernels.newScratch();
      // 4 + 2 vectors by 4 operations, 6 + 4 by 16, or 6 + 2 by 10: see the matrices.
      int vector = side() == 4 ? 4 : size == 4 ? 16 : 10;
      long outputs = size;
      long flop = (side() + outputs) * vector + outputs * outputs;
      return new Call(
          () ->
              kernels.winogradOutput(
                  size, side(), sums, 0, step, kernels.panel(), bias, 0, y, step, tiles, scratch),
          y,
          flop * tiles);
    }
  }

  /** Multiplies kernels and pixels that are neighbours. */
  @Benchmark
  public Object multiply(Product setting, Work work) {
    return setting.run(work);
  }

  /** Multiplies kernels and numbers in panels. */
  @Benchmark
  public Object multiplyPanels(PanelProduct setting, Work work) {
    return setting.run(work);
  }

  /** Filters channels by themselves. */
  @Benchmark
  public Object filter(Filter setting, Work work) {
    return setting.run(work);
  }

  /** Transforms the input of tiles. */
  @Benchmark
  public Object winogradInput(InputTransform setting, Work work) {
    return setting.run(work);
  }

  /** Transforms the sums of tiles. */
  @Benchmark
  public Object winogradOutput(OutputTransform setting, Work work) {
    return setting.run(work);
  }

  private static <A> A packed(TileKernels<A> kernels, IntFunction<A> numbers, int rows, int taps) {
    // What is more would be written behind a thread's scratch memory.
    if (rows > TileKernels.MAX_ROWS || taps > TileKernels.MAX_TAPS) {
      throw new IllegalArgumentException(
          "expected at most "
              + TileKernels.MAX_ROWS
              + " rows and "
              + TileKernels.MAX_TAPS
              + " taps, but got "
              + rows
              + " and "
              + taps);
    }
    A packed = kernels.newArray(kernels.packedLength(rows, taps));
    kernels.pack(numbers.apply(rows * taps), 0, rows, taps, packed, 0);
    return packed;
  }

  private static int[] sizes(String shape, String expected, int count) {
    int[] sizes = Arrays.stream(shape.split("x", -1)).mapToInt(Integer::parseInt).toArray();
    if (sizes.length != count || Arrays.stream(sizes).anyMatch(n -> n < 1)) {
      throw new IllegalArgumentException("expected " + expected + ", but got " + shape);
    }
    return sizes;
  }
}
