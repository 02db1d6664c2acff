package io.github.conv4j.bench;

import java.util.Optional;

/**
 * A line that a child process answers: {@code ok} or {@code no}, and a text.
 *
 * @param ok whether the request was done
 * @param text what was asked for, or the reason of a refusal
 */
record Reply(boolean ok, String text) {
  private static final String OK = "ok";
  private static final String NO = "no";

  static Reply ok(String text) {
    return new Reply(true, text);
  }

  /** Returns a refusal; of a reason of many lines the first counts. */
  static Reply no(Throwable reason) {
    String message = reason.getMessage() == null ? reason.toString() : reason.getMessage();
    return new Reply(false, message.strip().lines().findFirst().orElse("").strip());
  }

  /** Returns the reply that a line is, or nothing if it is chatter of a library. */
  static Optional<Reply> parse(String line) {
    String[] words = line.split(" ", 2);
    String text = words.length == 2 ? words[1] : "";
    return switch (words[0]) {
      case OK -> Optional.of(new Reply(true, text));
      case NO -> Optional.of(new Reply(false, text));
      default -> Optional.empty();
    };
  }

  /** Returns the line. */
  @Override
  public String toString() {
    return ((ok ? OK : NO) + " " + text).strip();
  }
}
