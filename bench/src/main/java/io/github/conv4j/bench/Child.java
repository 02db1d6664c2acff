package io.github.conv4j.bench;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** A child process that answers requests, a line each, with replies. */
final class Child implements AutoCloseable {
  private static final int SECONDS_TO_END = 5;

  private final Process process;
  private final BufferedWriter requests;
  private final BufferedReader answers;
  private final Path log;

  private Child(Process process, Path log) {
    this.process = process;
    this.log = log;
    requests = process.outputWriter(StandardCharsets.UTF_8);
    answers = process.inputReader(StandardCharsets.UTF_8);
  }

  /**
   * Starts a process.
   *
   * @param log the file that takes what it prints as errors
   * @throws IOException if the command cannot be started
   */
  static Child start(List<String> command, Path log) throws IOException {
    return new Child(new ProcessBuilder(command).redirectError(log.toFile()).start(), log);
  }

  /**
   * Sends a request and waits for its reply.
   *
   * @throws IOException if the process has ended; the message says how
   */
  Reply ask(String request) throws IOException {
    try {
      requests.write(request);
      requests.write('\n');
      requests.flush();
      for (String line = answers.readLine(); line != null; line = answers.readLine()) {
        Optional<Reply> reply = Reply.parse(line);
        if (reply.isPresent()) {
          return reply.get();
        }
      }
    } catch (IOException e) {
      throw new IOException(end(), e);
    }
    throw new IOException(end());
  }

  /**
   * As {@link #ask}, for a request that is not to be refused.
   *
   * @return the text of the reply
   * @throws IOException if it is refused all the same, or the process has ended
   */
  String askFor(String request) throws IOException {
    Reply reply = ask(request);
    if (!reply.ok()) {
      throw new IOException("'" + request + "' was refused: " + reply.text());
    }
    return reply.text();
  }

  private String end() throws IOException {
    close();
    List<String> lines =
        new String(Files.readAllBytes(log), StandardCharsets.UTF_8).strip().lines().toList();
    String last = lines.isEmpty() ? "it said nothing" : lines.get(lines.size() - 1);
    String code = process.isAlive() ? "did not end" : "exit code " + process.exitValue();
    return "the process ended (" + code + "): " + last;
  }

  /** Ends the process: it does so by itself when there are no more requests. */
  @Override
  public void close() {
    try {
      requests.close();
    } catch (IOException e) {
      // It has ended before it read the last request.
    }
    try {
      if (!process.waitFor(SECONDS_TO_END, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
