package io.github.conv4j.cli.text;

import io.github.conv4j.Padding;

/**
 * An option's value for the two directions: {@code 2,1}, or {@code 2} for both.
 *
 * @param height the number for rows
 * @param width the number for columns
 */
public record Pair(int height, int width) {
  /**
   * Returns what a text says.
   *
   * @throws IllegalArgumentException if it is neither a whole number nor two with a comma
   */
  public static Pair parse(String text) {
    String[] numbers = text.split(",", -1);
    try {
      if (numbers.length == 1) {
        int both = Integer.parseInt(text.strip());
        return new Pair(both, both);
      }
      if (numbers.length == 2) {
        return new Pair(Integer.parseInt(numbers[0].strip()), Integer.parseInt(numbers[1].strip()));
      }
    } catch (NumberFormatException e) {
      // Said below.
    }
    throw new IllegalArgumentException(
        "expected a whole number, or two as in 2,1, but got '" + text + "'");
  }

  /**
   * Returns the padding that a text says.
   *
   * @throws IllegalArgumentException if it is neither a pair nor {@code same} nor {@code valid}
   */
  public static Padding parsePadding(String text) {
    if (text.equals("same") || text.equals("valid")) {
      return Padding.of(text);
    }
    try {
      Pair pair = parse(text);
      return Padding.of(pair.height, pair.width);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "expected a whole number, two as in 1,3, same or valid, but got '" + text + "'", e);
    }
  }
}
