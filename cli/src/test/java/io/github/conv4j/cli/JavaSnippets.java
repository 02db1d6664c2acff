package io.github.conv4j.cli;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import jdk.jshell.JShell;
import jdk.jshell.Snippet;
import jdk.jshell.SnippetEvent;
import jdk.jshell.SourceCodeAnalysis.CompletionInfo;

/**
 * Runs the Java code of a document, block by block in one session of JShell.
 *
 * <p>Lines of a block that begin with {@code //} say what the code before them shows: the value of
 * its last expression as JShell writes it, or what it printed.
 */
final class JavaSnippets implements AutoCloseable {
  private static final String PROMISE = "//";

  private final JShell shell = JShell.builder().executionEngine("local").build();

  /** Opens a session with some imports, each behind {@code io.github.conv4j}: {@code nn.*}. */
  JavaSnippets(List<String> imports) {
    for (String name : imports) {
      run("import io.github.conv4j." + name + ";");
    }
  }

  /** Returns the blocks of code in a language, in their order. */
  static List<String> blocks(String document, String language) {
    Matcher matcher =
        Pattern.compile("^```" + language + "\n(.*?)^```", Pattern.DOTALL | Pattern.MULTILINE)
            .matcher(document);
    List<String> blocks = new ArrayList<>();
    while (matcher.find()) {
      blocks.add(matcher.group(1));
    }
    return blocks;
  }

  /** Returns a block with the comments that would be true. */
  String withTrueComments(String block) {
    StringBuilder whole = new StringBuilder();
    StringBuilder code = new StringBuilder();
    boolean promised = false;
    for (String line : (block + "\n").split("\n", -1)) {
      if (line.startsWith(PROMISE)) {
        if (!promised) {
          whole.append(code);
          run(code.toString()).lines().forEach(l -> whole.append("// ").append(l).append('\n'));
          code.setLength(0);
        }
        promised = true;
      } else {
        code.append(line).append('\n');
        promised = false;
      }
    }
    run(code.toString());
    return whole.append(code.toString().stripTrailing()).toString().stripTrailing() + "\n";
  }

  /**
   * Runs code.
   *
   * @return what it shows
   */
  String run(String code) {
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    PrintStream before = System.out;
    String value = null;
    try {
      System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
      String rest = code;
      while (!rest.isBlank()) {
        CompletionInfo next = shell.sourceCodeAnalysis().analyzeCompletion(rest);
        for (SnippetEvent event : shell.eval(next.source())) {
          if (event.causeSnippet() != null) {
            // A variable of before, declared anew.
            continue;
          }
          if (event.status() != Snippet.Status.VALID || event.exception() != null) {
            throw new AssertionError(problem(event, next.source()), event.exception());
          }
          value = event.value();
        }
        rest = next.remaining();
      }
    } finally {
      System.setOut(before);
    }
    String text = printed.toString(StandardCharsets.UTF_8).replace("\r\n", "\n");
    return text.isEmpty() && value != null ? value : text;
  }

  private String problem(SnippetEvent event, String source) {
    StringBuilder text = new StringBuilder(event.status() + ": " + source);
    shell.diagnostics(event.snippet()).forEach(d -> text.append('\n').append(d.getMessage(null)));
    return text.toString();
  }

  @Override
  public void close() {
    shell.close();
  }
}
