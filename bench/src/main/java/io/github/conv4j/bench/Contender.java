package io.github.conv4j.bench;

import java.util.Arrays;
import java.util.List;

/** Who is measured. The order is that of the tables. */
enum Contender {
  CONV4J("conv4j", "conv4j", Host.CONV4J, true),
  CONV4J_FAST("conv4j-fast", "conv4j FAST", Host.CONV4J, true),
  TORCH("torch", "PyTorch", Host.PYTHON, true),
  TORCH_FROZEN("torch-frozen", "PyTorch frozen", Host.PYTHON, true),
  TORCH_PACKED("torch-packed", "PyTorch packed", Host.PYTHON, true),
  ORT_PYTHON("ort-python", "ONNX Runtime", Host.PYTHON, true),
  ORT_JAVA("ort-java", "ONNX Runtime Java", Host.ORT, true),
  OPENCV("opencv", "OpenCV", Host.PYTHON, true),
  TORCH_NHWC("torch-nhwc", "PyTorch channels_last", Host.PYTHON, false),
  TORCH_PACKED_NHWC("torch-packed-nhwc", "PyTorch packed channels_last", Host.PYTHON, false);

  /** In which process a contender runs. */
  enum Host {
    CONV4J,
    ORT,
    PYTHON
  }

  private final String id;
  private final String title;
  private final Host host;
  private final boolean plainArrays;

  Contender(String id, String title, Host host, boolean plainArrays) {
    this.id = id;
    this.title = title;
    this.host = host;
    this.plainArrays = plainArrays;
  }

  /** Returns the name in the protocol and in JSON. */
  String id() {
    return id;
  }

  String title() {
    return title;
  }

  Host host() {
    return host;
  }

  boolean isPeer() {
    return host != Host.CONV4J;
  }

  /** Returns whether it takes and gives plain NCHW arrays. */
  boolean hasPlainArrays() {
    return plainArrays;
  }

  /** Returns whether what it takes and gives for this layer are plain NCHW arrays. */
  boolean takesPlainArrays(Layer layer) {
    // With one channel the two layouts are the same array.
    return plainArrays || (layer.cin() == 1 && layer.cout() == 1);
  }

  static List<Contender> peers() {
    return Arrays.stream(values()).filter(Contender::isPeer).toList();
  }

  /**
   * Returns the contender of this name.
   *
   * @throws IllegalArgumentException if there is none
   */
  static Contender of(String id) {
    return Arrays.stream(values())
        .filter(c -> c.id.equals(id))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no contender is called '" + id + "'"));
  }
}
