package io.github.conv4j;

import io.github.conv4j.kernel.Fma;
import io.github.conv4j.operator.AddOperator;
import io.github.conv4j.operator.CatOperator;
import io.github.conv4j.operator.DivOperator;
import io.github.conv4j.operator.MulOperator;
import io.github.conv4j.operator.PadOperator;
import io.github.conv4j.operator.Reshape;
import io.github.conv4j.operator.ScalarOperator;
import io.github.conv4j.operator.Storage;
import io.github.conv4j.operator.SubOperator;
import io.github.conv4j.operator.Trace;
import io.github.conv4j.random.Generator;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/**
 * An array of numbers with any number of dimensions: float32 or float64, row-major, without gaps.
 *
 * <p>The element at {@code (i, j, k)} of a tensor of shape {@code (I, J, K)} lies at offset {@code
 * (i * J + j) * K + k} of its storage, a plain Java array. {@link #of} copies the caller's array,
 * {@link #wrap} shares it; {@link #reshape}, {@link #flatten}, {@link #squeeze} and {@link
 * #unsqueeze} share the storage of their tensor; everything else that returns a tensor or an array
 * returns a new one.
 *
 * <p>Elements can be changed, the shape cannot. Safe for many readers; a caller who writes while
 * others read has to order the two.
 */
public final class Tensor {
  /** Virtual machines keep a few words of what an int can index to themselves. */
  private static final int LONGEST_ARRAY = Integer.MAX_VALUE - 8;

  static {
    Storage.open(
        (array, shape) ->
            array instanceof float[] floats
                ? new Tensor(shape, floats, null)
                : new Tensor(shape, null, (double[]) array));
  }

  private final Shape shape;
  // Exactly one of the two is there; it is the dtype.
  private final float[] floats;
  private final double[] doubles;

  private Tensor(Shape shape, float[] floats, double[] doubles) {
    this.shape = shape;
    this.floats = floats;
    this.doubles = doubles;
  }

  // ---- creation

  /**
   * Returns a float32 tensor with a copy of these elements.
   *
   * @param data the elements in row-major order
   * @param shape the sizes; none makes a tensor of rank 1
   * @throws IllegalArgumentException if the shape does not hold exactly {@code data.length}
   *     elements
   */
  public static Tensor of(float[] data, int... shape) {
    return wrap(data.clone(), shape);
  }

  /**
   * Returns a float64 tensor with a copy of these elements.
   *
   * @param data the elements in row-major order
   * @param shape the sizes; none makes a tensor of rank 1
   * @throws IllegalArgumentException if the shape does not hold exactly {@code data.length}
   *     elements
   */
  public static Tensor of(double[] data, int... shape) {
    return wrap(data.clone(), shape);
  }

  /**
   * Returns a float32 tensor whose storage is this very array.
   *
   * @param data the elements in row-major order
   * @param shape the sizes; none makes a tensor of rank 1
   * @throws IllegalArgumentException if the shape does not hold exactly {@code data.length}
   *     elements
   */
  public static Tensor wrap(float[] data, int... shape) {
    return new Tensor(shapeOf(data.length, shape), data, null);
  }

  /**
   * Returns a float64 tensor whose storage is this very array.
   *
   * @param data the elements in row-major order
   * @param shape the sizes; none makes a tensor of rank 1
   * @throws IllegalArgumentException if the shape does not hold exactly {@code data.length}
   *     elements
   */
  public static Tensor wrap(double[] data, int... shape) {
    return new Tensor(shapeOf(data.length, shape), null, data);
  }

  private static Shape shapeOf(int length, int[] sizes) {
    Shape shape = sizes.length == 0 ? Shape.of(length) : Shape.of(sizes);
    if (shape.numel() != length) {
      throw new IllegalArgumentException(
          "shape " + shape + " holds " + shape.numel() + " elements, but got " + length);
    }
    return shape;
  }

  /**
   * Returns a float32 tensor of rank 0.
   *
   * @param value its one element
   */
  public static Tensor scalar(double value) {
    return full(value, Shape.of(new int[0]), DType.FLOAT32);
  }

  /** Returns a float32 tensor of zeros. */
  public static Tensor zeros(int... shape) {
    return zeros(Shape.of(shape), DType.FLOAT32);
  }

  /** Returns a tensor of zeros. */
  public static Tensor zeros(Shape shape, DType dtype) {
    try {
      return switch (dtype) {
        case FLOAT32 -> new Tensor(shape, new float[shape.numel()], null);
        case FLOAT64 -> new Tensor(shape, null, new double[shape.numel()]);
      };
    } catch (OutOfMemoryError e) {
      // The virtual machine's own message names neither the tensor nor the way out.
      OutOfMemoryError clear = new OutOfMemoryError(outOfMemory(shape, dtype));
      clear.initCause(e);
      throw clear;
    }
  }

  private static String outOfMemory(Shape shape, DType dtype) {
    String tensor = "a " + dtype + " tensor of shape " + shape;
    if (shape.numel() > LONGEST_ARRAY) {
      return tensor + " needs an array of " + shape.numel() + " elements, more than Java can make";
    }
    return tensor
        + " needs "
        + (long) shape.numel() * dtype.bytes()
        + " bytes, but the heap may grow to "
        + Runtime.getRuntime().maxMemory()
        + " in all: start Java with a larger -Xmx";
  }

  /** Returns a float32 tensor whose every element is {@code value}. */
  public static Tensor full(double value, int... shape) {
    return full(value, Shape.of(shape), DType.FLOAT32);
  }

  /** Returns a tensor whose every element is {@code value}, rounded to {@code dtype}. */
  public static Tensor full(double value, Shape shape, DType dtype) {
    Tensor tensor = zeros(shape, dtype);
    if (tensor.floats != null) {
      Arrays.fill(tensor.floats, (float) value);
    } else {
      Arrays.fill(tensor.doubles, value);
    }
    return tensor;
  }

  /**
   * Returns the float32 tensor {@code 0, 1, ...} of rank 1, without {@code end}.
   *
   * @throws IllegalArgumentException if {@code end} is negative, not finite or too large
   */
  public static Tensor arange(double end) {
    return arange(0, end, 1);
  }

  /**
   * Returns the float32 tensor {@code start, start + step, ...} of rank 1, without {@code end}.
   *
   * <p>These are the very floats of {@code torch.arange} on one thread. With several, PyTorch cuts
   * more than 32768 elements into blocks elsewhere, and the last bit of a fraction may differ.
   *
   * @throws IllegalArgumentException if {@code step} is 0, leads away from {@code end}, or an
   *     argument is not finite, or the elements are more than {@link Shape#MAX_ELEMENTS}
   */
  public static Tensor arange(double start, double end, double step) {
    boolean leads = step > 0 ? end >= start : step < 0 && end <= start;
    if (!leads || !Double.isFinite(start) || !Double.isFinite(end) || Double.isInfinite(step)) {
      throw new IllegalArgumentException(
          "arange needs finite bounds and a step that leads from start to end, but got start "
              + start
              + ", end "
              + end
              + ", step "
              + step);
    }
    long count = (long) Math.ceil((end - start) / step);
    float[] elements = zeros(Shape.of(new long[] {count}), DType.FLOAT32).floats;
    // PyTorch (aten/src/ATen/native/cpu/RangeFactoriesKernel.cpp) goes on in double from the first
    // element of each vector of 8, already rounded to float, two vectors at a time; the rest goes
    // on from start.
    int inVectors = elements.length - elements.length % 16;
    for (int i = 0; i < elements.length; i++) {
      int lane = i < inVectors ? i % 8 : 0;
      double first = Fma.fma(i - lane, step, start);
      elements[i] = lane == 0 ? (float) first : (float) Fma.fma(lane, step, (float) first);
    }
    return wrap(elements);
  }

  /** Returns a float32 tensor of uniform numbers within {@code [0, 1)} from an unknown seed. */
  public static Tensor rand(int... shape) {
    return rand(unseeded(), shape);
  }

  /** Returns a float32 tensor of uniform numbers within {@code [0, 1)}, {@code torch.rand}. */
  public static Tensor rand(Generator generator, int... shape) {
    return rand(generator, Shape.of(shape), DType.FLOAT32);
  }

  /** Returns a tensor of uniform numbers within {@code [0, 1)}, {@code torch.rand}. */
  public static Tensor rand(Generator generator, Shape shape, DType dtype) {
    return uniform(generator, 0, 1, shape, dtype);
  }

  /** Returns a float32 tensor of standard normal numbers from an unknown seed. */
  public static Tensor randn(int... shape) {
    return randn(unseeded(), shape);
  }

  /** Returns a float32 tensor of standard normal numbers, {@code torch.randn}. */
  public static Tensor randn(Generator generator, int... shape) {
    return randn(generator, Shape.of(shape), DType.FLOAT32);
  }

  /** Returns a tensor of standard normal numbers, {@code torch.randn}. */
  public static Tensor randn(Generator generator, Shape shape, DType dtype) {
    Tensor tensor = zeros(shape, dtype);
    if (tensor.floats != null) {
      generator.normal(tensor.floats);
    } else {
      generator.normal(tensor.doubles);
    }
    return tensor;
  }

  /**
   * Returns a float32 tensor of uniform numbers, {@code torch.empty(shape).uniform_(low, high)}.
   *
   * @throws IllegalArgumentException if {@code low <= high} does not hold, or a bound or the
   *     distance between them is beyond the largest float
   */
  public static Tensor uniform(Generator generator, double low, double high, int... shape) {
    return uniform(generator, low, high, Shape.of(shape), DType.FLOAT32);
  }

  /**
   * Returns a tensor of uniform numbers, {@code torch.empty(shape).uniform_(low, high)}.
   *
   * @throws IllegalArgumentException if {@code low <= high} does not hold, or a bound or the
   *     distance between them is beyond the largest number of {@code dtype}
   */
  public static Tensor uniform(
      Generator generator, double low, double high, Shape shape, DType dtype) {
    double max = dtype == DType.FLOAT32 ? Float.MAX_VALUE : Double.MAX_VALUE;
    if (!(low <= high) || low < -max || high > max || high - low > max) {
      throw new IllegalArgumentException(
          "uniform needs low <= high, both and their distance finite in "
              + dtype
              + ", but got low "
              + low
              + " and high "
              + high);
    }
    Tensor tensor = zeros(shape, dtype);
    if (tensor.floats != null) {
      generator.uniform(tensor.floats, low, high);
    } else {
      generator.uniform(tensor.doubles, low, high);
    }
    return tensor;
  }

  private static Generator unseeded() {
    return Generator.torch(ThreadLocalRandom.current().nextLong());
  }

  // ---- what it is

  /** Returns the sizes. */
  public Shape shape() {
    return shape;
  }

  /** Returns the element type. */
  public DType dtype() {
    return floats != null ? DType.FLOAT32 : DType.FLOAT64;
  }

  /** Returns the number of dimensions. */
  public int rank() {
    return shape.rank();
  }

  /**
   * Returns the size of one dimension.
   *
   * @param dim the dimension; negative counts from the last
   * @throws IllegalArgumentException if there is no such dimension
   */
  public int size(int dim) {
    return shape.size(dim);
  }

  /** Returns the number of elements. */
  public int numel() {
    return shape.numel();
  }

  // ---- elements

  /**
   * Returns one element.
   *
   * @param index its coordinates, one a dimension; negative counts from the end
   * @throws IllegalArgumentException if the coordinates are not as many as the dimensions
   * @throws IndexOutOfBoundsException if a coordinate lies outside
   */
  public double get(int... index) {
    return at(shape.offset(index));
  }

  /**
   * Changes one element; a float32 tensor rounds the value.
   *
   * @param value the new value
   * @param index its coordinates, one a dimension; negative counts from the end
   * @throws IllegalArgumentException if the coordinates are not as many as the dimensions
   * @throws IndexOutOfBoundsException if a coordinate lies outside
   */
  public void set(double value, int... index) {
    int offset = shape.offset(index);
    if (floats != null) {
      floats[offset] = (float) value;
    } else {
      doubles[offset] = value;
    }
  }

  /**
   * Returns the only element.
   *
   * @throws IllegalArgumentException if there is not exactly one element
   */
  public double item() {
    if (numel() != 1) {
      throw new IllegalArgumentException(
          "item() needs a tensor of one element, but the shape is " + shape);
    }
    return at(0);
  }

  /** Returns the element at a row-major offset. */
  double at(int offset) {
    return floats != null ? floats[offset] : doubles[offset];
  }

  /**
   * Returns the storage of a float32 tensor itself: row-major, not a copy.
   *
   * @throws IllegalArgumentException if this is a float64 tensor
   */
  public float[] floats() {
    if (floats == null) {
      throw new IllegalArgumentException("floats() needs a float32 tensor, but this is float64");
    }
    return floats;
  }

  /**
   * Returns the storage of a float64 tensor itself: row-major, not a copy.
   *
   * @throws IllegalArgumentException if this is a float32 tensor
   */
  public double[] doubles() {
    if (doubles == null) {
      throw new IllegalArgumentException("doubles() needs a float64 tensor, but this is float32");
    }
    return doubles;
  }

  /** Returns whether a change of one tensor's elements can show in the other. */
  public boolean sharesStorage(Tensor other) {
    return storage() == other.storage();
  }

  /** Returns the elements in row-major order, rounded to float. */
  public float[] toFloatArray() {
    if (floats != null) {
      return floats.clone();
    }
    float[] copy = new float[doubles.length];
    for (int i = 0; i < copy.length; i++) {
      copy[i] = (float) doubles[i];
    }
    return copy;
  }

  /** Returns the elements in row-major order. */
  public double[] toDoubleArray() {
    if (doubles != null) {
      return doubles.clone();
    }
    double[] copy = new double[floats.length];
    for (int i = 0; i < copy.length; i++) {
      copy[i] = floats[i];
    }
    return copy;
  }

  /** Returns a copy in the given type; from float64 to float32 every element is rounded. */
  public Tensor to(DType dtype) {
    return switch (dtype) {
      case FLOAT32 -> new Tensor(shape, toFloatArray(), null);
      case FLOAT64 -> new Tensor(shape, null, toDoubleArray());
    };
  }

  /** Returns a copy. */
  public Tensor copy() {
    return to(dtype());
  }

  // ---- shapes

  /**
   * Returns a tensor of another shape on the same storage.
   *
   * @param sizes the new sizes; one of them may be -1 and is then what the others leave
   * @throws IllegalArgumentException if the new shape does not hold exactly these elements
   */
  public Tensor reshape(int... sizes) {
    int[] wanted = sizes.clone();
    int unknown = -1;
    long known = 1;
    for (int i = 0; i < wanted.length; i++) {
      if (wanted[i] == -1 && unknown < 0) {
        unknown = i;
      } else if (wanted[i] < 0) {
        throw cannotReshape(sizes);
      } else if (known <= Shape.MAX_ELEMENTS || wanted[i] == 0) {
        known *= wanted[i];
      }
    }
    if (unknown >= 0) {
      if (known == 0 || numel() % known != 0) {
        throw cannotReshape(sizes);
      }
      wanted[unknown] = (int) (numel() / known);
    } else if (known != numel()) {
      throw cannotReshape(sizes);
    }
    return onThisStorage(Shape.of(wanted));
  }

  private Tensor onThisStorage(Shape reshaped) {
    return Trace.isOn()
        ? Trace.step(new Reshape(reshaped), reshaped, this)
        : new Tensor(reshaped, floats, doubles);
  }

  private IllegalArgumentException cannotReshape(int[] sizes) {
    return new IllegalArgumentException(
        "cannot reshape " + shape + " (" + numel() + " elements) to " + Arrays.toString(sizes));
  }

  /** Returns {@code flatten(0, -1)}: a tensor of rank 1 on the same storage. */
  public Tensor flatten() {
    return flatten(0, -1);
  }

  /** Returns {@code flatten(startDim, -1)}: {@code flatten(1)} makes a row of each image. */
  public Tensor flatten(int startDim) {
    return flatten(startDim, -1);
  }

  /**
   * Returns a tensor on the same storage with neighbouring dimensions made one, {@code
   * torch.flatten}; rank 0 becomes 1.
   *
   * @param startDim the first of them; negative counts from the last
   * @param endDim the last of them; negative counts from the last
   * @throws IllegalArgumentException if there is no such dimension, or the first comes after the
   *     last
   */
  public Tensor flatten(int startDim, int endDim) {
    return onThisStorage(Reshape.flattened(shape, startDim, endDim));
  }

  /** Returns a tensor on the same storage without the dimensions of size 1. */
  public Tensor squeeze() {
    return onThisStorage(Reshape.squeezed(shape));
  }

  /**
   * Returns a tensor on the same storage without one dimension, if that has size 1; else all stay.
   *
   * @param dim the dimension; negative counts from the last
   * @throws IllegalArgumentException if there is no such dimension
   */
  public Tensor squeeze(int dim) {
    return onThisStorage(Reshape.squeezed(shape, dim));
  }

  /**
   * Returns a tensor on the same storage with one more dimension, of size 1.
   *
   * @param dim where it stands; negative counts from the last of the new dimensions
   * @throws IllegalArgumentException if that is outside
   */
  public Tensor unsqueeze(int dim) {
    return onThisStorage(Reshape.unsqueezed(shape, dim));
  }

  /**
   * Returns a copy of {@code length} neighbours along one dimension, {@code tensor.narrow}.
   *
   * @param dim the dimension; negative counts from the last
   * @param start the first coordinate; negative counts from the end
   * @param length how many
   * @throws IllegalArgumentException if the range does not lie within the dimension
   */
  public Tensor narrow(int dim, int start, int length) {
    int size = size(dim);
    int first = start < 0 ? start + size : start;
    if (first < 0 || length < 0 || length > size - first) {
      throw new IllegalArgumentException(
          "cannot narrow dimension " + dim + " of " + shape + " to " + length + " from " + start);
    }
    return strided(shape.checkDim(dim), first, length, 1);
  }

  /**
   * Returns a copy of the elements at one coordinate of a dimension, without that dimension: {@code
   * tensor.select}.
   *
   * @param dim the dimension; negative counts from the last
   * @param index the coordinate; negative counts from the end
   * @throws IllegalArgumentException if there is no such dimension or coordinate
   */
  public Tensor select(int dim, int index) {
    Tensor narrow = narrow(dim, index, 1);
    int[] sizes = new int[rank() - 1];
    for (int i = 0, d = 0; d < rank(); d++) {
      if (d != shape.checkDim(dim)) {
        sizes[i++] = size(d);
      }
    }
    return narrow.reshape(sizes);
  }

  /**
   * Returns a copy of the elements {@code start, start + step, ...} before {@code end} along one
   * dimension, as Python's {@code tensor[start:end:step]}: bounds outside are moved to the edge.
   *
   * @param dim the dimension; negative counts from the last
   * @param start the first coordinate; negative counts from the end
   * @param end the coordinate to stop before; negative counts from the end
   * @param step how far to go each time, 1 or more
   * @throws IllegalArgumentException if there is no such dimension or {@code step < 1}
   */
  public Tensor slice(int dim, int start, int end, int step) {
    if (step < 1) {
      throw new IllegalArgumentException("slice needs a step of 1 or more, but got " + step);
    }
    int size = size(dim);
    int first = clamp(start, size);
    int last = Math.max(first, clamp(end, size));
    int length = (int) (((long) last - first + step - 1) / step);
    return strided(shape.checkDim(dim), first, length, step);
  }

  /** Returns {@code slice(dim, start, end, 1)}. */
  public Tensor slice(int dim, int start, int end) {
    return slice(dim, start, end, 1);
  }

  private static int clamp(int coordinate, int size) {
    return Math.max(0, Math.min(coordinate < 0 ? coordinate + size : coordinate, size));
  }

  private Tensor strided(int dim, int first, int length, int step) {
    Tensor result = zeros(shape.with(dim, length), dtype());
    int run = shape.stride(dim);
    int outer = result.numel() == 0 ? 0 : result.numel() / (length * run);
    for (int o = 0; o < outer; o++) {
      for (int i = 0; i < length; i++) {
        int from = (o * shape.size(dim) + first + i * step) * run;
        System.arraycopy(storage(), from, result.storage(), (o * length + i) * run, run);
      }
    }
    return result;
  }

  /** Returns the array itself, whichever of the two it is. */
  Object storage() {
    return floats != null ? floats : doubles;
  }

  /**
   * Returns a copy with zeros round the last two dimensions; negative amounts cut off.
   *
   * @throws IllegalArgumentException if the rank is under 2, more is cut off than a side has, or
   *     the result is too large
   */
  public Tensor pad(int left, int right, int top, int bottom) {
    return pad(PaddingMode.ZEROS, left, right, top, bottom);
  }

  /**
   * Returns a copy padded round the last two dimensions, {@code torch.nn.functional.pad(tensor,
   * (left, right, top, bottom), mode)}; negative amounts cut off.
   *
   * <p>A wrap goes round what the cuts leave, a reflection mirrors the whole side.
   *
   * @throws IllegalArgumentException if the rank is under 2, more is cut off than a side has, a
   *     reflection is not smaller than its side, a wrap goes round more than once, a replicated
   *     side is empty, or the result is too large
   */
  public Tensor pad(PaddingMode mode, int left, int right, int top, int bottom) {
    return PadOperator.pad(this, mode, left, right, top, bottom, 0);
  }

  // ---- arithmetic

  /**
   * Returns {@code this + other}, element by element.
   *
   * <p>Shapes are broadcast as in PyTorch: counted from the last dimension, two sizes are equal, or
   * one of them is 1 or missing, and that tensor is repeated. Unlike in PyTorch, both have one
   * dtype; {@link #to} converts.
   *
   * @throws IllegalArgumentException if shapes or dtypes do not fit
   */
  public Tensor add(Tensor other) {
    return new AddOperator(shape, other.shape).apply(this, other);
  }

  /** Returns {@code this + value}, element by element; the number is rounded to the dtype first. */
  public Tensor add(double value) {
    return ScalarOperator.add(value).apply(this);
  }

  /**
   * Returns {@code this - other}, element by element, broadcast like {@link #add(Tensor)}.
   *
   * @throws IllegalArgumentException if shapes or dtypes do not fit
   */
  public Tensor sub(Tensor other) {
    return new SubOperator(shape, other.shape).apply(this, other);
  }

  /** Returns {@code this - value}, element by element; the number is rounded to the dtype first. */
  public Tensor sub(double value) {
    return ScalarOperator.sub(value).apply(this);
  }

  /**
   * Returns {@code this * other}, element by element, broadcast like {@link #add(Tensor)}.
   *
   * @throws IllegalArgumentException if shapes or dtypes do not fit
   */
  public Tensor mul(Tensor other) {
    return new MulOperator(shape, other.shape).apply(this, other);
  }

  /** Returns {@code this * value}, element by element; the number is rounded to the dtype first. */
  public Tensor mul(double value) {
    return ScalarOperator.mul(value).apply(this);
  }

  /**
   * Returns {@code this / other}, element by element, broadcast like {@link #add(Tensor)}.
   *
   * @throws IllegalArgumentException if shapes or dtypes do not fit
   */
  public Tensor div(Tensor other) {
    return new DivOperator(shape, other.shape).apply(this, other);
  }

  /** Returns {@code this / value}, element by element; the number is rounded to the dtype first. */
  public Tensor div(double value) {
    return ScalarOperator.div(value).apply(this);
  }

  // ---- several tensors

  /**
   * Returns tensors one after the other along a dimension, {@code torch.cat}.
   *
   * @param dim the dimension; negative counts from the last
   * @param tensors one or more of one dtype, whose sizes are the same in all other dimensions;
   *     empty ones of rank 1 are left out
   * @throws IllegalArgumentException if there is none, they do not fit, or there is no such
   *     dimension
   */
  public static Tensor cat(int dim, Tensor... tensors) {
    return CatOperator.of(dim, tensors).apply(tensors);
  }

  /** Returns {@code cat(dim, tensors)} of the tensors in a list. */
  public static Tensor cat(int dim, List<Tensor> tensors) {
    return cat(dim, tensors.toArray(Tensor[]::new));
  }

  // ---- comparison

  /**
   * Returns whether every element is close to {@code expected}'s by the dtype's default tolerances.
   *
   * @throws IllegalArgumentException if shapes or dtypes differ
   */
  public boolean allClose(Tensor expected) {
    return compare(expected).close();
  }

  /**
   * Returns whether {@code |this - expected| <= atol + rtol * |expected|} for every element, by the
   * rule of {@link Comparison}.
   *
   * @throws IllegalArgumentException if shapes or dtypes differ, or a tolerance is negative or NaN
   */
  public boolean allClose(Tensor expected, double rtol, double atol) {
    return compare(expected, rtol, atol).close();
  }

  /**
   * Returns how far this tensor is from {@code expected}, by the dtype's default tolerances.
   *
   * @throws IllegalArgumentException if shapes or dtypes differ
   */
  public Comparison compare(Tensor expected) {
    return compare(expected, dtype().rtol(), dtype().atol());
  }

  /**
   * Returns how far this tensor is from {@code expected}.
   *
   * @throws IllegalArgumentException if shapes or dtypes differ, or a tolerance is negative or NaN
   */
  public Comparison compare(Tensor expected, double rtol, double atol) {
    return Comparison.of(this, expected, rtol, atol);
  }

  /**
   * Returns whether the other is a tensor of the same shape, dtype and elements: a NaN equals every
   * NaN, 0 does not equal -0.
   */
  @Override
  public boolean equals(Object other) {
    return other instanceof Tensor tensor
        && shape.equals(tensor.shape)
        && Arrays.equals(floats, tensor.floats)
        && Arrays.equals(doubles, tensor.doubles);
  }

  @Override
  public int hashCode() {
    return 31 * shape.hashCode()
        + (floats != null ? Arrays.hashCode(floats) : Arrays.hashCode(doubles));
  }

  /**
   * Returns the text that PyTorch 2.13 prints for such a tensor with its default options: four
   * decimals, and of more than 1000 elements the first and last three of each dimension.
   */
  @Override
  public String toString() {
    return TensorFormat.format(this);
  }
}
