package dev.outpost.agent.protocol;

import dev.outpost.agent.internal.proto.MalformedProtoException;
import dev.outpost.agent.internal.proto.ProtoReader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Reads the payloads of control centers. */
final class CenterMessageReader {

    private static final Refusal.Code[] REFUSAL_CODES = Refusal.Code.values();
    private static final BatchNack.Code[] NACK_CODES = BatchNack.Code.values();
    private static final ScheduleCommand.Action[] SCHEDULE_ACTIONS = ScheduleCommand.Action.values();

    private CenterMessageReader() {}

    static CenterMessage read(int tag, ProtoReader in) throws MalformedProtoException {
        return switch (tag >>> 3) {
            case CenterMessageWriter.WELCOME -> welcome(in.message(tag));
            case CenterMessageWriter.REFUSAL -> refusal(in.message(tag));
            case CenterMessageWriter.HEARTBEAT_ACK -> heartbeatAck(in.message(tag));
            case CenterMessageWriter.BATCH_ACK -> batchAck(in.message(tag));
            case CenterMessageWriter.BATCH_NACK -> batchNack(in.message(tag));
            case CenterMessageWriter.TASK_DISPATCH -> new TaskDispatch(TaskParts.request(in.message(tag)));
            case CenterMessageWriter.TASK_CANCEL -> cancel(in.message(tag));
            case CenterMessageWriter.TASK_REPORT_ACK -> reportAck(in.message(tag));
            case CenterMessageWriter.PING -> {
                Parts.skipAll(in.message(tag));
                yield new Ping();
            }
            case CenterMessageWriter.PONG -> {
                Parts.skipAll(in.message(tag));
                yield new Pong();
            }
            case CenterMessageWriter.REJECTION -> Parts.rejection(in.message(tag));
            case CenterMessageWriter.DRAIN -> drain(in.message(tag));
            case CenterMessageWriter.REQUEST -> Parts.request(in.message(tag));
            case CenterMessageWriter.RESPONSE -> Parts.response(in.message(tag));
            case CenterMessageWriter.SCHEDULE_SET -> ScheduleParts.set(in.message(tag));
            case CenterMessageWriter.SCHEDULE_COMMAND -> scheduleCommand(in.message(tag));
            default -> {
                in.skip(tag);
                yield new UnknownPayload(tag >>> 3);
            }
        };
    }

    private static Welcome welcome(ProtoReader in) throws MalformedProtoException {
        String sessionId = "";
        Duration heartbeat = Duration.ZERO;
        int maxBatchBytes = 0;
        int window = 0;
        List<StreamPosition> streams = new ArrayList<>();
        Duration spread = Duration.ZERO;
        for (int tag = in.nextTag(); tag != 0; tag = in.nextTag()) {
            switch (tag >>> 3) {
                case 1 -> sessionId = in.string(tag);
                case 2 -> heartbeat = Parts.duration(in.varint(tag));
                case 3 -> maxBatchBytes = Parts.count(in.varint(tag));
                case 4 -> window = Parts.count(in.varint(tag));
                case 5 -> streams.add(Parts.position(in.message(tag)));
                case 6 -> spread = Parts.duration(in.varint(tag));
                default -> in.skip(tag);
            }
        }
        return new Welcome(sessionId, heartbeat, maxBatchBytes, window, streams, spread);
    }

    private static HeartbeatAck heartbeatAck(ProtoReader in) throws MalformedProtoException {
        Duration spread = Duration.ZERO;
        for (int tag = in.nextTag(); tag != 0; tag = in.nextTag()) {
            if (tag >>> 3 == 1) {
                spread = Parts.duration(in.varint(tag));
            } else {
                in.skip(tag);
            }
        }
        return new HeartbeatAck(spread);
    }

    private static Refusal refusal(ProtoReader in) throws MalformedProtoException {
        Refusal.Code code = Refusal.Code.UNSPECIFIED;
        String detail = "";
        Duration retryAfter = Duration.ZERO;
        String endpoint = "";
        for (int tag = in.nextTag(); tag != 0; tag = in.nextTag()) {
            switch (tag >>> 3) {
                case 1 -> code = Parts.orUnspecified(REFUSAL_CODES, in.varint(tag));
                case 2 -> detail = in.string(tag);
                case 3 -> retryAfter = Parts.duration(in.varint(tag));
                case 4 -> endpoint = in.string(tag);
                default -> in.skip(tag);
            }
        }
        return new Refusal(code, detail, retryAfter, endpoint);
    }

    private static BatchAck batchAck(ProtoReader in) throws MalformedProtoException {
        StreamPosition through = null;
        for (int tag = in.nextTag(); tag != 0; tag = in.nextTag()) {
            if (tag >>> 3 == 1) {
                through = Parts.position(in.message(tag));
            } else {
                in.skip(tag);
            }
        }
        return new BatchAck(Parts.required(through, "through"));
    }

    private static BatchNack batchNack(ProtoReader in) throws MalformedProtoException {
        StreamPosition position = null;
        BatchNack.Code code = BatchNack.Code.UNSPECIFIED;
        Duration retryAfter = Duration.ZERO;
        String detail = "";
        for (int tag = in.nextTag(); tag != 0; tag = in.nextTag()) {
            switch (tag >>> 3) {
                case 1 -> position = Parts.position(in.message(tag));
                case 2 -> code = Parts.orUnspecified(NACK_CODES, in.varint(tag));
                case 3 -> retryAfter = Parts.duration(in.varint(tag));
                case 4 -> detail = in.string(tag);
                default -> in.skip(tag);
            }
        }
        return new BatchNack(Parts.required(position, "position"), code, retryAfter, detail);
    }

    private static TaskCancel cancel(ProtoReader in) throws MalformedProtoException {
        String taskId = "";
        String reason = "";
        for (int tag = in.nextTag(); tag != 0; tag = in.nextTag()) {
            switch (tag >>> 3) {
                case 1 -> taskId = in.string(tag);
                case 2 -> reason = in.string(tag);
                default -> in.skip(tag);
            }
        }
        return new TaskCancel(taskId, reason);
    }

    private static TaskReportAck reportAck(ProtoReader in) throws MalformedProtoException {
        String taskId = "";
        long revision = 0;
        for (int tag = in.nextTag(); tag != 0; tag = in.nextTag()) {
            switch (tag >>> 3) {
                case 1 -> taskId = in.string(tag);
                case 2 -> revision = in.varint(tag);
                default -> in.skip(tag);
            }
        }
        return new TaskReportAck(taskId, revision);
    }

    private static ScheduleCommand scheduleCommand(ProtoReader in) throws MalformedProtoException {
        String name = "";
        ScheduleCommand.Action action = ScheduleCommand.Action.UNSPECIFIED;
        for (int tag = in.nextTag(); tag != 0; tag = in.nextTag()) {
            switch (tag >>> 3) {
                case 1 -> name = in.string(tag);
                case 2 -> action = Parts.orUnspecified(SCHEDULE_ACTIONS, in.varint(tag));
                default -> in.skip(tag);
            }
        }
        return new ScheduleCommand(name, action);
    }

    private static Drain drain(ProtoReader in) throws MalformedProtoException {
        String reason = "";
        Duration spread = Duration.ZERO;
        String endpoint = "";
        for (int tag = in.nextTag(); tag != 0; tag = in.nextTag()) {
            switch (tag >>> 3) {
                case 1 -> reason = in.string(tag);
                case 2 -> spread = Parts.duration(in.varint(tag));
                case 3 -> endpoint = in.string(tag);
                default -> in.skip(tag);
            }
        }
        return new Drain(reason, spread, endpoint);
    }
}
