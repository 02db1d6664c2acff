package io.github.conv4j.engine.conv;

import io.github.conv4j.DType;
import io.github.conv4j.Tensor;
import io.github.conv4j.engine.ConvAlgorithm;
import io.github.conv4j.engine.ConvProblem;
import io.github.conv4j.engine.Parallel;
import io.github.conv4j.engine.WorkspacePool;
import io.github.conv4j.kernel.Backend;
import io.github.conv4j.kernel.TileKernels;
import java.util.Optional;
import java.util.function.Function;

/**
 * Kernels of one element, the 1x1 convolutions that mix channels.
 *
 * <p>With stride 1 and no padding each output pixel looks at one input pixel, and the convolution
 * is a product of matrices:
 *
 * <pre>
 * y[oc][j] = bias[oc] + sum over c of w[oc][c] * x[c][j]        j counts the pixels
 * </pre>
 *
 * <p>The input's planes are the rows of the right-hand matrix and the output's are those of the
 * result just as they lie in memory: nothing is laid out, nothing copied back.
 */
public final class PointwiseConv implements ConvAlgorithm {
  @Override
  public String name() {
    return "pointwise";
  }

  @Override
  public Optional<String> declines(ConvProblem p) {
    if (p.kernelHeight() != 1 || p.kernelWidth() != 1) {
      return Optional.of("the kernel is not 1x1");
    }
    if (p.strideHeight() != 1 || p.strideWidth() != 1) {
      return Optional.of("the stride is not 1");
    }
    if (p.padTop() != 0 || p.padBottom() != 0 || p.padLeft() != 0 || p.padRight() != 0) {
      return Optional.of("there is padding");
    }
    return p.taps() == 0 ? Optional.of("there is nothing to multiply") : Optional.empty();
  }

  @Override
  public Runner prepare(ConvProblem problem, Tensor weight, Tensor bias) {
    Backend backend = Backend.active();
    return problem.dtype() == DType.FLOAT32
        ? new MatrixRunner<>(problem, backend.floats(), Tensor::floats, weight, bias)
        : new MatrixRunner<>(problem, backend.doubles(), Tensor::doubles, weight, bias);
  }

  /** The algorithm for one element type, {@code A} being its array. */
  private static final class MatrixRunner<A> implements Runner {
    private final ConvProblem p;
    private final TileKernels<A> kernels;
    private final Function<Tensor, A> storage;
    private final PackedWeights<A> weights;
    private final A bias;
    private final int pixels;
    private final int tile;
    private final int tiles;
    private final int chunk;
    private final int[] offsets;
    private final WorkspacePool<TileKernels.Scratch> scratches;

    MatrixRunner(
        ConvProblem problem,
        TileKernels<A> kernels,
        Function<Tensor, A> storage,
        Tensor weight,
        Tensor bias) {
      this.p = problem;
      this.kernels = kernels;
      this.storage = storage;
      this.bias = bias == null ? kernels.newArray(p.outChannels()) : storage.apply(bias);
      // An empty batch, which is explained but never run, may have images of any size.
      this.pixels = (int) Math.min((long) p.outHeight() * p.outWidth(), Integer.MAX_VALUE);
      this.tiles = Tiling.count(pixels, kernels.tile());
      this.tile = Tiling.size(pixels, tiles, kernels.lanes());
      this.weights = new PackedWeights<>(problem, kernels, storage.apply(weight), tiles);
      this.chunk = Tiling.chunk(p.taps());
      this.offsets = new int[p.taps()];
      for (int c = 0; c < p.taps(); c++) {
        offsets[c] = c * pixels;
      }
      this.scratches = new WorkspacePool<>(kernels::newScratch);
    }

    @Override
    public long workspaceBytes() {
      return scratches.measure(TileKernels.Scratch::bytes);
    }

    @Override
    public void run(Tensor input, int batch, Tensor output) {
      if (batch == 0) {
        return;
      }
      A x = storage.apply(input);
      A y = storage.apply(output);
      Parallel.run(
          Math.multiplyExact(batch * p.groups(), weights.blocks() * tiles),
          Tiling.threads(batch, p),
          queue -> {
            TileKernels.Scratch scratch = scratches.take();
            for (int task = queue.next(); task >= 0; task = queue.next()) {
              int rest = task / tiles;
              computeTile(
                  x,
                  y,
                  rest / (weights.blocks() * p.groups()),
                  rest / weights.blocks() % p.groups(),
                  rest % weights.blocks(),
                  task % tiles * tile,
                  scratch);
            }
            scratches.giveBack(scratch);
          });
    }

    private void computeTile(
        A x, A y, int image, int group, int block, int first, TileKernels.Scratch scratch) {
      int oc = weights.firstChannel(group, block);
      int qAt = (image * p.inChannels() + group * p.channelsPerGroup()) * pixels + first;
      int yAt = (image * p.outChannels() + oc) * pixels + first;
      for (int from = 0; from < p.taps(); from += chunk) {
        kernels.multiply(
            weights.packed(),
            weights.at(group, block),
            p.taps(),
            weights.channels(block),
            x,
            qAt,
            offsets,
            from,
            Math.min(from + chunk, p.taps()),
            from == 0 ? bias : null,
            oc,
            y,
            yAt,
            pixels,
            Math.min(tile, pixels - first),
            scratch);
      }
    }
  }
}
