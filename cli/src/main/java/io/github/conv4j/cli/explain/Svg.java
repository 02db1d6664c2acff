package io.github.conv4j.cli.explain;

import java.util.Locale;

/**
 * Writes an SVG image element by element. All coordinates are whole pixels, so that the same
 * drawing is the same text everywhere. Not safe for use by several threads.
 *
 * <p>Styles are attributes of each element and nothing has an id: many images can stand in one
 * page. No font is fetched; the widths of texts are estimated, and generously.
 */
final class Svg {
  /** Where a text stands, seen from its point. */
  enum Anchor {
    START,
    MIDDLE,
    END
  }

  static final String INK = "#1f2328";
  static final String PALE_INK = "#57606a";
  static final String CARD = "#ffffff";
  static final String CARD_EDGE = "#d0d7de";

  private static final String LABEL_FONT = "system-ui, 'Segoe UI', Helvetica, Arial, sans-serif";
  private static final String NUMBER_FONT =
      "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace";

  private final StringBuilder body = new StringBuilder();

  /** Returns about how wide a label is, in pixels. */
  static int labelWidth(String text, int size) {
    return (text.length() * size * 58 + 99) / 100;
  }

  /** Returns about how wide a bold label is, in pixels. */
  static int boldWidth(String text, int size) {
    return (text.length() * size * 63 + 99) / 100;
  }

  /** Returns how wide a text in {@link #number} is, in pixels. */
  static int numberWidth(String text, int size) {
    return (text.length() * size * 61 + 99) / 100;
  }

  /** Draws a box; without a stroke if that is null. */
  void box(int x, int y, int width, int height, String fill, String stroke, int strokeWidth) {
    body.append(
        String.format(
            Locale.ROOT,
            "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"%s\"%s/>%n",
            x,
            y,
            width,
            height,
            fill,
            stroke(stroke, strokeWidth, false)));
  }

  /** Draws a box with round corners; without a stroke if that is null. */
  void roundBox(int x, int y, int width, int height, int radius, String fill, String stroke) {
    body.append(
        String.format(
            Locale.ROOT,
            "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"%d\" fill=\"%s\"%s/>%n",
            x,
            y,
            width,
            height,
            radius,
            fill,
            stroke(stroke, 1, false)));
  }

  /** Draws a path that is not filled. */
  void path(String data, String stroke, int width, boolean dashed) {
    body.append(
        String.format(
            Locale.ROOT,
            "<path d=\"%s\" fill=\"none\"%s/>%n",
            data,
            stroke(stroke, width, dashed)));
  }

  /** Draws a filled path. */
  void shape(String data, String fill) {
    body.append(String.format(Locale.ROOT, "<path d=\"%s\" fill=\"%s\"/>%n", data, fill));
  }

  /** Draws an arrow along one of the axes, its head at the second point. */
  void arrow(int x1, int y1, int x2, int y2, String colour) {
    int dx = Integer.signum(x2 - x1);
    int dy = Integer.signum(y2 - y1);
    int neckX = x2 - 7 * dx;
    int neckY = y2 - 7 * dy;
    path("M" + x1 + " " + y1 + "L" + neckX + " " + neckY, colour, 2, false);
    shape(
        String.format(
            Locale.ROOT,
            "M%d %dL%d %dL%d %dZ",
            x2,
            y2,
            neckX - 4 * dy,
            neckY - 4 * dx,
            neckX + 4 * dy,
            neckY + 4 * dx),
        colour);
  }

  /** Writes words. */
  void label(int x, int y, int size, Anchor anchor, String fill, boolean bold, String text) {
    text(x, y, size, anchor, fill, bold, LABEL_FONT, "", text);
  }

  /** Writes words that run upwards, their middle at the point. */
  void uprightLabel(int x, int y, int size, String fill, String text) {
    String turn = String.format(Locale.ROOT, " transform=\"rotate(-90 %d %d)\"", x, y);
    text(x, y, size, Anchor.MIDDLE, fill, false, LABEL_FONT, turn, text);
  }

  /** Writes a number, or what has to line up like one. */
  void number(int x, int y, int size, Anchor anchor, String fill, boolean bold, String text) {
    text(x, y, size, anchor, fill, bold, null, "", text);
  }

  /** Opens a part of the image that says what it is to a pointer that rests on it. */
  void open(String tooltip) {
    body.append("<g><title>").append(escape(tooltip)).append("</title>\n");
  }

  /** Closes what {@link #open} opened. */
  void close() {
    body.append("</g>\n");
  }

  /**
   * Returns the image on a card of its own, which makes it readable on light and dark pages.
   *
   * @param title its name, for screen readers
   * @param description what it shows, for those who do not see it
   */
  String image(int width, int height, String title, String description) {
    String head =
        String.format(
            Locale.ROOT,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" aria-label=\"%s\""
                + " font-family=\"%s\" width=\"%d\""
                + " height=\"%d\" viewBox=\"0 0 %d %d\">%n<title>%s</title>%n<desc>%s</desc>%n"
                + "<rect x=\"1\" y=\"1\" width=\"%d\" height=\"%d\" rx=\"10\" fill=\"%s\""
                + " stroke=\"%s\"/>%n",
            escape(title),
            NUMBER_FONT,
            width,
            height,
            width,
            height,
            escape(title),
            escape(description),
            width - 2,
            height - 2,
            CARD,
            CARD_EDGE);
    return (head + body + "</svg>\n").replace("\r\n", "\n");
  }

  private void text(
      int x,
      int y,
      int size,
      Anchor anchor,
      String fill,
      boolean bold,
      String font,
      String more,
      String text) {
    body.append(
        String.format(
            Locale.ROOT,
            "<text x=\"%d\" y=\"%d\" font-size=\"%d\"%s%s%s fill=\"%s\"%s>%s" + "</text>%n",
            x,
            y,
            size,
            font == null ? "" : " font-family=\"" + font + '"',
            anchor == Anchor.START
                ? ""
                : " text-anchor=\"" + anchor.name().toLowerCase(Locale.ROOT) + '"',
            bold ? " font-weight=\"600\"" : "",
            fill,
            more,
            escape(text)));
  }

  private static String stroke(String colour, int width, boolean dashed) {
    if (colour == null) {
      return "";
    }
    return " stroke=\""
        + colour
        + '"'
        + (width == 1 ? "" : " stroke-width=\"" + width + '"')
        + (dashed ? " stroke-dasharray=\"5 4\"" : "");
  }

  /** Returns a text as XML takes it; what XML cannot hold at all becomes a question mark. */
  static String escape(String text) {
    StringBuilder escaped = new StringBuilder(text.length());
    text.codePoints()
        .forEach(
            c -> {
              switch (c) {
                case '&' -> escaped.append("&amp;");
                case '<' -> escaped.append("&lt;");
                case '>' -> escaped.append("&gt;");
                case '"' -> escaped.append("&quot;");
                default -> {
                  boolean control = c < ' ' && c != '\n' && c != '\t';
                  boolean lone = c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE;
                  escaped.appendCodePoint(control || lone || c == 0xFFFE || c == 0xFFFF ? '?' : c);
                }
              }
            });
    return escaped.toString();
  }
}
