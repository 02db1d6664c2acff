package io.github.conv4j.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.github.conv4j.DType;
import io.github.conv4j.Shape;
import io.github.conv4j.Tensor;
import io.github.conv4j.random.Generator;
import io.github.conv4j.testing.Golden;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Activations, norms, dropout, linear and flatten give what PyTorch gives. */
class LayersGoldenTest {
  private static final ByteBuffer ARRAYS = Golden.bytes("layers/arrays.bin");
  private static final JsonObject GIVEN = Golden.json("layers/cases.json");

  /** As many times PyTorch's error is allowed. */
  private static final double MOST_ERROR = 1.3;

  static List<JsonObject> layers() {
    return Golden.objects(GIVEN.get("layers"));
  }

  static List<JsonObject> initial() {
    return Golden.objects(GIVEN.get("initial"));
  }

  static List<JsonObject> accuracy() {
    return Golden.objects(GIVEN.get("accuracy"));
  }

  static List<JsonObject> bad() {
    return Golden.objects(GIVEN.get("bad"));
  }

  @ParameterizedTest
  @MethodSource("layers")
  void givesPyTorchsFloats(JsonObject golden) {
    gives(golden, DType.FLOAT32, "32");
  }

  @ParameterizedTest
  @MethodSource("layers")
  void givesPyTorchsDoubles(JsonObject golden) {
    gives(golden, DType.FLOAT64, "64");
  }

  private static void gives(JsonObject golden, DType dtype, String bits) {
    Module layer = GoldenLayers.layer(golden, dtype);
    assertEquals(golden.get("repr").getAsString(), layer.toString());
    Map<String, Tensor> state = new LinkedHashMap<>();
    for (Map.Entry<String, JsonElement> entry : golden.getAsJsonObject("state").entrySet()) {
      state.put(entry.getKey(), Golden.float32(ARRAYS, entry.getValue()));
    }
    assertEquals(List.copyOf(state.keySet()), List.copyOf(layer.stateDict().keySet()));
    layer.loadStateDict(state);
    layer.train(golden.get("mode").getAsString().equals("train"));
    for (JsonObject step : Golden.objects(golden.get("steps"))) {
      Tensor input = Golden.float32(ARRAYS, step.get("input")).to(dtype);
      Tensor before = input.copy();
      Tensor output = layer.forward(input);
      String where = layer + " of " + input.shape();
      check(where, read(step.get("output" + bits), dtype), output, golden);
      assertEquals(before, input, where);
      if (step.has("buffers" + bits)) {
        JsonObject buffers = step.getAsJsonObject("buffers" + bits);
        Map<String, Tensor> now = layer.namedBuffers();
        assertEquals(List.copyOf(buffers.keySet()), List.copyOf(now.keySet()));
        for (String name : buffers.keySet()) {
          Tensor expected = read(buffers.get(name), dtype);
          assertClose(where + " " + name, expected, now.get(name).to(dtype));
        }
      }
    }
  }

  private static Tensor read(JsonElement place, DType dtype) {
    return dtype == DType.FLOAT32 ? Golden.float32(ARRAYS, place) : Golden.float64(ARRAYS, place);
  }

  private static void check(String where, Tensor expected, Tensor got, JsonObject golden) {
    if (golden.get("exact").getAsBoolean()) {
      assertEquals(expected, got, where);
    } else {
      assertClose(where, expected, got);
    }
  }

  private static void assertClose(String where, Tensor expected, Tensor got) {
    assertEquals(expected.shape(), got.shape(), where);
    // A NaN is close to nothing: where both have one, both get the same number.
    Tensor numbers = got.copy();
    Tensor others = expected.copy();
    for (int i = 0; i < got.numel(); i++) {
      if (Double.isNaN(at(got, i)) && Double.isNaN(at(expected, i))) {
        clear(numbers, i);
        clear(others, i);
      }
    }
    assertTrue(numbers.allClose(others), () -> where + ": " + numbers.compare(others));
  }

  private static double at(Tensor tensor, int i) {
    return tensor.dtype() == DType.FLOAT32 ? tensor.floats()[i] : tensor.doubles()[i];
  }

  private static void clear(Tensor tensor, int i) {
    if (tensor.dtype() == DType.FLOAT32) {
      tensor.floats()[i] = 0;
    } else {
      tensor.doubles()[i] = 0;
    }
  }

  @ParameterizedTest
  @MethodSource("initial")
  void linearBeginsWithPyTorchsWeights(JsonObject golden) {
    for (DType dtype : DType.values()) {
      Linear layer =
          Linear.builder(
                  golden.get("in_features").getAsInt(), golden.get("out_features").getAsInt())
              .bias(golden.get("bias").getAsBoolean())
              .dtype(dtype)
              .generator(Generator.torch(golden.get("seed").getAsLong()))
              .build();
      Map<String, Tensor> expected = new LinkedHashMap<>();
      String state = dtype == DType.FLOAT32 ? "state32" : "state64";
      for (Map.Entry<String, JsonElement> entry : golden.getAsJsonObject(state).entrySet()) {
        expected.put(entry.getKey(), read(entry.getValue(), dtype));
      }
      assertEquals(expected, layer.stateDict());
    }
  }

  @ParameterizedTest
  @MethodSource("accuracy")
  void linearIsAsExactAsPyTorch(JsonObject golden) {
    Generator generator = Generator.torch(golden.get("seed").getAsLong());
    int in = golden.get("in_features").getAsInt();
    int out = golden.get("out_features").getAsInt();
    Linear layer = Linear.builder(in, out).generator(generator).build();
    Tensor x = Tensor.randn(generator, golden.get("batch").getAsInt(), in);
    double[] exact = Golden.float64(ARRAYS, golden.get("output64")).doubles();
    float[] got = layer.forward(x).floats();
    double squares = 0;
    for (int i = 0; i < exact.length; i++) {
      squares += (got[i] - exact[i]) * (got[i] - exact[i]);
    }
    double ratio = Math.sqrt(squares / exact.length) / golden.get("rms").getAsDouble();
    assertTrue(ratio <= MOST_ERROR, layer + ": " + ratio + " times PyTorch's error");
  }

  @ParameterizedTest
  @MethodSource("bad")
  void refusesWhatPyTorchRefuses(JsonObject golden) {
    boolean single = golden.get("dtype").getAsString().equals("float32");
    DType dtype = single ? DType.FLOAT32 : DType.FLOAT64;
    Tensor input = Tensor.full(1, Shape.of(Golden.ints(golden.get("input"))), dtype);
    IllegalArgumentException refusal =
        assertThrows(
            IllegalArgumentException.class,
            () -> {
              Module layer = GoldenLayers.layer(golden, DType.FLOAT32);
              layer.train(golden.get("mode").getAsString().equals("train"));
              layer.forward(input);
            });
    String ours = golden.get("ours").getAsString();
    assertTrue(refusal.getMessage().contains(ours), refusal.getMessage());
  }
}
