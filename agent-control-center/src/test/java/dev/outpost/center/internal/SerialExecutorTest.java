package dev.outpost.center.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class SerialExecutorTest {

    private final Workers workers = new Workers(2);

    @AfterEach
    void close() {
        workers.close();
    }

    @Test
    void execute_storesThatDoNotBlock_runsOnTheCallersThread() {
        SerialExecutor turn = SerialExecutor.ofStores(workers, false, () -> {});
        List<Thread> threads = new ArrayList<>();
        turn.execute(() -> threads.add(Thread.currentThread()));
        assertThat(threads).containsExactly(Thread.currentThread());
    }

    @Test
    void execute_fromWithinACommand_runsAfterIt() {
        SerialExecutor turn = SerialExecutor.ofStores(workers, false, () -> {});
        List<String> order = new ArrayList<>();
        turn.execute(() -> {
            turn.execute(() -> order.add("second"));
            order.add("first");
        });
        assertThat(order).containsExactly("first", "second");
    }

    @Test
    void execute_storesThatMayBlock_runsOnWorkersInOrder() throws Exception {
        SerialExecutor turn = SerialExecutor.ofStores(workers, true, () -> {});
        List<Integer> order = new CopyOnWriteArrayList<>();
        List<String> threads = new CopyOnWriteArrayList<>();
        CountDownLatch done = new CountDownLatch(300);
        for (int i = 0; i < 300; i++) {
            int number = i;
            turn.execute(() -> {
                order.add(number);
                threads.add(Thread.currentThread().getName());
                done.countDown();
            });
        }
        assertThat(done.await(20, TimeUnit.SECONDS)).isTrue();
        assertThat(order).hasSize(300).isSorted();
        assertThat(threads).allMatch(name -> name.startsWith("outpost-center-worker-"));
    }

    @Test
    void execute_manyThreads_runsOneCommandAtATime() throws Exception {
        SerialExecutor turn = SerialExecutor.ofStores(workers, false, () -> {});
        int[] unguarded = {0};
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            threads.add(new Thread(() -> {
                for (int j = 0; j < 20_000; j++) {
                    turn.execute(() -> unguarded[0]++);
                }
            }));
        }
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            thread.join();
        }
        turn.end(System.nanoTime() + TimeUnit.SECONDS.toNanos(20));
        assertThat(unguarded[0]).isEqualTo(80_000);
    }

    @Test
    void execute_commandThrows_isCountedAndTheNextRuns() {
        SerialExecutor turn = SerialExecutor.ofStores(workers, false, () -> {});
        turn.execute(() -> {
            throw new IllegalStateException("broken");
        });
        List<String> ran = new ArrayList<>();
        turn.execute(() -> ran.add("next"));
        assertThat(ran).containsExactly("next");
        assertThat(workers.snapshot()).containsEntry("user.failures{store}", 1L);
    }

    @Test
    void end_commandsWait_runsThemAndTakesNothingMore() {
        SerialExecutor turn = SerialExecutor.ofStores(workers, true, () -> {});
        List<Integer> ran = new CopyOnWriteArrayList<>();
        for (int i = 0; i < 200; i++) {
            int number = i;
            turn.execute(() -> ran.add(number));
        }
        turn.end(System.nanoTime() + TimeUnit.SECONDS.toNanos(20));
        assertThat(ran).hasSize(200);
        turn.execute(() -> ran.add(-1));
        assertThat(ran).hasSize(200);
        assertThat(workers.snapshot()).containsEntry("center.work.after_close", 1L);
    }

    @Test
    void end_commandHangs_waitsNoLongerThanItMay() {
        SerialExecutor turn = SerialExecutor.ofStores(workers, true, () -> {});
        CountDownLatch release = new CountDownLatch(1);
        turn.execute(() -> {
            try {
                release.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        turn.end(System.nanoTime() + 1_000_000);
        release.countDown();
    }
}
