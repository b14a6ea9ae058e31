package dev.outpost.agent.internal.task;

import static dev.outpost.agent.task.TaskState.ACCEPTED;
import static dev.outpost.agent.task.TaskState.CANCELLED;
import static dev.outpost.agent.task.TaskState.CANCELLING;
import static dev.outpost.agent.task.TaskState.EXPIRED;
import static dev.outpost.agent.task.TaskState.FAILED;
import static dev.outpost.agent.task.TaskState.QUEUED;
import static dev.outpost.agent.task.TaskState.RETRY_WAIT;
import static dev.outpost.agent.task.TaskState.RUNNING;
import static dev.outpost.agent.task.TaskState.SCHEDULED;
import static dev.outpost.agent.task.TaskState.SKIPPED;
import static dev.outpost.agent.task.TaskState.SUCCEEDED;
import static dev.outpost.agent.task.TaskState.TIMED_OUT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.outpost.agent.internal.journal.NoJournal;
import dev.outpost.agent.task.BreakerPolicy;
import dev.outpost.agent.task.ClosePolicy;
import dev.outpost.agent.task.DisconnectPolicy;
import dev.outpost.agent.task.OverlapPolicy;
import dev.outpost.agent.task.RetryPolicy;
import dev.outpost.agent.task.TaskOptions;
import dev.outpost.agent.task.TaskOrigin;
import dev.outpost.agent.task.TaskRequest;
import dev.outpost.agent.task.TaskResult;
import dev.outpost.agent.task.TaskState;
import java.io.IOException;
import java.time.Duration;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** What a request or its type may ask for beyond being run. */
class TaskPoliciesTest {

    private EngineBench bench = new EngineBench(3, new SplittableRandom(1));

    private void with(TaskOptions options) {
        bench = new EngineBench(3, new SplittableRandom(1), made -> new NoJournal(), options, 100, ClosePolicy.KEEP);
    }

    private void submit(TaskRequest.Builder request) {
        bench.engine.submit(request.build(), TaskOrigin.DISPATCH);
        bench.turn();
    }

    private static TaskRequest.Builder keyed(String id, OverlapPolicy policy) {
        return EngineBench.request(id).concurrency("db", policy);
    }

    // ---- room ----

    private void submitWaiting(String id, Duration patience) {
        bench.engine.submitWhenRoom(EngineBench.request(id).build(), TaskOrigin.HOST, patience, status -> {});
        bench.turn();
    }

    @Test
    void submitWhenRoom_full_waitsForItsTurnAndIsRefusedWhenItTakesTooLong() {
        bench = new EngineBench(
                1, new SplittableRandom(1), made -> new NoJournal(), TaskOptions.defaults(), 1, ClosePolicy.KEEP);
        submitWaiting("runs", Duration.ofSeconds(10));
        submitWaiting("waits", Duration.ofSeconds(10));
        submitWaiting("first", Duration.ofSeconds(10));
        submitWaiting("second", Duration.ofSeconds(10));
        assertThat(bench.statesOf("first")).isEmpty();

        bench.finishOne();
        assertThat(bench.statesOf("first")).startsWith(ACCEPTED);
        assertThat(bench.statesOf("second")).isEmpty();
        bench.advance(Duration.ofSeconds(10));
        assertThat(bench.last("second").state()).isEqualTo(TaskState.REFUSED);
    }

    @Test
    void submitWhenRoom_tooManyWait_isRefusedAtOnce() {
        bench = new EngineBench(
                1, new SplittableRandom(1), made -> new NoJournal(), TaskOptions.defaults(), 1, ClosePolicy.KEEP);
        submitWaiting("runs", Duration.ofSeconds(10));
        submitWaiting("waits", Duration.ofSeconds(10));
        for (int i = 0; i < 1_024; i++) {
            submitWaiting("patient" + i, Duration.ofSeconds(10));
        }

        submitWaiting("late", Duration.ofSeconds(10));

        assertThat(bench.statesOf("late")).containsExactly(TaskState.REFUSED);
        assertThat(bench.statesOf("patient1023")).isEmpty();
    }

    @Test
    void submitWhenRoom_theOneBeforeNeedsMoreRoomAndGivesUp_comesToItsTurn() {
        bench = new EngineBench(
                1, new SplittableRandom(1), made -> new NoJournal(), TaskOptions.defaults(), 10, ClosePolicy.KEEP);
        String most = "x".repeat((int) TaskTable.MOST_CHARS - 100);
        bench.engine.submit(EngineBench.request("runs").argument("x", most).build(), TaskOrigin.HOST);
        bench.turn();
        TaskRequest large =
                EngineBench.request("large").argument("x", "x".repeat(1_000)).build();
        bench.engine.submitWhenRoom(large, TaskOrigin.HOST, Duration.ofSeconds(10), status -> {});
        bench.turn();
        submitWaiting("small", Duration.ofMinutes(10));
        assertThat(bench.statesOf("small")).isEmpty();

        bench.advance(Duration.ofSeconds(10));

        assertThat(bench.last("large").state()).isEqualTo(TaskState.REFUSED);
        assertThat(bench.statesOf("small")).startsWith(ACCEPTED);
    }

    @Test
    void submitWhenRoom_agentCloses_isRefused() {
        bench = new EngineBench(
                1, new SplittableRandom(1), made -> new NoJournal(), TaskOptions.defaults(), 1, ClosePolicy.KEEP);
        submitWaiting("runs", Duration.ofSeconds(10));
        submitWaiting("waits", Duration.ofSeconds(10));
        submitWaiting("first", Duration.ofSeconds(10));
        bench.engine.drain(() -> {});
        bench.turn();

        assertThat(bench.last("first").state()).isEqualTo(TaskState.REFUSED);
        assertThat(bench.last("first").detail()).contains("closing");
    }

    // ---- concurrency keys ----

    @Test
    void overlap_skip_leavesOutWhileAnotherRuns() {
        submit(keyed("a", OverlapPolicy.SKIP));
        submit(keyed("b", OverlapPolicy.SKIP));
        bench.finishOne();
        submit(keyed("c", OverlapPolicy.SKIP));

        assertThat(bench.statesOf("b")).containsExactly(ACCEPTED, SKIPPED);
        assertThat(bench.last("b").detail()).contains("'a'");
        assertThat(bench.executor.begun()).containsExactly("a", "c");
    }

    @Test
    void overlap_queue_runsOneAfterTheOtherInOrder() {
        submit(keyed("a", OverlapPolicy.QUEUE));
        submit(keyed("b", OverlapPolicy.QUEUE));
        submit(keyed("c", OverlapPolicy.QUEUE).priority(100));
        assertThat(bench.executor.begun()).containsExactly("a");
        assertThat(bench.last("b").state()).isEqualTo(QUEUED);

        bench.finishOne();
        bench.finishOne();

        assertThat(bench.executor.begun()).containsExactly("a", "b", "c");
    }

    @Test
    void overlap_queue_waitsThroughTheRetriesOfTheOther() {
        bench.handler = (task, context) -> TaskResult.failed("again");
        submit(keyed("a", OverlapPolicy.QUEUE).retry(new RetryPolicy(2, Duration.ofSeconds(1), Duration.ofSeconds(1))));
        submit(keyed("b", OverlapPolicy.QUEUE));
        bench.finishOne();

        assertThat(bench.last("a").state()).isEqualTo(RETRY_WAIT);
        assertThat(bench.executor.begun()).containsExactly("a");
    }

    @Test
    void overlap_cancelPrevious_stopsAllBeforeItAndRunsWhenTheyHaveEnded() {
        submit(keyed("a", OverlapPolicy.QUEUE));
        submit(keyed("b", OverlapPolicy.QUEUE));
        submit(keyed("c", OverlapPolicy.CANCEL_PREVIOUS));

        assertThat(bench.last("a").state()).isEqualTo(CANCELLING);
        assertThat(bench.last("b").state()).isEqualTo(CANCELLED);
        assertThat(bench.last("c").state()).isEqualTo(QUEUED);
        assertThat(bench.executor.only().interrupted).isTrue();
        bench.handler = (task, context) -> TaskResult.failed("interrupted");
        bench.finishOne();
        assertThat(bench.last("a").state()).isEqualTo(CANCELLED);
        assertThat(bench.last("c").state()).isEqualTo(RUNNING);
    }

    @Test
    void overlap_cancelPreviousOfThoseThatWait_neverBeginsThem() {
        bench.executor.refusals = 1_000;
        submit(keyed("a", OverlapPolicy.QUEUE));
        submit(keyed("b", OverlapPolicy.QUEUE));
        submit(keyed("c", OverlapPolicy.CANCEL_PREVIOUS));
        bench.executor.refusals = 0;
        bench.advance(Duration.ofSeconds(1));

        assertThat(bench.executor.begun()).containsExactly("c");
    }

    @Test
    void overlap_allow_runsBeside() {
        submit(keyed("a", OverlapPolicy.SKIP));
        submit(keyed("b", OverlapPolicy.ALLOW));

        assertThat(bench.executor.begun()).containsExactly("a", "b");
    }

    // ---- idempotency keys ----

    @Test
    void idempotencyKey_workDone_secondIsLeftOut() {
        submit(EngineBench.request("a").idempotencyKey("pay-7"));
        submit(EngineBench.request("b").idempotencyKey("pay-7"));
        bench.finishOne();
        submit(EngineBench.request("c").idempotencyKey("pay-7"));
        submit(TaskRequest.of("other").id("d").idempotencyKey("pay-7"));

        assertThat(bench.last("b").state()).isEqualTo(SKIPPED);
        assertThat(bench.last("c").state()).isEqualTo(SKIPPED);
        assertThat(bench.last("c").detail()).contains("'a'");
        assertThat(bench.last("d").state()).as("another type").isEqualTo(RUNNING);
    }

    @Test
    void idempotencyKey_firstCameToNothing_secondRuns() {
        bench.handler = (task, context) -> TaskResult.failedForGood("no");
        submit(EngineBench.request("a").idempotencyKey("pay-7"));
        bench.finishOne();
        submit(EngineBench.request("b").idempotencyKey("pay-7"));

        assertThat(bench.last("a").state()).isEqualTo(FAILED);
        assertThat(bench.last("b").state()).isEqualTo(RUNNING);
    }

    // ---- times ----

    @Test
    void notBefore_waitsOnTheCentersClock() {
        bench.centerAheadNanos = Duration.ofHours(1).toNanos();
        submit(EngineBench.request("a")
                .notBefore(bench.clock.instant().plus(Duration.ofHours(1)).plusSeconds(90)));

        assertThat(bench.statesOf("a")).containsExactly(ACCEPTED, SCHEDULED);
        bench.advance(Duration.ofSeconds(89));
        assertThat(bench.executor.all).isEmpty();
        bench.advance(Duration.ofSeconds(1));
        assertThat(bench.last("a").state()).isEqualTo(RUNNING);
    }

    @Test
    void notBefore_clockSetForward_beginsWithinHalfAMinute() {
        submit(EngineBench.request("a").notBefore(bench.clock.instant().plus(Duration.ofHours(5))));
        bench.clock.setWall(bench.clock.instant().plus(Duration.ofHours(6)));
        bench.advance(Duration.ofSeconds(30));

        assertThat(bench.last("a").state()).isEqualTo(RUNNING);
    }

    @Test
    void notAfter_notBegun_expires() {
        bench.executor.refusals = 1_000;
        submit(EngineBench.request("a").notAfter(bench.clock.instant().plusSeconds(10)));
        bench.advance(Duration.ofSeconds(11));

        assertThat(bench.last("a").state()).isEqualTo(EXPIRED);
        assertThat(bench.executor.all).isEmpty();
    }

    @Test
    void notAfter_begunInTime_mayTakeAsLongAsItLikes() {
        submit(EngineBench.request("a").notAfter(bench.clock.instant().plusSeconds(10)));
        bench.advance(Duration.ofSeconds(20));

        assertThat(bench.last("a").state()).isEqualTo(RUNNING);
    }

    @Test
    void lease_noSignOfLife_isStoppedAndTriedAgain() {
        bench.handler = (task, context) -> TaskResult.failed("interrupted");
        submit(EngineBench.request("a").lease(Duration.ofSeconds(10)).retry(RetryPolicy.NONE));
        bench.advance(Duration.ofSeconds(10));
        assertThat(bench.executor.only().interrupted).isTrue();
        bench.finishOne();

        assertThat(bench.last("a").state()).isEqualTo(TIMED_OUT);
        assertThat(bench.last("a").detail()).contains("no sign of life for PT10S");
    }

    @Test
    void lease_signsOfLife_renewIt() {
        submit(EngineBench.request("a").lease(Duration.ofSeconds(10)));
        AttemptRun run = (AttemptRun) bench.executor.only().attempt();
        for (int i = 0; i < 5; i++) {
            bench.advance(Duration.ofSeconds(9));
            run.alive();
        }

        assertThat(bench.executor.only().interrupted).isFalse();
        bench.advance(Duration.ofSeconds(10));
        assertThat(bench.executor.only().interrupted).isTrue();
    }

    // ---- the line is down ----

    @Test
    void disconnect_finishAttempt_beginsNothingUntilTheCenterIsBack() {
        bench.engine.connected(false);
        submit(EngineBench.request("a").onDisconnect(DisconnectPolicy.finishAttempt()));
        submit(EngineBench.request("b"));
        assertThat(bench.executor.begun()).containsExactly("b");

        bench.engine.connected(true);
        bench.turn();
        assertThat(bench.executor.begun()).containsExactly("b", "a");
    }

    @Test
    void disconnect_stopAfter_cancelsRunningAndWaitingOnes() {
        bench.executor.refusals = 0;
        submit(EngineBench.request("a").onDisconnect(DisconnectPolicy.stopAfter(Duration.ofSeconds(30))));
        bench.engine.connected(false);
        submit(EngineBench.request("late")
                .notBefore(bench.clock.instant().plusSeconds(600))
                .onDisconnect(DisconnectPolicy.stopAfter(Duration.ofSeconds(40))));
        bench.advance(Duration.ofSeconds(20));
        bench.engine.connected(true);
        bench.advance(Duration.ofSeconds(20));
        assertThat(bench.last("a").state()).as("it was back in time").isEqualTo(RUNNING);

        bench.engine.connected(false);
        bench.advance(Duration.ofSeconds(41));

        assertThat(bench.last("a").state()).isEqualTo(CANCELLING);
        assertThat(bench.last("late").state()).isEqualTo(CANCELLED);
        assertThat(bench.last("late").detail()).contains("PT40S");
    }

    // ---- types ----

    @Test
    void limit_ofType_holdsItsTasksBackAndNoOthers() {
        with(TaskOptions.defaults().limit(1));
        submit(EngineBench.request("a"));
        submit(EngineBench.request("b").priority(100));
        submit(TaskRequest.of("other").id("c"));

        assertThat(bench.executor.begun()).containsExactly("a", "c");
        bench.finishOne();
        assertThat(bench.executor.begun()).containsExactly("a", "c", "b");
    }

    @Test
    void breaker_tooManyFailures_leavesTheTypeAloneAndProbesIt() {
        with(TaskOptions.defaults().breaker(new BreakerPolicy(2, 1, Duration.ofSeconds(30))));
        bench.handler = (task, context) -> TaskResult.failedForGood("down");
        submit(EngineBench.request("a"));
        submit(EngineBench.request("b"));
        bench.finishOne();
        bench.finishOne();
        assertThat(bench.engine.openBreakers()).containsExactly("work");

        submit(EngineBench.request("c"));
        submit(EngineBench.request("d"));
        assertThat(bench.executor.begun()).containsExactly("a", "b");
        bench.advance(Duration.ofSeconds(30));
        assertThat(bench.executor.begun()).as("one is tried").containsExactly("a", "b", "c");
        bench.finishOne();
        bench.advance(Duration.ofSeconds(59));
        assertThat(bench.executor.begun()).as("it failed: twice as long").containsExactly("a", "b", "c");
        bench.advance(Duration.ofSeconds(1));
        bench.handler = (task, context) -> TaskResult.succeeded();
        bench.finishOne();

        assertThat(bench.last("d").state()).isEqualTo(SUCCEEDED);
        assertThat(bench.engine.openBreakers()).isEmpty();
    }

    @Test
    void failureRule_decidesPerError() {
        with(TaskOptions.defaults()
                .failures((failure, context) -> failure instanceof IOException
                        ? new TaskResult.RetryAfter(Duration.ofSeconds(7), "the line is down")
                        : TaskResult.failedForGood("a bug: " + failure.getMessage())));
        bench.handler = (task, context) -> {
            if (context.attempt() == 1) {
                throw new IOException("reset");
            }
            throw new IllegalStateException("oops");
        };
        submit(EngineBench.request("a"));
        bench.finishOne();
        assertThat(bench.last("a").state()).isEqualTo(RETRY_WAIT);
        assertThat(bench.last("a").retryAfter()).isEqualTo(Duration.ofSeconds(7));
        bench.advance(Duration.ofSeconds(7));
        bench.finishOne();

        assertThat(bench.last("a").state()).isEqualTo(FAILED);
        assertThat(bench.last("a").detail()).isEqualTo("a bug: oops");
    }
}
