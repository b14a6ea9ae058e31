package dev.outpost.agent.internal.session;

import dev.outpost.agent.internal.base.Counters;
import dev.outpost.agent.internal.base.Timers;
import dev.outpost.agent.internal.lane.Lane;
import dev.outpost.agent.protocol.BatchAck;
import dev.outpost.agent.protocol.BatchNack;
import dev.outpost.agent.protocol.CenterMessage;
import dev.outpost.agent.protocol.Envelope;
import dev.outpost.agent.protocol.HeartbeatAck;
import dev.outpost.agent.protocol.InvalidPayload;
import dev.outpost.agent.protocol.Ping;
import dev.outpost.agent.protocol.Pong;
import dev.outpost.agent.protocol.Rejection;
import dev.outpost.agent.protocol.StreamPosition;
import dev.outpost.agent.protocol.TaskCancel;
import dev.outpost.agent.protocol.TaskDispatch;
import dev.outpost.agent.protocol.TaskReportAck;
import dev.outpost.agent.protocol.UnknownPayload;
import dev.outpost.agent.schedule.AgentClock;
import java.time.Duration;
import java.util.List;

/** What the messages of a control center mean once the session is ready. Control loop only. */
final class CenterMessages {

    private static final Duration SHORTEST_PAUSE = Duration.ofMillis(50);

    private final List<Lane> lanes;
    private final ReportSource reports;
    private final SessionEvents events;
    private final Timers timers;
    private final AgentClock clock;
    private final Counters counters;

    CenterMessages(
            List<Lane> lanes,
            ReportSource reports,
            SessionEvents events,
            Timers timers,
            AgentClock clock,
            Counters counters) {
        this.lanes = lanes;
        this.reports = reports;
        this.events = events;
        this.timers = timers;
        this.clock = clock;
        this.counters = counters;
    }

    void handle(Envelope<CenterMessage> message, Uplink uplink) {
        CenterMessage payload = message.payload();
        if (payload instanceof BatchAck ack) {
            onAck(ack.through());
        } else if (payload instanceof HeartbeatAck) {
            counters.counter("heartbeats.acked").increment();
        } else if (payload instanceof TaskDispatch dispatch) {
            events.onDispatch(dispatch.request());
        } else if (payload instanceof TaskReportAck ack) {
            reports.ack(ack.taskId(), ack.revision());
        } else if (payload instanceof TaskCancel cancel) {
            events.onCancel(cancel.taskId(), cancel.reason())
                    .ifPresent(problem -> uplink.send(new Rejection(Rejection.Code.INVALID, problem), message.id()));
        } else if (payload instanceof BatchNack nack) {
            onNack(nack);
        } else if (payload instanceof Ping) {
            uplink.send(new Pong(), message.id());
        } else if (payload instanceof Rejection rejection) {
            counters.counter("protocol.rejected", rejection.code().name()).increment();
        } else if (payload instanceof UnknownPayload unknown) {
            counters.counter("protocol.ignored", "unknown_payload").increment();
            String detail = "payload field " + unknown.field() + " is not known to this agent";
            uplink.send(new Rejection(Rejection.Code.UNIMPLEMENTED, detail), message.id());
        } else if (payload instanceof InvalidPayload invalid) {
            counters.counter("protocol.ignored", "invalid_payload").increment();
            uplink.send(new Rejection(Rejection.Code.INVALID, invalid.problem()), message.id());
        } else if (!(payload instanceof Pong)) {
            counters.counter("protocol.ignored", "unexpected").increment();
        }
    }

    void onAck(StreamPosition position) {
        for (Lane lane : lanes) {
            if (lane.knows(position)) {
                lane.ack(position.sequence(), clock.nanoTime());
                return;
            }
        }
        counters.counter("protocol.ignored", "ack_unknown").increment();
    }

    /** After a retryable refusal everything from that batch on is sent again: the center takes batches in order only. */
    private void onNack(BatchNack nack) {
        counters.counter("batches.nacked", nack.code().name()).increment();
        for (Lane lane : lanes) {
            if (!lane.knows(nack.position())) {
                continue;
            }
            if (nack.code() == BatchNack.Code.REJECTED) {
                lane.rejected(nack.position().sequence());
            } else if (lane.isInFlight(nack.position().sequence())) {
                Duration asked = nack.retryAfter();
                Duration pause = asked.compareTo(SHORTEST_PAUSE) < 0 ? SHORTEST_PAUSE : asked;
                lane.rewind();
                lane.pauseUntil(clock.nanoTime() + pause.toNanos());
                timers.schedule(clock.nanoTime(), pause, () -> {}); // the loop turns then, and sends
            }
        }
    }
}
