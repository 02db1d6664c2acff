package io.github.conv4j;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * How far one tensor is from another, element by element.
 *
 * <p>An element is close when {@code |actual - expected| <= atol + rtol * |expected|}, the rule of
 * {@code torch.testing.assert_close}, reckoned as there in the dtype of the tensors: for float32
 * the tolerances and every result on the way are rounded to float. Equal infinities are close; an
 * infinite difference and a NaN never are.
 *
 * @param elements how many elements were compared
 * @param mismatched how many of them are not close
 * @param maxAbsoluteDifference the largest {@code |actual - expected|}; NaN if one is NaN
 * @param worstIndex the coordinates of the element furthest beyond its tolerance (of the least
 *     margin, if all are close); empty if nothing was compared or the tensors have rank 0
 * @param worstActual the element there
 * @param worstExpected the element expected there
 * @param rtol the relative tolerance
 * @param atol the absolute tolerance
 */
public record Comparison(
    int elements,
    int mismatched,
    double maxAbsoluteDifference,
    List<Integer> worstIndex,
    double worstActual,
    double worstExpected,
    double rtol,
    double atol) {

  /** Returns whether every element is close. */
  public boolean close() {
    return mismatched == 0;
  }

  static Comparison of(Tensor actual, Tensor expected, double rtol, double atol) {
    if (!actual.shape().equals(expected.shape())) {
      throw new IllegalArgumentException(
          "tensors to compare need one shape, but got "
              + actual.shape()
              + " and expected "
              + expected.shape());
    }
    if (actual.dtype() != expected.dtype()) {
      throw new IllegalArgumentException(
          "tensors to compare need one dtype, but got "
              + actual.dtype()
              + " and expected "
              + expected.dtype());
    }
    if (!(rtol >= 0) || !(atol >= 0)) {
      throw new IllegalArgumentException(
          "tolerances need to be 0 or more, but got rtol " + rtol + " and atol " + atol);
    }
    DType dtype = actual.dtype();
    double relative = dtype.round(rtol);
    double absolute = dtype.round(atol);
    int mismatched = 0;
    int worst = -1;
    double worstExcess = Double.NEGATIVE_INFINITY;
    double maxDifference = 0;
    for (int i = 0; i < actual.numel(); i++) {
      double a = actual.at(i);
      double e = expected.at(i);
      double difference = a == e ? 0 : Math.abs(a - e);
      // A double operation on two floats, rounded to float, is the float operation.
      double error = dtype.round(difference);
      double allowed = dtype.round(absolute + dtype.round(relative * Math.abs(e)));
      boolean close = a == e || (error <= allowed && error < Double.POSITIVE_INFINITY);
      if (!close) {
        mismatched++;
      }
      double excess = error - allowed;
      if (Double.isNaN(excess)) { // an element or a tolerance is not finite
        excess = close ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
      }
      if (worst < 0 || excess > worstExcess) {
        worst = i;
        worstExcess = excess;
      }
      maxDifference = Math.max(maxDifference, difference);
    }
    return new Comparison(
        actual.numel(),
        mismatched,
        maxDifference,
        worst < 0 ? List.of() : Arrays.stream(actual.shape().indexOf(worst)).boxed().toList(),
        worst < 0 ? 0 : actual.at(worst),
        worst < 0 ? 0 : expected.at(worst),
        rtol,
        atol);
  }

  /** Returns a sentence that names the worst element. */
  @Override
  public String toString() {
    if (elements == 0) {
      return "close: nothing to compare, both tensors are empty";
    }
    return String.format(
        Locale.ROOT,
        "%s; worst at %s: got %s, expected %s; largest absolute difference %.3g (rtol %s, atol %s)",
        close()
            ? "close: all " + elements + " elements agree"
            : "not close: " + mismatched + " of " + elements + " elements differ",
        worstIndex,
        worstActual,
        worstExpected,
        maxAbsoluteDifference,
        rtol,
        atol);
  }
}
