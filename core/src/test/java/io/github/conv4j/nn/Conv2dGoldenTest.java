package io.github.conv4j.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import io.github.conv4j.Comparison;
import io.github.conv4j.DType;
import io.github.conv4j.Tensor;
import io.github.conv4j.nn.functional.Functional;
import io.github.conv4j.testing.Golden;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every golden case of {@code torch.nn.Conv2d}, in both dtypes. */
class Conv2dGoldenTest {
  private static final ByteBuffer ARRAYS = Golden.bytes("conv2d/arrays.bin");
  private static final List<JsonObject> CASES =
      Golden.objects(Golden.json("conv2d/cases.json").get("cases"));

  /** One golden case in one dtype. */
  record Case(String name, DType dtype, JsonObject given) {
    Tensor tensor(String key) {
      return Golden.float32(ARRAYS, given.get(key)).to(dtype);
    }

    Tensor expected() {
      return dtype == DType.FLOAT32
          ? Golden.float32(ARRAYS, given.get("output32"))
          : Golden.float64(ARRAYS, given.get("output64"));
    }

    Conv2d layer() {
      Conv2d layer = Conv2dCase.builder(given, dtype).build();
      layer.setWeight(tensor("weight"));
      if (given.get("bias").getAsBoolean()) {
        layer.setBias(tensor("bias_values"));
      }
      return layer;
    }

    @Override
    public String toString() {
      return name + " " + dtype;
    }
  }

  static List<Case> cases() {
    return List.of(DType.values()).stream()
        .flatMap(dtype -> CASES.stream().map(c -> new Case(c.get("name").getAsString(), dtype, c)))
        .toList();
  }

  @Test
  void thereAreAsManyCasesAsPromised() {
    assertTrue(CASES.size() >= 300, "cases: " + CASES.size());
  }

  @ParameterizedTest
  @MethodSource("cases")
  void equalsPyTorch(Case golden) {
    Conv2d layer = golden.layer();
    Tensor input = golden.tensor("input");
    Tensor before = input.copy();

    Tensor output = layer.forward(input);

    assertClose(golden.expected(), output);
    assertEquals(before, input, "the input was changed");
    Tensor given = Tensor.full(Double.NaN, output.shape(), output.dtype());
    layer.forward(input, given);
    assertEquals(output, given, "forward into a given tensor");
    assertEquals(
        output,
        Functional.conv2d(input, layer.weight(), layer.bias().orElse(null), layer.options()),
        "as a function");
  }

  @ParameterizedTest
  @MethodSource("cases")
  void printsAsPyTorch(Case golden) {
    assertEquals(golden.given().get("repr").getAsString(), golden.layer().toString());
  }

  private static void assertClose(Tensor expected, Tensor actual) {
    assertEquals(expected.shape(), actual.shape());
    // assert_close is asked for NaN where PyTorch has NaN; compare() holds a NaN close to nothing.
    double[] e = expected.toDoubleArray();
    double[] a = actual.toDoubleArray();
    for (int i = 0; i < e.length; i++) {
      assertEquals(Double.isNaN(e[i]), Double.isNaN(a[i]), "NaN at element " + i);
      if (Double.isNaN(e[i])) {
        e[i] = 0;
        a[i] = 0;
      }
    }
    Comparison comparison =
        Tensor.wrap(a, expected.shape().toArray())
            .compare(
                Tensor.wrap(e, expected.shape().toArray()),
                expected.dtype().rtol(),
                expected.dtype().atol());
    assertTrue(comparison.close(), comparison::toString);
  }
}
