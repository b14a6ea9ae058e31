package dev.outpost.agent.internal.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.groups.Tuple.tuple;

import dev.outpost.agent.protocol.CenterMessage;
import dev.outpost.agent.protocol.Envelope;
import dev.outpost.agent.protocol.HeartbeatAck;
import dev.outpost.agent.protocol.Rejection;
import dev.outpost.agent.protocol.Request;
import dev.outpost.agent.protocol.Response;
import dev.outpost.agent.protocol.TaskDispatch;
import dev.outpost.agent.protocol.TelemetryBatch;
import dev.outpost.agent.protocol.Welcome;
import dev.outpost.agent.request.Body;
import dev.outpost.agent.request.RequestException;
import dev.outpost.agent.task.TaskRequest;
import dev.outpost.agent.transport.CloseReason;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Requests in both directions, and commands that come twice or too late. */
class SessionRequestTest {

    private static final Duration TIMEOUT = Duration.ofSeconds(3);

    private final SessionBench bench = new SessionBench();
    private final List<String> answers = new ArrayList<>();

    private void ask(String type) {
        bench.session.request(new Requests.Asked(
                type,
                Body.text("?"),
                TIMEOUT,
                (body, failure) ->
                        answers.add(failure == null ? body.asText() : failure.reason() + ": " + failure.getMessage())));
        bench.turn();
    }

    private static Response ok(String text) {
        return new Response(Response.Status.OK, "text/plain", Body.text(text).bytes(), "");
    }

    private static Envelope<CenterMessage> reply(long id, long inReplyTo, CenterMessage payload) {
        return new Envelope<>(id, inReplyTo, 0, payload);
    }

    private static long idOf(FakeTransport.Link link, int request) {
        return link.received.stream()
                .filter(envelope -> envelope.payload() instanceof Request)
                .toList()
                .get(request)
                .id();
    }

    // ---- asking ----

    @Test
    void request_answered_givesEachItsOwnAnswer() {
        FakeTransport.Link link = bench.connect();
        ask("first");
        ask("second");
        assertThat(link.received(Request.class))
                .extracting(Request::type, Request::timeout)
                .containsExactly(tuple("first", TIMEOUT), tuple("second", TIMEOUT));

        link.listener.onMessage(reply(11, idOf(link, 1), ok("two")));
        link.listener.onMessage(reply(12, idOf(link, 0), ok("one")));
        bench.turn();

        assertThat(answers).containsExactly("two", "one");
        bench.advance(TIMEOUT);
        assertThat(answers).as("each once").hasSize(2);
    }

    @Test
    void request_notAnswered_failsInTimeAndALateAnswerIsCounted() {
        FakeTransport.Link link = bench.connect();
        ask("slow");
        bench.advance(TIMEOUT);
        assertThat(answers).singleElement().asString().startsWith("TIMED_OUT");

        link.listener.onMessage(reply(11, idOf(link, 0), ok("late")));
        bench.turn();

        assertThat(answers).hasSize(1);
        assertThat(bench.counters.value("protocol.ignored{late_response}")).isEqualTo(1);
    }

    @Test
    void request_refusedByTheOtherSide_failsWithItsReason() {
        FakeTransport.Link link = bench.connect();
        ask("unknown");
        ask("unreadable");
        link.listener.onMessage(reply(11, idOf(link, 0), Response.of(Response.Status.UNIMPLEMENTED, "no handler")));
        link.listener.onMessage(
                reply(12, idOf(link, 1), new Rejection(Rejection.Code.UNIMPLEMENTED, "an older center")));
        bench.turn();

        assertThat(answers).containsExactly("UNIMPLEMENTED: no handler", "INVALID: an older center");
    }

    @Test
    void request_withoutASession_failsAtOnce() {
        bench.session.start();
        ask("early");

        assertThat(answers).singleElement().asString().startsWith("UNAVAILABLE");
    }

    @Test
    void request_linkIsLost_failsAsLostAndAsUnavailableWhenItWasNotSent() {
        FakeTransport.Link link = bench.connect();
        ask("sent");
        link.room = 0;
        ask("not sent");

        link.listener.onClosed(CloseReason.retry("cut", null));
        bench.turn();

        assertThat(answers).hasSize(2);
        assertThat(answers.get(0)).startsWith("LOST");
        assertThat(answers.get(1)).startsWith("UNAVAILABLE");
    }

    @Test
    void request_timedOutBeforeItWasSent_isNotSentAnyMore() {
        FakeTransport.Link link = bench.connect();
        link.say(new HeartbeatAck());
        link.room = 0;
        ask("waits");
        bench.advance(TIMEOUT);
        link.room = Integer.MAX_VALUE;
        link.listener.onWritable();
        bench.turn();

        assertThat(answers).singleElement().asString().startsWith("TIMED_OUT");
        assertThat(link.received(Request.class)).isEmpty();
    }

    @Test
    void request_thousandsUnanswered_areRefusedAsBusy() {
        bench.connect();
        for (int i = 0; i < 1_001; i++) {
            ask("many");
        }
        assertThat(answers).singleElement().asString().startsWith("BUSY");
    }

    @Test
    void request_goesBeforeTelemetry() {
        FakeTransport.Link link = bench.connect();
        link.room = 0;
        bench.offerLogs(2);
        ask("urgent");
        int before = link.received.size();
        link.room = Integer.MAX_VALUE;
        link.listener.onWritable();
        bench.turn();

        assertThat(link.received.get(before).payload()).isInstanceOf(Request.class);
        assertThat(link.received(TelemetryBatch.class)).hasSize(2);
    }

    // ---- being asked ----

    @Test
    void onRequest_answered_isInReplyToTheRequest() {
        FakeTransport.Link link = bench.connect();
        long id = link.say(new Request("inventory.scan", "", ByteBuffer.allocate(0), TIMEOUT, null));
        bench.turn();
        assertThat(bench.requested).extracting(Request::type).containsExactly("inventory.scan");

        bench.answers.get(0).accept(ok("42 disks"));
        bench.turn();

        Envelope<?> answer = link.received.get(link.received.size() - 1);
        assertThat(answer.inReplyTo()).isEqualTo(id);
        assertThat(answer.payload()).isEqualTo(ok("42 disks"));
    }

    // ---- commands that come twice, or too late ----

    @Test
    void command_sameIdAgain_hasNoEffect() {
        FakeTransport.Link link = bench.connect();
        TaskDispatch dispatch = new TaskDispatch(TaskRequest.of("t").build());
        link.listener.onMessage(reply(7, 0, dispatch));
        link.listener.onMessage(reply(7, 0, dispatch));
        link.listener.onMessage(reply(5, 0, new Request("t", "", ByteBuffer.allocate(0), TIMEOUT, null)));
        bench.turn();

        assertThat(bench.dispatched).hasSize(1);
        assertThat(bench.requested).isEmpty();
        assertThat(bench.counters.value("protocol.ignored{replayed}")).isEqualTo(2);
        assertThat(link.received(Rejection.class)).hasSize(2);
    }

    @Test
    void command_fromLongAgoByTheCentersClock_hasNoEffect() {
        bench.session.start();
        FakeTransport.Link link = bench.transport.link();
        long ahead = Duration.ofHours(2).toNanos();
        link.listener.onMessage(new Envelope<>(
                1, 1, bench.clock.epochNanos() + ahead, new Welcome("s", Duration.ZERO, 0, 0, List.of())));
        bench.turn();
        assertThat(bench.session.clockSkewMillis()).hasValue(Duration.ofHours(2).toMillis());

        TaskDispatch dispatch = new TaskDispatch(TaskRequest.of("t").build());
        link.listener.onMessage(new Envelope<>(2, 0, bench.clock.epochNanos() + ahead, dispatch));
        link.listener.onMessage(new Envelope<>(3, 0, bench.clock.epochNanos(), dispatch));
        bench.turn();

        assertThat(bench.dispatched)
                .as("two clocks that differ are not an attack")
                .hasSize(1);
        assertThat(bench.counters.value("protocol.ignored{stale}")).isEqualTo(1);
    }

    @Test
    void clockSkew_afterTheCentersClockWasSet_isKnownAgainWithTheNextHeartbeat() {
        FakeTransport.Link link = bench.connect();
        long heartbeat = link.received.get(0).id();
        long now = bench.clock.epochNanos();
        bench.clock.advance(Duration.ofMillis(20));
        link.listener.onMessage(new Envelope<>(
                2,
                heartbeat,
                now + Duration.ofMillis(10).toNanos() - Duration.ofMinutes(1).toNanos(),
                new HeartbeatAck()));
        bench.turn();

        assertThat(bench.session.clockSkewMillis()).hasValue(-60_000);
    }

    @Test
    void requestException_reasons_coverAllStatuses() {
        FakeTransport.Link link = bench.connect();
        for (Response.Status status : Response.Status.values()) {
            ask("any");
            int last = link.received(Request.class).size() - 1;
            link.listener.onMessage(reply(100 + last, idOf(link, last), Response.of(status, "d")));
            bench.turn();
        }
        assertThat(answers)
                .containsExactly(
                        RequestException.Reason.FAILED + ": d",
                        "",
                        "UNIMPLEMENTED: d",
                        "FAILED: d",
                        "BUSY: d",
                        "EXPIRED: d",
                        "INVALID: d");
    }
}
