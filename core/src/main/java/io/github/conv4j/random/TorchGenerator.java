package io.github.conv4j.random;

import io.github.conv4j.kernel.Fma;

/**
 * PyTorch's random numbers on the CPU.
 *
 * <p>The bits are those of PyTorch 2.13 on processors with AVX2 or AVX-512; on others PyTorch
 * itself rounds some numbers differently. Two ways lead to normal numbers there, as here: under 16
 * of them are drawn in pairs, of which the second is kept for the next call; from 16 on, uniform
 * numbers are drawn first and then turned, eight by eight, into normal ones, the last 16 anew if
 * they do not fill up. Both are the transformation of Box and Muller:
 *
 * <pre>
 * n1 = sqrt(-2 * log(1 - u1)) * cos(2 pi u2)
 * n2 = sqrt(-2 * log(1 - u1)) * sin(2 pi u2)
 * </pre>
 *
 * <p>Source: PyTorch's aten/src/ATen/core/DistributionsHelper.h and
 * aten/src/ATen/native/cpu/DistributionTemplates.h.
 */
final class TorchGenerator implements Generator {
  /** How many normal numbers are made together, half of them from sines, half from cosines. */
  private static final int BLOCK = 16;

  private static final int HALF = BLOCK / 2;
  private static final float TWO_PI = (float) (2 * Math.PI);

  private final MersenneTwister bits;
  private double kept;
  private boolean hasKept;

  TorchGenerator(long seed) {
    bits = new MersenneTwister((int) seed);
  }

  private float nextFloat() {
    return (bits.next() & 0xffffff) * 0x1p-24f;
  }

  private double nextDouble() {
    long high = (long) bits.next() << 32;
    long low = bits.next() & 0xffffffffL;
    return ((high | low) & 0x1fffffffffffffL) * 0x1p-53;
  }

  @Override
  public synchronized void uniform(float[] out, double low, double high) {
    float from = (float) low;
    float to = (float) high;
    float range = to - from;
    for (int i = 0; i < out.length; i++) {
      float value = Fma.fma(nextFloat(), range, from);
      // Rounding may reach the excluded bound.
      out[i] = value == to ? from : value;
    }
  }

  @Override
  public synchronized void uniform(double[] out, double low, double high) {
    double range = high - low;
    for (int i = 0; i < out.length; i++) {
      double value = Fma.fma(nextDouble(), range, low);
      out[i] = value == high ? low : value;
    }
  }

  @Override
  public synchronized void normal(float[] out) {
    if (out.length < BLOCK) {
      for (int i = 0; i < out.length; i++) {
        out[i] = (float) nextNormal();
      }
      return;
    }
    for (int i = 0; i < out.length; i++) {
      out[i] = nextFloat();
    }
    int from = 0;
    for (; from + BLOCK <= out.length; from += BLOCK) {
      toNormal(out, from);
    }
    if (from < out.length) {
      for (int i = out.length - BLOCK; i < out.length; i++) {
        out[i] = nextFloat();
      }
      toNormal(out, out.length - BLOCK);
    }
  }

  @Override
  public synchronized void normal(double[] out) {
    if (out.length < BLOCK) {
      for (int i = 0; i < out.length; i++) {
        out[i] = nextNormal();
      }
      return;
    }
    for (int i = 0; i < out.length; i++) {
      out[i] = nextDouble();
    }
    int from = 0;
    for (; from + BLOCK <= out.length; from += BLOCK) {
      toNormal(out, from);
    }
    if (from < out.length) {
      for (int i = out.length - BLOCK; i < out.length; i++) {
        out[i] = nextDouble();
      }
      toNormal(out, out.length - BLOCK);
    }
  }

  private double nextNormal() {
    if (hasKept) {
      hasKept = false;
      return kept;
    }
    double angle = 2 * Math.PI * nextDouble();
    double radius = Math.sqrt(-2 * GlibcMath.log1p(-nextDouble()));
    double[] sinCos = new double[2];
    GlibcMath.sinCos(angle, sinCos);
    kept = radius * sinCos[0];
    hasKept = true;
    return radius * sinCos[1];
  }

  /** Turns 16 uniform numbers into normal ones. */
  private static void toNormal(float[] out, int from) {
    float[] sinCos = new float[2];
    for (int i = from; i < from + HALF; i++) {
      float radius = (float) Math.sqrt(-2 * VectorMath.log(1 - out[i]));
      VectorMath.sinCos(TWO_PI * out[i + HALF], sinCos);
      // Adding the mean, 0, makes a -0 positive.
      out[i] = radius * sinCos[1] + 0f;
      out[i + HALF] = radius * sinCos[0] + 0f;
    }
  }

  /** Turns 16 uniform numbers into normal ones. */
  private static void toNormal(double[] out, int from) {
    double[] sinCos = new double[2];
    for (int i = from; i < from + HALF; i++) {
      double radius = Math.sqrt(-2 * GlibcMath.log(1 - out[i]));
      GlibcMath.sinCos(2 * Math.PI * out[i + HALF], sinCos);
      out[i] = radius * sinCos[1] + 0.0;
      out[i + HALF] = radius * sinCos[0] + 0.0;
    }
  }
}
