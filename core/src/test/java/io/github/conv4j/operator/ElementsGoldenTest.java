package io.github.conv4j.operator;

import static java.util.Map.entry;

import io.github.conv4j.Tensor;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Operations that compute or move single elements: PyTorch's very bits. */
class ElementsGoldenTest {
  private static final Map<String, Function<GoldenCase, Tensor>> TABLE =
      Map.ofEntries(
          entry("add", golden -> first(golden).add(second(golden))),
          entry("sub", golden -> first(golden).sub(second(golden))),
          entry("mul", golden -> first(golden).mul(second(golden))),
          entry("div", golden -> first(golden).div(second(golden))),
          entry("add_scalar", golden -> first(golden).add(number(golden))),
          entry("sub_scalar", golden -> first(golden).sub(number(golden))),
          entry("mul_scalar", golden -> first(golden).mul(number(golden))),
          entry("div_scalar", golden -> first(golden).div(number(golden))),
          entry("cat", golden -> Tensor.cat(integer(golden, 0), golden.inputs())),
          entry("flatten", golden -> first(golden).flatten(integer(golden, 0), integer(golden, 1))),
          entry("squeeze_all", golden -> first(golden).squeeze()),
          entry("squeeze", golden -> first(golden).squeeze(integer(golden, 0))),
          entry("unsqueeze", golden -> first(golden).unsqueeze(integer(golden, 0))));

  static Stream<Arguments> cases() {
    return GoldenCase.all("elements");
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void givesWhatPyTorchGives(String title, GoldenCase golden) {
    golden.check(TABLE, false);
  }

  private static Tensor first(GoldenCase golden) {
    return golden.inputs()[0];
  }

  private static Tensor second(GoldenCase golden) {
    return golden.inputs()[1];
  }

  private static double number(GoldenCase golden) {
    return Double.parseDouble(golden.argument(0).getAsString());
  }

  private static int integer(GoldenCase golden, int i) {
    return golden.argument(i).getAsInt();
  }
}
