package dev.outpost.agent.transport.websocket;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.Message;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.UUID;

/**
 * Random messages made from the contract's descriptors, so that no field can be forgotten; the same ones for the same seed.
 * Edges of the ranges are likely. Values keep to what the records promise: a message that is refused proves nothing.
 */
final class RandomContract {

    private static final long DAY_MILLIS = 86_400_000;
    private static final String[] TEXTS = {
        "", "a", "zone-b", "ünïcode", "日本語", "\u0000\n\u007f\"\\/", "😀\uFFFD", "a_b", "\u2028</script>"
    };

    private final Random random;

    RandomContract(long seed) {
        random = new Random(seed);
    }

    /** An envelope with the payload {@code member}. */
    Message envelope(Descriptor envelope, FieldDescriptor member) {
        DynamicMessage.Builder to = DynamicMessage.newBuilder(envelope);
        for (FieldDescriptor field : envelope.getFields()) {
            if (field.getContainingOneof() == null) {
                to.setField(field, unsigned64());
            }
        }
        return to.setField(member, message(member.getMessageType())).build();
    }

    private Message message(Descriptor type) {
        DynamicMessage.Builder to = DynamicMessage.newBuilder(type);
        for (FieldDescriptor field : type.getFields()) {
            if (field.isMapField()) {
                map(field).forEach((key, value) -> to.addRepeatedField(field, entry(field, key, value)));
            } else if (field.isRepeated()) {
                for (int i = random.nextInt(4); i > 0; i--) {
                    to.addRepeatedField(field, value(field));
                }
            } else if (isNeeded(field) || random.nextBoolean()) {
                to.setField(field, value(field));
            }
        }
        if (type.getName().equals("RetryPolicy")) {
            long initial = random.nextLong(DAY_MILLIS);
            to.setField(type.findFieldByName("initial_delay_ms"), initial);
            to.setField(type.findFieldByName("max_delay_ms"), random.nextLong(initial, DAY_MILLIS + 1));
        }
        return to.build();
    }

    /** What no message makes sense without. */
    private static boolean isNeeded(FieldDescriptor field) {
        return switch (field.getName()) {
            case "position", "through", "stream_id", "state", "max_attempts" -> true;
            case "task_id", "type" -> field.getContainingType().getName().matches("TaskDispatch|Request");
            default -> false;
        };
    }

    private Object value(FieldDescriptor field) {
        return switch (field.getJavaType()) {
            case STRING -> isNeeded(field) ? "n" + text() : text().repeat(random.nextInt(20));
            case LONG -> unsigned64();
            case INT -> integer(field);
            case DOUBLE -> real();
            case BYTE_STRING -> bytes(field);
            case ENUM ->
                field.getEnumType()
                        .getValues()
                        .get(random.nextInt(
                                isNeeded(field) ? 1 : 0,
                                field.getEnumType().getValues().size()));
            case MESSAGE -> message(field.getMessageType());
            default -> throw new IllegalStateException("no values for " + field);
        };
    }

    private int integer(FieldDescriptor field) {
        return switch (field.getName()) {
            case "priority" -> random.nextInt(-100, 101);
            case "max_attempts" -> random.nextInt(1, 101);
            default ->
                switch (random.nextInt(3)) {
                    case 0 -> -1 >>> random.nextInt(32);
                    case 1 -> random.nextInt(300);
                    default -> random.nextInt();
                };
        };
    }

    private long unsigned64() {
        return switch (random.nextInt(5)) {
            case 0 -> 0;
            case 1 -> random.nextInt(300);
            case 2 -> -1L >>> random.nextInt(64);
            case 3 -> Long.MIN_VALUE >>> random.nextInt(64);
            default -> random.nextLong();
        };
    }

    private double real() {
        double[] edges = {
            0,
            -0.0,
            1,
            Double.NaN,
            Double.POSITIVE_INFINITY,
            Double.NEGATIVE_INFINITY,
            Double.MIN_VALUE,
            Double.MAX_VALUE
        };
        return random.nextBoolean() ? random.nextDouble() : edges[random.nextInt(edges.length)];
    }

    private ByteString bytes(FieldDescriptor field) {
        int size = field.getName().equals("stream_id") ? 16 : random.nextBoolean() ? random.nextInt(900) : 0;
        byte[] bytes = new byte[size];
        random.nextBytes(bytes);
        return ByteString.copyFrom(bytes);
    }

    private String text() {
        return TEXTS[random.nextInt(TEXTS.length)];
    }

    private Map<String, String> map(FieldDescriptor field) {
        Map<String, String> map = new LinkedHashMap<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            map.put(text(), field.getName() + text());
        }
        return map;
    }

    private static Message entry(FieldDescriptor field, String key, String value) {
        Descriptor type = field.getMessageType();
        return DynamicMessage.newBuilder(type)
                .setField(type.findFieldByName("key"), key)
                .setField(type.findFieldByName("value"), value)
                .build();
    }

    /** For tests that need the identity of a stream. */
    static UUID streamId() {
        return UUID.fromString("00112233-4455-6677-8899-aabbccddeeff");
    }

    /** The members of an envelope's oneof, by their JSON names. */
    static Map<String, FieldDescriptor> members(Descriptor envelope) {
        Map<String, FieldDescriptor> members = new HashMap<>();
        envelope.getOneofs().get(0).getFields().forEach(field -> members.put(field.getJsonName(), field));
        return members;
    }
}
