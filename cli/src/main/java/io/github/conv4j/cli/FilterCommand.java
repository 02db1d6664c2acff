package io.github.conv4j.cli;

import io.github.conv4j.PaddingMode;
import io.github.conv4j.Tensor;
import io.github.conv4j.cli.filter.KernelMatrix;
import io.github.conv4j.cli.filter.PictureFilter;
import io.github.conv4j.cli.filter.Presets;
import io.github.conv4j.cli.text.ErrorText;
import io.github.conv4j.cli.text.Pair;
import io.github.conv4j.io.Picture;
import io.github.conv4j.io.Pictures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** Filters pictures with a kernel. */
@Command(
    name = "filter",
    description = {
      "Filter pictures with a kernel, a preset or your own.",
      "",
      "Each colour channel is convolved on its own, as PyTorch does (the kernel is not flipped); "
          + "transparency is kept. At stride 1 the picture keeps its size with any kernel. Results "
          + "below black or above white become black or white. A picture of 16 bits stays one where "
          + "the output is a PNG.",
      "",
      "Presets:",
      "  identity     1",
      "  box          3x3 ones / 9",
      "  gaussian     5x5 outer product of [1,4,6,4,1] / 256",
      "  sharpen      [[0,-1,0],[-1,5,-1],[0,-1,0]]",
      "  emboss       [[-2,-1,0],[-1,1,1],[0,1,2]]",
      "  laplacian    [[0,1,0],[1,-4,1],[0,1,0]]",
      "  sobel-x      [[-1,0,1],[-2,0,2],[-1,0,1]]",
      "  sobel-y      [[-1,-2,-1],[0,0,0],[1,2,1]]",
      "  sobel        sqrt(sobel-x^2 + sobel-y^2)",
      "  motion-blur  9x9 diagonal of ones / 9",
    },
    footer = {
      "  conv4j filter photo.jpg --kernel sobel -o edges.png",
      "  conv4j filter photo.jpg --kernel \"[[0,1,0],[1,-4,1],[0,1,0]]\" -o edges.png",
      "  conv4j filter holiday/ --kernel gaussian --stride 2 -o small/",
      "  conv4j filter a.png b.png --kernel k.npy --padding-mode reflect -o out/",
    })
final class FilterCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @ParentCommand private Conv4jCommand root;

  @Parameters(
      paramLabel = "PICTURE",
      arity = "1..*",
      description =
          "PNG, JPEG, BMP or GIF files, or one folder: then all of its files with such an "
              + "extension, but hidden ones.")
  private List<Path> inputs;

  @Option(
      names = {"-k", "--kernel"},
      required = true,
      paramLabel = "KERNEL",
      completionCandidates = PresetNames.class,
      description =
          "A preset; a file k.npy with an array (KH, KW); or rows of numbers such as "
              + "\"[[0,1,0],[1,-4,1],[0,1,0]]\".")
  private String kernel;

  @Option(
      names = {"-o", "--output"},
      required = true,
      paramLabel = "OUT",
      description =
          "The .png, .jpg or .jpeg file for one picture, which may be the picture itself; or the "
              + "folder, made if missing. There the names stay the same, but what is neither PNG nor "
              + "JPEG becomes .png.")
  private String output;

  @Option(
      names = "--stride",
      paramLabel = "S",
      defaultValue = "1",
      description = "Every how many pixels to compute one: 2, or 2,1 for rows and columns.")
  private Pair stride;

  @Option(
      names = "--dilation",
      paramLabel = "D",
      defaultValue = "1",
      description = "How far apart the kernel's numbers are: 2, or 2,1 for rows and columns.")
  private Pair dilation;

  @Option(
      names = "--padding-mode",
      paramLabel = "MODE",
      defaultValue = "replicate",
      description =
          "What lies beyond the edge: zeros, reflect, replicate or circular (default: replicate).")
  private PaddingMode paddingMode;

  @Option(
      names = "--bits",
      paramLabel = "BITS",
      description = "8 or, in a PNG, 16 bits for a sample; as the input has if not given.")
  private Integer bits;

  @Override
  public Integer call() throws IOException {
    PictureFilter filter;
    List<PictureJobs.Job> jobs;
    try {
      checkOptions();
      filter = new PictureFilter(kernels(), stride, dilation, paddingMode);
      jobs = PictureJobs.of(inputs, output);
      checkBits(jobs);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
    if (!jobs.get(0).output().equals(Path.of(output))) {
      Files.createDirectories(Path.of(output));
    }
    return run(filter, jobs);
  }

  private void checkOptions() {
    if (stride.height() < 1 || stride.width() < 1) {
      throw new IllegalArgumentException("--stride must be 1 or more");
    }
    if (dilation.height() < 1 || dilation.width() < 1) {
      throw new IllegalArgumentException("--dilation must be 1 or more");
    }
    if (bits != null && bits != 8 && bits != 16) {
      throw new IllegalArgumentException("--bits must be 8 or 16, but got " + bits);
    }
  }

  private void checkBits(List<PictureJobs.Job> jobs) {
    for (PictureJobs.Job job : jobs) {
      if (bits != null && bits == 16 && !job.isPng()) {
        throw new IllegalArgumentException("a JPEG cannot hold 16 bits: " + job.output());
      }
    }
  }

  private List<Tensor> kernels() throws IOException {
    if (kernel.startsWith("[")) {
      return List.of(KernelMatrix.parse(kernel));
    }
    if (kernel.endsWith(".npy")) {
      return List.of(KernelMatrix.read(Path.of(kernel)));
    }
    List<Tensor> preset = Presets.get(kernel);
    if (preset != null) {
      return preset;
    }
    throw new IllegalArgumentException(
        "--kernel must be one of "
            + String.join(", ", Presets.names())
            + ", an .npy file or rows of numbers, but got '"
            + kernel
            + "'");
  }

  private int run(PictureFilter filter, List<PictureJobs.Job> jobs) {
    int columns = jobs.size() > 1 ? Integer.getInteger("conv4j.columns", 0) : 0;
    ProgressBar bar = new ProgressBar(spec.commandLine().getErr(), jobs.size(), columns);
    int code = Cli.DONE;
    int done = 0;
    for (PictureJobs.Job job : jobs) {
      bar.draw(done, job.input().toString());
      try {
        run(filter, job);
      } catch (IOException e) {
        bar.clear();
        code = root.fail(e);
      } catch (IllegalArgumentException | OutOfMemoryError e) {
        bar.clear();
        code = root.fail(job.input() + ": " + ErrorText.of(e), e);
      }
      done++;
    }
    bar.clear();
    return code;
  }

  private void run(PictureFilter filter, PictureJobs.Job job) throws IOException {
    Picture picture = Pictures.read(job.input());
    int depth = bits != null ? bits : job.isPng() ? picture.bits() : 8;
    Pictures.write(job.output(), filter.apply(picture.pixels()), depth);
  }

  /** The presets, for the shell to complete. */
  static final class PresetNames implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return Presets.names().iterator();
    }
  }
}
