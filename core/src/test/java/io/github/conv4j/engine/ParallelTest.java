package io.github.conv4j.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.conv4j.Conv4j;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class ParallelTest {
  private final int threadsBefore = Conv4j.threads();

  @AfterEach
  void restoreThreads() {
    Conv4j.setThreads(threadsBefore);
  }

  private static AtomicIntegerArray countRuns(int tasks, int threads) {
    AtomicIntegerArray runs = new AtomicIntegerArray(tasks);
    Parallel.run(tasks, threads, queue -> forEach(queue, runs::incrementAndGet));
    return runs;
  }

  private static void forEach(Parallel.Tasks queue, java.util.function.IntConsumer body) {
    for (int task = queue.next(); task >= 0; task = queue.next()) {
      body.accept(task);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 7, 64})
  void runsEveryTaskOnce(int threads) {
    Conv4j.setThreads(threads);
    for (int tasks : new int[] {0, 1, 2, 3, 100, 1001}) {
      AtomicIntegerArray runs = countRuns(tasks, threads);
      for (int i = 0; i < tasks; i++) {
        assertEquals(1, runs.get(i), "task " + i + " of " + tasks);
      }
    }
  }

  @Test
  void theCallerBeginsAtTheFirstTaskAndAHelperAtTheLast() {
    Conv4j.setThreads(2);
    Thread caller = Thread.currentThread();
    CountDownLatch bothDrew = new CountDownLatch(2);
    List<Integer> ofCaller = Collections.synchronizedList(new ArrayList<>());
    List<Integer> ofHelper = Collections.synchronizedList(new ArrayList<>());
    Parallel.run(
        7,
        2,
        queue -> {
          List<Integer> drawn = Thread.currentThread() == caller ? ofCaller : ofHelper;
          drawn.add(queue.next());
          bothDrew.countDown();
          await(bothDrew);
          forEach(queue, drawn::add);
        });
    assertEquals(7, ofCaller.size() + ofHelper.size());
    for (int i = 0; i < ofCaller.size(); i++) {
      assertEquals(i, ofCaller.get(i));
    }
    for (int i = 0; i < ofHelper.size(); i++) {
      assertEquals(6 - i, ofHelper.get(i));
    }
    assertTrue(!ofCaller.isEmpty() && !ofHelper.isEmpty());
  }

  @Test
  void usesAsManyThreadsAsAskedFor() {
    Conv4j.setThreads(3);
    CountDownLatch allThere = new CountDownLatch(3);
    Set<Thread> seen = ConcurrentHashMap.newKeySet();
    Parallel.run(
        3,
        3,
        queue -> {
          seen.add(Thread.currentThread());
          allThere.countDown();
          await(allThere);
          forEach(queue, task -> {});
        });
    assertEquals(3, seen.size());
    assertTrue(seen.contains(Thread.currentThread()), "the caller takes part");
    for (Thread thread : seen) {
      assertTrue(
          thread.isDaemon() || thread == Thread.currentThread(), thread + " keeps a JVM alive");
    }
  }

  @Test
  void waitsForItsHelpers() {
    Conv4j.setThreads(2);
    CountDownLatch helperIsThere = new CountDownLatch(2);
    Thread self = Thread.currentThread();
    AtomicInteger done = new AtomicInteger();
    Parallel.run(
        2,
        2,
        queue -> {
          helperIsThere.countDown();
          await(helperIsThere);
          if (Thread.currentThread() != self) {
            LockSupport.parkNanos(50_000_000);
          }
          done.incrementAndGet();
        });
    assertEquals(2, done.get());
  }

  @Test
  void usesNoMoreThreadsThanAskedFor() {
    Conv4j.setThreads(4);
    Set<Thread> seen = ConcurrentHashMap.newKeySet();
    Parallel.run(
        100,
        1,
        queue ->
            forEach(
                queue,
                task -> {
                  seen.add(Thread.currentThread());
                  LockSupport.parkNanos(100_000);
                }));
    assertEquals(Set.of(Thread.currentThread()), seen);
  }

  @Test
  void runsNestedCalls() {
    Conv4j.setThreads(4);
    AtomicInteger sum = new AtomicInteger();
    Parallel.run(
        8,
        4,
        outer ->
            forEach(
                outer,
                i -> Parallel.run(8, 4, inner -> forEach(inner, j -> sum.addAndGet(i * 8 + j)))));
    assertEquals(63 * 64 / 2, sum.get());
  }

  @Test
  void runsCallsOfManyThreads() throws InterruptedException {
    Conv4j.setThreads(3);
    AtomicInteger failures = new AtomicInteger();
    List<Thread> callers = new ArrayList<>();
    for (int c = 0; c < 8; c++) {
      Thread caller =
          new Thread(
              () -> {
                for (int i = 0; i < 200; i++) {
                  AtomicIntegerArray runs = countRuns(50, 3);
                  for (int t = 0; t < 50; t++) {
                    if (runs.get(t) != 1) {
                      failures.incrementAndGet();
                    }
                  }
                }
              });
      callers.add(caller);
      caller.start();
    }
    for (Thread caller : callers) {
      caller.join();
    }
    assertEquals(0, failures.get());
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 4})
  void passesOnWhatATaskThrows(int threads) {
    Conv4j.setThreads(threads);
    IllegalStateException thrown = new IllegalStateException("task 5");
    IllegalStateException caught =
        assertThrows(
            IllegalStateException.class,
            () ->
                Parallel.run(
                    1000,
                    threads,
                    queue ->
                        forEach(
                            queue,
                            task -> {
                              if (task == 5) {
                                throw thrown;
                              }
                            })));
    assertSame(thrown, caught);
    assertEquals(1, countRuns(1, threads).get(0), "works afterwards");
  }

  @Test
  void leavesOutTheTasksAfterAFailure() {
    Conv4j.setThreads(2);
    CountDownLatch helperIsThere = new CountDownLatch(2);
    Thread self = Thread.currentThread();
    AtomicInteger drawn = new AtomicInteger();
    assertThrows(
        IllegalStateException.class,
        () ->
            Parallel.run(
                1000,
                2,
                queue -> {
                  helperIsThere.countDown();
                  await(helperIsThere);
                  if (Thread.currentThread() != self) {
                    throw new IllegalStateException("the helper fails at once");
                  }
                  forEach(
                      queue,
                      task -> {
                        drawn.incrementAndGet();
                        LockSupport.parkNanos(1_000_000);
                      });
                }));
    assertTrue(drawn.get() < 1000, "all tasks were done");
  }

  @Test
  void keepsAnInterruptForTheCaller() {
    Conv4j.setThreads(2);
    CountDownLatch helperIsThere = new CountDownLatch(1);
    Thread self = Thread.currentThread();
    AtomicIntegerArray runs = new AtomicIntegerArray(100);
    Parallel.run(
        100,
        2,
        queue -> {
          if (Thread.currentThread() == self) {
            await(helperIsThere);
            self.interrupt();
          } else {
            helperIsThere.countDown();
            LockSupport.parkNanos(50_000_000);
          }
          forEach(queue, runs::incrementAndGet);
        });
    assertTrue(Thread.interrupted(), "the interrupt was lost");
    for (int i = 0; i < 100; i++) {
      assertEquals(1, runs.get(i));
    }
  }

  @Test
  void theNumberOfThreadsMayChangeDuringWork() throws InterruptedException {
    AtomicInteger done = new AtomicInteger();
    Thread caller =
        new Thread(
            () -> {
              for (int i = 0; i < 20_000; i++) {
                countRuns(2, 3);
                done.incrementAndGet();
              }
            });
    caller.setUncaughtExceptionHandler((thread, e) -> {});
    caller.start();
    for (int i = 0; caller.isAlive(); i++) {
      Conv4j.setThreads(1 + i % 3);
    }
    caller.join();
    assertEquals(20_000, done.get());
  }

  @Test
  void aJobThatIsDoneHoldsNothing() throws InterruptedException {
    Conv4j.setThreads(2);
    CountDownLatch poolIsBusy = new CountDownLatch(2);
    CountDownLatch release = new CountDownLatch(1);
    Thread slow =
        new Thread(
            () ->
                Parallel.run(
                    2,
                    2,
                    queue -> {
                      poolIsBusy.countDown();
                      await(release);
                      forEach(queue, task -> {});
                    }));
    slow.start();
    await(poolIsBusy);

    WeakReference<Object> tensor = runAJobThatHoldsSomething();
    for (int i = 0; i < 100 && tensor.get() != null; i++) {
      System.gc();
      Thread.sleep(10);
    }
    assertNull(tensor.get(), "a helper that is not needed any more waits with the job's data");
    release.countDown();
    slow.join();
  }

  private static WeakReference<Object> runAJobThatHoldsSomething() {
    Object held = new int[1000];
    Parallel.run(2, 2, queue -> forEach(queue, task -> assertNotNull(held)));
    return new WeakReference<>(held);
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void itsThreadsInheritNothing() throws InterruptedException {
    Conv4j.setThreads(3);
    InheritableThreadLocal<String> secret = new InheritableThreadLocal<>();
    secret.set("the caller's");
    CountDownLatch allThere = new CountDownLatch(3);
    Set<String> inherited = ConcurrentHashMap.newKeySet();
    Thread self = Thread.currentThread();
    Parallel.run(
        3,
        3,
        queue -> {
          if (Thread.currentThread() != self) {
            inherited.add(Thread.currentThread().getContextClassLoader() + " " + secret.get());
          }
          allThere.countDown();
          await(allThere);
        });
    assertEquals(Set.of("null null"), inherited);
  }

  @Test
  void refusesNoThreads() {
    assertThrows(IllegalArgumentException.class, () -> Conv4j.setThreads(0));
  }
}
