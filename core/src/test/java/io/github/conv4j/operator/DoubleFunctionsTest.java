package io.github.conv4j.operator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.conv4j.Tensor;
import io.github.conv4j.kernel.DoubleExp;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Random;
import java.util.function.DoubleFunction;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;

/** Exponential functions are within 2 units in the last place of the truth. */
class DoubleFunctionsTest {
  private static final double MOST_ULPS = 2;
  private static final MathContext DIGITS = new MathContext(60);
  private static final BigDecimal TWO = BigDecimal.valueOf(2);

  /** 2 / sqrt(pi). */
  private static final BigDecimal TWO_BY_ROOT_PI =
      TWO.divide(
          new BigDecimal("3.14159265358979323846264338327950288419716939937510582097494459230782")
              .sqrt(DIGITS),
          DIGITS);

  // ---- float64 against many digits

  @Test
  void exp() {
    double[] x = sample(746, -1, 1);
    double[] y = new double[x.length];
    for (int i = 0; i < x.length; i += DoubleFunctions.BLOCK) {
      int n = Math.min(DoubleFunctions.BLOCK, x.length - i);
      double[] block = new double[n];
      System.arraycopy(x, i, block, 0, n);
      DoubleFunctions.expOfNegative(block, block, n);
      System.arraycopy(block, 0, y, i, n);
    }
    check("exp", x, y, DoubleFunctionsTest::exp);
  }

  @Test
  void sigmoid() {
    check(
        "sigmoid",
        sample(745, -1, -1),
        DoubleFunctions.SIGMOID,
        x -> BigDecimal.ONE.divide(BigDecimal.ONE.add(exp(-x)), DIGITS));
  }

  @Test
  void tanh() {
    check(
        "tanh",
        sample(25, -1, -1),
        DoubleFunctions.TANH,
        x -> {
          BigDecimal square = exp(x).multiply(exp(x), DIGITS);
          return square.subtract(BigDecimal.ONE).divide(square.add(BigDecimal.ONE), DIGITS);
        });
  }

  @Test
  void elu() {
    check("elu", sample(50, -1, 1), DoubleFunctions.elu(1), x -> exp(x).subtract(BigDecimal.ONE));
  }

  @Test
  void erf() {
    check("erf", sample(7, -1, -1), DoubleFunctions.ERF, DoubleFunctionsTest::erf);
  }

  /** Returns numbers of all sizes between -most and most; of one sign unless that is -1. */
  private static double[] sample(double most, int negative, int oneSign) {
    Random random = new Random(17);
    double[] x = new double[4000];
    for (int i = 0; i < x.length; i++) {
      double size =
          switch (i % 4) {
            case 0 -> random.nextDouble() * most;
            case 1 -> Math.abs(random.nextGaussian());
            case 2 -> random.nextDouble() * Math.min(most, 30);
            default -> Math.scalb(random.nextDouble(), -random.nextInt(40));
          };
      x[i] = oneSign == 1 || i % 8 < 4 ? negative * size : size;
    }
    return x;
  }

  private static void check(
      String name, double[] x, DoubleFunctions.Steps function, DoubleFunction<BigDecimal> truth) {
    DoubleFunctions.Block block = new DoubleFunctions.Block();
    double[] y = new double[x.length];
    for (int i = 0; i < x.length; i += DoubleFunctions.BLOCK) {
      int n = Math.min(DoubleFunctions.BLOCK, x.length - i);
      System.arraycopy(x, i, block.x, 0, n);
      function.apply(block, n);
      System.arraycopy(block.x, 0, y, i, n);
    }
    check(name, x, y, truth);
  }

  private static void check(String name, double[] x, double[] y, DoubleFunction<BigDecimal> truth) {
    double worst = 0;
    double worstAt = 0;
    for (int i = 0; i < x.length; i++) {
      BigDecimal expected = truth.apply(x[i]);
      double ulps =
          expected.subtract(new BigDecimal(y[i])).abs().doubleValue()
              / Math.ulp(expected.doubleValue());
      if (!(ulps <= worst)) {
        worst = ulps;
        worstAt = x[i];
      }
    }
    assertTrue(worst <= MOST_ULPS, name + ": " + worst + " ulps at " + worstAt);
  }

  /** Taylor's series of x / 2^20, squared 20 times. */
  private static BigDecimal exp(double x) {
    BigDecimal small = new BigDecimal(x).divide(new BigDecimal(1 << 20), DIGITS);
    BigDecimal sum = BigDecimal.ONE;
    for (int k = 14; k > 0; k--) {
      sum = sum.multiply(small).divide(new BigDecimal(k), DIGITS).add(BigDecimal.ONE, DIGITS);
    }
    for (int k = 0; k < 20; k++) {
      sum = sum.multiply(sum, DIGITS);
    }
    return sum;
  }

  /** The series 2 / sqrt(pi) * exp(-x^2) * (x + 2 x^3 / 3 + 4 x^5 / 15 + ..), all of one sign. */
  private static BigDecimal erf(double x) {
    BigDecimal z = new BigDecimal(x).multiply(new BigDecimal(x), DIGITS);
    BigDecimal term = new BigDecimal(x);
    BigDecimal sum = term;
    for (int k = 1; term.signum() != 0 && k < 300; k++) {
      term = term.multiply(z).multiply(TWO).divide(new BigDecimal(2 * k + 1), DIGITS);
      sum = sum.add(term, DIGITS);
    }
    BigDecimal decay = BigDecimal.ONE;
    // exp(-z) by the same steps, of more digits than a double has.
    BigDecimal small = z.negate().divide(new BigDecimal(1 << 20), DIGITS);
    for (int k = 14; k > 0; k--) {
      decay = decay.multiply(small).divide(new BigDecimal(k), DIGITS).add(BigDecimal.ONE, DIGITS);
    }
    for (int k = 0; k < 20; k++) {
      decay = decay.multiply(decay, DIGITS);
    }
    return sum.multiply(decay).multiply(TWO_BY_ROOT_PI, DIGITS);
  }

  // ---- float32 against float64

  @Test
  void floats() {
    checkFloats("sigmoid", ElementwiseOperator.sigmoid(), x -> 1 / (1 + StrictMath.exp(-x)));
    checkFloats("tanh", ElementwiseOperator.tanh(), StrictMath::tanh);
    checkFloats("elu", ElementwiseOperator.elu(1), x -> x < 0 ? StrictMath.expm1(x) : x);
  }

  /** Every 977th float. */
  private static void checkFloats(String name, Operator operator, DoubleUnaryOperator truth) {
    int last = Float.floatToIntBits(Float.POSITIVE_INFINITY);
    double worst = 0;
    float worstAt = 0;
    float[] x = new float[1 << 16];
    for (int bits = 0; bits < last; ) {
      int n = 0;
      for (; n < x.length && bits < last; n += 2, bits += 977) {
        x[n] = Float.intBitsToFloat(bits);
        x[n + 1] = -x[n];
      }
      float[] y = operator.apply(Tensor.of(x)).floats();
      for (int i = 0; i < n; i++) {
        double expected = truth.applyAsDouble(x[i]);
        double ulps = Math.abs(y[i] - expected) / Math.ulp((float) expected);
        if (!(ulps <= worst)) {
          worst = ulps;
          worstAt = x[i];
        }
      }
    }
    assertTrue(worst <= 0.51, name + ": " + worst + " ulps at " + worstAt);
  }

  // ---- the steps

  @Test
  void powersOfTwoAreExact() {
    for (int n = -587; n <= 549; n++) {
      assertEquals(Math.scalb(1.0, n), DoubleExp.powerOfTwo(n - 490, 490));
      assertEquals(Math.scalb(1.0, n), DoubleExp.powerOfTwo(n + 490, -490));
    }
  }

  @Test
  void endsAndZeros() {
    double infinity = Double.POSITIVE_INFINITY;
    double nan = Double.NaN;
    double least = Double.MIN_VALUE;
    double[] given = {infinity, -infinity, nan, 0.0, -0.0, least, -least, 1e308, -1e308};
    assertEnds(given, DoubleFunctions.SIGMOID, 1, 0, nan, .5, .5, .5, .5, 1, 0);
    assertEnds(given, DoubleFunctions.TANH, 1, -1, nan, 0.0, -0.0, least, -least, 1, -1);
    assertEnds(given, DoubleFunctions.ERF, 1, -1, nan, 0.0, -0.0, least, -least, 1, -1);
    assertEnds(
        given, DoubleFunctions.elu(1), infinity, -1, nan, 0.0, -0.0, least, -least, 1e308, -1);
  }

  private static void assertEnds(
      double[] given, DoubleFunctions.Steps function, double... expected) {
    DoubleFunctions.Block block = new DoubleFunctions.Block();
    System.arraycopy(given, 0, block.x, 0, given.length);
    function.apply(block, given.length);
    for (int i = 0; i < given.length; i++) {
      // Tells 0 from -0.
      assertEquals(expected[i], block.x[i], "of " + given[i]);
    }
  }
}
