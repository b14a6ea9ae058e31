package dev.outpost.center.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.outpost.agent.protocol.BatchAck;
import dev.outpost.agent.protocol.CenterMessage;
import dev.outpost.agent.protocol.Envelope;
import dev.outpost.agent.protocol.Ping;
import dev.outpost.agent.protocol.Pong;
import dev.outpost.agent.protocol.StreamPosition;
import dev.outpost.agent.transport.CloseReason;
import dev.outpost.agent.transport.Connection;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class OutboundTest {

    private static final UUID STREAM = new UUID(1, 2);

    private final FullConnection connection = new FullConnection();
    private final Outbound outbound = new Outbound(connection, Clock.systemUTC());

    @Test
    void ack_olderOneComesLater_doesNotReplaceTheNewer() {
        outbound.ack(at(1, 5));
        outbound.ack(at(1, 3));
        connection.full = false;
        outbound.flush();
        assertThat(connection.sent).containsExactly(new BatchAck(at(1, 5)));
    }

    @Test
    void ack_epochsOfOneStream_areKeptApart() {
        outbound.ack(at(1, 5));
        outbound.ack(at(2, 3));
        outbound.ack(at(1, 6));
        connection.full = false;
        outbound.flush();
        assertThat(connection.sent).containsExactly(new BatchAck(at(1, 6)), new BatchAck(at(2, 3)));
    }

    @Test
    void flush_whatHasWaited_isStampedAsOfThenAndKeepsItsNumber() {
        AtomicLong seconds = new AtomicLong(1_000);
        Outbound waiting = new Outbound(connection, new Clock() {
            @Override
            public ZoneId getZone() {
                return ZoneOffset.UTC;
            }

            @Override
            public Clock withZone(ZoneId zone) {
                return this;
            }

            @Override
            public Instant instant() {
                return Instant.ofEpochSecond(seconds.get());
            }
        });
        assertThat(waiting.send(new Ping(), 0)).isEqualTo(1);
        assertThat(waiting.send(new Pong(), 7)).isEqualTo(2);
        seconds.set(2_000);
        connection.full = false;
        waiting.flush();
        assertThat(connection.envelopes)
                .containsExactly(
                        new Envelope<>(1, 0, 2_000_000_000_000L, new Ping()),
                        new Envelope<>(2, 7, 2_000_000_000_000L, new Pong()));
    }

    private static StreamPosition at(long epoch, long sequence) {
        return new StreamPosition(STREAM, epoch, sequence);
    }

    /** Takes nothing until it is told to. */
    private static final class FullConnection implements Connection<CenterMessage> {

        private final List<CenterMessage> sent = new ArrayList<>();
        private final List<Envelope<CenterMessage>> envelopes = new ArrayList<>();
        private boolean full = true;

        @Override
        public boolean trySend(Envelope<CenterMessage> message) {
            return !full && sent.add(message.payload()) && envelopes.add(message);
        }

        @Override
        public void request(int count) {}

        @Override
        public void close(CloseReason reason) {}
    }
}
