package io.github.conv4j.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import io.github.conv4j.Activation;
import io.github.conv4j.testing.Golden;
import io.github.conv4j.testing.GoldenActivation;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The epilogue's one operation: PyTorch's numbers, and exactly where they belong. */
class EpilogueKernelsTest {
  private static final ByteBuffer ARRAYS = Golden.bytes("epilogue/arrays.bin");
  private static final JsonObject GIVEN = Golden.json("epilogue/cases.json");

  /** What is promised of SiLU, in units in the last place. */
  private static final double MOST_ULPS = 2;

  static List<JsonObject> elements() {
    return Golden.objects(GIVEN.get("elements"));
  }

  private static EpilogueKernels<float[]> floats(Activation activation) {
    return EpilogueKernels.floats(new Epilogue(false, activation));
  }

  private static EpilogueKernels<double[]> doubles(Activation activation) {
    return EpilogueKernels.doubles(new Epilogue(false, activation));
  }

  // ---- against PyTorch

  @ParameterizedTest
  @MethodSource("elements")
  void givesPyTorchsFloats(JsonObject golden) {
    Activation activation = GoldenActivation.of(golden.get("activation"));
    float[] x = Golden.float32(ARRAYS, GIVEN.get("input32")).floats();
    float[] expected = Golden.float32(ARRAYS, golden.get("output32")).floats();
    float[] y = x.clone();
    floats(activation).apply(y, 0, y.length, null, 0);
    for (int i = 0; i < y.length; i++) {
      String where = activation + " of " + x[i];
      if (activation.equals(Activation.SILU) && Float.isFinite(expected[i]) && expected[i] != 0) {
        // PyTorch's own error is up to 2 more.
        assertEquals(expected[i], y[i], (MOST_ULPS + 2) * Math.ulp(expected[i]), where);
      } else {
        // The bits: 0 is not -0.
        assertEquals(Float.floatToIntBits(expected[i]), Float.floatToIntBits(y[i]), where);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("elements")
  void givesPyTorchsDoubles(JsonObject golden) {
    Activation activation = GoldenActivation.of(golden.get("activation"));
    double[] x = Golden.float64(ARRAYS, GIVEN.get("input64")).doubles();
    double[] expected = Golden.float64(ARRAYS, golden.get("output64")).doubles();
    double[] y = x.clone();
    doubles(activation).apply(y, 0, y.length, null, 0);
    for (int i = 0; i < y.length; i++) {
      String where = activation + " of " + x[i];
      if (activation.equals(Activation.SILU) && Double.isFinite(expected[i]) && expected[i] != 0) {
        assertEquals(expected[i], y[i], (MOST_ULPS + 2) * Math.ulp(expected[i]), where);
      } else {
        assertEquals(Double.doubleToLongBits(expected[i]), Double.doubleToLongBits(y[i]), where);
      }
    }
  }

  // ---- against the truth

  /** Beyond, exp(-x) is more than the largest float. */
  private static final float FLOAT_END = 88.72283f;

  /** Beyond, exp(-x) is more than the largest double. */
  private static final double DOUBLE_END = 709.782712893384;

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void siluOfFloatsIsTrue(int sign) {
    // Every 211th float from the smallest to where the result is the input, or 0.
    int last = Float.floatToIntBits(sign == 0 ? 200f : FLOAT_END);
    float[] x = new float[4096];
    double worst = 0;
    float worstAt = 0;
    for (int bits = 0; bits <= last; ) {
      int n = 0;
      for (; n < x.length && bits <= last; n++, bits += 211) {
        x[n] = sign == 0 ? Float.intBitsToFloat(bits) : -Float.intBitsToFloat(bits);
      }
      float[] y = x.clone();
      floats(Activation.SILU).apply(y, 0, n, null, 0);
      for (int i = 0; i < n; i++) {
        double truth = x[i] / (1 + Math.exp(-(double) x[i]));
        double ulps = Math.abs(y[i] - truth) / Math.ulp((float) truth);
        if (!(ulps <= worst)) {
          worst = ulps;
          worstAt = x[i];
        }
      }
    }
    assertTrue(worst <= MOST_ULPS, worst + " ulps at " + worstAt);
  }

  @Test
  void siluOfDoublesIsTrue() {
    Random random = new Random(5);
    double[] x = new double[6000];
    for (int i = 0; i < x.length; i++) {
      x[i] =
          switch (i % 4) {
            case 0 -> random.nextDouble() * 760 - DOUBLE_END;
            case 1 -> random.nextGaussian() * 5;
            case 2 -> -random.nextDouble() * 50;
            default -> Math.scalb(random.nextGaussian(), -random.nextInt(60));
          };
    }
    double[] y = x.clone();
    doubles(Activation.SILU).apply(y, 0, y.length, null, 0);
    for (int i = 0; i < x.length; i++) {
      BigDecimal truth =
          new BigDecimal(x[i]).divide(BigDecimal.ONE.add(exp(-x[i])), MathContext.DECIMAL128);
      double ulps =
          truth.subtract(new BigDecimal(y[i])).abs().doubleValue() / Math.ulp(truth.doubleValue());
      assertTrue(ulps <= MOST_ULPS, ulps + " ulps at " + x[i]);
    }
  }

  /** Returns e^x to some 30 digits: Taylor's series of x / 2^20, squared 20 times. */
  private static BigDecimal exp(double x) {
    MathContext digits = new MathContext(50);
    BigDecimal small = new BigDecimal(x).divide(new BigDecimal(1 << 20), digits);
    BigDecimal sum = BigDecimal.ONE;
    for (int k = 12; k > 0; k--) {
      sum = sum.multiply(small).divide(new BigDecimal(k), digits).add(BigDecimal.ONE, digits);
    }
    for (int k = 0; k < 20; k++) {
      sum = sum.multiply(sum, digits);
    }
    return sum;
  }

  // ---- where it writes

  static List<Activation> activations() {
    return List.of(
        Activation.NONE,
        Activation.RELU,
        Activation.RELU6,
        Activation.clamp(-0.5, 0.5),
        Activation.clamp(-1, -0.0),
        Activation.SILU,
        Activation.HARDSWISH);
  }

  @ParameterizedTest
  @MethodSource("activations")
  void addsThenActivatesThisPartAlone(Activation activation) {
    Random random = new Random(7);
    for (int n : new int[] {0, 1, 7, 8, 17, 33, 64, 259}) {
      for (int residualAt : new int[] {5, 0, 9}) {
        float[] y = new float[n + 20];
        float[] residual = new float[n + 20];
        for (int i = 0; i < y.length; i++) {
          y[i] = (float) random.nextGaussian() * 3;
          residual[i] = (float) random.nextGaussian() * 3;
        }
        float[] expected = y.clone();
        double[] wide = widened(y);
        for (int i = 0; i < n; i++) {
          float[] one = {y[5 + i] + residual[residualAt + i]};
          floats(activation).apply(one, 0, 1, null, 0);
          expected[5 + i] = one[0];
        }
        float[] before = residual.clone();

        floats(activation).apply(y, 5, n, residual, residualAt);

        assertArrayEquals(expected, y);
        assertArrayEquals(before, residual);
        double[] wideResidual = widened(residual);
        double[] wideExpected = wide.clone();
        for (int i = 0; i < n; i++) {
          double[] one = {wide[5 + i] + wideResidual[residualAt + i]};
          doubles(activation).apply(one, 0, 1, null, 0);
          wideExpected[5 + i] = one[0];
        }
        doubles(activation).apply(wide, 5, n, wideResidual, residualAt);
        assertArrayEquals(wideExpected, wide);
      }
    }
  }

  private static double[] widened(float[] values) {
    double[] wide = new double[values.length];
    for (int i = 0; i < wide.length; i++) {
      wide[i] = values[i];
    }
    return wide;
  }
}
