package dev.outpost.agent.transport.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import dev.outpost.agent.protocol.AgentMessage;
import dev.outpost.agent.protocol.CenterMessage;
import dev.outpost.agent.protocol.Envelope;
import dev.outpost.agent.protocol.Ping;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Messages put together from pieces, and what a link asks its library for meanwhile. */
class IncomingTest {

    private static final int LIMIT = 64 * 1024;

    private final ScheduledExecutorService timer = Threads.timer("test");
    private final List<Runnable> executed = new ArrayList<>();
    private final FakeWire wire = new FakeWire();
    private final RawCodec codec = new RawCodec();
    private final LinkRecorder<AgentMessage> heard = new LinkRecorder<>();
    private final Link<CenterMessage, AgentMessage> link =
            new Link<>(Side.ofCenter(executed::add, timer, LIMIT, Duration.ofSeconds(20)), () -> {});
    private final Incoming incoming = new Incoming(link, wire);

    @BeforeEach
    void open() {
        link.listenWith(heard);
        link.opened(wire, codec, null);
        link.request(Integer.MAX_VALUE);
        runExecuted();
    }

    @AfterEach
    void stop() {
        timer.shutdownNow();
    }

    @Test
    void bytes_inPieces_arePutTogetherAndLetInOneByOne() {
        assertThat(wire.demands).isEqualTo(1);
        incoming.bytes(bytes(1, 2), false);
        incoming.bytes(bytes(), false);
        incoming.bytes(bytes(3), false);
        assertThat(wire.demands).isEqualTo(4);
        assertThat(codec.messages).isEmpty();
        incoming.bytes(bytes(4), true);
        assertThat(wire.demands).isEqualTo(5);
        incoming.bytes(bytes(5), true);
        assertThat(codec.messages).extracting(WireMessage::bytes).containsExactly(bytes(1, 2, 3, 4), bytes(5));
    }

    @Test
    void bytes_afterTheyWereTaken_areNotThoseOfThePiece() {
        ByteBuffer piece = bytes(1, 2);
        incoming.bytes(piece, true);
        piece.put(0, (byte) 9);
        assertThat(codec.messages.get(0).bytes()).isEqualTo(bytes(1, 2));
    }

    @Test
    void bytes_ofManySizes_arriveAsTheyWereInArraysNotMuchLarger() {
        for (int size : new int[] {3, 40_000, 40_100, LIMIT, 5_000, 17, LIMIT - 1, 0, 30_000}) {
            byte[] message = new byte[size];
            for (int i = 0; i < size; i++) {
                message[i] = (byte) (i * 31);
            }
            for (int at = 0; at < size; at += 1_000) {
                incoming.bytes(ByteBuffer.wrap(message, at, Math.min(1_000, size - at)), false);
            }
            incoming.bytes(bytes(), true);
            ByteBuffer taken = codec.messages.get(codec.messages.size() - 1).bytes();
            assertThat(taken).isEqualTo(ByteBuffer.wrap(message));
            assertThat(taken.arrayOffset()).isZero();
            assertThat(taken.array().length).isBetween(size, size + size / 4);
        }
    }

    @Test
    void text_inPieces_isPutTogetherWithItsSize() {
        incoming.text("a\u00FC", false);
        incoming.text("\u20AC", true);
        assertThat(codec.messages).extracting(WireMessage::text).containsExactly("a\u00FC\u20AC");
        assertThat(codec.messages).extracting(WireMessage::size).containsExactly(6);
    }

    @Test
    void message_overTheLimitInPieces_endsTheLinkAndIsReadToItsEnd() {
        incoming.bytes(ByteBuffer.allocate(LIMIT), false);
        incoming.bytes(bytes(1), false);
        runExecuted();
        assertThat(wire.closeCodes).containsExactly(CloseCodes.TOO_BIG);
        int before = wire.demands;
        incoming.bytes(bytes(1), false);
        incoming.bytes(bytes(1), true);
        incoming.text("after it", true);
        assertThat(wire.demands).as("so that a Close frame behind it is seen").isEqualTo(before + 3);
        assertThat(codec.messages).isEmpty();
    }

    @Test
    void message_beforeItIsLetIn_hasASmallerLimitInBothForms() {
        for (boolean text : new boolean[] {true, false}) {
            Stranger stranger = new Stranger();
            stranger.link.request(1);
            stranger.send(text, Side.HELLO_BYTES);
            assertThat(stranger.wire.closeCodes).isEmpty();
            stranger.send(text, Side.HELLO_BYTES + 1);
            assertThat(stranger.wire.closeCodes).containsExactly(CloseCodes.TOO_BIG);
            assertThat(stranger.codec.messages).hasSize(1);
        }
    }

    @Test
    void message_onceItIsLetIn_mayBeAsLargeAsSet() {
        Stranger asked = new Stranger();
        asked.link.request(1);
        asked.send(false, 10);
        asked.link.request(1);
        asked.send(false, Stranger.LARGE);
        Stranger answered = new Stranger();
        answered.link.request(1);
        answered.send(false, 10);
        assertThat(answered.link.trySend(new Envelope<>(1, 0, 0, new Ping()))).isTrue();
        answered.send(false, Stranger.LARGE); // it may come before more is asked for
        answered.link.request(1);
        runExecuted();

        assertThat(asked.codec.messages).hasSize(2);
        assertThat(answered.codec.messages).hasSize(2);
        assertThat(answered.wire.closeCodes).isEmpty();
    }

    @Test
    void request_nothingWaits_keepsNoThreadBusy() {
        link.request(1);
        assertThat(executed).isEmpty();
    }

    private void runExecuted() {
        while (!executed.isEmpty()) {
            executed.remove(0).run();
        }
    }

    /** A link that nothing was asked of yet, with the usual limit. */
    private final class Stranger {

        private static final int LARGE = 4 << 20;

        private final FakeWire wire = new FakeWire();
        private final RawCodec codec = new RawCodec();
        private final Link<CenterMessage, AgentMessage> link =
                new Link<>(Side.ofCenter(executed::add, timer, LARGE, Duration.ofSeconds(20)), () -> {});
        private final Incoming incoming = new Incoming(link, wire);

        Stranger() {
            link.listenWith(new LinkRecorder<>());
            link.opened(wire, codec, null);
            runExecuted();
        }

        /** In two pieces. */
        void send(boolean text, int size) {
            int rest = size - 5;
            if (text) {
                incoming.text("x".repeat(5), false);
                incoming.text("x".repeat(rest), true);
            } else {
                incoming.bytes(ByteBuffer.allocate(5), false);
                incoming.bytes(ByteBuffer.allocate(rest), true);
            }
            runExecuted();
        }
    }

    private static ByteBuffer bytes(int... values) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length);
        for (int value : values) {
            bytes.put((byte) value);
        }
        return bytes.flip();
    }

    /** Counts what it is asked for. */
    private static final class FakeWire implements Wire {

        private final List<Integer> closeCodes = new ArrayList<>();
        private int demands;

        @Override
        public void send(WireMessage message, Consumer<@Nullable Throwable> sent) {
            sent.accept(null);
        }

        @Override
        public void sendClose(int code, String reason) {
            closeCodes.add(code);
        }

        @Override
        public void demand() {
            demands++;
        }

        @Override
        public void abort() {}
    }

    /** Keeps messages as they are. */
    private static final class RawCodec implements WireCodec<CenterMessage, AgentMessage> {

        private final List<WireMessage> messages = new ArrayList<>();

        @Override
        public WireMessage encode(Envelope<? extends CenterMessage> message) {
            return WireMessage.ofText("", 0);
        }

        @Override
        public Envelope<AgentMessage> decode(WireMessage message) {
            messages.add(message);
            return new Envelope<>(messages.size(), 0, 0, new Ping());
        }
    }
}
