package io.github.conv4j.cli;

import io.github.conv4j.DType;
import io.github.conv4j.Tensor;
import io.github.conv4j.io.Npy;
import io.github.conv4j.io.Npz;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The arrays that a convolution is made of and compared with.
 *
 * @param input {@code (N, C, H, W)} or {@code (C, H, W)}
 * @param weight {@code (OC, C / groups, KH, KW)}, or null if none was given
 * @param bias {@code (OC)}, or null
 * @param expected what should come out, or null
 */
record Conv2dArrays(Tensor input, Tensor weight, Tensor bias, Tensor expected) {
  /**
   * Reads them from files of their own.
   *
   * @param input an {@code .npy} file; or an {@code .npz} file, whose arrays {@code input}, {@code
   *     weight}, {@code bias} and {@code output} take the place of files that are null
   * @param weight an {@code .npy} file, or null; so are the others
   * @throws IOException if a file or the array {@code input} cannot be read
   */
  static Conv2dArrays read(Path input, Path weight, Path bias, Path expected) throws IOException {
    if (!input.toString().toLowerCase(Locale.ROOT).endsWith(".npz")) {
      return new Conv2dArrays(Npy.read(input), read(weight), read(bias), read(expected));
    }
    Set<String> names = Npz.readHeaders(input).keySet();
    return new Conv2dArrays(
        Npz.read(input, "input"),
        read(weight, input, names, "weight"),
        read(bias, input, names, "bias"),
        read(expected, input, names, "output"));
  }

  private static Tensor read(Path file, Path archive, Set<String> names, String name)
      throws IOException {
    return file == null && names.contains(name) ? Npz.read(archive, name) : read(file);
  }

  private static Tensor read(Path file) throws IOException {
    return file == null ? null : Npy.read(file);
  }

  /** Returns these arrays in one dtype. */
  Conv2dArrays to(DType dtype) {
    return new Conv2dArrays(
        input.to(dtype), to(weight, dtype), to(bias, dtype), to(expected, dtype));
  }

  private static Tensor to(Tensor tensor, DType dtype) {
    return tensor == null ? null : tensor.to(dtype);
  }

  /** Returns whether not all are of one dtype. */
  boolean areMixed() {
    return Stream.of(input, weight, bias, expected)
            .filter(Objects::nonNull)
            .map(Tensor::dtype)
            .distinct()
            .count()
        > 1;
  }
}
