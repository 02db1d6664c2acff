package io.github.conv4j.engine;

import io.github.conv4j.BitsCheck;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Writes {@code bits.txt} again, with the checksums that this machine gives: after a change of the
 * order of a sum, or for problems that were added to it with any eight digits.
 *
 * <pre>
 * mvn -q -pl core test-compile
 * java -cp core/target/classes:core/target/test-classes io.github.conv4j.engine.BitsFile \
 *     core/src/main/resources/io/github/conv4j/engine/bits.txt
 * </pre>
 *
 * <p>{@link BitsTest} then says whether the new outputs are right.
 */
final class BitsFile {
  private BitsFile() {}

  public static void main(String[] args) throws Exception {
    Path file = Path.of(args[0]);
    List<String> lines = Files.readAllLines(file).stream().map(BitsFile::newLine).toList();
    Files.write(file, lines);
  }

  private static String newLine(String line) {
    if (line.startsWith("#")) {
      return line;
    }
    String[] parts = line.split(" ", 2);
    BitsCheck check = BitsSuite.check(parts[1], parts[0]);
    if (!check.together().equals(check.alone())) {
      throw new IllegalStateException("the batch size decides bits: " + check);
    }
    if (!check.passed()) {
      System.out.println(parts[1] + ": " + parts[0] + " becomes " + check.together());
    }
    return check.together() + " " + parts[1];
  }
}
