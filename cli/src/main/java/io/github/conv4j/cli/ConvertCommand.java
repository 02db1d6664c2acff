package io.github.conv4j.cli;

import io.github.conv4j.Tensor;
import io.github.conv4j.cli.text.ErrorText;
import io.github.conv4j.io.Npz;
import io.github.conv4j.io.Safetensors;
import io.github.conv4j.io.TensorFile;
import io.github.conv4j.io.TorchCheckpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Writes the tensors of one file into another of a different kind. */
@Command(
    name = "convert",
    description = {
      "Convert files of named tensors, such as the weights of a model.",
      "",
      "Reads PyTorch's checkpoints (.pt, .pth), .safetensors and .npz; writes .safetensors and "
          + ".npz. Elements are written as float32 if that holds their type, as float16, bfloat16 and "
          + "integers of up to 16 bits, else as float64.",
      "",
      "Of a checkpoint the state dict is taken: the whole file if it is one, else what is under "
          + "'state_dict', 'model' or 'model_state_dict', or under --key. Nothing in the file is run.",
    },
    footer = {
      "  conv4j convert model.pt model.safetensors",
      "  conv4j convert checkpoint.pth weights.npz --key ema",
      "  conv4j convert gan.pt generator.safetensors --key models/generator",
      "  conv4j convert model.safetensors model.npz",
    })
final class ConvertCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(
      index = "0",
      paramLabel = "INPUT",
      description = "A .pt, .pth, .safetensors or .npz file, by its extension or its first bytes.")
  private Path input;

  @Parameters(
      index = "1",
      paramLabel = "OUTPUT",
      description = "The .safetensors or .npz file to write; not the input itself.")
  private Path output;

  @Option(
      names = "--key",
      paramLabel = "KEY",
      description =
          "Where the state dict is in a checkpoint, with slashes between the keys of nested "
              + "dictionaries.")
  private String key;

  /** Reads one tensor. */
  private interface Reader {
    Tensor read(String name) throws IOException;
  }

  @Override
  public Integer call() throws IOException {
    FileKind to = FileKind.ofName(output);
    if (to != FileKind.SAFETENSORS && to != FileKind.NPZ) {
      throw usage("the output file must end in .safetensors or .npz, but got " + output);
    }
    if (Files.exists(input) && Files.exists(output) && Files.isSameFile(input, output)) {
      throw usage("the output file must be another one than the input, " + input);
    }
    FileKind from = FileKind.of(input);
    if (key != null && from != FileKind.TORCH) {
      throw usage("--key is for PyTorch's checkpoints, which " + input + " is not");
    }
    switch (from) {
      case TORCH -> {
        try (TensorFile file = openStateDict()) {
          convert(file.headers().keySet(), file::read, Map.of("format", "pt"));
        }
      }
      case SAFETENSORS -> {
        Map<String, String> metadata = Safetensors.readMetadata(input);
        try (TensorFile file = Safetensors.open(input)) {
          convert(file.headers().keySet(), file::read, metadata);
        }
      }
      case NPZ -> {
        Collection<String> names = Npz.readHeaders(input).keySet();
        convert(names, name -> Npz.read(input, name), Map.of("format", "np"));
      }
      case NPY, PICTURE -> {
        if (!Files.exists(input)) {
          throw new NoSuchFileException(input.toString());
        }
        throw new IOException(
            input + ": this is no .pt, .pth, .safetensors or .npz file, nor begins like one");
      }
    }
    return Cli.DONE;
  }

  private ParameterException usage(String sentence) {
    return new ParameterException(spec.commandLine(), sentence);
  }

  private TensorFile openStateDict() throws IOException {
    return key == null
        ? TorchCheckpoint.openStateDict(input)
        : TorchCheckpoint.openStateDict(input, key);
  }

  private void convert(Collection<String> names, Reader reader, Map<String, String> metadata)
      throws IOException {
    int columns = Integer.getInteger("conv4j.columns", 0);
    ProgressBar bar = new ProgressBar(spec.commandLine().getErr(), names.size() + 1, columns);
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    try {
      for (String name : names) {
        bar.draw(tensors.size(), ErrorText.printable(name));
        tensors.put(name, reader.read(name));
      }
      bar.draw(tensors.size(), "writing");
      if (FileKind.ofName(output) == FileKind.NPZ) {
        Npz.write(output, tensors);
      } else {
        Safetensors.write(output, tensors, metadata);
      }
    } finally {
      bar.clear();
    }
  }
}
