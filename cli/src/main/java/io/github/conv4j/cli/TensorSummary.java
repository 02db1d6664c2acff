package io.github.conv4j.cli;

import com.google.gson.JsonObject;
import io.github.conv4j.DType;
import io.github.conv4j.Tensor;
import java.util.Locale;
import java.util.function.IntToDoubleFunction;

/**
 * The range of a tensor's elements. NaNs are counted and otherwise left out.
 *
 * @param min the least element; NaN if there is none
 * @param max the greatest element; NaN if there is none
 * @param mean the mean in float64; NaN if there is no element, or infinities of both signs
 * @param nans how many elements are NaN
 */
record TensorSummary(double min, double max, double mean, int nans) {
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
    return count == 0
        ? new TensorSummary(Double.NaN, Double.NaN, Double.NaN, tensor.numel())
        : new TensorSummary(min, max, sum / count, tensor.numel() - count);
  }

  private static IntToDoubleFunction floats(float[] elements) {
    return i -> elements[i];
  }

  private static IntToDoubleFunction doubles(double[] elements) {
    return i -> elements[i];
  }

  /** Adds {@code min}, {@code max}, {@code mean} and, if there are any, {@code nans}. */
  void addTo(JsonObject json) {
    json.add("min", Json.number(min));
    json.add("max", Json.number(max));
    json.add("mean", Json.number(mean));
    if (nans > 0) {
      json.addProperty("nans", nans);
    }
  }

  @Override
  public String toString() {
    String text = String.format(Locale.ROOT, "min %.6g  max %.6g  mean %.6g", min, max, mean);
    return nans == 0 ? text : text + "  nans " + nans;
  }
}
