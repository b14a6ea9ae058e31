package dev.outpost.agent.internal.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.outpost.agent.fixture.Batches;
import dev.outpost.agent.internal.telemetry.ClosedBatch;
import dev.outpost.agent.protocol.BatchAck;
import dev.outpost.agent.protocol.BatchNack;
import dev.outpost.agent.protocol.CenterMessage;
import dev.outpost.agent.protocol.Envelope;
import dev.outpost.agent.protocol.Heartbeat;
import dev.outpost.agent.protocol.HeartbeatAck;
import dev.outpost.agent.protocol.InvalidPayload;
import dev.outpost.agent.protocol.Ping;
import dev.outpost.agent.protocol.Pong;
import dev.outpost.agent.protocol.Rejection;
import dev.outpost.agent.protocol.StreamPosition;
import dev.outpost.agent.protocol.TaskCancel;
import dev.outpost.agent.protocol.TaskDispatch;
import dev.outpost.agent.protocol.TaskReport;
import dev.outpost.agent.protocol.TaskReportAck;
import dev.outpost.agent.protocol.TelemetryBatch;
import dev.outpost.agent.protocol.TelemetryGap;
import dev.outpost.agent.protocol.UnknownPayload;
import dev.outpost.agent.protocol.Welcome;
import dev.outpost.agent.task.TaskRequest;
import dev.outpost.agent.transport.CloseReason;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What goes over a session that is ready. */
class SessionTrafficTest {

    private final SessionBench bench = new SessionBench();

    // ---- up ----

    @Test
    void pump_allKindsWait_goUrgentThenReportsThenBatches() {
        FakeTransport.Link link = bench.connect();
        link.room = 0;
        bench.offerLogs(2);
        bench.report("a");
        link.say(new Ping());
        bench.turn();
        int before = link.received.size();
        link.room = Integer.MAX_VALUE;
        link.listener.onWritable();
        bench.turn();

        assertThat(link.received.subList(before, link.received.size()))
                .extracting(envelope -> envelope.payload().getClass().getSimpleName())
                .containsExactly("Pong", "TaskReport", "TelemetryBatch", "TelemetryBatch");
    }

    @Test
    void pump_importantLogsCameLast_overtakeTheOthers() {
        SessionBench classes =
                new SessionBench(SessionBench.HEARTBEAT, List.of(ClosedBatch.IMPORTANT, ClosedBatch.BULK));
        FakeTransport.Link link = classes.connect();
        link.room = 0;
        classes.offerLogs(3); // debug, say
        classes.logs.offer(Batches.ofClass(ClosedBatch.IMPORTANT, 1, 50)); // an error
        classes.turn();
        link.room = Integer.MAX_VALUE;
        link.listener.onWritable();
        classes.turn();

        assertThat(link.received(TelemetryBatch.class))
                .extracting(TelemetryBatch::recordCount)
                .as("chains take turns, so one batch at most goes before it")
                .hasSize(4)
                .startsWith(10, 1);
    }

    @Test
    void pump_notWritable_keepsEverythingUntilItIs() {
        FakeTransport.Link link = bench.connect();
        link.room = 1;
        bench.offerLogs(3);
        bench.report("a");
        bench.turn();
        assertThat(link.received(TaskReport.class)).hasSize(1);
        assertThat(link.received(TelemetryBatch.class)).isEmpty();

        link.room = 2;
        bench.turn();
        assertThat(link.received(TelemetryBatch.class))
                .as("nobody said that it is writable")
                .isEmpty();
        link.listener.onWritable();
        bench.turn();

        assertThat(link.received(TelemetryBatch.class)).hasSize(2);
    }

    @Test
    void pump_anyRefusals_numbersMessagesWithoutHolesInAscendingOrder() {
        FakeTransport.Link link = bench.connect();
        for (int i = 0; i < 20; i++) {
            link.room = i % 3;
            link.listener.onWritable();
            bench.offerLogs(1);
            bench.report("t" + i);
            link.say(new Ping());
            bench.turn();
        }
        link.room = Integer.MAX_VALUE;
        link.listener.onWritable();
        bench.turn();

        for (int i = 0; i < link.received.size(); i++) {
            assertThat(link.received.get(i).id()).as("message %d", i).isEqualTo(i + 2);
        }
    }

    @Test
    void pump_windowOfTheWelcome_holdsBatchesBack() {
        bench.session.start();
        FakeTransport.Link link = bench.transport.link();
        link.say(new Welcome("s", Duration.ZERO, 0, 2, List.of()));
        bench.offerLogs(5);
        bench.turn();

        assertThat(link.received(TelemetryBatch.class)).hasSize(2);
        link.say(new BatchAck(bench.logPosition(1)));
        bench.turn();
        assertThat(link.received(TelemetryBatch.class)).hasSize(3);
    }

    @Test
    void pump_batchLargerThanTheCenterTakes_isReplacedByAGap() {
        bench.session.start();
        FakeTransport.Link link = bench.transport.link();
        link.say(new Welcome("s", Duration.ZERO, 99, 0, List.of()));
        bench.offerLogs(1);
        bench.turn();

        assertThat(link.received(TelemetryBatch.class)).isEmpty();
        assertThat(link.received(TelemetryGap.class))
                .containsExactly(new TelemetryGap(bench.logPosition(1), 1, 10, "too_large_for_center"));
        assertThat(bench.logs.account().dropped()).containsEntry("too_large_for_center", 10L);
    }

    // ---- acknowledgements ----

    @Test
    void ack_trimsItsLaneOnly() {
        FakeTransport.Link link = bench.connect();
        bench.offerLogs(3);
        bench.turn();
        link.say(new BatchAck(bench.logPosition(2)));
        bench.turn();

        assertThat(bench.logs.account().delivered()).isEqualTo(20);
        assertThat(bench.logs.account().held()).isEqualTo(10);
    }

    @Test
    void ack_unknownStreamOrFuture_isIgnoredAndCounted() {
        FakeTransport.Link link = bench.connect();
        bench.offerLogs(1);
        bench.turn();
        link.say(new BatchAck(new StreamPosition(new UUID(1, 2), 1, 1)));
        link.say(new BatchAck(bench.logPosition(99)));
        bench.turn();

        assertThat(bench.logs.account().delivered()).isZero();
        assertThat(bench.counters.value("protocol.ignored{ack_unknown}")).isEqualTo(2);
    }

    @Test
    void welcome_withWhatTheCenterHas_trimsBeforeSendingAgain() {
        FakeTransport.Link first = bench.connect();
        bench.offerLogs(3);
        bench.turn();
        first.listener.onClosed(CloseReason.retry("cut", null));
        bench.turn();

        FakeTransport.Link second = bench.transport.link();
        second.say(new Welcome("s2", Duration.ZERO, 0, 0, List.of(bench.logPosition(2))));
        bench.turn();

        assertThat(second.received(TelemetryBatch.class))
                .extracting(TelemetryBatch::position)
                .containsExactly(bench.logPosition(3));
    }

    @Test
    void end_whatWasInFlight_isSentAgainInOrderOnTheNextLink() {
        FakeTransport.Link first = bench.connect();
        bench.offerLogs(3);
        bench.report("a");
        bench.turn();
        cut(first);
        FakeTransport.Link second = bench.letIn();

        assertThat(second.received(TelemetryBatch.class))
                .extracting(batch -> batch.position().sequence())
                .containsExactly(1L, 2L, 3L);
        assertThat(second.received(TaskReport.class)).hasSize(1);
        second.say(new TaskReportAck("a", 1));
        bench.turn();
        assertThat(bench.reportsLeft()).isZero();
    }

    private void cut(FakeTransport.Link first) {
        first.listener.onClosed(CloseReason.retry("cut", null));
        bench.turn();
    }

    @Test
    void nack_retryOfOneBatchFiveTimes_givesItUpAndTheNextOnesGoOn() {
        FakeTransport.Link link = bench.connect();
        bench.offerLogs(2);
        bench.turn();
        for (int refusal = 1; refusal <= 5; refusal++) {
            assertThat(bench.logs.account().delivered()).isZero();
            link.say(new BatchNack(bench.logPosition(1), BatchNack.Code.RETRY, Duration.ZERO, "cannot store it"));
            bench.turn();
            bench.advance(Duration.ofMinutes(1));
        }

        assertThat(link.received(TelemetryGap.class))
                .containsExactly(new TelemetryGap(bench.logPosition(1), 1, 10, "refused"));
        assertThat(bench.logs.account().dropped()).containsEntry("refused", 10L);
        link.say(new BatchAck(bench.logPosition(2)));
        bench.turn();
        assertThat(bench.logs.account().delivered()).isEqualTo(10);
    }

    @Test
    void nack_retry_pausesAndSendsAllFromThereAgain() {
        FakeTransport.Link link = bench.connect();
        bench.offerLogs(3);
        bench.turn();
        link.say(new BatchNack(bench.logPosition(1), BatchNack.Code.RETRY, Duration.ofSeconds(2), "disk"));
        bench.turn();
        assertThat(link.received(TelemetryBatch.class)).hasSize(3);

        bench.advance(Duration.ofMillis(1_999));
        assertThat(link.received(TelemetryBatch.class)).hasSize(3);
        bench.advance(Duration.ofMillis(1));

        assertThat(link.received(TelemetryBatch.class))
                .extracting(batch -> batch.position().sequence())
                .containsExactly(1L, 2L, 3L, 1L, 2L, 3L);
    }

    @Test
    void nack_rejected_dropsThatBatchOnly() {
        FakeTransport.Link link = bench.connect();
        bench.offerLogs(3);
        bench.turn();
        link.say(new BatchNack(bench.logPosition(2), BatchNack.Code.REJECTED, Duration.ZERO, "broken"));
        link.say(new BatchAck(bench.logPosition(3)));
        bench.turn();

        assertThat(bench.logs.account().dropped()).containsEntry("rejected", 10L);
        assertThat(bench.logs.account().delivered()).isEqualTo(20);
        assertThat(link.received(TelemetryBatch.class)).hasSize(3);
    }

    // ---- down ----

    @Test
    void dispatch_isPassedOn() {
        FakeTransport.Link link = bench.connect();
        TaskRequest request = TaskRequest.of("t").build();
        link.say(new TaskDispatch(request));
        bench.turn();

        assertThat(bench.dispatched).containsExactly(request);
    }

    // ---- whose clock is set ----

    private static Envelope<CenterMessage> stamped(long id, long inReplyTo, long epochNanos, CenterMessage message) {
        return new Envelope<>(id, inReplyTo, epochNanos, message);
    }

    /** Let in by a center that stamps its messages, by the same clock. */
    private FakeTransport.Link connectStamped() {
        bench.session.start();
        FakeTransport.Link link = bench.transport.link();
        Welcome welcome = new Welcome("s", Duration.ZERO, 0, 0, List.of());
        link.listener.onMessage(stamped(1, 1, bench.clock.epochNanos(), welcome));
        bench.turn();
        return link;
    }

    @Test
    void dispatch_afterTheAgentsClockWasSet_isTakenAllTheSame() {
        FakeTransport.Link link = connectStamped();
        long centersNow = bench.clock.epochNanos();
        bench.clock.setWall(Instant.ofEpochSecond(0, centersNow).plus(Duration.ofHours(1)));

        link.listener.onMessage(
                stamped(2, 0, centersNow, new TaskDispatch(TaskRequest.of("t").build())));
        bench.turn();

        assertThat(bench.dispatched).hasSize(1);
    }

    @Test
    void dispatch_afterTheCentersClockWasSet_asksForItsClockAndIsTakenSoon() {
        FakeTransport.Link link = connectStamped();
        TaskDispatch dispatch = new TaskDispatch(TaskRequest.of("t").build());
        link.listener.onMessage(stamped(2, 2, bench.clock.epochNanos(), new HeartbeatAck()));
        bench.advance(Duration.ofSeconds(6));
        long centersNow = bench.clock.epochNanos() + Duration.ofHours(1).toNanos();
        link.listener.onMessage(stamped(3, 0, centersNow, dispatch));
        link.listener.onMessage(stamped(4, 0, centersNow, dispatch));
        bench.turn();
        assertThat(bench.dispatched).isEmpty();
        assertThat(link.received(Rejection.class)).hasSize(2);
        assertThat(link.received(Heartbeat.class)).as("one more, for both").hasSize(2);

        long heartbeat = link.received.stream()
                .filter(sent -> sent.payload() instanceof Heartbeat)
                .mapToLong(Envelope::id)
                .max()
                .orElseThrow();
        link.listener.onMessage(stamped(5, heartbeat, centersNow, new HeartbeatAck()));
        link.listener.onMessage(stamped(6, 0, centersNow, dispatch));
        bench.turn();

        assertThat(bench.dispatched).hasSize(1);
        bench.advance(SessionBench.HEARTBEAT);
        assertThat(link.received(Heartbeat.class)).as("at their interval again").hasSize(3);
    }

    @Test
    void cancel_unknownTask_isAnsweredAsInvalid() {
        FakeTransport.Link link = bench.connect();
        long id = link.say(new TaskCancel("", "x"));
        link.say(new TaskCancel("known", "x"));
        bench.turn();

        assertThat(bench.cancelled).containsExactly("", "known");
        assertThat(link.received(Rejection.class))
                .containsExactly(new Rejection(Rejection.Code.INVALID, "no such task"));
        assertThat(link.received)
                .last()
                .satisfies(answer -> assertThat(answer.inReplyTo()).isEqualTo(id));
    }

    @Test
    void unknownAndInvalidPayloads_areAnsweredAndTheLinkGoesOn() {
        FakeTransport.Link link = bench.connect();
        link.say(new UnknownPayload(99));
        link.say(new InvalidPayload("priority is 1000"));
        bench.turn();

        assertThat(link.received(Rejection.class))
                .extracting(Rejection::code)
                .containsExactly(Rejection.Code.UNIMPLEMENTED, Rejection.Code.INVALID);
        assertThat(link.closed).isNull();
    }

    @Test
    void ping_isAnsweredAndPongIsNot() {
        FakeTransport.Link link = bench.connect();
        link.say(new Pong());
        link.say(new Ping());
        bench.turn();

        assertThat(link.received(Pong.class)).hasSize(1);
        assertThat(link.received(Heartbeat.class)).hasSize(1);
    }

    // ---- flow control ----

    @Test
    void request_asManyAsWereDealtWith() {
        FakeTransport.Link link = bench.connect();
        assertThat(link.requested).as("the first window and the welcome").isEqualTo(65);
        for (int i = 0; i < 100; i++) {
            link.say(new HeartbeatAck());
            bench.turn();
        }

        assertThat(link.requested).isEqualTo(165);
    }

    @Test
    void request_answersPileUp_letsNothingIn() {
        FakeTransport.Link link = bench.connect();
        link.room = 0;
        for (int i = 0; i < 300; i++) {
            link.say(new Ping());
            bench.turn();
        }
        int requested = link.requested;
        assertThat(requested).isBetween(65 + 200, 65 + 256);

        link.room = Integer.MAX_VALUE;
        link.listener.onWritable();
        bench.turn();

        assertThat(link.requested).isEqualTo(65 + 300);
        assertThat(link.received(Pong.class)).hasSize(300);
    }
}
