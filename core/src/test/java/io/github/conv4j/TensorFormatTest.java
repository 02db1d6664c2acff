package io.github.conv4j;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class TensorFormatTest {
  static List<JsonObject> strings() {
    return TensorGolden.cases("strings.json");
  }

  @ParameterizedTest
  @MethodSource("strings")
  void printsWhatPyTorchPrints(JsonObject golden) {
    assertEquals(golden.get("text").getAsString(), tensor(golden).toString());
  }

  private static Tensor tensor(JsonObject golden) {
    DType dtype = TensorGolden.dtype(golden);
    if (golden.has("values")) {
      return TensorGolden.tensor(golden, dtype);
    }
    JsonObject count = golden.getAsJsonObject("count");
    int origin = count.get("origin").getAsInt();
    double scale = count.get("scale").getAsDouble();
    Tensor tensor = Tensor.zeros(Shape.of(TensorGolden.ints(golden, "shape")), dtype);
    for (int i = 0; i < tensor.numel(); i++) {
      if (dtype == DType.FLOAT32) {
        tensor.floats()[i] = (i - origin) / (float) scale;
      } else {
        tensor.doubles()[i] = (i - origin) / scale;
      }
    }
    return tensor;
  }

  @Test
  void isTheSameInEveryLocale() {
    Locale before = Locale.getDefault();
    try {
      Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));
      assertEquals(
          "tensor([-1.5000e+00,  1.0000e+05])", Tensor.of(new float[] {-1.5f, 1e5f}).toString());
      assertEquals("tensor([], size=(0, 3))", Tensor.zeros(0, 3).toString());
    } finally {
      Locale.setDefault(before);
    }
  }

  @Test
  void aLargeTensorIsNeitherCopiedNorReadThrough() throws IOException, InterruptedException {
    String said = SmallHeap.run(Large.class);
    assertTrue(said.startsWith("tensor([[[0.5000, 0.5000, 0.5000,  ..., 0.5000,"), said);
  }

  /** Prints a tensor that leaves no room for a copy. */
  static final class Large {
    public static void main(String[] args) {
      Tensor large = Tensor.full(0.5, 3, 1000, 3000);
      // Only what is shown has a say: a look at this one would turn to scientific notation.
      large.set(1e30, 1, 500, 1500);
      System.out.println(large);
    }
  }
}
