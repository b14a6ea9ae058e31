package dev.outpost.agent.internal.task;

import static org.assertj.core.api.Assertions.assertThat;

import dev.outpost.agent.internal.base.Counters;
import dev.outpost.agent.task.TaskExecutor;
import dev.outpost.agent.task.TaskRequest;
import dev.outpost.agent.task.TaskThreads;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 20, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class TaskWorkersTest {

    private final Counters counters = new Counters();
    private final Semaphore slotFreed = new Semaphore(0);
    private final List<Gated> gates = new ArrayList<>();
    private TaskWorkers executor = new TaskWorkers(1, TaskThreads.PLATFORM, counters);

    @AfterEach
    void letAllGo() {
        gates.forEach(gate -> gate.mayEnd.countDown());
        executor.close();
    }

    @Test
    void tryExecute_freeSlot_runsAndFreesTheSlotAfterwards() throws InterruptedException {
        Gated attempt = start();
        attempt.begun.await();
        assertThat(executor.freeSlots()).isZero();
        assertThat(executor.tryExecute(new Gated(), slotFreed::release)).isNull();
        assertThat(slotFreed.availablePermits()).isZero();

        attempt.mayEnd.countDown();
        slotFreed.acquire();

        assertThat(executor.freeSlots()).isEqualTo(1);
    }

    @Test
    void interrupt_runningAttempt_reachesIt() throws InterruptedException {
        Gated attempt = start();
        attempt.begun.await();

        attempt.handle().interrupt();
        slotFreed.acquire();

        assertThat(attempt.interrupted).isTrue();
    }

    @Test
    void interrupt_beforeTheAttemptBegan_reachesItWhenItBegins() throws InterruptedException {
        Gated first = start();
        first.begun.await();
        first.handle().abandon();
        slotFreed.acquire();
        // Two threads at most: the next attempt gets the second one, interrupted perhaps before it has begun.
        Gated second = start();
        second.handle().interrupt();
        slotFreed.acquire();

        assertThat(second.interrupted).isTrue();
        assertThat(first.interrupted).isFalse();
    }

    @Test
    void interrupt_lateForItsAttempt_doesNotReachTheNextOne() throws InterruptedException {
        for (int i = 0; i < 500; i++) {
            Gated first = start();
            first.begun.await();
            Thread late = new Thread(() -> first.handle().interrupt());
            late.start();
            first.mayEnd.countDown();
            slotFreed.acquire();
            Gated second = start();
            second.begun.await();
            late.join();
            first.handle().interrupt();
            second.mayEnd.countDown();
            slotFreed.acquire();

            assertThat(second.interrupted).as("round %d", i).isFalse();
        }
    }

    @Test
    void abandon_replacesTheThreadAndFreesTheSlotOnce() throws InterruptedException {
        Gated stuck = start();
        stuck.begun.await();

        stuck.handle().abandon();
        stuck.handle().abandon();

        assertThat(slotFreed.availablePermits()).isEqualTo(1);
        assertThat(executor.leakedThreads()).isEqualTo(1);
        assertThat(executor.freeSlots()).isEqualTo(1);
        assertThat(counters.value("task.threads.leaked")).isEqualTo(1);
        Gated next = start();
        next.begun.await();
        assertThat(next.thread).isNotSameAs(stuck.thread);
    }

    @Test
    void abandon_attemptThatComesBack_isNoLongerLeakedAndFreesNothingTwice() throws InterruptedException {
        Gated stuck = start();
        stuck.begun.await();
        stuck.handle().abandon();
        Gated next = start();
        next.begun.await();

        stuck.mayEnd.countDown();
        while (executor.leakedThreads() > 0) {
            Thread.onSpinWait();
        }
        next.mayEnd.countDown();
        slotFreed.acquire(2);

        assertThat(executor.freeSlots()).isEqualTo(1);
        assertThat(slotFreed.availablePermits()).isZero();
    }

    @Test
    void abandon_moreThanOnePerSlot_keepsTheSlotTaken() throws InterruptedException {
        executor.close();
        executor = new TaskWorkers(2, TaskThreads.PLATFORM, counters);
        List<Gated> stuck = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            Gated attempt = start();
            attempt.begun.await();
            attempt.handle().abandon();
            stuck.add(attempt);
        }

        assertThat(executor.leakedThreads()).isEqualTo(4);
        assertThat(executor.freeSlots())
                .as("two were replaced, two keep their slots")
                .isZero();
        assertThat(slotFreed.availablePermits()).isEqualTo(2);

        stuck.forEach(attempt -> attempt.mayEnd.countDown());
        slotFreed.acquire(4);
        assertThat(executor.freeSlots()).isEqualTo(2);
        while (executor.leakedThreads() > 0) {
            Thread.onSpinWait();
        }
    }

    @Test
    void abandon_attemptThatHasEnded_isWithoutEffect() throws InterruptedException {
        Gated attempt = start();
        attempt.mayEnd.countDown();
        slotFreed.acquire();

        attempt.handle().abandon();

        assertThat(executor.leakedThreads()).isZero();
        assertThat(executor.freeSlots()).isEqualTo(1);
        assertThat(slotFreed.availablePermits()).isZero();
    }

    @Test
    void close_afterwards_takesNoAttempts() {
        executor.close();

        assertThat(executor.tryExecute(new Gated(), slotFreed::release)).isNull();
    }

    private Gated start() {
        Gated attempt = new Gated();
        gates.add(attempt);
        attempt.handle = executor.tryExecute(attempt, slotFreed::release);
        assertThat(attempt.handle).isNotNull();
        return attempt;
    }

    /** An attempt that ends when it may, or when it is interrupted. */
    private static final class Gated implements TaskExecutor.Attempt {
        private final CountDownLatch begun = new CountDownLatch(1);
        private final CountDownLatch mayEnd = new CountDownLatch(1);
        private TaskExecutor.@Nullable Run handle;
        private volatile boolean interrupted;
        private volatile @Nullable Thread thread;

        TaskExecutor.Run handle() {
            return Objects.requireNonNull(handle);
        }

        @Override
        public TaskRequest task() {
            return TaskRequest.of("t").build();
        }

        @Override
        public void run() {
            thread = Thread.currentThread();
            begun.countDown();
            try {
                mayEnd.await();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
    }
}
