package io.github.conv4j.cli.explore;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.github.conv4j.Tensor;
import io.github.conv4j.cli.text.ErrorText;
import io.github.conv4j.io.Pictures;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.Map;
import java.util.Set;

/** The page: its files, which lie on the class path beside this class, and what it asks for. */
public final class ExplorePage {
  /** Settings with numbers for the largest input take less. */
  private static final int LARGEST_SETTINGS = 1 << 20;

  private static final int LARGEST_PICTURE_FILE = 16 << 20;

  /** The page makes pictures smaller than this before it sends them. */
  private static final long MOST_PIXELS = 2048L * 2048;

  private static final byte[] PNG = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};

  /** Where a PNG's width is, behind the signature and the head of the first chunk. */
  private static final int PNG_SIZE = 16;

  private ExplorePage() {}

  /**
   * Returns all that the server has for the page, by path. Safe to call from any thread; the
   * handlers are safe to call from several at once.
   */
  public static Map<String, Route> routes() {
    return Map.ofEntries(
        Map.entry("/", file("explore.html", "text/html; charset=utf-8")),
        Map.entry("/explore.css", file("explore.css", "text/css; charset=utf-8")),
        Map.entry("/view.js", file("view.js", "text/javascript; charset=utf-8")),
        Map.entry("/explore.js", file("explore.js", "text/javascript; charset=utf-8")),
        Map.entry("/favicon.svg", file("favicon.svg", "image/svg+xml")),
        Map.entry("/api/choices", Route.get(body -> Reply.json(Problem.choices().toString()))),
        Map.entry(
            "/api/scene",
            post(LARGEST_SETTINGS, body -> Reply.json(problem(body).scene().toString()))),
        Map.entry(
            "/api/element",
            post(LARGEST_SETTINGS, body -> Reply.json(problem(body).element().toString()))),
        Map.entry(
            "/api/svg",
            post(LARGEST_SETTINGS, body -> new Reply("image/svg+xml", problem(body).svg()))),
        Map.entry(
            "/api/picture", post(LARGEST_SETTINGS + LARGEST_PICTURE_FILE, ExplorePage::filter)));
  }

  /**
   * Returns a route whose answer to impossible settings is a sentence like any other answer: the
   * user is still typing, and a browser would log a failure.
   */
  private static Route post(int maxBytes, Handler handler) {
    return Route.postJson(
        maxBytes,
        body -> {
          try {
            return handler.handle(body);
          } catch (IllegalArgumentException e) {
            JsonObject error = new JsonObject();
            error.addProperty("error", ErrorText.oneLine(e.getMessage()));
            return Reply.json(error.toString());
          }
        });
  }

  private static Route file(String name, String contentType) {
    try (InputStream in = ExplorePage.class.getResourceAsStream(name)) {
      Reply reply = new Reply(contentType, in.readAllBytes());
      return Route.get(body -> reply);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Problem problem(byte[] body) {
    return new Problem(Settings.parse(Settings.object(body), Set.of()));
  }

  private static Reply filter(byte[] body) throws IOException {
    JsonObject json = Settings.object(body);
    Problem problem = new Problem(Settings.parse(json, Set.of("picture")));
    JsonElement text = json.get("picture");
    if (text == null || !text.isJsonPrimitive()) {
      throw new IllegalArgumentException("there is no picture");
    }
    byte[] file;
    try {
      file = Base64.getDecoder().decode(text.getAsString());
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("picture must be a PNG in base64", e);
    }
    checkSize(file);
    Tensor pixels;
    try {
      pixels = Pictures.decode(file, "the picture").pixels();
    } catch (IOException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
    return new Reply("image/png", Pictures.encodePng(problem.filter(pixels)));
  }

  /** Refuses what would take much memory, before it does. */
  private static void checkSize(byte[] file) {
    ByteBuffer head = ByteBuffer.wrap(file);
    boolean png = file.length >= PNG_SIZE + 8;
    for (int i = 0; png && i < PNG.length; i++) {
      png = file[i] == PNG[i];
    }
    if (!png) {
      throw new IllegalArgumentException("picture must be a PNG in base64");
    }
    long width = head.getInt(PNG_SIZE);
    long height = head.getInt(PNG_SIZE + 4);
    if (width < 1 || height < 1 || width * height > MOST_PIXELS) {
      throw new IllegalArgumentException(
          "the picture may have at most "
              + MOST_PIXELS
              + " pixels, but has "
              + width
              + " x "
              + height);
    }
  }
}
