package dev.outpost.agent.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.outpost.agent.fixture.ArbitraryMessages;
import dev.outpost.agent.fixture.Cases;
import dev.outpost.agent.internal.proto.ProtoWriter;
import dev.outpost.agent.schedule.MisfirePolicy;
import dev.outpost.agent.schedule.Schedule;
import dev.outpost.agent.schedule.ScheduleStatus;
import dev.outpost.agent.schedule.Trigger;
import dev.outpost.agent.task.OverlapPolicy;
import dev.outpost.agent.task.RetryPolicy;
import dev.outpost.agent.task.TaskRequest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MessageCodecTest {

    private static final int NEVER_USED = 4_000;
    private static final long LATEST_MILLIS = 253_402_300_799_999L;
    private static final Duration MILLI = Duration.ofMillis(1);

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

    @ParameterizedTest
    @ValueSource(longs = {-1, Long.MIN_VALUE, Long.MAX_VALUE, LATEST_MILLIS + 1})
    void decode_instantBeyondTheYear9999_isInvalidPayload(long millis) throws IOException {
        String problem = " is " + Long.toUnsignedString(millis) + "; allowed is at most 253402300799999";
        assertThat(MessageCodec.decodeCenter(dispatch(out -> out.varint(14, millis)))
                        .payload())
                .isEqualTo(new InvalidPayload("not_before_unix_ms" + problem));
        assertThat(MessageCodec.decodeCenter(dispatch(out -> out.varint(15, millis)))
                        .payload())
                .isEqualTo(new InvalidPayload("not_after_unix_ms" + problem));
        assertThat(MessageCodec.decodeCenter(schedule(out -> out.varint(4, millis)))
                        .payload())
                .isEqualTo(new InvalidPayload("schedule 1: at_unix_ms" + problem));
        for (int field : new int[] {5, 6}) {
            ByteBuffer report = message(out -> {
                int start = out.beginMessage(AgentMessageWriter.SCHEDULE_REPORT);
                int status = out.beginMessage(2);
                out.varint(field, millis);
                out.endMessage(status);
                out.endMessage(start);
            });
            assertThat(MessageCodec.decodeAgent(report).payload())
                    .isEqualTo(new InvalidPayload((field == 5 ? "next_unix_ms" : "last_unix_ms") + problem));
        }
    }

    @Test
    void decode_instantsAtTheEndsOfTheRange_areRead() throws IOException {
        ByteBuffer bytes = dispatch(out -> {
            out.string(1, "id");
            out.string(2, "type");
            out.varint(14, 1);
            out.varint(15, LATEST_MILLIS);
        });

        assertThat(MessageCodec.decodeCenter(bytes).payload())
                .isEqualTo(new TaskDispatch(TaskRequest.of("type")
                        .id("id")
                        .notBefore(Instant.ofEpochMilli(1))
                        .notAfter(Instant.parse("9999-12-31T23:59:59.999Z"))
                        .build()));
    }

    @Test
    void encode_timesThatAFieldCannotCarry_areCut() throws IOException {
        Duration forEver = Duration.ofSeconds(Long.MAX_VALUE);
        Duration longest = Duration.ofSeconds(1_000_000_000);
        TaskRequest.Builder task = TaskRequest.of("type").id("id");
        TaskRequest endless = task.attemptTimeout(forEver)
                .deadline(forEver)
                .lease(Duration.ofNanos(1))
                .build();
        assertThat(MessageCodec.decodeCenter(centerBytes(envelope(new TaskDispatch(endless))))
                        .payload())
                .isEqualTo(new TaskDispatch(task.attemptTimeout(longest)
                        .deadline(longest)
                        .lease(Duration.ofMillis(1))
                        .build()));

        assertThat(sent(Trigger.every(forEver))).isEqualTo(Trigger.every(longest));
        assertThat(sent(Trigger.afterEach(Duration.ofNanos(1_999_999)))).isEqualTo(Trigger.afterEach(MILLI));
        assertThat(sent(Trigger.onEvent("e", Duration.ofNanos(1)))).isEqualTo(Trigger.onEvent("e", MILLI));
        assertThat(sent(Trigger.at(Instant.MIN))).isEqualTo(Trigger.at(Instant.EPOCH));
        assertThat(sent(Trigger.at(Instant.MAX))).isEqualTo(Trigger.at(Instant.ofEpochMilli(LATEST_MILLIS)));

        ScheduleStatus status = new ScheduleStatus("s", "t", true, false, Instant.MAX, Instant.EPOCH, 0, 0);
        ScheduleReport report = new ScheduleReport("", List.of(status), 1, "", List.of());
        assertThat(MessageCodec.decodeAgent(bytes(envelope(report))).payload())
                .isEqualTo(new ScheduleReport(
                        "",
                        List.of(new ScheduleStatus(
                                "s",
                                "t",
                                true,
                                false,
                                Instant.ofEpochMilli(LATEST_MILLIS),
                                Instant.ofEpochMilli(1),
                                0,
                                0)),
                        1,
                        "",
                        List.of()));
    }

    private static Trigger sent(Trigger trigger) throws IOException {
        Schedule schedule =
                Schedule.of("s", trigger, TaskRequest.of("type").build()).build();
        ScheduleSet set = new ScheduleSet("v", List.of(schedule));
        ScheduleSet read = (ScheduleSet)
                MessageCodec.decodeCenter(centerBytes(envelope(set))).payload();
        return read.schedules().get(0).trigger();
    }

    @Test
    void decode_dispatchWithAChoiceOfTheFuture_isInvalidPayload() throws IOException {
        assertThat(MessageCodec.decodeCenter(dispatch(out -> out.varint(13, 4))).payload())
                .isEqualTo(new InvalidPayload("the overlap is not known here"));
        assertThat(MessageCodec.decodeCenter(dispatch(out -> out.varint(16, -1)))
                        .payload())
                .isEqualTo(new InvalidPayload("the on_disconnect is not known here"));
        assertThat(MessageCodec.decodeCenter(schedule(out -> out.varint(8, 3))).payload())
                .isEqualTo(new InvalidPayload("schedule 1: the misfire is not known here"));
    }

    @Test
    void decode_stopAfterWithoutItsTime_isInvalidPayload() throws IOException {
        ByteBuffer bytes = dispatch(out -> {
            out.string(1, "id");
            out.string(2, "type");
            out.varint(16, 2);
        });

        assertThat(MessageCodec.decodeCenter(bytes).payload()).isInstanceOf(InvalidPayload.class);
    }

    /** A newer center's trigger is a field that is not known here, so the schedule has none. */
    @Test
    void decode_scheduleWithATriggerOfTheFuture_isInvalidPayload() throws IOException {
        ByteBuffer bytes = schedule(out -> {
            out.string(1, "s");
            int trigger = out.beginMessage(NEVER_USED);
            out.string(1, "full moon");
            out.endMessage(trigger);
            TaskParts.request(6, TaskRequest.of("type").build(), out);
        });

        assertThat(MessageCodec.decodeCenter(bytes).payload())
                .isEqualTo(new InvalidPayload("schedule 1: trigger is missing"));
    }

    @Test
    void decode_scheduleWithAMalformedCronExpression_isInvalidPayloadThatSaysWhere() throws IOException {
        assertThat(MessageCodec.decodeCenter(cron("60 * * * *", "UTC")).payload())
                .isEqualTo(new InvalidPayload("schedule 1: cron expression '60 * * * *', position 0: found '60', "
                        + "allowed is '*' or minute 0-59"));
        assertThat(MessageCodec.decodeCenter(cron("@daily", "Mars/Olympus")).payload())
                .isEqualTo(new InvalidPayload("schedule 1: a time zone of that name is not known here: Mars/Olympus"));
        assertThat(MessageCodec.decodeCenter(cron("@daily", "+99:00")).payload())
                .isInstanceOf(InvalidPayload.class);
        assertThat(MessageCodec.decodeCenter(cron("@daily", "x".repeat(100_000)))
                        .payload())
                .isInstanceOfSatisfying(
                        InvalidPayload.class,
                        invalid -> assertThat(invalid.problem()).hasSize(1_000));
    }

    @Test
    void decode_scheduleOfWrittenDefaults_isTheOneOfLeftOutOnes() throws IOException {
        TaskRequest task = TaskRequest.of("type").id("id").build();
        ByteBuffer bytes = schedule(out -> {
            out.string(1, "s");
            int cron = out.beginMessage(2);
            out.string(1, "@daily");
            out.presentString(2, "");
            out.endMessage(cron);
            TaskParts.request(6, task, out);
            for (int field = 7; field <= 11; field++) {
                out.presentVarint(field, 0);
            }
        });

        assertThat(MessageCodec.decodeCenter(bytes).payload())
                .isEqualTo(new ScheduleSet(
                        "v",
                        List.of(Schedule.of("s", Trigger.cron("@daily"), task).build())));
    }

    @Test
    void decode_retryOfWrittenZeros_isOneAttempt() throws IOException {
        ByteBuffer bytes = dispatch(out -> {
            out.string(1, "id");
            out.string(2, "type");
            int retry = out.beginMessage(6);
            out.presentVarint(1, 0);
            out.endMessage(retry);
        });

        assertThat(((TaskDispatch) MessageCodec.decodeCenter(bytes).payload())
                        .request()
                        .retry())
                .isEqualTo(RetryPolicy.NONE);
    }

    @Test
    void decode_scheduleCommandOfTheFuture_isUnspecified() throws IOException {
        ByteBuffer bytes = message(out -> {
            int start = out.beginMessage(CenterMessageWriter.SCHEDULE_COMMAND);
            out.string(1, "s");
            out.varint(2, 99);
            out.endMessage(start);
        });

        assertThat(MessageCodec.decodeCenter(bytes).payload())
                .isEqualTo(new ScheduleCommand("s", ScheduleCommand.Action.UNSPECIFIED));
    }

    @Test
    void scheduleSet_of10000_fitsIntoAMessage() throws IOException {
        List<Schedule> schedules = new ArrayList<>();
        for (int i = 0; i < 10_000; i++) {
            TaskRequest task = TaskRequest.of("housekeeping." + i)
                    .argument("directory", "/var/lib/something/or/other/" + i)
                    .argument("keep", "30 days")
                    .concurrency("disk", OverlapPolicy.QUEUE)
                    .deadline(Duration.ofHours(1))
                    .build();
            schedules.add(Schedule.of("site.housekeeping." + i, Trigger.cron("0 0 3 * * MON-FRI"), task)
                    .misfire(MisfirePolicy.catchUp(3))
                    .jitter(Duration.ofMinutes(10))
                    .build());
        }
        Envelope<CenterMessage> message = envelope(new ScheduleSet("2026-11-22", schedules));

        ByteBuffer bytes = centerBytes(message);

        assertThat(bytes.remaining()).isLessThan(4 << 20);
        assertThat(MessageCodec.decodeCenter(bytes)).isEqualTo(message);
    }

    @Test
    void decode_moreSchedulesThanAllowed_isInvalidPayload() throws IOException {
        ByteBuffer set = message(out -> {
            int start = out.beginMessage(CenterMessageWriter.SCHEDULE_SET);
            for (int i = 0; i <= 10_000; i++) {
                int schedule = out.beginMessage(2);
                out.string(1, "s");
                out.varint(4, 1);
                TaskParts.request(6, TaskRequest.of("type").id("id").build(), out);
                out.endMessage(schedule);
            }
            out.endMessage(start);
        });
        ByteBuffer report = message(out -> {
            int start = out.beginMessage(AgentMessageWriter.SCHEDULE_REPORT);
            for (int i = 0; i <= 1_000; i++) {
                out.endMessage(out.beginMessage(2));
            }
            out.endMessage(start);
        });

        assertThat(MessageCodec.decodeCenter(set).payload())
                .isEqualTo(new InvalidPayload("more than 10000 schedules in a set"));
        assertThat(MessageCodec.decodeAgent(report).payload())
                .isEqualTo(new InvalidPayload("more than 1000 schedules in a report"));
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

    private static ByteBuffer bytes(Envelope<? extends AgentMessage> message) {
        return ByteBuffer.wrap(MessageCodec.encodeAgent(message).toByteArray());
    }

    private static ByteBuffer centerBytes(Envelope<? extends CenterMessage> message) {
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

    /** A set of one schedule. */
    private static ByteBuffer schedule(Consumer<ProtoWriter> fields) {
        return message(out -> {
            int start = out.beginMessage(CenterMessageWriter.SCHEDULE_SET);
            out.string(1, "v");
            int schedule = out.beginMessage(2);
            fields.accept(out);
            out.endMessage(schedule);
            out.endMessage(start);
        });
    }

    private static ByteBuffer cron(String expression, String zone) {
        return schedule(out -> {
            int cron = out.beginMessage(2);
            out.string(1, expression);
            out.string(2, zone);
            out.endMessage(cron);
        });
    }

    private static <P> Envelope<P> envelope(P payload) {
        return new Envelope<>(7, 0, 0, payload);
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
