package dev.outpost.agent.transport.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.Message;
import com.google.protobuf.UnknownFieldSet;
import dev.outpost.agent.protocol.AgentMessage;
import dev.outpost.agent.protocol.BatchNack;
import dev.outpost.agent.protocol.CenterMessage;
import dev.outpost.agent.protocol.Envelope;
import dev.outpost.agent.protocol.Heartbeat;
import dev.outpost.agent.protocol.MalformedMessageException;
import dev.outpost.agent.protocol.MessageCodec;
import dev.outpost.agent.protocol.Refusal;
import dev.outpost.agent.protocol.Rejection;
import dev.outpost.agent.protocol.Response;
import dev.outpost.agent.protocol.ScheduleCommand;
import dev.outpost.agent.protocol.Signal;
import dev.outpost.agent.protocol.TelemetryBatch;
import dev.outpost.agent.schedule.MisfirePolicy;
import dev.outpost.agent.task.DisconnectPolicy;
import dev.outpost.agent.task.OverlapPolicy;
import dev.outpost.agent.task.TaskOrigin;
import dev.outpost.agent.task.TaskState;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Holds the core's own codec equal to the classes generated from {@code agent.proto}: what one side writes, the other reads
 * as the same values, for every message, field and constant of the contract.
 *
 * <p>{@code -Doutpost.property.cases=20000} makes the comparison longer. Every failure names the seed of its case.
 */
class ContractEqualityTest {

    private static final int CASES = Integer.getInteger("outpost.property.cases", 500);
    private static final long FIRST_SEED = 20_261_101;
    private static final FileDescriptor CONTRACT =
            dev.outpost.agent.v1.AgentMessage.getDescriptor().getFile();
    private static final Descriptor AGENT = dev.outpost.agent.v1.AgentMessage.getDescriptor();
    private static final Descriptor CENTER = dev.outpost.agent.v1.CenterMessage.getDescriptor();

    /** By full name in the contract; constants in the order of their numbers. */
    private static final Map<String, Enum<?>[]> ENUMS = Map.ofEntries(
            Map.entry("outpost.agent.v1.Refusal.Code", Refusal.Code.values()),
            Map.entry("outpost.agent.v1.Response.Status", Response.Status.values()),
            Map.entry("outpost.agent.v1.Rejection.Code", Rejection.Code.values()),
            Map.entry("outpost.agent.v1.Heartbeat.Condition", Heartbeat.Condition.values()),
            Map.entry("outpost.agent.v1.TelemetryBatch.Signal", Signal.values()),
            Map.entry("outpost.agent.v1.TelemetryBatch.Codec", TelemetryBatch.Codec.values()),
            Map.entry("outpost.agent.v1.BatchNack.Code", BatchNack.Code.values()),
            Map.entry("outpost.agent.v1.TaskDispatch.Overlap", OverlapPolicy.values()),
            Map.entry("outpost.agent.v1.TaskDispatch.OnDisconnect", DisconnectPolicy.Kind.values()),
            Map.entry("outpost.agent.v1.TaskReport.State", TaskState.values()),
            Map.entry("outpost.agent.v1.TaskReport.Origin", TaskOrigin.values()),
            Map.entry("outpost.agent.v1.Schedule.Misfire", MisfirePolicy.Kind.values()),
            Map.entry("outpost.agent.v1.ScheduleCommand.Action", ScheduleCommand.Action.values()));

    @Test
    void members_ofBothEnvelopes_allHaveACase() {
        assertThat(RandomMessages.OF_AGENTS).containsOnlyKeys(memberNames(AGENT));
        assertThat(RandomMessages.OF_CENTERS).containsOnlyKeys(memberNames(CENTER));
    }

    @TestFactory
    Stream<DynamicTest> agentMessages_random_areEqualBothWays() {
        return RandomMessages.OF_AGENTS.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .map(member -> DynamicTest.dynamicTest(member.getKey(), () -> {
                    for (long seed = FIRST_SEED; seed < FIRST_SEED + CASES; seed++) {
                        RandomMessages random = new RandomMessages(seed);
                        agentIsEqual(seed, random.envelope(member.getValue().apply(random)));
                    }
                }));
    }

    private static void agentIsEqual(long seed, Envelope<AgentMessage> message) throws Exception {
        dev.outpost.agent.v1.AgentMessage mirrored = ContractMirror.ofAgent(message);
        byte[] ours = MessageCodec.encodeAgent(message).toByteArray();
        assertThat(dev.outpost.agent.v1.AgentMessage.parseFrom(ours))
                .as("seed %d: our bytes", seed)
                .isEqualTo(mirrored);
        assertThat(MessageCodec.decodeAgent(ByteBuffer.wrap(mirrored.toByteArray())))
                .as("seed %d: their bytes", seed)
                .isEqualTo(message);
        assertThat(MessageCodec.decodeAgent(fromTheFuture(mirrored, seed)))
                .as("seed %d: with unknown fields", seed)
                .isEqualTo(message);
    }

    @TestFactory
    Stream<DynamicTest> centerMessages_random_areEqualBothWays() {
        return RandomMessages.OF_CENTERS.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .map(member -> DynamicTest.dynamicTest(member.getKey(), () -> {
                    for (long seed = FIRST_SEED; seed < FIRST_SEED + CASES; seed++) {
                        RandomMessages random = new RandomMessages(seed);
                        centerIsEqual(seed, random.envelope(member.getValue().apply(random)));
                    }
                }));
    }

    private static void centerIsEqual(long seed, Envelope<CenterMessage> message) throws Exception {
        dev.outpost.agent.v1.CenterMessage mirrored = ContractMirror.ofCenter(message);
        byte[] ours = MessageCodec.encodeCenter(message).toByteArray();
        assertThat(dev.outpost.agent.v1.CenterMessage.parseFrom(ours))
                .as("seed %d: our bytes", seed)
                .isEqualTo(mirrored);
        assertThat(MessageCodec.decodeCenter(ByteBuffer.wrap(mirrored.toByteArray())))
                .as("seed %d: their bytes", seed)
                .isEqualTo(message);
        assertThat(MessageCodec.decodeCenter(fromTheFuture(mirrored, seed)))
                .as("seed %d: with unknown fields", seed)
                .isEqualTo(message);
    }

    /** Else a field that the contract has and the records have not would go unnoticed: both sides would leave it out. */
    @Test
    void fields_ofAllMessages_occurInTheRandomOnes() {
        Set<FieldDescriptor> seen = new HashSet<>();
        for (long seed = FIRST_SEED; seed < FIRST_SEED + 100; seed++) {
            RandomMessages random = new RandomMessages(seed);
            RandomMessages.OF_AGENTS
                    .values()
                    .forEach(member -> seeFields(ContractMirror.ofAgent(random.envelope(member.apply(random))), seen));
            RandomMessages.OF_CENTERS
                    .values()
                    .forEach(member -> seeFields(ContractMirror.ofCenter(random.envelope(member.apply(random))), seen));
        }
        messageTypes(CONTRACT.getMessageTypes())
                .forEach(message -> assertThat(seen)
                        .as("fields of %s", message.getFullName())
                        .containsAll(message.getFields()));
    }

    /** Those within others too, without map entries. */
    private static Stream<Descriptor> messageTypes(List<Descriptor> types) {
        return types.stream()
                .filter(type -> !type.getOptions().getMapEntry())
                .flatMap(type -> Stream.concat(Stream.of(type), messageTypes(type.getNestedTypes())));
    }

    @Test
    void enums_ofTheContract_haveTheSameNamesAndNumbers() {
        List<EnumDescriptor> enums = new ArrayList<>(CONTRACT.getEnumTypes());
        messageTypes(CONTRACT.getMessageTypes()).forEach(message -> enums.addAll(message.getEnumTypes()));
        assertThat(enums.stream().map(EnumDescriptor::getFullName)).containsExactlyInAnyOrderElementsOf(ENUMS.keySet());
        for (EnumDescriptor type : enums) {
            Map<String, Integer> contract = new LinkedHashMap<>();
            type.getValues().forEach(value -> contract.put(javaName(value), value.getNumber()));
            assertThat(numbers(ENUMS.get(type.getFullName())))
                    .as(type.getFullName())
                    .isEqualTo(contract);
        }
    }

    @Test
    void bytes_mutatedAtRandom_areReadOrRefusedAsMalformed() {
        for (long seed = FIRST_SEED; seed < FIRST_SEED + CASES; seed++) {
            RandomMessages random = new RandomMessages(seed);
            for (var member : RandomMessages.OF_AGENTS.values()) {
                Envelope<AgentMessage> message = random.envelope(member.apply(random));
                readsOrRefuses(seed, mutated(MessageCodec.encodeAgent(message).toByteArray(), seed));
            }
            for (var member : RandomMessages.OF_CENTERS.values()) {
                Envelope<CenterMessage> message = random.envelope(member.apply(random));
                readsOrRefuses(seed, mutated(MessageCodec.encodeCenter(message).toByteArray(), seed));
            }
        }
    }

    private static void readsOrRefuses(long seed, byte[] bytes) {
        for (int length = bytes.length; length > Math.max(0, bytes.length - 5); length--) {
            ByteBuffer cut = ByteBuffer.wrap(bytes, 0, length);
            try {
                assertThat(MessageCodec.decodeAgent(cut).payload()).isNotNull();
                assertThat(MessageCodec.decodeCenter(cut).payload()).isNotNull();
            } catch (MalformedMessageException e) {
                assertThat(e).hasMessageContaining("not a message of the protocol (" + length + " bytes)");
            } catch (RuntimeException e) {
                throw new AssertionError("seed " + seed + ": " + bytes.length + " bytes", e);
            }
        }
    }

    // ---- tools ----------------------------------------------------------------------------------------------------

    private static String[] memberNames(Descriptor envelope) {
        return envelope.getOneofs().get(0).getFields().stream()
                .map(FieldDescriptor::getName)
                .toArray(String[]::new);
    }

    private static Map<String, Integer> numbers(Enum<?>[] constants) {
        Map<String, Integer> numbers = new HashMap<>();
        if (constants[0] instanceof TaskState) {
            numbers.put("UNSPECIFIED", 0); // a report without a state makes no sense, so there is no constant for it
        }
        for (int i = 0; i < constants.length; i++) {
            numbers.put(constants[i].name(), constants[i] instanceof TaskState state ? state.number() : i);
        }
        return numbers;
    }

    /** Names of one scope must differ in protobuf, so the contract's first constant bears the enum's name too. */
    private static String javaName(EnumValueDescriptor value) {
        return value.getName().endsWith("_UNSPECIFIED") ? "UNSPECIFIED" : value.getName();
    }

    private static void seeFields(Message message, Set<FieldDescriptor> seen) {
        message.getAllFields().forEach((field, value) -> {
            seen.add(field);
            nested(field, value).forEach(part -> seeFields(part, seen));
        });
    }

    /** The messages in a field, without map entries. */
    private static List<Message> nested(FieldDescriptor field, Object value) {
        if (field.getJavaType() != FieldDescriptor.JavaType.MESSAGE || field.isMapField()) {
            return List.of();
        }
        List<?> values = field.isRepeated() ? (List<?>) value : List.of(value);
        return values.stream().map(Message.class::cast).toList();
    }

    /** The bytes of a peer whose contract has more fields, of every wire type, in every message. */
    private static ByteBuffer fromTheFuture(Message message, long seed) {
        return ByteBuffer.wrap(withUnknownFields(message, new Random(seed)).toByteArray());
    }

    private static Message withUnknownFields(Message message, Random random) {
        Message.Builder more = message.toBuilder();
        message.getAllFields().forEach((field, value) -> {
            List<Message> parts = nested(field, value);
            for (int i = 0; i < parts.size(); i++) {
                Message part = withUnknownFields(parts.get(i), random);
                if (field.isRepeated()) {
                    more.setRepeatedField(field, i, part);
                } else {
                    more.setField(field, part);
                }
            }
        });
        UnknownFieldSet.Builder unknown = UnknownFieldSet.newBuilder();
        for (int i = random.nextInt(3); i >= 0; i--) {
            unknown.mergeField(100 + random.nextInt(536_870_000), unknownField(random));
        }
        return more.setUnknownFields(unknown.build()).build();
    }

    private static UnknownFieldSet.Field unknownField(Random random) {
        UnknownFieldSet inGroup = UnknownFieldSet.newBuilder()
                .mergeField(1, UnknownFieldSet.Field.newBuilder().addVarint(7).build())
                .build();
        UnknownFieldSet.Field.Builder field = UnknownFieldSet.Field.newBuilder();
        switch (random.nextInt(5)) {
            case 0 -> field.addVarint(random.nextLong());
            case 1 -> field.addFixed32(random.nextInt());
            case 2 -> field.addFixed64(random.nextLong());
            case 3 -> field.addLengthDelimited(ByteString.copyFrom(new byte[random.nextInt(300)]));
            default -> field.addGroup(inGroup);
        }
        return field.build();
    }

    private static byte[] mutated(byte[] bytes, long seed) {
        Random random = new Random(seed);
        for (int i = random.nextInt(4); i > 0 && bytes.length > 0; i--) {
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
        }
        return bytes;
    }
}
