package io.github.conv4j.cli.filter;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonParseException;
import com.google.gson.Strictness;
import io.github.conv4j.DType;
import io.github.conv4j.Tensor;
import io.github.conv4j.io.Npy;
import java.io.IOException;
import java.nio.file.Path;

/** Reads a kernel {@code (KH, KW)} that the user made. */
public final class KernelMatrix {
  /** Far more than pictures are filtered with, and little enough to be done before long. */
  private static final int LARGEST_SIDE = 255;

  private static final int LONGEST_QUOTE = 60;

  private static final Gson JSON = new GsonBuilder().setStrictness(Strictness.STRICT).create();

  private KernelMatrix() {}

  /**
   * Returns the float32 kernel that a text such as {@code [[0,1,0],[1,-4,1],[0,1,0]]} says.
   *
   * @throws IllegalArgumentException if it is not a JSON array of rows of numbers, all of one
   *     length, or if the kernel is empty, too large, or has a number that no float32 can hold
   */
  public static Tensor parse(String text) {
    JsonArray rows;
    try {
      rows = JSON.fromJson(text, JsonArray.class);
    } catch (JsonParseException e) {
      throw notMatrix(text, e);
    }
    int height = rows.size();
    int width = height > 0 ? row(rows, 0, text).size() : 0;
    Tensor kernel = Tensor.zeros(height, width);
    for (int h = 0; h < height; h++) {
      JsonArray row = row(rows, h, text);
      if (row.size() != width) {
        throw new IllegalArgumentException(
            "a kernel needs rows of one length, but row 1 has "
                + width
                + " numbers and row "
                + (h + 1)
                + " has "
                + row.size());
      }
      for (int w = 0; w < width; w++) {
        kernel.set(number(row.get(w), text), h, w);
      }
    }
    check(kernel);
    return kernel;
  }

  private static JsonArray row(JsonArray rows, int index, String text) {
    if (rows.get(index) instanceof JsonArray row) {
      return row;
    }
    throw notMatrix(text, null);
  }

  private static double number(JsonElement element, String text) {
    if (element.isJsonPrimitive() && element.getAsJsonPrimitive().isNumber()) {
      return element.getAsDouble();
    }
    throw notMatrix(text, null);
  }

  private static IllegalArgumentException notMatrix(String text, Throwable cause) {
    String shown = text.length() <= LONGEST_QUOTE ? text : text.substring(0, LONGEST_QUOTE) + "...";
    return new IllegalArgumentException(
        "a kernel needs rows of numbers, as in [[0,1,0],[1,-4,1],[0,1,0]], but got " + shown,
        cause);
  }

  /**
   * Returns the kernel in an {@code .npy} file as float32.
   *
   * @throws IOException if the file cannot be read, if the array does not have two dimensions, or
   *     if the kernel is empty, too large, or has a number that no float32 can hold
   */
  public static Tensor read(Path path) throws IOException {
    Tensor array = Npy.read(path);
    if (array.rank() != 2) {
      throw new IOException(
          path + ": a kernel needs 2 dimensions, but the array has shape " + array.shape());
    }
    Tensor kernel = array.to(DType.FLOAT32);
    try {
      check(kernel);
    } catch (IllegalArgumentException e) {
      throw new IOException(path + ": " + e.getMessage(), e);
    }
    return kernel;
  }

  private static void check(Tensor kernel) {
    int height = kernel.size(0);
    int width = kernel.size(1);
    if (height < 1 || width < 1 || height > LARGEST_SIDE || width > LARGEST_SIDE) {
      throw new IllegalArgumentException(
          "a kernel needs 1 to "
              + LARGEST_SIDE
              + " rows and columns, but got shape "
              + kernel.shape());
    }
    for (float number : kernel.floats()) {
      if (!Float.isFinite(number)) {
        throw new IllegalArgumentException(
            "a kernel needs finite numbers within float32, but got " + number);
      }
    }
  }
}
