package dev.outpost.agent.internal.session;

import dev.outpost.agent.internal.base.Counters;
import dev.outpost.agent.internal.lane.Chain;
import dev.outpost.agent.protocol.BatchAck;
import dev.outpost.agent.protocol.BatchNack;
import dev.outpost.agent.protocol.CenterMessage;
import dev.outpost.agent.protocol.Envelope;
import dev.outpost.agent.protocol.HeartbeatAck;
import dev.outpost.agent.protocol.InvalidPayload;
import dev.outpost.agent.protocol.Ping;
import dev.outpost.agent.protocol.Pong;
import dev.outpost.agent.protocol.Rejection;
import dev.outpost.agent.protocol.Request;
import dev.outpost.agent.protocol.Response;
import dev.outpost.agent.protocol.ScheduleCommand;
import dev.outpost.agent.protocol.ScheduleSet;
import dev.outpost.agent.protocol.StreamPosition;
import dev.outpost.agent.protocol.TaskCancel;
import dev.outpost.agent.protocol.TaskDispatch;
import dev.outpost.agent.protocol.TaskReportAck;
import dev.outpost.agent.protocol.UnknownPayload;
import dev.outpost.agent.schedule.AgentClock;
import dev.outpost.agent.transport.Backoff;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** What the messages of a control center mean once the session is ready. Control loop only. */
final class CenterMessages {

    private static final Duration SHORTEST_PAUSE = Duration.ofMillis(50);

    private static final long MOST_ANSWER_BYTES = 4L << 20;

    /** After so many refusals in a row a batch is taken for one that will never go. */
    private static final int MOST_REFUSALS = 5;

    private static final Backoff LADDER = new Backoff(Duration.ofSeconds(2), Duration.ofSeconds(60));

    private final Cargo cargo;
    private final SessionEvents events;
    private final Ways ways;
    private final ClockSkew skew;
    private final RandomGenerator random;
    private final AgentClock clock;
    private final Counters counters;

    CenterMessages(
            Cargo cargo,
            SessionEvents events,
            Ways ways,
            ClockSkew skew,
            RandomGenerator random,
            AgentClock clock,
            Counters counters) {
        this.cargo = cargo;
        this.events = events;
        this.ways = ways;
        this.skew = skew;
        this.random = random;
        this.clock = clock;
        this.counters = counters;
    }

    /** Deals with a message that came over a link that was let in. */
    void handle(Link from, Uplink uplink, Envelope<CenterMessage> message) {
        if (message.payload() instanceof HeartbeatAck ack) {
            ways.spread(ack.reconnectSpread());
        }
        long sent = from.heartbeatSent(message.inReplyTo());
        if (sent != 0) {
            skew.answered(sent, message.epochNanos(), clock.epochNanos(), clock.nanoTime());
        }
        if (!(message.payload() instanceof BatchAck ack)) {
            letIn(message, from.commands(), uplink);
        } else if (onAck(ack.through())) {
            from.delivered();
        }
        if (from.commands().takeStale()) {
            from.lookAtClock(); // if it is the center's clock that was set, commands soon pass again
        }
    }

    /** All but commands that come twice or too late. */
    private void letIn(Envelope<CenterMessage> message, CommandWindow commands, Uplink uplink) {
        Optional<Rejection> refused = commands.refuse(message, clock.nanoTime());
        if (refused.isPresent()) {
            uplink.send(refused.get(), message.id());
        } else {
            take(message, uplink);
        }
    }

    private void take(Envelope<CenterMessage> message, Uplink uplink) {
        CenterMessage payload = message.payload();
        if (payload instanceof HeartbeatAck) {
            counters.counter("heartbeats.acked").increment();
        } else if (payload instanceof TaskDispatch dispatch) {
            events.onDispatch(dispatch.request());
        } else if (payload instanceof TaskReportAck ack) {
            cargo.reports().ack(ack.taskId(), ack.revision());
        } else if (payload instanceof TaskCancel cancel) {
            events.onCancel(cancel.taskId(), cancel.reason())
                    .ifPresent(problem -> uplink.send(new Rejection(Rejection.Code.INVALID, problem), message.id()));
        } else if (payload instanceof ScheduleSet set) {
            events.onScheduleSet(set);
        } else if (payload instanceof ScheduleCommand command) {
            events.onScheduleCommand(command)
                    .ifPresent(problem -> uplink.send(new Rejection(Rejection.Code.INVALID, problem), message.id()));
        } else if (payload instanceof BatchNack nack) {
            onNack(nack);
        } else if (payload instanceof Request request) {
            onRequest(request, message.id(), uplink);
        } else if (payload instanceof Response response) {
            if (!cargo.requests().answer(message.inReplyTo(), response)) {
                counters.counter("protocol.ignored", "late_response").increment();
            }
        } else if (payload instanceof Ping) {
            uplink.send(new Pong(), message.id());
        } else if (payload instanceof Rejection rejection) {
            counters.counter("protocol.rejected", rejection.code().name()).increment();
            cargo.requests().rejected(message.inReplyTo(), rejection.detail());
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

    /** A control center that asks and does not listen is not worked for. */
    private void onRequest(Request request, long id, Uplink uplink) {
        if (uplink.answerBytes() > MOST_ANSWER_BYTES) {
            counters.counter("requests.in", "unheard").increment();
            uplink.answer(Response.of(Response.Status.BUSY, "the answers before this one are not taken"), id);
        } else {
            events.onRequest(request, response -> uplink.answer(response, id));
        }
    }

    /** Batches up to there are taken; says whether that is news. */
    boolean onAck(StreamPosition position) {
        List<Chain> chains = cargo.chains();
        for (int i = 0; i < chains.size(); i++) {
            if (chains.get(i).knows(position)) {
                return chains.get(i).ack(position);
            }
        }
        counters.counter("protocol.ignored", "ack_unknown").increment();
        return false;
    }

    /** After a retryable refusal everything from that batch on is sent again: the center takes batches in order only. */
    private void onNack(BatchNack nack) {
        counters.counter("batches.nacked", nack.code().name()).increment();
        StreamPosition position = nack.position();
        for (Chain chain : cargo.chains()) {
            if (!chain.isInFlight(position)) {
                continue;
            }
            if (nack.code() == BatchNack.Code.REJECTED) {
                chain.rejected(position, "rejected");
                continue;
            }
            int refusals = chain.refused(position);
            if (refusals >= MOST_REFUSALS) {
                chain.rejected(position, "refused"); // a gap is sent in its place, and the next batches have their turn
            }
            chain.rewind(position);
            Duration ladder = LADDER.delay(refusals, random);
            Duration asked = nack.retryAfter();
            Duration pause = asked.compareTo(SHORTEST_PAUSE) < 0 ? SHORTEST_PAUSE : asked;
            chain.pauseUntil(clock.nanoTime() + (ladder.compareTo(pause) > 0 ? ladder : pause).toNanos());
        }
    }
}
