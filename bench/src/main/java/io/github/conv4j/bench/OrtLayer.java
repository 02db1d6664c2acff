package io.github.conv4j.bench;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.github.conv4j.DType;
import io.github.conv4j.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;

/**
 * A layer in ONNX Runtime's Java package, from a plain array to a plain array.
 *
 * <p>A run copies the input into a direct buffer and the output out of one, as a caller with arrays
 * must; the buffers and the tensors over them are made once.
 */
final class OrtLayer implements Prepared {
  private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
  private final OrtSession session;
  private final Tensor input;
  private final Tensor output;
  private final ByteBuffer inputBuffer;
  private final ByteBuffer outputBuffer;
  private final OnnxTensor x;
  private final OnnxTensor y;

  /**
   * Loads a model.
   *
   * @param model the file of a model with an input x and an output y
   * @param input what x is
   * @param output as y is; overwritten
   */
  OrtLayer(Path model, Tensor input, Tensor output, int threads) throws OrtException {
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.setIntraOpNumThreads(threads);
      options.setInterOpNumThreads(1);
      options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.ALL_OPT);
      session = environment.createSession(model.toString(), options);
    }
    this.input = input;
    this.output = output;
    inputBuffer = directBuffer(input);
    outputBuffer = directBuffer(output);
    x = tensor(inputBuffer, input);
    y = tensor(outputBuffer, output);
  }

  static String version() {
    return OrtEnvironment.getEnvironment().getVersion();
  }

  @Override
  public void run() throws OrtException {
    boolean wide = input.dtype() == DType.FLOAT64;
    if (wide) {
      inputBuffer.asDoubleBuffer().put(input.doubles());
    } else {
      inputBuffer.asFloatBuffer().put(input.floats());
    }
    session.run(Map.of("x", x), Map.of("y", y)).close();
    if (wide) {
      outputBuffer.asDoubleBuffer().get(output.doubles());
    } else {
      outputBuffer.asFloatBuffer().get(output.floats());
    }
  }

  @Override
  public Tensor output() {
    return output;
  }

  @Override
  public void close() throws OrtException {
    x.close();
    y.close();
    session.close();
  }

  private static ByteBuffer directBuffer(Tensor tensor) {
    int size = tensor.dtype() == DType.FLOAT64 ? Double.BYTES : Float.BYTES;
    return ByteBuffer.allocateDirect(tensor.numel() * size).order(ByteOrder.nativeOrder());
  }

  private OnnxTensor tensor(ByteBuffer buffer, Tensor like) throws OrtException {
    long[] shape = Arrays.stream(like.shape().toArray()).asLongStream().toArray();
    return like.dtype() == DType.FLOAT64
        ? OnnxTensor.createTensor(environment, buffer.asDoubleBuffer(), shape)
        : OnnxTensor.createTensor(environment, buffer.asFloatBuffer(), shape);
  }
}
