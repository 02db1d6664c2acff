package io.github.conv4j.bench;

import com.google.gson.Gson;
import io.github.conv4j.DType;
import io.github.conv4j.Shape;
import io.github.conv4j.Tensor;
import io.github.conv4j.io.Npy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A network with its numbers, the same for everybody, as a folder: {@code network.json} with the
 * name of the network and a seed, from which {@code worker.py} makes {@code weights.pt}, {@code
 * x.npy} and {@code model.onnx}.
 *
 * @param description what {@code network.json} says
 * @param input pictures of N(0, 1)
 * @param weights PyTorch's checkpoint
 * @param model the network as an ONNX model
 */
record NetworkData(Description description, Tensor input, Path weights, Path model) {
  private static final String DESCRIPTION = "network.json";
  private static final int CLASSES = 1000;

  /**
   * A network before it has numbers.
   *
   * @param name what tables call it
   * @param model torchvision's name of it
   * @param batch how many pictures
   * @param seed of all random numbers
   */
  record Description(String name, String model, int batch, long seed) {}

  static boolean isIn(Path folder) {
    return Files.exists(folder.resolve(DESCRIPTION));
  }

  static NetworkData read(Path folder) throws IOException {
    return new NetworkData(
        new Gson().fromJson(Files.readString(folder.resolve(DESCRIPTION)), Description.class),
        Npy.read(folder.resolve("x.npy")),
        folder.resolve("weights.pt"),
        folder.resolve("model.onnx"));
  }

  /** Begins a folder, which PyTorch's process then fills. */
  static void begin(Path folder, NetworkCase network, long seed) throws IOException {
    Files.createDirectories(folder);
    Description description =
        new Description(network.name(), network.model(), network.batch(), seed);
    Files.writeString(folder.resolve(DESCRIPTION), new Gson().toJson(description));
  }

  Tensor newOutput() {
    return Tensor.zeros(Shape.of(description.batch(), CLASSES), DType.FLOAT32);
  }
}
