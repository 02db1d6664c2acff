package io.github.conv4j.operator;

import io.github.conv4j.engine.Parallel;
import io.github.conv4j.engine.WorkspacePool;
import io.github.conv4j.kernel.TileKernels;
import java.util.Arrays;
import java.util.function.IntUnaryOperator;

/**
 * Products of row-major matrices, {@code m x k} by {@code k x n}, on the kernels of a backend: the
 * left one's rows are the kernels of a convolution of one pixel, the right one's rows the planes of
 * its input.
 *
 * @param <A> the array type
 */
final class MatrixProduct<A> {
  /** Multiply-adds that plain loops have done before kernels have begun. */
  private static final int SMALL = 2048;

  /** Multiply-adds worth waking a thread. */
  private static final long WORTH_SHARING = 2_000_000;

  /** So many tasks let a few threads finish at about the same time. */
  private static final int ENOUGH_TASKS = 8;

  private final TileKernels<A> kernels;
  private final int m;
  private final int k;
  private final int n;
  private final int chunk;

  /** Products that are summed at a time, some chunks. */
  private final int span;

  private final int rows;
  private final int blocks;
  private final int tile;
  private final int tiles;
  private final int[] offsets;
  private final A zeros;
  private final WorkspacePool<Workspace<A>> workspaces;

  private record Workspace<A>(A packed, TileKernels.Scratch scratch) {}

  MatrixProduct(TileKernels<A> kernels, int m, int k, int n, int chunk) {
    this.kernels = kernels;
    this.m = m;
    this.k = k;
    this.n = n;
    this.chunk = chunk;
    this.span = Math.max(1, TileKernels.MAX_TAPS / 2 / chunk) * chunk;
    this.blocks = ceilDiv(m, TileKernels.MAX_ROWS);
    this.rows = ceilDiv(m, blocks);
    int wide = ceilDiv(n, ceilDiv(n, kernels.tile()));
    int pair = 2 * kernels.lanes();
    this.tile = n <= kernels.tile() ? n : ceilDiv(wide, pair) * pair;
    this.tiles = ceilDiv(n, tile);
    this.offsets = new int[k];
    Arrays.setAll(offsets, t -> t * n);
    this.zeros = kernels.newArray(rows);
    this.workspaces =
        new WorkspacePool<>(
            () ->
                new Workspace<>(
                    kernels.newArray(kernels.packedLength(rows, k)), kernels.newScratch()));
  }

  /** Returns whether a product is not worth the kernels. */
  static boolean isSmall(int m, int k, int n) {
    return (long) m * k * n <= SMALL;
  }

  private static int ceilDiv(int a, int b) {
    return (a - 1) / b + 1;
  }

  /**
   * Computes products.
   *
   * @param count how many; their outputs follow each other
   * @param aAt where the left matrix of each begins
   * @param bAt where the right matrix of each begins
   */
  void run(A a, A b, A y, int count, IntUnaryOperator aAt, IntUnaryOperator bAt) {
    // Rows that are packed serve all tiles of a task: it has as many as leave enough tasks.
    int perBlock = Math.min(tiles, ceilDiv(ENOUGH_TASKS, Math.min(ENOUGH_TASKS, count * blocks)));
    int tilesAtOnce = ceilDiv(tiles, perBlock);
    int parts = ceilDiv(tiles, tilesAtOnce);
    long work = (long) count * m * k * n / WORTH_SHARING;
    Parallel.run(
        Math.multiplyExact(Math.multiplyExact(count, blocks), parts),
        (int) Math.min(1 + work, Integer.MAX_VALUE),
        tasks -> {
          Workspace<A> workspace = workspaces.take();
          for (int task = tasks.next(); task >= 0; task = tasks.next()) {
            int product = task / parts / blocks;
            int row = task / parts % blocks * rows;
            int tileFrom = task % parts * tilesAtOnce;
            computeTiles(
                a,
                aAt.applyAsInt(product) + row * k,
                b,
                bAt.applyAsInt(product),
                y,
                (product * m + row) * n,
                Math.min(rows, m - row),
                tileFrom,
                Math.min(tileFrom + tilesAtOnce, tiles),
                workspace);
          }
          workspaces.giveBack(workspace);
        });
  }

  private void computeTiles(
      A a,
      int aAt,
      A b,
      int bAt,
      A y,
      int yAt,
      int height,
      int tileFrom,
      int tileTo,
      Workspace<A> workspace) {
    if (tileFrom >= tileTo || height <= 0) {
      return;
    }
    kernels.pack(a, aAt, height, k, workspace.packed, 0);
    for (int t = tileFrom; t < tileTo; t++) {
      int column = t * tile;
      for (int from = 0; from < k; from += span) {
        kernels.multiply(
            workspace.packed,
            0,
            k,
            height,
            b,
            bAt + column,
            offsets,
            from,
            Math.min(from + span, k),
            chunk,
            from == 0 ? zeros : null,
            0,
            y,
            yAt + column,
            n,
            Math.min(tile, n - column),
            workspace.scratch);
      }
    }
  }
}
