package io.github.conv4j.operator;

import io.github.conv4j.DType;
import io.github.conv4j.Shape;
import io.github.conv4j.Tensor;

/**
 * Mean and variance of each channel of a batch.
 *
 * @param mean one number for each channel, of the batch's dtype
 * @param variance the mean of the squared distances from the mean, likewise, but float64
 * @param count how many elements a channel has
 */
public record ChannelStatistics(Tensor mean, Tensor variance, long count) {

  /**
   * Returns the statistics of a batch.
   *
   * @param input {@code (N, C, ...)}
   * @throws IllegalArgumentException while a network is compiled: they would be those of no input
   */
  public static ChannelStatistics of(Tensor input) {
    if (Trace.isOn()) {
      throw new IllegalArgumentException(
          "batch_norm: only with running statistics can it be compiled");
    }
    int images = input.size(0);
    int channels = input.size(1);
    int n = input.numel() == 0 ? 0 : input.numel() / (images * channels);
    long count = (long) images * n;
    Tensor mean = Tensor.zeros(Shape.of(channels), input.dtype());
    Tensor variance = Tensor.zeros(Shape.of(channels), DType.FLOAT64);
    Blocks.run(
        channels,
        2 * count,
        (from, to) -> {
          for (int c = from; c < to; c++) {
            double sum = 0;
            for (int i = 0; i < images; i++) {
              sum += Wide.sum(input, (i * channels + c) * n, n);
            }
            double centre = sum / count;
            double squares = 0;
            for (int i = 0; i < images; i++) {
              squares += Wide.squares(input, (i * channels + c) * n, n, centre);
            }
            mean.set(centre, c);
            variance.set(squares / count, c);
          }
        });
    return new ChannelStatistics(mean, variance, count);
  }
}
