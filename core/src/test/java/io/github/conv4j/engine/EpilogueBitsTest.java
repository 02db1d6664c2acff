package io.github.conv4j.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.conv4j.Activation;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The contract on bits for the epilogue: one checksum, whatever the virtual machine makes of the
 * loops.
 */
class EpilogueBitsTest {
  /** What every machine and JDK must give. */
  private static final String CHECKSUM = "93823328";

  @Test
  void thisVirtualMachineGivesTheBits() {
    assertEquals(CHECKSUM, Program.checksum(1));
  }

  @Test
  void compiledLoopsGiveThemToo() {
    assertEquals(CHECKSUM, Program.checksum(300));
  }

  @ParameterizedTest
  @ValueSource(strings = {"-XX:MaxVectorSize=16", "-XX:MaxVectorSize=32", "-XX:-UseSuperWord"})
  void othersGiveThemToo(String flag) throws IOException, InterruptedException {
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            flag,
            "-cp",
            System.getProperty("java.class.path"),
            Program.class.getName());
    Process java = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(java.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, java.waitFor(), said);
    assertEquals(CHECKSUM, said.strip());
  }

  /** Activates many times, so that all is compiled, and prints the checksum of the last time. */
  static final class Program {
    public static void main(String[] args) {
      System.out.println(checksum(300));
    }

    static String checksum(int rounds) {
      CRC32 crc = new CRC32();
      Random random = new Random(11);
      double[] doubles = random.doubles(4096, -100, 100).toArray();
      double[] added = random.doubles(4096, -1, 1).toArray();
      float[] floats = narrowed(doubles);
      float[] addedFloats = narrowed(added);
      for (Activation activation : EpilogueKernelsTest.activations()) {
        Epilogue epilogue = new Epilogue(true, activation);
        float[] y = floats;
        double[] z = doubles;
        for (int round = 0; round < rounds; round++) {
          y = floats.clone();
          z = doubles.clone();
          EpilogueKernels.floats(epilogue).apply(y, 0, y.length, addedFloats, 0);
          EpilogueKernels.doubles(epilogue).apply(z, 0, z.length, added, 0);
        }
        ByteBuffer bits = ByteBuffer.allocate(12 * y.length);
        for (int i = 0; i < y.length; i++) {
          bits.putInt(Float.floatToIntBits(y[i])).putLong(Double.doubleToLongBits(z[i]));
        }
        crc.update(bits.flip());
      }
      return Long.toHexString(crc.getValue());
    }

    private static float[] narrowed(double[] values) {
      float[] narrow = new float[values.length];
      for (int i = 0; i < narrow.length; i++) {
        narrow[i] = (float) values[i];
      }
      return narrow;
    }
  }
}
