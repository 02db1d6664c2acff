package io.github.conv4j;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.google.gson.JsonObject;
import io.github.conv4j.random.Generator;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class TensorTest {
  private static final int MIN = Integer.MIN_VALUE;
  private static final int MAX = Integer.MAX_VALUE;

  // ---- against PyTorch

  static List<JsonObject> shapes() {
    return TensorGolden.cases("shapes.json");
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void doesWhatPyTorchDoes(JsonObject golden) {
    if (golden.get("result").isJsonNull()) {
      assertThrows(IllegalArgumentException.class, () -> apply(golden));
      return;
    }
    Tensor result = apply(golden);
    assertEquals(
        TensorGolden.tensor(golden.getAsJsonObject("result"), result.dtype()),
        result,
        () -> golden + " gave " + Arrays.toString(result.toDoubleArray()));
  }

  private static Tensor apply(JsonObject golden) {
    String op = golden.get("op").getAsString();
    if (op.equals("arange")) {
      double[] a = TensorGolden.doubles(golden, "arguments");
      return Tensor.arange(a[0], a[1], a[2]);
    }
    Tensor source =
        TensorGolden.counting(TensorGolden.dtype(golden), 1, TensorGolden.ints(golden, "shape"));
    Tensor before = source.copy();
    int[] a = TensorGolden.ints(golden, "arguments");
    Tensor result =
        switch (op) {
          case "pad" ->
              source.pad(PaddingMode.of(golden.get("mode").getAsString()), a[0], a[1], a[2], a[3]);
          case "narrow" -> source.narrow(a[0], a[1], a[2]);
          case "slice" -> source.slice(a[0], a[1], a[2], a[3]);
          case "reshape" -> source.reshape(a);
          default -> throw new AssertionError(op);
        };
    assertEquals(before, source, "the source has changed");
    assertEquals(source.dtype(), result.dtype());
    return result;
  }

  // ---- creation

  @Test
  void ofCopiesAndWrapShares() {
    float[] floats = {1, 2, 3, 4};
    Tensor copy = Tensor.of(floats, 2, 2);
    Tensor shared = Tensor.wrap(floats, 2, 2);
    floats[3] = 9;
    assertEquals(4, copy.get(1, 1));
    assertEquals(9, shared.get(1, 1));
    assertSame(floats, shared.floats());
    double[] doubles = {1, 2};
    Tensor doubleCopy = Tensor.of(doubles);
    Tensor doubleShared = Tensor.wrap(doubles);
    doubles[0] = 7;
    assertEquals(1, doubleCopy.get(0));
    assertEquals(7, doubleShared.get(0));
    assertSame(doubles, doubleShared.doubles());
    assertEquals(Shape.of(2), doubleShared.shape());
  }

  @ParameterizedTest
  @EnumSource
  void fullRoundsToTheDtype(DType dtype) {
    Tensor tensor = Tensor.full(0.1, Shape.of(2, 2), dtype);
    assertEquals(dtype, tensor.dtype());
    assertArrayEquals(
        new double[] {dtype.round(0.1), dtype.round(0.1), dtype.round(0.1), dtype.round(0.1)},
        tensor.toDoubleArray());
    assertEquals(Tensor.full(0, Shape.of(2, 2), dtype), Tensor.zeros(Shape.of(2, 2), dtype));
  }

  @Test
  void shortFormsAreFloat32() {
    assertEquals(Tensor.of(new float[] {0, 0}), Tensor.zeros(2));
    assertEquals(Tensor.of(new float[] {0.5f, 0.5f}, 1, 2), Tensor.full(0.5, 1, 2));
    assertEquals(Tensor.of(new float[] {0, 1, 2}), Tensor.arange(2.5));
    assertEquals(0, Tensor.arange(0).numel());
    assertEquals(Shape.of(new int[0]), Tensor.scalar(0.1).shape());
    assertEquals(0.1f, Tensor.scalar(0.1).item());
  }

  @Test
  void arangeBeyondItsBlocksStaysNearTheLine() {
    Tensor tensor = Tensor.arange(-1000, 1000, 0.01);
    assertEquals(200_000, tensor.numel());
    for (int i = 0; i < tensor.numel(); i++) {
      double exact = -1000 + i * 0.01;
      // Rounded once at the start of its block of 8 and once itself: half a unit each.
      double unit = Math.ulp((float) Math.abs(exact)) + 7e-9;
      assertEquals(exact, tensor.get(i), unit, "element " + i);
    }
  }

  @Test
  void aTensorTooLargeForTheHeapSaysSo() throws IOException, InterruptedException {
    String said = SmallHeap.run(TooLarge.class);
    assertTrue(
        said.contains("a float64 tensor of shape [1, 2147483639] needs 17179869112 bytes, but"),
        said);
    assertTrue(said.contains("larger -Xmx"), said);
    assertTrue(
        said.contains("shape [2147483647] needs an array of 2147483647 elements, more than Java"),
        said);
  }

  /** Asks for the longest array there can be, and for the largest shape. */
  static final class TooLarge {
    public static void main(String[] args) {
      ask(Shape.of(1, Shape.MAX_ELEMENTS - 8), DType.FLOAT64);
      ask(Shape.of(Shape.MAX_ELEMENTS), DType.FLOAT32);
    }

    private static void ask(Shape shape, DType dtype) {
      try {
        Tensor.zeros(shape, dtype);
      } catch (OutOfMemoryError e) {
        System.out.println(e.getMessage());
      }
    }
  }

  // ---- elements

  @Test
  void getAndSetReachEveryElement() {
    Tensor tensor = Tensor.zeros(Shape.of(2, 3, 4), DType.FLOAT64);
    double value = 0;
    for (int i = 0; i < 2; i++) {
      for (int j = 0; j < 3; j++) {
        for (int k = 0; k < 4; k++) {
          tensor.set(value++, i, j - 3, k);
          assertEquals(value - 1, tensor.get(i - 2, j, k - 4));
        }
      }
    }
    assertEquals(TensorGolden.counting(DType.FLOAT64, 0, 2, 3, 4), tensor);
    Tensor scalar = Tensor.scalar(1);
    scalar.set(0.1);
    assertEquals(0.1f, scalar.get());
  }

  @Test
  void arraysAreCopiesInTheAskedType() {
    Tensor tensor = Tensor.of(new double[] {0.1, 1e39, Double.NaN});
    assertArrayEquals(
        new float[] {0.1f, Float.POSITIVE_INFINITY, Float.NaN}, tensor.toFloatArray());
    assertArrayEquals(tensor.doubles(), tensor.toDoubleArray());
    assertNotSame(tensor.doubles(), tensor.toDoubleArray());
    Tensor floats = tensor.to(DType.FLOAT32);
    assertNotSame(floats.floats(), floats.toFloatArray());
    assertArrayEquals(
        new double[] {0.1f, Double.POSITIVE_INFINITY, Double.NaN}, floats.toDoubleArray());
    assertEquals(floats, floats.to(DType.FLOAT32));
    assertNotSame(floats.floats(), floats.to(DType.FLOAT32).floats());
    assertEquals(tensor, tensor.copy());
    assertNotSame(tensor.doubles(), tensor.copy().doubles());
  }

  @Test
  void reshapeSharesAndTheRestCopies() {
    Tensor tensor = TensorGolden.counting(DType.FLOAT32, 0, 2, 3);
    assertSame(tensor.floats(), tensor.reshape(3, -1).floats());
    assertNotSame(tensor.floats(), tensor.slice(0, 0, MAX).floats());
    assertNotSame(tensor.floats(), tensor.narrow(0, 0, 2).floats());
    assertNotSame(tensor.floats(), tensor.pad(0, 0, 0, 0).floats());
    assertNotSame(tensor.floats(), tensor.pad(PaddingMode.CIRCULAR, 0, 0, 0, 0).floats());
  }

  @Test
  void anyRankCanBePadded() {
    // PyTorch wants rank 3 or 4 here; every plane is padded alike.
    Tensor planes = TensorGolden.counting(DType.FLOAT32, 0, 2, 1, 2, 3, 4);
    Tensor padded = planes.pad(PaddingMode.REFLECT, 1, 2, 1, 0);
    assertEquals(Shape.of(2, 1, 2, 4, 7), padded.shape());
    assertEquals(
        planes.narrow(0, 1, 1).reshape(1, 2, 3, 4).pad(PaddingMode.REFLECT, 1, 2, 1, 0),
        padded.narrow(0, 1, 1).reshape(1, 2, 4, 7));
  }

  @Test
  void equalsByShapeDtypeAndElements() {
    Tensor tensor = Tensor.of(new float[] {0, 1}, 2, 1);
    Tensor same = Tensor.of(new float[] {0, 1}, 2, 1);
    assertEquals(same, tensor);
    assertEquals(same.hashCode(), tensor.hashCode());
    assertNotEquals(tensor, tensor.reshape(1, 2));
    assertNotEquals(tensor, tensor.to(DType.FLOAT64));
    assertNotEquals(Tensor.zeros(0, 1), Tensor.zeros(0, 1).to(DType.FLOAT64));
    assertNotEquals(tensor, Tensor.of(new float[] {-0.0f, 1}, 2, 1));
    assertEquals(
        Tensor.scalar(Double.NaN),
        Tensor.wrap(new float[] {Float.intBitsToFloat(0x7fc12345)}).reshape());
    assertNotEquals(tensor, "a string");
  }

  // ---- errors

  static Stream<Arguments> refused() {
    Tensor tensor = TensorGolden.counting(DType.FLOAT32, 0, 2, 3);
    Tensor scalar = Tensor.scalar(1);
    Generator unused = new Unused();
    return Stream.of(
        refusal("[2, 2] holds 4 elements, but got 3", () -> Tensor.of(new float[3], 2, 2)),
        refusal("[2, 2] holds 4 elements, but got 3", () -> Tensor.wrap(new double[3], 2, 2)),
        refusal("[0] holds 0 elements, but got 1", () -> Tensor.of(new double[1], 0)),
        refusal("sizes of 0 or more", () -> Tensor.zeros(-1)),
        refusal("at most 2147483647 elements", () -> Tensor.zeros(MAX, 2)),
        refusal("at most 2147483647 elements", () -> Tensor.full(1, 65536, 65536)),
        refusal("start 0.0, end -1.0, step 1.0", () -> Tensor.arange(-1)),
        refusal("start 0.0, end 1.0, step 0.0", () -> Tensor.arange(0, 1, 0)),
        refusal("step -1.0", () -> Tensor.arange(0, 1, -1)),
        refusal("step NaN", () -> Tensor.arange(0, 1, Double.NaN)),
        refusal("step Infinity", () -> Tensor.arange(0, 1, Double.POSITIVE_INFINITY)),
        refusal("end Infinity", () -> Tensor.arange(Double.POSITIVE_INFINITY)),
        refusal("end NaN", () -> Tensor.arange(Double.NaN)),
        refusal("at most 2147483647 elements", () -> Tensor.arange(1e10)),
        refusal("at most 2147483647 elements", () -> Tensor.arange(-1e308, 1e308, 1)),
        refusal("at most 2147483647 elements", () -> Tensor.arange(0, 1e300, 1e-300)),
        refusal("low 2.0 and high 1.0", () -> Tensor.uniform(unused, 2, 1, 3)),
        refusal("low NaN", () -> Tensor.uniform(unused, Double.NaN, 1, 3)),
        refusal("high Infinity", () -> Tensor.uniform(unused, 0, Double.POSITIVE_INFINITY, 3)),
        refusal("finite in float32", () -> Tensor.uniform(unused, 0, 1e39, 3)),
        refusal("finite in float32", () -> Tensor.uniform(unused, -1e39, 0, 3)),
        refusal("finite in float32", () -> Tensor.uniform(unused, -3e38, 3e38, 3)),
        refusal(
            "finite in float64",
            () -> Tensor.uniform(unused, -1e308, 1e308, Shape.of(3), DType.FLOAT64)),
        refusal("but got 2", () -> tensor.size(2)),
        refusal("needs 2 coordinates, but got [1]", () -> tensor.get(1)),
        refusal("needs 2 coordinates, but got [1, 1, 1]", () -> tensor.set(0, 1, 1, 1)),
        refusal("needs 0 coordinates, but got [0]", () -> scalar.get(0)),
        refusal("one element, but the shape is [2, 3]", tensor::item),
        refusal("one element, but the shape is [0]", () -> Tensor.zeros(0).item()),
        refusal("this is float32", tensor::doubles),
        refusal("this is float64", () -> tensor.to(DType.FLOAT64).floats()),
        refusal("[2, 3] (6 elements) to [4, -1]", () -> tensor.reshape(4, -1)),
        refusal("to [-1, -1]", () -> tensor.reshape(-1, -1)),
        refusal("to [-2147483648]", () -> tensor.reshape(MIN)),
        refusal(
            "to [65536, 65536, 65536, 65536]", () -> tensor.reshape(65536, 65536, 65536, 65536)),
        refusal("to []", tensor::reshape),
        refusal("dimension 0 of [2, 3] to 3 from 0", () -> tensor.narrow(0, 0, 3)),
        refusal("dimension -1 of [2, 3] to 2 from -1", () -> tensor.narrow(-1, -1, 2)),
        refusal("to 2147483647 from 2147483647", () -> tensor.narrow(0, MAX, MAX)),
        refusal("to 1 from -2147483648", () -> tensor.narrow(0, MIN, 1)),
        refusal("to -2147483648 from 1", () -> tensor.narrow(0, 1, MIN)),
        refusal("but got 2", () -> tensor.narrow(2, 0, 1)),
        refusal("shape [] has no dimension", () -> scalar.narrow(0, 0, 1)),
        refusal("step of 1 or more, but got 0", () -> tensor.slice(0, 0, 1, 0)),
        refusal("but got -2147483648", () -> tensor.slice(0, 0, 1, MIN)),
        refusal("but got -3", () -> tensor.slice(-3, 0, 1)),
        refusal("rank 2 or more, but got [3]", () -> Tensor.zeros(3).pad(1, 1, 1, 1)),
        refusal("padding (0, -3) for height 2", () -> tensor.pad(0, 0, 0, -3)),
        refusal("padding (-2, -2) for width 3", () -> tensor.pad(-2, -2, 0, 0)),
        refusal("padding (-4, 4) for width 3", () -> tensor.pad(-4, 4, 0, 0)),
        refusal("padding (-2147483648, 2147483647)", () -> tensor.pad(MIN, MAX, 0, 0)),
        refusal("padding (-2147483648, -2147483648)", () -> tensor.pad(0, 0, MIN, MIN)),
        refusal(
            "cut off more than there is", () -> tensor.pad(PaddingMode.REPLICATE, 0, 0, MIN, MAX)),
        refusal("at most 2147483647 elements", () -> tensor.pad(MAX, MAX, MAX, MAX)),
        refusal("shape [4294967296, 3] has more", () -> tensor.pad(0, 0, MAX, MAX)),
        refusal(
            "at most 2147483647 elements", () -> tensor.pad(PaddingMode.REPLICATE, 0, 0, 0, MAX)),
        refusal("mirrors", () -> tensor.pad(PaddingMode.REFLECT, 3, 0, 0, 0)),
        refusal("mirrors", () -> tensor.pad(PaddingMode.REFLECT, 0, 0, MAX, 0)),
        refusal("edge to repeat", () -> Tensor.zeros(0, 2).pad(PaddingMode.REPLICATE, 0, 0, 1, 0)),
        refusal("more than once", () -> tensor.pad(PaddingMode.CIRCULAR, 0, 0, 3, 0)),
        // A wrap goes round what is left: here of three columns one, which cannot give two.
        refusal("padding (2, 0) for width 1", () -> tensor.pad(PaddingMode.CIRCULAR, 2, -2, 0, 0)));
  }

  private static Arguments refusal(String message, Executable call) {
    return arguments(message, call);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("refused")
  void isRefused(String message, Executable call) {
    var e = assertThrows(IllegalArgumentException.class, call);
    assertTrue(e.getMessage().contains(message), e.getMessage());
  }

  static Stream<Arguments> outside() {
    return Stream.of(
        arguments(new int[] {2, 0}),
        arguments(new int[] {0, 3}),
        arguments(new int[] {-3, 0}),
        arguments(new int[] {0, -4}),
        arguments(new int[] {MIN, 0}),
        arguments(new int[] {0, MAX}));
  }

  @ParameterizedTest
  @MethodSource("outside")
  void coordinatesOutsideAreRefused(int[] index) {
    Tensor tensor = Tensor.zeros(2, 3);
    String message = "coordinates " + Arrays.toString(index) + " lie outside shape [2, 3]";
    var get = assertThrows(IndexOutOfBoundsException.class, () -> tensor.get(index));
    assertEquals(message, get.getMessage());
    var set = assertThrows(IndexOutOfBoundsException.class, () -> tensor.set(1, index));
    assertEquals(message, set.getMessage());
    assertEquals(Tensor.zeros(2, 3), tensor);
  }

  @Test
  void anEmptyTensorHasNoElement() {
    Tensor empty = Tensor.zeros(Shape.of(65536, 65536, 0), DType.FLOAT32);
    assertThrows(IndexOutOfBoundsException.class, () -> empty.get(65535, 65535, 0));
    assertEquals(0, empty.numel());
    assertEquals(Shape.of(65536, 1, 0), empty.narrow(1, 65535, 1).shape());
    assertEquals(Shape.of(65536, 65536, 0), empty.slice(0, 0, MAX, 1).shape());
  }

  /** A source that must not be asked: the arguments are checked first. */
  private static final class Unused implements Generator {
    @Override
    public void uniform(float[] out, double low, double high) {
      throw new AssertionError("asked");
    }

    @Override
    public void uniform(double[] out, double low, double high) {
      throw new AssertionError("asked");
    }

    @Override
    public void normal(float[] out) {
      throw new AssertionError("asked");
    }

    @Override
    public void normal(double[] out) {
      throw new AssertionError("asked");
    }
  }

  @Test
  void selectDropsADimension() {
    Tensor tensor = Tensor.arange(24).reshape(2, 3, 4);
    assertEquals(Tensor.of(new float[] {4, 5, 6, 7}), tensor.select(0, 0).select(0, 1));
    assertEquals(Tensor.of(new float[] {3, 7, 11, 15, 19, 23}, 2, 3), tensor.select(-1, -1));
    assertEquals(Shape.of(2, 4), tensor.select(1, 0).shape());
    assertEquals(5, Tensor.arange(9).select(0, 5).item());
    assertThrows(IllegalArgumentException.class, () -> tensor.select(1, 3));
    assertThrows(IllegalArgumentException.class, () -> tensor.select(3, 0));
  }
}
