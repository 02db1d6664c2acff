package io.github.conv4j.cli;

import com.google.gson.JsonObject;
import io.github.conv4j.Conv4j;
import io.github.conv4j.DType;
import io.github.conv4j.Tensor;
import io.github.conv4j.cli.text.Json;
import io.github.conv4j.io.Npy;
import io.github.conv4j.nn.functional.PreparedConv2d;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Convolves arrays from files, and compares the result with an expected one. */
@Command(
    name = "conv2d",
    description = {
      "Convolve arrays from NumPy files.",
      "",
      "Does what torch.nn.functional.conv2d does, and prints the output or writes it to a file. "
          + "Pairs such as --stride 2,1 are for rows and columns.",
      "",
      "With an expected output, from --expect or as "
          + "the array 'output' of an .npz input, the exit code is 1 if an element is not close: if "
          + "|actual - expected| > atol + rtol * |expected|.",
    },
    footer = {
      "  conv4j conv2d --input x.npy --weight w.npy --stride 2,1 --padding 1,3",
      "  conv4j conv2d --input x.npy --weight w.npy --bias b.npy -o y.npy",
      "  conv4j conv2d --input x.npy --weight w.npy --expect y.npy --rtol 1e-5",
      "  conv4j conv2d --input case.npz --dilation 2,3 --groups 2 --json",
      "",
      "In JSON, numbers that are not finite are the texts \"NaN\", \"Infinity\" and \"-Infinity\".",
    })
final class Conv2dCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--input",
      required = true,
      paramLabel = "FILE",
      description =
          "The input, (N,C,H,W) or (C,H,W), as .npy; or an .npz that also holds the arrays 'weight' "
              + "and, if there are any, 'bias' and 'output'. --weight, --bias and --expect take "
              + "their place.")
  private Path input;

  @Option(
      names = "--weight",
      paramLabel = "FILE",
      description = "The kernels, (OC,C/groups,KH,KW), as .npy.")
  private Path weight;

  @Option(names = "--bias", paramLabel = "FILE", description = "The bias, (OC), as .npy.")
  private Path bias;

  @Mixin private ConvolutionOptions convolution;

  @Option(
      names = "--dtype",
      paramLabel = "DTYPE",
      description = "Cast all arrays: float32 or float64; as they are if not given.")
  private DType dtype;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FILE",
      description = "Write the output to this .npy file instead of printing it.")
  private Path output;

  @Option(
      names = "--expect",
      paramLabel = "FILE",
      description = "The expected output, as .npy: exit 1 if it is not close.")
  private Path expect;

  @Option(
      names = "--rtol",
      paramLabel = "R",
      description = "The relative tolerance (default: 1.3e-6, float64 1e-7).")
  private Double rtol;

  @Option(
      names = "--atol",
      paramLabel = "A",
      description = "The absolute tolerance (default: 1e-5, float64 1e-7).")
  private Double atol;

  @Option(names = "--json", description = "Print one JSON object about the output instead of it.")
  private boolean json;

  @Override
  public Integer call() throws IOException {
    checkOptions();
    Conv2dArrays arrays = Conv2dArrays.read(input, weight, bias, expect);
    checkArrays(arrays);
    try {
      return run(dtype == null ? arrays : arrays.to(dtype));
    } catch (IllegalArgumentException e) {
      throw arrays.areMixed() && dtype == null && e.getMessage().contains("dtype")
          ? new IllegalArgumentException(e.getMessage() + " (--dtype casts all arrays)", e)
          : e;
    }
  }

  private void checkOptions() {
    if (output != null && !output.toString().endsWith(".npy")) {
      throw usage("the output file must end in .npy, but got " + output);
    }
    checkTolerance("--rtol", rtol);
    checkTolerance("--atol", atol);
  }

  private void checkTolerance(String name, Double tolerance) {
    if (tolerance != null && !(tolerance >= 0)) {
      throw usage(name + " must be 0 or more, but got " + tolerance);
    }
  }

  private void checkArrays(Conv2dArrays arrays) {
    if (arrays.weight() == null) {
      throw usage("there is no weight: give --weight, or an .npz input with an array 'weight'");
    }
    if (arrays.expected() == null && (rtol != null || atol != null)) {
      throw usage(
          "a tolerance needs something to compare with: give --expect, or an .npz input with an "
              + "array 'output'");
    }
  }

  private ParameterException usage(String sentence) {
    return new ParameterException(spec.commandLine(), sentence);
  }

  private int run(Conv2dArrays arrays) throws IOException {
    PreparedConv2d conv =
        new PreparedConv2d("conv2d", arrays.weight(), arrays.bias(), convolution.toOptions());
    // Before the work, which would be lost.
    Tensor expected = arrays.expected();
    if (expected != null && expected.dtype() != arrays.input().dtype()) {
      throw new IllegalArgumentException(
          "the input has dtype "
              + arrays.input().dtype()
              + ", but what is expected "
              + expected.dtype());
    }
    long start = System.nanoTime();
    Tensor result = conv.forward(arrays.input());
    double milliseconds = (System.nanoTime() - start) / 1e6;
    Expectation expectation =
        expected == null ? null : Expectation.of(result, expected, rtol, atol);
    if (output != null) {
      Npy.write(output, result);
    }
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      JsonObject report = describe(result);
      report.addProperty("milliseconds", milliseconds);
      report.addProperty("backend", Conv4j.backend());
      report.add("explain", Json.lines(conv.explain(arrays.input().shape())));
      if (expectation != null) {
        report.add("expect", expectation.toJson());
      }
      out.println(report);
    } else {
      if (output == null) {
        out.println(result);
      }
      if (expectation != null) {
        out.println(expectation.sentence());
      }
    }
    return expectation == null || expectation.met() ? Cli.DONE : Cli.FAILED;
  }

  private JsonObject describe(Tensor result) {
    JsonObject json = new JsonObject();
    json.add("shape", Json.array(result.shape()));
    json.addProperty("dtype", result.dtype().toString());
    TensorSummary.of(result).addTo(json);
    json.addProperty("file", output == null ? null : output.toString());
    return json;
  }
}
