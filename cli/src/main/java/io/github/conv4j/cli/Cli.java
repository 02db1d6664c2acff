package io.github.conv4j.cli;

import io.github.conv4j.Accuracy;
import io.github.conv4j.DType;
import io.github.conv4j.Padding;
import io.github.conv4j.PaddingMode;
import io.github.conv4j.cli.text.ErrorText;
import io.github.conv4j.cli.text.Pair;
import java.io.BufferedOutputStream;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.function.Function;
import picocli.CommandLine;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.TypeConversionException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Runs one command line from its arguments to its exit code. */
final class Cli {
  static final int DONE = 0;
  static final int FAILED = 1;
  static final int USAGE = 2;

  private Cli() {}

  /**
   * Runs a command line.
   *
   * @param stdout where results go
   * @param stderr where everything else goes
   * @param args the arguments
   * @return the exit code
   */
  static int run(OutputStream stdout, OutputStream stderr, String... args) {
    ResultStream results = new ResultStream(stdout);
    PrintWriter out = writer(new BufferedOutputStream(results));
    PrintWriter err = writer(stderr);
    Conv4jCommand root = new Conv4jCommand();
    CommandLine line = commandLine(root).setOut(out).setErr(err);
    int code;
    try {
      code = line.execute(args);
    } catch (Error e) {
      code = root.fail(e);
    }
    out.flush();
    if (results.failure() != null) {
      code = root.fail(results.failure());
    }
    err.flush();
    return code;
  }

  private static PrintWriter writer(OutputStream stream) {
    return new PrintWriter(new OutputStreamWriter(stream, StandardCharsets.UTF_8));
  }

  private static CommandLine commandLine(Conv4jCommand root) {
    return new CommandLine(root)
        // A file whose name begins with @ is a file like any other.
        .setExpandAtFiles(false)
        .registerConverter(Accuracy.class, converter(Accuracy::of))
        .registerConverter(DType.class, converter(DType::of))
        .registerConverter(Padding.class, converter(Pair::parsePadding))
        .registerConverter(PaddingMode.class, converter(PaddingMode::of))
        .registerConverter(Pair.class, converter(Pair::parse))
        .setExecutionStrategy(
            parsed -> {
              root.applyThreads();
              return new CommandLine.RunLast().execute(parsed);
            })
        .setExecutionExceptionHandler((exception, line, parsed) -> root.fail(exception))
        .setParameterExceptionHandler((exception, args) -> explainUsage(exception));
  }

  /** Lets picocli show the message of a parser as it stands, without the name of an exception. */
  private static <T> ITypeConverter<T> converter(Function<String, T> parser) {
    return text -> {
      try {
        return parser.apply(text);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(e.getMessage());
      }
    };
  }

  private static String sentence(ParameterException exception) {
    if (exception instanceof UnmatchedArgumentException unmatched && !unmatched.isUnknownOption()) {
      boolean root = exception.getCommandLine().getParent() == null;
      String argument = unmatched.getUnmatched().get(0);
      return (root ? "there is no command '" : "unexpected argument '") + argument + "'";
    }
    if (exception instanceof UnmatchedArgumentException unmatched
        && !unmatched.getSuggestions().isEmpty()) {
      return exception.getMessage() + ", similar to " + unmatched.getSuggestions().get(0);
    }
    return exception.getMessage();
  }

  private static int explainUsage(ParameterException exception) {
    CommandLine line = exception.getCommandLine();
    PrintWriter err = line.getErr();
    String hint = " (try '" + line.getCommandSpec().qualifiedName() + " --help')";
    err.println("conv4j: " + ErrorText.oneLine(sentence(exception)) + hint);
    return USAGE;
  }
}
