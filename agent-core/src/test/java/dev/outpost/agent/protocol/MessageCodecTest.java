package dev.outpost.agent.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.outpost.agent.fixture.ArbitraryMessages;
import dev.outpost.agent.fixture.Cases;
import dev.outpost.agent.internal.proto.ProtoWriter;
import dev.outpost.agent.task.TaskRequest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MessageCodecTest {

    private static final int NEVER_USED = 4_000;

    @Test
    void decode_encodedMessageOfEveryType_isEqual() {
        Cases.check(1_000, random -> {
            for (Envelope<AgentMessage> message : new ArbitraryMessages(random).ofAgent()) {
                assertThat(MessageCodec.decodeAgent(bytes(message))).isEqualTo(message);
            }
            for (Envelope<CenterMessage> message : new ArbitraryMessages(random).ofCenter()) {
                assertThat(MessageCodec.decodeCenter(centerBytes(message))).isEqualTo(message);
            }
        });
    }

    @Test
    void encodedMessage_allWaysOut_giveTheSameBytes() {
        Cases.check(500, random -> {
            for (Envelope<AgentMessage> message : new ArbitraryMessages(random).ofAgent()) {
                EncodedMessage encoded = MessageCodec.encodeAgent(message);
                ByteArrayOutputStream stream = new ByteArrayOutputStream();
                encoded.writeTo(stream);

                assertThat(stream.toByteArray()).hasSize(encoded.size()).isEqualTo(encoded.toByteArray());
                ByteBuffer parts = ByteBuffer.allocate(encoded.size());
                assertThat(parts.put(encoded.head()).put(encoded.body()).array())
                        .isEqualTo(encoded.toByteArray());
            }
        });
    }

    @Test
    void encodedMessage_bodyLargerThanAChunk_isWrittenWhole() throws IOException {
        byte[] body = new byte[100_000];
        body[99_999] = 7;
        EncodedMessage encoded = MessageCodec.encodeAgent(new Envelope<>(1, 0, 2, batch(body)));
        ByteArrayOutputStream stream = new ByteArrayOutputStream();

        encoded.writeTo(stream);

        assertThat(stream.toByteArray()).isEqualTo(encoded.toByteArray()).endsWith((byte) 7);
    }

    @Test
    void encodedMessage_parts_cannotBeWrittenTo() {
        for (AgentMessage payload : List.of(new Ping(), batch(new byte[9]))) {
            EncodedMessage encoded = MessageCodec.encodeAgent(new Envelope<>(1, 0, 2, payload));

            assertThat(encoded.head().isReadOnly()).isTrue();
            assertThat(encoded.body().isReadOnly()).isTrue();
        }
    }

    @Test
    void decode_unknownFieldsAroundThePayload_skipsThem() {
        Cases.check(500, random -> {
            for (Envelope<AgentMessage> message : new ArbitraryMessages(random).ofAgent()) {
                ByteBuffer padded = padded(MessageCodec.encodeAgent(message).toByteArray());

                assertThat(MessageCodec.decodeAgent(padded)).isEqualTo(message);
            }
        });
    }

    @Test
    void decode_unknownFieldsWithinAPayload_skipsThem() throws IOException {
        ByteBuffer bytes = message(out -> {
            int drain = out.beginMessage(CenterMessageWriter.DRAIN);
            out.varint(NEVER_USED, 5);
            out.string(1, "upgrade");
            out.string(NEVER_USED + 1, "from the future");
            out.varint(2, 1_500);
            out.fixed64(NEVER_USED + 2, 1);
            out.endMessage(drain);
        });

        assertThat(MessageCodec.decodeCenter(bytes).payload())
                .isEqualTo(new Drain("upgrade", Duration.ofMillis(1_500)));
    }

    @Test
    void decode_unknownPayload_namesItsField() throws IOException {
        ByteBuffer bytes = message(out -> out.string(99, "from the future"));

        assertThat(MessageCodec.decodeAgent(bytes)).isEqualTo(new Envelope<>(7, 0, 0, new UnknownPayload(99)));
        assertThat(MessageCodec.decodeCenter(bytes)).isEqualTo(new Envelope<>(7, 0, 0, new UnknownPayload(99)));
    }

    @Test
    void decode_noPayload_isUnknownPayloadZero() throws IOException {
        assertThat(MessageCodec.decodeCenter(message(out -> {})).payload()).isEqualTo(new UnknownPayload(0));
    }

    @Test
    void decode_unknownEnumNumber_isUnspecified() throws IOException {
        ByteBuffer bytes = message(out -> {
            int refusal = out.beginMessage(CenterMessageWriter.REFUSAL);
            out.varint(1, 1_000);
            out.endMessage(refusal);
        });

        assertThat(MessageCodec.decodeCenter(bytes).payload())
                .isEqualTo(new Refusal(Refusal.Code.UNSPECIFIED, "", Duration.ZERO));
    }

    @Test
    void decode_dispatchWithPriorityOutOfRange_isInvalidPayload() throws IOException {
        ByteBuffer bytes = dispatch(out -> {
            out.string(1, "id");
            out.string(2, "type");
            out.varint(7, 2_000); // zigzag of 1,000
        });

        Envelope<CenterMessage> decoded = MessageCodec.decodeCenter(bytes);

        assertThat(decoded.id()).isEqualTo(7);
        assertThat(decoded.payload()).isEqualTo(new InvalidPayload("priority is 1000; allowed is -100 to 100"));
    }

    @Test
    void decode_dispatchWithoutId_isInvalidPayload() throws IOException {
        ByteBuffer bytes = dispatch(out -> out.string(2, "type"));

        assertThat(MessageCodec.decodeCenter(bytes).payload())
                .isEqualTo(new InvalidPayload("the task's id has 0 characters; allowed are 1 to 128"));
    }

    @Test
    void decode_dispatchWithRetryOutOfRange_isInvalidPayload() throws IOException {
        ByteBuffer bytes = dispatch(out -> {
            out.string(1, "id");
            out.string(2, "type");
            int retry = out.beginMessage(6);
            out.varint(1, 101);
            out.endMessage(retry);
        });

        assertThat(MessageCodec.decodeCenter(bytes).payload()).isInstanceOf(InvalidPayload.class);
    }

    /** Proto3 makes no difference between a zero that is written and one that is left out. */
    @Test
    void decode_dispatchWithWrittenZeros_takesThemAsNotSet() throws IOException {
        ByteBuffer bytes = dispatch(out -> {
            out.string(1, "id");
            out.string(2, "type");
            out.presentVarint(4, 0);
            out.presentVarint(5, 0);
            out.presentString(8, "");
        });

        assertThat(MessageCodec.decodeCenter(bytes).payload())
                .isEqualTo(new TaskDispatch(TaskRequest.of("type").id("id").build()));
    }

    @Test
    void decode_countsBeyondTheSignedRange_areTheLargestThatFits() throws IOException {
        ByteBuffer bytes = message(out -> {
            int welcome = out.beginMessage(CenterMessageWriter.WELCOME);
            out.varint(3, 0xFFFF_FFFFL);
            out.varint(4, 0x8000_0000L);
            out.endMessage(welcome);
        });

        Welcome welcome = (Welcome) MessageCodec.decodeCenter(bytes).payload();

        assertThat(welcome.maxBatchBytes()).isEqualTo(Integer.MAX_VALUE);
        assertThat(welcome.windowBatches()).isEqualTo(Integer.MAX_VALUE);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 15, 17})
    void decode_streamIdOfWrongLength_isInvalidPayload(int length) throws IOException {
        ByteBuffer bytes = message(out -> {
            int ack = out.beginMessage(CenterMessageWriter.BATCH_ACK);
            int position = out.beginMessage(1);
            out.bytes(1, new byte[length]);
            out.endMessage(position);
            out.endMessage(ack);
        });

        assertThat(MessageCodec.decodeCenter(bytes).payload()).isInstanceOf(InvalidPayload.class);
    }

    @Test
    void decode_truncatedAnywhere_isMalformedOrAMessage() {
        Cases.check(50, random -> {
            for (Envelope<AgentMessage> message : new ArbitraryMessages(random).ofAgent()) {
                byte[] whole = MessageCodec.encodeAgent(message).toByteArray();
                for (int length = 0; length < whole.length; length++) {
                    decodeBoth(ByteBuffer.wrap(whole, 0, length));
                }
            }
            for (Envelope<CenterMessage> message : new ArbitraryMessages(random).ofCenter()) {
                byte[] whole = MessageCodec.encodeCenter(message).toByteArray();
                for (int length = 0; length < whole.length; length++) {
                    decodeBoth(ByteBuffer.wrap(whole, 0, length));
                }
            }
        });
    }

    @Test
    void decode_damagedAnywhere_isMalformedOrAMessage() {
        Cases.check(2_000, random -> {
            for (Envelope<CenterMessage> message : new ArbitraryMessages(random).ofCenter()) {
                byte[] bytes = MessageCodec.encodeCenter(message).toByteArray();
                if (bytes.length > 0) {
                    bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
                }
                decodeBoth(ByteBuffer.wrap(bytes));
            }
            byte[] noise = new byte[random.nextInt(100)];
            random.nextBytes(noise);
            decodeBoth(ByteBuffer.wrap(noise));
        });
    }

    /** Found by the fuzzer: the contract knows no difference between the two. */
    @Test
    void decode_requestWithAnEmptyTraceparent_hasNone() throws MalformedMessageException {
        ByteBuffer bytes = message(out -> {
            int start = out.beginMessage(CenterMessageWriter.REQUEST);
            out.string(1, "t");
            out.presentString(5, "");
            out.endMessage(start);
        });

        assertThat(((Request) MessageCodec.decodeCenter(bytes).payload()).traceparent())
                .isNull();
    }

    @Test
    void encode_whatIsNeverSent_isRefused() {
        Envelope<UnknownPayload> unknown = new Envelope<>(1, 0, 0, new UnknownPayload(3));

        assertThatIllegalArgumentException().isThrownBy(() -> MessageCodec.encodeAgent(unknown));
        assertThatIllegalArgumentException().isThrownBy(() -> MessageCodec.encodeCenter(unknown));
    }

    private static ByteBuffer bytes(Envelope<AgentMessage> message) {
        return ByteBuffer.wrap(MessageCodec.encodeAgent(message).toByteArray());
    }

    private static ByteBuffer centerBytes(Envelope<CenterMessage> message) {
        return ByteBuffer.wrap(MessageCodec.encodeCenter(message).toByteArray());
    }

    /** An envelope with id 7 and what {@code payload} writes. */
    private static ByteBuffer message(Consumer<ProtoWriter> payload) {
        ProtoWriter out = new ProtoWriter(64);
        out.varint(1, 7);
        payload.accept(out);
        return ByteBuffer.wrap(out.toByteArray());
    }

    private static ByteBuffer dispatch(Consumer<ProtoWriter> fields) {
        return message(out -> {
            int start = out.beginMessage(CenterMessageWriter.TASK_DISPATCH);
            fields.accept(out);
            out.endMessage(start);
        });
    }

    private static ByteBuffer padded(byte[] message) {
        ProtoWriter before = new ProtoWriter(16);
        before.varint(NEVER_USED, 1);
        before.string(NEVER_USED + 1, "before");
        ProtoWriter after = new ProtoWriter(16);
        after.fixed64(NEVER_USED + 2, 9);
        int size = before.size() + message.length + after.size();
        return ByteBuffer.allocate(size)
                .put(before.toByteArray())
                .put(message)
                .put(after.toByteArray())
                .flip();
    }

    private static void decodeBoth(ByteBuffer bytes) {
        try {
            assertThat(MessageCodec.decodeAgent(bytes)).isNotNull();
        } catch (MalformedMessageException expected) {
            assertThat(expected).hasMessageContaining("not a message of the protocol");
        }
        try {
            assertThat(MessageCodec.decodeCenter(bytes)).isNotNull();
        } catch (MalformedMessageException expected) {
            assertThat(expected).hasMessageContaining("not a message of the protocol");
        }
    }

    private static TelemetryBatch batch(byte[] body) {
        StreamPosition position = new StreamPosition(new UUID(1, 2), 1, 1);
        return new TelemetryBatch(position, Signal.LOGS, 1, TelemetryBatch.Codec.NONE, ByteBuffer.wrap(body));
    }
}
