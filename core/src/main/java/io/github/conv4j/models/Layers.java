package io.github.conv4j.models;

import io.github.conv4j.Accuracy;
import io.github.conv4j.DType;
import io.github.conv4j.nn.BatchNorm2d;
import io.github.conv4j.nn.Conv2d;
import io.github.conv4j.nn.ConvTranspose2d;
import io.github.conv4j.nn.Linear;
import io.github.conv4j.nn.MaxPool2d;
import io.github.conv4j.nn.ReLU;
import io.github.conv4j.random.Generator;

/**
 * Makes the layers of one network, all of the network's dtype and accuracy, their initial weights
 * from one generator: in the order of the calls, which therefore is torchvision's.
 */
final class Layers {
  private final DType dtype;
  private final Accuracy accuracy;
  private final Generator generator;
  private final double widthMult;

  Layers(ModelOptions options) {
    this.dtype = options.dtype();
    this.accuracy = options.accuracy();
    this.generator = options.generator();
    this.widthMult = options.get("widthMult", 1.0);
  }

  /** Returns the generator, to draw other weights than the layers' own. */
  Generator generator() {
    return generator;
  }

  /** Returns a count of channels times the width multiplier. */
  int scaled(int channels) {
    return Math.max(1, (int) (channels * widthMult));
  }

  Conv2d.Builder conv(int inChannels, int outChannels, int kernelSize) {
    return Conv2d.builder(inChannels, outChannels, kernelSize)
        .dtype(dtype)
        .accuracy(accuracy)
        .generator(generator);
  }

  ConvTranspose2d.Builder convTranspose(int inChannels, int outChannels, int kernelSize) {
    return ConvTranspose2d.builder(inChannels, outChannels, kernelSize)
        .dtype(dtype)
        .accuracy(accuracy)
        .generator(generator);
  }

  BatchNorm2d batchNorm(int channels) {
    return BatchNorm2d.builder(channels).dtype(dtype).build();
  }

  Linear linear(int inFeatures, int outFeatures) {
    return Linear.builder(inFeatures, outFeatures).dtype(dtype).generator(generator).build();
  }

  /** Returns a ReLU that prints as torchvision's. */
  static ReLU relu() {
    return new ReLU(true);
  }

  static MaxPool2d maxPool(int kernelSize, int stride) {
    return MaxPool2d.builder(kernelSize).stride(stride).build();
  }
}
