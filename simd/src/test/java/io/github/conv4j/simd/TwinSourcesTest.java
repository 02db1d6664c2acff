package io.github.conv4j.simd;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The float64 kernels are the float32 kernels with the types replaced. Java's generics do not reach
 * primitive types, so the sources stand twice; this keeps them the same.
 */
final class TwinSourcesTest {
  @ParameterizedTest
  @CsvSource({
    "src/main/java/io/github/conv4j/simd, SimdFloatKernels, SimdDoubleKernels",
    "src/main/java/io/github/conv4j/simd, FloatProducts, DoubleProducts",
    "src/main/java/io/github/conv4j/simd, FloatFilters, DoubleFilters",
    "src/main/java/io/github/conv4j/simd, FloatPlanes, DoublePlanes",
    "src/main/java/io/github/conv4j/simd, FloatRows, DoubleRows",
    "src/main/java/io/github/conv4j/simd, FloatWinograd, DoubleWinograd",
    "src/main/java/io/github/conv4j/simd, FloatChannels, DoubleChannels",
    "src/main/java/io/github/conv4j/simd, FloatChannelProducts, DoubleChannelProducts",
    "src/main/java/io/github/conv4j/simd, FloatLinear, DoubleLinear",
    "src/main/java/io/github/conv4j/simd, FloatScratch, DoubleScratch",
    "../core/src/main/java/io/github/conv4j/kernel, PortableFloatKernels, PortableDoubleKernels",
    "../core/src/main/java/io/github/conv4j/kernel, FloatArrays, DoubleArrays",
    "../core/src/main/java/io/github/conv4j/operator, FloatLoops, DoubleLoops",
    "../core/src/main/java/io/github/conv4j/operator, FloatArithmetic, DoubleArithmetic",
    "../core/src/main/java/io/github/conv4j/operator, FloatMatrices, DoubleMatrices",
    "../core/src/main/java/io/github/conv4j/operator, FloatReductions, DoubleReductions",
    "../core/src/main/java/io/github/conv4j/operator, FloatTopk, DoubleTopk",
  })
  void areTheSame(String folder, String single, String twin) throws IOException {
    String expected =
        read(folder, single)
            .replace("(float) ", "")
            .replace("float32", "float64")
            .replaceAll("\\bfloat\\b", "double")
            .replace("Float", "Double");
    assertEquals(normal(expected), normal(read(folder, twin)));
  }

  private static String read(String folder, String name) throws IOException {
    return Files.readString(Path.of(folder, name + ".java"));
  }

  /** Takes away how lines are broken, and how long rows are: half as many float64 fit. */
  private static String normal(String source) {
    return source.replaceAll("(ROW|LANES) = \\d+;", "$1;").replaceAll("[\\s*]+", "");
  }
}
