package io.github.conv4j.engine.conv;

import io.github.conv4j.Tensor;
import io.github.conv4j.engine.ConvAlgorithm;
import io.github.conv4j.engine.ConvProblem;
import io.github.conv4j.engine.Parallel;
import io.github.conv4j.engine.WorkspacePool;
import io.github.conv4j.kernel.TileKernels;
import java.util.Locale;
import java.util.Optional;

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
  /** Bytes of input that are taken to stay in the second-level cache. */
  private static final int NEAR = 1 << 20;

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
    return Types.of(
        problem,
        new Types.Maker<Runner>() {
          @Override
          public <A> Runner make(Types<A> types) {
            return new MatrixRunner<>(problem, types, weight, bias);
          }
        });
  }

  /** The algorithm for one element type, {@code A} being its array. */
  private static final class MatrixRunner<A> implements Runner {
    private final ConvProblem p;
    private final TileKernels<A> kernels;
    private final Types<A> types;
    private final PackedWeights<A> weights;
    private final A bias;
    private final int pixels;
    private final int tile;
    private final int tiles;
    private final int chunk;

    /** Taps that are multiplied at a time, some chunks. */
    private final int span;

    private final int[] offsets;

    /**
     * Whether the input is larger than the second-level cache, so that each tile should come from
     * afar once, for all blocks of channels.
     */
    private final boolean isFar;

    /** Pixels of a panel of sums. */
    private final int panel;

    private final WorkspacePool<Workspace> workspaces = new WorkspacePool<>(Workspace::new);

    MatrixRunner(ConvProblem problem, Types<A> types, Tensor weight, Tensor bias) {
      this.p = problem;
      this.types = types;
      this.kernels = types.kernels();
      this.bias = types.bias(bias, p);
      // An empty batch, which is explained but never run, may have images of any size.
      this.pixels = (int) Math.min((long) p.outHeight() * p.outWidth(), Integer.MAX_VALUE);
      this.tile = Tiling.pixels(pixels, kernels.tile(), kernels.lanes());
      this.tiles = Tiling.count(pixels, tile);
      this.weights = new PackedWeights<>(problem, kernels, types.array(weight), tiles);
      this.chunk = Tiling.chunk(p.taps());
      this.span = TileKernels.MAX_TAPS / 2 / chunk * chunk;
      this.offsets = new int[p.taps()];
      for (int c = 0; c < p.taps(); c++) {
        offsets[c] = c * pixels;
      }
      this.panel = Math.min(kernels.panel(), tile);
      this.isFar = (long) p.taps() * pixels * p.dtype().bytes() > NEAR;
    }

    /** What one thread needs to itself. */
    private final class Workspace {
      final TileKernels.Scratch scratch = kernels.newScratch();
      final A sums = kernels.newArray(sumsLength());
    }

    private int sumsLength() {
      return Tiling.count(tile, panel) * panel * weights.blockSize() + TileKernels.SLACK;
    }

    @Override
    public String tiles() {
      return String.format(
          Locale.ROOT,
          "%d of up to %d pixels x %d channels; partial sums of %d products",
          tiles,
          tile,
          weights.blockSize(),
          chunk);
    }

    @Override
    public long workspaceBytes() {
      return kernels.newScratch().bytes() + (long) sumsLength() * p.dtype().bytes();
    }

    @Override
    public boolean readsResidualFirst() {
      return true;
    }

    @Override
    public void run(Tensor input, int batch, Tensor residual, Tensor output) {
      if (batch == 0) {
        return;
      }
      A x = types.array(input);
      A z = types.array(residual);
      A y = types.array(output);
      Parallel.run(
          Math.multiplyExact(batch * p.groups(), weights.blocks() * tiles),
          Tiling.threads(batch, p),
          queue -> {
            Workspace workspace = workspaces.take();
            for (int task = queue.next(); task >= 0; task = queue.next()) {
              int perGroup = weights.blocks() * tiles;
              int rest = task % perGroup;
              computeTile(
                  x,
                  z,
                  y,
                  task / perGroup / p.groups(),
                  task / perGroup % p.groups(),
                  isFar ? rest % weights.blocks() : rest / tiles,
                  (isFar ? rest / weights.blocks() : rest % tiles) * tile,
                  workspace);
            }
            workspaces.giveBack(workspace);
          });
    }

    private void computeTile(
        A x, A z, A y, int image, int group, int block, int first, Workspace workspace) {
      int oc = weights.firstChannel(group, block);
      int channels = weights.channels(block);
      int qAt = (image * p.inChannels() + group * p.channelsPerGroup()) * pixels + first;
      int n = Math.min(tile, pixels - first);
      int yAt = (image * p.outChannels() + oc) * pixels + first;
      A sums = workspace.sums;
      if (isFar) {
        kernels.fetch(x, qAt, pixels, n, p.taps(), workspace.scratch);
      }
      for (int from = 0; from < p.taps(); from += span) {
        kernels.multiplyPanels(
            weights.packed(),
            weights.at(group, block),
            p.taps(),
            channels,
            x,
            qAt,
            kernels.panel(),
            offsets,
            from,
            Math.min(from + span, p.taps()),
            chunk,
            from == 0 ? bias : null,
            oc,
            sums,
            0,
            panel,
            channels * panel,
            n,
            workspace.scratch);
      }
      // Sums are finished while they are near, and then written as long rows.
      if (z == null) {
        types.finish().apply(sums, 0, 0, 1, Tiling.count(n, panel) * panel * channels, null);
      }
      kernels.writeSums(sums, 0, panel, channels * panel, z, y, yAt, pixels, n, channels);
      if (z != null) {
        types.finish().apply(y, yAt, pixels, channels, n, null);
      }
    }
  }
}
