package io.github.conv4j.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.github.conv4j.DType;
import io.github.conv4j.PaddingMode;
import io.github.conv4j.Shape;
import io.github.conv4j.Tensor;
import io.github.conv4j.nn.functional.Conv2dOptions;
import io.github.conv4j.nn.functional.Functional;
import io.github.conv4j.testing.Golden;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What PyTorch refuses, we refuse, and for the same reason first; what it takes, we take. The cases
 * are all pairs of faults that can be had together.
 */
class Conv2dErrorOrderTest {
  private static final JsonObject ERRORS = Golden.json("conv2d/errors.json");

  /** The condition that a message of ours states; the first fragment found counts. */
  private static final Map<String, String> CONDITIONS = new LinkedHashMap<>();

  static {
    CONDITIONS.put("groups must be 1 or more", "groups-not-positive");
    CONDITIONS.put("expected groups of 1 or more", "groups-not-positive");
    CONDITIONS.put("in_channels must be a multiple", "in-channels-not-divisible");
    CONDITIONS.put("out_channels must be a multiple", "out-channels-not-divisible");
    CONDITIONS.put("'same' or 'valid', but got '", "unknown-padding-string");
    CONDITIONS.put("padding 'same' needs a stride of 1", "same-with-stride");
    CONDITIONS.put("a stride of 1 for padding 'same'", "same-with-stride");
    CONDITIONS.put("padding_mode must be", "unknown-mode");
    CONDITIONS.put("in_channels must be 0 or more", "negative-size");
    CONDITIONS.put("out_channels must be 1 or more, but got -", "negative-size");
    CONDITIONS.put("out_channels must be 1 or more", "weight-out-channels-under-groups");
    CONDITIONS.put("kernel_size must be 1 or more, but got (-", "negative-size");
    CONDITIONS.put("kernel_size must be 1 or more, but got (3, -", "negative-size");
    CONDITIONS.put("kernel_size must be 1 or more", "kernel-empty");
    CONDITIONS.put("padding must be 0 or more", "negative-padding");
    CONDITIONS.put("a padding of 0 or more", "negative-padding");
    CONDITIONS.put("stride must be 1 or more", "stride-not-positive");
    CONDITIONS.put("a stride of 1 or more", "stride-not-positive");
    CONDITIONS.put("dilation must be 1 or more", "dilation-not-positive");
    CONDITIONS.put("a dilation of 1 or more", "dilation-not-positive");
    CONDITIONS.put("an input (N, C, H, W) or (C, H, W)", "input-rank");
    CONDITIONS.put("a weight (OC, C / groups, KH, KW)", "weight-rank");
    CONDITIONS.put("kernels of 1 or more rows and columns", "kernel-empty");
    CONDITIONS.put("output channels of at least groups", "weight-out-channels-under-groups");
    CONDITIONS.put("output channels in a multiple of groups", "weight-out-channels-not-divisible");
    CONDITIONS.put("input channels (weight", "channel-mismatch");
    CONDITIONS.put("a bias of shape", "bias-shape");
    CONDITIONS.put("no smaller than the dilated kernel", "kernel-larger-than-input");
    CONDITIONS.put("with channels, a height and a width for padding mode", "pad-empty");
    CONDITIONS.put("an input with a height and a width", "empty-input");
    CONDITIONS.put("dtype", "dtype-mismatch");
    CONDITIONS.put("reflect padding must be smaller", "reflect-too-large");
    CONDITIONS.put("must not wrap round more than once", "circular-wraps-twice");
    CONDITIONS.put("a padding that leaves something", "crop-too-large");
  }

  /** Refused when layer or options are built, where PyTorch waits for the first input. */
  private static final Set<String> EARLIER =
      Set.of(
          "unknown-padding-string",
          "negative-padding",
          "stride-not-positive",
          "dilation-not-positive",
          "kernel-empty",
          "weight-out-channels-under-groups");

  /** One golden case. */
  record Attempt(String name, JsonObject given) {
    String condition() {
      JsonElement condition = given.get("condition");
      return condition.isJsonNull() ? null : condition.getAsString();
    }

    int[] ints(String key) {
      return Golden.ints(given.get(key));
    }

    String text(String key) {
      return given.get(key).getAsString();
    }

    @Override
    public String toString() {
      return name;
    }
  }

  static List<Attempt> module() {
    return attempts("module");
  }

  static List<Attempt> functional() {
    return attempts("functional");
  }

  private static List<Attempt> attempts(String list) {
    return Golden.objects(ERRORS.get(list)).stream()
        .map(given -> new Attempt(given.get("name").getAsString(), given))
        .toList();
  }

  @ParameterizedTest
  @MethodSource
  void module(Attempt attempt) {
    Conv2d layer;
    try {
      layer = Conv2dCase.builder(attempt.given(), DType.of(attempt.text("dtype"))).build();
    } catch (IllegalArgumentException refused) {
      String ours = conditionOf(refused);
      if (attempt.condition() == null) {
        // PyTorch lets such a layer pass an input that has no elements, and no other.
        assertTrue(
            Set.of("dilation-not-positive", "kernel-empty").contains(ours), refused.getMessage());
        assertEquals(0, Shape.of(attempt.ints("input_shape")).numel(), refused.getMessage());
        return;
      }
      if (attempt.text("stage").equals("constructor") || !EARLIER.contains(ours)) {
        assertEquals(attempt.condition(), ours, refused.getMessage());
      }
      return;
    }
    assertEquals("forward", attempt.text("stage"), "PyTorch refuses to build it");
    assertAnswer(attempt, input -> layer.forward(input));
  }

  @ParameterizedTest
  @MethodSource
  void functional(Attempt attempt) {
    Conv2dOptions options;
    try {
      options = options(attempt);
    } catch (IllegalArgumentException refused) {
      assertNotNull(attempt.condition(), () -> "PyTorch takes it: " + refused.getMessage());
      assertTrue(EARLIER.contains(conditionOf(refused)), refused.getMessage());
      return;
    }
    assertAnswer(
        attempt,
        input ->
            Functional.conv2d(
                input,
                zeros(attempt, "weight"),
                attempt.given().get("bias_shape").isJsonNull() ? null : zeros(attempt, "bias"),
                options));
  }

  private static Conv2dOptions options(Attempt attempt) {
    int[] stride = attempt.ints("stride");
    int[] dilation = attempt.ints("dilation");
    Conv2dOptions options =
        Conv2dOptions.defaults()
            .stride(stride[0], stride[1])
            .dilation(dilation[0], dilation[1])
            .groups(attempt.given().get("groups").getAsInt())
            .paddingMode(PaddingMode.ZEROS);
    if (attempt.given().get("padding").isJsonArray()) {
      int[] padding = attempt.ints("padding");
      return options.padding(padding[0], padding[1]);
    }
    return options.padding(attempt.text("padding"));
  }

  private static Tensor zeros(Attempt attempt, String what) {
    return Tensor.zeros(
        Shape.of(attempt.ints(what + "_shape")), DType.of(attempt.text(what + "_dtype")));
  }

  /** A call with an input. */
  private interface Call {
    Tensor on(Tensor input);
  }

  private static void assertAnswer(Attempt attempt, Call call) {
    Tensor output;
    try {
      output = call.on(zeros(attempt, "input"));
    } catch (IllegalArgumentException refused) {
      assertNotNull(attempt.condition(), () -> "PyTorch takes it: " + refused.getMessage());
      assertEquals(attempt.condition(), conditionOf(refused), refused.getMessage());
      return;
    }
    assertNull(attempt.condition(), () -> "PyTorch refuses it, we gave " + output.shape());
    assertEquals(Shape.of(attempt.ints("output_shape")), output.shape());
  }

  private static String conditionOf(IllegalArgumentException refused) {
    String message = refused.getMessage();
    assertTrue(message.indexOf('\n') < 0, "one line: " + message);
    for (Map.Entry<String, String> entry : CONDITIONS.entrySet()) {
      if (message.contains(entry.getKey())) {
        return entry.getValue();
      }
    }
    return "no known condition: " + message;
  }
}
