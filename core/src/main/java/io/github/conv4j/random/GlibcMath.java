package io.github.conv4j.random;

import io.github.conv4j.kernel.Fma;
import java.math.BigDecimal;
import java.math.MathContext;

/**
 * Logarithm, sine and cosine in float64 as the GNU C library (2.36) computes them on processors
 * with fused multiply-add: to the bit, on any processor. PyTorch and NumPy make normal numbers with
 * these.
 *
 * <p>Each is a table lookup and a short polynomial for what is left; the results are within 0.52 to
 * 0.55 units in the last place, so that neither exact rounding nor {@link StrictMath} gives the
 * same bits.
 *
 * <p>Sources. Logarithm: ARM's Optimized Routines, math/log.c and log_data.c (method, polynomials,
 * the points of the table). Logarithm of 1 + x: Sun's fdlibm, s_log1p.c. Sine and cosine: IBM's
 * Accurate Mathematical Library as it stands in glibc, sysdeps/ieee754/dbl-64/s_sin.c (method,
 * constants). Which operations are fused was read off the compiled library and is confirmed by
 * golden files.
 */
final class GlibcMath {
  private GlibcMath() {}

  // ---- logarithm

  private static final int LOG_BITS = 7;
  private static final int LOG_SIZE = 1 << LOG_BITS;
  private static final long LOG_OFFSET = 0x3fe6000000000000L;
  private static final double LN2_HIGH = 0x1.62e42fefa3800p-1;
  private static final double LN2_LOW = 0x1.ef35793c76730p-45;

  /** Of {@code log(1 + r)}, from r^2 on, for the small r that the table leaves. */
  private static final double[] LOG = {
    -0x1.0000000000001p-1,
    0x1.555555551305bp-2,
    -0x1.fffffffeb4590p-3,
    0x1.999b324f10111p-3,
    -0x1.55575e506c89fp-3
  };

  /** Of {@code log(1 + r)}, from r^2 on, for arguments near 1. */
  private static final double[] LOG_NEAR_1 = {
    -0x1.0p-1,
    0x1.5555555555577p-2,
    -0x1.ffffffffffdcbp-3,
    0x1.999999995dd0cp-3,
    -0x1.55555556745a7p-3,
    0x1.24924a344de30p-3,
    -0x1.fffffa4423d65p-4,
    0x1.c7184282ad6cap-4,
    -0x1.999eb43b068ffp-4,
    0x1.78182f7afd085p-4,
    -0x1.5521375d145cdp-4
  };

  private static final double NEAR_1_FROM = 1 - 0x1p-4;
  private static final double NEAR_1_TO = 1 + 0x1.09p-4;

  /** Reciprocals of a point near the middle of each of 128 intervals, as bits. */
  private static final long[] LOG_POINTS = {
    0x3ff734f0c3e0de9fL, 0x3ff713786a2ce91fL, 0x3ff6f26008fab5a0L, 0x3ff6d1a61f138c7dL,
    0x3ff6b1490bc5b4d1L, 0x3ff69147332f0cbaL, 0x3ff6719f18224223L, 0x3ff6524f99a51ed9L,
    0x3ff63356aa8f24c4L, 0x3ff614b36b9ddc14L, 0x3ff5f66452c65c4cL, 0x3ff5d867b5912c4fL,
    0x3ff5babccb5b90deL, 0x3ff59d61f2d91a78L, 0x3ff5805612465687L, 0x3ff56397cee76bd3L,
    0x3ff54725e2a77f93L, 0x3ff52aff42064583L, 0x3ff50f22dbb2bddfL, 0x3ff4f38f4734ded7L,
    0x3ff4d843cfde2840L, 0x3ff4bd3ec078a3c8L, 0x3ff4a27fc3e0258aL, 0x3ff4880524d48434L,
    0x3ff46dce1b192d0bL, 0x3ff453d9d3391854L, 0x3ff43a2744b4845aL, 0x3ff420b54115f8fbL,
    0x3ff40782da3ef4b1L, 0x3ff3ee8f5d57fe8fL, 0x3ff3d5d9a00b4ce9L, 0x3ff3bd60c010c12bL,
    0x3ff3a5242b75dab8L, 0x3ff38d22cd9fd002L, 0x3ff3755bc5847a1cL, 0x3ff35dce49ad36e2L,
    0x3ff34679984dd440L, 0x3ff32f5cceffcb24L, 0x3ff3187775a10d49L, 0x3ff301c8373e3990L,
    0x3ff2eb4ebb95f841L, 0x3ff2d50a0219a9d1L, 0x3ff2bef9a8b7fd2aL, 0x3ff2a91c7a0c1babL,
    0x3ff293726014b530L, 0x3ff27dfa5757a1f5L, 0x3ff268b39b1d3bbfL, 0x3ff2539d838ff5bdL,
    0x3ff23eb7aac9083bL, 0x3ff22a012ba940b6L, 0x3ff2157996cc4132L, 0x3ff201201dd2fc9bL,
    0x3ff1ecf4494d480bL, 0x3ff1d8f5528f6569L, 0x3ff1c52311577e7cL, 0x3ff1b17c74cb26e9L,
    0x3ff19e010c2c1ab6L, 0x3ff18ab07bb670bdL, 0x3ff1778a25efbcb6L, 0x3ff1648d354c31daL,
    0x3ff151b990275fddL, 0x3ff13f0ea432d24cL, 0x3ff12c8b7210f9daL, 0x3ff11a3028ecb531L,
    0x3ff107fbda8434afL, 0x3ff0f5ee0f4e6bb3L, 0x3ff0e4065d2a9fceL, 0x3ff0d244632ca521L,
    0x3ff0c0a77ce2981aL, 0x3ff0af2f83c636d1L, 0x3ff09ddb98a01339L, 0x3ff08cabaf52e7dfL,
    0x3ff07b9f2f4e28fbL, 0x3ff06ab58c358f19L, 0x3ff059eea5ecf92cL, 0x3ff04949cdd12c90L,
    0x3ff038c6c6f0ada9L, 0x3ff02865137932a9L, 0x3ff0182427ea7348L, 0x3ff008040614b195L,
    0x3fefe01ff726fa1aL, 0x3fefa11cc261ea74L, 0x3fef6310b081992eL, 0x3fef25f63ceeadcdL,
    0x3feee9c8039113e7L, 0x3feeae8078cbb1abL, 0x3fee741aa29d0c9bL, 0x3fee3a91830a99b5L,
    0x3fee01e009609a56L, 0x3fedca01e577bb98L, 0x3fed92f20b7c9103L, 0x3fed5cac66fb5cceL,
    0x3fed272caa5ede9dL, 0x3fecf26e3e6b2ccdL, 0x3fecbe6da2a77902L, 0x3fec8b266d37086dL,
    0x3fec5894bd5d5804L, 0x3fec26b533bb9f8cL, 0x3febf583eeece73fL, 0x3febc4fd75db96c1L,
    0x3feb951e0c864a28L, 0x3feb65e2c5ef3e2cL, 0x3feb374867c9888bL, 0x3feb094b211d304aL,
    0x3feadbe885f2ef7eL, 0x3feaaf1d31603da2L, 0x3fea82e63fd358a7L, 0x3fea5740ef09738bL,
    0x3fea2c2a90ab4b27L, 0x3fea01a01393f2d1L, 0x3fe9d79f24db3c1bL, 0x3fe9ae2505c7b190L,
    0x3fe9852ef297ce2fL, 0x3fe95cbaeea44b75L, 0x3fe934c69de74838L, 0x3fe90d4f2f6752e6L,
    0x3fe8e6528effd79dL, 0x3fe8bfce9fcc007cL, 0x3fe899c0dabec30eL, 0x3fe87427aa2317fbL,
    0x3fe84f00acb39a08L, 0x3fe82a49e8653e55L, 0x3fe8060195f40260L, 0x3fe7e22563e0a329L,
    0x3fe7beb377dcb5adL, 0x3fe79baa679725c2L, 0x3fe77907f2170657L, 0x3fe756cadbd6130cL
  };

  /** Logarithms of the points, rounded to 43 bits behind the point. */
  private static final double[] LOG_OF_POINTS = new double[LOG_SIZE];

  static {
    for (int i = 0; i < LOG_SIZE; i++) {
      double log = -StrictMath.log(Double.longBitsToDouble(LOG_POINTS[i]));
      LOG_OF_POINTS[i] = Math.rint(log * 0x1p43) * 0x1p-43;
    }
  }

  /**
   * Returns the natural logarithm.
   *
   * @param x positive, finite and not subnormal
   */
  static double log(double x) {
    if (x >= NEAR_1_FROM && x < NEAR_1_TO) {
      return x == 1 ? 0 : logNear1(x - 1);
    }
    // x = 2^k * z, and z * point = 1 + r with a small r.
    long bits = Double.doubleToRawLongBits(x);
    long shifted = bits - LOG_OFFSET;
    int i = (int) (shifted >>> (52 - LOG_BITS)) & (LOG_SIZE - 1);
    double k = shifted >> 52;
    double z = Double.longBitsToDouble(bits - (shifted & 0xfff0000000000000L));
    double r = Fma.fma(z, Double.longBitsToDouble(LOG_POINTS[i]), -1);
    double whole = Fma.fma(k, LN2_HIGH, LOG_OF_POINTS[i]);
    double high = whole + r;
    double low = Fma.fma(k, LN2_LOW, whole - high + r);
    double square = r * r;
    double tail = Fma.fma(r, LOG[2], LOG[1]);
    double end = Fma.fma(r, LOG[4], LOG[3]);
    low = Fma.fma(square, LOG[0], low);
    return Fma.fma(r * square, Fma.fma(end, square, tail), low) + high;
  }

  private static double logNear1(double r) {
    double[] b = LOG_NEAR_1;
    double square = r * r;
    double cube = r * square;
    double first = Fma.fma(square, b[3], Fma.fma(r, b[2], b[1]));
    double second = Fma.fma(square, b[6], Fma.fma(r, b[5], b[4]));
    double third = Fma.fma(cube, b[10], Fma.fma(square, b[9], Fma.fma(r, b[8], b[7])));
    double sum = Fma.fma(Fma.fma(third, cube, second), cube, first);
    // r is split in two, so that the square of its upper half is exact.
    double upper = Fma.fma(-0x1p27, r, Fma.fma(r, 0x1p27, r));
    double lower = r - upper;
    double upperSquare = upper * upper;
    double high = Fma.fma(upperSquare, b[0], r);
    double low = Fma.fma(upperSquare, b[0], r - high);
    low = Fma.fma(b[0] * lower, r + upper, low);
    return high + Fma.fma(sum, cube, low);
  }

  // ---- logarithm of 1 + x

  private static final double LN2_UPPER = 0.6931471803691238;
  private static final double LN2_REST = 1.9082149292705877e-10;

  /** Of {@code log(1 + f)} in powers of {@code (f / (2 + f))^2}, from the first on. */
  private static final double[] LOG1P = {
    0.6666666666666735,
    0.3999999999940942,
    0.2857142874366239,
    0.22222198432149784,
    0.1818357216161805,
    0.15313837699209373,
    0.14798198605116586
  };

  /** The upper half of the bits of {@code 1 - sqrt(1/2)}, up to which x is taken as it is. */
  private static final int PLAIN_UP_TO = 0x3fd2bec3;

  /** The upper 20 bits of the mantissa of sqrt(2). */
  private static final int SQRT_2_MANTISSA = 0x6a09e;

  /**
   * Returns {@code log(1 + x)}.
   *
   * @param x within {@code (-1, 0]}
   */
  static double log1p(double x) {
    double magnitude = Math.abs(x);
    if (magnitude < 0x1p-54) {
      return x;
    }
    if (magnitude < 0x1p-29) {
      return Fma.fma(-(x * x), 0.5, x);
    }
    if ((int) (Double.doubleToRawLongBits(magnitude) >>> 32) <= PLAIN_UP_TO) {
      double half = 0.5 * x * x;
      return x - (half - log1pTail(x, half));
    }
    // 1 + x = 2^k * (1 + f) with 1 + f within [sqrt(1/2), sqrt(2)), and c for what 1 + x lost.
    double sum = 1 + x;
    double c = (x - (sum - 1)) / sum;
    int k = Math.getExponent(sum);
    double f = Math.scalb(sum, -k);
    int mantissa = (int) (Double.doubleToRawLongBits(sum) >>> 32) & 0xfffff;
    if (mantissa >= SQRT_2_MANTISSA) {
      k++;
      f /= 2;
      mantissa = (0x100000 - mantissa) >> 2;
    }
    f -= 1;
    double low = Fma.fma(k, LN2_REST, c);
    if (f == 0) {
      return Fma.fma(k, LN2_UPPER, low);
    }
    double half = 0.5 * f * f;
    double rest =
        mantissa == 0
            ? half * Fma.fma(-f, 0.6666666666666666, 1) - low
            : half - (low + log1pTail(f, half));
    return Fma.fma(k, LN2_UPPER, -(rest - f));
  }

  private static double log1pTail(double f, double half) {
    double s = f / (2 + f);
    double z = s * s;
    double z2 = z * z;
    double z4 = z2 * z2;
    double second = Fma.fma(z, LOG1P[2], LOG1P[1]);
    double third = Fma.fma(z, LOG1P[4], LOG1P[3]);
    double fourth = Fma.fma(z, LOG1P[6], LOG1P[5]);
    double sum = Fma.fma(z, LOG1P[0], z2 * second);
    sum = Fma.fma(z2 * z4, fourth, Fma.fma(z4, third, sum));
    return s * (half + sum);
  }

  // ---- sine and cosine

  /** Of the sine near 0, from x^3 on. */
  private static final double[] SIN = {
    -0x1.5555555555555p-3,
    0x1.1111111110ecep-7,
    -0x1.a01a019db08b8p-13,
    0x1.71de27b9a7ed9p-19,
    -0x1.addffc2fcdf59p-26
  };

  private static final double SIN_WITHOUT_TABLE = 0.126;

  /** Of sine and cosine of what the table leaves. */
  private static final double SIN_3 = -0x1.5555555555515p-3;

  private static final double SIN_5 = 0x1.11110e829872fp-7;
  private static final double COS_2 = 0.5;
  private static final double COS_4 = -0x1.5555555555535p-5;
  private static final double COS_6 = 0x1.6c16bedd9e239p-10;

  /** Adding it leaves a number's nearest multiple of 1/128 in the lowest bits. */
  private static final double TABLE_ROUNDER = 0x1.8p45;

  private static final double INTEGER_ROUNDER = 0x1.8p52;
  private static final double TWO_OVER_PI = 0x1.45f306dc9c883p-1;

  /** pi / 2 in two parts. */
  private static final double HALF_PI_HIGH = 0x1.921fb54442d18p+0;

  private static final double HALF_PI_LOW = 0x1.1a62633145c07p-54;

  /** pi / 2 in four parts, of which multiples of the first three by small integers are exact. */
  private static final double HALF_PI_1 = 0x1.921fb58p+0;

  private static final double HALF_PI_2 = -0x1.dde973cp-27;
  private static final double HALF_PI_3 = -0x1.cb3b398p-55;
  private static final double HALF_PI_4 = -0x1.d747f23e32ed7p-83;

  /** Where the argument is so small that sine and cosine are read off the table directly. */
  private static final double DIRECT_BELOW = 0x1.b6p-1;

  /** Where pi / 2 need be subtracted only once. */
  private static final double ONE_TURN_BELOW = 0x1.368fdp+1;

  /** How many multiples of 1/128 there are up to pi / 4 and a little more. */
  private static final int TABLE_SIZE = 110;

  private static final double[] SIN_TABLE = new double[TABLE_SIZE];
  private static final double[] SIN_TABLE_LOW = new double[TABLE_SIZE];
  private static final double[] COS_TABLE = new double[TABLE_SIZE];
  private static final double[] COS_TABLE_LOW = new double[TABLE_SIZE];

  static {
    for (int i = 0; i < TABLE_SIZE; i++) {
      BigDecimal x = new BigDecimal(i / 128.0);
      BigDecimal sin = series(x, 1);
      SIN_TABLE[i] = sin.doubleValue();
      SIN_TABLE_LOW[i] = sin.subtract(new BigDecimal(SIN_TABLE[i])).doubleValue();
      BigDecimal cos = series(x, 0);
      COS_TABLE[i] = cos.doubleValue();
      COS_TABLE_LOW[i] = cos.subtract(new BigDecimal(COS_TABLE[i])).doubleValue();
    }
  }

  /** Returns {@code x^first / first! - x^(first + 2) / (first + 2)! + ...} to 50 digits. */
  private static BigDecimal series(BigDecimal x, int first) {
    MathContext digits = new MathContext(60);
    BigDecimal term = first == 0 ? BigDecimal.ONE : x;
    BigDecimal sum = term;
    BigDecimal least = new BigDecimal("1e-50");
    for (int n = first + 2; term.abs().compareTo(least) > 0; n += 2) {
      term = term.multiply(x).multiply(x).divide(BigDecimal.valueOf((1L - n) * n), digits);
      sum = sum.add(term);
    }
    return sum;
  }

  /**
   * Writes sine and cosine to {@code out[0]} and {@code out[1]}.
   *
   * @param x within {@code [0, 2 pi]}
   */
  static void sinCos(double x, double[] out) {
    if (x < 0x1p-27) {
      out[0] = x;
      out[1] = 1;
    } else if (x < DIRECT_BELOW) {
      out[0] = sin(x, 0);
      out[1] = cos(x, 0);
    } else if (x < ONE_TURN_BELOW) {
      double rest = HALF_PI_HIGH - x;
      double a = rest + HALF_PI_LOW;
      double low = (rest - a) + HALF_PI_LOW;
      out[0] = cos(a, low);
      out[1] = sin(a, low);
    } else {
      turned(x, out);
    }
  }

  /** Subtracts multiples of pi / 2 first. */
  private static void turned(double x, double[] out) {
    double sum = Fma.fma(x, TWO_OVER_PI, INTEGER_ROUNDER);
    double turns = sum - INTEGER_ROUNDER;
    int quadrant = (int) Double.doubleToRawLongBits(sum) & 3;
    double rest = Fma.fma(-turns, HALF_PI_2, Fma.fma(-turns, HALF_PI_1, x));
    double third = Fma.fma(-turns, HALF_PI_3, rest);
    double low = Fma.fma(-turns, HALF_PI_3, rest - third);
    double a = Fma.fma(-turns, HALF_PI_4, third);
    low = Fma.fma(-turns, HALF_PI_4, third - a) + low;
    if (quadrant == 1 || quadrant == 2) {
      a = -a;
      low = -low;
    }
    double sin = sin(a, low);
    double cos = quadrant >= 2 ? -cos(a, low) : cos(a, low);
    out[0] = quadrant % 2 == 0 ? sin : cos;
    out[1] = quadrant % 2 == 0 ? cos : sin;
  }

  /** Returns {@code sin(x + low)} for a {@code low} below x's last place. */
  private static double sin(double x, double low) {
    double magnitude = Math.abs(x);
    if (magnitude < SIN_WITHOUT_TABLE) {
      double square = x * x;
      double sum = SIN[4];
      for (int i = 3; i >= 0; i--) {
        sum = Fma.fma(square, sum, SIN[i]);
      }
      return x + Fma.fma(square, Fma.fma(sum, x, -0.5 * low), low);
    }
    double dx = x <= 0 ? -low : low;
    double rounded = TABLE_ROUNDER + magnitude;
    int i = (int) Double.doubleToRawLongBits(rounded);
    double d = magnitude - (rounded - TABLE_ROUNDER);
    double square = d * d;
    double s = d + Fma.fma(d * square, Fma.fma(square, SIN_5, SIN_3), dx);
    double c = square * Fma.fma(square, Fma.fma(square, COS_6, COS_4), COS_2);
    c = Fma.fma(d, dx, c);
    double correction = Fma.fma(s, COS_TABLE_LOW[i], SIN_TABLE_LOW[i]);
    correction = Fma.fma(s, COS_TABLE[i], Fma.fma(-c, SIN_TABLE[i], correction));
    return Math.copySign(SIN_TABLE[i] + correction, x);
  }

  /** Returns {@code cos(x + low)} for a {@code low} below x's last place. */
  private static double cos(double x, double low) {
    double dx = x < 0 ? -low : low;
    double magnitude = Math.abs(x);
    double rounded = TABLE_ROUNDER + magnitude;
    int i = (int) Double.doubleToRawLongBits(rounded);
    double d = magnitude - (rounded - TABLE_ROUNDER) + dx;
    double square = d * d;
    double s = Fma.fma(d * square, Fma.fma(square, SIN_5, SIN_3), d);
    double c = square * Fma.fma(square, Fma.fma(square, COS_6, COS_4), COS_2);
    double correction = Fma.fma(-s, SIN_TABLE_LOW[i], COS_TABLE_LOW[i]);
    correction = Fma.fma(-s, SIN_TABLE[i], Fma.fma(-c, COS_TABLE[i], correction));
    return COS_TABLE[i] + correction;
  }
}
