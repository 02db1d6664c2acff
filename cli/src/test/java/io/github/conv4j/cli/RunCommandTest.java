package io.github.conv4j.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.conv4j.Tensor;
import io.github.conv4j.io.Npz;
import io.github.conv4j.io.Safetensors;
import io.github.conv4j.models.ModelOptions;
import io.github.conv4j.models.SqueezeNet;
import io.github.conv4j.random.Generator;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RunCommandTest {
  private static final Path PICTURE = Path.of("../docs/pictures/sample.png");

  @TempDir private static Path folder;
  private static Path weights;
  private static JsonObject expected;

  /** The weights that PyTorch had for expected.json, see make_run_golden.py. */
  @BeforeAll
  static void makeWeights() throws IOException {
    ModelOptions options = ModelOptions.defaults().numClasses(10).generator(Generator.torch(0));
    weights = folder.resolve("w.safetensors");
    Safetensors.write(weights, SqueezeNet.squeezenet1_1(options).stateDict());
    try (Reader in =
        new InputStreamReader(
            RunCommandTest.class.getResourceAsStream("/run/expected.json"),
            StandardCharsets.UTF_8)) {
      expected = JsonParser.parseReader(in).getAsJsonObject();
    }
  }

  private static CommandLineRun run(Object... args) {
    Object[] line = new Object[args.length + 5];
    line[0] = "run";
    line[1] = "--model";
    line[2] = "squeezenet1_1";
    line[3] = "--weights";
    line[4] = weights;
    System.arraycopy(args, 0, line, 5, args.length);
    return CommandLineRun.of(line);
  }

  private static JsonObject json(CommandLineRun run) {
    return JsonParser.parseString(run.out()).getAsJsonObject();
  }

  private static void assertPyTorchs(JsonArray top, int count) {
    assertEquals(count, top.size());
    for (int i = 0; i < count; i++) {
      JsonObject guess = top.get(i).getAsJsonObject();
      assertEquals(
          expected.getAsJsonArray("classes").get(i).getAsInt(), guess.get("class").getAsInt());
      assertEquals(
          expected.getAsJsonArray("probabilities").get(i).getAsDouble(),
          guess.get("probability").getAsDouble(),
          1e-6);
    }
  }

  @Test
  void classesAndProbabilitiesArePyTorchs() {
    CommandLineRun run = run(PICTURE, "--json", "--top", "10");
    run.done();
    JsonObject object = json(run);
    assertEquals("squeezenet1_1", object.get("model").getAsString());
    JsonObject picture = object.getAsJsonArray("pictures").get(0).getAsJsonObject();
    assertEquals(PICTURE.toString(), picture.get("file").getAsString());
    assertPyTorchs(picture.getAsJsonArray("top"), 10);
  }

  @Test
  void weightsMayBeAnotherKindOfFile() throws IOException {
    Path npz = folder.resolve("w.npz");
    Npz.write(npz, Safetensors.read(weights));
    CommandLineRun run =
        CommandLineRun.of(
            "run", "--model", "squeezenet1_1", "--weights", npz, PICTURE, "--json", "--top", "3");
    run.done();
    JsonObject picture = json(run).getAsJsonArray("pictures").get(0).getAsJsonObject();
    assertPyTorchs(picture.getAsJsonArray("top"), 3);
  }

  @Test
  void aTableForPeople() throws IOException {
    Path labels = folder.resolve("names.txt");
    Files.writeString(labels, "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\n");
    String text = run(PICTURE, "--labels", labels, "--top", "2").done();
    assertEquals(PICTURE + "\n  0.1345     1  b\n  0.1168     3  d\n", text);
  }

  @Test
  void aPictureThatCannotBeReadDoesNotStopTheOthers() throws IOException {
    Path pictures = Files.createDirectories(folder.resolve("pictures"));
    Files.copy(PICTURE, pictures.resolve("a.png"));
    Files.writeString(pictures.resolve("b.png"), "no picture");
    Files.copy(PICTURE, pictures.resolve("c.png"));
    CommandLineRun run = run(pictures, folder.resolve("missing.png"), "--json");
    assertEquals(Cli.FAILED, run.code());
    assertEquals(2, run.err().lines().count(), run.err());
    assertTrue(run.err().contains("b.png"), run.err());
    assertTrue(run.err().contains("missing.png"), run.err());
    JsonArray done = json(run).getAsJsonArray("pictures");
    assertEquals(2, done.size());
    assertTrue(done.get(1).getAsJsonObject().get("file").getAsString().endsWith("c.png"));
    assertEquals(
        done.get(0).getAsJsonObject().get("top"), done.get(1).getAsJsonObject().get("top"));
  }

  @Test
  void whatMakesNoSense() throws IOException {
    CommandLineRun.of("run", "--model", "resnet", "--weights", weights, PICTURE)
        .misused("--model must be one of alexnet, vgg11,");
    run(PICTURE, "--preprocess", "mine").misused("--preprocess must be imagenet");
    run(PICTURE, "--top", "0").misused("--top must be 1 or more, but got 0");
    CommandLineRun.of("run", "--model", "resnet18", "--weights", weights, PICTURE)
        .failed("not the weights of resnet18: ResNet: cannot load this state dict: missing keys");
    CommandLineRun.of("run", "--model", "resnet18", "--weights", PICTURE, PICTURE)
        .failed("this is no .pt, .pth, .safetensors or .npz file");
    Path labels = folder.resolve("few.txt");
    Files.writeString(labels, "a\nb\n");
    run(PICTURE, "--labels", labels)
        .failed("expected a line for each of the 10 classes, but got 2");
    Path empty = folder.resolve("empty.safetensors");
    Map<String, Tensor> none = Collections.emptyMap();
    Safetensors.write(empty, none);
    CommandLineRun run = CommandLineRun.of("run", "--model", "vgg11", "--weights", empty, PICTURE);
    run.failed("not the weights of vgg11");
    assertFalse(run.err().contains("Exception"));
  }
}
