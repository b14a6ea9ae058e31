package dev.outpost.agent.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.outpost.agent.attribute.Attributes;
import dev.outpost.agent.log.LogBatch;
import dev.outpost.agent.log.LogRecord;
import dev.outpost.agent.log.LogSink;
import dev.outpost.agent.log.Severity;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What every {@link LogSink} keeps. Extend it, and say how to make the sink and what its destination has.
 */
@Timeout(60)
public abstract class LogSinkContractTest {

    /** For subclasses. */
    protected LogSinkContractTest() {}

    /** A sink to a destination that works and is empty; each call may be to the same destination. */
    protected abstract LogSink newSink() throws Exception;

    /** The bodies of all records that the destination has, in the order in which it got them. */
    protected abstract List<String> received() throws Exception;

    /**
     * Makes the destination unreachable, or reachable again.
     *
     * @return false when that cannot be done here; then what needs it is skipped
     */
    protected boolean reachable(boolean reachable) throws Exception {
        return false;
    }

    @Test
    final void send_batches_arriveInOrderOnceTheirStagesAreComplete() throws Exception {
        List<String> bodies =
                IntStream.range(0, 250).mapToObj(i -> "record " + i).toList();
        try (LogSink sink = newSink()) {
            for (LogBatch batch : batches(bodies)) {
                complete(sink.send(batch));
            }
            assertThat(received()).isEqualTo(bodies);
        }
    }

    @Test
    final void send_bodiesOfAllKinds_arriveUnchanged() throws Exception {
        List<String> bodies = List.of(
                "plain",
                "tab\tand \"quotes\" and \\ backslash",
                "umlauts äöü, 漢字, and \uD83D\uDE80 beyond the first plane",
                "x".repeat(100_000));
        try (LogSink sink = newSink()) {
            for (LogBatch batch : batches(bodies)) {
                complete(sink.send(batch));
            }
            assertThat(received()).isEqualTo(bodies);
        }
    }

    @Test
    final void send_aBatchThatComesAgain_isTakenAgain() throws Exception {
        LogBatch batch = batches(List.of("twice")).get(0);
        try (LogSink sink = newSink()) {
            complete(sink.send(batch));
            complete(sink.send(batch));
            assertThat(received()).as("once or twice").contains("twice");
        }
    }

    @Test
    final void send_destinationUnreachable_failsAndWorksAfterwards() throws Exception {
        LogBatch batch = batches(List.of("late")).get(0);
        try (LogSink sink = newSink()) {
            Assumptions.assumeTrue(reachable(false), "the destination cannot be made unreachable here");
            assertThatThrownBy(() -> complete(sink.send(batch))).isNotNull();
            reachable(true);
            complete(sink.send(batch));
            assertThat(received()).contains("late");
        }
    }

    @Test
    final void close_afterUse_leavesNoThreadThatKeepsTheHostAlive() throws Exception {
        List<Thread> before = nonDaemons();
        try (LogSink sink = newSink()) {
            complete(sink.send(batches(List.of("one")).get(0)));
        }
        List<Thread> left = new ArrayList<>(nonDaemons());
        left.removeAll(before);
        for (Thread thread : left) {
            thread.join(TimeUnit.SECONDS.toMillis(10));
            assertThat(thread.isAlive()).as("%s", thread).isFalse();
        }
    }

    private static List<Thread> nonDaemons() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> !thread.isDaemon())
                .toList();
    }

    private static List<LogBatch> batches(List<String> bodies) {
        return CapturedBatches.ofLogs(bodies.stream()
                .map(body -> LogRecord.of(Severity.INFO, body, Attributes.of("kind", "test")))
                .toList());
    }

    private static void complete(CompletionStage<?> stage) throws Exception {
        stage.toCompletableFuture().get(30, TimeUnit.SECONDS);
    }
}
