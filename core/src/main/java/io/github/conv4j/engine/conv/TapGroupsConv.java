package io.github.conv4j.engine.conv;

import io.github.conv4j.Conv4j;
import io.github.conv4j.PaddingMode;
import io.github.conv4j.Tensor;
import io.github.conv4j.engine.ConvAlgorithm;
import io.github.conv4j.engine.ConvProblem;
import io.github.conv4j.engine.Parallel;
import io.github.conv4j.engine.WorkspacePool;
import io.github.conv4j.kernel.TileKernels;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicIntegerArray;

/**
 * Kernels of other sizes than 3x3, and stride 2, by Winograd's minimal filtering on groups of up to
 * three taps ({@link TapGroups}), as exact as PyTorch: 49 multiplications for a tile of 2x2 outputs
 * where 5x5 takes 100, 25 for 36 where 3x3 has stride 2, 10 for 14 in 1x7.
 *
 * <p>All groups of a side share the transform of the output, A', whose rows are Winograd's points.
 * So their products are summed before it:
 *
 * <pre>
 * V[k][c, i][tile] = product i of point k of what a tile of channel c sees
 * U[k][oc][c, i]   = the same of the weights, transformed once
 * M[k][oc][tile]   = sum over c and i of U[k][oc][c, i] * V[k][c, i][tile]
 * y[oc][tile]      = A' M[..][oc][tile] A + bias[oc]
 * </pre>
 *
 * <p>These are at most 16 products of matrices, 4 if the kernel is one row or column. A product i
 * of two sides is one of the rows times one of the columns, so V is made by adding two rows of the
 * input, or subtracting them, and then two columns of that ({@link TileKernels#combine}). Rows are
 * laid out before by every so many rows and columns, as tiles follow each other.
 *
 * <p>V is large, several numbers for each of the input. It is made for some channels at a time and
 * panel by panel as the product reads it, so that it stays in the second-level cache.
 *
 * <p>What is not finite is computed again by {@link DirectConv}, as {@link WinogradConv} does it.
 */
public final class TapGroupsConv implements ConvAlgorithm {
  /** The most products in one partial sum where both sides are transformed, for accuracy. */
  private static final int CHUNK = 48;

  /** The same if only one is: fewer numbers are added, and so rounded, on the way. */
  private static final int LINE_CHUNK = 96;

  /**
   * The most taps of a product at a time: what they meet should stay in the first-level cache, and
   * V in the second.
   */
  private static final int SPAN = 128;

  /** The same from {@value #MANY_CHANNELS} channels on, where sums are fetched more often. */
  private static final int LONG_SPAN = 192;

  private static final int MANY_CHANNELS = 128;

  /** The most taps of a side; more are left to other algorithms. */
  private static final int MOST_TAPS = 16;

  /** The fewest channels, on either side, that make up for the transforms. */
  private static final int FEWEST_CHANNELS = 16;

  /** The same for each of several groups, which are computed one by one. */
  private static final int FEWEST_IN_GROUP = 32;

  /** Bytes of V that stay in the second-level cache while it is read for each output channel. */
  private static final int V_CACHE = 1 << 20;

  /** Output channels that are multiplied at a time. */
  private static final int CHANNEL_BLOCK = 120;

  /** Bytes of V and M; larger ones save more in fetching weights than M costs. */
  private static final int CACHE = 5 << 19;

  /** The fewest tiles for which a block of transformed weights is fetched, if there are as many. */
  private static final int FEWEST_TILES = 56;

  /** The fewest tiles of a block where there would be too few blocks for all threads. */
  private static final int FEWEST_SHARED_TILES = 24;

  /** The most bytes of transformed weights. */
  private static final long MOST_WEIGHTS = 40 << 20;

  /** Three cache lines; at least as many numbers as a vector writes too much. */
  private static final int SPREAD = 48;

  /** The most bytes of V and M; with all else, a workspace has at most 16 MiB. */
  private static final int MAX_TABLES = 12 << 20;

  /** The most tiles that V and M have room for besides those of a block. */
  private static final int MOST_BETWEEN = 64;

  @Override
  public String name() {
    return "winograd-taps";
  }

  @Override
  public Optional<String> declines(ConvProblem p) {
    if (p.kernelHeight() == 1 && p.kernelWidth() == 1) {
      return Optional.of("the kernel is 1x1");
    }
    if (p.dilationHeight() != 1 || p.dilationWidth() != 1) {
      return Optional.of("there is a dilation");
    }
    if (!strideFits(p.kernelHeight(), p.strideHeight())
        || !strideFits(p.kernelWidth(), p.strideWidth())) {
      return Optional.of("the stride is neither 1 nor, along more than one tap, 2");
    }
    if (Math.max(p.kernelHeight(), p.kernelWidth()) > MOST_TAPS) {
      return Optional.of("the kernel is longer than " + MOST_TAPS);
    }
    int fewest = p.groups() == 1 ? FEWEST_CHANNELS : FEWEST_IN_GROUP;
    if (p.channelsPerGroup() < fewest || p.outChannels() / p.groups() < fewest) {
      return Optional.of("there are too few channels to make up for the transforms");
    }
    Plan plan = new Plan(p);
    if (plan.rowTiles > plan.mostTiles()) {
      return Optional.of("one row of tiles takes more than 16 MiB of workspace");
    }
    return Optional.empty();
  }

  private static boolean strideFits(int taps, int stride) {
    return stride == 1 || (stride == 2 && taps > 1);
  }

  @Override
  public Optional<String> wouldNotPay(ConvProblem p) {
    Plan plan = new Plan(p);
    long in = p.channelsPerGroup();
    long out = p.outChannels() / p.groups();
    long tiles = (long) plan.rowTiles * plan.tileRows;
    // A multiplication takes about 1.1 times as long as one of the direct sums, a number of V as
    // long as 12 of those and one of M as 10.
    double here = tiles * (1.1 * plan.products * in * out + 12.0 * plan.products * in);
    double output = tiles * 10.0 * plan.points * out;
    if (here + output > 0.97 * p.multiplyAdds() / p.groups()) {
      return Optional.of("the transforms would take more than they save");
    }
    if (plan.products * in * p.outChannels() * p.dtype().bytes() > MOST_WEIGHTS) {
      return Optional.of("the transformed weights would take more than 40 MiB");
    }
    return Optional.empty();
  }

  @Override
  public Runner prepare(ConvProblem problem, Tensor weight, Tensor bias) {
    return Types.of(
        problem,
        new Types.Maker<Runner>() {
          @Override
          public <A> Runner make(Types<A> types) {
            return new TileRunner<>(new Plan(problem), types, weight, bias);
          }
        });
  }

  /** One product of a tile: a product of its rows and one of its columns. */
  private record Pair(int down, int across) {}

  /** What follows from a problem alone. */
  private static final class Plan {
    final ConvProblem p;
    final TapGroups down;
    final TapGroups across;

    /** Tiles of one row. */
    final int rowTiles;

    /** Rows of tiles of an image. */
    final int tileRows;

    /** Products for each point, of matrices, and for each tile. */
    final int points;

    final int products;

    /** Channels for which V is made at a time: an even number, or all. */
    final int portion;

    Plan(ConvProblem p) {
      this.p = p;
      this.down = new TapGroups(p.kernelHeight(), p.strideHeight());
      this.across = new TapGroups(p.kernelWidth(), p.strideWidth());
      this.rowTiles = Tiling.ceilDiv(p.outWidth(), across.size);
      this.tileRows = Tiling.ceilDiv(p.outHeight(), down.size);
      this.points = down.points * across.points;
      this.products = down.products.size() * across.products.size();
      int most = 1;
      for (int k = 0; k < points; k++) {
        most = Math.max(most, pairs(k).size());
      }
      int channels = p.channelsPerGroup();
      int span = channels < MANY_CHANNELS ? SPAN : LONG_SPAN;
      this.portion = Tiling.chunk(channels, Math.max(2, span / most));
    }

    /** Returns the products that are summed at a point. */
    List<Pair> pairs(int k) {
      List<Pair> pairs = new ArrayList<>();
      for (int i = 0; i < down.products.size(); i++) {
        for (int j = 0; j < across.products.size(); j++) {
          int point = down.products.get(i).point * across.points + across.products.get(j).point;
          if (point == k) {
            pairs.add(new Pair(i, j));
          }
        }
      }
      return pairs;
    }

    private long inputBytes() {
      return (long) products * portion * p.dtype().bytes();
    }

    private long tileBytes() {
      long outChannels = p.outChannels() / p.groups();
      return inputBytes() + points * outChannels * p.dtype().bytes();
    }

    /** Returns how many tiles fit into the workspace. */
    long mostTiles() {
      return MAX_TABLES / tileBytes() - MOST_BETWEEN;
    }

    /** Returns how many rows of tiles are computed at a time, at most. */
    int mostRows() {
      long cached = Math.min(V_CACHE / inputBytes(), CACHE / tileBytes());
      long wanted = Math.max(cached, FEWEST_TILES);
      int most = Math.max(1, (int) Math.min(wanted, mostTiles()) / rowTiles);
      return Tiling.ceilDiv(tileRows, Tiling.ceilDiv(tileRows, most));
    }
  }

  /** The algorithm for one element type, {@code A} being its array. */
  private static final class TileRunner<A> implements Runner {
    private final ConvProblem p;
    private final Types<A> types;
    private final TileKernels<A> kernels;
    private final InputRows<A> rows;
    private final ComputedAgain<A> again;
    private final A biases;
    private final A zeros;
    private final TransformedWeights<A> weights;

    private final TapGroups down;
    private final TapGroups across;
    private final int groupIn;
    private final int groupOut;
    private final int rowTiles;
    private final int tileRows;
    private final int mostRows;
    private final int points;
    private final int portion;

    /** How many tiles lie side by side in V and M, tap by tap and channel by channel. */
    private final int panel;

    /** Numbers of a panel of V. */
    private final int vPanel;

    /** How far apart the points lie in M. */
    private final int mStep;

    /** Numbers of one channel in M. */
    private final int tileStep;

    /** Where each point begins in a panel of V. */
    private final int[] begin;

    /** Products in a partial sum, for each point. */
    private final int[] chunk;

    /** For each point, where its taps lie. */
    private final int[][] offsets;

    /** Every so manyth of the rows that tiles see, and of the columns: sequences of them. */
    private final int rowPhases;

    private final int columnPhases;

    /** Numbers of one row of a sequence: one a tile, and what the last tile sees of the next. */
    private final int pitch;

    /** How far apart the sequences lie as they are read. */
    private final int phaseStep;

    /** How far apart they lie once rows are added up. */
    private final int sumStep;

    /** How far apart the outputs of a tile lie. */
    private final int outputStep;

    private final boolean plain;

    private final Sums downSums;
    private final Sums acrossSums;

    /** How far a product of V lies behind that of the channel before. */
    private final int[] channelStep;

    private final Runs lines;
    private final Runs tiles;
    private final WorkspacePool<Workspace> workspaces = new WorkspacePool<>(Workspace::new);

    TileRunner(Plan plan, Types<A> types, Tensor weight, Tensor bias) {
      this.p = plan.p;
      this.types = types;
      this.kernels = types.kernels();
      this.rows = new InputRows<>(p, kernels);
      this.again = new ComputedAgain<>(p, types, weight, bias);
      this.biases = types.bias(bias, p);
      this.down = plan.down;
      this.across = plan.across;
      this.groupIn = p.channelsPerGroup();
      this.groupOut = p.outChannels() / p.groups();
      this.rowTiles = plan.rowTiles;
      this.tileRows = plan.tileRows;
      this.mostRows = plan.mostRows();
      this.points = plan.points;
      this.portion = plan.portion;

      int blockTiles = mostRows * rowTiles;
      // An odd number of cache lines: channels would else compete for the same sets of the cache.
      this.tileStep = (int) Tiling.roundUp(blockTiles + TileKernels.SLACK, 32) + 16;
      this.panel = Math.min(kernels.panel(), tileStep);
      this.mStep = groupOut * tileStep + SPREAD;
      this.outputStep = (int) Tiling.roundUp(blockTiles + 2 * TileKernels.SLACK, 16) + 16;
      this.rowPhases = Math.min(down.step, down.side);
      this.columnPhases = across.step;
      this.pitch = rowTiles + (across.side - 1) / across.step;
      this.phaseStep = (mostRows + (down.side - 1) / down.step) * pitch + 2 * TileKernels.SLACK;
      this.sumStep = mostRows * pitch + 2 * TileKernels.SLACK;
      this.plain = p.paddingMode() == PaddingMode.ZEROS;

      this.begin = new int[points];
      this.chunk = new int[points];
      this.offsets = new int[points][];
      this.downSums = new Sums(down.products.size() * columnPhases);
      this.acrossSums = new Sums(plan.products);
      this.channelStep = new int[plan.products];
      List<List<TransformedWeights.Rows>> rowsOfG = new ArrayList<>();
      int at = 0;
      for (int k = 0; k < points; k++) {
        List<Pair> pairs = plan.pairs(k);
        begin[k] = at;
        rowsOfG.add(new ArrayList<>());
        for (Pair pair : pairs) {
          TapGroups.Product i = down.products.get(pair.down);
          TapGroups.Product j = across.products.get(pair.across);
          int first = sumAt(pair.down, j.first);
          channelStep[acrossSums.count] = pairs.size() * panel;
          acrossSums.add(first, sumAt(pair.down, j.second), j.sign, at);
          rowsOfG.get(k).add(new TransformedWeights.Rows(i.weights, j.weights));
          at += panel;
        }
        at += (portion - 1) * pairs.size() * panel + SPREAD;
        int taps = portion * pairs.size();
        chunk[k] = taps == 0 ? 0 : Tiling.chunk(taps, points == 4 ? LINE_CHUNK : CHUNK);
        offsets[k] = new int[groupIn * pairs.size()];
        for (int t = 0; t < offsets[k].length; t++) {
          offsets[k][t] = t % taps * panel;
        }
      }
      this.vPanel = at;
      for (TapGroups.Product i : down.products) {
        for (int s = 0; s < columnPhases; s++) {
          int to = downSums.count * sumStep;
          downSums.add(phaseAt(i.first, s), phaseAt(i.second, s), i.sign, to);
        }
      }
      this.lines = new Runs(1, 0, mostRows * pitch, kernels.lanes(), Integer.MAX_VALUE, 0);
      this.tiles =
          across.size == 1
              ? new Runs(1, 0, blockTiles, kernels.lanes(), panel, vPanel)
              : new Runs(mostRows, pitch, rowTiles, kernels.lanes(), panel, vPanel);
      boolean few = tileRows * rowTiles < 2 * FEWEST_TILES;
      this.weights = TransformedWeights.asKernels(p, types, weight, CHANNEL_BLOCK, few, rowsOfG);
      this.zeros = kernels.newArray(weights.blockSize());
    }

    /** Returns where the first tile finds a row and its first column of a sequence. */
    private int phaseAt(int row, int columnPhase) {
      int phase = row % down.step * columnPhases + columnPhase;
      return phase * phaseStep + row / down.step * pitch;
    }

    /** Returns where the first tile finds a column of one of the sums of rows. */
    private int sumAt(int sum, int column) {
      int phase = sum * columnPhases + column % across.step;
      return phase * (down.size == 1 ? phaseStep : sumStep) + column / across.step;
    }

    /** What a thread needs for a block of tiles. */
    private final class Workspace {
      final TileKernels.Scratch scratch = kernels.newScratch();
      final A v = kernels.newArray(vLength());
      final A m = kernels.newArray(points * mStep);

      /** Rows and columns parted into sequences; what stands for padding stays zero. */
      final A phases = kernels.newArray(rowPhases * columnPhases * phaseStep);

      /** Every second column, where every fourth is wanted; the padding stays zero here, too. */
      final A halves = kernels.newArray(halvesLength());

      final A sums = kernels.newArray(sumsLength());
      final A outputs = kernels.newArray(down.size * across.size * outputStep);
      final A line = kernels.newArray(lineLength());

      /** Where the products of a channel go. */
      final int[] to = new int[acrossSums.count];
    }

    private int vLength() {
      return Tiling.ceilDiv(tileStep, panel) * vPanel;
    }

    private int halvesLength() {
      return columnPhases == 4 ? 4 * phaseStep : 0;
    }

    private int sumsLength() {
      return down.size == 1 ? 0 : downSums.count * sumStep;
    }

    private int lineLength() {
      return down.size == 1 ? 2 * outputStep : 0;
    }

    @Override
    public String tiles() {
      return String.format(
          Locale.ROOT,
          "%d x %d of %dx%d pixels, up to %d at a time x %d channels",
          tileRows,
          rowTiles,
          down.size,
          across.size,
          mostRows * rowTiles,
          weights.blockSize());
    }

    @Override
    public long workspaceBytes() {
      long numbers =
          (long) vLength()
              + (long) points * mStep
              + (long) rowPhases * columnPhases * phaseStep
              + halvesLength()
              + sumsLength()
              + (long) down.size * across.size * outputStep
              + lineLength();
      return numbers * p.dtype().bytes()
          + kernels.newScratch().bytes()
          + (long) acrossSums.count * Integer.BYTES;
    }

    @Override
    public void run(Tensor input, int batch, Tensor residual, Tensor output) {
      if (batch == 0) {
        return;
      }
      int threads = Math.min(Tiling.threads(batch, p), Conv4j.threads());
      int blocks = blocks(batch, threads);
      int perImage = Math.multiplyExact(blocks, p.groups());
      int tasks = Math.multiplyExact(batch, perImage);
      boolean share = threads > 1 && tasks < 4 * threads && tasks % threads != 0;
      int parts = share ? Math.min(weights.blocks(), threads) : 1;
      A x = types.array(input);
      A z = types.array(residual);
      A y = types.array(output);
      AtomicIntegerArray spoilt = new AtomicIntegerArray(batch);
      Parallel.run(
          Math.multiplyExact(tasks, parts),
          threads,
          queue -> {
            Workspace workspace = workspaces.take();
            for (int task = queue.next(); task >= 0; task = queue.next()) {
              int part = task % parts;
              int block = task / parts % blocks;
              int group = task / parts / blocks % p.groups();
              int firstRow = share(tileRows, block, blocks);
              int count = share(tileRows, block + 1, blocks) - firstRow;
              new Block(x, z, y, workspace, spoilt, task / parts / perImage, group, firstRow, count)
                  .compute(
                      share(weights.blocks(), part, parts),
                      share(weights.blocks(), part + 1, parts));
            }
            workspaces.giveBack(workspace);
          });
      again.run(spoilt, input, residual, output);
    }

    /** Returns where part i begins of {@code n} things in equal parts. */
    private static int share(int n, int i, int parts) {
      return (int) ((long) n * i / parts);
    }

    /**
     * Returns into how many blocks of rows of tiles an image is cut: so few can only be shared out
     * evenly if they are a multiple of the threads.
     */
    private int blocks(int batch, int threads) {
      int least = Tiling.ceilDiv(tileRows, mostRows);
      int even = (int) Tiling.roundUp(least, threads);
      boolean few = (long) batch * p.groups() * least < 4L * threads;
      boolean enough = (long) tileRows * rowTiles >= (long) even * FEWEST_SHARED_TILES;
      return few && enough && even <= tileRows ? even : least;
    }

    /** Some rows of tiles of an image and a group. */
    private final class Block {
      private final A x;
      private final A z;
      private final A y;
      private final Workspace space;
      private final AtomicIntegerArray spoilt;
      private final int image;
      private final int group;
      private final int firstRow;
      private final int count;

      Block(
          A x,
          A z,
          A y,
          Workspace space,
          AtomicIntegerArray spoilt,
          int image,
          int group,
          int firstRow,
          int count) {
        this.x = x;
        this.z = z;
        this.y = y;
        this.space = space;
        this.spoilt = spoilt;
        this.image = image;
        this.group = group;
        this.firstRow = firstRow;
        this.count = count;
      }

      /** Computes some blocks of output channels. */
      void compute(int firstBlock, int lastBlock) {
        for (int from = 0; from < groupIn; from += portion) {
          int to = Math.min(from + portion, groupIn);
          for (int c = from; c < to; c++) {
            transformInput(c, c - from);
          }
          for (int k = 0; k < points; k++) {
            if (offsets[k].length > 0) {
              for (int b = firstBlock; b < lastBlock; b++) {
                multiply(k, b, from, to);
              }
            }
          }
        }
        int last = Math.min(lastBlock * weights.blockSize(), groupOut);
        for (int channel = firstBlock * weights.blockSize(); channel < last; channel++) {
          transformOutput(channel);
        }
      }

      private void transformInput(int c, int number) {
        readRows(image * p.inChannels() + group * groupIn + c);
        A source = space.phases;
        if (down.size > 1) {
          downSums.combine(source, lines, lines.count(1, count * pitch), space.sums, downSums.to);
          source = space.sums;
        }
        for (int i = 0; i < channelStep.length; i++) {
          space.to[i] = acrossSums.to[i] + number * channelStep[i];
        }
        int runs =
            across.size == 1 ? tiles.count(1, count * rowTiles) : tiles.count(count, rowTiles);
        acrossSums.combine(source, tiles, runs, space.v, space.to);
      }

      /** Copies the padded rows that tiles see, parted into sequences. */
      private void readRows(int plane) {
        for (int q = 0; q < rowPhases; q++) {
          int height = count + (down.side - 1 - q) / down.step;
          int first = firstRow * down.step + q - p.padTop();
          int to = q * columnPhases * phaseStep;
          if (plain) {
            readPlain(plane, first, height, to);
            continue;
          }
          for (int r = 0; r < height; r++) {
            int ih = first + r * down.step;
            for (int s = 0; s < columnPhases; s++) {
              int at = to + s * phaseStep + r * pitch;
              rows.copy(x, plane, ih, s - p.padLeft(), columnPhases, space.phases, at, pitch);
            }
          }
        }
      }

      /** Does so for every {@code down.step}-th row from {@code first} on, between zeros. */
      private void readPlain(int plane, int first, int height, int to) {
        int above = Math.min(rowsWithin(-first), height);
        int inside = Math.min(Math.max(above, rowsWithin(p.inHeight() - first)), height);
        for (int s = 0; s < columnPhases; s++) {
          int at = to + s * phaseStep;
          kernels.clear(space.phases, at, at + above * pitch);
          kernels.clear(space.phases, at + inside * pitch, at + height * pitch);
        }
        int from = (plane * p.inHeight() + first + down.step * above) * p.inWidth();
        int step = down.step * p.inWidth();
        int n = Math.min(p.inWidth(), columnPhases * pitch - p.padLeft());
        int rows = inside - above;
        int at = to + above * pitch;
        switch (columnPhases) {
          case 1 -> kernels.copyRows(x, from, step, space.phases, at + p.padLeft(), pitch, n, rows);
          case 2 -> partRows(from, step, space.phases, at, phaseStep, pitch, n, rows);
          default -> {
            partRows(from, step, space.halves, 0, 2 * phaseStep, 2 * pitch, n, rows);
            for (int s = 0; s < 2; s++) {
              int even = at + s * phaseStep;
              int odd = even + 2 * phaseStep;
              int half = s * 2 * phaseStep;
              kernels.partPlanes(
                  space.halves, half, 0, 0, space.phases, even, odd, 0, 0, rows * 2 * pitch, 1, 1);
            }
          }
        }
      }

      /** Parts padded rows into their even and their odd columns. */
      private void partRows(
          int from, int step, A target, int to, int odd, int toStep, int n, int rows) {
        int left = p.padLeft();
        int even = to + left % 2 * odd + left / 2;
        int other = to + (left + 1) % 2 * odd + (left + 1) / 2;
        kernels.partPlanes(x, from, step, 0, target, even, other, toStep, 0, n, rows, 1);
      }

      /** Returns how many of every {@code down.step}-th rows lie within the first {@code n}. */
      private int rowsWithin(int n) {
        return n <= 0 ? 0 : Tiling.ceilDiv(n, down.step);
      }

      private void multiply(int k, int b, int from, int to) {
        int products = weights.taps(k) / groupIn;
        kernels.multiplyPanels(
            weights.packed(),
            weights.at(group, k, b),
            weights.taps(k),
            weights.channels(b),
            space.v,
            begin[k],
            vPanel,
            offsets[k],
            from * products,
            to * products,
            chunk[k],
            from == 0 ? zeros : null,
            0,
            space.m,
            k * mStep + b * weights.blockSize() * panel,
            panel,
            groupOut * panel,
            count * rowTiles,
            space.scratch);
      }

      private void transformOutput(int channel) {
        int oc = group * groupOut + channel;
        int n = count * rowTiles;
        A outputs = space.outputs;
        boolean finite =
            points == 4
                ? kernels.winogradLine(
                    space.m,
                    channel * panel,
                    mStep,
                    groupOut * panel,
                    biases,
                    oc,
                    outputs,
                    outputStep,
                    n,
                    space.scratch)
                : kernels.winogradOutput(
                    2,
                    4,
                    space.m,
                    channel * panel,
                    mStep,
                    groupOut * panel,
                    biases,
                    oc,
                    outputs,
                    outputStep,
                    n,
                    space.scratch);
        if (!finite && !isFinite(n)) {
          spoilt.set(image, 1);
        }
        int oh = firstRow * down.size;
        int height = Math.min(count * down.size, p.outHeight() - oh);
        int width = p.outWidth();
        int at = ((image * p.outChannels() + oc) * p.outHeight() + oh) * width;
        if (points == 16) {
          kernels.interleave(2, outputs, 0, outputStep, rowTiles, y, at, width, width, height);
        } else if (down.size == 1) {
          kernels.interleave(2, outputs, 0, outputStep, 0, space.line, 0, 0, 2 * n, 1);
          kernels.moveRows(space.line, 0, 2 * rowTiles, y, at, width, width, height);
        } else {
          int next = at + width;
          kernels.moveRows(outputs, 0, width, y, at, 2 * width, width, (height + 1) / 2);
          kernels.moveRows(outputs, outputStep, width, y, next, 2 * width, width, height / 2);
        }
        types.finish().apply(y, at, 0, 1, height * width, z);
      }

      private boolean isFinite(int n) {
        for (int i = 0; i < down.size * across.size; i++) {
          if (!kernels.isFinite(space.outputs, i * outputStep, n)) {
            return false;
          }
        }
        return true;
      }
    }

    /** Rows that are added to others, or subtracted from them. */
    private final class Sums {
      final int[] first;
      final int[] second;
      final int[] sign;
      final int[] to;
      int count;

      Sums(int most) {
        first = new int[most];
        second = new int[most];
        sign = new int[most];
        to = new int[most];
      }

      void add(int first, int second, int sign, int to) {
        this.first[count] = first;
        this.second[count] = second;
        this.sign[count] = sign;
        this.to[count++] = to;
      }

      void combine(A source, Runs runs, int n, A target, int[] to) {
        kernels.combine(
            source, first, second, sign, runs.from, target, to, runs.to, runs.length, n);
      }
    }
  }

  /** Rows cut into runs of a vector, none of which reaches into the next panel. */
  private static final class Runs {
    final int[] from;
    final int[] to;
    final int[] length;

    /** How many runs so many rows have. */
    private final int[] before;

    private final int lanes;

    Runs(int rows, int pitch, int n, int lanes, int panel, int panelStep) {
      this.lanes = lanes;
      int most = rows * (2 * Tiling.ceilDiv(n, lanes) + 1);
      from = new int[most];
      to = new int[most];
      length = new int[most];
      before = new int[rows + 1];
      int i = 0;
      for (int r = 0; r < rows; r++) {
        for (int t = 0; t < n; t += length[i++]) {
          int tile = r * n + t;
          from[i] = r * pitch + t;
          to[i] = tile / panel * panelStep + tile % panel;
          length[i] = Math.min(Math.min(n - t, lanes), panel - tile % panel);
        }
        before[r + 1] = i;
      }
    }

    /** Returns how many runs some rows have; one row may be shorter than it could be. */
    int count(int rows, int n) {
      return before.length == 2 ? Math.min(before[1], Tiling.ceilDiv(n, lanes)) : before[rows];
    }
  }
}
