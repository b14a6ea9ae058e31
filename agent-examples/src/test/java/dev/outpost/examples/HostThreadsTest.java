package dev.outpost.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.outpost.agent.task.TaskExecutor;
import dev.outpost.agent.task.TaskRequest;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The README's executor; what the host would run is run on the test's thread. */
class HostThreadsTest {

    private final Queue<Runnable> jobs = new ArrayDeque<>();
    private final AtomicInteger freed = new AtomicInteger();

    @AfterEach
    void leaveNoInterruptBehind() {
        Thread.interrupted();
    }

    @Test
    void tryExecute_hostRefuses_keepsTheSlotFree() {
        var executor = new CustomParts.HostThreads(job -> {
            throw new RejectedExecutionException("the host's queue is full");
        });

        assertThat(executor.tryExecute(attempt(() -> {}), freed::incrementAndGet))
                .isNull();
        assertThat(executor.freeSlots()).isEqualTo(4);
        assertThat(freed).hasValue(0);
    }

    @Test
    void tryExecute_hostTakesIt_slotIsFreeWhenItHasEnded() {
        var executor = new CustomParts.HostThreads(jobs::add);

        assertThat(executor.tryExecute(attempt(() -> {}), freed::incrementAndGet))
                .isNotNull();
        assertThat(executor.freeSlots()).isEqualTo(3);
        jobs.remove().run();

        assertThat(executor.freeSlots()).isEqualTo(4);
        assertThat(freed).hasValue(1);
    }

    @Test
    void interrupt_attemptPassesItOver_doesNotHitTheNextJob() {
        var executor = new CustomParts.HostThreads(jobs::add);
        AtomicReference<TaskExecutor.@Nullable Run> run = new AtomicReference<>();
        AtomicInteger seen = new AtomicInteger();
        run.set(executor.tryExecute(
                attempt(() -> {
                    TaskExecutor.Run self = run.get();
                    if (self != null) {
                        self.interrupt();
                    }
                    seen.set(Thread.currentThread().isInterrupted() ? 1 : 2);
                }),
                freed::incrementAndGet));

        jobs.remove().run();

        assertThat(seen).hasValue(1);
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }

    @Test
    void interrupt_afterTheEnd_doesNothing() {
        var executor = new CustomParts.HostThreads(jobs::add);
        TaskExecutor.Run run = executor.tryExecute(attempt(() -> {}), freed::incrementAndGet);
        assertThat(run).isNotNull();
        jobs.remove().run();

        run.interrupt();

        assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }

    private static TaskExecutor.Attempt attempt(Runnable body) {
        return new TaskExecutor.Attempt() {
            @Override
            public TaskRequest task() {
                return TaskRequest.of("test").build();
            }

            @Override
            public void run() {
                body.run();
            }
        };
    }
}
