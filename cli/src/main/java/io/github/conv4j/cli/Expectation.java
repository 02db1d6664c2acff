package io.github.conv4j.cli;

import com.google.gson.JsonObject;
import io.github.conv4j.Comparison;
import io.github.conv4j.Tensor;
import io.github.conv4j.cli.text.Json;

/**
 * What became of an expected output.
 *
 * @param comparison how far the output is from it, or null if the shapes differ
 * @param sentence the same in words
 */
record Expectation(Comparison comparison, String sentence) {
  /**
   * Compares an output with what was expected.
   *
   * @param rtol the relative tolerance, or null for the dtype's
   * @param atol the absolute tolerance, or null for the dtype's
   * @throws IllegalArgumentException if the dtypes differ
   */
  static Expectation of(Tensor output, Tensor expected, Double rtol, Double atol) {
    if (!output.shape().equals(expected.shape())) {
      return new Expectation(
          null,
          "not close: the output has shape " + output.shape() + ", expected " + expected.shape());
    }
    Comparison comparison =
        output.compare(
            expected,
            rtol != null ? rtol : output.dtype().rtol(),
            atol != null ? atol : output.dtype().atol());
    return new Expectation(comparison, comparison.toString());
  }

  boolean met() {
    return comparison != null && comparison.close();
  }

  JsonObject toJson() {
    JsonObject json = new JsonObject();
    json.addProperty("close", met());
    json.addProperty("sentence", sentence);
    if (comparison != null) {
      json.addProperty("elements", comparison.elements());
      json.addProperty("mismatched", comparison.mismatched());
      json.add("max_abs_difference", Json.number(comparison.maxAbsoluteDifference()));
      json.add("worst_index", Json.array(comparison.worstIndex()));
      json.add("actual", Json.number(comparison.worstActual()));
      json.add("expected", Json.number(comparison.worstExpected()));
      json.add("rtol", Json.number(comparison.rtol()));
      json.add("atol", Json.number(comparison.atol()));
    }
    return json;
  }
}
