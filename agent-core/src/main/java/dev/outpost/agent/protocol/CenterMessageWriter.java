package dev.outpost.agent.protocol;

import dev.outpost.agent.internal.proto.ProtoWriter;

/** Writes the payloads of control centers; field numbers are those of {@code agent.proto}. */
final class CenterMessageWriter {

    static final int WELCOME = 10;
    static final int REFUSAL = 11;
    static final int HEARTBEAT_ACK = 12;
    static final int BATCH_ACK = 13;
    static final int BATCH_NACK = 14;
    static final int TASK_DISPATCH = 15;
    static final int TASK_CANCEL = 16;
    static final int TASK_REPORT_ACK = 17;
    static final int PING = 18;
    static final int PONG = 19;
    static final int REJECTION = 20;
    static final int DRAIN = 21;
    static final int REQUEST = 22;
    static final int RESPONSE = 23;
    static final int SCHEDULE_SET = 24;
    static final int SCHEDULE_COMMAND = 25;

    private CenterMessageWriter() {}

    static void write(CenterMessage message, ProtoWriter out) {
        if (message instanceof BatchAck m) {
            int start = out.beginMessage(BATCH_ACK);
            Parts.position(1, m.through(), out);
            out.endMessage(start);
        } else if (message instanceof HeartbeatAck m) {
            int start = out.beginMessage(HEARTBEAT_ACK);
            out.varint(1, Parts.millis32(m.reconnectSpread()));
            out.endMessage(start);
        } else if (message instanceof TaskDispatch m) {
            TaskParts.request(TASK_DISPATCH, m.request(), out);
        } else if (message instanceof TaskReportAck m) {
            int start = out.beginMessage(TASK_REPORT_ACK);
            out.string(1, m.taskId());
            out.varint(2, m.revision());
            out.endMessage(start);
        } else if (message instanceof Welcome m) {
            welcome(m, out);
        } else {
            writeRare(message, out);
        }
    }

    private static void writeRare(CenterMessage message, ProtoWriter out) {
        if (message instanceof Refusal m) {
            int start = out.beginMessage(REFUSAL);
            out.varint(1, Parts.number(m.code()));
            out.string(2, m.detail());
            out.varint(3, Parts.millis32(m.retryAfter()));
            out.string(4, m.endpoint());
            out.endMessage(start);
        } else if (message instanceof BatchNack m) {
            int start = out.beginMessage(BATCH_NACK);
            Parts.position(1, m.position(), out);
            out.varint(2, Parts.number(m.code()));
            out.varint(3, Parts.millis32(m.retryAfter()));
            out.string(4, m.detail());
            out.endMessage(start);
        } else if (message instanceof TaskCancel m) {
            int start = out.beginMessage(TASK_CANCEL);
            out.string(1, m.taskId());
            out.string(2, m.reason());
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
        } else if (message instanceof Drain m) {
            int start = out.beginMessage(DRAIN);
            out.string(1, m.reason());
            out.varint(2, Parts.millis32(m.spread()));
            out.string(3, m.endpoint());
            out.endMessage(start);
        } else if (message instanceof ScheduleSet m) {
            ScheduleParts.set(SCHEDULE_SET, m, out);
        } else if (message instanceof ScheduleCommand m) {
            int start = out.beginMessage(SCHEDULE_COMMAND);
            out.string(1, m.name());
            out.varint(2, Parts.number(m.action()));
            out.endMessage(start);
        } else {
            throw new IllegalArgumentException("cannot be sent: " + message);
        }
    }

    private static void welcome(Welcome m, ProtoWriter out) {
        int start = out.beginMessage(WELCOME);
        out.string(1, m.sessionId());
        out.varint(2, Parts.millis32(m.heartbeatInterval()));
        out.varint(3, m.maxBatchBytes());
        out.varint(4, m.windowBatches());
        m.streams().forEach(position -> Parts.position(5, position, out));
        out.varint(6, Parts.millis32(m.reconnectSpread()));
        out.endMessage(start);
    }
}
