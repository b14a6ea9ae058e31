package dev.outpost.center.internal;

import dev.outpost.agent.protocol.BatchAck;
import dev.outpost.agent.protocol.CenterMessage;
import dev.outpost.agent.protocol.Envelope;
import dev.outpost.agent.protocol.Request;
import dev.outpost.agent.protocol.Response;
import dev.outpost.agent.protocol.StreamPosition;
import dev.outpost.agent.transport.Connection;
import dev.outpost.center.store.WatermarkStore.StreamEpoch;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Queue;

/**
 * What goes down one connection, from any thread, in order. Of acknowledgements only the newest per epoch waits, for they
 * are cumulative. Its lock also keeps the senders of one connection apart, as connections ask for.
 */
final class Outbound {

    private final Connection<CenterMessage> connection;
    private final Clock clock;
    private final Queue<Envelope<CenterMessage>> waiting = new ArrayDeque<>();
    private final Map<StreamEpoch, StreamPosition> acks = new LinkedHashMap<>();
    private long bytes;
    private long nextId = 1;

    Outbound(Connection<CenterMessage> connection, Clock clock) {
        this.connection = connection;
        this.clock = clock;
    }

    /**
     * Sends, or queues while the connection is full.
     *
     * @return the message's id
     */
    synchronized long send(CenterMessage message, long inReplyTo) {
        Envelope<CenterMessage> unstamped = new Envelope<>(nextId++, inReplyTo, 0, message);
        waiting.add(unstamped);
        bytes += sizeOf(unstamped);
        flush();
        return unstamped.id();
    }

    /** Acknowledges an epoch up to a position; without effect when a later one waits already. */
    synchronized void ack(StreamPosition through) {
        acks.merge(
                new StreamEpoch(through.streamId(), through.epoch()),
                through,
                (before, now) -> now.sequence() > before.sequence() ? now : before);
        flush();
    }

    /** Sends what waits, as far as the connection takes it. */
    synchronized void flush() {
        for (Envelope<CenterMessage> next = waiting.peek(); next != null; next = waiting.peek()) {
            if (!connection.trySend(stamped(next))) { // as of now: an agent refuses a command whose time is long past
                return;
            }
            waiting.remove();
            bytes -= sizeOf(next);
        }
        var each = acks.values().iterator();
        while (each.hasNext()) {
            if (!connection.trySend(stamped(new Envelope<>(nextId++, 0, 0, new BatchAck(each.next()))))) {
                return;
            }
            each.remove();
        }
    }

    /** Bytes of the bodies that wait. */
    synchronized long bytes() {
        return bytes;
    }

    private static int sizeOf(Envelope<CenterMessage> envelope) {
        return envelope.payload() instanceof Response response
                ? response.body().remaining()
                : envelope.payload() instanceof Request request ? request.body().remaining() : 0;
    }

    synchronized int size() {
        return waiting.size();
    }

    private Envelope<CenterMessage> stamped(Envelope<CenterMessage> message) {
        Instant now = clock.instant();
        long nanos = now.getEpochSecond() * 1_000_000_000L + now.getNano();
        return new Envelope<>(message.id(), message.inReplyTo(), nanos, message.payload());
    }
}
