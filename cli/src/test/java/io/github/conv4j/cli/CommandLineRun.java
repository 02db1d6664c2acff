package io.github.conv4j.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/**
 * What a command line did.
 *
 * @param code its exit code
 * @param out what it wrote to standard output
 * @param err what it wrote to standard error
 */
record CommandLineRun(int code, String out, String err) {
  /** Runs a command line in this virtual machine. */
  static CommandLineRun of(Object... args) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    String[] texts = new String[args.length];
    for (int i = 0; i < args.length; i++) {
      texts[i] = args[i].toString();
    }
    int code = Cli.run(out, err, texts);
    return new CommandLineRun(
        code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  /** Asserts that all went well and nothing was said, and returns the results. */
  String done() {
    assertEquals("", err);
    assertEquals(Cli.DONE, code, out);
    return out;
  }

  /** Asserts that it failed with one line that has this fragment. */
  void failed(String fragment) {
    assertEquals(Cli.FAILED, code, err);
    assertLine(err, fragment);
  }

  /** Asserts that the command line made no sense: one line with this fragment, and a hint. */
  void misused(String fragment) {
    assertEquals(Cli.USAGE, code, err);
    assertEquals("", out);
    assertLine(err, fragment);
    assertTrue(err.matches("(?s).* \\(try 'conv4j( [a-z0-9-]+)? --help'\\)\n"), err);
  }

  private static void assertLine(String text, String fragment) {
    assertTrue(text.startsWith("conv4j: ") && text.indexOf('\n') == text.length() - 1, text);
    assertTrue(text.contains(fragment), () -> "expected '" + fragment + "' in: " + text);
  }
}
