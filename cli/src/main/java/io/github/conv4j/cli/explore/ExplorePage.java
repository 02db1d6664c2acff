package io.github.conv4j.cli.explore;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;

/** The page: its files, which lie on the class path beside this class. */
public final class ExplorePage {
  private ExplorePage() {}

  /**
   * Returns all that the server has for the page, by path. Safe to call from any thread; the
   * handlers are safe to call from several at once.
   */
  public static Map<String, Route> routes() {
    return Map.of(
        "/", file("explore.html", "text/html; charset=utf-8"),
        "/explore.css", file("explore.css", "text/css; charset=utf-8"),
        "/view.js", file("view.js", "text/javascript; charset=utf-8"),
        "/explore.js", file("explore.js", "text/javascript; charset=utf-8"),
        "/favicon.svg", file("favicon.svg", "image/svg+xml"));
  }

  private static Route file(String name, String contentType) {
    try (InputStream in = ExplorePage.class.getResourceAsStream(name)) {
      Reply reply = new Reply(contentType, in.readAllBytes());
      return Route.get(body -> reply);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
