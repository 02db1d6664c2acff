package io.github.conv4j.bench;

import java.util.List;

/**
 * A network to measure.
 *
 * @param name what tables call it
 * @param model torchvision's name of it
 * @param batch how many pictures of 3x224x224 it is given at a time
 * @param floor how many times as fast as the best peer conv4j is to be by default
 * @param fastFloor the same under FAST
 */
record NetworkCase(String name, String model, int batch, double floor, double fastFloor) {
  /** Returns the networks that the project is measured by. */
  static List<NetworkCase> all() {
    return List.of(
        new NetworkCase("resnet50", "resnet50", 1, 1.25, 1.4),
        new NetworkCase("resnet50, batch 8", "resnet50", 8, 1.25, 1.4),
        new NetworkCase("vgg16", "vgg16", 1, 1.6, 2.2),
        new NetworkCase("mobilenet_v2", "mobilenet_v2", 1, 1.0, 1.05),
        new NetworkCase("squeezenet1_1", "squeezenet1_1", 1, 1.0, 1.1));
  }

  /** Returns what the ratio should be at least. */
  double floor(Contender conv4j) {
    return conv4j == Contender.CONV4J_FAST ? fastFloor : floor;
  }
}
