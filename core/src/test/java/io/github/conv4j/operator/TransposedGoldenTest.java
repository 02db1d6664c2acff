package io.github.conv4j.operator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import io.github.conv4j.Conv4j;
import io.github.conv4j.DType;
import io.github.conv4j.Tensor;
import io.github.conv4j.nn.ConvTranspose2d;
import io.github.conv4j.nn.functional.ConvTranspose2dOptions;
import io.github.conv4j.nn.functional.Functional;
import io.github.conv4j.random.Generator;
import io.github.conv4j.testing.Golden;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Transposed convolutions: what PyTorch gives, by make_transposed_golden.py. */
class TransposedGoldenTest {
  static Stream<Arguments> cases() {
    return GoldenCase.all("transposed");
  }

  private static Tensor run(GoldenCase golden) {
    Tensor[] inputs = golden.inputs();
    Tensor bias = inputs.length > 2 ? inputs[2] : null;
    int[] a = golden.integers();
    if (golden.op().equals("sized")) {
      ConvTranspose2d layer =
          ConvTranspose2d.builder(2, 3, 3).stride(2).padding(1).dtype(golden.dtype()).build();
      layer.setWeight(inputs[1]);
      layer.setBias(bias);
      return layer.forward(inputs[0], a[0], a[1]);
    }
    ConvTranspose2dOptions options =
        ConvTranspose2dOptions.defaults()
            .stride(a[0], a[1])
            .padding(a[2], a[3])
            .outputPadding(a[4], a[5])
            .groups(a[6])
            .dilation(a[7], a[8]);
    return Functional.convTranspose2d(inputs[0], inputs[1], bias, options);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void givesWhatPyTorchGives(String title, GoldenCase golden) {
    if (golden.error().isPresent()) {
      assertThrows(IllegalArgumentException.class, () -> run(golden), golden.error().get());
      return;
    }
    Tensor expected = golden.tensor("output");
    Tensor output = run(golden);
    assertEquals(expected.shape(), output.shape());
    assertTrue(output.allClose(expected), () -> output.compare(expected).toString());
  }

  @Test
  void aFreshLayerHasPyTorchsWeightsAndText() {
    List<ConvTranspose2d.Builder> builders =
        List.of(
            ConvTranspose2d.builder(4, 6, 3, 2),
            ConvTranspose2d.builder(4, 6, 3, 2).stride(2).padding(1).outputPadding(1),
            ConvTranspose2d.builder(4, 6, 3, 2).groups(2).bias(false).dilation(3));
    List<JsonObject> rows =
        Golden.objects(Golden.json("operations/transposed.json").get("cases")).stream()
            .filter(row -> row.get("op").getAsString().equals("layer"))
            .toList();
    assertEquals(builders.size(), rows.size());
    for (int i = 0; i < rows.size(); i++) {
      ConvTranspose2d layer = builders.get(i).generator(Generator.torch(5)).build();
      assertEquals(rows.get(i).get("text").getAsString(), layer.toString());
      CRC32 crc = new CRC32();
      for (Tensor parameter : layer.parameters()) {
        ByteBuffer bytes =
            ByteBuffer.allocate(4 * parameter.numel()).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(parameter.floats());
        crc.update(bytes);
      }
      assertEquals(rows.get(i).get("crc").getAsLong(), crc.getValue());
    }
  }

  @Test
  void threadsBatchesAndCompilingDoNotMatter() {
    for (ConvTranspose2d.Builder builder :
        List.of(
            ConvTranspose2d.builder(24, 16, 2).stride(2),
            ConvTranspose2d.builder(24, 16, 3).stride(2).padding(1).outputPadding(1),
            ConvTranspose2d.builder(24, 16, 3).padding(1))) {
      ConvTranspose2d layer = builder.generator(Generator.torch(1)).build();
      layer.eval();
      Tensor x = Tensor.randn(Generator.torch(2), 3, 24, 14, 15);
      int threads = Conv4j.threads();
      try {
        Conv4j.setThreads(1);
        Tensor one = layer.forward(x);
        Conv4j.setThreads(3);
        assertEquals(one, layer.forward(x));
        assertEquals(one.narrow(0, 1, 1), layer.forward(x.narrow(0, 1, 1)));
        assertEquals(one, layer.compile(3, 24, 14, 15).forward(x));
      } finally {
        Conv4j.setThreads(threads);
      }
    }
  }

  @Test
  void anotherDtypeIsRefused() {
    ConvTranspose2d layer = ConvTranspose2d.builder(1, 1, 2).build();
    assertThrows(
        IllegalArgumentException.class,
        () -> layer.forward(Tensor.zeros(1, 1, 3, 3).to(DType.FLOAT64)));
  }
}
