package io.github.conv4j.cli;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;

/**
 * Reads things on another thread, two ahead of the one that is worked on. Not safe for use by many
 * threads.
 *
 * @param <S> what is read from
 * @param <T> what is read
 */
final class ReadAhead<S, T> implements AutoCloseable {
  private static final int AHEAD = 2;

  private final Iterator<S> sources;
  private final Function<S, T> reader;
  private final Deque<Future<T>> waiting = new ArrayDeque<>();
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(
          work -> {
            Thread made = new Thread(work, "conv4j-read");
            made.setDaemon(true);
            return made;
          });

  ReadAhead(List<S> sources, Function<S, T> reader) {
    this.sources = sources.iterator();
    this.reader = reader;
    while (waiting.size() < AHEAD && this.sources.hasNext()) {
      submit();
    }
  }

  private void submit() {
    S source = sources.next();
    waiting.add(thread.submit(() -> reader.apply(source)));
  }

  /**
   * Returns what the next source holds; whatever its reader threw is thrown here.
   *
   * @throws java.util.NoSuchElementException if there are no more
   */
  T next() {
    Future<T> next = waiting.remove();
    if (sources.hasNext()) {
      submit();
    }
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return next.get();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw (Error) e.getCause();
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
