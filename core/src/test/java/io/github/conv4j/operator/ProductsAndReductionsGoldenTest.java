package io.github.conv4j.operator;

import io.github.conv4j.Tensor;
import io.github.conv4j.testing.Golden;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Operations that add up, in an order of their own: as close to PyTorch as its own tests ask. */
class ProductsAndReductionsGoldenTest {
  private static final Map<String, Function<GoldenCase, Tensor>> TABLE =
      Map.of(
          "matmul", golden -> golden.inputs()[0].matmul(golden.inputs()[1]),
          "sum", golden -> golden.inputs()[0].sum(dims(golden), keepDim(golden)),
          "mean", golden -> golden.inputs()[0].mean(dims(golden), keepDim(golden)),
          "amax", golden -> golden.inputs()[0].amax(dims(golden), keepDim(golden)));

  static Stream<Arguments> cases() {
    return GoldenCase.all("close");
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void givesWhatPyTorchGives(String title, GoldenCase golden) {
    golden.check(TABLE, true);
  }

  private static int[] dims(GoldenCase golden) {
    return Golden.ints(golden.argument(0));
  }

  private static boolean keepDim(GoldenCase golden) {
    return golden.argument(1).getAsBoolean();
  }
}
