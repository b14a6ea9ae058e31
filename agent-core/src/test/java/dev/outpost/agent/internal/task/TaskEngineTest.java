package dev.outpost.agent.internal.task;

import static dev.outpost.agent.task.TaskState.ACCEPTED;
import static dev.outpost.agent.task.TaskState.CANCELLED;
import static dev.outpost.agent.task.TaskState.CANCELLING;
import static dev.outpost.agent.task.TaskState.EXPIRED;
import static dev.outpost.agent.task.TaskState.FAILED;
import static dev.outpost.agent.task.TaskState.INDETERMINATE;
import static dev.outpost.agent.task.TaskState.QUEUED;
import static dev.outpost.agent.task.TaskState.REFUSED;
import static dev.outpost.agent.task.TaskState.RETRY_WAIT;
import static dev.outpost.agent.task.TaskState.RUNNING;
import static dev.outpost.agent.task.TaskState.SUCCEEDED;
import static org.assertj.core.api.Assertions.assertThat;

import dev.outpost.agent.task.RetryPolicy;
import dev.outpost.agent.task.TaskOrigin;
import dev.outpost.agent.task.TaskRequest;
import dev.outpost.agent.task.TaskResult;
import dev.outpost.agent.task.TaskStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** How tasks of a {@link TaskEngine} come in, run, fail, report and end; how they are stopped is in {@link TaskEngineStopTest}. */
class TaskEngineTest {

    private final EngineBench bench = new EngineBench();
    private final TaskEngine engine = bench.engine;

    // ---- coming in ----

    @Test
    void submit_freeSlot_runsAtOnceAndSucceeds() {
        bench.handler = (task, context) -> TaskResult.succeeded(Map.of("answer", "42"));
        bench.submit("a");
        assertThat(engine.runningCount()).isEqualTo(1);

        bench.finishOne();

        assertThat(bench.statesOf("a")).containsExactly(ACCEPTED, RUNNING, SUCCEEDED);
        assertThat(bench.last("a").output()).containsEntry("answer", "42");
        assertThat(bench.last("a").attempt()).isEqualTo(1);
        assertThat(engine.runningCount()).isZero();
        assertThat(engine.queuedCount()).isZero();
        assertThat(bench.timers.size()).as("timers left behind").isZero();
    }

    @Test
    void submit_noFreeSlot_isQueuedAndRunsLater() {
        bench.submit("a");
        bench.submit("b");
        assertThat(bench.statesOf("b")).containsExactly(ACCEPTED, QUEUED);
        assertThat(engine.queuedCount()).isEqualTo(1);

        bench.finishOne();

        assertThat(bench.last("b").state()).isEqualTo(RUNNING);
        assertThat(engine.queuedCount()).isZero();
    }

    @Test
    void submit_queueFull_isRefusedWithATimeToComeAgain() {
        for (int i = 0; i <= EngineBench.QUEUE_CAPACITY; i++) {
            bench.submit("t" + i);
        }

        bench.submit("late");

        assertThat(bench.statesOf("late")).containsExactly(REFUSED);
        assertThat(bench.last("late").retryAfter()).isEqualTo(Duration.ofSeconds(5));
        bench.finishOne();
        bench.submit("late");
        assertThat(bench.last("late").state()).as("sent again").isEqualTo(QUEUED);
    }

    @Test
    void submit_argumentsOfAllTooLarge_isRefusedWithATimeToComeAgain() {
        String half = "x".repeat((int) (TaskTable.MOST_CHARS / 2));
        engine.submit(EngineBench.request("a").argument("a", half).build(), TaskOrigin.HOST);
        bench.turn();
        bench.submit("small");

        engine.submit(EngineBench.request("b").argument("b", half).build(), TaskOrigin.HOST);

        assertThat(bench.statesOf("b")).containsExactly(REFUSED);
        assertThat(bench.last("b").detail()).startsWith("busy: ").contains("characters");
        assertThat(bench.last("b").retryAfter()).isEqualTo(Duration.ofSeconds(5));
        bench.finishOne();
        engine.submit(EngineBench.request("b").argument("b", half).build(), TaskOrigin.HOST);
        assertThat(bench.last("b").state()).isEqualTo(QUEUED);
    }

    @Test
    void submit_largerThanAllMayBeAndNothingElseIsThere_runs() {
        String all = "x".repeat((int) TaskTable.MOST_CHARS);
        engine.submit(EngineBench.request("a").argument("a", all).build(), TaskOrigin.HOST);

        assertThat(bench.last("a").state()).isEqualTo(RUNNING);
        bench.submit("empty");
        assertThat(bench.statesOf("empty")).containsExactly(REFUSED);
        bench.finishOne();
        bench.submit("empty");
        assertThat(bench.last("empty").state()).isEqualTo(RUNNING);
    }

    @Test
    void submit_unknownType_isRefusedForGood() {
        engine.submit(TaskRequest.of("unheard").id("a").build(), TaskOrigin.HOST);

        assertThat(bench.last("a").state()).isEqualTo(REFUSED);
        assertThat(bench.last("a").detail()).contains("unheard");
        assertThat(bench.last("a").retryAfter()).isNull();
    }

    @Test
    void submit_liveIdAgain_isAnsweredWithItsStateAndNotRunTwice() {
        bench.submit("a");
        List<TaskStatus> watched = new ArrayList<>();

        engine.submit(EngineBench.request("a").build(), TaskOrigin.HOST, watched::add);
        bench.finishOne();

        assertThat(bench.statesOf("a")).containsExactly(ACCEPTED, RUNNING, RUNNING, SUCCEEDED);
        assertThat(bench.executor.all).hasSize(1);
        assertThat(watched).extracting(TaskStatus::state).containsExactly(RUNNING, SUCCEEDED);
        assertThat(bench.counters.value("tasks.duplicates")).isEqualTo(1);
    }

    @Test
    void submit_endedIdAgain_isAnsweredWithTheSameReport() {
        bench.submit("a");
        bench.finishOne();
        List<TaskStatus> watched = new ArrayList<>();
        int before = bench.book.size();

        engine.submit(EngineBench.request("a").build(), TaskOrigin.HOST, watched::add);

        assertThat(watched).containsExactly(bench.last("a"));
        assertThat(bench.book.size()).isEqualTo(before + 1);
        assertThat(bench.executor.all).hasSize(1);
    }

    @Test
    void submit_priorities_runTheHighestFirstAndEqualOnesInOrder() {
        bench.submit("running");
        engine.submit(EngineBench.request("low").priority(-1).build(), TaskOrigin.HOST);
        engine.submit(EngineBench.request("high").priority(100).build(), TaskOrigin.HOST);
        engine.submit(EngineBench.request("high too").priority(100).build(), TaskOrigin.HOST);

        for (int i = 0; i < 4; i++) {
            bench.finishOne();
        }

        assertThat(bench.executor.begun()).containsExactly("running", "high", "high too", "low");
    }

    @Test
    void submit_endlessTimes_areTakenAsVeryLong() {
        Duration endless = Duration.ofSeconds(Long.MAX_VALUE);
        engine.submit(
                EngineBench.request("a")
                        .attemptTimeout(endless)
                        .deadline(Duration.ofNanos(Long.MAX_VALUE))
                        .lease(endless)
                        .notAfter(Instant.parse("9999-12-31T23:59:59.999Z"))
                        .build(),
                TaskOrigin.HOST);
        engine.submit(EngineBench.request("b").deadline(Duration.ofSeconds(1)).build(), TaskOrigin.HOST);

        bench.advance(Duration.ofSeconds(1));

        assertThat(bench.last("b").state()).as("whose timer is due").isEqualTo(EXPIRED);
        bench.finishOne();
        assertThat(bench.last("a").state()).isEqualTo(SUCCEEDED);
    }

    // ---- executors ----

    @Test
    void tryRun_executorRefuses_isAskedAgainByOneTimerHoweverManyWait() {
        bench.executor.refusals = 3;
        bench.submit("a");
        engine.submit(EngineBench.request("b").build(), TaskOrigin.HOST);
        engine.submit(EngineBench.request("c").build(), TaskOrigin.HOST);
        assertThat(bench.executor.asked).isEqualTo(3);
        assertThat(bench.timers.size()).isEqualTo(1);

        bench.advance(Duration.ofMillis(100));

        assertThat(bench.executor.begun()).containsExactly("a");
    }

    @Test
    void tryRun_executorCannotSayHowManySlotsItHas_isAskedAgain() {
        bench.executor.broken = true;
        bench.submit("a");
        assertThat(bench.last("a").state()).isEqualTo(QUEUED);
        assertThat(bench.counters.value("user.failures{task executor}")).isEqualTo(1);

        bench.executor.broken = false;
        bench.advance(Duration.ofMillis(100));

        assertThat(bench.last("a").state()).isEqualTo(RUNNING);
    }

    // ---- failing ----

    @Test
    void attempt_failsRetryably_isRepeatedWithBackoffUpToThePolicy() {
        bench.handler = (task, context) -> TaskResult.failed("attempt " + context.attempt());
        bench.submit("a");
        bench.finishOne();

        assertThat(bench.last("a").state()).isEqualTo(RETRY_WAIT);
        assertThat(bench.last("a").retryAfter()).isBetween(Duration.ofMillis(500), Duration.ofSeconds(1));
        bench.advance(Duration.ofMillis(499));
        assertThat(bench.last("a").state()).isEqualTo(RETRY_WAIT);
        bench.advance(Duration.ofMillis(501));
        bench.finishOne();
        assertThat(bench.last("a").retryAfter()).isBetween(Duration.ofSeconds(1), Duration.ofSeconds(2));
        bench.advance(Duration.ofSeconds(2));
        bench.finishOne();

        assertThat(bench.statesOf("a"))
                .containsExactly(ACCEPTED, RUNNING, RETRY_WAIT, RUNNING, RETRY_WAIT, RUNNING, FAILED);
        assertThat(bench.last("a").detail()).isEqualTo("attempt 3");
        assertThat(bench.timers.size()).isZero();
    }

    @Test
    void attempt_throws_isAFailureWithTheExceptionsWords() {
        bench.handler = (task, context) -> {
            throw new java.io.IOException("no disk");
        };
        engine.submit(EngineBench.request("a").retry(RetryPolicy.NONE).build(), TaskOrigin.HOST);
        bench.finishOne();

        assertThat(bench.last("a").state()).isEqualTo(FAILED);
        assertThat(bench.last("a").detail()).contains("no disk");
        assertThat(bench.counters.value("user.failures{handler work}")).isEqualTo(1);
    }

    @Test
    void attempt_throwsWhatCannotDescribeItself_isAFailure() {
        bench.handler = (task, context) -> {
            throw new WordlessException();
        };
        engine.submit(EngineBench.request("a").retry(RetryPolicy.NONE).build(), TaskOrigin.HOST);
        bench.finishOne();

        assertThat(bench.last("a").state()).isEqualTo(FAILED);
    }

    @Test
    void attempt_nullOrOutputWithNull_isAFailureAndNotTheLoops() {
        Map<String, String> withNull = new HashMap<>();
        withNull.put("key", null);
        bench.handler = (task, context) -> TaskResult.succeeded(withNull);
        engine.submit(EngineBench.request("a").retry(RetryPolicy.NONE).build(), TaskOrigin.HOST);
        bench.finishOne();
        bench.handler = (task, context) -> nothing();
        bench.submit("b");
        bench.finishOne();

        assertThat(bench.last("a").state()).isEqualTo(FAILED);
        assertThat(bench.last("b").state()).isEqualTo(FAILED);
    }

    @SuppressWarnings("NullAway") // as a handler that is compiled without it may
    private static TaskResult nothing() {
        return null;
    }

    @Test
    void attempt_failsForGood_isNotRepeated() {
        bench.handler = (task, context) -> TaskResult.failedForGood("bad argument");
        bench.submit("a");
        bench.finishOne();

        assertThat(bench.statesOf("a")).containsExactly(ACCEPTED, RUNNING, FAILED);
    }

    @Test
    void attempt_retryAfter_waitsAsTold() {
        bench.handler = (task, context) -> new TaskResult.RetryAfter(Duration.ofHours(1), "locked");
        bench.submit("a");
        bench.finishOne();

        assertThat(bench.last("a").retryAfter()).isEqualTo(Duration.ofHours(1));
        bench.advance(Duration.ofMinutes(59));
        assertThat(bench.last("a").state()).isEqualTo(RETRY_WAIT);
        bench.advance(Duration.ofMinutes(1));
        assertThat(bench.last("a").state()).isEqualTo(RUNNING);
    }

    // ---- progress ----

    @Test
    void progress_manyInASecond_reportsTheFirstAndTheNewest() {
        bench.handler = (task, context) -> {
            context.progress(0.1, "begun");
            bench.turn();
            context.progress(0.2, "on the way");
            context.progress(7, "nearly there");
            bench.advance(Duration.ofSeconds(1));
            return TaskResult.succeeded();
        };
        bench.submit("a");
        bench.finishOne();

        assertThat(bench.reports)
                .filteredOn(
                        report -> report.state() == RUNNING && !report.detail().isEmpty())
                .extracting(TaskStatus::detail)
                .containsExactly("begun", "nearly there");
        assertThat(bench.last("a").progress()).isEqualTo(1);
    }

    @Test
    void progress_inboxFullOnce_laterProgressIsReportedAgain() {
        bench.handler = (task, context) -> {
            while (bench.inbox.tryPost(() -> {})) {
                // fills it
            }
            context.progress(0.1, "lost");
            bench.turn();
            context.progress(0.5, "half");
            bench.turn();
            return TaskResult.succeeded();
        };
        bench.submit("a");
        bench.finishOne();

        assertThat(bench.reports).extracting(TaskStatus::detail).contains("half");
    }

    @Test
    void progress_nextAttempt_beginsWithNone() {
        bench.handler = (task, context) -> {
            context.progress(0.7, "far");
            bench.turn();
            return TaskResult.failed("x");
        };
        bench.submit("a");
        bench.finishOne();
        bench.advance(Duration.ofSeconds(1));

        assertThat(bench.last("a").state()).isEqualTo(RUNNING);
        assertThat(bench.last("a").progress()).isZero();
    }

    // ---- drain, close ----

    @Test
    void drain_cancelsWhatWaitsAndLetsWhatRunsFinish() {
        List<String> idle = new ArrayList<>();
        bench.submit("running");
        bench.submit("waiting");

        engine.drain(() -> idle.add("idle"));
        assertThat(bench.last("waiting").state()).isEqualTo(CANCELLED);
        assertThat(idle).isEmpty();
        bench.submit("late");
        assertThat(bench.last("late").state()).isEqualTo(REFUSED);
        bench.finishOne();

        assertThat(bench.last("running").state()).isEqualTo(SUCCEEDED);
        assertThat(idle).containsExactly("idle");
    }

    @Test
    void drain_onlyWaitingTasks_isIdleOnce() {
        List<String> idle = new ArrayList<>();
        bench.executor.refusals = 1;
        bench.submit("waiting");

        engine.drain(() -> idle.add("idle"));

        assertThat(idle).containsExactly("idle");
    }

    @Test
    void stopAll_running_asksThemToStop() {
        bench.submit("a");
        engine.stopAll("closing");

        assertThat(bench.executor.only().interrupted).isTrue();
        assertThat(bench.last("a").state()).isEqualTo(CANCELLING);
    }

    @Test
    void close_whatHasNotEnded_endsSoThatNobodyWaitsForEver() {
        bench.submit("running");
        bench.submit("waiting");
        List<TaskStatus> watched = new ArrayList<>();
        engine.submit(EngineBench.request("running").build(), TaskOrigin.HOST, watched::add);

        engine.close();

        assertThat(bench.executor.closed).isTrue();
        assertThat(watched).last().extracting(TaskStatus::state).isEqualTo(INDETERMINATE);
        assertThat(bench.last("waiting").state()).isEqualTo(CANCELLED);
        assertThat(engine.runningCount() + engine.queuedCount()).isZero();
    }

    private static final class WordlessException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        @Override
        public String getMessage() {
            throw new IllegalStateException("no words");
        }
    }
}
