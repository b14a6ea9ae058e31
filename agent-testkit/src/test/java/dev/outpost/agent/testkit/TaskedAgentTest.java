package dev.outpost.agent.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.outpost.agent.Agent;
import dev.outpost.agent.AgentBuilder;
import dev.outpost.agent.ConfigurationException;
import dev.outpost.agent.task.TaskExecutor;
import dev.outpost.agent.task.TaskHandler;
import dev.outpost.agent.task.TaskRequest;
import dev.outpost.agent.task.TaskResult;
import dev.outpost.agent.task.TaskState;
import dev.outpost.agent.task.TaskStatus;
import dev.outpost.agent.task.TaskThreads;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;

/** Whole agents with tasks of the program's own, in real time. */
@Timeout(60)
class TaskedAgentTest {

    private final CountDownLatch mayEnd = new CountDownLatch(1);

    // ---- virtual threads ------------------------------------------------------------------------------------------

    @Test
    @EnabledForJreRange(min = JRE.JAVA_21)
    void taskThreads_virtual_runsEachAttemptOnOneAndLeavesNone() throws Exception {
        BlockingQueue<Thread> threads = new LinkedBlockingQueue<>();
        Agent agent = builder((task, context) -> {
                    threads.add(Thread.currentThread());
                    return TaskResult.succeeded();
                })
                .taskThreads(TaskThreads.VIRTUAL)
                .build();
        try (agent) {
            agent.start();
            List<CompletableFuture<TaskStatus>> ends = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                ends.add(agent.submit(work("t" + i)));
            }
            for (CompletableFuture<TaskStatus> end : ends) {
                assertThat(end.get().state()).isEqualTo(TaskState.SUCCEEDED);
            }
        }
        assertThat(threads).hasSize(100).allMatch(TaskedAgentTest::isVirtual);
        for (Thread thread : threads) {
            thread.join(); // or the test's own time is over
        }
    }

    @Test
    @EnabledForJreRange(min = JRE.JAVA_21)
    void taskThreads_virtualAndTimeout_interruptsTheAttempt() throws Exception {
        try (Agent agent = builder((task, context) -> {
                    mayEnd.await();
                    return TaskResult.succeeded();
                })
                .taskThreads(TaskThreads.VIRTUAL)
                .taskAttemptTimeout(Duration.ofMillis(50))
                .build()) {
            agent.start();

            assertThat(agent.submit(work("slow")).get().state()).isEqualTo(TaskState.TIMED_OUT);
            assertThat(agent.snapshot().counter("task.threads.leaked")).isZero();
        }
    }

    @Test
    @EnabledForJreRange(max = JRE.JAVA_20)
    void taskThreads_virtualOnAnOlderJava_isRefusedByBuild() {
        assertThatThrownBy(() -> builder((task, context) -> TaskResult.succeeded())
                        .taskThreads(TaskThreads.VIRTUAL)
                        .build())
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("taskThreads")
                .hasMessageContaining("Java 21");
    }

    /** The tests are compiled for a Java that does not know the method. */
    private static boolean isVirtual(Thread thread) {
        try {
            return (boolean) Thread.class.getMethod("isVirtual").invoke(thread);
        } catch (ReflectiveOperationException e) {
            throw new LinkageError("no Thread.isVirtual", e);
        }
    }

    // ---- room -----------------------------------------------------------------------------------------------------

    @Test
    void submit_queueFullAndPatience_waitsForRoom() throws Exception {
        try (Agent agent = full()) {
            FutureTask<TaskStatus> third = new FutureTask<>(
                    () -> agent.submit(work("third"), Duration.ofMinutes(1)).get());
            Thread host = new Thread(third, "host");
            BlockingQueue<Long> returned = new LinkedBlockingQueue<>();
            FutureTask<CompletableFuture<TaskStatus>> fourth = new FutureTask<>(() -> {
                CompletableFuture<TaskStatus> end = agent.submit(work("fourth"), Duration.ofMinutes(1));
                returned.add(mayEnd.getCount());
                return end;
            });
            Thread other = new Thread(fourth, "other");
            host.start();
            other.start();
            awaitWaiting(host);
            awaitWaiting(other);
            assertThat(returned).isEmpty();

            mayEnd.countDown();

            assertThat(third.get().state()).isEqualTo(TaskState.SUCCEEDED);
            assertThat(fourth.get().get().state()).isEqualTo(TaskState.SUCCEEDED);
            assertThat(returned).as("accepted when there was room").containsExactly(0L);
        }
    }

    @Test
    void submit_queueFullAndPatienceOver_isRefusedAsBusyWithATimeToComeBack() throws Exception {
        try (Agent agent = full()) {
            TaskStatus end = agent.submit(work("third"), Duration.ofMillis(20)).get(20, TimeUnit.SECONDS);

            assertThat(end.state()).isEqualTo(TaskState.REFUSED);
            assertThat(end.detail()).contains("busy");
            assertThat(end.retryAfter()).isPositive();
            mayEnd.countDown();
        }
    }

    @Test
    void submit_patientWhenTheAgentCloses_isRefused() throws Exception {
        Agent agent = full();
        FutureTask<TaskStatus> third = new FutureTask<>(
                () -> agent.submit(work("third"), Duration.ofMinutes(1)).get());
        Thread host = new Thread(third, "host");
        host.start();
        awaitWaiting(host);

        Thread closing = new Thread(agent::close, "closing");
        closing.start();

        TaskStatus end = third.get();
        assertThat(end.state()).isEqualTo(TaskState.REFUSED);
        assertThat(end.detail()).contains("closing");
        mayEnd.countDown();
        closing.join();
    }

    @Test
    void submit_patientInACallback_doesNotWaitForRoom() throws Exception {
        CountDownLatch firstMayEnd = new CountDownLatch(1);
        try (Agent agent = builder((task, context) -> {
                    (task.id().equals("first") ? firstMayEnd : mayEnd).await();
                    return TaskResult.succeeded();
                })
                .taskWorkers(1)
                .taskQueueCapacity(1)
                .build()) {
            agent.start();
            CompletableFuture<List<CompletableFuture<TaskStatus>>> inCallback = new CompletableFuture<>();
            // Of a task that has surely not ended: of one that has, the callback would be this thread's own.
            var unused = agent.submit(work("first")).whenComplete((status, failure) -> {
                try {
                    // room for two: one runs and one waits
                    inCallback.complete(List.of(
                            agent.submit(work("second"), Duration.ofDays(1)),
                            agent.submit(work("third"), Duration.ofDays(1)),
                            agent.submit(work("fourth"), Duration.ofDays(1))));
                } catch (InterruptedException e) {
                    inCallback.completeExceptionally(e);
                }
            });
            firstMayEnd.countDown();

            List<CompletableFuture<TaskStatus>> ends = inCallback.get();

            assertThat(ends).as("they wait, and nobody waits for them").noneMatch(CompletableFuture::isDone);
            mayEnd.countDown();
            for (CompletableFuture<TaskStatus> end : ends) {
                assertThat(end.get().state()).isEqualTo(TaskState.SUCCEEDED);
            }
        }
    }

    @Test
    void close_withAnExecutorOfTheHosts_endsBeforeItsTimeIsOver() {
        AtomicBoolean closed = new AtomicBoolean();
        Agent agent = builder((task, context) -> TaskResult.succeeded())
                .shutdownTimeout(Duration.ofMinutes(5)) // longer than this test may take
                .taskExecutor(new TaskExecutor() {
                    @Override
                    public int freeSlots() {
                        return 0;
                    }

                    @Override
                    public @Nullable Run tryExecute(Attempt attempt, Runnable slotFreed) {
                        return null;
                    }

                    @Override
                    public void close() {
                        closed.set(true);
                    }
                })
                .build();
        agent.start();

        agent.close();

        assertThat(closed).isTrue();
    }

    @Test
    void submit_notRunningAndPatience_failsAtOnce() throws Exception {
        try (Agent agent = builder((task, context) -> TaskResult.succeeded()).build()) {
            CompletableFuture<TaskStatus> end = agent.submit(work("early"), Duration.ofMinutes(1));

            assertThatThrownBy(end::get)
                    .isInstanceOf(ExecutionException.class)
                    .hasMessageContaining("NEW and takes no tasks");
            assertThatThrownBy(() -> agent.submit(work("early"), Duration.ofDays(2)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("patience is PT48H");
        }
    }

    /** One task runs, one waits, and there is no room for a third. */
    private Agent full() throws InterruptedException {
        CountDownLatch runs = new CountDownLatch(1);
        Agent agent = builder((task, context) -> {
                    runs.countDown();
                    mayEnd.await();
                    return TaskResult.succeeded();
                })
                .taskWorkers(1)
                .taskQueueCapacity(1)
                .build();
        agent.start();
        assertThat(agent.submit(work("first"), Duration.ofMinutes(1))).isNotDone();
        runs.await();
        assertThat(agent.submit(work("second"), Duration.ofMinutes(1))).isNotDone();
        return agent;
    }

    private static AgentBuilder builder(TaskHandler handler) {
        return Agent.builder()
                .id("tasked")
                .logSink("none", batch -> CompletableFuture.completedFuture(null))
                .task("work", handler);
    }

    private static TaskRequest work(String id) {
        return TaskRequest.of("work").id(id).build();
    }

    private static void awaitWaiting(Thread thread) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (thread.getState() != Thread.State.WAITING && thread.getState() != Thread.State.TIMED_WAITING) {
            assertThat(System.nanoTime() - end).isNegative();
            LockSupport.parkNanos(1_000_000);
        }
    }
}
