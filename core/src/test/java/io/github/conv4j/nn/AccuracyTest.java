package io.github.conv4j.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import io.github.conv4j.DType;
import io.github.conv4j.Shape;
import io.github.conv4j.Tensor;
import io.github.conv4j.nn.functional.Functional;
import io.github.conv4j.random.Generator;
import io.github.conv4j.testing.Golden;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The contract on accuracy: how far float32 results may lie from float64. */
class AccuracyTest {
  /** The contract: as many times PyTorch's own error. */
  private static final double TIMES_PYTORCHS = 1.3;

  static List<JsonObject> layers() {
    return Golden.objects(Golden.json("conv2d/accuracy.json").get("layers"));
  }

  @ParameterizedTest
  @MethodSource("layers")
  void errorIsAboutPyTorchs(JsonObject given) {
    Generator generator = Generator.torch(given.get("seed").getAsLong());
    int channels = given.get("in_channels").getAsInt();
    int side = given.get("side").getAsInt();
    Conv2d conv =
        Conv2d.builder(
                channels, given.get("out_channels").getAsInt(), given.get("kernel_size").getAsInt())
            .stride(given.get("stride").getAsInt())
            .padding(given.get("padding").getAsInt())
            .dilation(given.get("dilation").getAsInt())
            .groups(given.get("groups").getAsInt())
            .generator(generator)
            .build();
    Tensor input = Tensor.randn(generator, 1, channels, side, side);

    double[] single = conv.forward(input).toDoubleArray();
    double[] exact =
        Functional.conv2d(
                input.to(DType.FLOAT64),
                conv.weight().to(DType.FLOAT64),
                conv.bias().orElseThrow().to(DType.FLOAT64),
                conv.options())
            .doubles();

    double squaredError = 0;
    double sum = 0;
    double squares = 0;
    for (int i = 0; i < exact.length; i++) {
      squaredError += (single[i] - exact[i]) * (single[i] - exact[i]);
      sum += exact[i];
      squares += exact[i] * exact[i];
    }
    int n = exact.length;
    double deviation = Math.sqrt((squares - sum * sum / n) / (n - 1));
    double error = Math.sqrt(squaredError / n) / deviation;
    double pytorchs = given.get("rms_error").getAsDouble();
    assertTrue(
        error <= TIMES_PYTORCHS * pytorchs, "rms error " + error + ", PyTorch's " + pytorchs);
  }

  @Test
  void integersComeOutExact() {
    Tensor input = Tensor.zeros(Shape.of(1, 200, 6, 6), DType.FLOAT32);
    Tensor weight = Tensor.zeros(Shape.of(8, 200, 3, 3), DType.FLOAT32);
    fillWithSmallIntegers(input, 1);
    fillWithSmallIntegers(weight, 2);
    Tensor single = Functional.conv2d(input, weight);
    Tensor exact = Functional.conv2d(input.to(DType.FLOAT64), weight.to(DType.FLOAT64));
    assertEquals(exact, single.to(DType.FLOAT64));
  }

  private static void fillWithSmallIntegers(Tensor tensor, int salt) {
    for (int i = 0; i < tensor.numel(); i++) {
      tensor.floats()[i] = (i * 37 + salt * 11) % 21 - 10;
    }
  }
}
