package io.github.conv4j.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.conv4j.Shape;
import io.github.conv4j.Tensor;
import io.github.conv4j.io.Npy;
import io.github.conv4j.io.Picture;
import io.github.conv4j.io.Pictures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FilterCommandTest {
  @TempDir private Path folder;

  /** Writes a picture that is dark on the left and bright on the right. */
  private Path draw(String name, int channels, int bits) throws IOException {
    Tensor pixels = Tensor.zeros(channels, 4, 6);
    for (int i = 0; i < pixels.numel(); i++) {
      pixels.floats()[i] = i % 6 < 3 ? 0.2f : 0.4f;
    }
    Path file = folder.resolve(name);
    Pictures.write(file, pixels, bits);
    return file;
  }

  private static CommandLineRun filter(Object input, Object kernel, Object output, Object... more) {
    Object[] args = new Object[6 + more.length];
    System.arraycopy(
        new Object[] {"filter", input, "--kernel", kernel, "-o", output}, 0, args, 0, 6);
    System.arraycopy(more, 0, args, 6, more.length);
    return CommandLineRun.of(args);
  }

  @Test
  void aPresetFromOneFileToAnother() throws IOException {
    Path output = folder.resolve("edges.png");
    assertEquals("", filter(draw("p.png", 3, 8), "sobel-x", output).done());
    Picture picture = Pictures.read(output);
    assertEquals(Shape.of(3, 4, 6), picture.pixels().shape());
    assertEquals(8, picture.bits());
    // 4 * 0.2 at the edge, in levels of 1/255.
    float[] row = new float[6];
    System.arraycopy(picture.pixels().floats(), 0, row, 0, 6);
    assertArrayEquals(new float[] {0, 0, 0.8f, 0.8f, 0, 0}, row, 0.5f / 255);
  }

  @Test
  void valuesAreClamped() throws IOException {
    Path output = folder.resolve("o.png");
    filter(draw("p.png", 1, 8), "[[5]]", output).done();
    assertEquals(1, Pictures.read(output).pixels().get(0, 0, 0));
    filter(draw("p.png", 1, 8), "[[-5]]", output).done();
    assertEquals(0, Pictures.read(output).pixels().get(0, 0, 0));
  }

  @Test
  void kernelsOfOnesOwn() throws IOException {
    Path input = draw("p.png", 3, 8);
    Path kernel = folder.resolve("k.npy");
    Npy.write(kernel, Tensor.of(new double[] {-1, 0, 1, -2, 0, 2, -1, 0, 1}, 3, 3));
    filter(input, "sobel-x", folder.resolve("a.png")).done();
    filter(input, kernel, folder.resolve("b.png")).done();
    filter(input, "[[-1,0,1],[-2,0,2],[-1,0,1]]", folder.resolve("c.png")).done();
    byte[] expected = Files.readAllBytes(folder.resolve("a.png"));
    assertArrayEquals(expected, Files.readAllBytes(folder.resolve("b.png")));
    assertArrayEquals(expected, Files.readAllBytes(folder.resolve("c.png")));
  }

  @Test
  void optionsReachTheFilter() throws IOException {
    Path input = draw("p.png", 1, 8);
    Path output = folder.resolve("o.png");
    filter(input, "box", output, "--stride", "2,3").done();
    assertEquals(Shape.of(1, 2, 2), Pictures.read(output).pixels().shape());
    // A tap two columns to the left: beyond the edge, or the other edge.
    filter(input, "[[1,0,0]]", output, "--dilation", "1,2", "--padding-mode", "circular").done();
    assertEquals(0.4, Pictures.read(output).pixels().get(0, 0, 0), 0.5 / 255);
    filter(input, "[[1,0,0]]", output, "--dilation", "1,2", "--padding-mode", "zeros").done();
    assertEquals(0, Pictures.read(output).pixels().get(0, 0, 0));
    filter(input, "[[1,0,0]]", output, "--dilation", "1,2").done();
    assertEquals(0.2, Pictures.read(output).pixels().get(0, 0, 0), 0.5 / 255);
    assertEquals(0.2, Pictures.read(output).pixels().get(0, 0, 4), 0.5 / 255);
  }

  @Test
  void precisionIsKeptWhereItCanBe() throws IOException {
    Path deep = draw("deep.png", 3, 16);
    Path shallow = draw("shallow.png", 3, 8);
    Path png = folder.resolve("o.png");
    Path jpeg = folder.resolve("o.jpg");
    filter(deep, "identity", png).done();
    assertEquals(Pictures.read(deep), Pictures.read(png));
    filter(deep, "identity", png, "--bits", 8).done();
    assertEquals(8, Pictures.read(png).bits());
    filter(shallow, "identity", png, "--bits", 16).done();
    assertEquals(16, Pictures.read(png).bits());
    filter(deep, "identity", jpeg).done();
    assertEquals(8, Pictures.read(jpeg).bits());
  }

  @Test
  void transparencyIsKept() throws IOException {
    Path input = draw("p.png", 4, 8);
    Path output = folder.resolve("o.png");
    filter(input, "sobel", output).done();
    assertEquals(
        Pictures.read(input).pixels().narrow(0, 3, 1),
        Pictures.read(output).pixels().narrow(0, 3, 1));
    filter(input, "sobel", folder.resolve("o.jpg")).failed("p.png: a JPEG cannot hold alpha");
    assertFalse(Files.exists(folder.resolve("o.jpg")));
  }

  @Test
  void aPictureMayReplaceItself() throws IOException {
    Path input = draw("p.png", 1, 8);
    filter(input, "laplacian", input).done();
    assertEquals(0, Pictures.read(input).pixels().get(0, 0, 0));
  }

  @Test
  void aFolderToANewOne() throws IOException {
    draw("b.png", 3, 16);
    draw("a.jpg", 1, 8);
    Files.writeString(folder.resolve("notes.txt"), "no picture");
    Path out = folder.resolve("new/folder");
    assertEquals("", filter(folder, "box", out).done());
    assertEquals(2, out.toFile().list().length);
    assertEquals(16, Pictures.read(out.resolve("b.png")).bits());
    assertEquals(Shape.of(1, 4, 6), Pictures.read(out.resolve("a.jpg")).pixels().shape());
  }

  @Test
  void oneThatFailsDoesNotStopTheOthers() throws IOException {
    Path broken = Files.writeString(folder.resolve("b.png"), "no picture");
    Path out = folder.resolve("out");
    draw("a.png", 3, 8);
    draw("c.png", 3, 8);
    filter(folder, "box", out).failed(broken.toString());
    assertEquals(2, out.toFile().list().length);
    assertTrue(Files.exists(out.resolve("c.png")));
  }

  @Test
  void aFailureLeavesTheOldFile() throws IOException {
    Path broken = Files.writeString(folder.resolve("b.png"), "no picture");
    Path old = Files.writeString(folder.resolve("old.png"), "old");
    filter(broken, "box", old).failed("b.png");
    assertEquals("old", Files.readString(old));
    assertEquals(2, folder.toFile().list().length);
  }

  @Test
  void aProgressBarOnATerminal() throws IOException {
    draw("a.png", 3, 8);
    Files.writeString(folder.resolve("b.png"), "no picture");
    System.setProperty("conv4j.columns", "80");
    try {
      CommandLineRun run = filter(folder, "box", folder.resolve("out"));
      assertEquals("", run.out());
      assertTrue(run.err().contains("[..............................] 0/2 "), run.err());
      assertTrue(run.err().contains("[###############...............] 1/2 "), run.err());
      assertTrue(run.err().contains("\r\033[Kconv4j: "), "an error on a line of its own");
      assertFalse(
          run.err().substring(run.err().lastIndexOf("\033[K") + 3).contains("["), run.err());
      run = filter(folder.resolve("a.png"), "box", folder.resolve("o.png"));
      assertEquals("", run.err(), "no bar for one picture");
    } finally {
      System.clearProperty("conv4j.columns");
    }
  }
}
