package io.github.conv4j.cli.explore;

import java.nio.charset.StandardCharsets;

/**
 * An answer to a request that went well.
 *
 * @param contentType the media type of the body
 * @param body the bytes to send, which nobody may change any more
 */
@SuppressWarnings("ArrayRecordComponent") // Replies are sent, never compared.
public record Reply(String contentType, byte[] body) {
  /** Returns the reply that is this JSON text. */
  static Reply json(String text) {
    return new Reply("application/json", text.getBytes(StandardCharsets.UTF_8));
  }
}
