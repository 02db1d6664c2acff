package io.github.conv4j.operator;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.conv4j.Indices;
import io.github.conv4j.Selection;
import io.github.conv4j.Tensor;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Operations that choose elements: PyTorch's elements and indices. */
class SelectionGoldenTest {
  private static final Map<String, Function<GoldenCase, Selection>> TABLE =
      Map.of(
          "max",
          golden -> input(golden).max(golden.argument(0).getAsInt(), flag(golden, 1)),
          "argmax",
          golden -> {
            // Only the indices are there; the elements come from where they would be.
            int dim = golden.argument(0).getAsInt();
            Indices indices = input(golden).argmax(dim, flag(golden, 1));
            return new Selection(input(golden).max(dim, flag(golden, 1)).values(), indices);
          },
          "max_all",
          golden -> new Selection(input(golden).max(), input(golden).argmax()),
          "topk",
          golden ->
              input(golden)
                  .topk(
                      golden.argument(0).getAsInt(),
                      golden.argument(1).getAsInt(),
                      flag(golden, 2)));

  static Stream<Arguments> cases() {
    return GoldenCase.all("chosen");
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void choosesWhatPyTorchChooses(String title, GoldenCase golden) {
    Function<GoldenCase, Selection> call = TABLE.get(golden.op());
    golden.check(Map.of(golden.op(), given -> call.apply(given).values()), false);
    if (golden.has("output")) {
      assertEquals(golden.indices(), call.apply(golden).indices());
    }
  }

  private static Tensor input(GoldenCase golden) {
    return golden.inputs()[0];
  }

  private static boolean flag(GoldenCase golden, int i) {
    return golden.argument(i).getAsBoolean();
  }
}
