package dev.outpost.agent.protocol;

import dev.outpost.agent.internal.proto.MalformedProtoException;
import dev.outpost.agent.internal.proto.ProtoReader;
import dev.outpost.agent.internal.proto.ProtoWriter;
import dev.outpost.agent.task.DisconnectPolicy;
import dev.outpost.agent.task.OverlapPolicy;
import dev.outpost.agent.task.RetryPolicy;
import dev.outpost.agent.task.TaskOrigin;
import dev.outpost.agent.task.TaskRequest;
import dev.outpost.agent.task.TaskState;
import dev.outpost.agent.task.TaskStatus;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/** The messages TaskDispatch and TaskReport, which also stand inside others and in the agent's journal. */
final class TaskParts {

    private static final TaskState[] STATES = TaskState.values();
    private static final TaskOrigin[] ORIGINS = TaskOrigin.values();
    private static final OverlapPolicy[] OVERLAPS = OverlapPolicy.values();
    private static final DisconnectPolicy.Kind[] DISCONNECTS = DisconnectPolicy.Kind.values();

    private TaskParts() {}

    static void request(int field, TaskRequest m, ProtoWriter out) {
        int start = out.beginMessage(field);
        out.string(1, m.id());
        out.string(2, m.type());
        out.map(3, m.arguments());
        out.varint(4, m.attemptTimeout() == null ? 0 : Parts.millis(m.attemptTimeout()));
        out.varint(5, m.deadline() == null ? 0 : Parts.millis(m.deadline()));
        RetryPolicy retry = m.retry();
        if (retry != null) {
            int nested = out.beginMessage(6);
            out.varint(1, retry.maxAttempts());
            out.varint(2, Parts.wholeMillis(retry.initialDelay()));
            out.varint(3, Parts.wholeMillis(retry.maxDelay()));
            out.endMessage(nested);
        }
        out.varint(7, Parts.zigZag(m.priority()));
        Parts.optional(8, m.traceparent(), out);
        out.varint(9, m.lease() == null ? 0 : Parts.millis(m.lease()));
        out.varint(10, m.idempotent() ? 1 : 0);
        Parts.optional(11, m.idempotencyKey(), out);
        Parts.optional(12, m.concurrencyKey(), out);
        out.varint(13, Parts.number(m.overlap()));
        out.varint(14, Parts.epochMillisOrZero(m.notBefore()));
        out.varint(15, Parts.epochMillisOrZero(m.notAfter()));
        DisconnectPolicy disconnect = m.onDisconnect();
        out.varint(16, Parts.number(disconnect.kind()));
        out.varint(17, disconnect.after() == null ? 0 : Parts.millis(disconnect.after()));
        Parts.optional(18, m.parent(), out);
        out.endMessage(start);
    }

    /** Reads a request; what is out of range is refused by the request itself. */
    static TaskRequest request(ProtoReader in) throws MalformedProtoException {
        String id = "";
        String type = "";
        Map<String, String> arguments = new LinkedHashMap<>();
        Duration stopAfter = null;
        OverlapPolicy overlap = OverlapPolicy.SKIP;
        DisconnectPolicy.Kind disconnect = DisconnectPolicy.Kind.GO_ON;
        String concurrencyKey = null;
        TaskRequest.Builder request = TaskRequest.of("");
        for (int tag = in.nextTag(); tag != 0; tag = in.nextTag()) {
            switch (tag >>> 3) {
                case 1 -> id = in.string(tag);
                case 2 -> type = in.string(tag);
                case 3 -> in.mapEntry(tag, arguments);
                case 4 -> request.attemptTimeout(Parts.durationOrNull(in.varint(tag)));
                case 5 -> request.deadline(Parts.durationOrNull(in.varint(tag)));
                case 6 -> request.retry(retry(in.message(tag)));
                case 7 -> request.priority(Parts.unZigZag(in.varint(tag)));
                case 8 -> request.traceparent(Parts.stringOrNull(in.string(tag)));
                case 9 -> request.lease(Parts.durationOrNull(in.varint(tag)));
                case 10 -> request.idempotent(in.varint(tag) != 0);
                case 11 -> request.idempotencyKey(Parts.stringOrNull(in.string(tag)));
                case 12 -> concurrencyKey = Parts.stringOrNull(in.string(tag));
                case 13 -> overlap = Parts.element(OVERLAPS, in.varint(tag), "overlap");
                case 14 -> request.notBefore(Parts.instantOrNull(in.varint(tag), "not_before_unix_ms"));
                case 15 -> request.notAfter(Parts.instantOrNull(in.varint(tag), "not_after_unix_ms"));
                case 16 -> disconnect = Parts.element(DISCONNECTS, in.varint(tag), "on_disconnect");
                case 17 -> stopAfter = Parts.durationOrNull(in.varint(tag));
                case 18 -> request.parent(Parts.stringOrNull(in.string(tag)));
                default -> in.skip(tag);
            }
        }
        return request.id(id)
                .type(type)
                .arguments(arguments)
                .concurrency(concurrencyKey, overlap)
                .onDisconnect(new DisconnectPolicy(disconnect, stopAfter))
                .build();
    }

    private static RetryPolicy retry(ProtoReader in) throws MalformedProtoException {
        int maxAttempts = 1;
        Duration initialDelay = Duration.ZERO;
        Duration maxDelay = Duration.ZERO;
        for (int tag = in.nextTag(); tag != 0; tag = in.nextTag()) {
            switch (tag >>> 3) {
                case 1 -> maxAttempts = Math.max(1, Parts.count(in.varint(tag)));
                case 2 -> initialDelay = Parts.duration(in.varint(tag));
                case 3 -> maxDelay = Parts.duration(in.varint(tag));
                default -> in.skip(tag);
            }
        }
        return new RetryPolicy(maxAttempts, initialDelay, maxDelay);
    }

    static void status(int field, TaskStatus m, ProtoWriter out) {
        int start = out.beginMessage(field);
        out.string(1, m.taskId());
        out.string(2, m.taskType());
        out.varint(3, m.revision());
        out.varint(4, m.state().number());
        out.varint(5, m.attempt());
        out.fixed64(6, m.epochNanos());
        out.string(7, m.detail());
        out.map(8, m.output());
        if (Double.doubleToRawLongBits(m.progress()) != 0) {
            out.presentDouble(9, m.progress());
        }
        out.varint(10, m.retryAfter() == null ? 0 : Parts.wholeMillis(m.retryAfter()));
        out.varint(11, Parts.number(m.origin()));
        out.endMessage(start);
    }

    static TaskStatus status(ProtoReader in) throws MalformedProtoException {
        String taskId = "";
        String type = "";
        long revision = 0;
        TaskState state = null;
        int attempt = 0;
        long epochNanos = 0;
        String detail = "";
        Map<String, String> output = new LinkedHashMap<>();
        double progress = 0;
        Duration retryAfter = null;
        TaskOrigin origin = TaskOrigin.UNSPECIFIED;
        for (int tag = in.nextTag(); tag != 0; tag = in.nextTag()) {
            switch (tag >>> 3) {
                case 1 -> taskId = in.string(tag);
                case 2 -> type = in.string(tag);
                case 3 -> revision = in.varint(tag);
                case 4 -> state = Parts.element(STATES, in.varint(tag) - 1, "state");
                case 5 -> attempt = Parts.count(in.varint(tag));
                case 6 -> epochNanos = in.fixed64(tag);
                case 7 -> detail = in.string(tag);
                case 8 -> in.mapEntry(tag, output);
                case 9 -> progress = in.doubleValue(tag);
                case 10 -> retryAfter = Parts.durationOrNull(in.varint(tag));
                case 11 -> origin = Parts.orUnspecified(ORIGINS, in.varint(tag));
                default -> in.skip(tag);
            }
        }
        return new TaskStatus(
                taskId,
                type,
                revision,
                Parts.required(state, "state"),
                attempt,
                epochNanos,
                detail,
                output,
                progress,
                retryAfter,
                origin);
    }
}
