package io.github.conv4j.bench;

import com.google.gson.Gson;
import io.github.conv4j.Shape;
import io.github.conv4j.Tensor;
import io.github.conv4j.io.Npy;
import io.github.conv4j.random.Generator;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The numbers of a layer, the same for everybody, as a folder: {@code layer.json}, {@code x.npy},
 * {@code w.npy}, {@code b.npy} and {@code model.onnx}.
 *
 * @param layer the geometry
 * @param input from N(0, 1)
 * @param weight uniform within 1 / sqrt(taps), as PyTorch begins a layer
 * @param bias likewise
 */
record LayerData(Layer layer, Tensor input, Tensor weight, Tensor bias) {
  static final String MODEL = "model.onnx";
  private static final String GEOMETRY = "layer.json";
  private static final String INPUT = "x.npy";
  private static final String WEIGHT = "w.npy";
  private static final String BIAS = "b.npy";

  static LayerData random(Layer layer, long seed) {
    Generator generator = Generator.torch(seed);
    double bound = 1 / Math.sqrt(layer.taps());
    Tensor weight = Tensor.uniform(generator, -bound, bound, layer.weightShape(), layer.type());
    Tensor bias = Tensor.uniform(generator, -bound, bound, Shape.of(layer.cout()), layer.type());
    Tensor input = Tensor.randn(generator, layer.inputShape(), layer.type());
    return new LayerData(layer, input, weight, bias);
  }

  static LayerData read(Path folder) throws IOException {
    try (Reader in = Files.newBufferedReader(folder.resolve(GEOMETRY))) {
      return new LayerData(
          new Gson().fromJson(in, Layer.class),
          Npy.read(folder.resolve(INPUT)),
          Npy.read(folder.resolve(WEIGHT)),
          Npy.read(folder.resolve(BIAS)));
    }
  }

  void write(Path folder) throws IOException {
    Files.createDirectories(folder);
    Files.writeString(folder.resolve(GEOMETRY), new Gson().toJson(layer));
    Npy.write(folder.resolve(INPUT), input);
    Npy.write(folder.resolve(WEIGHT), weight);
    Npy.write(folder.resolve(BIAS), bias);
    Files.write(folder.resolve(MODEL), OnnxModel.conv(layer, weight, bias));
  }
}
