package io.github.conv4j.random;

final class NumpyGenerator implements Generator {
  NumpyGenerator(long seed) {}

  @Override
  public void uniform(float[] out, double low, double high) {}

  @Override
  public void uniform(double[] out, double low, double high) {}

  @Override
  public void normal(float[] out) {}

  @Override
  public void normal(double[] out) {}
}
