package io.github.conv4j.bench;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

class OnnxModelTest {
  private static final Layer LAYER =
      new Layer("a", 1, 4, 9, 11, 6, 3, 5, 2, 1, 1, 0, 2, 1, 2, "float32");

  /** The examples of the protocol buffers' own description of the encoding. */
  @Test
  void encodesAsProtocolBuffersDo() {
    assertEquals("089601", hex(new OnnxModel.Message().number(1, 150)));
    assertEquals("120774657374696e67", hex(new OnnxModel.Message().text(2, "testing")));
    assertEquals(
        "1a03089601",
        hex(new OnnxModel.Message().message(3, new OnnxModel.Message().number(1, 150))));
    // Field numbers from 16 on take two bytes.
    assertEquals("a00107", hex(new OnnxModel.Message().number(20, 7)));
  }

  @Test
  void modelHoldsTheLayer() {
    LayerData data = LayerData.random(LAYER, 3);
    byte[] model = OnnxModel.conv(LAYER, data.weight(), data.bias());
    byte[] graph = fields(model, 7).get(0);
    byte[] node = fields(graph, 1).get(0);
    assertEquals(List.of("x", "w", "b"), texts(node, 1));
    assertEquals(List.of("y"), texts(node, 2));
    assertEquals(List.of("Conv"), texts(node, 4));
    List<String> names = new ArrayList<>();
    List<List<Long>> values = new ArrayList<>();
    for (byte[] attribute : fields(node, 5)) {
      names.addAll(texts(attribute, 1));
      values.add(numbers(attribute, names.size() == 5 ? 3 : 8));
    }
    assertEquals(List.of("kernel_shape", "strides", "pads", "dilations", "group"), names);
    assertEquals(
        List.of(
            List.of(3L, 5L),
            List.of(2L, 1L),
            List.of(1L, 0L, 1L, 0L),
            List.of(2L, 1L),
            List.of(2L)),
        values);

    byte[] weight = fields(graph, 5).get(0);
    assertEquals(List.of("w"), texts(weight, 8));
    assertEquals(List.of(6L, 2L, 3L, 5L), numbers(weight, 1));
    float[] kernels = new float[data.weight().numel()];
    ByteBuffer.wrap(fields(weight, 9).get(0))
        .order(ByteOrder.LITTLE_ENDIAN)
        .asFloatBuffer()
        .get(kernels);
    assertArrayEquals(data.weight().toFloatArray(), kernels);
    assertEquals(List.of("b"), texts(fields(graph, 5).get(1), 8));
    assertEquals(List.of("x"), texts(fields(graph, 11).get(0), 1));
    assertEquals(List.of("y"), texts(fields(graph, 12).get(0), 1));
  }

  private static String hex(OnnxModel.Message message) {
    return HexFormat.of().formatHex(message.bytes());
  }

  private static List<String> texts(byte[] message, int field) {
    return fields(message, field).stream().map(b -> new String(b, StandardCharsets.UTF_8)).toList();
  }

  private static List<byte[]> fields(byte[] message, int field) {
    List<byte[]> found = new ArrayList<>();
    read(message, field, found, new ArrayList<>());
    return found;
  }

  private static List<Long> numbers(byte[] message, int field) {
    List<Long> found = new ArrayList<>();
    read(message, field, new ArrayList<>(), found);
    return found;
  }

  private static void read(byte[] message, int field, List<byte[]> bytes, List<Long> numbers) {
    ByteBuffer in = ByteBuffer.wrap(message);
    while (in.hasRemaining()) {
      long tag = varint(in);
      long value = varint(in);
      boolean wanted = tag >>> 3 == field;
      if ((tag & 7) == 0) {
        if (wanted) {
          numbers.add(value);
        }
      } else {
        byte[] content = new byte[(int) value];
        in.get(content);
        if (wanted) {
          bytes.add(content);
        }
      }
    }
  }

  private static long varint(ByteBuffer in) {
    long value = 0;
    for (int shift = 0; ; shift += 7) {
      byte next = in.get();
      value |= (long) (next & 0x7f) << shift;
      if (next >= 0) {
        return value;
      }
    }
  }
}
