package dev.outpost.agent.transport.websocket;

import dev.outpost.agent.task.DisconnectPolicy;
import dev.outpost.agent.task.OverlapPolicy;
import dev.outpost.agent.task.RetryPolicy;
import dev.outpost.agent.task.TaskOrigin;
import dev.outpost.agent.task.TaskRequest;
import dev.outpost.agent.task.TaskState;
import dev.outpost.agent.task.TaskStatus;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/** The messages TaskDispatch and TaskReport. */
final class TaskJson {

    private static final TaskState[] STATES = TaskState.values();
    private static final TaskOrigin[] ORIGINS = TaskOrigin.values();
    private static final OverlapPolicy[] OVERLAPS = OverlapPolicy.values();
    private static final DisconnectPolicy.Kind[] DISCONNECTS = DisconnectPolicy.Kind.values();

    private TaskJson() {}

    static void request(TaskRequest m, JsonOut out) throws IOException {
        out.text("taskId", m.id());
        out.text("type", m.type());
        out.texts("arguments", m.arguments());
        out.millisIfSet("attemptTimeoutMs", m.attemptTimeout());
        out.millisIfSet("deadlineMs", m.deadline());
        RetryPolicy retry = m.retry();
        if (retry != null) {
            out.begin("retry");
            out.number("maxAttempts", retry.maxAttempts());
            out.millis64("initialDelayMs", retry.initialDelay());
            out.millis64("maxDelayMs", retry.maxDelay());
            out.end();
        }
        out.number("priority", m.priority());
        out.text("traceparent", m.traceparent());
        out.millisIfSet("leaseMs", m.lease());
        out.flag("idempotent", m.idempotent());
        out.text("idempotencyKey", m.idempotencyKey());
        out.text("concurrencyKey", m.concurrencyKey());
        out.element("overlap", m.overlap());
        out.instantIfSet("notBeforeUnixMs", m.notBefore());
        out.instantIfSet("notAfterUnixMs", m.notAfter());
        out.element("onDisconnect", m.onDisconnect().kind());
        out.millisIfSet("stopAfterMs", m.onDisconnect().after());
        out.text("parentId", m.parent());
    }

    /** Reads a request; what is out of range is refused by the request itself. */
    static TaskRequest request(JsonIn in) throws IOException {
        String id = "";
        String concurrencyKey = null;
        OverlapPolicy overlap = OverlapPolicy.SKIP;
        DisconnectPolicy.Kind disconnect = DisconnectPolicy.Kind.GO_ON;
        Duration stopAfter = null;
        Map<String, String> arguments = new LinkedHashMap<>();
        TaskRequest.Builder request = TaskRequest.of("");
        in.object();
        for (String name = in.member(); name != null; name = in.member()) {
            switch (name) {
                case "taskId" -> id = in.text();
                case "type" -> request.type(in.text());
                case "arguments" -> in.texts(arguments);
                case "attemptTimeoutMs" -> request.attemptTimeout(in.millisIfSet());
                case "deadlineMs" -> request.deadline(in.millisIfSet());
                case "retry" -> request.retry(retry(in));
                case "priority" -> request.priority(in.signed32());
                case "traceparent" -> request.traceparent(in.textIfSet());
                case "leaseMs" -> request.lease(in.millisIfSet());
                case "idempotent" -> request.idempotent(in.flag());
                case "idempotencyKey" -> request.idempotencyKey(in.textIfSet());
                case "concurrencyKey" -> concurrencyKey = in.textIfSet();
                case "overlap" -> overlap = JsonParts.required(in.find(OVERLAPS, 0), "an overlap that is known here");
                case "notBeforeUnixMs" -> request.notBefore(in.instantIfSet());
                case "notAfterUnixMs" -> request.notAfter(in.instantIfSet());
                case "onDisconnect" ->
                    disconnect = JsonParts.required(in.find(DISCONNECTS, 0), "an onDisconnect that is known here");
                case "stopAfterMs" -> stopAfter = in.millisIfSet();
                case "parentId" -> request.parent(in.textIfSet());
                default -> in.skip();
            }
        }
        return request.id(id)
                .arguments(arguments)
                .concurrency(concurrencyKey, overlap)
                .onDisconnect(new DisconnectPolicy(disconnect, stopAfter))
                .build();
    }

    private static RetryPolicy retry(JsonIn in) throws IOException {
        int maxAttempts = 1;
        Duration initialDelay = Duration.ZERO;
        Duration maxDelay = Duration.ZERO;
        in.object();
        for (String name = in.member(); name != null; name = in.member()) {
            switch (name) {
                case "maxAttempts" -> maxAttempts = Math.max(1, in.count());
                case "initialDelayMs" -> initialDelay = in.millis64();
                case "maxDelayMs" -> maxDelay = in.millis64();
                default -> in.skip();
            }
        }
        return new RetryPolicy(maxAttempts, initialDelay, maxDelay);
    }

    static void status(TaskStatus m, JsonOut out) throws IOException {
        out.text("taskId", m.taskId());
        out.text("type", m.taskType());
        out.unsigned64("revision", m.revision());
        out.text("state", m.state().name());
        out.number("attempt", m.attempt());
        out.unsigned64("timeUnixNano", m.epochNanos());
        out.text("detail", m.detail());
        out.texts("output", m.output());
        out.real("progress", m.progress());
        out.millis64("retryAfterMs", m.retryAfter() == null ? Duration.ZERO : m.retryAfter());
        out.element("origin", m.origin());
    }

    static TaskStatus status(JsonIn in) throws IOException {
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
        in.object();
        for (String name = in.member(); name != null; name = in.member()) {
            switch (name) {
                case "taskId" -> taskId = in.text();
                case "type" -> type = in.text();
                case "revision" -> revision = in.unsigned64();
                case "state" -> state = in.find(STATES, 1);
                case "attempt" -> attempt = in.count();
                case "timeUnixNano" -> epochNanos = in.unsigned64();
                case "detail" -> detail = in.text();
                case "output" -> in.texts(output);
                case "progress" -> progress = in.real();
                case "retryAfterMs" -> retryAfter = in.millisIfSet();
                case "origin" -> origin = in.element(ORIGINS);
                default -> in.skip();
            }
        }
        return new TaskStatus(
                taskId,
                type,
                revision,
                JsonParts.required(state, "a state that is known here"),
                attempt,
                epochNanos,
                detail,
                output,
                progress,
                retryAfter,
                origin);
    }
}
