package io.github.conv4j.engine;

import io.github.conv4j.Accuracy;
import io.github.conv4j.BitsCheck;
import io.github.conv4j.DType;
import io.github.conv4j.PaddingMode;
import io.github.conv4j.Shape;
import io.github.conv4j.Tensor;
import io.github.conv4j.random.Generator;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.CRC32;

/**
 * The contract on bits, as something that every machine can check: fixed problems with the
 * checksums of their outputs, which are the resource {@code bits.txt}.
 *
 * <p>A problem is a line of text, see {@link BitsCheck#name}. Its numbers are normally distributed,
 * from PyTorch's generator, seeded with a checksum of the line; {@code data=special} puts NaN,
 * infinities, zeros and very large and very small numbers among those of the input. A checksum is
 * the CRC-32 of the output's elements as big-endian bits, all NaN being one.
 *
 * <p>Safe for use by many threads.
 */
public final class BitsSuite {
  private static final String RESOURCE = "bits.txt";

  private BitsSuite() {}

  /** Computes all problems and compares them with their checksums. */
  public static List<BitsCheck> check() {
    return lines()
        .filter(line -> !line.startsWith("#"))
        .map(
            line -> {
              String[] parts = line.split(" ", 2);
              return check(parts[1], parts[0]);
            })
        .toList();
  }

  /** Returns the lines of the resource: comments that begin with #, and "checksum problem". */
  static Stream<String> lines() {
    try (BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(
                BitsSuite.class.getResourceAsStream(RESOURCE), StandardCharsets.UTF_8))) {
      return reader.lines().toList().stream();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Computes a problem, the whole batch together and then each image alone. */
  static BitsCheck check(String name, String expected) {
    Case c = Case.parse(name);
    ConvPlan plan = ConvPlanner.plan(c.problem(), c.weight(), c.bias());
    int batch = c.input().size(0);
    Tensor output = c.output(batch);
    plan.run(c.input(), batch, null, output);
    CRC32 together = new CRC32();
    update(together, output);
    CRC32 alone = new CRC32();
    for (int n = 0; n < batch; n++) {
      Tensor image = c.output(1);
      plan.run(c.input().narrow(0, n, 1), 1, null, image);
      update(alone, image);
    }
    return new BitsCheck(name, expected, hex(together), hex(alone));
  }

  private static String hex(CRC32 crc) {
    return String.format("%08x", crc.getValue());
  }

  private static void update(CRC32 crc, Tensor tensor) {
    ByteBuffer bits = ByteBuffer.allocate(tensor.numel() * tensor.dtype().bytes());
    if (tensor.dtype() == DType.FLOAT32) {
      for (float value : tensor.floats()) {
        bits.putInt(Float.floatToIntBits(value));
      }
    } else {
      for (double value : tensor.doubles()) {
        bits.putLong(Double.doubleToLongBits(value));
      }
    }
    crc.update(bits.flip());
  }

  /** A problem with its numbers. */
  record Case(ConvProblem problem, Tensor input, Tensor weight, Tensor bias) {
    static Case parse(String name) {
      String[] words = name.split(" ", -1);
      Map<String, String> settings = new HashMap<>();
      for (int i = 1; i < words.length; i++) {
        String[] setting = words[i].split("=", 2);
        settings.put(setting[0], setting[1]);
      }
      int[] in = numbers(settings.get("in"));
      int[] kernel = numbers(settings.get("kernel"));
      int[] stride = numbers(settings.getOrDefault("stride", "1x1"));
      int[] dilation = numbers(settings.getOrDefault("dilation", "1x1"));
      int[] pad = numbers(settings.getOrDefault("pad", "0,0,0,0"));
      int groups = Integer.parseInt(settings.getOrDefault("groups", "1"));
      boolean bias = !settings.getOrDefault("bias", "").equals("none");
      ConvProblem problem =
          new ConvProblem(
              DType.of(words[0]),
              in[1],
              in[2],
              in[3],
              Integer.parseInt(settings.get("out")),
              kernel[0],
              kernel[1],
              stride[0],
              stride[1],
              pad[0],
              pad[1],
              pad[2],
              pad[3],
              PaddingMode.of(settings.getOrDefault("mode", "zeros")),
              dilation[0],
              dilation[1],
              groups,
              bias,
              Accuracy.of(settings.getOrDefault("accuracy", "pytorch")),
              Epilogue.NONE);
      CRC32 seed = new CRC32();
      seed.update(name.getBytes(StandardCharsets.UTF_8));
      Generator generator = Generator.torch(seed.getValue());
      DType dtype = problem.dtype();
      Tensor input = Tensor.randn(generator, Shape.of(in), dtype);
      Shape weight =
          Shape.of(
              problem.outChannels(),
              problem.channelsPerGroup(),
              problem.kernelHeight(),
              problem.kernelWidth());
      Case made =
          new Case(
              problem,
              input,
              Tensor.randn(generator, weight, dtype),
              bias ? Tensor.randn(generator, Shape.of(problem.outChannels()), dtype) : null);
      if (settings.containsKey("data")) {
        made.makeSpecial();
      }
      return made;
    }

    private static int[] numbers(String text) {
      return Stream.of(text.split("[x,]")).mapToInt(Integer::parseInt).toArray();
    }

    /** Replaces some elements of the input, no two of them near each other. */
    private void makeSpecial() {
      double[] specials = {
        Double.NaN,
        Double.POSITIVE_INFINITY,
        Double.NEGATIVE_INFINITY,
        0x1.8p127,
        -0x1.8p127,
        0x1p-140,
        -0.0,
        0x1.8p-149
      };
      int step = Math.max(1, input.numel() / 23);
      for (int i = step / 2, turn = 0; i < input.numel(); i += step, turn++) {
        double special = specials[turn % specials.length];
        if (problem.dtype() == DType.FLOAT32) {
          input.floats()[i] = (float) special;
        } else {
          input.doubles()[i] = special;
        }
      }
    }

    /** Returns room for the output of a batch. */
    Tensor output(int batch) {
      return Tensor.zeros(
          Shape.of(batch, problem.outChannels(), problem.outHeight(), problem.outWidth()),
          problem.dtype());
    }
  }
}
