package io.github.conv4j.engine;

import io.github.conv4j.Conv4j;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Supplier;

/**
 * The scratch memory of a plan, one piece for each thread at work, kept between calls. Safe for use
 * by many threads.
 *
 * @param <W> one piece
 */
public final class WorkspacePool<W> {
  private final Supplier<W> maker;
  private final ConcurrentLinkedQueue<W> idle = new ConcurrentLinkedQueue<>();

  /** Makes an empty pool. */
  public WorkspacePool(Supplier<W> maker) {
    this.maker = maker;
  }

  /** Returns a piece that nobody else uses, a new one if all are in use. */
  public W take() {
    W free = idle.poll();
    return free == null ? maker.get() : free;
  }

  /** Takes a piece back; as many are kept as threads may work. */
  public void giveBack(W piece) {
    if (idle.size() < Conv4j.threads()) {
      idle.add(piece);
    }
  }
}
