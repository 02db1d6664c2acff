package io.github.conv4j.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** Decides which picture goes to which file. */
final class PictureJobs {
  /** The extensions by which a folder's pictures are told from its other files. */
  private static final Set<String> READABLE = Set.of("png", "jpg", "jpeg", "bmp", "gif");

  private static final Set<String> WRITABLE = Set.of("png", "jpg", "jpeg");

  private PictureJobs() {}

  /**
   * A picture and where its filtered copy goes.
   *
   * @param input the picture
   * @param output the copy
   */
  record Job(Path input, Path output) {
    /** Returns whether the copy becomes a PNG and not a JPEG. */
    boolean isPng() {
      return extension(output).equals("png");
    }
  }

  /**
   * Pairs pictures with outputs, before any of them is touched.
   *
   * <p>One file goes to the file {@code output}, which may be that very file, unless it is a
   * folder. A folder's pictures, sorted by name, and several files go to the folder {@code output}
   * and keep their names, but for the extension where it is not one that can be written.
   *
   * @param inputs files, or one folder
   * @param output a file or a folder; it is one if it ends in {@code /}
   * @throws IllegalArgumentException if the inputs or the output are not as described, if two
   *     inputs would go to one output, or an input in a folder would be overwritten
   * @throws IOException if the folder cannot be read or has no picture
   */
  static List<Job> of(List<Path> inputs, String output) throws IOException {
    if (inputs.size() == 1 && !Files.exists(inputs.get(0))) {
      throw new NoSuchFileException(inputs.get(0).toString());
    }
    Path target = Path.of(output);
    boolean folder = inputs.size() == 1 && Files.isDirectory(inputs.get(0));
    if (!folder && inputs.size() == 1 && !Files.isDirectory(target) && !output.endsWith("/")) {
      if (!WRITABLE.contains(extension(target))) {
        throw new IllegalArgumentException(
            "the output file must end in .png, .jpg or .jpeg, but got " + output);
      }
      return List.of(new Job(inputs.get(0), target));
    }
    if (Files.exists(target) && !Files.isDirectory(target)) {
      throw new IllegalArgumentException(
          "the output must be a folder here, but " + target + " is a file");
    }
    List<Job> jobs = new ArrayList<>();
    for (Path input : folder ? pictures(inputs.get(0)) : inputs) {
      if (Files.isDirectory(input)) {
        throw new IllegalArgumentException(
            "expected pictures or one folder, but " + input + " is a folder among others");
      }
      jobs.add(new Job(input, target.resolve(outputName(input))));
    }
    checkDistinct(jobs);
    checkInputsKept(jobs);
    return jobs;
  }

  /**
   * Returns files as they are, and the pictures of each folder, sorted by name.
   *
   * @throws IOException if a folder cannot be read or has no picture
   */
  static List<Path> picturesOf(List<Path> inputs) throws IOException {
    List<Path> pictures = new ArrayList<>();
    for (Path input : inputs) {
      if (Files.isDirectory(input)) {
        pictures.addAll(pictures(input));
      } else {
        pictures.add(input);
      }
    }
    return pictures;
  }

  private static List<Path> pictures(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      List<Path> pictures = files.filter(PictureJobs::isPicture).sorted().toList();
      if (pictures.isEmpty()) {
        throw new IOException(folder + ": there are no pictures in this folder");
      }
      return pictures;
    }
  }

  private static boolean isPicture(Path file) {
    // Hidden files are not meant: macOS keeps the attributes of a.png in ._a.png.
    boolean hidden = file.getFileName().toString().startsWith(".");
    return READABLE.contains(extension(file)) && !hidden && !Files.isDirectory(file);
  }

  private static String outputName(Path input) {
    String name = input.getFileName().toString();
    String extension = extension(input);
    if (WRITABLE.contains(extension)) {
      return name;
    }
    int end = extension.isEmpty() ? name.length() : name.length() - extension.length() - 1;
    return name.substring(0, end) + ".png";
  }

  private static void checkDistinct(List<Job> jobs) {
    Map<Path, Path> inputs = new HashMap<>();
    for (Job job : jobs) {
      Path other = inputs.put(job.output, job.input);
      if (other != null) {
        throw new IllegalArgumentException(
            other + " and " + job.input + " would both be written to " + job.output);
      }
    }
  }

  private static void checkInputsKept(List<Job> jobs) throws IOException {
    Set<Path> inputs = new HashSet<>();
    for (Job job : jobs) {
      if (Files.exists(job.input)) {
        inputs.add(job.input.toRealPath());
      }
    }
    for (Job job : jobs) {
      if (Files.exists(job.output) && inputs.contains(job.output.toRealPath())) {
        throw new IllegalArgumentException(
            job.output + " is one of the pictures to filter: give another output folder");
      }
    }
  }

  private static String extension(Path file) {
    String name = String.valueOf(file.getFileName());
    int dot = name.lastIndexOf('.');
    return dot < 0 ? "" : name.substring(dot + 1).toLowerCase(Locale.ROOT);
  }
}
