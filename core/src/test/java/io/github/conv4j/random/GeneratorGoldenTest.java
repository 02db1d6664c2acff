package io.github.conv4j.random;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.github.conv4j.DType;
import io.github.conv4j.Shape;
import io.github.conv4j.Tensor;
import io.github.conv4j.nn.Conv2d;
import io.github.conv4j.testing.Golden;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The generators against PyTorch's and NumPy's own numbers, to the bit. */
class GeneratorGoldenTest {
  private static final JsonObject GOLDEN = Golden.json("random/random.json");

  static List<JsonObject> torch() {
    return Golden.objects(GOLDEN.get("torch"));
  }

  static List<JsonObject> numpy() {
    return Golden.objects(GOLDEN.get("numpy"));
  }

  static List<JsonObject> layers() {
    return Golden.objects(GOLDEN.get("layers"));
  }

  @ParameterizedTest
  @MethodSource
  void torch(JsonObject scenario) throws NoSuchAlgorithmException {
    assertNumbers(Generator.torch(scenario.get("seed").getAsLong()), scenario);
  }

  @ParameterizedTest
  @MethodSource
  void numpy(JsonObject scenario) throws NoSuchAlgorithmException {
    assertNumbers(Generator.numpy(scenario.get("seed").getAsLong()), scenario);
  }

  private static void assertNumbers(Generator generator, JsonObject scenario)
      throws NoSuchAlgorithmException {
    int number = 0;
    for (JsonObject call : Golden.objects(scenario.get("calls"))) {
      String what = "call " + number++ + ": " + call.get("call") + " of " + call.get("n");
      Tensor drawn = draw(generator, call);
      if (call.has("hex")) {
        assertEquals(call.get("hex").getAsString(), HexFormat.of().formatHex(bytes(drawn)), what);
      }
      assertEquals(call.get("sha256").getAsString(), sha256(drawn), what);
    }
  }

  private static Tensor draw(Generator generator, JsonObject call) {
    Shape shape = Shape.of(call.get("n").getAsInt());
    DType dtype = DType.of(call.get("dtype").getAsString());
    return switch (call.get("call").getAsString()) {
      case "rand" -> Tensor.rand(generator, shape, dtype);
      case "randn" -> Tensor.randn(generator, shape, dtype);
      default ->
          Tensor.uniform(
              generator,
              call.get("low").getAsDouble(),
              call.get("high").getAsDouble(),
              shape,
              dtype);
    };
  }

  private static byte[] bytes(Tensor tensor) {
    ByteBuffer bytes =
        ByteBuffer.allocate(tensor.numel() * tensor.dtype().bytes()).order(ByteOrder.LITTLE_ENDIAN);
    if (tensor.dtype() == DType.FLOAT32) {
      bytes.asFloatBuffer().put(tensor.floats());
    } else {
      bytes.asDoubleBuffer().put(tensor.doubles());
    }
    return bytes.array();
  }

  private static String sha256(Tensor tensor) throws NoSuchAlgorithmException {
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes(tensor)));
  }

  @ParameterizedTest
  @MethodSource("layers")
  void aFreshLayerHasPyTorchsParameters(JsonObject given) throws NoSuchAlgorithmException {
    int[] kernel = Golden.ints(given.get("kernel_size"));
    Conv2d layer =
        Conv2d.builder(
                given.get("in_channels").getAsInt(),
                given.get("out_channels").getAsInt(),
                kernel[0],
                kernel[1])
            .groups(given.get("groups").getAsInt())
            .bias(given.get("bias").getAsBoolean())
            .dtype(DType.of(given.get("dtype").getAsString()))
            .generator(Generator.torch(given.get("seed").getAsLong()))
            .build();
    assertEquals(given.get("weight").getAsString(), sha256(layer.weight()));
    JsonElement bias = given.get("bias_values");
    assertEquals(bias.isJsonNull(), layer.bias().isEmpty());
    if (!bias.isJsonNull()) {
      assertEquals(bias.getAsString(), sha256(layer.bias().orElseThrow()));
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, 1L << 32, Long.MIN_VALUE, Long.MAX_VALUE})
  void numpyTakesSeedsOf32BitsOnly(long seed) {
    IllegalArgumentException refused =
        assertThrows(IllegalArgumentException.class, () -> Generator.numpy(seed));
    assertTrue(refused.getMessage().contains("but got " + seed), refused.getMessage());
  }

  @Test
  void callsOfTwoThreadsDoNotMix() throws InterruptedException {
    int n = 1000;
    int calls = 50;
    Set<String> expected = new TreeSet<>();
    Generator alone = Generator.torch(3);
    for (int i = 0; i < 2 * calls; i++) {
      expected.add(Tensor.rand(alone, n).toString());
    }
    Generator shared = Generator.torch(3);
    Set<String> drawn = new ConcurrentSkipListSet<>();
    Runnable caller =
        () -> {
          for (int i = 0; i < calls; i++) {
            drawn.add(Tensor.rand(shared, n).toString());
          }
        };
    Thread first = new Thread(caller);
    Thread second = new Thread(caller);
    first.start();
    second.start();
    first.join();
    second.join();
    assertEquals(expected, drawn);
  }
}
