package io.github.conv4j.engine.conv;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.conv4j.DType;
import io.github.conv4j.PaddingMode;
import io.github.conv4j.Shape;
import io.github.conv4j.Tensor;
import io.github.conv4j.nn.functional.Conv2dOptions;
import io.github.conv4j.nn.functional.Functional;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The contract on bits: a fixed set of problems has one checksum, whatever the virtual machine
 * makes of the loops.
 */
class BitsTest {
  /**
   * What every machine and JDK must give. It changes with the order of a sum, and with no other.
   */
  private static final String CHECKSUM = "f78d91da";

  @Test
  void thisVirtualMachineGivesTheBits() {
    assertEquals(CHECKSUM, Program.checksum());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "-XX:MaxVectorSize=16",
        "-XX:MaxVectorSize=32",
        "-XX:-UseSuperWord",
        "-XX:-UseFMA",
        "-XX:TieredStopAtLevel=1",
        "-Xint"
      })
  void othersGiveThemToo(String flag) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-XX:+IgnoreUnrecognizedVMOptions");
    command.add(flag);
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(Program.class.getName());
    Process java = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(java.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, java.waitFor(), said);
    assertEquals(CHECKSUM, said.strip());
  }

  /** Computes the problems and prints their checksum. */
  static final class Program {
    public static void main(String[] args) {
      System.out.println(checksum());
    }

    static String checksum() {
      CRC32 crc = new CRC32();
      Random random = new Random(1);
      Conv2dOptions plain = Conv2dOptions.defaults();
      for (DType dtype : DType.values()) {
        add(crc, random, dtype, 1, 64, 15, 19, 24, 3, 3, plain.padding(1));
        add(crc, random, dtype, 2, 3, 31, 40, 17, 7, 7, plain.padding(3).stride(2));
        add(crc, random, dtype, 1, 150, 9, 23, 33, 1, 1, plain);
        add(crc, random, dtype, 1, 23, 33, 29, 23, 3, 3, plain.padding(1).groups(23));
        add(crc, random, dtype, 3, 8, 20, 21, 12, 5, 2, plain.groups(4).dilation(1, 3));
        add(
            crc,
            random,
            dtype,
            1,
            5,
            17,
            130,
            7,
            4,
            4,
            plain.padding("same").paddingMode(PaddingMode.CIRCULAR));
      }
      return Long.toHexString(crc.getValue());
    }

    private static void add(
        CRC32 crc,
        Random random,
        DType dtype,
        int batch,
        int channels,
        int height,
        int width,
        int outChannels,
        int kernelHeight,
        int kernelWidth,
        Conv2dOptions options) {
      Tensor input = random(random, dtype, batch, channels, height, width);
      Tensor weight =
          random(
              random, dtype, outChannels, channels / options.groups(), kernelHeight, kernelWidth);
      Tensor bias = random(random, dtype, outChannels);
      Tensor output = Functional.conv2d(input, weight, bias, options);
      ByteBuffer bits = ByteBuffer.allocate(output.numel() * 8);
      for (double value : output.toDoubleArray()) {
        bits.putLong(Double.doubleToRawLongBits(value));
      }
      crc.update(bits.flip());
    }

    private static Tensor random(Random random, DType dtype, int... shape) {
      Tensor tensor = Tensor.zeros(Shape.of(shape), DType.FLOAT64);
      for (int i = 0; i < tensor.numel(); i++) {
        tensor.doubles()[i] = random.nextDouble() - 0.5;
      }
      return tensor.to(dtype);
    }
  }
}
