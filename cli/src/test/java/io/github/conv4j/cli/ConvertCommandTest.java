package io.github.conv4j.cli;

import static io.github.conv4j.cli.InspectCommandTest.checkpoint;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.conv4j.Tensor;
import io.github.conv4j.io.Npz;
import io.github.conv4j.io.Safetensors;
import io.github.conv4j.io.TorchCheckpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ConvertCommandTest {
  @TempDir private Path folder;

  private static CommandLineRun convert(Object... args) {
    Object[] line = new Object[args.length + 1];
    line[0] = "convert";
    System.arraycopy(args, 0, line, 1, args.length);
    return CommandLineRun.of(line);
  }

  @ParameterizedTest
  @ValueSource(strings = {"model.pt", "model_old.pt", "training.pt", "views.pt", "types.pt"})
  void checkpoints(String name) throws IOException {
    Map<String, Tensor> expected = TorchCheckpoint.stateDict(checkpoint(name));
    Path safetensors = folder.resolve("m.safetensors");
    assertEquals("", convert(checkpoint(name), safetensors).done());
    assertEquals(expected, Safetensors.read(safetensors));
    assertEquals(Map.of("format", "pt"), Safetensors.readMetadata(safetensors));
    Path npz = folder.resolve("m.npz");
    assertEquals("", convert(checkpoint(name), npz).done());
    assertEquals(expected, Npz.read(npz));
    assertEquals(List.copyOf(expected.keySet()), List.copyOf(Npz.read(npz).keySet()));
  }

  @Test
  void thereAndBack() throws IOException {
    Path original = checkpoint("metadata.safetensors");
    Path npz = folder.resolve("m.npz");
    convert(original, npz).done();
    Path back = folder.resolve("back.safetensors");
    convert(npz, back).done();
    assertEquals(Safetensors.read(original), Safetensors.read(back));
    assertEquals(Map.of("format", "np"), Safetensors.readMetadata(back));
    Path copy = folder.resolve("COPY.SafeTensors");
    convert(original, copy).done();
    assertArrayEquals(Files.readAllBytes(original), Files.readAllBytes(copy));
  }

  @Test
  void theInputIsKnownByItsFirstBytesToo() throws IOException {
    Path weights = Files.copy(checkpoint("model.pt"), folder.resolve("pytorch_model.bin"));
    Path out = folder.resolve("m.npz");
    convert(weights, out).done();
    assertEquals(TorchCheckpoint.stateDict(weights), Npz.read(out));
  }

  @Test
  void aKey() throws IOException {
    Path out = folder.resolve("m.safetensors");
    convert(checkpoint("training.pt"), out, "--key", "optimizer/state/0").done();
    assertEquals(
        List.of("exp_avg", "exp_avg_sq", "step"), List.copyOf(Safetensors.read(out).keySet()));
    convert(checkpoint("training.pt"), out, "--key", "nix")
        .failed("there is no key 'nix', only 'epoch', 'state_dict', 'optimizer'");
    assertEquals(3, Safetensors.read(out).size(), "the old file is still there");
    convert(checkpoint("metadata.safetensors"), out, "--key", "x").misused("--key is for PyTorch");
  }

  @Test
  void theInputIsNeverOverwritten() throws IOException {
    Path file = Files.copy(checkpoint("metadata.safetensors"), folder.resolve("m.safetensors"));
    Path link = Files.createSymbolicLink(folder.resolve("link.safetensors"), file);
    byte[] before = Files.readAllBytes(file);
    convert(file, file).misused("must be another one than the input");
    convert(file, link).misused("must be another one than the input");
    assertArrayEquals(before, Files.readAllBytes(file));
  }

  @Test
  void nothingIsLeftOfAFailure() throws IOException {
    Path out = folder.resolve("m.safetensors");
    convert(checkpoint("refused_class.pt"), out).failed("it asks for '__main__.Unknown'");
    convert(checkpoint("strange.safetensors"), out).failed("dtype C64 cannot be read");
    convert(checkpoint("model.pt"), folder.resolve("nix").resolve("m.npz"))
        .failed("no such file or folder");
    assertEquals(0, folder.toFile().list().length);
  }

  @Test
  void progressIsShownOnATerminal() {
    System.setProperty("conv4j.columns", "80");
    try {
      CommandLineRun run = convert(checkpoint("model.pt"), folder.resolve("m.npz"));
      assertEquals(Cli.DONE, run.code());
      assertEquals("", run.out());
      assertTrue(run.err().contains("] 0/10 0.weight"), run.err());
      assertTrue(run.err().endsWith("] 9/10 writing\r\033[K"), run.err());
    } finally {
      System.clearProperty("conv4j.columns");
    }
  }
}
