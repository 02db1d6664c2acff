package io.github.conv4j.random;

final class TorchGenerator implements Generator {
  TorchGenerator(long seed) {}

  @Override
  public void uniform(float[] out, double low, double high) {}

  @Override
  public void uniform(double[] out, double low, double high) {}

  @Override
  public void normal(float[] out) {}

  @Override
  public void normal(double[] out) {}
}
