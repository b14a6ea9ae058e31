package dev.outpost.agent.protocol;

import dev.outpost.agent.internal.proto.ProtoWriter;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Writes the payloads of agents; field numbers are those of {@code agent.proto}. */
final class AgentMessageWriter {

    static final int HELLO = 10;
    static final int HEARTBEAT = 11;
    static final int BATCH = 12;
    static final int TASK_REPORT = 13;
    static final int PING = 14;
    static final int PONG = 15;
    static final int REJECTION = 16;
    static final int GOODBYE = 17;
    static final int GAP = 18;
    static final int STREAM_OPEN = 19;
    static final int REQUEST = 20;
    static final int RESPONSE = 21;
    static final int SCHEDULE_REPORT = 22;

    private AgentMessageWriter() {}

    /** Returns the bytes that follow what was written, or null. */
    static @Nullable ByteBuffer write(AgentMessage message, ProtoWriter out) {
        if (message instanceof TelemetryBatch m) {
            return batch(m, out);
        }
        if (message instanceof Hello m) {
            hello(m, out);
        } else if (message instanceof Heartbeat m) {
            heartbeat(m, out);
        } else if (message instanceof TaskReport m) {
            TaskParts.status(TASK_REPORT, m.status(), out);
        } else if (message instanceof TelemetryGap m) {
            gap(m, out);
        } else if (message instanceof StreamOpen m) {
            int start = out.beginMessage(STREAM_OPEN);
            Parts.position(1, m.position(), out);
            out.endMessage(start);
        } else if (message instanceof Ping) {
            Parts.empty(PING, out);
        } else if (message instanceof Pong) {
            Parts.empty(PONG, out);
        } else if (message instanceof Rejection m) {
            Parts.rejection(REJECTION, m, out);
        } else if (message instanceof Request m) {
            Parts.request(REQUEST, m, out);
        } else if (message instanceof Response m) {
            Parts.response(RESPONSE, m, out);
        } else if (message instanceof ScheduleReport m) {
            ScheduleParts.report(SCHEDULE_REPORT, m, out);
        } else if (message instanceof Goodbye m) {
            int start = out.beginMessage(GOODBYE);
            out.string(1, m.reason());
            out.endMessage(start);
        } else {
            throw new IllegalArgumentException("cannot be sent: " + message);
        }
        return null;
    }

    private static void hello(Hello m, ProtoWriter out) {
        int start = out.beginMessage(HELLO);
        out.varint(1, m.protocolVersion());
        out.string(2, m.agentId());
        out.string(3, m.instanceId());
        out.string(4, m.agentVersion());
        out.map(5, m.labels());
        m.taskTypes().forEach(type -> out.presentString(6, type));
        m.streams().forEach(position -> Parts.position(7, position, out));
        m.requestTypes().forEach(type -> out.presentString(8, type));
        out.string(9, m.journalId());
        out.string(10, m.scheduleVersion());
        out.endMessage(start);
    }

    private static void heartbeat(Heartbeat m, ProtoWriter out) {
        int start = out.beginMessage(HEARTBEAT);
        out.varint(1, Parts.number(m.condition()));
        m.degradedReasons().forEach(reason -> out.presentString(2, reason));
        m.host().cpuUtilization().ifPresent(value -> out.presentDouble(3, value));
        m.host().memoryUsedBytes().ifPresent(value -> out.presentVarint(4, value));
        m.host().memoryLimitBytes().ifPresent(value -> out.presentVarint(5, value));
        out.varint(6, Parts.wholeMillis(m.uptime()));
        out.varint(7, m.recordsInMemory());
        out.varint(8, m.recordsDropped());
        out.varint(9, m.tasksQueued());
        out.varint(10, m.tasksRunning());
        out.varint(11, m.recordsSpooled());
        out.endMessage(start);
    }

    /** The body is the last field of the last field, so it can follow the head from where it lies. */
    private static @Nullable ByteBuffer batch(TelemetryBatch m, ProtoWriter out) {
        ByteBuffer body = m.bodyToSend();
        ProtoWriter fields = new ProtoWriter(64);
        Parts.position(1, m.position(), fields);
        fields.varint(2, Parts.number(m.signal()));
        fields.varint(3, m.recordCount());
        fields.varint(4, Parts.number(m.codec()));
        if (body.hasRemaining()) {
            fields.detachedLengthPrefix(15, body.remaining());
        }
        out.detachedLengthPrefix(BATCH, Math.addExact(fields.size(), body.remaining()));
        out.raw(fields);
        return body.hasRemaining() ? body : null;
    }

    private static void gap(TelemetryGap m, ProtoWriter out) {
        int start = out.beginMessage(GAP);
        Parts.position(1, m.through(), out);
        out.varint(2, m.fromSequence());
        out.varint(3, m.recordCount());
        out.string(4, m.reason());
        out.endMessage(start);
    }
}
