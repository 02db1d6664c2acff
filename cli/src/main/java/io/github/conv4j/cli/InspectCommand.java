package io.github.conv4j.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** Shows what tensors files hold. */
@Command(
    name = "inspect",
    description = {
      "Show what tensors files hold.",
      "",
      "For each its name, the dtype in the file, its shape, and min, max and mean of its elements. NaNs are counted and left out of the rest. A picture counts as a tensor (C,H,W) of numbers "
          + "from 0 to 1.",
      "",
      "A tensor of a PyTorch checkpoint is named by the way to it, as in state_dict/fc.weight. Nothing in such a file is run.",
    },
    footer = {
      "  conv4j inspect x.npy case.npz photo.jpg",
      "  conv4j inspect model.safetensors checkpoint.pt",
      "  conv4j inspect case.npz --json",
      "",
      "In JSON, numbers that are not finite are the texts \"NaN\", \"Infinity\" and \"-Infinity\".",
    })
final class InspectCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @ParentCommand private Conv4jCommand root;

  @Parameters(
      paramLabel = "FILE",
      arity = "1..*",
      description =
          ".npy, .npz, .safetensors, .pt and .pth files, by their extensions or first bytes; all "
              + "others are taken for pictures.")
  private List<Path> files;

  @Option(names = "--json", description = "Print one JSON object.")
  private boolean json;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    JsonArray reports = new JsonArray();
    int code = Cli.DONE;
    for (Path file : files) {
      try {
        FileContent content = FileContent.read(file);
        if (json) {
          reports.add(content.toJson());
        } else {
          content.print(out);
        }
        for (IOException failure : content.failures()) {
          code = root.fail(failure);
        }
      } catch (IOException e) {
        code = root.fail(e);
      }
    }
    if (json) {
      JsonObject object = new JsonObject();
      object.add("files", reports);
      out.println(object);
    }
    return code;
  }
}
