package dev.outpost.agent.transport.grpc;

import dev.outpost.agent.protocol.AgentMessage;
import dev.outpost.agent.protocol.BatchAck;
import dev.outpost.agent.protocol.BatchNack;
import dev.outpost.agent.protocol.CenterMessage;
import dev.outpost.agent.protocol.Drain;
import dev.outpost.agent.protocol.Envelope;
import dev.outpost.agent.protocol.Goodbye;
import dev.outpost.agent.protocol.Heartbeat;
import dev.outpost.agent.protocol.HeartbeatAck;
import dev.outpost.agent.protocol.Hello;
import dev.outpost.agent.protocol.Ping;
import dev.outpost.agent.protocol.Pong;
import dev.outpost.agent.protocol.Refusal;
import dev.outpost.agent.protocol.Rejection;
import dev.outpost.agent.protocol.Request;
import dev.outpost.agent.protocol.Response;
import dev.outpost.agent.protocol.ScheduleCommand;
import dev.outpost.agent.protocol.ScheduleReport;
import dev.outpost.agent.protocol.ScheduleSet;
import dev.outpost.agent.protocol.Signal;
import dev.outpost.agent.protocol.StreamOpen;
import dev.outpost.agent.protocol.StreamPosition;
import dev.outpost.agent.protocol.TaskCancel;
import dev.outpost.agent.protocol.TaskDispatch;
import dev.outpost.agent.protocol.TaskReport;
import dev.outpost.agent.protocol.TaskReportAck;
import dev.outpost.agent.protocol.TelemetryBatch;
import dev.outpost.agent.protocol.TelemetryGap;
import dev.outpost.agent.protocol.Welcome;
import dev.outpost.agent.schedule.MisfirePolicy;
import dev.outpost.agent.schedule.Schedule;
import dev.outpost.agent.schedule.ScheduleStatus;
import dev.outpost.agent.schedule.Trigger;
import dev.outpost.agent.task.DisconnectPolicy;
import dev.outpost.agent.task.OverlapPolicy;
import dev.outpost.agent.task.RetryPolicy;
import dev.outpost.agent.task.TaskOrigin;
import dev.outpost.agent.task.TaskRequest;
import dev.outpost.agent.task.TaskState;
import dev.outpost.agent.task.TaskStatus;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Random;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Supplier;

/** Random messages of every kind, the same ones for the same seed; edges of the ranges are likely. */
final class RandomMessages {

    private static final long UNSIGNED_32 = (1L << 32) - 1;
    private static final long LONGEST_READ = 1_000_000_000_000L;
    private static final long LATEST_MILLIS = 253_402_300_799_999L;
    private static final String[] CRONS = {"* * * * *", "*/5 0 3 L * ?", "@daily", "0 9-17/2 * JAN-MAR MON#1"};
    private static final String[] ZONES = {"UTC", "Europe/Berlin", "Z", "+02:00", "America/Argentina/Ushuaia"};
    private static final long DAY = Duration.ofDays(1).toMillis();
    private static final String[] TEXTS = {"", "a", "zone-b", "ünïcode", "日本語", "\u0000\n\u007f", "😀\uFFFD"};

    /** By name of the contract's {@code oneof} member. */
    static final Map<String, Function<RandomMessages, AgentMessage>> OF_AGENTS = Map.ofEntries(
            Map.entry("hello", RandomMessages::hello),
            Map.entry("heartbeat", RandomMessages::heartbeat),
            Map.entry("batch", RandomMessages::batch),
            Map.entry("task_report", RandomMessages::taskReport),
            Map.entry("ping", any -> new Ping()),
            Map.entry("pong", any -> new Pong()),
            Map.entry("rejection", RandomMessages::rejection),
            Map.entry("goodbye", any -> new Goodbye(any.text())),
            Map.entry("gap", RandomMessages::gap),
            Map.entry("stream_open", any -> new StreamOpen(any.position())),
            Map.entry("request", RandomMessages::request),
            Map.entry("response", RandomMessages::response),
            Map.entry("schedule_report", RandomMessages::scheduleReport));

    /** By name of the contract's {@code oneof} member. */
    static final Map<String, Function<RandomMessages, CenterMessage>> OF_CENTERS = Map.ofEntries(
            Map.entry("welcome", RandomMessages::welcome),
            Map.entry("refusal", RandomMessages::refusal),
            Map.entry("heartbeat_ack", any -> new HeartbeatAck(any.millis(UNSIGNED_32))),
            Map.entry("batch_ack", any -> new BatchAck(any.position())),
            Map.entry("batch_nack", RandomMessages::batchNack),
            Map.entry("task_dispatch", RandomMessages::taskDispatch),
            Map.entry("task_cancel", any -> new TaskCancel(any.text(), any.text())),
            Map.entry("task_report_ack", any -> new TaskReportAck(any.text(), any.unsigned64())),
            Map.entry("ping", any -> new Ping()),
            Map.entry("pong", any -> new Pong()),
            Map.entry("rejection", RandomMessages::rejection),
            Map.entry("drain", any -> new Drain(any.text(), any.millis(UNSIGNED_32), any.text())),
            Map.entry("request", RandomMessages::request),
            Map.entry("response", RandomMessages::response),
            Map.entry("schedule_set", RandomMessages::scheduleSet),
            Map.entry(
                    "schedule_command",
                    any -> new ScheduleCommand(any.text(), any.one(ScheduleCommand.Action.values()))));

    private final Random random;

    RandomMessages(long seed) {
        random = new Random(seed);
    }

    <P> Envelope<P> envelope(P payload) {
        return new Envelope<>(unsigned64(), unsigned64(), unsigned64(), payload);
    }

    // ---- messages -------------------------------------------------------------------------------------------------

    private Hello hello() {
        return new Hello(
                unsigned31(),
                text(),
                text(),
                text(),
                textMap(),
                listOf(this::text),
                listOf(this::position),
                listOf(this::text),
                text(),
                text());
    }

    private Heartbeat heartbeat() {
        Heartbeat.HostFigures host = new Heartbeat.HostFigures(
                chance() ? OptionalDouble.of(real()) : OptionalDouble.empty(),
                chance() ? OptionalLong.of(unsigned64()) : OptionalLong.empty(),
                chance() ? OptionalLong.of(unsigned64()) : OptionalLong.empty());
        return new Heartbeat(
                one(Heartbeat.Condition.values()),
                listOf(this::text),
                host,
                millis(LONGEST_READ),
                unsigned64(),
                unsigned64(),
                unsigned64(),
                unsigned31(),
                unsigned31());
    }

    private TelemetryBatch batch() {
        return new TelemetryBatch(
                position(), one(Signal.values()), unsigned31(), one(TelemetryBatch.Codec.values()), body());
    }

    private ByteBuffer body() {
        byte[] body = new byte[chance() ? random.nextInt(2_000) : random.nextInt(3)];
        random.nextBytes(body);
        return ByteBuffer.wrap(body);
    }

    private Request request() {
        return new Request(name(), text(), body(), millis(UNSIGNED_32), chance() ? "t" + text() : null);
    }

    private Response response() {
        return new Response(one(Response.Status.values()), text(), body(), text());
    }

    private TelemetryGap gap() {
        return new TelemetryGap(position(), unsigned64(), unsigned64(), text());
    }

    private TaskReport taskReport() {
        return new TaskReport(new TaskStatus(
                text(),
                text(),
                unsigned64(),
                one(TaskState.values()),
                unsigned31(),
                unsigned64(),
                text(),
                textMap(),
                real(),
                chance() ? positiveMillis() : null,
                one(TaskOrigin.values())));
    }

    private ScheduleReport scheduleReport() {
        return new ScheduleReport(text(), listOf(this::scheduleStatus), unsigned31(), text(), listOf(this::text));
    }

    private ScheduleStatus scheduleStatus() {
        return new ScheduleStatus(
                text(),
                text(),
                chance(),
                chance(),
                chance() ? instant() : null,
                chance() ? instant() : null,
                unsigned64(),
                unsigned64());
    }

    private Rejection rejection() {
        return new Rejection(one(Rejection.Code.values()), text());
    }

    private Welcome welcome() {
        return new Welcome(
                text(), millis(UNSIGNED_32), unsigned31(), unsigned31(), listOf(this::position), millis(UNSIGNED_32));
    }

    private Refusal refusal() {
        return new Refusal(one(Refusal.Code.values()), text(), millis(UNSIGNED_32), text());
    }

    private BatchNack batchNack() {
        return new BatchNack(position(), one(BatchNack.Code.values()), millis(UNSIGNED_32), text());
    }

    private TaskDispatch taskDispatch() {
        return new TaskDispatch(taskRequest());
    }

    private TaskRequest taskRequest() {
        Instant notBefore = instant();
        return TaskRequest.of(name())
                .id(name())
                .arguments(textMap())
                .attemptTimeout(chance() ? positiveMillis() : null)
                .deadline(chance() ? positiveMillis() : null)
                .lease(chance() ? positiveMillis() : null)
                .retry(chance() ? retryPolicy() : null)
                .priority(random.nextInt(-100, 101))
                .idempotent(chance())
                .idempotencyKey(chance() ? name() : null)
                .concurrency(chance() ? name() : null, one(OverlapPolicy.values()))
                .notBefore(chance() ? notBefore : null)
                .notAfter(chance() ? instant(notBefore.toEpochMilli()) : null)
                .onDisconnect(disconnect())
                .parent(chance() ? name() : null)
                .traceparent(chance() ? "00-" + text() : null)
                .build();
    }

    private DisconnectPolicy disconnect() {
        return switch (one(DisconnectPolicy.Kind.values())) {
            case GO_ON -> DisconnectPolicy.goOn();
            case FINISH_ATTEMPT -> DisconnectPolicy.finishAttempt();
            case STOP_AFTER -> DisconnectPolicy.stopAfter(Duration.ofMillis(random.nextLong(1, 30 * DAY + 1)));
        };
    }

    private ScheduleSet scheduleSet() {
        return new ScheduleSet(name(), listOf(this::schedule));
    }

    private Schedule schedule() {
        String name = name();
        return Schedule.of(name.substring(0, Math.min(64, name.length())), trigger(), taskRequest())
                .overlap(one(OverlapPolicy.values()))
                .misfire(misfire())
                .jitter(millis(DAY))
                .paused(chance())
                .build();
    }

    private MisfirePolicy misfire() {
        return switch (one(MisfirePolicy.Kind.values())) {
            case FIRE_ONCE -> MisfirePolicy.fireOnce();
            case SKIP -> MisfirePolicy.skip();
            case CATCH_UP -> MisfirePolicy.catchUp(random.nextInt(1, 101));
        };
    }

    private Trigger trigger() {
        return switch (random.nextInt(5)) {
            case 0 -> Trigger.cron(one(CRONS), ZoneId.of(one(ZONES)));
            case 1 -> Trigger.every(positiveMillis());
            case 2 -> Trigger.afterEach(positiveMillis());
            case 3 -> Trigger.at(chance() ? Instant.EPOCH : instant());
            default -> Trigger.onEvent(name(), millis(DAY));
        };
    }

    private RetryPolicy retryPolicy() {
        long initial = millis(DAY).toMillis();
        return new RetryPolicy(
                random.nextInt(1, 101),
                Duration.ofMillis(initial),
                Duration.ofMillis(random.nextLong(initial, DAY + 1)));
    }

    private StreamPosition position() {
        return new StreamPosition(new UUID(random.nextLong(), random.nextLong()), unsigned64(), unsigned64());
    }

    // ---- values ---------------------------------------------------------------------------------------------------

    private boolean chance() {
        return random.nextBoolean();
    }

    private <T> T one(T[] values) {
        return values[random.nextInt(values.length)];
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

    private int unsigned31() {
        return Integer.MAX_VALUE >>> random.nextInt(32);
    }

    private double real() {
        return switch (random.nextInt(4)) {
            case 0 -> 0;
            case 1 -> one(new Double[] {-0.0, Double.NaN, Double.POSITIVE_INFINITY, Double.MIN_VALUE});
            default -> random.nextDouble();
        };
    }

    private Duration millis(long most) {
        return switch (random.nextInt(4)) {
            case 0 -> Duration.ZERO;
            case 1 -> Duration.ofMillis(most);
            default -> Duration.ofMillis(random.nextLong(most));
        };
    }

    private Instant instant() {
        return instant(1);
    }

    private Instant instant(long earliestMillis) {
        return Instant.ofEpochMilli(chance() ? LATEST_MILLIS : random.nextLong(earliestMillis, LATEST_MILLIS + 1));
    }

    private Duration positiveMillis() {
        return Duration.ofMillis(random.nextLong(1, LONGEST_READ + 1));
    }

    private String text() {
        return chance() ? one(TEXTS) : one(TEXTS).repeat(random.nextInt(20));
    }

    /** What a task may be called: 1 to 128 characters. */
    private String name() {
        String name = "n" + text();
        return name.length() <= 128 ? name : name.substring(0, 128);
    }

    private Map<String, String> textMap() {
        Map<String, String> map = new LinkedHashMap<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            map.put(text(), text());
        }
        return map;
    }

    private <T> List<T> listOf(Supplier<T> element) {
        List<T> list = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            list.add(element.get());
        }
        return list;
    }
}
