package dev.outpost.agent.internal.task;

import static dev.outpost.agent.task.TaskState.ACCEPTED;
import static dev.outpost.agent.task.TaskState.CANCELLED;
import static dev.outpost.agent.task.TaskState.FAILED;
import static dev.outpost.agent.task.TaskState.INDETERMINATE;
import static dev.outpost.agent.task.TaskState.REFUSED;
import static dev.outpost.agent.task.TaskState.RETRY_WAIT;
import static dev.outpost.agent.task.TaskState.RUNNING;
import static dev.outpost.agent.task.TaskState.SKIPPED;
import static dev.outpost.agent.task.TaskState.SUCCEEDED;
import static org.assertj.core.api.Assertions.assertThat;

import dev.outpost.agent.protocol.TaskReport;
import dev.outpost.agent.task.ClosePolicy;
import dev.outpost.agent.task.OverlapPolicy;
import dev.outpost.agent.task.RetryPolicy;
import dev.outpost.agent.task.TaskOptions;
import dev.outpost.agent.task.TaskOrigin;
import dev.outpost.agent.task.TaskRequest;
import dev.outpost.agent.task.TaskResult;
import dev.outpost.agent.task.TaskStatus;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** What an engine remembers, when, and what the next one makes of it. */
class TaskJournalTest {

    private HandJournal journal = new HandJournal();
    private EngineBench bench = bench(ClosePolicy.KEEP);

    private EngineBench bench(ClosePolicy onClose) {
        HandJournal made = journal;
        EngineBench engine =
                new EngineBench(2, new SplittableRandom(1), any -> made, TaskOptions.defaults(), 10, onClose);
        engine.engine.restore(Map.of());
        return engine;
    }

    /** The agent dies, and begins with what was on the disk. */
    private EngineBench next() {
        Map<String, byte[]> left = new LinkedHashMap<>(journal.durable);
        journal = new HandJournal();
        left.forEach(journal::put);
        HandJournal made = journal;
        EngineBench engine =
                new EngineBench(2, new SplittableRandom(2), any -> made, TaskOptions.defaults(), 10, ClosePolicy.KEEP);
        engine.engine.restore(left);
        engine.turn();
        return engine;
    }

    private void submit(TaskRequest.Builder request) {
        bench.engine.submit(request.build(), TaskOrigin.DISPATCH);
        bench.turn();
    }

    @Test
    void accept_isToldWhenTheJournalHasIt() {
        journal.byItself = false;
        submit(EngineBench.request("a"));
        assertThat(bench.reports).isEmpty();

        journal.commit();
        assertThat(bench.statesOf("a")).containsExactly(ACCEPTED);
    }

    @Test
    void accept_journalFailsAndTheTaskIsCancelled_nothingOfItIsKept() {
        journal.failing = true;
        submit(EngineBench.request("a"));
        assertThat(bench.engine).asString().contains("unconfirmed=1");

        bench.engine.cancel("a", "not needed");
        bench.turn();
        bench.engine.tend();

        assertThat(bench.engine).asString().contains("live=[]").contains("unconfirmed=0");
    }

    @Test
    void begin_waitsUntilTheJournalHasIt() {
        journal.byItself = false;
        submit(EngineBench.request("a"));
        journal.commit();
        assertThat(bench.executor.all).isEmpty();

        journal.commit();
        assertThat(bench.executor.begun()).containsExactly("a");
    }

    @Test
    void end_isToldWhenTheJournalHasIt() {
        submit(EngineBench.request("a"));
        journal.byItself = false;
        bench.finishOne();
        assertThat(bench.statesOf("a")).doesNotContain(SUCCEEDED);

        journal.commit();
        assertThat(bench.last("a").state()).isEqualTo(SUCCEEDED);
    }

    @Test
    void crash_whileRunning_endsIndeterminateAndIsNotRunAgain() {
        submit(EngineBench.request("a"));
        bench = next();

        assertThat(bench.statesOf("a")).containsExactly(INDETERMINATE);
        submit(EngineBench.request("a"));
        assertThat(bench.executor.all).isEmpty();
    }

    @Test
    void crash_whileRunningIdempotent_triesAgain() {
        submit(EngineBench.request("a").idempotent());
        bench = next();

        assertThat(bench.statesOf("a")).containsExactly(RETRY_WAIT, RUNNING);
        assertThat(bench.last("a").attempt()).isEqualTo(2);
    }

    @Test
    void crash_whileWaiting_goesOnWithLargerRevisions() {
        submit(EngineBench.request("x"));
        submit(EngineBench.request("y"));
        submit(EngineBench.request("a"));
        long before = bench.last("a").revision();
        bench = next();

        assertThat(bench.last("a").state()).isEqualTo(RUNNING);
        assertThat(bench.last("a").revision()).isGreaterThan(before);
    }

    @Test
    void crash_afterTheEnd_reportsItOnceMoreUnlessItWasTaken() {
        submit(EngineBench.request("a"));
        submit(EngineBench.request("b"));
        bench.finishOne();
        bench.finishOne();
        bench.engine.acked("a", bench.last("a").revision());
        journal.commit();
        TaskStatus end = bench.last("b");
        bench = next();

        assertThat(bench.book.nextToSend()).isNotNull().extracting("status").isEqualTo(end);
        bench.book.sent();
        assertThat(bench.book.nextToSend()).isNull();
    }

    @Test
    void crash_betweenTheEndAndItsRequest_isAnEnd() {
        submit(EngineBench.request("a"));
        byte[] request = journal.durable.get("task.request/a");
        bench.finishOne();
        journal.commit();
        assertThat(journal.durable).doesNotContainKey("task.request/a");
        journal.durable.put("task.request/a", request);
        bench = next();

        assertThat(bench.executor.all).isEmpty();
        submit(EngineBench.request("a"));
        assertThat(toldOfCenter()).contains("a SUCCEEDED");
        journal.commit();
        assertThat(journal.durable).doesNotContainKey("task.request/a");
    }

    @Test
    void end_isWrittenBeforeTheRequestIsForgotten() {
        submit(EngineBench.request("a"));
        journal.changes.clear();
        bench.finishOne();

        assertThat(journal.changes).containsExactly("put task.status/a", "remove task.request/a");
    }

    @Test
    void restart_requestOfWhatHadBegunIsLost_endsIndeterminate() {
        submit(EngineBench.request("a").idempotent());
        journal.durable.remove("task.request/a");
        bench = next();

        submit(EngineBench.request("a").idempotent());
        assertThat(bench.last("a").state()).isEqualTo(INDETERMINATE);
        assertThat(bench.executor.all).isEmpty();
    }

    @Test
    void crash_beforeASkipWasWritten_doesNotDoTheWorkAgain() {
        submit(EngineBench.request("first").idempotencyKey("w"));
        bench.finishOne();
        journal.commit();
        journal.byItself = false;
        submit(EngineBench.request("second").idempotencyKey("w"));
        journal.commit(); // its acceptance, and no more
        bench = next();

        assertThat(bench.last("second").state()).isEqualTo(SKIPPED);
        assertThat(bench.executor.all).isEmpty();
    }

    @Test
    void crash_whileWaitingForARetry_waitsForTheRest() {
        bench.handler = (task, context) -> new TaskResult.RetryAfter(Duration.ofHours(1), "later");
        submit(EngineBench.request("a").retry(new RetryPolicy(3, Duration.ofSeconds(1), Duration.ofHours(2))));
        bench.finishOne();
        assertThat(bench.last("a").state()).isEqualTo(RETRY_WAIT);
        bench = next(); // its clock stands where the first one began
        assertThat(bench.executor.all).isEmpty();

        bench.advance(Duration.ofMinutes(59));
        assertThat(bench.executor.all).isEmpty();
        bench.advance(Duration.ofMinutes(1));
        assertThat(bench.last("a").attempt()).isEqualTo(2);
        assertThat(bench.last("a").state()).isEqualTo(RUNNING);
    }

    @Test
    void submit_largerThanTheJournalTakes_isRefused() {
        submit(EngineBench.request("a").argument("text", "x".repeat(5 << 20)));

        assertThat(bench.last("a").state()).isEqualTo(REFUSED);
        assertThat(bench.last("a").detail()).contains("too large");
    }

    @Test
    void crash_deadline_goesOnFromAcceptance() {
        submit(EngineBench.request("a").idempotent().deadline(Duration.ofSeconds(60)));
        bench = next(); // its clock stands where the first one began
        bench.advance(Duration.ofSeconds(59));
        assertThat(bench.last("a").state()).isEqualTo(RUNNING);

        bench.advance(Duration.ofSeconds(1));
        assertThat(bench.executor.only().interrupted).isTrue();
    }

    @Test
    void restart_typeWithoutHandler_failsAndSaysSo() {
        submit(EngineBench.request("x"));
        submit(EngineBench.request("y"));
        submit(TaskRequest.of("other").id("a"));
        Map<String, byte[]> renamed = new HashMap<>();
        journal.durable.forEach((key, value) -> renamed.put(
                key,
                new String(value, StandardCharsets.ISO_8859_1)
                        .replace("other", "gone!")
                        .getBytes(StandardCharsets.ISO_8859_1)));
        journal.durable.putAll(renamed);
        bench = next();

        assertThat(bench.statesOf("a")).containsExactly(FAILED);
        assertThat(bench.last("a").detail()).contains("no handler");
    }

    @Test
    void restart_brokenEntries_areCountedAndCostNothingElse() {
        submit(EngineBench.request("a"));
        journal.durable.put("task.status/broken", new byte[] {1, 2, 3});
        journal.durable.put("task.request/broken", new byte[] {(byte) 0xFF});
        bench = next();

        assertThat(bench.last("a").state()).isEqualTo(INDETERMINATE);
        assertThat(bench.counters.snapshot()).containsEntry("journal.damaged", 2L);
    }

    @Test
    void failing_dispatchThatMustNotRunTwice_isNeitherAcceptedNorRefusedUntilItRecovers() {
        journal.failing = true;
        submit(EngineBench.request("a"));
        submit(EngineBench.request("again").idempotent());
        assertThat(bench.statesOf("a")).isEmpty();
        assertThat(bench.executor.begun()).containsExactly("again");

        journal.failing = false;
        bench.engine.tend();
        bench.turn();
        assertThat(bench.last("a").state()).isEqualTo(RUNNING);
    }

    @Test
    void failing_endWithoutAttempt_isReportedWhenACrashCannotUndoIt() {
        bench.executor.refusals = Integer.MAX_VALUE;
        submit(EngineBench.request("a"));
        submit(EngineBench.request("again").idempotent());
        toldOfCenter();
        journal.failing = true;
        bench.engine.cancel("a", "asked");
        bench.engine.cancel("again", "asked");
        submit(EngineBench.request("a")); // it is sent again, and answered no sooner
        assertThat(bench.last("a").state()).as("told to the host").isEqualTo(CANCELLED);
        assertThat(toldOfCenter()).containsExactly("again CANCELLED");

        journal.failing = false;
        bench.engine.tend();
        bench.turn();
        assertThat(toldOfCenter()).containsExactly("a CANCELLED");
    }

    private List<String> toldOfCenter() {
        List<String> told = new ArrayList<>();
        for (TaskReport report = bench.book.nextToSend(); report != null; report = bench.book.nextToSend()) {
            bench.book.sent();
            told.add(report.status().taskId() + " " + report.status().state());
        }
        return told;
    }

    @Test
    void failing_betweenAcceptAndStart_holdsWhatMustNotRunTwice() {
        bench.executor.refusals = 1;
        submit(EngineBench.request("a"));
        journal.failing = true;
        bench.advance(Duration.ofSeconds(5));
        assertThat(bench.executor.all).isEmpty();

        journal.failing = false;
        bench.advance(Duration.ofSeconds(5));
        assertThat(bench.executor.begun()).containsExactly("a");
    }

    @Test
    void beingRead_submissionsWaitForWhatIsRemembered() {
        submit(EngineBench.request("a"));
        Map<String, byte[]> left = new LinkedHashMap<>(journal.durable);
        journal = new HandJournal();
        journal.beingRead = true;
        HandJournal made = journal;
        bench = new EngineBench(2, new SplittableRandom(2), any -> made, TaskOptions.defaults());
        submit(EngineBench.request("a"));
        assertThat(bench.reports).isEmpty();

        journal.beingRead = false;
        bench.engine.restore(left);
        bench.turn();
        assertThat(bench.executor.all).isEmpty();
        assertThat(bench.last("a").state()).isEqualTo(INDETERMINATE);
    }

    @Test
    void close_keep_leavesWhatWaitsToTheNextLife() {
        submit(EngineBench.request("x"));
        submit(EngineBench.request("y"));
        submit(EngineBench.request("a"));
        bench.engine.drain(() -> {});
        assertThat(bench.statesOf("a")).doesNotContain(CANCELLED);
        bench.finishOne();
        bench.finishOne();
        bench.engine.close();
        journal.commit();
        bench = next();

        assertThat(bench.last("a").state()).isEqualTo(RUNNING);
    }

    @Test
    void close_keepBehindAnotherWithItsKey_doesNotBeginInBetween() {
        submit(EngineBench.request("first").concurrency("k", OverlapPolicy.QUEUE));
        submit(EngineBench.request("second").concurrency("k", OverlapPolicy.QUEUE));
        bench.engine.drain(() -> {});
        bench.finishOne(); // and makes way
        bench.engine.close();
        journal.commit();
        bench = next();

        assertThat(bench.statesOf("second")).doesNotContain(INDETERMINATE);
        assertThat(bench.last("second").state()).isEqualTo(RUNNING);
        assertThat(bench.last("second").attempt()).isEqualTo(1);
    }

    @Test
    void close_handBack_beginsNothingInBetween() {
        bench = bench(ClosePolicy.HAND_BACK);
        submit(EngineBench.request("x"));
        submit(EngineBench.request("y"));
        submit(EngineBench.request("first").concurrency("k", OverlapPolicy.QUEUE));
        submit(EngineBench.request("second").concurrency("k", OverlapPolicy.QUEUE));
        bench.engine.drain(() -> {});
        bench.turn();

        assertThat(bench.executor.begun()).containsExactly("x", "y");
        assertThat(bench.last("first").state()).isEqualTo(CANCELLED);
        assertThat(bench.last("second").state()).isEqualTo(CANCELLED);
    }

    @Test
    void close_keepBeforeTheAcceptanceIsWritten_isKept() {
        journal.byItself = false;
        submit(EngineBench.request("a"));
        bench.engine.drain(() -> {});
        bench.engine.close();
        journal.commit();
        assertThat(bench.statesOf("a")).doesNotContain(CANCELLED);
        bench = next();

        assertThat(bench.last("a").state()).isEqualTo(RUNNING);
    }

    @Test
    void close_keep_leavesDispatchesUnansweredAndRefusesTheHost() {
        bench.engine.drain(() -> {});
        submit(EngineBench.request("late"));
        bench.engine.submit(EngineBench.request("own").build(), TaskOrigin.HOST);
        bench.turn();

        assertThat(bench.statesOf("late")).isEmpty();
        assertThat(bench.counters.snapshot()).containsEntry("tasks.unanswered", 1L);
        assertThat(bench.last("own").state()).isEqualTo(REFUSED);
    }

    @Test
    void close_handBack_refusesDispatches() {
        bench = bench(ClosePolicy.HAND_BACK);
        bench.engine.drain(() -> {});
        submit(EngineBench.request("late"));

        assertThat(bench.last("late").state()).isEqualTo(REFUSED);
        assertThat(bench.last("late").detail()).contains("closing");
    }

    @Test
    void close_handBack_cancelsWhatWaits() {
        bench = bench(ClosePolicy.HAND_BACK);
        submit(EngineBench.request("x"));
        submit(EngineBench.request("y"));
        submit(EngineBench.request("a"));
        bench.engine.drain(() -> {});

        assertThat(bench.last("a").state()).isEqualTo(CANCELLED);
        assertThat(bench.last("a").detail()).contains("handed back");
    }

    @Test
    void close_journalIsReadWhileDraining_keepsWhatWaits() {
        submit(EngineBench.request("a"));
        submit(EngineBench.request("b"));
        submit(EngineBench.request("c")); // two slots: it waits
        Map<String, byte[]> left = new LinkedHashMap<>(journal.durable);
        journal = new HandJournal();
        left.forEach(journal::put);
        journal.beingRead = true;
        HandJournal made = journal;
        bench = new EngineBench(2, new SplittableRandom(2), any -> made, TaskOptions.defaults(), 10, ClosePolicy.KEEP);

        bench.engine.drain(() -> {});
        journal.beingRead = false;
        bench.engine.restore(left);
        bench.turn();
        bench.engine.stopAll("the agent is closing");
        bench.turn();

        assertThat(bench.statesOf("c")).doesNotContain(CANCELLED);
    }
}
