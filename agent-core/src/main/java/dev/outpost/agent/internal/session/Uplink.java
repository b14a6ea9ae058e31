package dev.outpost.agent.internal.session;

import dev.outpost.agent.internal.lane.Chain;
import dev.outpost.agent.internal.telemetry.ClosedBatch;
import dev.outpost.agent.protocol.AgentMessage;
import dev.outpost.agent.protocol.Envelope;
import dev.outpost.agent.protocol.Request;
import dev.outpost.agent.protocol.Response;
import dev.outpost.agent.protocol.StreamOpen;
import dev.outpost.agent.protocol.StreamPosition;
import dev.outpost.agent.protocol.TelemetryBatch;
import dev.outpost.agent.protocol.TelemetryGap;
import dev.outpost.agent.schedule.AgentClock;
import dev.outpost.agent.transport.Connection;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * What goes up one connection, in order of urgency: replies and heartbeats, then reports, then requests and answers of the
 * application's own, then the lanes in turn. So a
 * heartbeat waits for at most what the connection has already taken, and never behind telemetry that waits here.
 */
final class Uplink {

    private static final int BATCHES_PER_PUMP = 16;

    private final Connection<AgentMessage> connection;
    private final AgentClock clock;
    private final ReportSource reports;
    private final List<Chain> chains;
    private final Deque<Envelope<AgentMessage>> urgent = new ArrayDeque<>();
    private final Deque<Application> application = new ArrayDeque<>();
    private final int maxBatchBytes;
    private long answerBytes;
    private long batchesSent;
    private long nextId;
    private int nextChain;
    private boolean writable = true;

    /**
     * An uplink.
     *
     * @param firstId the id of the first message; the hello had the one before
     * @param maxBatchBytes the largest body that the control center takes, 0 for any
     */
    Uplink(
            Connection<AgentMessage> connection,
            AgentClock clock,
            ReportSource reports,
            List<Chain> chains,
            long firstId,
            int maxBatchBytes) {
        this.connection = connection;
        this.clock = clock;
        this.reports = reports;
        this.chains = chains;
        this.nextId = firstId;
        this.maxBatchBytes = maxBatchBytes;
    }

    /**
     * Queues a message that goes before all others.
     *
     * @return its id
     */
    long send(AgentMessage message, long inReplyTo) {
        Envelope<AgentMessage> envelope = envelope(message, inReplyTo);
        urgent.add(envelope);
        return envelope.id();
    }

    /**
     * A message of the application's own.
     *
     * @param isWanted whether it is to be sent still, when its turn comes
     * @param sent is told its id
     */
    private record Application(AgentMessage message, long inReplyTo, BooleanSupplier isWanted, LongConsumer sent) {}

    /** Queues a request; whoever calls bounds how many. */
    void ask(Request request, BooleanSupplier isWanted, LongConsumer sent) {
        application.add(new Application(request, 0, isWanted, sent));
    }

    /** Queues the answer to a request; there are no more of them than requests were let in. */
    void answer(Response response, long inReplyTo) {
        int size = response.body().remaining();
        answerBytes += size;
        application.add(new Application(response, inReplyTo, () -> true, id -> answerBytes -= size));
    }

    /** How many batches and gaps it has sent. */
    long batchesSent() {
        return batchesSent;
    }

    /** Bytes of the answers that wait. */
    long answerBytes() {
        return answerBytes;
    }

    /** How many messages of the center's wait to be answered; the reader of the connection sees to it that they stay few. */
    int urgentCount() {
        return urgent.size() + application.size();
    }

    /** The connection takes messages again. */
    void onWritable() {
        writable = true;
    }

    /**
     * Sends what the connection takes.
     *
     * @return how many messages
     */
    int pump() {
        int sent = 0;
        for (Envelope<AgentMessage> first = urgent.peek(); first != null && offer(first); first = urgent.peek()) {
            urgent.remove();
            sent++;
        }
        for (AgentMessage next = reports.nextToSend(); next != null && sendNow(next); ) {
            reports.sent();
            sent++;
            next = reports.nextToSend();
        }
        sent += pumpApplication();
        return writable ? sent + pumpLanes() : sent;
    }

    private int pumpApplication() {
        int sent = 0;
        for (Application next = application.peek(); next != null && writable; next = application.peek()) {
            if (next.isWanted().getAsBoolean()) {
                long id = nextId;
                if (!sendNow(next.message(), next.inReplyTo())) {
                    return sent;
                }
                next.sent().accept(id);
                sent++;
            }
            application.remove();
        }
        return sent;
    }

    private int pumpLanes() {
        int sent = 0;
        int emptyInARow = 0;
        while (writable && sent < BATCHES_PER_PUMP && emptyInARow < chains.size()) {
            Chain chain = chains.get(nextChain);
            nextChain = (nextChain + 1) % chains.size();
            Chain.Offer next = chain.next();
            if (next == null) {
                emptyInARow++;
                continue;
            }
            ClosedBatch body = next.entry().batch();
            if (body != null && maxBatchBytes > 0 && body.bytes() > maxBatchBytes) {
                chain.dropNext(next, "too_large_for_center");
                emptyInARow = 0;
            } else if (open(next) && sendNow(message(next, body))) {
                chain.sent(next);
                batchesSent++;
                sent++;
                emptyInARow = 0;
            }
        }
        return sent;
    }

    /** Says which run follows, if that has not been said on this connection. */
    private boolean open(Chain.Offer next) {
        if (!next.run().isOpened()) {
            next.run().opened(sendNow(new StreamOpen(next.run().acked())));
        }
        return next.run().isOpened();
    }

    private static AgentMessage message(Chain.Offer next, @Nullable ClosedBatch body) {
        StreamPosition position = next.run().position(next.entry().through());
        return body == null
                ? new TelemetryGap(
                        position,
                        next.entry().from(),
                        next.entry().records(),
                        next.entry().reason())
                : new TelemetryBatch(position, body.signal(), body.records(), body.codec(), body.body());
    }

    private boolean sendNow(AgentMessage message) {
        return sendNow(message, 0);
    }

    private boolean sendNow(AgentMessage message, long inReplyTo) {
        if (!writable) {
            return false;
        }
        boolean taken = offer(envelope(message, inReplyTo));
        if (!taken) {
            nextId--; // the number was not used
        }
        return taken;
    }

    private boolean offer(Envelope<AgentMessage> message) {
        if (writable) {
            writable = connection.trySend(message);
        }
        return writable;
    }

    private Envelope<AgentMessage> envelope(AgentMessage message, long inReplyTo) {
        return new Envelope<>(nextId++, inReplyTo, clock.epochNanos(), message);
    }
}
