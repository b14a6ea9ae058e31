package dev.outpost.agent.transport.websocket;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
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
    private static final long LATEST_MILLIS = 253_402_300_799_999L;
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
        switch (type.getName()) {
            case "RetryPolicy" -> {
                long initial = random.nextLong(DAY_MILLIS);
                set(to, "initial_delay_ms", initial);
                set(to, "max_delay_ms", random.nextLong(initial, DAY_MILLIS + 1));
            }
            case "TaskDispatch" -> taskDispatch(to);
            case "Schedule" -> schedule(to);
            case "Cron" -> {
                set(to, "expression", one("0 3 * * *", "*/5 0 3 L * ?", "@daily"));
                set(to, "zone", one("", "UTC", "Europe/Berlin", "+02:00"));
            }
            case "Every" -> set(to, "interval_ms", random.nextBoolean() ? -1L : random.nextLong(1, Long.MAX_VALUE));
            default -> {}
        }
        return to.build();
    }

    private void taskDispatch(DynamicMessage.Builder to) {
        long notBefore = random.nextBoolean() ? 0 : random.nextLong(LATEST_MILLIS);
        set(to, "not_before_unix_ms", notBefore);
        set(to, "not_after_unix_ms", random.nextBoolean() ? 0 : random.nextLong(notBefore, LATEST_MILLIS + 1));
        EnumValueDescriptor onDisconnect = constant(to, "on_disconnect");
        set(to, "on_disconnect", onDisconnect);
        boolean stops = onDisconnect.getName().equals("STOP_AFTER");
        set(to, "stop_after_ms", stops ? random.nextLong(1, 30 * DAY_MILLIS + 1) : 0);
        set(to, "parent_id", random.nextBoolean() ? "" : "p" + text());
    }

    private void schedule(DynamicMessage.Builder to) {
        Descriptor type = to.getDescriptorForType();
        FieldDescriptor trigger = type.findFieldByName(one("cron", "every", "at_unix_ms", "event"));
        to.setField(trigger, trigger.getName().startsWith("at") ? random.nextLong(LATEST_MILLIS) : value(trigger));
        set(to, "name", "s" + text().replace("/", ""));
        EnumValueDescriptor misfire = constant(to, "misfire");
        set(to, "misfire", misfire);
        set(to, "misfire_most", random.nextInt(misfire.getName().equals("CATCH_UP") ? 101 : 2)); // 0 is 1
    }

    private static void set(DynamicMessage.Builder to, String field, Object value) {
        to.setField(to.getDescriptorForType().findFieldByName(field), value);
    }

    private EnumValueDescriptor constant(DynamicMessage.Builder of, String field) {
        var constants =
                of.getDescriptorForType().findFieldByName(field).getEnumType().getValues();
        return constants.get(random.nextInt(constants.size()));
    }

    private String one(String... texts) {
        return texts[random.nextInt(texts.length)];
    }

    /** What no message makes sense without. */
    private static boolean isNeeded(FieldDescriptor field) {
        return switch (field.getName()) {
            case "position", "through", "stream_id", "state", "max_attempts", "task" -> true;
            case "task_id", "type" -> field.getContainingType().getName().matches("TaskDispatch|Request|Event");
            case "version" -> field.getContainingType().getName().equals("ScheduleSet");
            default -> false;
        };
    }

    private Object value(FieldDescriptor field) {
        return switch (field.getJavaType()) {
            case STRING -> isNeeded(field) ? "n" + text() : text().repeat(random.nextInt(20));
            case LONG -> integer64(field);
            case INT -> integer(field);
            case DOUBLE -> real();
            case BOOLEAN -> random.nextBoolean();
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

    private long integer64(FieldDescriptor field) {
        return switch (field.getName()) {
            case "jitter_ms", "debounce_ms" -> random.nextLong(DAY_MILLIS + 1);
            case "next_unix_ms", "last_unix_ms" ->
                random.nextBoolean() ? LATEST_MILLIS : random.nextLong(LATEST_MILLIS);
            default -> unsigned64();
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
        return one(TEXTS);
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
