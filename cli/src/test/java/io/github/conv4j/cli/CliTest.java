package io.github.conv4j.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.conv4j.Conv4j;
import io.github.conv4j.Tensor;
import io.github.conv4j.io.Npy;
import io.github.conv4j.io.Pictures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class CliTest {
  private static final int FILES = 5;

  @TempDir private Path folder;

  @BeforeEach
  void makeFiles() throws IOException {
    Npy.write(folder.resolve("x.npy"), Tensor.full(1, 1, 2, 4, 5));
    Npy.write(folder.resolve("w.npy"), Tensor.full(1, 3, 2, 2, 2));
    Pictures.write(folder.resolve("p.png"), Tensor.full(0.5, 3, 4, 5), 8);
    Pictures.write(folder.resolve("q.png"), Tensor.full(0.5, 3, 4, 5), 8);
    Pictures.write(folder.resolve("p.jpg"), Tensor.full(0.5, 3, 4, 5), 8);
  }

  /** Runs a command line whose words that begin with @ are files of the folder. */
  private CommandLineRun run(String line) {
    String text = line.replace("@", folder + "/");
    return CommandLineRun.of((Object[]) text.strip().split(" +"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "filter ",
        "conv2d ",
        "explain ",
        "inspect ",
        "convert ",
        "run ",
        "explore ",
        "shell ",
        "bench ",
        "doctor ",
        "generate-completion "
      })
  void helpShowsExamplesAndVersionTheVersion(String command) {
    String help = run(command + "--help").done();
    assertTrue(help.contains("Usage: conv4j " + command.strip()), help);
    assertTrue(
        help.contains("\nExamples:\n  conv4j ") || help.contains("\n  source <(conv4j"), help);
    assertTrue(help.contains("\nExit codes:\n"), help);
    assertTrue(help.lines().allMatch(line -> line.length() <= 80), help);
    assertEquals("conv4j " + Conv4j.version() + "\n", run(command + "--version").done());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          --nonsense                                      | --nonsense
          nonsense                                        | there is no command 'nonsense'
          --threads                                       | --threads
          --threads 0 doctor                              | threads must be 1 or more, but got 0
          doctor --threads many                           | --threads
          doctor now                                      | unexpected argument 'now'
          inspect                                         | FILE
          filter @p.png                                   | --kernel
          filter @p.png -k box                            | --output
          filter -k box -o @o.png                         | PICTURE
          filter @p.png -k blur -o @o.png                 | one of identity, box, gaussian
          filter @p.png -k [[1,2],[3]] -o @o.png          | row 1 has 2 numbers and row 2 has 1
          filter @p.png -k [[1,2] -o @o.png               | but got [[1,2]
          filter @p.png -k box -o @o.gif                  | must end in .png, .jpg or .jpeg
          filter @p.png -k box -o @o                      | must end in .png, .jpg or .jpeg
          filter @p.png -k box --stride 0 -o @o.png       | --stride must be 1 or more
          filter @p.png -k box --stride 1,2,3 -o @o.png   | '--stride'
          filter @p.png -k box --dilation 1,-1 -o @o.png  | --dilation must be 1 or more
          filter @p.png -k box --bits 12 -o @o.png        | --bits must be 8 or 16, but got 12
          filter @p.png -k box --bits 16 -o @o.jpg        | a JPEG cannot hold 16 bits
          filter @p.png -k box --padding-mode x -o @o.png | padding_mode must be
          filter @p.png @q.png -k box -o @q.png           | must be a folder
          filter @p.png @p.png -k box -o @o               | would both be written to
          filter @p.png @q.png -k box -o @                | give another output folder
          filter @ -k box -o @                            | give another output folder
          filter @ @p.png -k box -o @o                    | is a folder among others
          conv2d --weight @w.npy                          | --input
          conv2d --input @x.npy                           | there is no weight
          conv2d --input @x.npy --weight @w.npy --rtol 1  | a tolerance needs something
          conv2d --input @x.npy --weight @w.npy -o @y.npz | must end in .npy
          conv2d --input @x.npy --weight @w.npy --rtol -1 | --rtol must be 0 or more
          conv2d --input @x.npy --weight @w.npy --atol NaN| --atol must be 0 or more
          conv2d --input @x.npy --weight @w.npy --dtype x | dtype must be float32 or float64
          conv2d --input @x.npy --weight @w.npy --groups x| --groups
          conv2d --input @x.npy --weight @w.npy --padding x     | same or valid, but got 'x'
          conv2d --input @x.npy --weight @w.npy --padding-mode x| padding_mode must be
          conv2d --input @x.npy --weight @w.npy more      | unexpected argument 'more'
          convert @x.npy                                  | OUTPUT
          convert @x.npy @y.pt                            | must end in .safetensors or .npz, but got
          convert @x.npy @y                               | must end in .safetensors or .npz, but got
          convert @x.npy @y.npz --key k                   | --key is for PyTorch's checkpoints
          convert @x.npy @y.npz more                      | unexpected argument 'more'
          explore --port 65536                            | --port must be from 0 to 65535, but got 65536
          explore --port -1                               | --port must be from 0 to 65535, but got -1
          explore --port http                             | --port
          explore now                                     | unexpected argument 'now'
          bench now                                       | unexpected argument 'now'
          bench --accuracy exact                          | accuracy must be pytorch or fast
          bench --only no-such,nor-this                   | contains no-such or nor-this
          bench --only a,,b                               | --only needs names
          bench --threads 0                               | threads must be 1 or more
          bench --layers @x.npy                           | x.npy: expected a JSON list of layers
          """)
  void commandLinesWithoutSense(String line, String fragment) {
    run(line).misused(fragment);
    assertEquals(FILES, folder.toFile().list().length);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          inspect @nix.npy                                 | nix.npy: no such file or folder
          bench --layers @nix.json                         | nix.json: no such file or folder
          inspect @nix.safetensors                         | nix.safetensors: no such file or folder
          inspect @nix.pt                                  | nix.pt: no such file or folder
          convert @nix.pt @y.npz                           | nix.pt: no such file or folder
          convert @nix @y.npz                              | nix: no such file or folder
          convert @ @y.npz                                 | this is no .pt, .pth, .safetensors or .npz
          convert @x.npy @y.npz                            | this is no .pt, .pth, .safetensors or .npz
          convert @p.png @y.npz                            | this is no .pt, .pth, .safetensors or .npz
          inspect @                                        | this is a folder, not a file
          filter @nix.png -k box -o @o.png                 | nix.png: no such file or folder
          filter @p.png -k @nix.npy -o @o.png              | nix.npy: no such file or folder
          filter @p.png -k @x.npy -o @o.png                | x.npy: a kernel needs 2 dimensions
          filter @x.npy -k box -o @o.png                   | x.npy: this is no PNG, JPEG
          filter @p.png -k box -o @nix/o.png               | no such file or folder
          filter @p.png -k motion-blur --padding-mode reflect -o @o.png | p.png: reflect padding
          filter @p.png -k box --dilation 2000000000 -o @o.png | larger than any picture
          conv2d --input @x.npy --weight @nix.npy          | nix.npy: no such file or folder
          conv2d --input @x.npy --weight @w.npy --groups 3 | expected 6 input channels
          conv2d --input @x.npy --weight @w.npy --stride 0 | a stride of 1 or more
          conv2d --input @x.npy --weight @w.npy -o @nix/y.npy | nix/y.npy: no such file or folder
          """)
  void failures(String line, String fragment) {
    run(line).failed(fragment);
    assertEquals(FILES, folder.toFile().list().length);
  }

  @Test
  void anAtIsALetterLikeAnyOther() throws IOException {
    Files.writeString(folder.resolve("list"), "doctor");
    CommandLineRun.of("inspect", "@" + folder.resolve("list")).failed("no such file or folder");
  }

  @Test
  void noCommandAtAll() {
    CommandLineRun.of()
        .misused("filter, conv2d, explain, inspect, convert, run, explore, shell, bench, doctor");
  }

  @Test
  void similarOptionsAreProposed() {
    run("conv2d --input @x.npy --grups 2").misused("similar to --groups");
  }

  @Test
  void debugShowsTheStackTrace() {
    for (String line : new String[] {"--debug inspect @nix.npy", "inspect @nix.npy --debug"}) {
      CommandLineRun run = run(line);
      assertEquals(Cli.FAILED, run.code());
      assertTrue(run.err().contains("\n\tat io.github.conv4j."), run.err());
    }
  }

  @Test
  void threadsAreTheLibrarys() {
    int before = Conv4j.threads();
    try {
      assertNotEquals(7, before);
      assertTrue(run("doctor --threads 7").done().contains("\nthreads     7, of "));
      assertEquals(7, Conv4j.threads());
    } finally {
      Conv4j.setThreads(before);
    }
  }

  @Test
  void completionKnowsCommandsOptionsAndPresets() {
    String script = run("generate-completion").done();
    for (String word :
        new String[] {
          "filter",
          "conv2d",
          "bench",
          "--padding-mode",
          "motion-blur",
          "replicate",
          "float64",
          "--only"
        }) {
      assertTrue(script.contains(word), word);
    }
    assertTrue(script.contains("complete -F _complete_conv4j -o default conv4j"), script);
  }
}
