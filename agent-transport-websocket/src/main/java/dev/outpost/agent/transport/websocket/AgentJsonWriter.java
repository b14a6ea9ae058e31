package dev.outpost.agent.transport.websocket;

import dev.outpost.agent.protocol.AgentMessage;
import dev.outpost.agent.protocol.Goodbye;
import dev.outpost.agent.protocol.Heartbeat;
import dev.outpost.agent.protocol.Hello;
import dev.outpost.agent.protocol.Ping;
import dev.outpost.agent.protocol.Pong;
import dev.outpost.agent.protocol.Rejection;
import dev.outpost.agent.protocol.Request;
import dev.outpost.agent.protocol.Response;
import dev.outpost.agent.protocol.ScheduleReport;
import dev.outpost.agent.protocol.StreamOpen;
import dev.outpost.agent.protocol.TaskReport;
import dev.outpost.agent.protocol.TelemetryBatch;
import dev.outpost.agent.protocol.TelemetryGap;
import java.io.IOException;

/** Writes the payloads of agents. */
final class AgentJsonWriter {

    static final String HELLO = "hello";
    static final String HEARTBEAT = "heartbeat";
    static final String BATCH = "batch";
    static final String TASK_REPORT = "taskReport";
    static final String PING = "ping";
    static final String PONG = "pong";
    static final String REJECTION = "rejection";
    static final String GOODBYE = "goodbye";
    static final String SCHEDULE_REPORT = "scheduleReport";
    static final String GAP = "gap";
    static final String STREAM_OPEN = "streamOpen";
    static final String REQUEST = "request";
    static final String RESPONSE = "response";

    private AgentJsonWriter() {}

    /** The name of the message's member in the contract's oneof. */
    static String type(AgentMessage message) {
        if (message instanceof TelemetryBatch) {
            return BATCH;
        } else if (message instanceof Hello) {
            return HELLO;
        } else if (message instanceof Heartbeat) {
            return HEARTBEAT;
        } else if (message instanceof TaskReport) {
            return TASK_REPORT;
        } else if (message instanceof TelemetryGap) {
            return GAP;
        } else if (message instanceof StreamOpen) {
            return STREAM_OPEN;
        } else if (message instanceof Ping) {
            return PING;
        } else if (message instanceof Pong) {
            return PONG;
        } else if (message instanceof Rejection) {
            return REJECTION;
        } else if (message instanceof Request) {
            return REQUEST;
        } else if (message instanceof Response) {
            return RESPONSE;
        } else if (message instanceof Goodbye) {
            return GOODBYE;
        } else if (message instanceof ScheduleReport) {
            return SCHEDULE_REPORT;
        }
        throw new IllegalArgumentException("cannot be sent: " + message);
    }

    /** Writes the payload's members; of a batch all but the body. */
    static void write(AgentMessage message, JsonOut out) throws IOException {
        if (message instanceof TelemetryBatch m) {
            out.position("position", m.position());
            out.element("signal", m.signal());
            out.number("recordCount", m.recordCount());
            out.element("codec", m.codec());
        } else if (message instanceof Hello m) {
            hello(m, out);
        } else if (message instanceof Heartbeat m) {
            heartbeat(m, out);
        } else if (message instanceof TaskReport m) {
            TaskJson.status(m.status(), out);
        } else if (message instanceof TelemetryGap m) {
            out.position("through", m.through());
            out.unsigned64("fromSequence", m.fromSequence());
            out.unsigned64("recordCount", m.recordCount());
            out.text("reason", m.reason());
        } else if (message instanceof StreamOpen m) {
            out.position("position", m.position());
        } else if (message instanceof Rejection m) {
            JsonParts.rejection(m, out);
        } else if (message instanceof Request m) {
            JsonParts.request(m, out);
        } else if (message instanceof Response m) {
            JsonParts.response(m, out);
        } else if (message instanceof Goodbye m) {
            out.text("reason", m.reason());
        } else if (message instanceof ScheduleReport m) {
            ScheduleJson.report(m, out);
        }
    }

    private static void hello(Hello m, JsonOut out) throws IOException {
        out.number("protocolVersion", m.protocolVersion());
        out.text("agentId", m.agentId());
        out.text("instanceId", m.instanceId());
        out.text("agentVersion", m.agentVersion());
        out.texts("labels", m.labels());
        out.texts("taskTypes", m.taskTypes());
        out.positions("streams", m.streams());
        out.texts("requestTypes", m.requestTypes());
        out.text("journalId", m.journalId());
        out.text("scheduleVersion", m.scheduleVersion());
    }

    private static void heartbeat(Heartbeat m, JsonOut out) throws IOException {
        out.element("condition", m.condition());
        out.texts("degradedReasons", m.degradedReasons());
        Heartbeat.HostFigures host = m.host();
        if (host.cpuUtilization().isPresent()) {
            out.presentReal("cpuUtilization", host.cpuUtilization().getAsDouble());
        }
        if (host.memoryUsedBytes().isPresent()) {
            out.presentUnsigned64("memoryUsedBytes", host.memoryUsedBytes().getAsLong());
        }
        if (host.memoryLimitBytes().isPresent()) {
            out.presentUnsigned64("memoryLimitBytes", host.memoryLimitBytes().getAsLong());
        }
        out.millis64("uptimeMs", m.uptime());
        out.unsigned64("recordsInMemory", m.recordsInMemory());
        out.unsigned64("recordsDropped", m.recordsDropped());
        out.number("tasksQueued", m.tasksQueued());
        out.number("tasksRunning", m.tasksRunning());
        out.unsigned64("recordsSpooled", m.recordsSpooled());
    }
}
