package io.github.conv4j.cli;

import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import io.github.conv4j.DType;
import io.github.conv4j.Tensor;
import io.github.conv4j.cli.text.Json;
import java.util.Locale;
import java.util.function.IntToDoubleFunction;

/**
 * The range of a tensor's elements. NaNs are counted and otherwise left out.
 *
 * @param numbers how many elements are numbers; without any, the rest but {@code nans} has no
 *     meaning
 * @param nans how many elements are NaN
 * @param min the least number
 * @param max the greatest number
 * @param mean the mean, computed in float64; NaN if there are infinities of both signs
 */
record TensorSummary(int numbers, int nans, double min, double max, double mean) {
  /** Whole numbers below this are written without a point. */
  private static final int MOST_WHOLE = 1_000_000;

  static TensorSummary of(Tensor tensor) {
    IntToDoubleFunction element =
        tensor.dtype() == DType.FLOAT32 ? floats(tensor.floats()) : doubles(tensor.doubles());
    double min = Double.POSITIVE_INFINITY;
    double max = Double.NEGATIVE_INFINITY;
    double sum = 0;
    int count = 0;
    for (int i = 0; i < tensor.numel(); i++) {
      double value = element.applyAsDouble(i);
      if (!Double.isNaN(value)) {
        min = Math.min(min, value);
        max = Math.max(max, value);
        sum += value;
        count++;
      }
    }
    return new TensorSummary(count, tensor.numel() - count, min, max, sum / count);
  }

  private static IntToDoubleFunction floats(float[] elements) {
    return i -> elements[i];
  }

  private static IntToDoubleFunction doubles(double[] elements) {
    return i -> elements[i];
  }

  /** Adds {@code min}, {@code max}, {@code mean}, all null without a number, and {@code nans}. */
  void addTo(JsonObject json) {
    json.add("min", numbers == 0 ? JsonNull.INSTANCE : Json.number(min));
    json.add("max", numbers == 0 ? JsonNull.INSTANCE : Json.number(max));
    json.add("mean", numbers == 0 ? JsonNull.INSTANCE : Json.number(mean));
    json.addProperty("nans", nans);
  }

  @Override
  public String toString() {
    String text =
        numbers == 0
            ? "no numbers"
            : "min " + text(min) + "  max " + text(max) + "  mean " + text(mean);
    return nans == 0 ? text : text + "  NaNs " + nans;
  }

  private static String text(double value) {
    boolean whole = value == Math.rint(value) && Math.abs(value) < MOST_WHOLE;
    return whole ? Integer.toString((int) value) : String.format(Locale.ROOT, "%.6g", value);
  }
}
