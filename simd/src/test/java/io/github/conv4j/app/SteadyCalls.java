package io.github.conv4j.app;

import com.sun.management.ThreadMXBean;
import io.github.conv4j.Accuracy;
import io.github.conv4j.Conv4j;
import io.github.conv4j.DType;
import io.github.conv4j.Tensor;
import io.github.conv4j.nn.Conv2d;
import io.github.conv4j.random.Generator;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Calls layers until a call allocates next to nothing, or for so long that it never will, and
 * prints the bytes that the last calls allocated.
 */
public final class SteadyCalls {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private static final int CALLS = 200;
  private static final long PATIENCE = TimeUnit.SECONDS.toNanos(20);

  private SteadyCalls() {}

  /**
   * Runs.
   *
   * @param arguments the element type, and how many bytes count as next to nothing
   */
  public static void main(String[] arguments) {
    DType dtype = DType.valueOf(arguments[0]);
    long little = Long.parseLong(arguments[1]);
    Conv4j.setThreads(1);
    List<Conv2d.Builder> builders =
        List.of(
            Conv2d.builder(64, 64, 3).padding(1),
            Conv2d.builder(64, 64, 3).padding(1).accuracy(Accuracy.FAST),
            Conv2d.builder(64, 68, 3).padding(2).dilation(2),
            Conv2d.builder(64, 70, 1),
            Conv2d.builder(64, 64, 1).stride(2),
            Conv2d.builder(64, 64, 3).padding(1).groups(8),
            Conv2d.builder(64, 64, 3).padding(1).groups(64),
            Conv2d.builder(64, 64, 3).padding(1).stride(2).groups(64),
            Conv2d.builder(64, 64, 5).padding(2).groups(64),
            Conv2d.builder(64, 30, 5).padding(2).paddingMode("reflect"));
    for (Conv2d.Builder builder : builders) {
      Generator generator = Generator.torch(1);
      Conv2d layer = builder.dtype(dtype).generator(generator).build();
      Tensor input = Tensor.rand(generator, 1, 64, 30, 30).to(dtype);
      Tensor output = layer.forward(input);
      long bytes;
      long start = System.nanoTime();
      do {
        long before = THREADS.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < CALLS; i++) {
          layer.forward(input, output);
        }
        bytes = (THREADS.getCurrentThreadAllocatedBytes() - before) / CALLS;
      } while (bytes > little && System.nanoTime() - start < PATIENCE);
      System.out.println(bytes + " " + layer);
    }
  }
}
