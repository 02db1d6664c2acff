package io.github.conv4j.cli.explore;

/**
 * How long one thread waits for its client altogether: to read a request, and again to write the
 * answer. The time to compute the answer does not count.
 *
 * <p>A client that takes longer loses its connection: the thread is interrupted, and a channel
 * whose thread is interrupted while it reads or writes is closed by the JDK.
 */
final class Patience {
  private final Thread thread = Thread.currentThread();
  private final long limitNanos;
  private boolean waiting;
  private long since;

  Patience(long limitNanos) {
    this.limitNanos = limitNanos;
  }

  /** Begins to wait, for the whole time again. */
  synchronized void begin() {
    waiting = true;
    since = System.nanoTime();
  }

  /** Ends the waiting: from here on the thread is not interrupted. */
  synchronized void end() {
    waiting = false;
  }

  /** Interrupts the thread if it has waited for too long. Called again and again from another. */
  synchronized void check() {
    if (waiting && System.nanoTime() - since > limitNanos) {
      thread.interrupt();
    }
  }
}
