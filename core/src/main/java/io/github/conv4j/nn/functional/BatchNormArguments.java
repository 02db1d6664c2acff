package io.github.conv4j.nn.functional;

import io.github.conv4j.DType;
import io.github.conv4j.Shape;
import io.github.conv4j.Tensor;
import io.github.conv4j.operator.BatchNorm2dOperator;
import io.github.conv4j.operator.ChannelStatistics;
import io.github.conv4j.operator.GroupNormOperator;

/** The running statistics of {@link Functional#batchNorm} and {@link Functional#instanceNorm}. */
final class BatchNormArguments {
  private BatchNormArguments() {}

  static Tensor run(
      Tensor input,
      Tensor runningMean,
      Tensor runningVar,
      Tensor weight,
      Tensor bias,
      boolean training,
      double momentum,
      double eps) {
    if (!training) {
      if (runningMean == null || runningVar == null) {
        throw new IllegalArgumentException(
            "batch_norm: expected running statistics where there is no training, but got none");
      }
      return new BatchNorm2dOperator(runningMean, runningVar, weight, bias, eps).apply(input);
    }
    if (!(eps > 0)) {
      throw new IllegalArgumentException(
          "batch_norm: eps must be more than 0 in training, but got " + eps);
    }
    if (input.rank() < 2) {
      throw new IllegalArgumentException(
          "batch_norm: expected an input (N, C, ...), but got shape " + input.shape());
    }
    ChannelStatistics found = ChannelStatistics.of(input);
    if (found.count() == 1) {
      throw new IllegalArgumentException(
          "batch_norm: expected more than 1 value for each channel in training, but got shape "
              + input.shape());
    }
    checkRunning("running_mean", runningMean, found.mean());
    checkRunning("running_var", runningVar, found.mean());
    Tensor output =
        new BatchNorm2dOperator(found.mean(), found.variance(), weight, bias, eps).apply(input);
    if (found.count() > 0) {
      double unbiased = found.count() / (found.count() - 1.0);
      move(runningMean, found.mean(), momentum, 1);
      move(runningVar, found.variance(), momentum, unbiased);
    }
    return output;
  }

  static Tensor runInstances(
      Tensor input,
      Tensor runningMean,
      Tensor runningVar,
      Tensor weight,
      Tensor bias,
      boolean useInputStats,
      double momentum,
      double eps) {
    if (!useInputStats) {
      return run(input, runningMean, runningVar, weight, bias, false, momentum, eps);
    }
    if (!(eps > 0)) {
      throw new IllegalArgumentException("instance_norm: eps must be more than 0, but got " + eps);
    }
    Tensor output = new GroupNormOperator("instance_norm", 0, weight, bias, eps).apply(input);
    if ((runningMean == null && runningVar == null) || input.numel() == 0) {
      return output;
    }
    // Every channel of every image is a channel of one image.
    int images = input.size(0);
    int channels = input.size(1);
    int n = input.numel() / (images * channels);
    ChannelStatistics each = ChannelStatistics.of(input.reshape(1, images * channels, n));
    Tensor mean = meanOverImages(each.mean(), images, channels);
    Tensor variance = meanOverImages(each.variance(), images, channels);
    Tensor channel = Tensor.zeros(Shape.of(channels), input.dtype());
    checkRunning("running_mean", runningMean, channel);
    checkRunning("running_var", runningVar, channel);
    move(runningMean, mean, momentum, 1);
    move(runningVar, variance, momentum, n / (n - 1.0));
    return output;
  }

  private static Tensor meanOverImages(Tensor each, int images, int channels) {
    Tensor mean = Tensor.zeros(Shape.of(channels), DType.FLOAT64);
    for (int i = 0; i < images; i++) {
      for (int c = 0; c < channels; c++) {
        mean.doubles()[c] += each.get(i * channels + c) / images;
      }
    }
    return mean;
  }

  private static void checkRunning(String what, Tensor running, Tensor found) {
    if (running == null) {
      return;
    }
    if (!running.shape().equals(found.shape()) || running.dtype() != found.dtype()) {
      throw new IllegalArgumentException(
          "batch_norm: expected a "
              + what
              + " of shape "
              + found.shape()
              + " and dtype "
              + found.dtype()
              + ", but got "
              + running.shape()
              + " and "
              + running.dtype());
    }
  }

  private static void move(Tensor running, Tensor found, double momentum, double factor) {
    if (running != null) {
      for (int c = 0; c < found.numel(); c++) {
        running.set((1 - momentum) * running.get(c) + momentum * factor * found.get(c), c);
      }
    }
  }
}
