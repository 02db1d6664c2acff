package io.github.conv4j.bench;

import io.github.conv4j.DType;
import io.github.conv4j.Shape;
import io.github.conv4j.Tensor;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * Writes a model of one {@code Conv} in the format of ONNX: protocol buffers with the field numbers
 * of <a href="https://github.com/onnx/onnx/blob/main/onnx/onnx.proto">onnx.proto</a>.
 *
 * <p>The model's input is {@code x} and its output {@code y}.
 */
final class OnnxModel {
  private static final int IR_VERSION = 8;
  private static final int OPSET = 17;
  private static final int ATTRIBUTE_INT = 2;
  private static final int ATTRIBUTE_INTS = 7;
  private static final int FLOAT = 1;
  private static final int DOUBLE = 11;

  private static final int WIRE_VARINT = 0;
  private static final int WIRE_BYTES = 2;

  private OnnxModel() {}

  /** Returns the bytes of a model file that holds the layer with its kernels and bias. */
  static byte[] conv(Layer layer, Tensor weight, Tensor bias) {
    Message node =
        new Message()
            .text(1, "x")
            .text(1, "w")
            .text(1, "b")
            .text(2, "y")
            .text(4, "Conv")
            .message(5, ints("kernel_shape", layer.kh(), layer.kw()))
            .message(5, ints("strides", layer.sh(), layer.sw()))
            .message(5, ints("pads", layer.ph(), layer.pw(), layer.ph(), layer.pw()))
            .message(5, ints("dilations", layer.dh(), layer.dw()))
            .message(
                5,
                new Message().text(1, "group").number(3, layer.groups()).number(20, ATTRIBUTE_INT));
    Message graph =
        new Message()
            .message(1, node)
            .text(2, layer.name())
            .message(5, initializer("w", weight))
            .message(5, initializer("b", bias))
            .message(11, value("x", layer.type(), layer.inputShape()))
            .message(12, value("y", layer.type(), layer.outputShape()));
    return new Message()
        .number(1, IR_VERSION)
        .message(7, graph)
        .message(8, new Message().text(1, "").number(2, OPSET))
        .bytes();
  }

  private static Message ints(String name, int... values) {
    Message attribute = new Message().text(1, name);
    for (int value : values) {
      attribute.number(8, value);
    }
    return attribute.number(20, ATTRIBUTE_INTS);
  }

  private static Message initializer(String name, Tensor tensor) {
    Message message = new Message();
    for (int d = 0; d < tensor.rank(); d++) {
      message.number(1, tensor.size(d));
    }
    return message.number(2, elementType(tensor.dtype())).text(8, name).bytes(9, raw(tensor));
  }

  private static Message value(String name, DType type, Shape shape) {
    Message dimensions = new Message();
    for (int d = 0; d < shape.rank(); d++) {
      dimensions.message(1, new Message().number(1, shape.size(d)));
    }
    Message tensor = new Message().number(1, elementType(type)).message(2, dimensions);
    return new Message().text(1, name).message(2, new Message().message(1, tensor));
  }

  private static int elementType(DType type) {
    return type == DType.FLOAT64 ? DOUBLE : FLOAT;
  }

  private static byte[] raw(Tensor tensor) {
    boolean wide = tensor.dtype() == DType.FLOAT64;
    ByteBuffer buffer =
        ByteBuffer.allocate(tensor.numel() * (wide ? Double.BYTES : Float.BYTES))
            .order(ByteOrder.LITTLE_ENDIAN);
    if (wide) {
      buffer.asDoubleBuffer().put(tensor.doubles());
    } else {
      buffer.asFloatBuffer().put(tensor.floats());
    }
    return buffer.array();
  }

  /** A protocol buffer under construction. */
  static final class Message {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    Message number(int field, long value) {
      varint((long) field << 3 | WIRE_VARINT);
      varint(value);
      return this;
    }

    Message text(int field, String value) {
      return bytes(field, value.getBytes(StandardCharsets.UTF_8));
    }

    Message message(int field, Message value) {
      return bytes(field, value.bytes());
    }

    Message bytes(int field, byte[] value) {
      varint((long) field << 3 | WIRE_BYTES);
      varint(value.length);
      out.writeBytes(value);
      return this;
    }

    byte[] bytes() {
      return out.toByteArray();
    }

    /** Seven bits a byte, the lowest first; the eighth bit says that more follow. */
    private void varint(long value) {
      long rest = value;
      while ((rest & ~0x7fL) != 0) {
        out.write((int) ((rest & 0x7f) | 0x80));
        rest >>>= 7;
      }
      out.write((int) rest);
    }
  }
}
