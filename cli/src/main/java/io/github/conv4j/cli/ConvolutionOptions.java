package io.github.conv4j.cli;

import io.github.conv4j.Padding;
import io.github.conv4j.PaddingMode;
import io.github.conv4j.cli.text.Pair;
import io.github.conv4j.nn.functional.Conv2dOptions;
import picocli.CommandLine.Option;

/** The optional arguments of a convolution, on the command line. */
final class ConvolutionOptions {
  @Option(
      names = "--stride",
      paramLabel = "S",
      defaultValue = "1",
      description = "The stride (default: ${DEFAULT-VALUE}).")
  private Pair stride;

  @Option(
      names = "--padding",
      paramLabel = "P",
      defaultValue = "0",
      description = "The padding: a number, a pair, same or valid (default: ${DEFAULT-VALUE}).")
  private Padding padding;

  @Option(
      names = "--padding-mode",
      paramLabel = "MODE",
      defaultValue = "zeros",
      description =
          "What the padding holds: zeros, reflect, replicate or circular (default: "
              + "${DEFAULT-VALUE}).")
  private PaddingMode paddingMode;

  @Option(
      names = "--dilation",
      paramLabel = "D",
      defaultValue = "1",
      description = "The dilation (default: ${DEFAULT-VALUE}).")
  private Pair dilation;

  @Option(
      names = "--groups",
      paramLabel = "G",
      defaultValue = "1",
      description = "The groups (default: ${DEFAULT-VALUE}).")
  private int groups;

  /** Returns them as the library takes them. */
  Conv2dOptions toOptions() {
    return Conv2dOptions.defaults()
        .stride(stride.height(), stride.width())
        .padding(padding)
        .dilation(dilation.height(), dilation.width())
        .groups(groups)
        .paddingMode(paddingMode);
  }
}
