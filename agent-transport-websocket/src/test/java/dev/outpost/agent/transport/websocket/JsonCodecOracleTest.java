package dev.outpost.agent.transport.websocket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import dev.outpost.agent.protocol.AgentMessage;
import dev.outpost.agent.protocol.CenterMessage;
import dev.outpost.agent.protocol.Envelope;
import dev.outpost.agent.protocol.InvalidPayload;
import dev.outpost.agent.protocol.MalformedMessageException;
import dev.outpost.agent.protocol.MessageCodec;
import dev.outpost.agent.protocol.ScheduleReport;
import dev.outpost.agent.protocol.ScheduleSet;
import dev.outpost.agent.protocol.TelemetryBatch;
import dev.outpost.agent.protocol.UnknownPayload;
import dev.outpost.agent.schedule.Schedule;
import dev.outpost.agent.schedule.ScheduleStatus;
import dev.outpost.agent.schedule.Trigger;
import dev.outpost.agent.task.OverlapPolicy;
import dev.outpost.agent.task.TaskRequest;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Our JSON form against that of protobuf-java-util: both ways, for random messages of every type. What a record and the
 * contract's bytes have to do with one another is held by the binary codec's own test.
 */
class JsonCodecOracleTest {

    private static final long FIRST_SEED = 20261122;
    private static final int CASES = 300;
    private static final String NOISE = "{}[]\":,0e\\\u00e9 n";
    private static final Descriptor AGENT = dev.outpost.agent.v1.AgentMessage.getDescriptor();
    private static final Descriptor CENTER = dev.outpost.agent.v1.CenterMessage.getDescriptor();

    /** Every way to print that a reader must understand. */
    private static final List<JsonFormat.Printer> PRINTERS = List.of(
            JsonFormat.printer(),
            JsonFormat.printer().alwaysPrintFieldsWithNoPresence(),
            JsonFormat.printer().preservingProtoFieldNames(),
            JsonFormat.printer().printingEnumsAsInts().omittingInsignificantWhitespace());

    private final JsonCodec codec = new JsonCodec(4 << 20);

    @TestFactory
    Stream<DynamicTest> agentMessages_random_areEqualBothWays() {
        return cases(AGENT, (seed, message, member) -> {
            Envelope<AgentMessage> ours = MessageCodec.decodeAgent(ByteBuffer.wrap(message.toByteArray()));
            assertThat(ours.payload()).as("seed %d", seed).isNotInstanceOf(InvalidPayload.class);
            Message canonical = dev.outpost.agent.v1.AgentMessage.parseFrom(
                    MessageCodec.encodeAgent(ours).toByteArray());
            assertThat(theirForm(codec.encodeAgent(ours), member))
                    .as("seed %d: what we write", seed)
                    .isEqualTo(JsonParser.parseString(JsonFormat.printer().print(canonical)));
            for (JsonFormat.Printer printer : PRINTERS) {
                JsonObject theirs = ourForm(printer.print(message), member);
                assertThat(codec.decodeAgent(text(theirs.toString())))
                        .as("seed %d: what they write: %s", seed, theirs)
                        .isEqualTo(ours);
            }
            assertThat(codec.decodeAgent(codec.encodeAgent(ours))).isEqualTo(ours);
        });
    }

    @TestFactory
    Stream<DynamicTest> centerMessages_random_areEqualBothWays() {
        return cases(CENTER, (seed, message, member) -> {
            Envelope<CenterMessage> ours = MessageCodec.decodeCenter(ByteBuffer.wrap(message.toByteArray()));
            assertThat(ours.payload()).as("seed %d", seed).isNotInstanceOf(InvalidPayload.class);
            Message canonical = dev.outpost.agent.v1.CenterMessage.parseFrom(
                    MessageCodec.encodeCenter(ours).toByteArray());
            assertThat(theirForm(codec.encodeCenter(ours), member))
                    .as("seed %d: what we write", seed)
                    .isEqualTo(JsonParser.parseString(JsonFormat.printer().print(canonical)));
            for (JsonFormat.Printer printer : PRINTERS) {
                JsonObject theirs = ourForm(printer.print(message), member);
                assertThat(codec.decodeCenter(text(theirs.toString())))
                        .as("seed %d: what they write: %s", seed, theirs)
                        .isEqualTo(ours);
            }
            assertThat(codec.decodeCenter(codec.encodeCenter(ours))).isEqualTo(ours);
        });
    }

    /** Unknown members of every kind, in every object that is no map. */
    @Test
    void members_unknown_arePassedOver() throws Exception {
        for (long seed = FIRST_SEED; seed < FIRST_SEED + CASES; seed++) {
            for (FieldDescriptor member : RandomContract.members(CENTER).values()) {
                Message message = new RandomContract(seed).envelope(CENTER, member);
                JsonObject theirs = ourForm(JsonFormat.printer().print(message), member);
                JsonObject more = withUnknownMembers(theirs, new Random(seed));
                assertThat(codec.decodeCenter(text(more.toString())))
                        .as("seed %d: %s", seed, more)
                        .isEqualTo(MessageCodec.decodeCenter(ByteBuffer.wrap(message.toByteArray())));
            }
        }
    }

    @Test
    void text_mutatedAtRandom_isReadOrRefusedAsMalformed() {
        int refused = 0;
        for (long seed = FIRST_SEED; seed < FIRST_SEED + CASES; seed++) {
            Random random = new Random(seed);
            for (FieldDescriptor member : RandomContract.members(AGENT).values()) {
                Message message = new RandomContract(seed).envelope(AGENT, member);
                refused += refuses(seed, mutated(message, member, random));
            }
        }
        assertThat(refused).isPositive();
    }

    private int refuses(long seed, WireMessage message) {
        try {
            assertThat(codec.decodeAgent(message).payload()).isNotNull();
            return 0;
        } catch (MalformedMessageException e) {
            assertThat(e).hasMessageStartingWith("not a message of the protocol: ");
            return 1;
        } catch (RuntimeException e) {
            throw new AssertionError("seed " + seed + ": " + message, e);
        }
    }

    private WireMessage mutated(Message message, FieldDescriptor member, Random random) {
        try {
            WireMessage ours = codec.encodeAgent(MessageCodec.decodeAgent(ByteBuffer.wrap(message.toByteArray())));
            byte[] bytes = new byte[ours.size()];
            if (ours.text() == null) {
                ours.bytes().duplicate().get(bytes);
            } else {
                bytes = ours.text().getBytes(StandardCharsets.UTF_8);
            }
            for (int i = random.nextInt(4); i > 0; i--) {
                bytes[random.nextInt(bytes.length)] = (byte) NOISE.charAt(random.nextInt(NOISE.length()));
            }
            ByteBuffer cut =
                    ByteBuffer.wrap(bytes, 0, random.nextInt(10) > 0 ? bytes.length : random.nextInt(bytes.length));
            return ours.text() == null
                    ? WireMessage.ofBytes(cut.slice())
                    : text(StandardCharsets.UTF_8.decode(cut).toString());
        } catch (MalformedMessageException e) {
            throw new AssertionError(member.getName(), e);
        }
    }

    // ---- the two shapes of an envelope ------------------------------------------------------------------------------

    /** Ours as protobuf would print it: the payload by the name of its type, the time as a number, the body inside. */
    private static JsonObject theirForm(WireMessage message, FieldDescriptor member) {
        byte[] body = new byte[0];
        String text = message.text();
        if (text == null) {
            ByteBuffer bytes = message.bytes().duplicate();
            byte[] head = new byte[bytes.getInt()];
            bytes.get(head);
            body = new byte[bytes.remaining()];
            bytes.get(body);
            text = new String(head, StandardCharsets.UTF_8);
        }
        JsonObject ours = JsonParser.parseString(text).getAsJsonObject();
        assertThat(ours.keySet()).isSubsetOf("id", "inReplyTo", "type", "payload", "timestamp");
        assertThat(ours.get("type").getAsString()).isEqualTo(member.getJsonName());
        JsonObject theirs = new JsonObject();
        for (String number : List.of("id", "inReplyTo")) {
            if (ours.has(number) && !ours.get(number).getAsString().equals("0")) {
                theirs.add(number, ours.get(number));
            }
        }
        Instant at = Instant.parse(ours.get("timestamp").getAsString());
        BigInteger nanos = BigInteger.valueOf(at.getEpochSecond())
                .multiply(BigInteger.valueOf(1_000_000_000))
                .add(BigInteger.valueOf(at.getNano()));
        if (nanos.signum() != 0) {
            theirs.addProperty("timeUnixNano", nanos.toString());
        }
        JsonObject payload = ours.getAsJsonObject("payload");
        if (body.length > 0) {
            payload.addProperty("body", Base64.getEncoder().encodeToString(body));
        }
        theirs.add(member.getJsonName(), payload);
        return theirs;
    }

    private static JsonObject ourForm(String printed, FieldDescriptor member) {
        JsonObject theirs = JsonParser.parseString(printed).getAsJsonObject();
        JsonObject ours = new JsonObject();
        String payload = theirs.has(member.getName()) ? member.getName() : member.getJsonName();
        ours.add("payload", theirs.get(payload)); // before its type: the order is free
        ours.addProperty("type", member.getJsonName());
        theirs.entrySet().stream()
                .filter(entry -> entry.getKey().equals("id") || entry.getKey().startsWith("in"))
                .forEach(entry -> ours.add(entry.getKey(), entry.getValue()));
        JsonElement time = theirs.has("timeUnixNano") ? theirs.get("timeUnixNano") : theirs.get("time_unix_nano");
        if (time != null) {
            BigInteger[] parts = time.getAsBigInteger().divideAndRemainder(BigInteger.valueOf(1_000_000_000));
            ours.addProperty(
                    "timestamp",
                    Instant.ofEpochSecond(parts[0].longValueExact(), parts[1].longValueExact())
                            .toString());
        }
        return ours;
    }

    private static JsonObject withUnknownMembers(JsonObject object, Random random) {
        JsonObject more = new JsonObject();
        List<String> unknown =
                List.of("null", "true", "[{\"a\":[1,null]}]", "-12.5e3", "\"x\"", "{\"id\":{\"type\":[]}}");
        object.entrySet().forEach(entry -> {
            more.add("x" + random.nextInt(99), JsonParser.parseString(unknown.get(random.nextInt(unknown.size()))));
            boolean isMap = entry.getKey().equals("arguments");
            more.add(
                    entry.getKey(),
                    entry.getValue().isJsonObject() && !isMap
                            ? withUnknownMembers(entry.getValue().getAsJsonObject(), random)
                            : entry.getValue());
        });
        return more;
    }

    private static WireMessage text(String text) {
        return WireMessage.ofText(text.getBytes(StandardCharsets.UTF_8));
    }

    private static Stream<DynamicTest> cases(Descriptor envelope, Case test) {
        return RandomContract.members(envelope).entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .map(member -> DynamicTest.dynamicTest(member.getKey(), () -> {
                    for (long seed = FIRST_SEED; seed < FIRST_SEED + CASES; seed++) {
                        test.run(
                                seed,
                                new RandomContract(seed).envelope(envelope, member.getValue()),
                                member.getValue());
                    }
                }));
    }

    @FunctionalInterface
    private interface Case {
        void run(long seed, Message message, FieldDescriptor member) throws Exception;
    }

    // ---- by hand ----------------------------------------------------------------------------------------------------

    @Test
    void type_unknown_isAnUnknownPayload() throws Exception {
        assertThat(codec.decodeAgent(text("{\"id\":7,\"type\":\"fromTheFuture\",\"payload\":[1]}")))
                .isEqualTo(new Envelope<>(7, 0, 0, new UnknownPayload(0)));
        assertThat(codec.decodeCenter(text("{\"id\":\"7\"}")))
                .isEqualTo(new Envelope<>(7, 0, 0, new UnknownPayload(0)));
    }

    @Test
    void payload_missing_isOneOfDefaults() throws Exception {
        assertThat(codec.decodeAgent(text("{\"type\":\"ping\"}")).payload())
                .isEqualTo(new dev.outpost.agent.protocol.Ping());
        assertThat(codec.decodeAgent(text("{\"type\":\"goodbye\",\"payload\":null}"))
                        .payload())
                .isEqualTo(new dev.outpost.agent.protocol.Goodbye(""));
    }

    @TestFactory
    Stream<DynamicTest> content_thatMakesNoSense_isAnInvalidPayloadAndKeepsTheId() {
        return Stream.of(
                        "\"type\":\"taskReportAck\",\"payload\":[]",
                        "\"type\":\"taskReportAck\",\"payload\":{\"revision\":\"-1\"}",
                        "\"type\":\"taskReportAck\",\"payload\":{\"revision\":1.5}",
                        "\"type\":\"taskReportAck\",\"payload\":{\"revision\":1e999999999}",
                        "\"type\":\"taskReportAck\",\"payload\":{\"revision\":\"18446744073709551616\"}",
                        "\"type\":\"taskReportAck\",\"payload\":{\"revision\":{\"a\":[1,2,{}]}}",
                        "\"type\":\"batchAck\",\"payload\":{}",
                        "\"type\":\"batchAck\",\"payload\":{\"through\":{\"streamId\":\"AAAA\"}}",
                        "\"type\":\"batchAck\",\"payload\":{\"through\":{\"streamId\":\"!\"}}",
                        "\"type\":\"taskDispatch\",\"payload\":{\"taskId\":\"t\",\"type\":\"t\",\"priority\":101}",
                        "\"type\":\"taskDispatch\",\"payload\":{\"taskId\":\"t\",\"arguments\":{\"a\":null}}",
                        "\"type\":\"taskDispatch\",\"payload\":{\"taskId\":\"t\",\"type\":\"t\",\"overlap\":\"SOMETIMES\"}",
                        "\"type\":\"taskDispatch\",\"payload\":{\"taskId\":\"t\",\"type\":\"t\",\"overlap\":4}",
                        "\"type\":\"taskDispatch\",\"payload\":{\"taskId\":\"t\",\"type\":\"t\",\"onDisconnect\":\"STOP_AFTER\"}",
                        "\"type\":\"taskDispatch\",\"payload\":{\"taskId\":\"t\",\"type\":\"t\",\"stopAfterMs\":5}",
                        "\"type\":\"taskDispatch\",\"payload\":{\"taskId\":\"t\",\"type\":\"t\",\"idempotent\":1}",
                        "\"type\":\"taskDispatch\",\"payload\":{\"taskId\":\"t\",\"type\":\"t\",\"notBeforeUnixMs\":\"18446744073709551615\"}",
                        "\"type\":\"taskDispatch\",\"payload\":{\"taskId\":\"t\",\"type\":\"t\",\"notAfterUnixMs\":253402300800000}",
                        "\"type\":\"scheduleSet\",\"payload\":{}",
                        "\"type\":\"scheduleSet\",\"payload\":{\"version\":\"v\",\"schedules\":[{}]}",
                        "\"type\":\"scheduleSet\",\"payload\":{\"version\":\"v\",\"schedules\":[null]}",
                        schedule("\"fullMoon\":{}"),
                        schedule("\"cron\":null"),
                        schedule("\"cron\":{\"expression\":\"60 * * * *\"}"),
                        schedule("\"cron\":{\"expression\":\"@daily\",\"zone\":\"Mars/Olympus\"}"),
                        schedule("\"cron\":{\"expression\":\"@daily\",\"zone\":\"+99:00\"}"),
                        schedule("\"every\":{}"),
                        schedule("\"event\":{}"),
                        schedule("\"atUnixMs\":\"9223372036854775808\""),
                        schedule("\"atUnixMs\":1,\"misfire\":\"CATCH_UP\",\"misfireMost\":101"),
                        schedule("\"atUnixMs\":1,\"misfire\":3"),
                        schedule("\"atUnixMs\":1,\"jitterMs\":86400001"),
                        "\"type\":\"drain\",\"payload\":{\"spreadMs\":4294967296}",
                        "\"type\":\"drain\",\"payload\":{\"reason\":7}",
                        "\"type\":7,\"payload\":{}",
                        "\"type\":\"ping\",\"payload\":{},\"timestamp\":\"yesterday\"",
                        "\"type\":\"ping\",\"payload\":{},\"timestamp\":\"1969-12-31T23:59:59Z\"",
                        "\"payload\":{\"reason\":[[]]},\"type\":\"drain\"")
                .map(members -> DynamicTest.dynamicTest(members, () -> {
                    Envelope<CenterMessage> read = codec.decodeCenter(text("{\"id\":\"9\"," + members + "}"));
                    assertThat(read.payload()).isInstanceOf(InvalidPayload.class);
                    assertThat(read.id()).isEqualTo(9);
                }));
    }

    /** What somebody who writes a control center in another language copies from. */
    @TestFactory
    Stream<DynamicTest> examples_ofTheProtocolsPage_areRead() throws Exception {
        String page = Files.readString(Path.of("..", "docs", "protocol.md"));
        List<String> examples = Pattern.compile("```json\n(.*?)```", Pattern.DOTALL)
                .matcher(page)
                .results()
                .map(match -> match.group(1))
                .toList();
        assertThat(examples).hasSizeGreaterThan(3);
        return examples.stream().map(example -> {
            String type = JsonParser.parseString(example)
                    .getAsJsonObject()
                    .get("type")
                    .getAsString();
            return DynamicTest.dynamicTest(type, () -> {
                boolean ofAgent = RandomContract.members(AGENT).containsKey(type);
                FieldDescriptor member =
                        RandomContract.members(ofAgent ? AGENT : CENTER).get(type);
                Object payload = ofAgent
                        ? codec.decodeAgent(text(example)).payload()
                        : codec.decodeCenter(text(example)).payload();
                assertThat(payload).isNotInstanceOfAny(InvalidPayload.class, UnknownPayload.class);
                JsonFormat.parser() // which, other than ours, refuses members that are not in the contract
                        .merge(
                                JsonParser.parseString(example)
                                        .getAsJsonObject()
                                        .get("payload")
                                        .toString(),
                                DynamicMessage.newBuilder(member.getMessageType()));
            });
        });
    }

    private static String schedule(String members) {
        return "\"type\":\"scheduleSet\",\"payload\":{\"version\":\"v\",\"schedules\":[{\"name\":\"s\",\"task\":"
                + "{\"taskId\":\"t\",\"type\":\"t\"}," + members + "}]}";
    }

    @Test
    void schedule_ofDefaults_isTheOneOfLeftOutOnes() throws Exception {
        String text = "{"
                + schedule("\"cron\":{\"expression\":\"@daily\",\"zone\":\"\"},\"overlap\":0,\"misfire\":0,"
                        + "\"misfireMost\":0,\"jitterMs\":0,\"paused\":false")
                + "}";
        TaskRequest task = TaskRequest.of("t").id("t").build();
        assertThat(codec.decodeCenter(text(text)).payload())
                .isEqualTo(new ScheduleSet(
                        "v",
                        List.of(Schedule.of("s", Trigger.cron("@daily"), task).build())));
    }

    @Test
    void schedule_thatMakesNoSense_isNamedByItsPlace() throws Exception {
        String text = "{" + schedule("\"atUnixMs\":1").replace("]", ",{\"name\":\"" + "x".repeat(5_000) + "\"}]") + "}";
        assertThat(codec.decodeCenter(text(text)).payload())
                .isEqualTo(new InvalidPayload("schedule 2: trigger is missing"));
    }

    @Test
    void times_thatAFieldCannotCarry_areCutAsInTheBinaryForm() throws Exception {
        Duration forEver = Duration.ofSeconds(Long.MAX_VALUE);
        TaskRequest task = TaskRequest.of("t")
                .id("t")
                .attemptTimeout(forEver)
                .lease(Duration.ofNanos(1))
                .build();
        List<Trigger> triggers = List.of(
                Trigger.every(forEver),
                Trigger.afterEach(Duration.ofNanos(1_999_999)),
                Trigger.onEvent("e", Duration.ofNanos(1)),
                Trigger.at(Instant.MIN),
                Trigger.at(Instant.MAX));
        CenterMessage set = new ScheduleSet(
                "v",
                triggers.stream()
                        .map(trigger -> Schedule.of("s", trigger, task)
                                .jitter(Duration.ofNanos(1))
                                .build())
                        .toList());
        Envelope<CenterMessage> center = new Envelope<>(1, 0, 0, set);
        assertThat(codec.decodeCenter(codec.encodeCenter(center)))
                .isEqualTo(MessageCodec.decodeCenter(
                        ByteBuffer.wrap(MessageCodec.encodeCenter(center).toByteArray())));

        ScheduleStatus status = new ScheduleStatus("s", "t", true, false, Instant.MAX, Instant.EPOCH, 0, 0);
        Envelope<AgentMessage> agent =
                new Envelope<>(1, 0, 0, new ScheduleReport("", List.of(status), 1, "", List.of()));
        assertThat(codec.decodeAgent(codec.encodeAgent(agent)))
                .isEqualTo(MessageCodec.decodeAgent(
                        ByteBuffer.wrap(MessageCodec.encodeAgent(agent).toByteArray())));
    }

    @Test
    void scheduleSet_of10000_fitsIntoAMessage() throws Exception {
        List<Schedule> schedules = new ArrayList<>();
        for (int i = 0; i < 10_000; i++) {
            TaskRequest task = TaskRequest.of("housekeeping." + i)
                    .argument("directory", "/var/lib/something/or/other/" + i)
                    .argument("keep", "30 days")
                    .concurrency("disk", OverlapPolicy.QUEUE)
                    .deadline(Duration.ofHours(1))
                    .build();
            schedules.add(Schedule.of("housekeeping." + i, Trigger.cron("0 0 3 * * MON-FRI"), task)
                    .jitter(Duration.ofMinutes(10))
                    .build());
        }
        Envelope<CenterMessage> message = new Envelope<>(1, 0, 0, new ScheduleSet("2026-11-22", schedules));

        WireMessage written = codec.encodeCenter(message);

        assertThat(written.size()).isLessThan(4 << 20);
        assertThat(codec.decodeCenter(written)).isEqualTo(message);
    }

    @Test
    void scheduleReport_ofMoreThanAllowed_isAnInvalidPayload() throws Exception {
        String text = "{\"type\":\"scheduleReport\",\"payload\":{\"schedules\":[{}" + ",{}".repeat(1_000) + "]}}";
        assertThat(codec.decodeAgent(text(text)).payload())
                .isEqualTo(new InvalidPayload("more than 1000 schedules in a report"));
    }

    @TestFactory
    Stream<DynamicTest> text_thatIsNoEnvelope_isMalformed() {
        return Stream.of(
                        "",
                        "hello",
                        "7",
                        "[{}]",
                        "{",
                        "{}{}",
                        "{\"id\":1,}",
                        "{\"payload\":" + "[".repeat(40) + "]".repeat(40) + "}",
                        "{\"id\":" + "1".repeat(200) + "}")
                .map(text -> DynamicTest.dynamicTest(
                        "'" + (text.length() < 40 ? text : text.substring(0, 40)) + "'",
                        () -> assertThatThrownBy(() -> codec.decodeCenter(text(text)))
                                .isInstanceOf(MalformedMessageException.class)));
    }

    @Test
    void timestamp_withAnOffset_isRead() throws Exception {
        String text = "{\"type\":\"ping\",\"timestamp\":\"2026-11-22T19:00:00.000000001+01:00\"}";
        assertThat(codec.decodeCenter(text(text)).epochNanos())
                .isEqualTo(Instant.parse("2026-11-22T18:00:00Z").getEpochSecond() * 1_000_000_000 + 1);
    }

    @Test
    void batch_binary_isRefusedWhenItsEnvelopeIsNotWhole() {
        for (byte[] bytes :
                List.of(new byte[3], new byte[] {0, 0, 0, 9, '{', '}'}, new byte[] {-1, 0, 0, 0, '{', '}'})) {
            assertThatThrownBy(() -> codec.decodeAgent(WireMessage.ofBytes(ByteBuffer.wrap(bytes))))
                    .isInstanceOf(MalformedMessageException.class);
        }
    }

    @Test
    void batch_asText_isTakenToo() throws Exception {
        String text = "{\"id\":1,\"type\":\"batch\",\"payload\":{\"position\":{\"streamId\":\"ABEiM0RVZneImaq7zN3u_w\","
                + "\"sequence\":5},\"signal\":1,\"body\":\"AQI\"}}";
        AgentMessage read = codec.decodeAgent(text(text)).payload();
        assertThat(read).isInstanceOf(TelemetryBatch.class);
        assertThat(((TelemetryBatch) read).position().streamId()).isEqualTo(RandomContract.streamId());
        assertThat(((TelemetryBatch) read).body()).isEqualTo(ByteBuffer.wrap(new byte[] {1, 2}));
    }

    @Test
    void text_withHalfACharacter_isWrittenAsWholeText() throws Exception {
        WireMessage written =
                codec.encodeAgent(new Envelope<>(1, 0, 0, new dev.outpost.agent.protocol.Goodbye("x\ud800y")));
        assertThat(written.text()).contains("x?y");
    }
}
