package io.github.conv4j.engine;

import io.github.conv4j.Conv4j;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Work shared between threads: one pool for the whole library.
 *
 * <p>The caller always takes part and could do all the work alone, so that nested and concurrent
 * callers get on without waiting for a free thread. The pool's threads are daemons and end after a
 * while without work: none keeps a virtual machine alive.
 */
public final class Parallel {
  private static final int IDLE_SECONDS = 10;

  /**
   * How long a thread looks out for more work, or for the end of the work, before it goes to sleep.
   * Waking one takes up to a tenth of it; layers of a network follow each other faster.
   */
  private static final long LOOKOUT_NANOS = 1_000_000;

  /** After so long it lets others run in between. */
  private static final long ALERT_NANOS = 50_000;

  private static final ThreadPoolExecutor POOL = newPool();

  /** How many threads of the pool look out for more work. */
  private static final AtomicInteger LOOKING_OUT = new AtomicInteger();

  private Parallel() {}

  /** What every thread that takes part does: draw tasks until there are none left. */
  public interface Job {
    /** Draws tasks and does them; called once by each thread that takes part. */
    void run(Tasks tasks);
  }

  /**
   * The tasks {@code 0, 1, .. count - 1}, each handed out once: to the caller from the first on, to
   * its helpers from the last on. So each thread works on neighbours, and finds in its own cache
   * what it wrote there when the job before was shared in the same way.
   */
  public static final class Tasks {
    private final Shared shared;
    private final boolean fromLast;

    private Tasks(Shared shared, boolean fromLast) {
      this.shared = shared;
      this.fromLast = fromLast;
    }

    /** Returns a task that nobody else has, or -1 when there are none left. */
    public int next() {
      return shared.draw(fromLast);
    }
  }

  /** What the threads draw from. */
  private static final class Shared {
    private final int count;
    private final AtomicInteger drawn = new AtomicInteger();
    private final AtomicInteger first = new AtomicInteger();
    private final AtomicInteger last;

    Shared(int count) {
      this.count = count;
      this.last = new AtomicInteger(count - 1);
    }

    int draw(boolean fromLast) {
      // Looked at before drawn: late threads must not count past the largest int.
      if (drawn.get() >= count || drawn.getAndIncrement() >= count) {
        return -1;
      }
      return fromLast ? last.getAndDecrement() : first.getAndIncrement();
    }

    void cancel() {
      drawn.set(count);
    }
  }

  private static ThreadPoolExecutor newPool() {
    ThreadPoolExecutor pool =
        new ThreadPoolExecutor(
            1,
            1,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            runnable -> {
              // Inherits nothing of the caller who happens to start it.
              Thread thread = new Thread(null, runnable, "conv4j", 0, false);
              thread.setContextClassLoader(null);
              thread.setDaemon(true);
              return thread;
            });
    pool.allowCoreThreadTimeOut(true);
    return pool;
  }

  /**
   * Runs a job on up to {@code threads} threads and returns when it is done.
   *
   * <p>What a task throws, the caller gets; tasks not yet begun are then left out. An interrupt is
   * kept for the caller and does not stop the work.
   *
   * @param count how many tasks there are
   * @param threads the most threads to use, the caller's own included
   * @param job what each of them does
   */
  public static void run(int count, int threads, Job job) {
    Shared tasks = new Shared(count);
    // Read once: another thread may set it meanwhile.
    int allowed = Conv4j.threads();
    int helpers = Math.min(Math.min(threads, allowed), count) - 1;
    if (helpers <= 0) {
      job.run(new Tasks(tasks, false));
      return;
    }
    Team team = new Team(tasks, job);
    Help help = new Help(team);
    try {
      callHelpers(help, helpers, allowed - 1);
      team.lead();
    } finally {
      // What no thread was free to begin would hold the caller's tensors until one is.
      POOL.getQueue().removeIf(waiting -> waiting == help);
    }
  }

  /** Returns whether a thread looks out for work now, and need not be woken to share some. */
  public static boolean isAwake() {
    return LOOKING_OUT.get() > 0;
  }

  private static void callHelpers(Help help, int helpers, int poolSize) {
    try {
      resize(poolSize);
      for (int i = 0; i < helpers; i++) {
        POOL.execute(help);
      }
    } catch (OutOfMemoryError e) {
      // The system has no more threads to give: those there are do the work.
    }
  }

  private static synchronized void resize(int size) {
    if (size > POOL.getMaximumPoolSize()) {
      POOL.setMaximumPoolSize(size);
      POOL.setCorePoolSize(size);
    } else if (size < POOL.getMaximumPoolSize()) {
      POOL.setCorePoolSize(size);
      POOL.setMaximumPoolSize(size);
    }
  }

  /** Waits a moment; returns false after too many of them. */
  // Yielding only makes room for others: nothing here relies on what the scheduler does.
  @SuppressWarnings("ThreadPriorityCheck")
  private static boolean keepsLookout(long start) {
    long waited = System.nanoTime() - start;
    if (waited < ALERT_NANOS) {
      Thread.onSpinWait();
    } else {
      Thread.yield();
    }
    return waited < LOOKOUT_NANOS;
  }

  /**
   * What a thread of the pool does: helps a team, and then whichever team calls while it looks out.
   */
  private record Help(Team team) implements Runnable {
    @Override
    public void run() {
      Runnable next = this;
      while (next instanceof Help help) {
        help.team.help();
        next = lookOut();
      }
    }

    private static Runnable lookOut() {
      LOOKING_OUT.getAndIncrement();
      try {
        long start = System.nanoTime();
        do {
          Runnable waiting = POOL.getQueue().poll();
          if (waiting != null) {
            return waiting;
          }
        } while (keepsLookout(start));
        return null;
      } finally {
        LOOKING_OUT.getAndDecrement();
      }
    }
  }

  /** The threads at work on one job. */
  private static final class Team {
    private final Shared tasks;
    private final Job job;
    private volatile int active;
    private boolean closed;
    private Throwable failure;

    Team(Shared tasks, Job job) {
      this.tasks = tasks;
      this.job = job;
    }

    void help() {
      synchronized (this) {
        if (closed) {
          return;
        }
        active++;
      }
      try {
        work(true);
      } finally {
        synchronized (this) {
          active--;
          notifyAll();
        }
      }
    }

    void lead() {
      work(false);
      boolean interrupted = false;
      synchronized (this) {
        closed = true;
      }
      long start = System.nanoTime();
      while (active > 0 && keepsLookout(start)) {}
      synchronized (this) {
        while (active > 0) {
          try {
            wait();
          } catch (InterruptedException e) {
            interrupted = true;
          }
        }
      }
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
      if (failure instanceof RuntimeException e) {
        throw e;
      }
      if (failure instanceof Error e) {
        throw e;
      }
    }

    private void work(boolean helps) {
      try {
        job.run(new Tasks(tasks, helps));
      } catch (RuntimeException | Error e) {
        tasks.cancel();
        synchronized (this) {
          failure = failure == null ? e : failure;
        }
      }
    }
  }
}
