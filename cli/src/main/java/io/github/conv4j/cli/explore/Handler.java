package io.github.conv4j.cli.explore;

import java.io.IOException;

/** Answers the requests that arrive at a route, from several threads at once. */
@FunctionalInterface
public interface Handler {
  /**
   * Answers a request.
   *
   * @param body what the client sent, at most as many bytes as the route takes; empty for GET
   * @return the answer
   * @throws IllegalArgumentException if the client asked for something impossible; it is told the
   *     message
   * @throws IOException if something else failed
   */
  Reply handle(byte[] body) throws IOException;
}
