package dev.outpost.agent.transport.websocket;

import dev.outpost.agent.protocol.BatchAck;
import dev.outpost.agent.protocol.BatchNack;
import dev.outpost.agent.protocol.CenterMessage;
import dev.outpost.agent.protocol.Drain;
import dev.outpost.agent.protocol.HeartbeatAck;
import dev.outpost.agent.protocol.Ping;
import dev.outpost.agent.protocol.Pong;
import dev.outpost.agent.protocol.Refusal;
import dev.outpost.agent.protocol.StreamPosition;
import dev.outpost.agent.protocol.TaskCancel;
import dev.outpost.agent.protocol.TaskDispatch;
import dev.outpost.agent.protocol.TaskReportAck;
import dev.outpost.agent.protocol.UnknownPayload;
import dev.outpost.agent.protocol.Welcome;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Reads the payloads of control centers. */
final class CenterJsonReader {

    private static final Refusal.Code[] REFUSAL_CODES = Refusal.Code.values();
    private static final BatchNack.Code[] NACK_CODES = BatchNack.Code.values();

    private CenterJsonReader() {}

    static CenterMessage read(String type, JsonIn in) throws IOException {
        return switch (type) {
            case CenterJsonWriter.WELCOME -> welcome(in);
            case CenterJsonWriter.REFUSAL -> refusal(in);
            case CenterJsonWriter.HEARTBEAT_ACK -> heartbeatAck(in);
            case CenterJsonWriter.BATCH_ACK -> new BatchAck(JsonParts.onlyPosition(in, "through"));
            case CenterJsonWriter.BATCH_NACK -> batchNack(in);
            case CenterJsonWriter.TASK_DISPATCH -> new TaskDispatch(TaskJson.request(in));
            case CenterJsonWriter.TASK_CANCEL -> cancel(in);
            case CenterJsonWriter.TASK_REPORT_ACK -> reportAck(in);
            case AgentJsonWriter.PING -> {
                in.empty();
                yield new Ping();
            }
            case AgentJsonWriter.PONG -> {
                in.empty();
                yield new Pong();
            }
            case AgentJsonWriter.REJECTION -> JsonParts.rejection(in);
            case CenterJsonWriter.DRAIN -> drain(in);
            case AgentJsonWriter.REQUEST -> JsonParts.request(in);
            case AgentJsonWriter.RESPONSE -> JsonParts.response(in);
            case CenterJsonWriter.SCHEDULE_SET -> ScheduleJson.set(in);
            case CenterJsonWriter.SCHEDULE_COMMAND -> ScheduleJson.command(in);
            default -> new UnknownPayload(0);
        };
    }

    private static Welcome welcome(JsonIn in) throws IOException {
        String sessionId = "";
        Duration heartbeat = Duration.ZERO;
        int maxBatchBytes = 0;
        int window = 0;
        List<StreamPosition> streams = new ArrayList<>();
        Duration spread = Duration.ZERO;
        in.object();
        for (String name = in.member(); name != null; name = in.member()) {
            switch (name) {
                case "sessionId" -> sessionId = in.text();
                case "heartbeatIntervalMs" -> heartbeat = in.millis32();
                case "maxBatchBytes" -> maxBatchBytes = in.count();
                case "windowBatches" -> window = in.count();
                case "streams" -> in.each(() -> streams.add(JsonParts.position(in)));
                case "reconnectSpreadMs" -> spread = in.millis32();
                default -> in.skip();
            }
        }
        return new Welcome(sessionId, heartbeat, maxBatchBytes, window, streams, spread);
    }

    private static HeartbeatAck heartbeatAck(JsonIn in) throws IOException {
        Duration spread = Duration.ZERO;
        in.object();
        for (String name = in.member(); name != null; name = in.member()) {
            if (name.equals("reconnectSpreadMs")) {
                spread = in.millis32();
            } else {
                in.skip();
            }
        }
        return new HeartbeatAck(spread);
    }

    private static Refusal refusal(JsonIn in) throws IOException {
        Refusal.Code code = Refusal.Code.UNSPECIFIED;
        String detail = "";
        Duration retryAfter = Duration.ZERO;
        String endpoint = "";
        in.object();
        for (String name = in.member(); name != null; name = in.member()) {
            switch (name) {
                case "code" -> code = in.element(REFUSAL_CODES);
                case "detail" -> detail = in.text();
                case "retryAfterMs" -> retryAfter = in.millis32();
                case "endpoint" -> endpoint = in.text();
                default -> in.skip();
            }
        }
        return new Refusal(code, detail, retryAfter, endpoint);
    }

    private static BatchNack batchNack(JsonIn in) throws IOException {
        StreamPosition position = null;
        BatchNack.Code code = BatchNack.Code.UNSPECIFIED;
        Duration retryAfter = Duration.ZERO;
        String detail = "";
        in.object();
        for (String name = in.member(); name != null; name = in.member()) {
            switch (name) {
                case "position" -> position = JsonParts.position(in);
                case "code" -> code = in.element(NACK_CODES);
                case "retryAfterMs" -> retryAfter = in.millis32();
                case "detail" -> detail = in.text();
                default -> in.skip();
            }
        }
        return new BatchNack(JsonParts.required(position, "position"), code, retryAfter, detail);
    }

    private static TaskCancel cancel(JsonIn in) throws IOException {
        String taskId = "";
        String reason = "";
        in.object();
        for (String name = in.member(); name != null; name = in.member()) {
            switch (name) {
                case "taskId" -> taskId = in.text();
                case "reason" -> reason = in.text();
                default -> in.skip();
            }
        }
        return new TaskCancel(taskId, reason);
    }

    private static TaskReportAck reportAck(JsonIn in) throws IOException {
        String taskId = "";
        long revision = 0;
        in.object();
        for (String name = in.member(); name != null; name = in.member()) {
            switch (name) {
                case "taskId" -> taskId = in.text();
                case "revision" -> revision = in.unsigned64();
                default -> in.skip();
            }
        }
        return new TaskReportAck(taskId, revision);
    }

    private static Drain drain(JsonIn in) throws IOException {
        String reason = "";
        Duration spread = Duration.ZERO;
        String endpoint = "";
        in.object();
        for (String name = in.member(); name != null; name = in.member()) {
            switch (name) {
                case "reason" -> reason = in.text();
                case "spreadMs" -> spread = in.millis32();
                case "endpoint" -> endpoint = in.text();
                default -> in.skip();
            }
        }
        return new Drain(reason, spread, endpoint);
    }
}
