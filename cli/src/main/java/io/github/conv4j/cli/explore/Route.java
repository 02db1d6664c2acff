package io.github.conv4j.cli.explore;

/**
 * What a path of the server takes, and who answers.
 *
 * @param method GET, which allows HEAD as well, or POST
 * @param accepts the media type that a POST must have; if it ends in a slash, all types that begin
 *     so. Empty for GET
 * @param maxBytes the largest body of a POST in bytes, at most {@link #LARGEST}; 0 for GET
 * @param handler who answers
 */
public record Route(String method, String accepts, int maxBytes, Handler handler) {
  /** The largest body that a route can take, in bytes. */
  static final int LARGEST = 64 << 20;

  /**
   * Checks the size.
   *
   * @throws IllegalArgumentException if the largest body is negative or larger than {@link
   *     #LARGEST}
   */
  public Route {
    if (maxBytes < 0 || maxBytes > LARGEST) {
      throw new IllegalArgumentException(
          "a route takes bodies of 0 to " + LARGEST + " bytes, but got " + maxBytes);
    }
  }

  /** Returns a route to be read with GET. */
  static Route get(Handler handler) {
    return new Route("GET", "", 0, handler);
  }

  /** Returns a route that takes a JSON text of at most so many bytes. */
  static Route postJson(int maxBytes, Handler handler) {
    return new Route("POST", "application/json", maxBytes, handler);
  }

  /** Returns a route that takes a picture file of any type, of at most so many bytes. */
  static Route postPicture(int maxBytes, Handler handler) {
    return new Route("POST", "image/", maxBytes, handler);
  }

  /** Tells whether the route has this method. */
  boolean allows(String asked) {
    return asked.equals(method) || (asked.equals("HEAD") && method.equals("GET"));
  }

  /** Returns the methods as the header Allow lists them. */
  String methods() {
    return method.equals("GET") ? "GET, HEAD" : method;
  }

  /** Tells whether a POST may have this media type, which is in lower case. */
  boolean takes(String mediaType) {
    return accepts.endsWith("/") ? mediaType.startsWith(accepts) : mediaType.equals(accepts);
  }
}
