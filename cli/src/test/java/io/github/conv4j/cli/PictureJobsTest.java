package io.github.conv4j.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.conv4j.cli.PictureJobs.Job;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PictureJobsTest {
  @TempDir private Path folder;
  private Path in;
  private Path out;

  @BeforeEach
  void makeFiles() throws IOException {
    in = Files.createDirectory(folder.resolve("in"));
    out = folder.resolve("out");
    for (String name :
        List.of("b.PNG", "a.jpg", "c.JPEG", "d.bmp", "e.gif", "notes.txt", "png", ".hidden.png")) {
      Files.createFile(in.resolve(name));
    }
    Files.createDirectory(in.resolve("folder.png"));
  }

  private List<String> outputs(List<Job> jobs) {
    return jobs.stream().map(job -> folder.relativize(job.output()).toString()).toList();
  }

  @Test
  void oneFileToAnother() throws IOException {
    Path picture = in.resolve("d.bmp");
    Job job = new Job(picture, folder.resolve("x.jpeg"));
    assertEquals(List.of(job), PictureJobs.of(List.of(picture), job.output().toString()));
    assertTrue(!job.isPng());
  }

  @Test
  void oneFileToItself() throws IOException {
    Path picture = in.resolve("a.jpg");
    assertEquals(
        List.of(new Job(picture, picture)), PictureJobs.of(List.of(picture), picture.toString()));
  }

  @Test
  void oneFileToFolder() throws IOException {
    List<Path> picture = List.of(in.resolve("d.bmp"));
    assertEquals(List.of("out/d.png"), outputs(PictureJobs.of(picture, out + "/")));
    Files.createDirectory(out);
    assertEquals(List.of("out/d.png"), outputs(PictureJobs.of(picture, out.toString())));
  }

  @Test
  void aFolderToAnother() throws IOException {
    assertEquals(
        List.of("out/a.jpg", "out/b.PNG", "out/c.JPEG", "out/d.png", "out/e.png"),
        outputs(PictureJobs.of(List.of(in), out.toString())));
  }

  @Test
  void severalFilesInTheirOrder() throws IOException {
    List<Path> inputs =
        List.of(in.resolve("no.extension.tif"), in.resolve("b.PNG"), in.resolve("png"));
    assertEquals(
        List.of("out/no.extension.png", "out/b.PNG", "out/png.png"),
        outputs(PictureJobs.of(inputs, out.toString())));
  }

  @Test
  void twoInputsForOneOutput() {
    List<Path> inputs = List.of(in.resolve("d.bmp"), folder.resolve("d.gif"));
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> PictureJobs.of(inputs, out.toString()));
    assertTrue(e.getMessage().startsWith(inputs.get(0) + " and " + inputs.get(1)), e.getMessage());
  }

  @Test
  void inputsAreNotOverwrittenUnawares() throws IOException {
    Path link = Files.createSymbolicLink(folder.resolve("link"), in);
    for (Path target : List.of(in, link, in.resolve("../in"))) {
      assertThrows(
          IllegalArgumentException.class, () -> PictureJobs.of(List.of(in), target.toString()));
    }
    // In this one, c.png would come from a file elsewhere and replace another input.
    Files.createFile(in.resolve("c.png"));
    List<Path> inputs = List.of(folder.resolve("c.gif"), in.resolve("c.png"));
    assertThrows(IllegalArgumentException.class, () -> PictureJobs.of(inputs, in.toString()));
  }

  @Test
  void aFolderWithoutPictures() throws IOException {
    Path empty = Files.createDirectory(folder.resolve("empty"));
    IOException e =
        assertThrows(IOException.class, () -> PictureJobs.of(List.of(empty), out.toString()));
    assertEquals(empty + ": there are no pictures in this folder", e.getMessage());
  }
}
