package dev.outpost.agent.transport.websocket;

import dev.outpost.agent.protocol.BatchAck;
import dev.outpost.agent.protocol.BatchNack;
import dev.outpost.agent.protocol.CenterMessage;
import dev.outpost.agent.protocol.Drain;
import dev.outpost.agent.protocol.HeartbeatAck;
import dev.outpost.agent.protocol.Ping;
import dev.outpost.agent.protocol.Pong;
import dev.outpost.agent.protocol.Refusal;
import dev.outpost.agent.protocol.Rejection;
import dev.outpost.agent.protocol.Request;
import dev.outpost.agent.protocol.Response;
import dev.outpost.agent.protocol.ScheduleCommand;
import dev.outpost.agent.protocol.ScheduleSet;
import dev.outpost.agent.protocol.TaskCancel;
import dev.outpost.agent.protocol.TaskDispatch;
import dev.outpost.agent.protocol.TaskReportAck;
import dev.outpost.agent.protocol.Welcome;
import java.io.IOException;

/** Writes the payloads of control centers. */
final class CenterJsonWriter {

    static final String WELCOME = "welcome";
    static final String REFUSAL = "refusal";
    static final String HEARTBEAT_ACK = "heartbeatAck";
    static final String BATCH_ACK = "batchAck";
    static final String BATCH_NACK = "batchNack";
    static final String TASK_DISPATCH = "taskDispatch";
    static final String TASK_CANCEL = "taskCancel";
    static final String TASK_REPORT_ACK = "taskReportAck";
    static final String DRAIN = "drain";
    static final String SCHEDULE_SET = "scheduleSet";
    static final String SCHEDULE_COMMAND = "scheduleCommand";

    private CenterJsonWriter() {}

    /** The name of the message's member in the contract's oneof. */
    static String type(CenterMessage message) {
        if (message instanceof BatchAck) {
            return BATCH_ACK;
        } else if (message instanceof HeartbeatAck) {
            return HEARTBEAT_ACK;
        } else if (message instanceof TaskDispatch) {
            return TASK_DISPATCH;
        } else if (message instanceof TaskReportAck) {
            return TASK_REPORT_ACK;
        } else if (message instanceof Welcome) {
            return WELCOME;
        } else if (message instanceof Refusal) {
            return REFUSAL;
        } else if (message instanceof BatchNack) {
            return BATCH_NACK;
        } else if (message instanceof TaskCancel) {
            return TASK_CANCEL;
        } else if (message instanceof Ping) {
            return AgentJsonWriter.PING;
        } else if (message instanceof Pong) {
            return AgentJsonWriter.PONG;
        } else if (message instanceof Rejection) {
            return AgentJsonWriter.REJECTION;
        } else if (message instanceof Drain) {
            return DRAIN;
        } else if (message instanceof Request) {
            return AgentJsonWriter.REQUEST;
        } else if (message instanceof Response) {
            return AgentJsonWriter.RESPONSE;
        } else if (message instanceof ScheduleSet) {
            return SCHEDULE_SET;
        } else if (message instanceof ScheduleCommand) {
            return SCHEDULE_COMMAND;
        }
        throw new IllegalArgumentException("cannot be sent: " + message);
    }

    /** Writes the payload's members. */
    static void write(CenterMessage message, JsonOut out) throws IOException {
        if (message instanceof BatchAck m) {
            out.position("through", m.through());
        } else if (message instanceof TaskDispatch m) {
            TaskJson.request(m.request(), out);
        } else if (message instanceof HeartbeatAck m) {
            out.millis32("reconnectSpreadMs", m.reconnectSpread());
        } else if (message instanceof TaskReportAck m) {
            out.text("taskId", m.taskId());
            out.unsigned64("revision", m.revision());
        } else if (message instanceof Welcome m) {
            welcome(m, out);
        } else if (message instanceof Refusal m) {
            out.element("code", m.code());
            out.text("detail", m.detail());
            out.millis32("retryAfterMs", m.retryAfter());
            out.text("endpoint", m.endpoint());
        } else if (message instanceof BatchNack m) {
            out.position("position", m.position());
            out.element("code", m.code());
            out.millis32("retryAfterMs", m.retryAfter());
            out.text("detail", m.detail());
        } else if (message instanceof TaskCancel m) {
            out.text("taskId", m.taskId());
            out.text("reason", m.reason());
        } else if (message instanceof Rejection m) {
            JsonParts.rejection(m, out);
        } else if (message instanceof Drain m) {
            out.text("reason", m.reason());
            out.millis32("spreadMs", m.spread());
            out.text("endpoint", m.endpoint());
        } else if (message instanceof Request m) {
            JsonParts.request(m, out);
        } else if (message instanceof Response m) {
            JsonParts.response(m, out);
        } else if (message instanceof ScheduleSet m) {
            ScheduleJson.set(m, out);
        } else if (message instanceof ScheduleCommand m) {
            ScheduleJson.command(m, out);
        }
    }

    private static void welcome(Welcome m, JsonOut out) throws IOException {
        out.text("sessionId", m.sessionId());
        out.millis32("heartbeatIntervalMs", m.heartbeatInterval());
        out.number("maxBatchBytes", m.maxBatchBytes());
        out.number("windowBatches", m.windowBatches());
        out.positions("streams", m.streams());
        out.millis32("reconnectSpreadMs", m.reconnectSpread());
    }
}
