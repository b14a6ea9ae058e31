package dev.outpost.agent.transport.websocket;

import dev.outpost.agent.protocol.AgentMessage;
import dev.outpost.agent.protocol.Goodbye;
import dev.outpost.agent.protocol.Heartbeat;
import dev.outpost.agent.protocol.Hello;
import dev.outpost.agent.protocol.Ping;
import dev.outpost.agent.protocol.Pong;
import dev.outpost.agent.protocol.Signal;
import dev.outpost.agent.protocol.StreamOpen;
import dev.outpost.agent.protocol.StreamPosition;
import dev.outpost.agent.protocol.TaskReport;
import dev.outpost.agent.protocol.TelemetryBatch;
import dev.outpost.agent.protocol.TelemetryGap;
import dev.outpost.agent.protocol.UnknownPayload;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/** Reads the payloads of agents. */
final class AgentJsonReader {

    private static final Heartbeat.Condition[] CONDITIONS = Heartbeat.Condition.values();
    private static final Signal[] SIGNALS = Signal.values();
    private static final TelemetryBatch.Codec[] CODECS = TelemetryBatch.Codec.values();

    private AgentJsonReader() {}

    static AgentMessage read(String type, JsonIn in) throws IOException {
        return switch (type) {
            case AgentJsonWriter.HELLO -> hello(in);
            case AgentJsonWriter.HEARTBEAT -> heartbeat(in);
            case AgentJsonWriter.BATCH -> batch(in);
            case AgentJsonWriter.GAP -> gap(in);
            case AgentJsonWriter.TASK_REPORT -> new TaskReport(TaskJson.status(in));
            case AgentJsonWriter.PING -> {
                in.empty();
                yield new Ping();
            }
            case AgentJsonWriter.PONG -> {
                in.empty();
                yield new Pong();
            }
            case AgentJsonWriter.REJECTION -> JsonParts.rejection(in);
            case AgentJsonWriter.GOODBYE -> goodbye(in);
            case AgentJsonWriter.STREAM_OPEN -> new StreamOpen(JsonParts.onlyPosition(in, "position"));
            case AgentJsonWriter.REQUEST -> JsonParts.request(in);
            case AgentJsonWriter.RESPONSE -> JsonParts.response(in);
            case AgentJsonWriter.SCHEDULE_REPORT -> ScheduleJson.report(in);
            default -> new UnknownPayload(0);
        };
    }

    private static Hello hello(JsonIn in) throws IOException {
        int version = 0;
        String agentId = "";
        String instanceId = "";
        String agentVersion = "";
        Map<String, String> labels = new HashMap<>();
        List<String> taskTypes = new ArrayList<>();
        List<StreamPosition> streams = new ArrayList<>();
        List<String> requestTypes = new ArrayList<>();
        String journalId = "";
        String scheduleVersion = "";
        in.object();
        for (String name = in.member(); name != null; name = in.member()) {
            switch (name) {
                case "protocolVersion" -> version = in.count();
                case "agentId" -> agentId = in.text();
                case "instanceId" -> instanceId = in.text();
                case "agentVersion" -> agentVersion = in.text();
                case "labels" -> in.texts(labels);
                case "taskTypes" -> in.texts(taskTypes);
                case "streams" -> in.each(() -> streams.add(JsonParts.position(in)));
                case "requestTypes" -> in.texts(requestTypes);
                case "journalId" -> journalId = in.text();
                case "scheduleVersion" -> scheduleVersion = in.text();
                default -> in.skip();
            }
        }
        return new Hello(
                version,
                agentId,
                instanceId,
                agentVersion,
                labels,
                taskTypes,
                streams,
                requestTypes,
                journalId,
                scheduleVersion);
    }

    private static Heartbeat heartbeat(JsonIn in) throws IOException {
        Heartbeat.Condition condition = Heartbeat.Condition.UNSPECIFIED;
        List<String> reasons = new ArrayList<>();
        OptionalDouble cpu = OptionalDouble.empty();
        OptionalLong used = OptionalLong.empty();
        OptionalLong limit = OptionalLong.empty();
        Duration uptime = Duration.ZERO;
        long inMemory = 0;
        long spooled = 0;
        long dropped = 0;
        int queued = 0;
        int running = 0;
        in.object();
        for (String name = in.member(); name != null; name = in.member()) {
            switch (name) {
                case "condition" -> condition = in.element(CONDITIONS);
                case "degradedReasons" -> in.texts(reasons);
                case "cpuUtilization" -> cpu = OptionalDouble.of(in.real());
                case "memoryUsedBytes" -> used = OptionalLong.of(in.unsigned64());
                case "memoryLimitBytes" -> limit = OptionalLong.of(in.unsigned64());
                case "uptimeMs" -> uptime = in.millis64();
                case "recordsInMemory" -> inMemory = in.unsigned64();
                case "recordsDropped" -> dropped = in.unsigned64();
                case "tasksQueued" -> queued = in.count();
                case "tasksRunning" -> running = in.count();
                case "recordsSpooled" -> spooled = in.unsigned64();
                default -> in.skip();
            }
        }
        Heartbeat.HostFigures host = new Heartbeat.HostFigures(cpu, used, limit);
        return new Heartbeat(condition, reasons, host, uptime, inMemory, spooled, dropped, queued, running);
    }

    private static TelemetryBatch batch(JsonIn in) throws IOException {
        StreamPosition position = null;
        Signal signal = Signal.UNSPECIFIED;
        int count = 0;
        TelemetryBatch.Codec codec = TelemetryBatch.Codec.NONE;
        ByteBuffer body = ByteBuffer.allocate(0);
        in.object();
        for (String name = in.member(); name != null; name = in.member()) {
            switch (name) {
                case "position" -> position = JsonParts.position(in);
                case "signal" -> signal = in.element(SIGNALS);
                case "recordCount" -> count = in.count();
                case "codec" -> codec = JsonParts.required(in.find(CODECS, 0), "a codec that is known here");
                case "body" -> body = in.bytes();
                default -> in.skip();
            }
        }
        return new TelemetryBatch(JsonParts.required(position, "position"), signal, count, codec, body);
    }

    private static TelemetryGap gap(JsonIn in) throws IOException {
        StreamPosition through = null;
        long from = 0;
        long count = 0;
        String reason = "";
        in.object();
        for (String name = in.member(); name != null; name = in.member()) {
            switch (name) {
                case "through" -> through = JsonParts.position(in);
                case "fromSequence" -> from = in.unsigned64();
                case "recordCount" -> count = in.unsigned64();
                case "reason" -> reason = in.text();
                default -> in.skip();
            }
        }
        return new TelemetryGap(JsonParts.required(through, "through"), from, count, reason);
    }

    private static Goodbye goodbye(JsonIn in) throws IOException {
        String reason = "";
        in.object();
        for (String name = in.member(); name != null; name = in.member()) {
            if (name.equals("reason")) {
                reason = in.text();
            } else {
                in.skip();
            }
        }
        return new Goodbye(reason);
    }
}
