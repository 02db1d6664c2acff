package io.github.conv4j.io;

import io.github.conv4j.Shape;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads the Python dictionary in an {@code .npy} header, and nothing else of Python.
 *
 * <p>The keys are {@code descr} (a string; or the list that describes a structured type, taken as
 * it stands), {@code fortran_order} ({@code True} or {@code False}) and {@code shape} (a tuple of
 * integers, which Python 2 may have given the suffix {@code L}), each once, in any order and with
 * any spacing.
 */
final class HeaderParser {
  private final String name;
  private final String text;
  private int at;

  HeaderParser(String name, String text) {
    this.name = name;
    this.text = text;
  }

  NpyHeader parse(int dataOffset) throws IOException {
    String dtype = null;
    Boolean fortranOrder = null;
    Shape shape = null;
    expect('{');
    while (!accept('}')) {
      String key = string();
      expect(':');
      if (key.equals("descr") && dtype == null) {
        dtype = descr();
      } else if (key.equals("fortran_order") && fortranOrder == null) {
        fortranOrder = bool();
      } else if (key.equals("shape") && shape == null) {
        shape = shape();
      } else {
        throw malformed("an unknown or repeated key " + Failure.quote(key));
      }
      if (!accept(',')) {
        expect('}');
        break;
      }
    }
    skipSpace();
    if (at < text.length()) {
      throw malformed("something after the dictionary");
    }
    if (dtype == null || fortranOrder == null || shape == null) {
      throw malformed("not all of the keys descr, fortran_order and shape");
    }
    return new NpyHeader(dtype, fortranOrder, shape, dataOffset);
  }

  private String descr() throws IOException {
    skipSpace();
    int start = at;
    if (peek() != '[' && peek() != '(') {
      return string();
    }
    int depth = 0;
    do {
      char c = peek();
      if (c == '\'' || c == '"') {
        string();
        continue;
      }
      depth += c == '[' || c == '(' ? 1 : c == ']' || c == ')' ? -1 : 0;
      at++;
    } while (depth > 0);
    return text.substring(start, at);
  }

  private boolean bool() throws IOException {
    skipSpace();
    for (String word : List.of("True", "False")) {
      if (text.startsWith(word, at)) {
        at += word.length();
        return word.equals("True");
      }
    }
    throw malformed("a fortran_order that is neither True nor False");
  }

  private Shape shape() throws IOException {
    int start = at;
    List<Long> sizes = new ArrayList<>();
    expect('(');
    boolean comma = true;
    while (!accept(')')) {
      if (!comma) {
        throw malformed("a shape without commas");
      }
      sizes.add(integer());
      comma = accept(',');
    }
    if (sizes.size() == 1 && !comma) {
      throw malformed("a shape that is not a tuple");
    }
    try {
      return Shape.of(sizes.stream().mapToLong(Long::longValue).toArray());
    } catch (IllegalArgumentException e) {
      throw Failure.of(
          name,
          "shape "
              + Failure.quote(text.substring(start, at).strip())
              + " has a size or a number of elements over "
              + Shape.MAX_ELEMENTS,
          e);
    }
  }

  private long integer() throws IOException {
    skipSpace();
    int start = at;
    while (peek() >= '0' && peek() <= '9') {
      at++;
    }
    String digits = text.substring(start, at);
    if (peek() == 'L') {
      at++;
    }
    if (digits.isEmpty()) {
      throw malformed("a size that is not a number of 0 or more");
    }
    // More digits than a long has are too many elements as well.
    return digits.length() < 19 ? Long.parseLong(digits) : Long.MAX_VALUE;
  }

  private String string() throws IOException {
    skipSpace();
    char quote = peek();
    int end = text.indexOf(quote, at + 1);
    if ((quote != '\'' && quote != '"') || end < 0) {
      throw malformed("something other than a string where one belongs");
    }
    String string = text.substring(at + 1, end);
    if (string.indexOf('\\') >= 0) {
      throw malformed("a string with a backslash");
    }
    at = end + 1;
    return string;
  }

  private void expect(char wanted) throws IOException {
    if (!accept(wanted)) {
      throw malformed("no '" + wanted + "' where one belongs");
    }
  }

  private boolean accept(char wanted) throws IOException {
    skipSpace();
    if (at < text.length() && text.charAt(at) == wanted) {
      at++;
      return true;
    }
    return false;
  }

  private char peek() throws IOException {
    if (at >= text.length()) {
      throw malformed("no end");
    }
    return text.charAt(at);
  }

  private void skipSpace() {
    while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
  }

  private IOException malformed(String what) {
    return Failure.of(name, "the header has " + what + " (byte " + at + " of its text)");
  }
}
