package io.github.conv4j.cli.shell;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The tour of the documentation, {@code docs/how-convolution-works.md}, in steps with code. */
public final class Tour {
  /** Where the shell has put the code of each step. */
  static final String FOLDER = "conv4j.tour";

  private static final Pattern HEADING = Pattern.compile("## (\\d+)\\. (.+)");

  private Tour() {}

  /**
   * One step.
   *
   * @param number its number, from 1
   * @param title what it is about
   * @param code lines for JShell, which need those of the steps before; empty if there are none
   */
  public record Step(int number, String title, String code) {}

  /** Returns the steps of the tour. */
  public static List<Step> steps() {
    try (InputStream in = Tour.class.getResourceAsStream("how-convolution-works.md")) {
      return steps(new String(in.readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns the steps of a text: headings with numbers, and the blocks of Java under each. */
  static List<Step> steps(String text) {
    List<Step> steps = new ArrayList<>();
    StringBuilder code = new StringBuilder();
    boolean inCode = false;
    for (String line : text.lines().toList()) {
      Matcher heading = HEADING.matcher(line);
      if (inCode) {
        inCode = !line.equals("```");
        if (inCode) {
          code.append(line).append('\n');
        }
      } else if (line.equals("```java")) {
        inCode = true;
      } else if (heading.matches()) {
        finish(steps, code);
        steps.add(new Step(Integer.parseInt(heading.group(1)), heading.group(2), ""));
      }
    }
    finish(steps, code);
    return List.copyOf(steps);
  }

  /** Gives the code to the last step; code before the first heading belongs to none. */
  private static void finish(List<Step> steps, StringBuilder code) {
    if (!steps.isEmpty()) {
      Step last = steps.remove(steps.size() - 1);
      steps.add(new Step(last.number(), last.title(), code.toString()));
    }
    code.setLength(0);
  }

  /** Writes the code of each step to a file {@code NUMBER.jsh}. */
  static void write(Path folder) throws IOException {
    for (Step step : steps()) {
      Files.writeString(file(folder, step), withoutBreaks(step.code()));
    }
  }

  /**
   * Returns code whose chains of calls each stand on one line: JShell reads files line by line, and
   * takes a statement for finished where it could be.
   */
  static String withoutBreaks(String code) {
    return code.replaceAll("\\R\\s*\\.", ".");
  }

  private static Path file(Path folder, Step step) {
    return folder.resolve(step.number() + ".jsh");
  }

  /** Prints what there is. */
  public static void print(PrintStream out) {
    for (Step step : steps()) {
      out.printf("%2d  %s%n", step.number(), step.title());
    }
    out.println("tour(3) shows step 3");
  }

  /** Prints a step, or says that there is none of this number. */
  public static void print(PrintStream out, int number) {
    List<Step> steps = steps();
    for (Step step : steps) {
      if (step.number() == number) {
        out.printf("%d. %s%n%n", step.number(), step.title());
        step.code().lines().forEach(line -> out.println("    " + line));
        String folder = System.getProperty(FOLDER);
        if (folder != null && !step.code().isEmpty()) {
          out.printf("%n/open %s%nruns it, after the steps before.%n", file(Path.of(folder), step));
        }
        return;
      }
    }
    out.printf("the tour has steps 1 to %d, but got %d%n", steps.size(), number);
  }
}
