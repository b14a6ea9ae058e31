package dev.outpost.agent.protocol;

import dev.outpost.agent.internal.proto.MalformedProtoException;
import dev.outpost.agent.internal.proto.ProtoReader;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/** Reads the payloads of agents. */
final class AgentMessageReader {

    private static final Heartbeat.Condition[] CONDITIONS = Heartbeat.Condition.values();
    private static final Signal[] SIGNALS = Signal.values();
    private static final TelemetryBatch.Codec[] CODECS = TelemetryBatch.Codec.values();

    private AgentMessageReader() {}

    static AgentMessage read(int tag, ProtoReader in) throws MalformedProtoException {
        return switch (tag >>> 3) {
            case AgentMessageWriter.HELLO -> hello(in.message(tag));
            case AgentMessageWriter.HEARTBEAT -> heartbeat(in.message(tag));
            case AgentMessageWriter.BATCH -> batch(in.message(tag));
            case AgentMessageWriter.GAP -> gap(in.message(tag));
            case AgentMessageWriter.TASK_REPORT -> new TaskReport(TaskParts.status(in.message(tag)));
            case AgentMessageWriter.PING -> {
                Parts.skipAll(in.message(tag));
                yield new Ping();
            }
            case AgentMessageWriter.PONG -> {
                Parts.skipAll(in.message(tag));
                yield new Pong();
            }
            case AgentMessageWriter.REJECTION -> Parts.rejection(in.message(tag));
            case AgentMessageWriter.GOODBYE -> goodbye(in.message(tag));
            case AgentMessageWriter.STREAM_OPEN -> streamOpen(in.message(tag));
            case AgentMessageWriter.REQUEST -> Parts.request(in.message(tag));
            case AgentMessageWriter.RESPONSE -> Parts.response(in.message(tag));
            case AgentMessageWriter.SCHEDULE_REPORT -> ScheduleParts.report(in.message(tag));
            default -> {
                in.skip(tag);
                yield new UnknownPayload(tag >>> 3);
            }
        };
    }

    private static Hello hello(ProtoReader in) throws MalformedProtoException {
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
        for (int tag = in.nextTag(); tag != 0; tag = in.nextTag()) {
            switch (tag >>> 3) {
                case 1 -> version = Parts.count(in.varint(tag));
                case 2 -> agentId = in.string(tag);
                case 3 -> instanceId = in.string(tag);
                case 4 -> agentVersion = in.string(tag);
                case 5 -> in.mapEntry(tag, labels);
                case 6 -> taskTypes.add(in.string(tag));
                case 7 -> streams.add(Parts.position(in.message(tag)));
                case 8 -> requestTypes.add(in.string(tag));
                case 9 -> journalId = in.string(tag);
                case 10 -> scheduleVersion = in.string(tag);
                default -> in.skip(tag);
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

    private static Heartbeat heartbeat(ProtoReader in) throws MalformedProtoException {
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
        for (int tag = in.nextTag(); tag != 0; tag = in.nextTag()) {
            switch (tag >>> 3) {
                case 1 -> condition = Parts.orUnspecified(CONDITIONS, in.varint(tag));
                case 2 -> reasons.add(in.string(tag));
                case 3 -> cpu = OptionalDouble.of(in.doubleValue(tag));
                case 4 -> used = OptionalLong.of(in.varint(tag));
                case 5 -> limit = OptionalLong.of(in.varint(tag));
                case 6 -> uptime = Parts.duration(in.varint(tag));
                case 7 -> inMemory = in.varint(tag);
                case 8 -> dropped = in.varint(tag);
                case 9 -> queued = Parts.count(in.varint(tag));
                case 10 -> running = Parts.count(in.varint(tag));
                case 11 -> spooled = in.varint(tag);
                default -> in.skip(tag);
            }
        }
        Heartbeat.HostFigures host = new Heartbeat.HostFigures(cpu, used, limit);
        return new Heartbeat(condition, reasons, host, uptime, inMemory, spooled, dropped, queued, running);
    }

    private static TelemetryBatch batch(ProtoReader in) throws MalformedProtoException {
        StreamPosition position = null;
        Signal signal = Signal.UNSPECIFIED;
        int count = 0;
        TelemetryBatch.Codec codec = TelemetryBatch.Codec.NONE;
        ByteBuffer body = ByteBuffer.allocate(0);
        for (int tag = in.nextTag(); tag != 0; tag = in.nextTag()) {
            switch (tag >>> 3) {
                case 1 -> position = Parts.position(in.message(tag));
                case 2 -> signal = Parts.orUnspecified(SIGNALS, in.varint(tag));
                case 3 -> count = Parts.count(in.varint(tag));
                case 4 -> codec = Parts.element(CODECS, in.varint(tag), "codec");
                case 15 -> body = in.bytes(tag);
                default -> in.skip(tag);
            }
        }
        return new TelemetryBatch(Parts.required(position, "position"), signal, count, codec, body);
    }

    private static TelemetryGap gap(ProtoReader in) throws MalformedProtoException {
        StreamPosition through = null;
        long from = 0;
        long count = 0;
        String reason = "";
        for (int tag = in.nextTag(); tag != 0; tag = in.nextTag()) {
            switch (tag >>> 3) {
                case 1 -> through = Parts.position(in.message(tag));
                case 2 -> from = in.varint(tag);
                case 3 -> count = in.varint(tag);
                case 4 -> reason = in.string(tag);
                default -> in.skip(tag);
            }
        }
        return new TelemetryGap(Parts.required(through, "through"), from, count, reason);
    }

    private static StreamOpen streamOpen(ProtoReader in) throws MalformedProtoException {
        StreamPosition position = null;
        for (int tag = in.nextTag(); tag != 0; tag = in.nextTag()) {
            if (tag >>> 3 == 1) {
                position = Parts.position(in.message(tag));
            } else {
                in.skip(tag);
            }
        }
        return new StreamOpen(Parts.required(position, "position"));
    }

    private static Goodbye goodbye(ProtoReader in) throws MalformedProtoException {
        String reason = "";
        for (int tag = in.nextTag(); tag != 0; tag = in.nextTag()) {
            if (tag >>> 3 == 1) {
                reason = in.string(tag);
            } else {
                in.skip(tag);
            }
        }
        return new Goodbye(reason);
    }
}
