package io.github.conv4j.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.github.conv4j.Accuracy;
import io.github.conv4j.Tensor;
import io.github.conv4j.cli.text.ErrorText;
import io.github.conv4j.cli.text.Json;
import io.github.conv4j.io.Npz;
import io.github.conv4j.io.Pictures;
import io.github.conv4j.io.Preprocessing;
import io.github.conv4j.io.Safetensors;
import io.github.conv4j.io.TorchCheckpoint;
import io.github.conv4j.models.ModelOptions;
import io.github.conv4j.models.Models;
import io.github.conv4j.nn.CompiledModule;
import io.github.conv4j.nn.Module;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** Classifies pictures with a network. */
@Command(
    name = "run",
    description = {
      "Classify pictures with a network that was trained in PyTorch.",
      "",
      "The network is built by torchvision's name, its weights come from a state dict; the number "
          + "of classes is the one that the weights have. Prints for each picture the most likely "
          + "classes with their probabilities. A picture that cannot be read is named, and the others "
          + "are classified all the same.",
    },
    footer = {
      "  conv4j run --model resnet18 --weights resnet18.pt photo.jpg",
      "  conv4j run --model mobilenet_v2 --weights w.safetensors holiday/ --labels names.txt --json",
    })
final class RunCommand implements Callable<Integer> {
  private static final int CLASSES = 1000;

  /** Where a state dict of these networks tells how many classes there are. */
  private static final List<String> LAST_BIASES =
      List.of("fc.bias", "classifier.6.bias", "classifier.1.bias", "classifier.bias");

  @Spec private CommandSpec spec;
  @ParentCommand private Conv4jCommand root;

  @Parameters(
      paramLabel = "PICTURE",
      arity = "1..*",
      description =
          "PNG, JPEG, BMP or GIF files, and folders: of these all files with such an extension, "
              + "but hidden ones.")
  private List<Path> inputs;

  @Option(
      names = "--model",
      required = true,
      paramLabel = "NAME",
      completionCandidates = ModelNames.class,
      description = "The network: ${COMPLETION-CANDIDATES}.")
  private String model;

  @Option(
      names = "--weights",
      required = true,
      paramLabel = "FILE",
      description = "Its state dict, a .pt, .pth, .safetensors or .npz file.")
  private Path weights;

  @Option(
      names = "--preprocess",
      paramLabel = "HOW",
      defaultValue = "imagenet",
      description =
          "How a picture becomes an input. imagenet, the default: the shorter side 256 pixels, the "
              + "224x224 in the middle, mean and deviation of ImageNet; as torchvision does it.")
  private String preprocess;

  @Option(
      names = "--labels",
      paramLabel = "FILE",
      description = "The names of the classes, a line each.")
  private Path labelsFile;

  @Option(
      names = "--top",
      paramLabel = "K",
      defaultValue = "5",
      description = "How many classes to print for a picture (default: 5).")
  private int top;

  @Option(
      names = "--accuracy",
      paramLabel = "ACCURACY",
      defaultValue = "pytorch",
      description = "pytorch, or fast for larger rounding errors in less time (default: pytorch).")
  private Accuracy accuracy;

  @Option(names = "--json", description = "Print one JSON object.")
  private boolean json;

  /** The networks that classify pictures of three colours. */
  static final class ModelNames implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return names().iterator();
    }

    static List<String> names() {
      return Models.names().stream()
          .filter(name -> !name.equals("lenet5") && !name.equals("unet"))
          .toList();
    }
  }

  @Override
  public Integer call() throws IOException {
    if (!ModelNames.names().contains(model)) {
      throw usage(
          "--model must be one of "
              + String.join(", ", ModelNames.names())
              + ", but got '"
              + model
              + "'");
    }
    if (!preprocess.equals("imagenet")) {
      throw usage("--preprocess must be imagenet, but got '" + preprocess + "'");
    }
    if (top < 1) {
      throw usage("--top must be 1 or more, but got " + top);
    }
    List<Path> pictures = PictureJobs.picturesOf(inputs);
    CompiledModule network = network(readWeights());
    int classes = network.outputShape().size(1);
    List<String> labels = labels(classes);
    return classify(network, pictures, labels, Math.min(top, classes));
  }

  private ParameterException usage(String sentence) {
    return new ParameterException(spec.commandLine(), sentence);
  }

  private Map<String, Tensor> readWeights() throws IOException {
    return switch (FileKind.of(weights)) {
      case TORCH -> TorchCheckpoint.stateDict(weights);
      case SAFETENSORS -> Safetensors.read(weights);
      case NPZ -> Npz.read(weights);
      case NPY, PICTURE ->
          throw new IOException(
              weights + ": this is no .pt, .pth, .safetensors or .npz file, nor begins like one");
    };
  }

  private CompiledModule network(Map<String, Tensor> dict) throws IOException {
    int classes =
        LAST_BIASES.stream()
            .map(dict::get)
            .filter(bias -> bias != null && bias.rank() == 1)
            .map(Tensor::numel)
            .findFirst()
            .orElse(CLASSES);
    ModelOptions options =
        ModelOptions.defaults().numClasses(classes).accuracy(accuracy).initWeights(false);
    Module module = Models.byName(model, options);
    try {
      module.loadStateDict(dict);
    } catch (IllegalArgumentException e) {
      throw new IOException(weights + ": not the weights of " + model + ": " + e.getMessage(), e);
    }
    module.eval();
    return module.compile(1, 3, Preprocessing.SIDE, Preprocessing.SIDE);
  }

  private List<String> labels(int classes) throws IOException {
    if (labelsFile == null) {
      return List.of();
    }
    List<String> labels;
    try {
      labels = Files.readAllLines(labelsFile);
    } catch (MalformedInputException e) {
      throw new IOException(labelsFile + ": expected lines of UTF-8", e);
    }
    if (labels.size() != classes) {
      throw new IOException(
          labelsFile
              + ": expected a line for each of the "
              + classes
              + " classes, but got "
              + labels.size());
    }
    return labels;
  }

  private int classify(
      CompiledModule network, List<Path> pictures, List<String> labels, int count) {
    PrintWriter out = spec.commandLine().getOut();
    int columns = pictures.size() > 1 ? Integer.getInteger("conv4j.columns", 0) : 0;
    ProgressBar bar = new ProgressBar(spec.commandLine().getErr(), pictures.size(), columns);
    JsonArray reports = new JsonArray();
    int code = Cli.DONE;
    int done = 0;
    try (ReadAhead<Path, Tensor> inputs = new ReadAhead<>(pictures, RunCommand::input)) {
      for (Path picture : pictures) {
        bar.draw(done++, picture.toString());
        try {
          Tensor input = inputs.next();
          Tensor logits = network.forward(input.reshape(network.inputShape().toArray()));
          List<Guess> guesses = Guess.best(logits.toDoubleArray(), labels, count);
          bar.clear();
          if (json) {
            reports.add(Guess.toJson(picture, guesses));
          } else {
            Guess.print(out, picture, guesses);
          }
        } catch (UncheckedIOException e) {
          bar.clear();
          code = root.fail(e.getCause());
        } catch (IllegalArgumentException | OutOfMemoryError e) {
          bar.clear();
          code = root.fail(picture + ": " + ErrorText.of(e), e);
        }
      }
    }
    bar.clear();
    if (json) {
      JsonObject object = new JsonObject();
      object.addProperty("model", model);
      object.add("pictures", reports);
      out.println(object);
    }
    return code;
  }

  private static Tensor input(Path picture) {
    try {
      return Preprocessing.imagenet(Pictures.read(picture));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * One class of a picture.
   *
   * @param index its number
   * @param label its name, or null
   * @param probability how likely it is
   */
  private record Guess(int index, String label, double probability) {
    /** Returns the most likely classes, of equal ones the first. */
    static List<Guess> best(double[] logits, List<String> labels, int count) {
      double largest = Double.NEGATIVE_INFINITY;
      for (double logit : logits) {
        largest = Math.max(largest, logit);
      }
      double sum = 0;
      for (double logit : logits) {
        sum += StrictMath.exp(logit - largest);
      }
      List<Guess> all = new ArrayList<>();
      for (int i = 0; i < logits.length; i++) {
        double probability = StrictMath.exp(logits[i] - largest) / sum;
        all.add(new Guess(i, labels.isEmpty() ? null : labels.get(i), probability));
      }
      all.sort((a, b) -> Double.compare(b.probability, a.probability));
      return all.subList(0, count);
    }

    static void print(PrintWriter out, Path picture, List<Guess> guesses) {
      out.println(ErrorText.printable(picture.toString()));
      for (Guess guess : guesses) {
        String name = guess.label == null ? "" : "  " + ErrorText.printable(guess.label);
        out.println(
            String.format(Locale.ROOT, "  %.4f  %4d%s", guess.probability, guess.index, name));
      }
    }

    static JsonObject toJson(Path picture, List<Guess> guesses) {
      JsonArray top = new JsonArray();
      for (Guess guess : guesses) {
        JsonObject object = new JsonObject();
        object.addProperty("class", guess.index);
        if (guess.label != null) {
          object.addProperty("label", guess.label);
        }
        object.add("probability", Json.number(guess.probability));
        top.add(object);
      }
      JsonObject report = new JsonObject();
      report.addProperty("file", picture.toString());
      report.add("top", top);
      return report;
    }
  }
}
