package dev.outpost.agent.internal.task;

import static dev.outpost.agent.task.TaskState.ACCEPTED;
import static dev.outpost.agent.task.TaskState.CANCELLED;
import static dev.outpost.agent.task.TaskState.CANCELLING;
import static dev.outpost.agent.task.TaskState.EXPIRED;
import static dev.outpost.agent.task.TaskState.QUEUED;
import static dev.outpost.agent.task.TaskState.RETRY_WAIT;
import static dev.outpost.agent.task.TaskState.RUNNING;
import static dev.outpost.agent.task.TaskState.SUCCEEDED;
import static dev.outpost.agent.task.TaskState.TIMED_OUT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.outpost.agent.task.RetryPolicy;
import dev.outpost.agent.task.TaskOrigin;
import dev.outpost.agent.task.TaskResult;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** How tasks of a {@link TaskEngine} are stopped: by timeout, deadline and cancel, in every state. */
class TaskEngineStopTest {

    private final EngineBench bench = new EngineBench();
    private final TaskEngine engine = bench.engine;

    // ---- timing out ----

    @Test
    void timeout_attemptThatHeedsTheInterrupt_isRepeated() {
        bench.handler = (task, context) -> TaskResult.failed("interrupted");
        bench.submit("a");
        bench.advance(EngineBench.ATTEMPT_TIMEOUT);
        assertThat(bench.executor.only().interrupted).isTrue();
        assertThat(bench.last("a").state()).isEqualTo(RUNNING);

        bench.finishOne();

        assertThat(bench.last("a").state()).isEqualTo(RETRY_WAIT);
        assertThat(bench.last("a").detail()).contains("PT1M");
    }

    @Test
    void timeout_lastAttempt_isTimedOut() {
        bench.handler = (task, context) -> TaskResult.failed("interrupted");
        engine.submit(
                EngineBench.request("a")
                        .retry(RetryPolicy.NONE)
                        .attemptTimeout(Duration.ofSeconds(1))
                        .build(),
                TaskOrigin.HOST);
        bench.advance(Duration.ofSeconds(1));
        bench.finishOne();

        assertThat(bench.last("a").state()).isEqualTo(TIMED_OUT);
    }

    @Test
    void timeout_successAllTheSame_counts() {
        bench.submit("a");
        bench.advance(EngineBench.ATTEMPT_TIMEOUT);
        bench.finishOne();

        assertThat(bench.last("a").state()).isEqualTo(SUCCEEDED);
    }

    @Test
    void timeout_interruptIgnored_isAbandonedAfterTheGraceAndNotRepeated() {
        bench.submit("a");
        bench.submit("b");
        FakeExecutor.FakeRun stubborn = bench.executor.only();
        bench.advance(EngineBench.ATTEMPT_TIMEOUT);
        bench.advance(EngineBench.GRACE);

        assertThat(stubborn.abandoned).isTrue();
        assertThat(bench.last("a").state()).isEqualTo(TIMED_OUT);
        assertThat(bench.last("b").state()).as("the next task").isEqualTo(RUNNING);
        assertThat(bench.counters.value("task.attempts.abandoned")).isEqualTo(1);

        int reports = bench.reports.size();
        stubborn.finish();
        bench.turn();
        assertThat(bench.reports).as("the late end says nothing").hasSize(reports);
    }

    // ---- deadline in every state ----

    @Test
    void deadline_queued_isExpired() {
        bench.submit("running");
        engine.submit(EngineBench.request("a").deadline(Duration.ofSeconds(10)).build(), TaskOrigin.HOST);
        bench.advance(Duration.ofSeconds(10));

        assertThat(bench.statesOf("a")).containsExactly(ACCEPTED, QUEUED, EXPIRED);
        bench.finishOne();
        assertThat(bench.executor.begun()).containsExactly("running");
    }

    @Test
    void deadline_running_stopsTheAttemptAndIsTimedOut() {
        bench.handler = (task, context) -> TaskResult.failed("interrupted");
        engine.submit(EngineBench.request("a").deadline(Duration.ofSeconds(10)).build(), TaskOrigin.HOST);
        bench.advance(Duration.ofSeconds(10));
        assertThat(bench.executor.only().interrupted).isTrue();

        bench.finishOne();

        assertThat(bench.statesOf("a")).containsExactly(ACCEPTED, RUNNING, TIMED_OUT);
    }

    @Test
    void deadline_retryWait_isTimedOut() {
        bench.handler = (task, context) -> new TaskResult.RetryAfter(Duration.ofHours(1), "locked");
        engine.submit(EngineBench.request("a").deadline(Duration.ofSeconds(10)).build(), TaskOrigin.HOST);
        bench.finishOne();
        bench.advance(Duration.ofSeconds(10));

        assertThat(bench.last("a").state()).isEqualTo(TIMED_OUT);
        assertThat(bench.timers.size()).isZero();
    }

    @Test
    void deadline_queuedForASecondAttempt_isTimedOut() {
        bench.handler = (task, context) -> new TaskResult.RetryAfter(Duration.ofSeconds(1), "locked");
        engine.submit(EngineBench.request("a").deadline(Duration.ofSeconds(10)).build(), TaskOrigin.HOST);
        bench.finishOne();
        bench.submit("in the way");
        bench.advance(Duration.ofSeconds(10));

        assertThat(bench.last("a").state()).isEqualTo(TIMED_OUT);
    }

    @Test
    void deadline_cancelling_leavesTheCancelAsItIs() {
        bench.handler = (task, context) -> TaskResult.failed("interrupted");
        engine.submit(EngineBench.request("a").deadline(Duration.ofSeconds(1)).build(), TaskOrigin.HOST);
        engine.cancel("a", "not needed");
        bench.advance(Duration.ofSeconds(1));
        bench.finishOne();

        assertThat(bench.last("a").state()).isEqualTo(CANCELLED);
    }

    // ---- cancel in every state ----

    @Test
    void cancel_queued_isCancelledAtOnce() {
        bench.submit("running");
        bench.submit("a");

        assertThat(engine.cancel("a", "not needed")).isEmpty();

        assertThat(bench.last("a").state()).isEqualTo(CANCELLED);
        assertThat(bench.last("a").detail()).isEqualTo("not needed");
        assertThat(engine.queuedCount()).isZero();
    }

    @Test
    void cancel_running_interruptsAndIsCancelledWhenItEnds() {
        bench.handler = (task, context) -> TaskResult.failed(context.cancelled() ? "saw it" : "did not see it");
        bench.submit("a");
        engine.cancel("a", "not needed");
        assertThat(bench.executor.only().interrupted).isTrue();
        bench.finishOne();

        assertThat(bench.statesOf("a")).containsExactly(ACCEPTED, RUNNING, CANCELLING, CANCELLED);
    }

    @Test
    void cancel_runningThatSucceedsAllTheSame_isSucceeded() {
        bench.submit("a");
        engine.cancel("a", "not needed");
        bench.finishOne();

        assertThat(bench.statesOf("a")).containsExactly(ACCEPTED, RUNNING, CANCELLING, SUCCEEDED);
    }

    @Test
    void cancel_interruptIgnored_isCancelledAfterTheGrace() {
        bench.submit("a");
        engine.cancel("a", "not needed");
        bench.advance(EngineBench.GRACE);

        assertThat(bench.last("a").state()).isEqualTo(CANCELLED);
        assertThat(bench.last("a").detail()).contains("not needed", "ignored the interrupt");
    }

    @Test
    void cancel_retryWait_isCancelledAndNotRunAgain() {
        bench.handler = (task, context) -> TaskResult.failed("x");
        bench.submit("a");
        bench.finishOne();
        engine.cancel("a", "not needed");
        bench.advance(Duration.ofMinutes(1));

        assertThat(bench.statesOf("a")).containsExactly(ACCEPTED, RUNNING, RETRY_WAIT, CANCELLED);
        assertThat(bench.executor.all).hasSize(1);
    }

    @Test
    void cancel_cancellingEndedOrUnknown_saysSoAndDoesNothing() {
        bench.submit("a");
        engine.cancel("a", "once");
        assertThat(engine.cancel("a", "twice")).isEmpty();
        assertThat(bench.counters.value("tasks.cancel.late")).isEqualTo(1);
        bench.finishOne();

        assertThat(engine.cancel("a", "late")).isEmpty();
        assertThat(engine.cancel("never heard of", "x")).isPresent();
        assertThat(bench.last("a").state()).isEqualTo(SUCCEEDED);
    }
}
