package io.github.conv4j.engine.conv;

import io.github.conv4j.DType;
import io.github.conv4j.Tensor;
import io.github.conv4j.engine.ConvProblem;
import io.github.conv4j.engine.EpilogueKernels;
import io.github.conv4j.kernel.Backend;
import io.github.conv4j.kernel.TileKernels;
import java.util.function.Function;

/**
 * All that depends on an element type, so that an algorithm can be written once for both.
 *
 * @param <A> the array type, {@code float[]} or {@code double[]}
 * @param dtype the element type
 * @param kernels the kernels of the backend that runs
 * @param finish the problem's epilogue
 * @param storage gives a tensor's array
 */
record Types<A>(
    DType dtype, TileKernels<A> kernels, Finish<A> finish, Function<Tensor, A> storage) {
  /** Something that can be done for either element type. */
  interface Maker<R> {
    <A> R make(Types<A> types);
  }

  /** Calls a maker with the types of a problem. */
  static <R> R of(ConvProblem p, Maker<R> maker) {
    boolean none = p.epilogue().isNone();
    if (p.dtype() == DType.FLOAT32) {
      Finish<float[]> finish = new Finish<>(none, EpilogueKernels.floats(p.epilogue()));
      return maker.make(new Types<>(p.dtype(), Backend.active().floats(), finish, Tensor::floats));
    }
    Finish<double[]> finish = new Finish<>(none, EpilogueKernels.doubles(p.epilogue()));
    return maker.make(new Types<>(p.dtype(), Backend.active().doubles(), finish, Tensor::doubles));
  }

  /** Returns a tensor's array, null for null. */
  A array(Tensor tensor) {
    return tensor == null ? null : storage.apply(tensor);
  }

  /** Returns a copy of numbers, rounded to the element type. */
  A rounded(double[] values) {
    return storage.apply(Tensor.wrap(values, values.length).to(dtype));
  }

  /** Returns a bias, zeros if there is none. */
  A bias(Tensor bias, ConvProblem p) {
    return bias == null ? kernels.newArray(p.outChannels()) : storage.apply(bias);
  }
}
