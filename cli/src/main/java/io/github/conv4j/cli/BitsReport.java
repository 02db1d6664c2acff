package io.github.conv4j.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.github.conv4j.BitsCheck;
import io.github.conv4j.Conv4j;
import java.util.List;
import java.util.stream.Stream;

/**
 * What {@code doctor --bits} found out.
 *
 * @param checks a result for each convolution
 */
record BitsReport(List<BitsCheck> checks) {
  /** Computes the convolutions. */
  static BitsReport make() {
    return new BitsReport(Conv4j.checkBits());
  }

  boolean passed() {
    return failures().isEmpty();
  }

  private List<BitsCheck> failures() {
    return checks.stream().filter(check -> !check.passed()).toList();
  }

  /** Returns a line for each failure, and one that sums up. */
  List<String> lines() {
    List<BitsCheck> failures = failures();
    String summary =
        failures.isEmpty()
            ? "passed: all " + checks.size() + " convolutions gave the bits they give everywhere"
            : "failed: " + failures.size() + " of " + checks.size() + " convolutions";
    return Stream.concat(failures.stream().map(BitsReport::describe), Stream.of(summary)).toList();
  }

  private static String describe(BitsCheck check) {
    String got =
        check.together().equals(check.alone())
            ? check.together()
            : check.together() + ", and " + check.alone() + " for each image alone";
    return "expected " + check.expected() + ", but got " + got + ": " + check.name();
  }

  /** Returns the number of convolutions and those that failed. */
  JsonObject toJson() {
    JsonArray failed = new JsonArray();
    for (BitsCheck check : failures()) {
      JsonObject row = new JsonObject();
      row.addProperty("name", check.name());
      row.addProperty("expected", check.expected());
      row.addProperty("together", check.together());
      row.addProperty("alone", check.alone());
      failed.add(row);
    }
    JsonObject json = new JsonObject();
    json.addProperty("passed", passed());
    json.addProperty("convolutions", checks.size());
    json.add("failures", failed);
    return json;
  }
}
